"""What people do in work groups, read off updates. No I/O.

Only supergroups with topics are work groups: what is said in other chats is no business of this file.
"""

from __future__ import annotations

from infra.telegram.content import attachment_of, text_of
from infra.telegram.objects import CallbackQuery, MembershipChange, Message, Party, Update
from infra.telegram.wire import is_written, moment, number_of, quoted_number
from shared.domain.arrivals import FromWorkGroup
from shared.domain.cockpit import GroupMembership, GroupMessage, GroupPress, GroupTopicChange, GroupUser
from shared.domain.model import Instant

ANONYMOUS_ADMIN = 1087968824
"""Telegram's own bot, behind which administrators hide."""
GROUPS = frozenset({"group", "supergroup"})
"""Kinds of chats in which several people talk."""
_ADMINS = frozenset({"administrator", "creator"})


def is_of_work_group(update: Update) -> bool:
    """Whether an update belongs to a work group, or may make one."""
    message = update.message or update.edited_message
    if message is not None:
        return message.chat.is_forum
    if update.my_chat_member is not None:
        return update.my_chat_member.chat.type in GROUPS
    return update.callback_query is not None


def to_group_arrival(update: Update, now: Instant) -> FromWorkGroup | None:
    """What such an update tells us, if anything. `now` is for presses, which Telegram does not date."""
    if update.message is not None:
        return _topic_change(update.message) or _written(update.message, update.update_id)
    if update.edited_message is not None:
        return _written(update.edited_message, update.update_id, is_edit=True)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    return None if update.callback_query is None else _press(update.callback_query, now)


def _written(message: Message, update_id: int, *, is_edit: bool = False) -> GroupMessage | None:
    if not is_written(message) or message.is_automatic_forward:
        return None
    attachment = attachment_of(message)
    return GroupMessage(
        chat=str(message.chat.id),
        source_id=number_of(message, update_id),
        topic=_number(message.message_thread_id),
        reply_to=quoted_number(message),
        author=_author(message),
        text=text_of(message),
        attachments=() if attachment is None else (attachment,),
        group_id=message.media_group_id,
        at=moment((message.edit_date or message.date) if is_edit else message.date),
        is_edit=is_edit,
    )


def _topic_change(message: Message) -> GroupTopicChange | None:
    """Ours too are announced: a bot's doing is nobody's hand."""
    is_closed = message.has_any(frozenset({"forum_topic_closed"}))
    is_opened = message.has_any(frozenset({"forum_topic_reopened"}))
    if message.message_thread_id is None or not (is_closed or is_opened) or message.author.is_bot:
        return None
    return GroupTopicChange(
        chat=str(message.chat.id),
        topic=str(message.message_thread_id),
        is_closed=is_closed,
        author=_author(message),
        at=moment(message.date),
    )


def _press(query: CallbackQuery, now: Instant) -> GroupPress | None:
    if query.message is None or not query.data:
        return None
    return GroupPress(
        chat=str(query.message.chat.id),
        topic=_number(query.message.message_thread_id),
        source_id=str(query.message.message_id),
        press_id=query.id,
        data=query.data,
        author=_user(query.sender),
        at=now,
    )


def _membership(change: MembershipChange) -> GroupMembership:
    found = change.new_chat_member
    return GroupMembership(
        chat=str(change.chat.id),
        title=change.chat.title,
        is_forum=change.chat.is_forum,
        is_member=found.status in _ADMINS | {"member"} or found.is_member,
        is_admin=found.status in _ADMINS,
        author=_user(change.sender or change.chat),
        at=moment(change.date),
    )


def _author(message: Message) -> GroupUser:
    """Who writes as a chat, the group itself or a channel, cannot be told from others who do."""
    author = _user(message.author)
    return author if message.sender_chat is None else author.model_copy(update={"is_anonymous": True})


def _user(party: Party) -> GroupUser:
    return GroupUser(
        source_id=str(party.id),
        name=party.name,
        username=party.username,
        language=party.language_code,
        is_anonymous=party.id == ANONYMOUS_ADMIN,
    )


def _number(thread: int | None) -> str:
    return "" if thread is None else str(thread)
