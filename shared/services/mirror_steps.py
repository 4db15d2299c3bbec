"""What is to be done next in a topic: each step is one call of Telegram."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.domain.arrivals import OutgoingFile
from shared.domain.conversations import ASSISTANT, NOBODY, Status
from shared.domain.ids import MessageId, UserId
from shared.domain.tasks import StoreAttachmentsTask
from shared.domain.texts import text
from shared.domain.topics import KEPT_POSTS, ForumTopic
from shared.errors import ChannelRejected
from shared.policy.topic_card import card, draft_post, settled_draft
from shared.policy.topic_debts import Rank, new_draft, rank_of
from shared.policy.topic_names import name_of
from shared.policy.topic_posts import TITLE_ROOM, Piece, body_of, cut, first_post
from shared.ports.clock import Clock
from shared.ports.forum import Forum, Post
from shared.ports.task_queue import TaskQueue
from shared.services.directory import InboxDirectory
from shared.services.mirror_view import View, history
from shared.services.outgoing_files import OutgoingFiles
from shared.store.contacts import Contacts
from shared.store.members import Members
from shared.store.workspace import WorkspaceStore

HISTORY: Final = 10
_LINE: Final = 300


@dataclass(frozen=True, slots=True)
class Step:
    """One call, and what the topic is after it."""

    call: Callable[[Forum], Awaitable[str | None]]
    """Answers Telegram's id of what it made, where it made something."""
    done: Callable[[str], ForumTopic]
    skipped: ForumTopic
    """Where Telegram will never take it: what else to go by."""
    has_file: bool = False
    is_trifle: bool = False
    """Not worth a second try: customers' words would wait for it."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Finds the next step: words before looks, and the newest looks only."""

    directory: InboxDirectory
    files: OutgoingFiles
    tasks: TaskQueue
    clock: Clock

    async def next(self, store: WorkspaceStore, view: View) -> Step | None:
        """None: nothing can be done now."""
        composed = view.composed()
        for message in composed.awaited:
            await self._fetch(view, message)
        if composed.pieces or new_draft(view.topic, view.conversation):
            return await self._content(store, view, composed.pieces)
        return await self._tidiness(store, view) if view.topic.topic else None

    async def _content(self, store: WorkspaceStore, view: View, pieces: Sequence[Piece]) -> Step:
        topic, conversation = view.topic, view.conversation
        if not topic.topic:
            return _creating(view)
        if topic.is_closed and conversation.status is not Status.CLOSED:
            return _reopening(view)
        if not topic.card:
            return await self._card(store, view)
        if not topic.has_history and history(view):
            return _history(view)
        if pieces:
            return await self._words(view, first_post(pieces))
        return _settling_draft(view) if topic.draft_post else _draft(view)

    async def _tidiness(self, store: WorkspaceStore, view: View) -> Step | None:
        topic, conversation = view.topic, view.conversation
        name, is_closed = name_of(conversation), conversation.status is Status.CLOSED
        if topic.draft_post and (conversation.draft is None or conversation.draft.id != topic.draft_id):
            return _settling_draft(view)
        if topic.name != name:
            renamed = _with(view, name=name)
            return Step(lambda forum: forum.rename_topic(topic.topic, name), lambda _: renamed, renamed)
        if topic.is_closed != is_closed:
            return _closing(view) if is_closed else _reopening(view)
        if topic.card_digest != view.digest:
            return await self._card(store, view)
        if not topic.is_pinned:
            pinned = _with(view, is_pinned=True)
            return Step(lambda forum: forum.pin(topic.card), lambda _: pinned, pinned, is_trifle=True)
        return None

    async def _card(self, store: WorkspaceStore, view: View) -> Step:
        """Written or, where it stands already, rewritten. One that people have deleted is written anew."""
        conversation, topic, digest = view.conversation, view.topic, view.digest
        inbox = await self.directory.inbox(conversation.workspace_id, conversation.inbox_id)
        contact = await Contacts(store).get(conversation.contact_id)
        post = card(conversation, inbox, contact, await self._owner(store, view), view.group.language)
        if topic.card:
            again = _with(view, card="", card_digest="", is_pinned=False)
            return Step(lambda forum: forum.edit(topic.card, post), lambda _: _with(view, card_digest=digest), again)
        return Step(
            lambda forum: forum.post(topic.topic, post),
            lambda id: _with(view, id, card=id, card_digest=digest, is_pinned=False),
            _with(view, card="-", card_digest=digest, is_pinned=True),
        )

    async def _owner(self, store: WorkspaceStore, view: View) -> str:
        owner = view.conversation.owner
        if owner in (ASSISTANT, NOBODY):
            return ""
        if owner in view.topic.people:
            return view.topic.people[owner]
        member = await Members(store).get(UserId(owner))
        return "" if member is None else member.name or member.email

    async def _words(self, view: View, pieces: list[Piece]) -> Step:
        first = pieces[0]
        keys = [key for piece in pieces for key in piece.keys]
        try:
            file = await self._file(first)
        except ChannelRejected:
            return _unreadable(view)
        post = Post(
            title=cut(first.title, TITLE_ROOM),
            text=body_of(pieces),
            file=file,
            is_silent=rank_of(view.place() or 0) >= Rank.ROUTINE,
        )
        shown = _shown(view, keys)
        return Step(
            lambda forum: forum.post(view.topic.topic, post),
            lambda id: _with(view, id, shown=shown),
            _with(view, shown=shown),
            has_file=file is not None,
        )

    async def _file(self, piece: Piece) -> OutgoingFile | None:
        if piece.document:
            content = piece.document.encode("utf-8", "replace")
            return OutgoingFile(kind="file", name="message.txt", mime_type="text/plain", content=content)
        return None if piece.file is None else await self.files.one(piece.file)

    async def _fetch(self, view: View, message: MessageId) -> None:
        """Files that nobody else has asked the vendor for: those of echoes and notices."""
        conversation = view.conversation
        task = StoreAttachmentsTask(
            workspace_id=conversation.workspace_id,
            conversation_id=conversation.id,
            message_id=message,
            channel=conversation.channel,
        )
        await self.tasks.enqueue(task, run_at=self.clock.now(), name=f"files-{message}")


def _creating(view: View) -> Step:
    name = name_of(view.conversation)
    return Step(
        lambda forum: forum.create_topic(name),
        lambda id: _with(view, topic=id, name=name, has_history=not history(view)),
        view.topic,
    )


def _reopening(view: View) -> Step:
    topic, opened = view.topic, _with(view, is_closed=False)
    return Step(lambda forum: forum.reopen_topic(topic.topic), lambda _: opened, opened)


def _closing(view: View) -> Step:
    topic, closed = view.topic, _with(view, is_closed=True)
    return Step(lambda forum: forum.close_topic(topic.topic), lambda _: closed, closed)


def _history(view: View) -> Step:
    """A few lines of what was said before, in one silent post."""
    window, language = view.conversation.window, view.group.language
    lines = [
        f"{'→' if window[id].direction == 'outgoing' else '←'} {cut(' '.join(window[id].text.split()), _LINE)}"
        for id in history(view)[-HISTORY:]
    ]
    post = Post(title=text("group_history", language), text="\n".join(lines), is_silent=True)
    told = _with(view, has_history=True)
    return Step(lambda forum: forum.post(view.topic.topic, post), lambda id: _with(view, id, has_history=True), told)


def _draft(view: View) -> Step:
    draft = view.conversation.draft
    assert draft is not None
    post = draft_post(draft, view.group.language)
    return Step(
        lambda forum: forum.post(view.topic.topic, post),
        lambda id: _with(view, id, draft_id=draft.id, draft_post=id),
        _with(view, draft_id=draft.id, draft_post=""),
    )


def _settling_draft(view: View) -> Step:
    topic, settled = view.topic, _with(view, draft_id=None, draft_post="")
    post = settled_draft(view.group.language)
    return Step(lambda forum: forum.edit(topic.draft_post, post), lambda _: settled, settled)


def _unreadable(view: View) -> Step:
    """Our own copy of a file is gone: the next look names it instead."""

    async def refused(forum: Forum) -> None:
        del forum
        raise ChannelRejected("a file of this message is gone", code="file_gone")

    return Step(refused, lambda _: view.topic, view.topic, has_file=True)


def _shown(view: View, keys: Sequence[str]) -> dict[str, Any]:
    return view.topic.shown | {key: view.mark_of(key) for key in keys}


def _with(view: View, post: str = "", **changes: Any) -> ForumTopic:
    """The topic with these changes and, where a post was made, with its id."""
    posts = (*view.topic.posts, post)[-KEPT_POSTS:] if post else view.topic.posts
    return view.topic.model_copy(update={"attempts": 0, "posts": posts, **changes})
