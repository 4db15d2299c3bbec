"""What must be right before an inbox works: the key, the subscription, and our address among Ozon's pushes."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from infra.channels.ozon.api import OzonApi
from infra.channels.ozon.sending import WITHOUT_CHATS
from infra.channels.ozon.shapes import Endpoint, Key, Seller
from infra.channels.ozon.wire import NEEDED_PUSHES
from infra.channels.remedies import EXPIRED, RIGHTS, TARIFF, WEBHOOK_FAILING, WEBHOOK_MISSING
from shared.errors import ChannelError, ChannelRejected, CredentialsRejected

SEND = "/v1/chat/send/message"


async def check_account(api: OzonApi, now: datetime) -> dict[str, str]:
    """What can be said of the account. Raises `CredentialsRejected` with the code of what is wrong with it."""
    key, seller = await _key(api), await _seller(api)
    if key.expires_at is not None and key.expires_at <= now:
        raise CredentialsRejected("the key has expired", code=EXPIRED)
    # Ozon does not tell how it lists methods: only a list that names chats, and not this one, says something.
    if SEND not in key.methods and any("/chat/" in method for method in key.methods):
        raise CredentialsRejected("the key may not write into chats", code=RIGHTS)
    await api.chats(limit=1)
    if seller.tier in WITHOUT_CHATS:
        raise CredentialsRejected("writing to buyers is sold separately", code=TARIFF)
    until = f"{key.expires_at:%Y-%m-%d}" if key.expires_at else ""
    name = seller.company.name if seller.company else ""
    facts = {"name": name, "subscription": seller.tier, "key_expires_on": until}
    return {name: fact for name, fact in facts.items() if fact}


async def _key(api: OzonApi) -> Key:
    """Nothing known where the key may not ask about itself."""
    try:
        return await api.key()
    except CredentialsRejected as error:
        if error.code != RIGHTS:
            raise
        return Key()


async def _seller(api: OzonApi) -> Seller:
    """Nothing known where the key is for chats only."""
    try:
        return await api.seller()
    except CredentialsRejected as error:
        if error.code != RIGHTS:
            raise
        return Seller()


async def register(api: OzonApi, url: str) -> None:
    """Have this address called, and no older one of the same inbox: its secret has changed. Safe to repeat.

    Raises `ChannelRejected` (`webhook_failing`) where Ozon does not get the answer that it wants there.
    """
    folder = url.rpartition("/")[0] + "/"
    ours = [endpoint for endpoint in await api.endpoints() if endpoint.url.startswith(folder)]
    current = next((endpoint for endpoint in ours if endpoint.url == url), ours[0] if ours else None)
    if current is None:
        await api.add_endpoint(url)
    elif current.url != url or not current.kinds >= set(NEEDED_PUSHES):
        await api.move_endpoint(current.id, url)
    if current is not None and not current.enable:
        await api.enable_endpoint(current.id)
    for endpoint in ours:
        if endpoint is not current:
            await api.remove_endpoint(endpoint.id)
    if not await api.reaches(url):
        raise ChannelRejected("Ozon does not reach our address", code=WEBHOOK_FAILING)


async def unregister(api: OzonApi, inbox_id: str) -> None:
    """Take back every address of this inbox, as far as Ozon lets us."""
    with suppress(ChannelError):
        for endpoint in await _of(api, f"/{inbox_id}/"):
            await api.remove_endpoint(endpoint.id)


async def problem_of_pushes(api: OzonApi, ending: str) -> str | None:
    """What is wrong with the registration of the address that ends like this; None: nothing."""
    endpoints = [endpoint for endpoint in await _of(api, ending) if endpoint.kinds >= set(NEEDED_PUSHES)]
    if not endpoints:
        return WEBHOOK_MISSING
    return None if any(endpoint.enable for endpoint in endpoints) else WEBHOOK_FAILING


async def _of(api: OzonApi, part: str) -> list[Endpoint]:
    return [endpoint for endpoint in await api.endpoints() if part in endpoint.url]
