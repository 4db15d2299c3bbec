"""Methods of groups and their topics, and of connections to personal accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from infra.telegram.sandbox.call import Call, Result
from infra.telegram.sandbox.groups import Group, SimulatedTopic
from infra.telegram.sandbox.refused import Refused

_NAME = range(1, 129)
_COLOUR = 7322096


def get_chat(call: Call) -> Result:
    """A group, as it is now."""
    return Result(call.group().vendor)


def get_chat_member(call: Call) -> Result:
    """The bot in a group; of other people nothing is known here."""
    group = call.group()
    if call.text("user_id") != str(call.bot.id):
        raise Refused(400, "Bad Request: PARTICIPANT_ID_INVALID")
    return Result(group.member(call.bot))


def create_forum_topic(call: Call) -> Result:
    """A new topic. Its id is that of the service message that opens it."""
    group, name = _forum(call), call.text("name")
    _check_name(name)
    opened = {"forum_topic_created": {"name": name, "icon_color": _COLOUR}}
    message = call.bot.post(call.groups.place(group), call.bot.user, call.now, opened)
    topic = message["message_id"]
    call.groups.keep(group.with_topic(str(topic), SimulatedTopic(name)))
    return Result({"message_thread_id": topic, "name": name, "icon_color": _COLOUR})


def edit_forum_topic(call: Call) -> Result:
    """Rename a topic; an empty name keeps the one it has."""
    group, name = _forum(call), call.text("name")
    topic = _topic(call, group)
    if name:
        _check_name(name)
    return _changed(call, group, replace(topic, name=name or topic.name))


def close_forum_topic(call: Call) -> Result:
    """Only administrators can write there."""
    group = _forum(call)
    return _changed(call, group, replace(_topic(call, group), is_closed=True))


def reopen_forum_topic(call: Call) -> Result:
    """All can write there again."""
    group = _forum(call)
    return _changed(call, group, replace(_topic(call, group), is_closed=False))


def get_business_connection(call: Call) -> Result:
    """A connection that is not over."""
    found = call.accounts.find(call.text("business_connection_id"))
    if found is None:
        raise Refused(400, "Bad Request: BUSINESS_CONNECTION_INVALID")
    return Result(found[0])


def read_business_message(call: Call) -> Result:
    """Mark the messages of a chat as read, up to this one."""
    found = call.accounts.find(call.text("business_connection_id"))
    if found is None or not found[0]["is_enabled"]:
        raise Refused(400, "Bad Request: BUSINESS_CONNECTION_INVALID")
    connection, owner = found
    if not connection["rights"].get("can_read_messages"):
        raise Refused(400, "Bad Request: BUSINESS_CONNECTION_NOT_ALLOWED")
    customer = call.accounts.customer(call.text("chat_id"))
    if customer is None:
        raise Refused(400, "Bad Request: BUSINESS_PEER_INVALID")
    place = call.accounts.place(owner, customer)
    if not call.accounts.is_recent(place, call.now):
        raise Refused(400, "Bad Request: BUSINESS_PEER_USAGE_MISSING")
    if call.bot.message(place, call.text("message_id")) is None:
        raise Refused(400, "Bad Request: MESSAGE_ID_INVALID")
    for record in call.bot.messages(place):
        if record.data["message_id"] <= int(call.text("message_id")):
            call.bot.rewrite(record, is_read=True)
    return Result(True)


def _forum(call: Call) -> Group:
    group = call.group()
    if not group.is_forum:
        raise Refused(400, "Bad Request: the chat is not a forum")
    return call.group(needs="can_manage_topics", refusal="manage topics")


def _topic(call: Call, group: Group) -> SimulatedTopic:
    topic = group.topics.get(call.text("message_thread_id"))
    if topic is None:
        raise Refused(400, "Bad Request: TOPIC_ID_INVALID")
    if topic.is_deleted:
        raise Refused(400, "Bad Request: TOPIC_DELETED")
    return topic


def _changed(call: Call, group: Group, topic: SimulatedTopic) -> Result:
    id = call.text("message_thread_id")
    if group.topics[id] == topic:
        raise Refused(400, "Bad Request: TOPIC_NOT_MODIFIED")
    call.groups.keep(group.with_topic(id, topic))
    return Result(True)


def _check_name(name: str) -> None:
    if len(name) not in _NAME:
        raise Refused(400, "Bad Request: topic name must be 1-128 characters long")


TOPICS: dict[str, Callable[[Call], Result]] = {
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "createforumtopic": create_forum_topic,
    "editforumtopic": edit_forum_topic,
    "closeforumtopic": close_forum_topic,
    "reopenforumtopic": reopen_forum_topic,
    "getbusinessconnection": get_business_connection,
    "readbusinessmessage": read_business_message,
}
