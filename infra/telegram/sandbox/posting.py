"""Methods that post: into a private chat, a group's topic, or a chat of somebody's own account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from infra.sandbox.standin import CustomerFile
from infra.telegram.sandbox.bot import Place
from infra.telegram.sandbox.call import Call, Result, captioned, check_admitted, check_caption, written
from infra.telegram.sandbox.files import album_number, content_of
from infra.telegram.sandbox.groups import Group
from infra.telegram.sandbox.refused import Refused
from shared.domain.messages import AttachmentKind

_PHOTO_LIMIT = 10 * 2**20
_FILE_LIMIT = 50 * 2**20
_ALBUM = range(2, 11)
_KINDS: dict[str, AttachmentKind] = {"photo": "image", "voice": "voice", "document": "file"}
_MIXED = frozenset({"photo", "video"})


def send_message(call: Call) -> Result:
    """Post a text; answers the `Message`."""
    return Result(_post(call, [written(call)])[0])


def send_photo(call: Call) -> Result:
    """Post a picture."""
    return _send_file(call, "photo")


def send_voice(call: Call) -> Result:
    """Post a voice message."""
    return _send_file(call, "voice")


def send_document(call: Call) -> Result:
    """Post any file."""
    return _send_file(call, "document")


def send_media_group(call: Call) -> Result:
    """Post an album; answers all its messages."""
    media = call.nested("media", list) or []
    if len(media) not in _ALBUM:
        raise Refused(400, "Bad Request: there must be 2-10 media to send as an album")
    kinds = {item.get("type") for item in media}
    if not kinds <= _MIXED and kinds != {"document"}:
        raise Refused(400, "Bad Request: can't mix these media in an album")
    pieces = [_album_piece(call, item) for item in media]
    group = album_number(call.bot)
    return Result(_post(call, [{**piece, "media_group_id": group} for piece in pieces]))


def send_chat_action(call: Call) -> Result:
    """«Typing»: checked and shown to nobody."""
    place_of(call)
    return Result(True)


def place_of(call: Call) -> Place:
    """Where a message goes, if the bot may write there."""
    if call.text("business_connection_id"):
        return _account_place(call)
    group = call.groups.get(call.text("chat_id"))
    if group is not None:
        check_admitted(group)
        return call.groups.place(group, _topic(call, group))
    chat = call.bot.chat(call.text("chat_id"))
    if chat is None:
        raise Refused(400, "Bad Request: chat not found")
    if chat.moved_to is not None:
        description = "Bad Request: group chat was upgraded to a supergroup chat"
        raise Refused(400, description, migrate_to_chat_id=chat.moved_to)
    if chat.is_blocked:
        raise Refused(403, "Forbidden: bot was blocked by the user")
    return call.bot.place_of(chat)


def _topic(call: Call, group: Group) -> str:
    """The topic to post to. Where topics are off, the number is ignored: the words land before everybody."""
    wanted = call.text("message_thread_id")
    if not wanted or not group.is_forum:
        return ""
    topic = group.topics.get(wanted)
    if topic is None or topic.is_deleted:
        raise Refused(400, "Bad Request: message thread not found")
    if topic.is_closed and not group.has("can_manage_topics"):
        raise Refused(400, "Bad Request: TOPIC_CLOSED")
    return wanted


def _account_place(call: Call) -> Place:
    found = call.accounts.find(call.text("business_connection_id"))
    if found is None or not found[0]["is_enabled"]:
        raise Refused(400, "Bad Request: BUSINESS_CONNECTION_INVALID")
    connection, owner = found
    if not connection["rights"].get("can_reply"):
        raise Refused(400, "Bad Request: BUSINESS_CONNECTION_NOT_ALLOWED")
    if call.text("message_thread_id"):
        raise Refused(400, "Bad Request: message thread not found")
    customer = call.accounts.customer(call.text("chat_id"))
    if customer is None:
        raise Refused(400, "Bad Request: BUSINESS_PEER_INVALID")
    place = call.accounts.place(owner, customer)
    if not call.accounts.is_recent(place, call.now):
        raise Refused(400, "Bad Request: BUSINESS_PEER_USAGE_MISSING")
    return place


def _send_file(call: Call, field: str) -> Result:
    content = {**_stored(call, field, call.file(field)), **captioned(call)}
    return Result(_post(call, [content])[0])


def _album_piece(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    part = str(item.get("media", ""))
    if not part.startswith("attach://") or item["type"] not in _KINDS:
        raise Refused(400, "Bad Request: wrong file identifier/HTTP URL specified")
    content = _stored(call, item["type"], call.file(part.removeprefix("attach://")))
    caption = str(item.get("caption", ""))
    check_caption(caption)
    return {**content, "caption": caption} if caption else content


def _stored(call: Call, field: str, file: CustomerFile) -> dict[str, Any]:
    if not file.data:
        raise Refused(400, "Bad Request: file must be non-empty")
    if len(file.data) > _FILE_LIMIT:
        raise Refused(413, "Request Entity Too Large")
    if field == "photo" and len(file.data) > _PHOTO_LIMIT:
        raise Refused(400, "Bad Request: file is too big")
    return content_of(call.bot, CustomerFile(_KINDS[field], file.name, file.mime_type, file.data))


def _post(call: Call, contents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    place = place_of(call)
    chat = str(place.vendor["id"]) + str(place.extra.get("business_connection_id", ""))
    call.limits.spend(call.bot.id, chat, call.clock.now(), is_group=place.is_group, messages=len(contents))
    silent = {"is_silent": True} if call.flag("disable_notification") else {}
    sender = _as_account(call) or {"from": call.bot.user}
    posted = []
    for content in contents:
        message = call.bot.post(place, sender["from"], call.now, {**content, **silent, **_by_bot(sender)})
        # What the server remembers beside the message, and does not show.
        posted.append({name: value for name, value in message.items() if name != "is_silent"})
    return posted


def _as_account(call: Call) -> dict[str, Any] | None:
    """Over a connection the owner writes; the message says by which bot."""
    found = call.accounts.find(call.text("business_connection_id"))
    return None if found is None else {"from": found[0]["user"], "sender_business_bot": call.bot.user}


def _by_bot(sender: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sender.items() if name != "from"}


POSTING: dict[str, Callable[[Call], Result]] = {
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "sendvoice": send_voice,
    "senddocument": send_document,
    "sendmediagroup": send_media_group,
    "sendchataction": send_chat_action,
}
