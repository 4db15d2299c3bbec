"""Which cabinet a token opens, and whether it may do what is needed."""

from __future__ import annotations

from dataclasses import dataclass

from infra.channels.remedies import ACCOUNT_CLOSED, RIGHTS, SCOPE
from infra.channels.yandex_market.api import Listing, MarketApi, every
from infra.channels.yandex_market.shapes import Campaign, each
from shared.errors import CredentialsRejected

NEEDED = frozenset({"COMMUNICATION", "ALL_METHODS"})
"""A token with either may read and write."""
OPEN = frozenset({"AVAILABLE", ""})


@dataclass(frozen=True, slots=True)
class Cabinet:
    """A business of a seller; it may have several shops."""

    id: str
    name: str = ""


async def cabinet_of(api: MarketApi, wanted: str) -> Cabinet:
    """The token's cabinet; `wanted`: the id that the owner typed, where the token shows no shop.

    Raises `CredentialsRejected` with the code of what is wrong.
    """

    async def page(token: str) -> Listing:
        return await api.campaigns(token)

    shops = [shop async for entries in every(page) for shop in each(Campaign, entries)[0] if shop.business]
    if not NEEDED & set(await api.scopes()):
        raise CredentialsRejected("the token may not write to buyers", code=SCOPE)
    mine = [shop for shop in shops if shop.business and wanted in ("", shop.business.id)]
    if shops and not mine:
        raise CredentialsRejected("the token belongs to another cabinet", code=RIGHTS)
    if mine and not any(shop.availability in OPEN for shop in mine):
        raise CredentialsRejected("Market has closed the API for every shop", code=ACCOUNT_CLOSED)
    cabinet = next((Cabinet(shop.business.id, shop.business.name) for shop in mine if shop.business), Cabinet(wanted))
    if not cabinet.id.isdecimal():
        raise CredentialsRejected("the token shows no cabinet", code=RIGHTS)
    await api.chats(cabinet.id, limit=1)
    return cabinet
