"""What can be wrong with an Avito inbox, and where at Avito it is put right."""

from __future__ import annotations

from typing import Final

from infra.channels.remedies import TARIFF, WEBHOOK_MISSING, WRONG, Remedy

REMEDIES: Final[dict[str, Remedy]] = {
    WRONG: Remedy(
        "Откройте avito.ru/professionals/api под своим аккаунтом, скопируйте оттуда client_id и client_secret и "
        "вставьте оба заново.",
        "Open avito.ru/professionals/api with your account, copy client_id and client_secret from there and paste "
        "both again.",
    ),
    TARIFF: Remedy(
        "API сообщений входит в подписку «Максимальный», для услуг также в «Расширенный». Оформите её в разделе "
        "«Для профессионалов» на Avito.",
        "The messages API is part of the top subscription, for services also of the one below it. Buy it in Avito's "
        "section for professionals.",
    ),
    WEBHOOK_MISSING: Remedy(
        "Нажмите «Подключить»: мы снова сообщим Avito наш адрес. Если он пропадает опять, посмотрите, не отписывает "
        "ли его другая программа.",
        "Press Connect: we tell Avito our address again. If it vanishes once more, see whether another program takes "
        "it away.",
    ),
}
