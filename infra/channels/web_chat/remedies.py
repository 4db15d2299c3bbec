"""What can be wrong with a web chat, and what its owner can do."""

from __future__ import annotations

from typing import Final

from infra.channels.remedies import Remedy

ORIGINS = "origins_wrong"
"""The list of sites has something else in it, or not the site that shows the chat."""
UNREACHABLE = "page_unreachable"
"""Nobody outside can open our public address."""
REMEDIES: Final[dict[str, Remedy]] = {
    ORIGINS: Remedy(
        "Откройте настройки чата и впишите в список сайтов их адреса целиком, по одному в строке: "
        "https://shop.ru и https://www.shop.ru это два разных адреса. Сохраните и подключите аккаунт заново.",
        "Open the chat's settings and write whole addresses into the list of sites, one a line: "
        "https://shop.com and https://www.shop.com are two. Save and connect the account again.",
    ),
    UNREACHABLE: Remedy(
        "Откройте страницу чата с телефона не из вашей сети. Если она не открывается, попросите администратора "
        "проверить домен, сертификат и PARLEY_PUBLIC_URL.",
        "Open the chat's page on a phone outside of your network. If it does not open, ask the administrator to check "
        "the domain, its certificate and PARLEY_PUBLIC_URL.",
    ),
}
