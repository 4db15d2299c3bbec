"""Who a visitor is: whoever holds a token of ours.

The token names the visitor and is signed with the inbox's own word, so that nothing is stored for somebody who only
looks, nobody can name another visitor, and a new word ends every session.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from shared.domain.ids import ConversationId, conversation_id
from shared.errors import UntrustedDelivery
from shared.ports.clock import Clock, Ids
from shared.services.web_chats import WebChat, conversation_thread

LIFE = timedelta(days=180)
RENEWED_AFTER = timedelta(days=30)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser that talks to one web chat."""

    id: str
    conversation_id: ConversationId


@dataclass(frozen=True, slots=True)
class Pass:
    """What is given to a visitor."""

    visitor: Visitor
    token: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Visitors:
    """Gives out tokens and reads them."""

    clock: Clock
    ids: Ids

    def admit(self, chat: WebChat, token: str) -> Pass:
        """A pass for whoever comes: for the visitor of the token where it holds, else for a new one."""
        try:
            visitor, age = self._read(chat, token)
        except UntrustedDelivery:
            return self.welcome(chat)
        return Pass(visitor, token if age < RENEWED_AFTER else self._token(chat, visitor.id), is_new=False)

    def welcome(self, chat: WebChat) -> Pass:
        """A pass for somebody new."""
        visitor = _visitor(chat, self.ids.new())
        return Pass(visitor, self._token(chat, visitor.id), is_new=True)

    def read(self, chat: WebChat, token: str) -> Visitor:
        """The visitor of a token. Raises `UntrustedDelivery` (`visitor_unknown`)."""
        return self._read(chat, token)[0]

    def _read(self, chat: WebChat, token: str) -> tuple[Visitor, timedelta]:
        id, _, rest = token.partition(".")
        issued = rest.partition(".")[0]
        is_readable = len(token) <= _LONGEST and token.isascii() and issued.isdecimal() and len(issued) <= 11
        if not is_readable or not hmac.compare_digest(token, _signed(chat, id, issued)):
            raise UntrustedDelivery("begin a session first", code="visitor_unknown")
        age = timedelta(seconds=self._now() - int(issued))
        if age > LIFE:
            raise UntrustedDelivery("this session is over, begin another", code="visitor_unknown")
        return _visitor(chat, id), age

    def _token(self, chat: WebChat, id: str) -> str:
        return _signed(chat, id, str(self._now()))

    def _now(self) -> int:
        return int(self.clock.now().timestamp())


def _visitor(chat: WebChat, id: str) -> Visitor:
    return Visitor(id, conversation_id(chat.inbox.id, conversation_thread(id)))


def _signed(chat: WebChat, id: str, issued: str) -> str:
    """`{visitor}.{second of issue}.{signature}`."""
    words = f"visitor\n{chat.inbox.id}\n{id}\n{issued}"
    signature = hmac.new(chat.word.encode(), words.encode(), sha256).digest()
    return f"{id}.{issued}.{urlsafe_b64encode(signature).decode().rstrip('=')}"
