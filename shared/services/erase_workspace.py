"""Delete a workspace with everything below it and all that points to it. Safe to stop anywhere and to run again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from shared.domain.ids import UserId, WorkspaceId
from shared.domain.inboxes import Inbox
from shared.errors import Conflict, DeskError, Stale
from shared.ports.blob_store import BlobStore
from shared.ports.clock import Clock
from shared.ports.document_store import DocumentStore, Filter, Query
from shared.services.cache import MAX_AGE_SECONDS
from shared.services.connect_inbox import is_removed
from shared.services.deletions import PAGE, Deletions
from shared.services.manage_inbox import ManageInbox
from shared.store.codec import noun_of
from shared.store.platform import Platform
from shared.store.telegram_accounts import AccountLeases
from shared.store.workspace_tree import COLLECTIONS, WorkspaceTree
from shared.store.workspaces import Workspaces

QUIET_SECONDS: Final = MAX_AGE_SECONDS + 1.0
"""Until every process has noticed that an inbox is gone, and what was on its way is stored."""
_PASSES: Final = 5
_CALLS: Final = "telegram_account_calls"
_POINTING: Final = ("telegram_account_logins", _CALLS, "consents")
"""Collections of the platform whose documents name their workspace."""


@dataclass
class Erased:
    """What a run has deleted, and which accounts their vendors may still count as ours."""

    deletions: Deletions
    disconnected: list[str] = field(default_factory=list)
    """Inboxes whose vendors were asked to forget us. Some channels do not tell when a vendor refuses."""
    not_disconnected: dict[str, str] = field(default_factory=dict)
    """Inbox to the code of what its vendor said."""
    lonely_users: int = 0
    """Members who are members of nothing else now. They stay."""


@dataclass(frozen=True, slots=True)
class EraseWorkspace:
    """Doors first, then what lies behind them, the workspace itself last: whoever still finds it can erase it."""

    store: DocumentStore
    blobs: Callable[[], BlobStore]
    manage_inbox: ManageInbox
    clock: Clock

    async def __call__(self, workspace: WorkspaceId, slug: str) -> Erased:
        """Everything. Raises `Conflict` where something goes on writing, `Unavailable`."""
        erased = Erased(Deletions(self.store, self.blobs))
        tree = WorkspaceTree(self.store, workspace)
        for _ in range(_PASSES):
            if not await self._pass(workspace, tree, erased):
                break
        else:
            raise Conflict("something goes on writing here: run this again in some minutes")
        await erased.deletions.files_below(f"{workspace}/")
        await self._forget(workspace, slug)
        return erased

    async def _pass(self, workspace: WorkspaceId, tree: WorkspaceTree, erased: Erased) -> bool:
        """Whether there was anything: what was on its way may come behind the first pass."""
        before = erased.deletions.counts.total()
        await self._close_doors(tree, erased)
        await self._show_out(tree, erased)
        for collection in COLLECTIONS:
            async for page in tree.pages(collection):
                await erased.deletions.documents(collection, [document.path for document in page])
        await self._pointers(workspace, erased.deletions)
        return erased.deletions.counts.total() > before

    async def _close_doors(self, tree: WorkspaceTree, erased: Erased) -> None:
        """No inbox takes anything in any more, and nobody finds one."""
        let_go = 0
        async for page in tree.pages("inboxes"):
            for document in page:
                inbox = noun_of(Inbox, document.data)
                if not is_removed(inbox):
                    await self._let_go(inbox, erased)
                    let_go += 1
                await AccountLeases(self.store).remove(inbox.id)
        if let_go:
            await self.clock.sleep(QUIET_SECONDS)

    async def _let_go(self, inbox: Inbox, erased: Erased) -> None:
        try:
            code = await self.manage_inbox.remove(inbox)
        except DeskError as error:  # its keys are lost, or its channel cannot be opened
            await self.store.commit(Platform(self.store).route_removals(inbox))
            code = error.code
        if code is None:
            erased.disconnected.append(inbox.id)
        else:
            erased.not_disconnected[inbox.id] = code

    async def _show_out(self, tree: WorkspaceTree, erased: Erased) -> None:
        """Members go before all other documents: nobody can begin anything here from now on."""
        workspaces = Workspaces(self.store)
        async for page in tree.pages("members"):
            await erased.deletions.documents("members", [member.path for member in page])
            for member in page:
                erased.lonely_users += not await workspaces.of_user(UserId(member.id))

    async def _forget(self, workspace: WorkspaceId, slug: str) -> None:
        """The workspace itself, with its slug: another run may have done so, and somebody else have taken that."""
        workspaces = Workspaces(self.store)
        while True:
            try:
                await self.store.commit(await workspaces.removal(workspace, slug))
                return
            except Stale:
                continue

    async def _pointers(self, workspace: WorkspaceId, deletions: Deletions) -> None:
        """What lies beside the workspaces and names this one."""
        for collection in _POINTING:
            query = Query(collection, (Filter("workspace_id", "==", workspace),), limit=PAGE)
            while found := await self.store.query(query):
                for call in found if collection == _CALLS else ():
                    await deletions.files_below(f"{call.path}/")
                await deletions.documents(collection, [document.path for document in found])
