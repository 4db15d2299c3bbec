"""What can be wrong with an Ozon inbox, and where in Ozon's cabinet it is put right."""

from __future__ import annotations

from typing import Final

from infra.channels.ozon.refusals import ADDRESSES, OFFER
from infra.channels.remedies import EXPIRED, RIGHTS, TARIFF, WEBHOOK_FAILING, WEBHOOK_MISSING, WRONG, Remedy

REMEDIES: Final[dict[str, Remedy]] = {
    WRONG: Remedy(
        "Откройте в кабинете Ozon «Настройки → Seller API», сгенерируйте ключ и вставьте его вместе с Client ID "
        "с той же страницы.",
        "Open Settings, Seller API in Ozon's seller cabinet, generate a key and paste it together with the Client ID "
        "of the same page.",
    ),
    EXPIRED: Remedy(
        "Ключ Ozon живёт 6 месяцев. Сгенерируйте новый в «Настройки → Seller API» и подключите аккаунт заново.",
        "A key of Ozon lives for 6 months. Generate a new one in Settings, Seller API and connect the account again.",
    ),
    RIGHTS: Remedy(
        "В «Настройки → Seller API» сгенерируйте ключ с уровнем доступа Admin или с доступом к чатам и уведомлениям.",
        "In Settings, Seller API generate a key with the access level Admin, or one for chats and notifications.",
    ),
    TARIFF: Remedy(
        "Писать покупателям через API можно с подпиской Premium Plus или Premium Pro. Оформите её в кабинете Ozon.",
        "Writing to buyers over the API takes a Premium Plus or Premium Pro subscription. Buy it in Ozon's cabinet.",
    ),
    ADDRESSES: Remedy(
        "В «Настройки → Seller API» откройте ключ на изменение и уберите ограничение по сетям или добавьте наш адрес.",
        "In Settings, Seller API edit the key: remove its list of allowed networks, or add our address to it.",
    ),
    OFFER: Remedy(
        "Войдите в кабинет Ozon и примите новую редакцию оферты, затем проверьте канал ещё раз.",
        "Enter Ozon's seller cabinet and accept the newest offer, then test the inbox again.",
    ),
    WEBHOOK_MISSING: Remedy(
        "Нажмите «Подключить»: мы снова впишем наш адрес в «Настройки → Уведомления → Push уведомления».",
        "Press Connect: we enter our address into Settings, Notifications, Push notifications again.",
    ),
    WEBHOOK_FAILING: Remedy(
        "Ozon приостановил уведомления. Нажмите «Подключить» или подтвердите адрес в «Настройки → Уведомления».",
        "Ozon has suspended its pushes. Press Connect, or confirm the address in Settings, Notifications.",
    ),
}
