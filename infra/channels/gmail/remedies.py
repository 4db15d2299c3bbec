"""What can be wrong with a Gmail inbox, and what its owner can do."""

from __future__ import annotations

from typing import Final

from infra.channels.remedies import ACCOUNT_CLOSED, RIGHTS, SCOPE, WRONG, Remedy

REMEDIES: Final[dict[str, Remedy]] = {
    WRONG: Remedy(
        "Google больше не пускает нас в ящик: доступ отозвали, сменили пароль или полгода им не пользовались. "
        "Нажмите «Подключить Gmail» и войдите в тот же аккаунт.",
        "Google no longer lets us into the mailbox: access was removed, the password was changed, or half a year "
        "passed without use. Press Connect Gmail and sign in to the same account.",
    ),
    SCOPE: Remedy(
        "На странице Google не отмечено право читать и отправлять письма. Подключите Gmail ещё раз и отметьте все "
        "галочки.",
        "The right to read and send letters was not ticked on Google's page. Connect Gmail again and tick every box.",
    ),
    RIGHTS: Remedy(
        "Администратор Google Workspace запретил это приложение. В консоли администратора: Безопасность, Управление "
        "API, Доступ сторонних приложений; разрешите Parley и подключите Gmail ещё раз.",
        "The Google Workspace administrator has forbidden this app. In the admin console open Security, API controls, "
        "Third-party app access; allow Parley and connect Gmail again.",
    ),
    ACCOUNT_CLOSED: Remedy(
        "У этого аккаунта Google нет почты Gmail, или её выключили. Включите Gmail для аккаунта или подключите другой.",
        "This Google account has no Gmail, or it was switched off. Switch Gmail on for the account or connect another.",
    ),
    "watch_refused": Remedy(
        "Gmail не может писать в тему Pub/Sub. Дайте аккаунту gmail-api-push@system.gserviceaccount.com роль "
        "roles/pubsub.publisher на этой теме и нажмите «Проверить».",
        "Gmail cannot publish to the Pub/Sub topic. Give gmail-api-push@system.gserviceaccount.com the role "
        "roles/pubsub.publisher on that topic and press Test.",
    ),
}
