"""What the stand-ins for both kinds of bot share: the server, tokens, webhooks, and what can be wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from starlette.types import ASGIApp

from infra.channels.remedies import WEBHOOK_FAILING, WEBHOOK_MISSING, WRONG
from infra.sandbox.faults import Faults
from infra.sandbox.standin import OverHttp, SandboxContext
from infra.telegram.registration import TAKEN
from infra.telegram.sandbox.staff import Staff
from infra.telegram.sandbox.telegram import telegram_of
from shared.domain.messages import AttachmentKind
from shared.errors import InvalidInput


class TelegramStandin(Staff, OverHttp):
    """Base of both: they differ in how customers reach the bot."""

    sendable: ClassVar[frozenset[AttachmentKind]] = frozenset({"image", "voice", "audio", "video", "file"})

    def __init__(self, context: SandboxContext) -> None:
        self._telegram = telegram_of(context)
        self.faults: Faults = self._telegram.faults

    @property
    def app(self) -> ASGIApp:
        """The Bot API, for `TELEGRAM_API_URL`: the same server wherever it is mounted."""
        return self._telegram.app

    def open_account(self, account: str) -> Mapping[str, str]:
        """The token, as @BotFather would give it."""
        bot = self._bot(account)
        bot.open()
        return {"token": bot.token}

    def renew_credentials(self, account: str) -> Mapping[str, str]:
        """@BotFather revokes the token and makes another one."""
        self._bot(account).revoke()
        return self.open_account(account)

    def afflict(self, account: str, problem: str) -> None:
        """Bring about a problem of the token or of the webhook."""
        bot = self._bot(account)
        if problem == WRONG:
            bot.revoke()
        elif problem == WEBHOOK_MISSING:
            bot.webhook = {}
        elif problem == TAKEN:
            bot.webhook = {"url": "https://another-program.example/telegram", "secret_token": ""}
        elif problem == WEBHOOK_FAILING:
            self.fail_webhook(account, "Wrong response from the webhook: 503 Service Unavailable")
        else:
            raise InvalidInput("nothing of this kind can be wrong here")

    def fail_webhook(self, account: str, error: str, *, pending: int = 1) -> None:
        """Let `getWebhookInfo` say that deliveries fail: what the pusher meets is not told to the stand-in."""
        bot = self._bot(account)
        failure = {"last_error_date": self._now(), "last_error_message": error, "failing_updates": pending}
        bot.webhook = {**bot.webhook, **failure}
