"""The work group of a workspace, and the groups that it may be picked from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.ids import InboxId, WorkGroupId
from shared.domain.work_groups import GroupCandidate, GroupReply, WorkGroup, candidate_id, work_group_id
from shared.ports.document_store import (
    At,
    Delete,
    Exists,
    FieldPath,
    Increment,
    Merge,
    Order,
    Query,
    Set,
    Transform,
    Version,
)
from shared.store.codec import at_paths, fields_of, noun_of, top_level
from shared.store.workspace import WorkspaceStore

MOST_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class VersionedGroup:
    """A work group with the version to condition a write on."""

    group: WorkGroup
    version: Version


class WorkGroups:
    """`workspaces/{ws}/work_groups/{id}`, where the id follows from the workspace, and
    `workspaces/{ws}/group_candidates/{id}`."""

    def __init__(self, store: WorkspaceStore) -> None:
        self._store = store
        self.id: WorkGroupId = work_group_id(store.workspace_id)

    @property
    def path(self) -> str:
        """Where the group lies."""
        return self._store.path("work_groups", self.id)

    def saving(self, group: WorkGroup) -> Set:
        """A write of the whole group, in the place of another one."""
        return Set(self.path, fields_of(group))

    def change(self, fields: Mapping[str, Any], *, version: Version | None = None) -> Merge:
        """A write to top-level fields of the known group. None removes a field."""
        return Merge(self.path, top_level(fields), condition=At(version) if version else Exists())

    def saying(self, replies: Mapping[str, GroupReply]) -> Merge:
        """A write of what the bot has to say. The same key again is the same words."""
        fields: dict[FieldPath, Any] = {("replies", key): reply for key, reply in replies.items()}
        return Merge(self.path, at_paths(fields), condition=Exists())

    def stranger(self, topic: str, at: datetime) -> Merge:
        """A write that notes when people in a topic were told that it belongs to no conversation."""
        return Merge(self.path, at_paths({("strangers", topic): at}), condition=Exists())

    def said(self, *keys: str, version: Version | None = None) -> Merge:
        """A write that forgets what the bot has said."""
        fields: dict[FieldPath, Any] = {("replies", key): None for key in keys}
        return Merge(self.path, at_paths(fields), condition=At(version) if version else Exists())

    def knock(self) -> Merge:
        """A write that lets the holder of the lease notice that something has come up."""
        knocks: dict[FieldPath, Transform] = {("knocks",): Increment(1)}
        return Merge(self.path, transforms=knocks, condition=Exists())

    def removal(self) -> Delete:
        """A write that forgets the group."""
        return Delete(self.path)

    async def get(self) -> VersionedGroup | None:
        """The group, if the workspace has one."""
        document = await self._store.get(self.path)
        return None if document is None else VersionedGroup(noun_of(WorkGroup, document.data), document.version)

    def candidacy(self, candidate: GroupCandidate) -> Set:
        """A write of a group that may be picked."""
        return Set(self._candidate(candidate.bot_inbox_id, candidate.chat), fields_of(candidate))

    def candidacy_removal(self, bot: InboxId, chat: str) -> Delete:
        """A write that takes it off the list."""
        return Delete(self._candidate(bot, chat))

    async def candidates(self) -> list[GroupCandidate]:
        """Groups that bots of the workspace are in, the latest seen first."""
        order = (Order("seen_at", descending=True),)
        query = Query(self._store.path("group_candidates"), order=order, limit=MOST_CANDIDATES)
        return [noun_of(GroupCandidate, found.data) for found in await self._store.query(query)]

    def _candidate(self, bot: InboxId, chat: str) -> str:
        return self._store.path("group_candidates", candidate_id(bot, chat))
