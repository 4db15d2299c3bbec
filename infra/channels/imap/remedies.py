"""What can be wrong with a mailbox, and what its owner can do."""

from __future__ import annotations

from typing import Final

from infra.channels.imap.dialling import UNREACHABLE
from infra.channels.remedies import ACCOUNT_CLOSED, EXPIRED, MODE_OFF, RIGHTS, WRONG, WRONG_TYPE, Remedy

REMEDIES: Final[dict[str, Remedy]] = {
    WRONG: Remedy(
        "Почтовый сервер не принимает имя или пароль. Проверьте их; у Яндекса и Mail.ru сначала включите доступ по "
        "IMAP в настройках почты и создайте пароль приложения.",
        "The mail server refuses the name or the password. Check them; at Yandex and Mail.ru first allow IMAP in the "
        "mail settings and make an app password.",
    ),
    WRONG_TYPE: Remedy(
        "Обычный пароль здесь не подходит. Создайте пароль приложения в настройках безопасности аккаунта и вставьте "
        "его вместо обычного.",
        "The usual password does not serve here. Make an app password in the security settings of the account and "
        "paste it instead.",
    ),
    EXPIRED: Remedy(
        "Срок пароля или разрешения истёк. Задайте новый пароль у провайдера почты или выдайте доступ заново и "
        "подключите ящик.",
        "The password or the permission has expired. Set a new password at the mail provider or allow access again, "
        "and connect the mailbox.",
    ),
    MODE_OFF: Remedy(
        "В настройках почты выключен доступ по IMAP. Включите его («Почтовые программы») и нажмите «Проверить».",
        "IMAP is switched off in the mail settings. Switch it on (mail clients) and press Test.",
    ),
    RIGHTS: Remedy(
        "Читать письма можно, отправлять нельзя: для этого ящика выключен SMTP. В Microsoft 365 администратор "
        "включает его в свойствах ящика (Authenticated SMTP).",
        "Letters can be read, not sent: SMTP is switched off for this mailbox. In Microsoft 365 an administrator "
        "switches it on in the mailbox's properties (Authenticated SMTP).",
    ),
    ACCOUNT_CLOSED: Remedy(
        "Провайдер заблокировал этот ящик. Войдите в почту в браузере и выполните то, о чём там просят, или "
        "обратитесь в поддержку провайдера.",
        "The provider has blocked this mailbox. Sign in to it in a browser and do what it asks for there, or turn to "
        "the provider's support.",
    ),
    UNREACHABLE: Remedy(
        "Почтовый сервер не отвечает по этому адресу. Проверьте имена серверов, порты (993 и 465, или 143 и 587) и "
        "шифрование (ssl или starttls).",
        "No mail server answers at this address. Check the names of the servers, the ports (993 and 465, or 143 and "
        "587) and the encryption (ssl or starttls).",
    ),
}
