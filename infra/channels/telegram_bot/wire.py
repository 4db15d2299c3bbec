"""Bytes to our words: customers who write to the bot, and what people do in work groups. No I/O."""

from __future__ import annotations

from infra.telegram.content import attachment_of, text_of
from infra.telegram.groups import GROUPS, is_of_work_group, to_group_arrival
from infra.telegram.objects import MembershipChange, Message, Sent, Update
from infra.telegram.wire import contact_of, is_written, moment, number_of, quoted_number, sent_id, to_update
from shared.domain.arrivals import Arrival, Edited, Reachability, Receipt, Received, ThreadMoved
from shared.domain.model import Instant


def to_arrivals(body: bytes, now: Instant) -> tuple[Arrival, ...]:
    """What one update tells us, if anything. Raises `InvalidInput`."""
    arrival = _to_arrival(to_update(body), now)
    return () if arrival is None else (arrival,)


def to_receipt(sent: Sent) -> Receipt:
    """What we keep of a sent message."""
    return Receipt(source_id=sent_id(sent), at=moment(sent.date))


def _to_arrival(update: Update, now: Instant) -> Arrival | None:
    if update.message is not None and (moved := _moved(update.message)):
        return moved
    if is_of_work_group(update):
        return to_group_arrival(update, now)
    if update.message is not None:
        return _received(update.message, update.update_id)
    if update.edited_message is not None:
        return _edited(update.edited_message, update.update_id)
    return None if update.my_chat_member is None else _reachability(update.my_chat_member)


def _moved(message: Message) -> ThreadMoved | None:
    """Both the old group and the new supergroup announce the move."""
    here, at = str(message.chat.id), moment(message.date)
    if message.migrate_to_chat_id is not None:
        return ThreadMoved(old_thread=here, new_thread=str(message.migrate_to_chat_id), at=at)
    if message.migrate_from_chat_id is not None:
        return ThreadMoved(old_thread=str(message.migrate_from_chat_id), new_thread=here, at=at)
    return None


def _received(message: Message, update_id: int) -> Received | None:
    if not is_written(message):
        return None
    attachment, thread, quoted = attachment_of(message), str(message.chat.id), quoted_number(message)
    return Received(
        source_id=f"{thread}:{number_of(message, update_id)}",
        thread=thread,
        contact=contact_of(message.author, message),
        text=text_of(message),
        at=moment(message.date),
        attachments=() if attachment is None else (attachment,),
        group_id=message.media_group_id,
        reply_to=f"{thread}:{quoted}" if quoted else "",
        is_automatic=message.is_automatic_forward,
        is_group=message.chat.type in GROUPS,
    )


def _edited(message: Message, update_id: int) -> Edited | None:
    if not is_written(message):
        return None
    thread = str(message.chat.id)
    return Edited(
        source_id=f"{thread}:{number_of(message, update_id)}",
        thread=thread,
        text=text_of(message),
        at=moment(message.edit_date or message.date),
    )


def _reachability(change: MembershipChange) -> Reachability | None:
    if change.chat.type != "private":
        return None
    customer = str(change.chat.id)
    is_blocked = change.new_chat_member.status == "kicked"
    return Reachability(contact_source_id=customer, thread=customer, is_blocked=is_blocked, at=moment(change.date))
