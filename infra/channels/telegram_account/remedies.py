"""What can be wrong with an inbox of this channel, and what its owner can do."""

from __future__ import annotations

from typing import Final

from infra.channels.remedies import ACCOUNT_CLOSED, WRONG, Remedy

SESSION_ENDED: Final = "session_ended"
"""The owner ended it in the list of devices, or Telegram did."""
SESSION_DUPLICATED: Final = "session_duplicated"
"""It was used from two places at once, and Telegram has destroyed it."""
FROZEN: Final = "account_frozen"
"""The account may read nothing and write nothing until Telegram has heard an appeal."""
SPAM_LIMITED: Final = "spam_limited"
"""It may write to nobody who is no contact. Telegram says so only to who tries: `test` tells what a send has found."""
API_ID: Final = "api_id_missing"
"""The installation has no api_id, or Telegram refuses it."""

REMEDIES: Final[dict[str, Remedy]] = {
    WRONG: Remedy(
        ru="Telegram не знает этой сессии. Подключите аккаунт заново QR-кодом.",
        en="Telegram does not know this session. Connect the account again with a QR code.",
    ),
    SESSION_ENDED: Remedy(
        ru="Сеанс завершён на телефоне: Настройки, Устройства. Подключите аккаунт заново QR-кодом и не завершайте "
        "сеанс Parley.",
        en="The session was ended on the phone: Settings, Devices. Connect the account again with a QR code and leave "
        "the session called Parley alone.",
    ),
    SESSION_DUPLICATED: Remedy(
        ru="Сессию использовали из двух мест сразу, и Telegram её уничтожил. Проверьте, что Parley запущен один раз, "
        "и подключите аккаунт заново QR-кодом.",
        en="The session was used from two places at once, and Telegram has destroyed it. Make sure that Parley runs "
        "once only, and connect the account again with a QR code.",
    ),
    ACCOUNT_CLOSED: Remedy(
        ru="Telegram заблокировал аккаунт. Напишите на recover@telegram.org: обращения читают люди.",
        en="Telegram has banned the account. Write to recover@telegram.org: people read what comes there.",
    ),
    FROZEN: Remedy(
        ru="Telegram заморозил аккаунт. Откройте Telegram на телефоне и подайте апелляцию.",
        en="Telegram has frozen the account. Open Telegram on the phone and submit an appeal.",
    ),
    API_ID: Remedy(
        ru="Получите api_id и api_hash на my.telegram.org и задайте их установке: TELEGRAM_API_ID и TELEGRAM_API_HASH.",
        en="Get an api_id and an api_hash at my.telegram.org and give them to the installation: TELEGRAM_API_ID and "
        "TELEGRAM_API_HASH.",
    ),
}
