"""Methods that change what was posted: edit, delete, pin, and the answers to pressed buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from infra.sandbox.world import Record
from infra.telegram.sandbox.bot import Place
from infra.telegram.sandbox.call import Call, Result, written
from infra.telegram.sandbox.refused import Refused

_OLD_SECONDS = 48 * 60 * 60
_QUERY_SECONDS = 150
_ANSWER_LIMIT = 200
_MOST_DELETED = 100


def edit_message_text(call: Call) -> Result:
    """Replace the text and buttons of an own message."""
    record = _found(call, _place(call), "edit")
    message = record.data
    if message["from"]["id"] != call.bot.id:
        raise Refused(400, "Bad Request: message can't be edited")
    if "text" not in message:
        raise Refused(400, "Bad Request: there is no text in the message to edit")
    content = {"entities": None, "reply_markup": None, **written(call)}
    if all(message.get(name) == value for name, value in content.items()):
        raise Refused(400, "Bad Request: message is not modified: specified new message content is the same")
    return Result(call.bot.rewrite(record, **content, edit_date=call.now))


def delete_message(call: Call) -> Result:
    """Delete one message."""
    place = _place(call)
    _delete(call, [_found(call, place, "delete")])
    return Result(True)


def delete_messages(call: Call) -> Result:
    """Delete several; those that are not there are skipped."""
    numbers = call.nested("message_ids", list) or []
    if not 1 <= len(numbers) <= _MOST_DELETED:
        raise Refused(400, "Bad Request: wrong number of message identifiers")
    place = _place(call)
    found = [call.bot.message(place, str(number)) for number in numbers]
    _delete(call, [record for record in found if record is not None])
    return Result(True)


def pin_chat_message(call: Call) -> Result:
    """Pin a message in its topic."""
    group = call.group(needs="can_pin_messages", refusal="manage pinned messages in the chat")
    number = int(_found(call, call.groups.place(group), "pin").data["message_id"])
    pinned = (*(other for other in group.pinned if other != number), number)
    call.groups.keep(replace(group, pinned=pinned))
    return Result(True)


def answer_callback_query(call: Call) -> Result:
    """Tell who pressed a button what came of it; Telegram waits for a while only."""
    key = call.bot.key(f"query/{call.text('callback_query_id')}")
    query = call.bot.world.fact(key)
    if query is None or query["at"] < call.now - _QUERY_SECONDS:
        raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    if len(call.text("text")) > _ANSWER_LIMIT:
        raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
    call.bot.world.learn(key, {**query, "answer": call.text("text")})
    return Result(True)


def _place(call: Call) -> Place:
    if call.groups.get(call.text("chat_id")) is not None:
        return call.groups.place(call.group())
    chat = call.bot.chat(call.text("chat_id"))
    if chat is None:
        raise Refused(400, "Bad Request: chat not found")
    return call.bot.place_of(chat)


def _found(call: Call, place: Place, purpose: str) -> Record:
    record = call.bot.message(place, call.text("message_id"))
    if record is None:
        raise Refused(400, f"Bad Request: message to {purpose} not found")
    return record


def _delete(call: Call, records: Iterable[Record]) -> None:
    group = call.groups.get(call.text("chat_id"))
    may_delete_all = group is not None and group.has("can_delete_messages")
    found = list(records)
    for record in found:
        # In a private chat a bot may also delete what it was told.
        is_ours = group is None or record.data["from"]["id"] == call.bot.id
        is_young = record.data["date"] > call.now - _OLD_SECONDS
        if not ((is_ours and is_young) or may_delete_all):
            raise Refused(400, "Bad Request: message can't be deleted")
    for record in found:
        call.bot.rewrite(record, is_deleted=True)


CHANGING: dict[str, Callable[[Call], Result]] = {
    "editmessagetext": edit_message_text,
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
    "pinchatmessage": pin_chat_message,
    "answercallbackquery": answer_callback_query,
}
