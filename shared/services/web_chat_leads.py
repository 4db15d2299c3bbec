"""The offline form: contacts that a visitor leaves, as a lead and as a message."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from shared.domain.ids import MessageId, contact_id, stable_id
from shared.domain.leads import Lead
from shared.domain.web_chat import page_of
from shared.errors import InvalidInput
from shared.ports.clock import Clock
from shared.services.web_chat_talk import Saying, WebChatTalk
from shared.services.web_chat_visitors import Visitor
from shared.services.web_chats import WebChat
from shared.store.leads import Leads
from shared.store.platform import Platform
from shared.store.users import EMAIL

_EMAIL: Final = re.compile(EMAIL)
_DIGITS: Final = (7, 15)


@dataclass(frozen=True, slots=True)
class LeaveContacts:
    """Safe to repeat: one lead a conversation, one message a `client_id`."""

    platform: Platform
    talk: WebChatTalk
    clock: Clock

    async def __call__(self, chat: WebChat, visitor: Visitor, saying: Saying) -> MessageId:
        """Keep what the visitor told. Raises `InvalidInput` (`contacts_needed`, `email_wrong`, `phone_wrong`)."""
        told = saying.told
        if not told.email and not told.phone:
            raise InvalidInput("leave an e-mail address or a phone number", code="contacts_needed")
        if told.email and not _EMAIL.fullmatch(told.email):
            raise InvalidInput("this is no e-mail address", code="email_wrong")
        if told.phone and not _DIGITS[0] <= sum(map(str.isdecimal, told.phone)) <= _DIGITS[1]:
            raise InvalidInput("this is no phone number", code="phone_wrong")
        contacts = {name: value for name, value in (("email", told.email), ("phone", told.phone)) if value}
        text = saying.text or ", ".join(contacts.values())
        message = await self.talk.say(chat, visitor, replace(saying, text=text, facts={**saying.facts, **contacts}))
        await self._keep(chat, visitor, saying)
        return message

    async def _keep(self, chat: WebChat, visitor: Visitor, saying: Saying) -> None:
        now, told = self.clock.now(), saying.told
        lead = Lead(
            id=stable_id("lead", visitor.conversation_id),
            inbox_id=chat.inbox.id,
            conversation_id=visitor.conversation_id,
            contact_id=contact_id(chat.inbox.id, visitor.id),
            name=told.name,
            email=told.email,
            phone=told.phone,
            text=saying.text,
            page=page_of(told.page),
            created_at=now,
            updated_at=now,
        )
        store = self.platform.workspace(chat.workspace.id)
        await store.commit([Leads(store).sighting(lead)])
