"""What can be wrong with a cabinet at Yandex Market, and what its owner can do."""

from __future__ import annotations

from typing import Final

from infra.channels.remedies import ACCOUNT_CLOSED, EXPIRED, RIGHTS, SCOPE, WEBHOOK_MISSING, WRONG, Remedy

MOVING = "account_moving"
"""Market is moving the cabinet: for some hours it answers nothing."""

REMEDIES: Final[dict[str, Remedy]] = {
    WEBHOOK_MISSING: Remedy(
        "Маркет ещё ни разу нам не позвонил. Откройте кабинет Маркета → Настройки → API и модули → API-уведомления и "
        "вставьте адрес из проверки. Пока его нет, новые сообщения приходят с задержкой в несколько минут.",
        "Market has not called us yet. Open the Market cabinet, Settings, APIs and modules, API notifications, and "
        "paste the address that the test shows. Until then new messages come some minutes late.",
    ),
    WRONG: Remedy(
        "Откройте кабинет Маркета → Настройки → API и модули, создайте Api-Key-токен с доступом "
        "«Общение с покупателями» и вставьте его целиком, вместе с началом ACMA:.",
        "Open the Market cabinet, Settings, APIs and modules, create an Api-Key token with the access "
        "for communication with buyers, and paste all of it, with ACMA: at its start.",
    ),
    EXPIRED: Remedy(
        "Этот Api-Key-токен отозван. Создайте новый в кабинете Маркета (Настройки → API и модули) и вставьте его.",
        "This Api-Key token was revoked. Create a new one in the Market cabinet (Settings, APIs and modules) "
        "and paste it.",
    ),
    SCOPE: Remedy(
        "У токена нет доступа «Общение с покупателями». Добавьте его в кабинете Маркета (Настройки → API и модули): "
        "Маркету нужно до 10 минут, чтобы его учесть.",
        "The token lacks the access for communication with buyers. Add it in the Market cabinet (Settings, APIs and "
        "modules): Market needs up to 10 minutes to notice.",
    ),
    RIGHTS: Remedy(
        "Токен выдан для другого кабинета, или его создателя лишили доступа. Создайте токен в том кабинете, "
        "чьи чаты нужны.",
        "The token belongs to another cabinet, or the person who made it has lost access. Create a token in the "
        "cabinet whose chats you need.",
    ),
    ACCOUNT_CLOSED: Remedy(
        "Маркет закрыл кабинету доступ к API: нет товаров на витрине 90 дней, нет договора, или API выключен. "
        "Проверьте состояние магазина в кабинете Маркета или напишите в его поддержку.",
        "Market has closed the API for this cabinet: nothing on show for 90 days, no contract, or the API is switched "
        "off. Look at the shop's state in the Market cabinet or ask Market's support.",
    ),
    MOVING: Remedy(
        "Маркет переносит этот кабинет. Ничего делать не нужно: сообщения придут, когда перенос закончится.",
        "Market is moving this cabinet. There is nothing to do: messages will come when it is done.",
    ),
}
