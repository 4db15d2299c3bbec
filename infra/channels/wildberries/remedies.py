"""What can be wrong with an inbox of this channel, and what its owner can do."""

from __future__ import annotations

from typing import Final

from infra.channels.remedies import EXPIRED, SCOPE, WRONG, WRONG_TYPE, Remedy

BALANCE = "balance_empty"
"""The token is a service's of Wildberries' catalogue, and that service has no money left there."""

REMEDIES: Final[dict[str, Remedy]] = {
    WRONG: Remedy(
        ru="Откройте кабинет продавца Wildberries, «Интеграции по API», выпустите персональный токен с категориями "
        "«Вопросы и отзывы» и «Чат с покупателями» и вставьте его сюда целиком.",
        en="Open the Wildberries seller cabinet, API integrations, make a personal token with the categories for "
        "feedbacks and questions and for the buyer chat, and paste all of it here.",
    ),
    EXPIRED: Remedy(
        ru="Токен Wildberries живёт 180 дней, и этот закончился. Выпустите новый в кабинете продавца, «Интеграции по "
        "API», с теми же категориями.",
        en="A Wildberries token lives for 180 days, and this one has ended. Make a new one in the seller cabinet, API "
        "integrations, with the same categories.",
    ),
    WRONG_TYPE: Remedy(
        ru="С базовым или тестовым токеном чат с покупателями не работает. В кабинете продавца, «Интеграции по API», "
        "выпустите персональный токен.",
        en="The buyer chat does not work with a base or a test token. Make a personal token in the seller cabinet, API "
        "integrations.",
    ),
    SCOPE: Remedy(
        ru="Выпустите токен заново и отметьте обе категории: «Вопросы и отзывы» и «Чат с покупателями». Уровень "
        "доступа: чтение и запись, а не только чтение.",
        en="Make the token again and tick both categories: feedbacks and questions, and the buyer chat. The access "
        "level must be read and write, not read only.",
    ),
    BALANCE: Remedy(
        ru="Это токен сервиса из каталога Wildberries, и на балансе сервиса нет денег. Пополните баланс сервиса или "
        "выпустите персональный токен.",
        en="This is the token of a service of the Wildberries catalogue, and the service's balance is empty. Top it "
        "up, or make a personal token.",
    ),
}
