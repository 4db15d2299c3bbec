"""Telethon's own client, set up for an account that answers customers."""

from __future__ import annotations

from typing import Any

from telethon import TelegramClient  # type: ignore[import-untyped]

from infra.channels.telegram_account.client import AccountClient, MakeClient
from infra.channels.telegram_account.remedies import API_ID
from infra.settings import VendorSettings
from shared.errors import CredentialsRejected

_CALL_SECONDS = 10
_SLEEPS_UP_TO = 5
"""Seconds of a flood wait that Telethon sits out by itself; longer ones are ours to plan."""


def telethon_client(vendors: VendorSettings, session: Any) -> AccountClient:
    """Over the real network. The same device and version each time: a session that changes looks stolen."""
    api_hash = vendors.telegram_api_hash.get_secret_value()
    if not vendors.telegram_api_id or not api_hash:
        raise CredentialsRejected("TELEGRAM_API_ID and TELEGRAM_API_HASH are not set", code=API_ID)
    client: AccountClient = TelegramClient(
        session,
        vendors.telegram_api_id,
        api_hash,
        device_model="Parley",
        system_version="1.0",
        app_version="1.0",
        timeout=_CALL_SECONDS,
        request_retries=2,
        connection_retries=2,
        flood_sleep_threshold=_SLEEPS_UP_TO,
        sequential_updates=True,
        catch_up=True,
    )
    return client


def client_maker(simulated: MakeClient | None) -> MakeClient:
    """Telegram's clients, or the simulated world's where the settings of an inbox say so and there is one."""

    def make(vendors: VendorSettings, session: Any) -> AccountClient:
        if vendors.telegram_network == "telegram":
            return telethon_client(vendors, session)
        if simulated is None:
            raise CredentialsRejected("there is no simulated world here", code=API_ID)
        return simulated(vendors, session)

    return make
