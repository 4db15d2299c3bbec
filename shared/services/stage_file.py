"""A member puts a file beside a conversation, to be sent with the next message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from shared.domain.ids import ConversationId, WorkspaceId, stable_id
from shared.domain.messages import Attachment
from shared.domain.uploads import Upload
from shared.errors import InvalidInput, NotFound, TooLarge
from shared.policy.file_types import kind_of, plain_name, type_of
from shared.policy.linter import lint_files
from shared.ports.blob_store import BlobStore
from shared.ports.channel_opener import ChannelOpener
from shared.ports.clock import Clock
from shared.services.refusals import refused
from shared.store.conversations import Conversations
from shared.store.platform import Platform
from shared.store.uploads import Uploads

MOST_BYTES = 24 * 2**20
"""Of one file, whatever the channel takes."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as somebody hands it in. `mime_type` is what they say."""

    name: str
    mime_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StageFile:
    """Keeps files until they are sent, and finds them again. The same file twice is one upload."""

    platform: Platform
    blobs: Callable[[], BlobStore]
    clock: Clock
    opener: ChannelOpener

    async def __call__(self, workspace: WorkspaceId, target: ConversationId, file: NewFile) -> Upload:
        """Raises `NotFound`, `TooLarge` and `InvalidInput` with the code of what the channel would not take."""
        store = self.platform.workspace(workspace)
        known = await Conversations(store).get(target)
        if known is None:
            raise NotFound("no such conversation")
        if len(file.content) > MOST_BYTES:
            raise TooLarge(f"at most {MOST_BYTES} bytes", code="file_too_large")
        mime_type = type_of(file.content, file.mime_type)
        attachment = Attachment(
            kind=kind_of(mime_type), name=plain_name(file.name), mime_type=mime_type, size=len(file.content)
        )
        capabilities = self.opener.capabilities(known.conversation.channel)
        if code := lint_files([attachment], capabilities, known.conversation.kind):
            raise refused(code)
        return await self._keep(workspace, target, attachment, file.content)

    async def _keep(
        self, workspace: WorkspaceId, target: ConversationId, attachment: Attachment, content: bytes
    ) -> Upload:
        digest = (await asyncio.to_thread(sha256, content)).hexdigest()
        id = stable_id("upload", target, attachment.name, attachment.mime_type, digest)
        key = f"{workspace}/uploads/{id}"
        await self.blobs().put(key, content, content_type=attachment.mime_type)
        upload = Upload(
            id=id,
            conversation_id=target,
            attachment=attachment.model_copy(update={"blob": key}),
            created_at=self.clock.now(),
        )
        store = self.platform.workspace(workspace)
        await store.commit([Uploads(store).saving(upload)])
        return upload

    async def found(
        self, workspace: WorkspaceId, target: ConversationId, uploads: Sequence[str]
    ) -> tuple[Attachment, ...]:
        """What these ids stand for. Raises `InvalidInput` (`unknown_attachment`) for what is not beside this one."""
        if not uploads:
            return ()
        found = await Uploads(self.platform.workspace(workspace)).get_many(uploads)
        known = [upload.attachment for upload in found if upload is not None and upload.conversation_id == target]
        if len(known) < len(uploads):
            raise InvalidInput("no such attachment beside this conversation", code="unknown_attachment")
        return tuple(known)
