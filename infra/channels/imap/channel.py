"""Any mailbox as a channel: IMAP and SMTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

from infra.channels.context import ChannelContext
from infra.channels.imap import pulling, sending, submitting
from infra.channels.imap.account import MailAccount, read_account
from infra.channels.imap.cursor import read_cursor
from infra.channels.imap.dialling import is_simulated
from infra.channels.imap.files import content_of
from infra.channels.imap.locating import locate
from infra.channels.imap.logins import Login, Logins
from infra.channels.imap.sending import Post
from infra.channels.imap.session import Visit
from infra.mail.conversing import LETTER_FILES, answer
from shared.domain.arrivals import Arrival, Connection, Diagnosis, Outgoing, Page, RawDelivery, Receipt, ThreadFacts
from shared.domain.channels import Capabilities
from shared.domain.messages import Attachment
from shared.errors import ChannelError, CredentialsRejected, UntrustedDelivery

_Result = TypeVar("_Result")


class Imap:
    """Implements `shared.ports.channel.Channel`. Credentials: see `account.py` and `logins.py`."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=100_000,
        sends=frozenset({"text", "image", "voice", "file"}),
        files=LETTER_FILES,
        history_listable=True,
        history_readable=True,
        pushes=False,
        pull_every=timedelta(minutes=1),
        pull_every_idle=timedelta(minutes=2),
        html=True,
    )

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._logins = Logins(context)
        self._simulated = is_simulated(context.vendors)

    def read(self, delivery: RawDelivery) -> Sequence[Arrival]:
        """Nobody calls us for a mailbox."""
        raise UntrustedDelivery("a mailbox has no webhook")

    def acknowledge(self, delivery: RawDelivery) -> Mapping[str, Any]:
        """Nothing."""
        return {}

    async def pull(self, cursor: str | None) -> Page:
        """Letters of both sides behind the cursor; None starts from now."""
        now = self._context.clock.now()
        if cursor is None:
            return await self._visit(lambda visit, account: Page(cursor=str(pulling.beginning(visit, account, now))))
        start = read_cursor(cursor)
        return await self._visit(lambda visit, account: pulling.pull(visit, account, start, now))

    async def send(self, outgoing: Outgoing) -> Receipt:
        """By SMTP, under a Message-ID that follows from our own id; a copy among the sent letters."""
        post = self._post(outgoing)
        try:
            return await self._logged_in(lambda account, login: self._send(account, login, post))
        except asyncio.CancelledError:
            post.given_up.set()  # the thread goes on
            raise

    async def find_sent(self, outgoing: Outgoing) -> Receipt | None:
        """By our Message-ID. Raises `ChannelRejected` (`unconfirmed`) where it may have left, and nobody can tell."""
        post = self._post(outgoing)
        return await self._visit(lambda visit, _: sending.find_sent(visit.session, post))

    async def history(self, since: datetime, cursor: str | None) -> Page:
        """Letters of both sides, in every folder where the desk's own may lie."""
        return await self._visit(lambda visit, account: pulling.history(visit, account, since, cursor))

    async def mark_read(self, thread: str, source_id: str) -> None:
        """Where the letter is found: one without a Message-ID is not."""
        del thread

        def work(visit: Visit, account: MailAccount) -> None:
            session = visit.session
            if found := locate(session, source_id, session.folders().incoming):
                session.look_into(found[0], to_change=True)
                session.mark_read(found[1])

        await self._visit(work)

    async def fetch(self, attachment: Attachment, message_source_id: str) -> bytes:
        """A file by the place of its letter, and of itself in the letter."""
        return await self._visit(lambda visit, _: content_of(visit.session, attachment.reference, message_source_id))

    async def describe(self, thread: str) -> ThreadFacts | None:
        """A letter says from whom it is."""
        del thread
        return None

    async def connect(self, webhook_url: str) -> Connection:
        """Log in on both sides and remember where the mailbox stands."""
        del webhook_url
        cursor = (await self.pull(None)).cursor
        await self._logged_in(lambda account, login: submitting.check(account, login, simulated=self._simulated))
        return Connection(account=self._account().address, cursor=cursor)

    async def renew(self) -> None:
        """There is nothing that expires."""

    async def disconnect(self) -> None:
        """There is nothing to take back."""

    async def test(self) -> Diagnosis:
        """Whether letters can be read and sent."""
        try:
            connection = await self.connect("")
        except ChannelError as error:
            return Diagnosis(problem=error.code)
        return Diagnosis(facts={"account": connection.account})

    def _account(self) -> MailAccount:
        return read_account(self._context.credentials)

    def _post(self, outgoing: Outgoing) -> Post:
        account, now = self._account(), self._context.clock.now()
        return Post(answer(outgoing, account.address, now, sender_name=account.name), outgoing, now)

    def _send(self, account: MailAccount, login: Login, post: Post) -> Receipt:
        with Visit(account, login, simulated=self._simulated) as visit:
            return sending.send(visit, account, login, post, simulated=self._simulated)

    async def _visit(self, work: Callable[[Visit, MailAccount], _Result]) -> _Result:
        """Something done in the mailbox."""

        def blocking(account: MailAccount, login: Login) -> _Result:
            with Visit(account, login, simulated=self._simulated) as visit:
                return work(visit, account)

        return await self._logged_in(blocking)

    async def _logged_in(self, work: Callable[[MailAccount, Login], _Result]) -> _Result:
        """Blocking work in a thread. A token that was refused is renewed once: then nothing has been done yet."""
        account, login = self._account(), await self._logins.current()
        try:
            return await asyncio.to_thread(work, account, login)
        except CredentialsRejected:
            if not self._logins.can_renew:
                raise
        return await asyncio.to_thread(work, account, await self._logins.instead_of(login))
