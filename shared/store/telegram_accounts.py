"""Leases, logins and calls of personal Telegram accounts. They cross workspaces: one worker serves many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from shared.domain.ids import InboxId
from shared.domain.telegram_accounts import OPEN_LOGINS, AccountLease, AccountLogin, StoredCall
from shared.ports.document_store import (
    At,
    Create,
    Delete,
    DocumentStore,
    Exists,
    Filter,
    Merge,
    Query,
    Set,
    Version,
)
from shared.store.codec import fields_of, noun_of, top_level

N = TypeVar("N", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Kept(Generic[N]):
    """A noun with the version to condition a write on."""

    noun: N
    version: Version


class AccountLeases:
    """`telegram_account_leases/{inbox}`: also the list of the accounts that there are."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    def path(self, inbox: InboxId) -> str:
        """Where a lease lies."""
        return f"telegram_account_leases/{inbox}"

    async def all(self, *, limit: int = 500) -> list[AccountLease]:
        """Every account's lease, free or held."""
        found = await self._store.query(Query("telegram_account_leases", limit=limit))
        return [noun_of(AccountLease, document.data) for document in found]

    def saving(self, lease: AccountLease) -> Set:
        """A write of the whole lease: inside a transaction that has read it."""
        return Set(self.path(lease.inbox_id), fields_of(lease))

    async def remove(self, inbox: InboxId) -> None:
        """Forget an account."""
        await self._store.commit([Delete(self.path(inbox))])


class AccountLogins:
    """`telegram_account_logins/{id}`, removed by the store after `expire_at`."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    async def get(self, login: str) -> Kept[AccountLogin] | None:
        """One login."""
        document = await self._store.get(self._path(login))
        return None if document is None else Kept(noun_of(AccountLogin, document.data), document.version)

    async def open(self, *, limit: int = 50) -> list[Kept[AccountLogin]]:
        """Those that a worker has something to do for, of all workspaces."""
        query = Query("telegram_account_logins", (Filter("state", "in", list(OPEN_LOGINS)),), limit=limit)
        found = await self._store.query(query)
        return [Kept(noun_of(AccountLogin, document.data), document.version) for document in found]

    async def create(self, login: AccountLogin) -> None:
        """Keep a new one."""
        # The store removes documents by a real timestamp only.
        fields = {**fields_of(login), "expire_at": login.expire_at}
        await self._store.commit([Create(self._path(login.id), fields)])

    async def change(self, login: str, fields: Mapping[str, Any], version: Version | None = None) -> None:
        """Write some fields; None removes one. Raises `Stale`, also where it is gone."""
        condition = At(version) if version else Exists()
        await self._store.commit([Merge(self._path(login), top_level(fields), condition=condition)])

    async def remove(self, login: str) -> None:
        """Forget it."""
        await self._store.commit([Delete(self._path(login))])

    def _path(self, login: str) -> str:
        return f"telegram_account_logins/{login}"


class AccountCalls:
    """`telegram_account_calls/{id}`, removed by whoever asked, or by the store after `expire_at`."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    async def create(self, call: StoredCall) -> None:
        """Ask."""
        fields = {**fields_of(call), "expire_at": call.expire_at}
        await self._store.commit([Create(self._path(call.id), fields)])

    async def get(self, call: str) -> Kept[StoredCall] | None:
        """One call as it is now."""
        document = await self._store.get(self._path(call))
        return None if document is None else Kept(noun_of(StoredCall, document.data), document.version)

    async def asked(self, *, limit: int = 50) -> list[Kept[StoredCall]]:
        """Calls that nobody has taken yet."""
        query = Query("telegram_account_calls", (Filter("state", "==", "asked"),), limit=limit)
        found = await self._store.query(query)
        return [Kept(noun_of(StoredCall, document.data), document.version) for document in found]

    async def change(self, call: Kept[StoredCall], fields: Mapping[str, Any]) -> Kept[StoredCall]:
        """Move it on. Raises `Stale` where somebody else has."""
        merge = Merge(self._path(call.noun.id), top_level(fields), condition=At(call.version))
        (version,) = await self._store.commit([merge])
        return Kept(call.noun.model_copy(update=dict(fields)), version or "")

    async def remove(self, call: str, version: Version | None = None) -> None:
        """Forget it; with a version only if it is still that one, else `Stale`."""
        await self._store.commit([Delete(self._path(call), At(version) if version else None)])

    def _path(self, call: str) -> str:
        return f"telegram_account_calls/{call}"
