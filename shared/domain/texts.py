"""What codes mean, in the two languages of the product. One table: API, bots and diagnoses read it."""

from __future__ import annotations

from typing import Final, Literal

from shared.domain.group_texts import GROUP_TEXTS

Language = Literal["ru", "en"]

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # Why a conversation needs a person.
    "assistant_off": ("Ассистент выключен", "The assistant is off"),
    "no_assistant": ("Для этого канала не назначен ассистент", "No assistant answers for this inbox"),
    "llm_disabled": ("Генерация ответов выключена", "Generating replies is switched off"),
    "assistant_not_allowed": ("В этом канале ассистенту отвечать нельзя", "The assistant may not answer in this inbox"),
    "owned_by_people": ("Диалог ведут люди", "People are handling this conversation"),
    "model_asked": ("Ассистент попросил человека", "The assistant asked for a person"),
    "model_unavailable": ("Языковая модель недоступна", "The language model is unavailable"),
    "model_auth_failed": ("Языковая модель не приняла ключ", "The language model refused the key"),
    "model_not_configured": ("Не указан адрес языковой модели", "No address of a language model is set"),
    "model_not_found": ("Такой языковой модели у сервера нет", "The server has no such language model"),
    "model_quota_exceeded": ("Исчерпан лимит языковой модели", "The language model's quota is used up"),
    "model_timeout": ("Языковая модель не ответила вовремя", "The language model did not answer in time"),
    "model_unreachable": ("Сервер языковой модели недоступен", "The language model's server cannot be reached"),
    "model_rate_limited": ("Слишком много запросов к языковой модели", "Too many requests to the language model"),
    "model_overloaded": ("Сервер языковой модели перегружен", "The language model's server is overloaded"),
    "model_refused": ("Языковая модель отказалась отвечать", "The language model refused to answer"),
    "model_filtered": ("Ответ остановлен фильтром модели", "The model's filter stopped the reply"),
    "model_truncated": ("Ответ модели оборвался", "The model's answer was cut off"),
    "model_empty": ("Языковая модель ничего не ответила", "The language model answered nothing"),
    "model_invalid_response": ("Сервер модели ответил не по протоколу", "The model's server broke its protocol"),
    "model_invalid_answer": ("Ответ модели не удалось разобрать", "The model's answer could not be read"),
    "model_prompt_too_long": ("Запрос к модели слишком длинный", "The prompt is too long for the model"),
    "model_rejected": ("Сервер модели отклонил запрос", "The model's server rejected the request"),
    "model_misbehaved": ("Языковая модель ответила непонятно", "The language model gave no usable answer"),
    "model_error": ("Языковая модель не справилась", "The language model failed"),
    "empty_reply": ("Ассистент не нашёл, что ответить", "The assistant had nothing to say"),
    "reply_too_long": ("Ответ не помещается в сообщение канала", "The reply does not fit into one message"),
    "draft_ready": ("Черновик ждёт одобрения", "A draft is waiting for approval"),
    "automatic_message": ("Автоматическое сообщение: на него не отвечают", "An automatic message: not answered"),
    "turn_too_old": (
        "Вопрос задан больше трёх дней назад: решите, отвечать ли",
        "The question is more than three days old: decide whether to answer it",
    ),
    "turn_stuck": ("Ответ не удалось подготовить", "No reply could be prepared"),
    # Why an outgoing message was not sent.
    "newer_message": ("Клиент написал ещё", "The customer wrote on"),
    "human_answered": ("Ответил человек", "A person answered"),
    "conversation_closed": ("Диалог закрыт", "The conversation was closed"),
    "channel_rejected": ("Канал не принял сообщение", "The channel refused the message"),
    "inbox_removed": ("Канал отключён", "The inbox was removed"),
    "channel_unavailable": ("Канал не отвечает", "The channel does not answer"),
    "channel_unclear": ("Канал не подтвердил, что сделал это", "The channel did not confirm that it was done"),
    "channel_error": ("Канал ответил ошибкой", "The channel answered with an error"),
    "chat_moved": ("У этого чата другой адрес", "This chat has another address"),
    "recipient_unreachable": ("Клиенту нельзя написать", "The customer cannot be written to"),
    "text_too_long": ("Текст длиннее, чем допускает канал", "The text is longer than the channel allows"),
    "unconfirmed": (
        "Неизвестно, дошло ли сообщение: проверьте в приложении канала",
        "It is unknown whether the message arrived: look in the channel's own app",
    ),
    "text_empty": ("Пустое сообщение отправить нельзя", "An empty message cannot be sent"),
    "forbidden_phone": ("Площадка запрещает писать телефоны", "The vendor forbids writing phone numbers"),
    "forbidden_email": ("Площадка запрещает писать адреса почты", "The vendor forbids writing e-mail addresses"),
    "forbidden_link": ("Площадка запрещает писать ссылки", "The vendor forbids writing links"),
    "forbidden_messenger": ("Площадка запрещает звать в мессенджеры", "The vendor forbids naming messengers"),
    "files_not_taken": ("Сюда нельзя отправить файл", "No file can be sent here"),
    "too_many_files": ("Столько файлов сразу канал не принимает", "The channel does not take so many files at once"),
    "file_type_refused": ("Файлы такого типа канал не принимает", "The channel takes no files of this type"),
    "file_too_large": ("Файл больше, чем принимает канал", "The file is larger than the channel takes"),
    "files_too_large": (
        "Файлы вместе больше, чем принимает канал",
        "The files together are more than the channel takes",
    ),
    "file_empty": ("Файл пустой", "The file is empty"),
    "file_refused": (
        "Канал принял текст, но не принял файл: отправьте файл ещё раз",
        "The channel took the text, but not the file: send the file again",
    ),
    "text_refused": (
        "Канал не принял текст: возможно, в нём контакты или ссылка",
        "The channel refused the text: it may hold contacts or a link",
    ),
    "answer_final": ("Этот ответ уже нельзя изменить", "This answer can no longer be changed"),
    "answer_rejected": ("Модерация канала отклонила ответ", "The channel's moderation refused the answer"),
    "answer_changed": (
        "Канал показывает другой ответ: посмотрите в его кабинете",
        "The channel shows another answer: look in its cabinet",
    ),
    "answer_not_shown": (
        "Канал принял ответ, но не показывает его: посмотрите в его кабинете",
        "The channel took the answer and does not show it: look in its cabinet",
    ),
    "dispute_open": (
        "По заказу открыт спор: отвечать должен человек",
        "A dispute about the order is open: a person must answer",
    ),
    "window_closed": (
        "Клиент писал слишком давно: канал больше не даёт ответить",
        "The customer wrote too long ago: the channel lets nobody answer any more",
    ),
    "replies_not_allowed": ("В этом канале ответы выключены", "Replies are switched off for this inbox"),
    "auto_responder_off": ("Автоответчик выключен", "The auto-responder is off"),
    "public_thread": ("Это видно всем: вопрос или отзыв", "Everybody can read it: a question or a review"),
    "outside_hours": ("Сейчас не часы автоответчика", "These are not the auto-responder's hours"),
    "already_replied": ("Автоответчик уже ответил в этот раз", "The auto-responder has answered in this interval"),
    "thread_unknown": ("Канал не знает этого диалога", "The channel does not know this conversation"),
    "attachment_refused": ("Канал не отдаёт этот файл", "The channel does not hand out this file"),
    "attachment_gone": ("Канал больше не отдаёт этот файл", "The channel no longer hands out this file"),
    "attachment_moderated": ("Модерация канала удалила этот файл", "The channel's moderation removed this file"),
    "attachment_too_large": ("Файл больше, чем отдаёт канал", "The file is larger than the channel hands out"),
    "file_too_big": ("Файл больше, чем отдаёт канал", "The file is larger than the channel hands out"),
    "file_gone": ("Канал больше не отдаёт этот файл", "The channel no longer hands out this file"),
    # What people did with a conversation: lines of its history.
    "taken_over": ("Диалог взял на себя человек", "A person took the conversation over"),
    "given_back": ("Диалог возвращён ассистенту", "The conversation was given back to the assistant"),
    "closed": ("Диалог закрыт", "The conversation was closed"),
    "reopened": ("Диалог открыт снова", "The conversation was opened again"),
    "assigned": ("Назначен ответственный", "Somebody was assigned"),
    "unassigned": ("Ответственный снят", "Nobody is assigned any more"),
    "draft_discarded": ("Черновик отклонён", "The draft was discarded"),
    # Who wrote a message, where it was no person.
    "auto_responder": ("Автоответчик", "Auto-responder"),
    # What is wrong with an inbox, and what to do.
    "auth_failed": (
        "Канал не принимает ключ доступа. Подключите аккаунт заново",
        "The channel refuses the credentials. Connect the account again",
    ),
    "credentials_rejected": (
        "Канал не принимает ключ доступа. Подключите аккаунт заново",
        "The channel refuses the credentials. Connect the account again",
    ),
    "scope_missing": (
        "Не выданы нужные права. Подключите аккаунт заново и отметьте все разрешения",
        "Permissions are missing. Connect the account again and tick every box",
    ),
    "tariff_missing": (
        "Тариф продавца не включает сообщения по API. Смените тариф",
        "The seller's tariff does not include messages over the API. Change the tariff",
    ),
    "watch_missing_topic": (
        "Уведомления Gmail не настроены: письма приходят только по расписанию",
        "Gmail's notifications are not set up: letters come by schedule only",
    ),
    "watch_taken": (
        "На этот ящик подписана другая программа того же проекта Google",
        "Another program of the same Google project is subscribed to this mailbox",
    ),
    "watch_refused": (
        "Gmail не принял подписку на уведомления: проверьте права темы Pub/Sub",
        "Gmail refused the subscription: check the rights of the Pub/Sub topic",
    ),
    "mail_loop": (
        "Сегодня этому адресу ушло слишком много автоматических писем: похоже на переписку двух роботов",
        "Too many automatic letters went to this address today: two machines may be talking to each other",
    ),
    "mailbox_full": (
        "Ящик переполнен: удалите лишние письма",
        "The mailbox is full: delete some letters",
    ),
    "mail_server_unreachable": (
        "Почтовый сервер недоступен. Проверьте его имя, порт и шифрование",
        "The mail server cannot be reached. Check its name, port and encryption",
    ),
    "no_reply_address": ("С этого адреса письма не читают", "Nobody reads letters at this address"),
    "bad_letter": ("Такое письмо нельзя составить", "Such a letter cannot be built"),
    "gone": ("У канала этого больше нет", "The channel no longer has it"),
    "bad_cursor": (
        "Место последнего чтения повреждено. Подключите аккаунт заново",
        "The reading position is broken. Connect the account again",
    ),
    "consent_failed": (
        "Google не подтвердил доступ. Попробуйте ещё раз",
        "Google did not confirm the access. Try again",
    ),
    "no_refresh_token": (
        "Google не выдал постоянный доступ. Отзовите доступ в аккаунте Google и подключите снова",
        "Google gave no lasting access. Remove the access in the Google account and connect again",
    ),
    "message_unreadable": (
        "Одно из сообщений не удалось сохранить. Откройте его в приложении канала",
        "A message could not be stored. Open it in the channel's own app",
    ),
    "webhook_not_set": (
        "Канал не знает нашего адреса. Нажмите «Подключить»",
        "The channel does not know our address. Press Connect",
    ),
    "webhook_failing": (
        "Канал не может доставить нам сообщения",
        "The channel cannot deliver messages to us",
    ),
    "credentials_expired": (
        "Срок ключа доступа истёк. Выпустите новый и подключите аккаунт заново",
        "The credentials have expired. Make new ones and connect the account again",
    ),
    "credentials_wrong_type": (
        "Этот ключ от другого раздела. Выпустите ключ нужного типа",
        "This key is of another kind. Make one of the kind that is needed",
    ),
    "rights_missing": (
        "Ключу не хватает прав. Выпустите ключ с нужными правами",
        "The key may not do what is needed. Make one with the rights it takes",
    ),
    "mode_off": (
        "У канала выключен нужный режим. Включите его и проверьте ещё раз",
        "A mode that is needed is switched off at the channel. Switch it on and test again",
    ),
    "balance_empty": (
        "На балансе сервиса у канала нет денег. Пополните баланс или подключите аккаунт заново другим ключом",
        "The service's balance at the channel is empty. Top it up, or connect the account again with another key",
    ),
    "account_closed": (
        "Канал заблокировал или закрыл аккаунт. Обратитесь в его поддержку",
        "The channel has blocked or closed the account. Ask its support",
    ),
    "account_moving": (
        "Канал переносит аккаунт на новое место. Подождите",
        "The channel is moving the account. Wait",
    ),
    "ip_not_allowed": (
        "Ключ работает только с определённых IP-адресов. Снимите ограничение",
        "The key works from certain IP addresses only. Remove that limit",
    ),
    "offer_not_signed": (
        "Канал ждёт, пока продавец примет новую оферту",
        "The channel waits until the seller accepts its newest terms",
    ),
    "origins_wrong": (
        "Список сайтов чата заполнен неверно. Исправьте его и сохраните. Подключите аккаунт заново",
        "The chat's list of sites is wrong. Put it right and save. Connect the account again",
    ),
    "page_unreachable": (
        "Чат не открывается по публичному адресу: посетители его не видят",
        "The chat does not open at our public address: visitors do not see it",
    ),
    "business_disconnected": (
        "Бот отключён от аккаунта Telegram. Добавьте его в настройках Telegram",
        "The bot was taken off the Telegram account. Add it in Telegram's settings",
    ),
    "session_ended": (
        "Сеанс Telegram завершён. Подключите аккаунт заново QR-кодом",
        "The Telegram session was ended. Connect the account again with a QR code",
    ),
    "session_duplicated": (
        "Сессию использовали из двух мест сразу, и Telegram её уничтожил. Подключите аккаунт заново",
        "The session was used from two places at once, and Telegram destroyed it. Connect the account again",
    ),
    "account_frozen": (
        "Telegram заморозил аккаунт. Подайте апелляцию в приложении Telegram",
        "Telegram has frozen the account. Submit an appeal in the Telegram app",
    ),
    "spam_limited": (
        "Telegram ограничил аккаунт за спам: он не может писать незнакомым. Откройте @SpamBot и узнайте, до какого "
        "числа. Сообщения ждут и уйдут сами",
        "Telegram has limited the account as a spammer: it may not write to strangers. Open @SpamBot to see until "
        "when. Messages wait and leave by themselves",
    ),
    "api_id_missing": (
        "У этой установки нет ключа Telegram. Задайте TELEGRAM_API_ID и TELEGRAM_API_HASH",
        "This installation has no Telegram key. Set TELEGRAM_API_ID and TELEGRAM_API_HASH",
    ),
    # How a login of a personal Telegram account went.
    "password_wrong": ("Пароль не подошёл. Попробуйте ещё раз", "The password is wrong. Try again"),
    "login_expired": ("Время входа вышло. Начните заново", "The time to log in is over. Start again"),
    "login_interrupted": ("Вход прервался. Начните заново", "The login was interrupted. Start again"),
    # What is wrong with a work group.
    "topic_gone": ("Тему этого диалога удалили", "The topic of this conversation was deleted"),
    "topic_closed": ("Тема этого диалога закрыта", "The topic of this conversation is closed"),
    "group_gone": (
        "Бота нет в рабочей группе. Добавьте его снова",
        "The bot is not in the work group. Let it in again",
    ),
    "not_a_forum": (
        "В рабочей группе выключены темы. Включите их в её настройках",
        "Topics are switched off in the work group. Switch them on in its settings",
    ),
    "conflict": (
        "Этим ключом пользуется другая программа. Отключите её",
        "Another program uses this key. Switch it off",
    ),
    **GROUP_TEXTS,
}


def text(code: str, language: Language) -> str:
    """The meaning of a code; an unknown code is shown as it is."""
    known = TEXTS.get(code)
    if known is None:
        return code
    return known[0] if language == "ru" else known[1]
