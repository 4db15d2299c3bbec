"""Who holds an account's connection: one process at a time, by the store's own word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.ids import InboxId, WorkspaceId
from shared.domain.telegram_accounts import LEASE, AccountLease
from shared.ports.clock import Clock
from shared.ports.document_store import DocumentStore, Reader, Write
from shared.store.codec import noun_of
from shared.store.telegram_accounts import AccountLeases


@dataclass(frozen=True, slots=True)
class Leases:
    """Leases that one holder takes, renews and lets go. A holder of the same name is the same one, started again."""

    store: DocumentStore
    clock: Clock
    holder: str

    async def take(self, workspace: WorkspaceId, inbox: InboxId) -> AccountLease | None:
        """The lease; None: another process has it."""
        leases = AccountLeases(self.store)

        async def body(reader: Reader) -> tuple[AccountLease | None, Sequence[Write]]:
            document = await reader.get(leases.path(inbox))
            known = None if document is None else noun_of(AccountLease, document.data)
            if known is not None and not self.may_take(known):
                return None, []
            fencing = 1 if known is None else known.fencing + 1
            taken = AccountLease(
                workspace_id=workspace,
                inbox_id=inbox,
                holder=self.holder,
                fencing=fencing,
                until=self.clock.now() + LEASE,
            )
            return taken, [leases.saving(taken)]

        return await self.store.transaction(body)

    async def renew(self, lease: AccountLease) -> AccountLease | None:
        """The same for longer; None: it was lost."""
        return await self._rewritten(lease, {"until": self.clock.now() + LEASE})

    async def release(self, lease: AccountLease) -> None:
        """Let the next one have it at once; the account stays known."""
        await self._rewritten(lease, {"holder": "", "until": self.clock.now()})

    async def forget(self, inbox: InboxId) -> None:
        """There is no such account any more."""
        await AccountLeases(self.store).remove(inbox)

    async def all(self) -> list[AccountLease]:
        """Every account that there is."""
        return await AccountLeases(self.store).all()

    async def _rewritten(self, lease: AccountLease, changes: dict[str, Any]) -> AccountLease | None:
        """The lease with these changes, unless another holder has taken it since."""
        leases = AccountLeases(self.store)

        async def body(reader: Reader) -> tuple[AccountLease | None, Sequence[Write]]:
            document = await reader.get(leases.path(lease.inbox_id))
            known = None if document is None else noun_of(AccountLease, document.data)
            if known is None or (known.holder, known.fencing) != (self.holder, lease.fencing):
                return None, []
            changed: AccountLease = known.model_copy(update=changes)
            return changed, [leases.saving(changed)]

        return await self.store.transaction(body)

    def may_take(self, lease: AccountLease) -> bool:
        """Whether it is free, or this holder's already."""
        return lease.holder in ("", self.holder) or lease.until <= self.clock.now()
