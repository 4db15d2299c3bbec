"""Wires the worker of personal Telegram accounts to a desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.channels.telegram_account.logins import Logins
from infra.channels.telegram_account.telethon_client import client_maker
from infra.channels.telegram_account.worker import AccountWorker, Parts
from infra.settings import VendorSettings
from shared.services.telegram_account_leases import Leases
from shared.services.telegram_account_logins import ConnectAccount
from shared.store.telegram_accounts import AccountLogins

if TYPE_CHECKING:
    from infra.bootstrap import Desk
    from infra.channels.telegram_account.client import MakeClient


def account_worker(desk: Desk, holder: str, simulated: MakeClient | None, *, answers_calls: bool) -> AccountWorker:
    """One a process. `holder` names the process: never the same for two that may run at once."""
    ports, make_client = desk.ports, client_maker(simulated)

    def vendors(*, is_simulated: bool) -> VendorSettings:
        return ports.settings.sandbox_vendors() if is_simulated else ports.settings.real_vendors()

    logins = AccountLogins(ports.store)
    connect = ConnectAccount(desk.platform, desk.connect_inbox, logins)
    return AccountWorker(
        Parts(
            desk.directory,
            desk.ingest,
            desk.pull_inbox,
            desk.inbox_secrets,
            Leases(ports.store, ports.clock, holder),
            ports.call_office(),
            vendors,
            make_client,
            ports.clock,
            Logins(logins, ports.cipher, connect, vendors, make_client, ports.clock, holder),
            answers_calls,
        )
    )
