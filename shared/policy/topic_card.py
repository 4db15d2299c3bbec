"""The pinned card of a topic: who the customer is, what it is about, whose turn it is, and buttons to change that."""

from __future__ import annotations

from typing import Final

from shared.domain.contacts import Contact
from shared.domain.conversations import ASSISTANT, NOBODY, Conversation, Status
from shared.domain.ids import stable_id
from shared.domain.inboxes import Inbox
from shared.domain.replies import Draft
from shared.domain.texts import Language, text
from shared.policy.topic_names import CHANNELS, listing_of
from shared.policy.topic_posts import ROOM, TITLE_ROOM, cut
from shared.ports.forum import Button, Post

_FACTS: Final = {
    "item_title": "",
    "product": "",
    "item_price": "group_price",
    "price": "group_price",
    "item_url": "group_link",
    "link": "group_link",
    "city": "group_city",
    "order": "group_order",
    "rating": "group_rating",
}
"""Facts that vendors tell, to their labels; the listing has a line of its own. Others stand under their own name."""


def card_digest(conversation: Conversation, language: Language) -> str:
    """Changes when the card should look different. Contacts are looked up only for a card that is written anew."""
    told = [f"{name}={value}" for name, value in sorted(conversation.facts.items())]
    state = (conversation.owner, conversation.assignee or "", conversation.contact_name, conversation.subject)
    is_closed = str(conversation.status is Status.CLOSED)
    return stable_id("card", *state, is_closed, language, "|".join(conversation.labels), *told)[:12]


def card(conversation: Conversation, inbox: Inbox, contact: Contact | None, owner: str, language: Language) -> Post:
    """The card. `owner`: the name of the person who has the conversation, where one has."""
    account = " ".join(part for part in (inbox.name, inbox.account) if part)
    lines = [
        _line("group_listing", listing_of(conversation), language),
        *(_fact(name, value, language) for name, value in conversation.facts.items()),
        _line("group_customer", _who(conversation, contact), language),
        _line("group_phone", contact.phone if contact else "", language),
        _line("group_email", contact.email if contact else "", language),
        _line("group_account", f"{CHANNELS[conversation.channel]}, {account}", language),
        _line("group_owner", _owner(conversation, owner, language), language),
        _line("group_labels", ", ".join(conversation.labels), language),
    ]
    title = cut(conversation.contact_name, TITLE_ROOM) or text("group_customer", language)
    body = cut("\n".join(line for line in lines if line), ROOM)
    return Post(title=title, text=body, buttons=card_buttons(conversation, language), is_silent=True)


def card_buttons(conversation: Conversation, language: Language) -> tuple[tuple[Button, ...], ...]:
    """What can be done in this state."""
    hands = ("take",) if conversation.owner == ASSISTANT else ("take", "give")
    closes = "reopen" if conversation.status is Status.CLOSED else "close"
    return tuple(_button(verb, language) for verb in hands), (_button(closes, language),)


def draft_post(draft: Draft, language: Language) -> Post:
    """A proposal that waits for a verdict."""
    verbs = ("approve", "edit", "discard")
    buttons = tuple(_button(verb, language, draft.id) for verb in verbs)
    return Post(title=text("group_draft", language), text=cut(draft.text, ROOM), buttons=(buttons,))


def settled_draft(language: Language) -> Post:
    """What stands there once the proposal is gone: what was said stands below as a message of its own."""
    return Post(title=text("group_draft_settled", language), is_silent=True)


def cancel_buttons(language: Language) -> tuple[tuple[Button, ...], ...]:
    """Ends the editing of a draft."""
    return ((_button("cancel", language),),)


def _button(verb: str, language: Language, about: str = "") -> Button:
    return Button(label=text(f"group_button_{verb}", language), data=f"{verb}:{about}"[:64])


def _line(code: str, value: str, language: Language) -> str:
    return f"{text(code, language)}: {value}" if value else ""


def _fact(name: str, value: str, language: Language) -> str:
    if name.endswith("_id") or not value:
        return ""
    code = _FACTS.get(name)
    if code is None:
        return f"{name.replace('_', ' ')}: {value}"
    return _line(code, value, language) if code else ""


def _who(conversation: Conversation, contact: Contact | None) -> str:
    username = f"@{contact.username}" if contact and contact.username else ""
    return " ".join(part for part in (conversation.contact_name, username) if part)


def _owner(conversation: Conversation, name: str, language: Language) -> str:
    if conversation.owner == ASSISTANT:
        return text("group_assistant", language)
    return text("group_nobody", language) if conversation.owner == NOBODY else name or conversation.owner
