"""What the master bot says, in the two languages of the product."""

from __future__ import annotations

from typing import Final

from shared.domain.texts import Language

WORDS: Final[dict[str, tuple[str, str]]] = {
    "welcome": (
        "Это Parley: все диалоги с клиентами в одном месте.\n\n"
        "Нажмите кнопку, чтобы войти: ссылка одноразовая и живёт 10 минут. "
        "Чтобы подключить своего бота, создайте его у @BotFather и пришлите сюда его токен.",
        "This is Parley: all talks with customers in one place.\n\n"
        "Press the button to sign in: the link works once, for 10 minutes. "
        "To connect a bot of your own, make one at @BotFather and send me its token.",
    ),
    "enter": ("Войти в Parley", "Sign in to Parley"),
    "confirm_sign_in": (
        "Войти в Parley? Запрос пришёл из браузера: {asked_from}. Если это не вы, нажмите «Это не я».",
        "Sign in to Parley? A browser is asking: {asked_from}. If this is not you, press “Not me”.",
    ),
    "confirm_attach": (
        "Связать этот аккаунт Telegram с пользователем «{user}»? Вход через Telegram будет открывать его кабинет.",
        "Connect this Telegram account with the user “{user}”? Signing in by Telegram will open their desk.",
    ),
    "yes": ("Да, это я", "Yes, it is me"),
    "no": ("Это не я", "Not me"),
    "confirmed": ("Готово. Вернитесь в браузер.", "Done. Go back to the browser."),
    "refused": ("Запрос отклонён.", "The request was refused."),
    "expired": (
        "Эта ссылка уже использована или устарела. Начните вход заново.",
        "This link was used or is too old. Start again.",
    ),
    "sign_in_first": (
        "Сначала войдите: пришлите /start и нажмите кнопку. Потом пришлите то же самое ещё раз.",
        "Sign in first: send /start and press the button. Then send the same again.",
    ),
    "not_owner": (
        "Подключать ботов и выбирать группу может только владелец рабочего пространства.",
        "Only the owner of a workspace can connect bots and choose the group.",
    ),
    "connecting_failed": ("Бота подключить не удалось: {problem}.", "The bot could not be connected: {problem}."),
    "connected": (
        "Бот {account} подключён: то, что ему пишут клиенты, придёт в Parley. Сообщение с токеном удалено.\n\n"
        "Чтобы отвечать клиентам из Telegram, включите в своей группе темы и добавьте в неё бота с правами "
        "управлять темами, закреплять и удалять сообщения. Потом пришлите сюда /groups.",
        "The bot {account} is connected: what customers write to it comes to Parley. Your message with the token is "
        "deleted.\n\nTo answer customers from Telegram, switch topics on in a group of yours and add the bot to it "
        "with the rights to manage topics, pin and delete messages. Then send /groups.",
    ),
    "add_to_group": ("Добавить бота в группу", "Add the bot to a group"),
    "no_groups": (
        "Ни один из ваших ботов пока не состоит в группе. Добавьте бота в группу с темами и пришлите /groups ещё раз.",
        "None of your bots is in a group yet. Add the bot to a group with topics and send /groups again.",
    ),
    "which_group": ("Какая группа будет рабочей?", "Which group is to be the work group?"),
    "group_bound": (
        "Рабочая группа: {title}. Новые диалоги появятся там темами.",
        "The work group is {title}. New conversations appear there as topics.",
    ),
    "group_lacks": (
        "Группа {title} выбрана, но работать пока не может: {problem}. Исправьте и пришлите /groups ещё раз.",
        "The group {title} is chosen and cannot work yet: {problem}. Mend it and send /groups again.",
    ),
    "help": (
        "/start: войти\n/groups: выбрать рабочую группу\nТокен бота от @BotFather: подключить бота",
        "/start: sign in\n/groups: choose the work group\nA bot's token from @BotFather: connect the bot",
    ),
}


def say(code: str, language: Language, **values: str) -> str:
    """One of the bot's phrases with its values filled in."""
    russian, english = WORDS[code]
    return (russian if language == "ru" else english).format(**values)
