"""What the bot says in a work group, in the two languages of the product, and what people there are told.

Part of `shared.domain.texts`: the same table, a file of its own for its size.
"""

from __future__ import annotations

from typing import Final

GROUP_TEXTS: Final[dict[str, tuple[str, str]]] = {
    # What the bot says in a work group.
    "group_assistant": ("🤖 Ассистент", "🤖 Assistant"),
    "group_auto_responder": ("Автоответчик", "Auto-responder"),
    "group_system": ("ℹ️ Система", "ℹ️ System"),
    "group_colleague": ("Сотрудник", "Staff"),
    "group_customer": ("Клиент", "Customer"),
    "group_nobody": ("никто", "nobody"),
    "group_note": ("📝 Заметка", "📝 Note"),
    "group_edited": ("✏️ Исправлено", "✏️ Edited"),
    "group_deleted": ("🗑 Удалено", "🗑 Deleted"),
    "group_not_delivered": ("Не доставлено", "Not delivered"),
    "group_delivered": ("✅ Доставлено", "✅ Delivered"),
    "group_history": ("🕘 Раньше в этом диалоге", "🕘 Earlier in this conversation"),
    "group_draft": ("📝 Черновик ответа", "📝 Draft reply"),
    "group_draft_settled": ("📝 Черновик больше не нужен", "📝 The draft is settled"),
    "group_listing": ("Объявление", "Listing"),
    "group_price": ("Цена", "Price"),
    "group_link": ("Ссылка", "Link"),
    "group_city": ("Город", "City"),
    "group_order": ("Заказ", "Order"),
    "group_rating": ("Оценка", "Rating"),
    "group_phone": ("Телефон", "Phone"),
    "group_email": ("Почта", "E-mail"),
    "group_account": ("Аккаунт", "Account"),
    "group_owner": ("Ведёт", "Handled by"),
    "group_labels": ("Метки", "Labels"),
    "group_status": ("Статус", "Status"),
    "group_status_awaiting_response": ("ждёт ответа", "awaiting a response"),
    "group_status_answered_by_llm": ("ответил ассистент", "answered by the assistant"),
    "group_status_answered_by_human": ("ответил человек", "answered by a person"),
    "group_status_needs_human": ("нужен человек", "needs a person"),
    "group_status_closed": ("закрыт", "closed"),
    "group_button_approve": ("✅ Отправить", "✅ Send"),
    "group_button_edit": ("✏️ Изменить", "✏️ Edit"),
    "group_button_discard": ("🗑 Отклонить", "🗑 Discard"),
    "group_button_take": ("🙋 Взять", "🙋 Take over"),
    "group_button_give": ("🤖 Отдать ассистенту", "🤖 Give back"),
    "group_button_close": ("⚪ Закрыть", "⚪ Close"),
    "group_button_reopen": ("🔴 Открыть снова", "🔴 Reopen"),
    "group_button_cancel": ("Отмена", "Cancel"),
    "group_file_comes": ("[файл загружается]", "[a file is on its way]"),
    "group_file_image": ("фото", "photo"),
    "group_file_voice": ("голосовое сообщение", "voice message"),
    "group_file_audio": ("аудио", "audio"),
    "group_file_video": ("видео", "video"),
    "group_file_file": ("файл", "file"),
    "group_file_sticker": ("стикер", "sticker"),
    "group_file_location": ("место", "location"),
    "group_file_contact": ("контакт", "contact"),
    "group_file_link": ("ссылка", "link"),
    "group_done": ("Готово", "Done"),
    "group_sent": ("Отправляем клиенту", "Sending to the customer"),
    "group_edit_asked": (
        "{name}, пришлите исправленный ответ следующим сообщением. Отмена: /cancel",
        "{name}, send the corrected reply as your next message. To stop: /cancel",
    ),
    "group_edit_cancelled": ("Исправление отменено", "Editing was cancelled"),
    "group_no_edit": ("Вы ничего не исправляете", "You are not editing anything"),
    "group_which_customer": (
        "Кому это ответ? Напишите в теме клиента или ответьте на его сообщение",
        "Which customer is this for? Write in the customer's topic or reply to their message",
    ),
    "group_no_conversation": (
        "Эта тема не связана ни с одним диалогом",
        "This topic belongs to no conversation",
    ),
    "group_unknown_command": (
        "Такой команды нет, клиент её не увидел. Список: /help",
        "There is no such command; the customer did not see it. The list: /help",
    ),
    "group_viewer": (
        "У вас есть право только читать: клиент этого не увидел",
        "You may only read here: the customer did not see this",
    ),
    "group_edit_not_sent": (
        "Клиент уже получил прежний текст. Напишите исправление отдельным сообщением",
        "The customer has got the earlier text already. Write the correction as a new message",
    ),
    "group_unreadable": (
        "Бот не умеет передавать такое: клиент этого не увидел",
        "The bot cannot pass this on: the customer did not see it",
    ),
    "group_not_sent": ("Не отправлено: {reason}", "Not sent: {reason}"),
    "group_not_done": ("Не получилось: {reason}", "That did not work: {reason}"),
    "group_no_draft": ("Черновика нет", "There is no draft"),
    "group_needs_text": ("После команды нужен текст, например: {example}", "The command needs a text: {example}"),
    "group_unknown_member": ("Нет такого сотрудника. Есть: {names}", "No such member. There are: {names}"),
    "group_ids": (
        "Группа: {chat}. Тема: {topic}. Вы: {user}",
        "Group: {chat}. Topic: {topic}. You: {user}",
    ),
    "group_help": (
        "Пишите в теме клиента: сообщение уйдёт ему. Строка, которая начинается с //, остаётся здесь.\n"
        "/take взять диалог · /give отдать ассистенту · /close закрыть · /reopen открыть\n"
        "/note текст: заметка · /label метки через запятую · /assign имя, me или -\n"
        "/draft показать черновик · /regenerate новый черновик · /cancel не исправлять\n"
        "/read прочитано · /card карточка · /status состояние · /id номера",
        "Write in the customer's topic: the message goes to them. A line that begins with // stays here.\n"
        "/take take over · /give give back to the assistant · /close · /reopen\n"
        "/note text: a note · /label labels, with commas · /assign name, me or -\n"
        "/draft show the draft · /regenerate another draft · /cancel stop editing\n"
        "/read mark as read · /card the card · /status · /id",
    ),
    # What is wrong with a work group, and what to do.
    "group_rights_missing": (
        "Боту не хватает прав администратора: управление темами, закрепление и удаление сообщений",
        "The bot lacks administrator rights: managing topics, pinning and deleting messages",
    ),
    # What people in a group, or callers of the API, are told when the desk refuses.
    "draft_changed": ("Черновик уже другой", "The draft is another one by now"),
    "nothing_to_answer": ("Ни одно сообщение не ждёт ответа", "No message waits for an answer"),
    "key_reused": ("Это сообщение уже отправлено другим", "This was sent already with other words"),
    "too_large": ("Слишком большое", "Too large"),
    "unavailable": ("Сейчас не получается. Попробуйте ещё раз", "It does not work right now. Try again"),
    "invalid_input": ("Это не удалось понять", "This could not be understood"),
    "not_found": ("Этого больше нет", "It is no longer there"),
}
