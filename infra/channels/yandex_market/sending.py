"""Handing messages to Market: chats take texts and files one by one and name no id, public answers name theirs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from infra.channels.same_words import same_words
from infra.channels.yandex_market.api import MarketApi
from infra.channels.yandex_market.chats import history
from infra.channels.yandex_market.posts import is_ours
from infra.channels.yandex_market.questions import Questions
from infra.channels.yandex_market.reviews import Reviews
from infra.channels.yandex_market.shapes import Chat, Remark, each
from infra.channels.yandex_market.wire import id_in, read_messages
from shared.domain.arrivals import Echo, Outgoing, Receipt
from shared.domain.channels import Capabilities
from shared.errors import ChannelError, ChannelRejected
from shared.ports.clock import Clock

CLOCKS_DIFFER = timedelta(minutes=1)
LOOKS = 2
"""How often a chat is asked for the message that it has just taken."""
PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Sending:
    """Sends and finds again, in each kind of talk."""

    api: MarketApi
    business: str
    clock: Clock
    capabilities: Capabilities

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Hand one message over. Raises as `Channel.send`."""
        self._check(outgoing)
        match outgoing.kind:
            case "question":
                return await self._answer_question(outgoing)
            case "review":
                return await self._answer_review(outgoing)
            case _:
                return await self._write(outgoing)

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        """The newest message of ours with these words and files since the first attempt."""
        match outgoing.kind:
            case "question":
                return await self._find_answer(outgoing)
            case "review":
                return await self._find_comment(outgoing)
            case _:
                echo = await self._find_message(outgoing)
                is_whole = echo is not None and len(echo.attachments) == len(outgoing.files)
                return Receipt(source_id=echo.source_id, at=echo.at) if echo and is_whole else None

    def _check(self, outgoing: Outgoing) -> None:
        rules, limit = self.capabilities.files, self.capabilities.text_limit_in(outgoing.kind)
        if not outgoing.text.strip() and not outgoing.files:
            raise ChannelRejected("Market takes no empty message", code="text_empty")
        if len(outgoing.text) > limit:
            raise ChannelRejected(f"Market takes {limit} characters at most", code="text_too_long")
        if outgoing.files and (rules is None or outgoing.kind not in self.capabilities.sends_files_in):
            raise ChannelRejected("Market takes files in chats only", code="files_not_taken")
        if rules is not None and any(len(file.content) > rules.max_bytes for file in outgoing.files):
            raise ChannelRejected(f"Market takes files of up to {rules.max_bytes} bytes", code="file_too_large")
        if outgoing.is_automatic and outgoing.context.get("dispute"):
            raise ChannelRejected("in a dispute a person answers", code="dispute_open")

    async def _write(self, outgoing: Outgoing) -> Receipt:
        chat = id_in(outgoing.thread, "chat")
        is_halfway = bool(outgoing.files and outgoing.text) and await self._find_message(outgoing) is not None
        if outgoing.text and not is_halfway:
            await self.api.say(self.business, chat, outgoing.text)
        for file in outgoing.files:
            await self.api.send_file(self.business, chat, file)
        return await self._receipt(outgoing)

    async def _receipt(self, outgoing: Outgoing) -> Receipt:
        """Market has taken it and named no id: the history does. Nothing here makes the message unsent."""
        with suppress(ChannelError):
            for look in range(LOOKS):
                if look:
                    await self.clock.sleep(PAUSE_SECONDS)
                if receipt := await self.find(outgoing):
                    return receipt
        return Receipt()

    async def _find_message(self, outgoing: Outgoing) -> Echo | None:
        chat = id_in(outgoing.thread, "chat")
        answered = outgoing.context.get("message_id", "")
        messages, _ = await history(self.api, self.business, chat, answered if answered.isdecimal() else "")
        since = outgoing.first_tried_at - CLOCKS_DIFFER
        late = [message for message in messages if message.created_at >= since and message.id != answered]
        echoes = read_messages(late, Chat.model_construct(id=chat, updated_at=since))
        return next((echo for echo in reversed(echoes) if isinstance(echo, Echo) and _is_same(echo, outgoing)), None)

    async def _answer_question(self, outgoing: Outgoing) -> Receipt:
        question = id_in(outgoing.thread, "question")
        if parent := outgoing.context.get("answer_id", ""):
            comment = await self.api.answer(self.business, parent, "ANSWER", outgoing.text)
            return Receipt(source_id=f"comment:{comment}")
        answer = await self.api.answer(self.business, question, "QUESTION", outgoing.text)
        return Receipt(source_id=f"answer:{answer}")

    async def _find_answer(self, outgoing: Outgoing) -> Receipt | None:
        question, parent = id_in(outgoing.thread, "question"), outgoing.context.get("answer_id", "")
        answers = await Questions(self.api, self.business).answers(question)
        if not parent:
            return self._newest(answers, outgoing, "answer")
        below = [comment for answer in answers if answer.id == parent for comment in answer.comments]
        return self._newest(each(Remark, below)[0], outgoing, "comment")

    def _newest(self, remarks: Sequence[Remark], outgoing: Outgoing, name: str) -> Receipt | None:
        since = outgoing.first_tried_at - CLOCKS_DIFFER
        for remark in reversed(remarks):
            is_new = remark.created_at is None or remark.created_at >= since
            if is_new and is_ours(remark) and same_words(remark.text, outgoing.text):
                return Receipt(source_id=f"{name}:{remark.id}", at=remark.created_at)
        return None

    async def _answer_review(self, outgoing: Outgoing) -> Receipt:
        review, parent = id_in(outgoing.thread, "review"), outgoing.context.get("comment_id", "")
        comment = await self.api.comment(self.business, review, parent, outgoing.text)
        return Receipt(source_id=f"review_comment:{comment}")

    async def _find_comment(self, outgoing: Outgoing) -> Receipt | None:
        """Comments have no time: the one on what was answered is meant."""
        review, parent = id_in(outgoing.thread, "review"), outgoing.context.get("comment_id", "")
        comments = await Reviews(self.api, self.business).comments(review)
        return self._newest([comment for comment in comments if comment.parent == parent], outgoing, "review_comment")


def _is_same(echo: Echo, outgoing: Outgoing) -> bool:
    """Whether it is what we may have sent: the same text, perhaps its file not yet; a file alone by name and size."""
    if outgoing.text:
        return same_words(echo.text, outgoing.text)
    sent = [(file.name, file.size) for file in echo.attachments]
    return not echo.text and sent == [(file.name or "file", len(file.content)) for file in outgoing.files]
