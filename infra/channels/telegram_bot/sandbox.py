"""A stand-in for Telegram: its Bot API, and the customers who write to the bots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from starlette.types import ASGIApp

from infra.channels.telegram_bot.sandbox_bot import Chat, SimulatedBot, customer_user
from infra.channels.telegram_bot.sandbox_deliveries import Deliveries
from infra.channels.telegram_bot.sandbox_server import BotApiServer
from infra.sandbox.faults import Faults, FaultyNetwork
from infra.sandbox.standin import CustomerFile, OverHttp, SandboxContext, Seen
from shared.domain.model import EPOCH
from shared.errors import InvalidInput


class TelegramBotSandbox(OverHttp):
    """`Standin` for Telegram bots, with what else a customer can do: edit, block, unblock, move to a supergroup."""

    def __init__(self, context: SandboxContext) -> None:
        self.faults = Faults()
        self._context = context
        self._deliveries = Deliveries(context.pusher, self.faults)
        server = BotApiServer(context.world, context.clock, self._deliveries, self.faults)
        self._app = FaultyNetwork(server.app, self.faults)

    @property
    def app(self) -> ASGIApp:
        """The Bot API, for `TELEGRAM_API_URL`."""
        return self._app

    def open_account(self, account: str) -> Mapping[str, str]:
        """The token, as @BotFather would give it."""
        bot = self._bot(account)
        bot.open()
        return {"token": bot.token}

    async def write(self, account: str, customer: str, text: str, files: Sequence[CustomerFile] = ()) -> str:
        """Each file is a message of its own, the text a caption of the first; answers the first message's id."""
        if not text and not files:
            raise InvalidInput("a message needs a text or a file")
        bot = self._bot(account)
        chat = bot.chat_with(customer)
        if chat.is_blocked:
            # Nobody can write to a bot that they have blocked.
            await self.unblock(account, customer)
            chat = bot.chat_with(customer)
        messages = [bot.post(chat, customer_user(customer), self._now(), piece) for piece in _pieces(bot, text, files)]
        for message in messages:
            self._deliveries.announce(bot, "message", message)
        return str(messages[0]["message_id"])

    async def answer_in_vendor_app(self, account: str, customer: str, text: str) -> str:
        """A bot has no app that a person could write in."""
        raise InvalidInput("a bot is answered for through its API only")

    def seen_by(self, account: str, customer: str) -> list[Seen]:
        """Both sides in order; `extra` names the message for `edit`."""
        return [_seen(record.data) for record in self._bot(account).history(customer)]

    async def edit(self, account: str, customer: str, message_id: str, text: str) -> None:
        """The customer changes the text or caption of a message. Raises `InvalidInput` for an unknown one."""
        bot = self._bot(account)
        for record in bot.history(customer):
            if str(record.data["message_id"]) == message_id and not record.data["from"]["is_bot"]:
                field = "text" if "text" in record.data else "caption"
                message = bot.rewrite(record, **{field: text, "edit_date": self._now()})
                self._deliveries.announce(bot, "edited_message", message)
                return
        raise InvalidInput("this customer has no such message")

    async def block(self, account: str, customer: str) -> None:
        """The customer stops the bot."""
        self._turn(account, customer, is_blocked=True)

    async def unblock(self, account: str, customer: str) -> None:
        """The customer lets the bot write again."""
        self._turn(account, customer, is_blocked=False)

    async def migrate(self, account: str, customer: str) -> str:
        """The chat becomes a supergroup; answers its new id. At Telegram only groups do: here any chat stands in."""
        bot = self._bot(account)
        old = bot.chat_with(customer)
        new_id = -1_002_000_000_000 - bot.next_id("supergroup")
        new = bot.keep(Chat(customer, {"id": new_id, "type": "supergroup", "title": customer}))
        group = {"id": old.id, "type": "group", "title": customer}
        bot.keep(old, moved_to=new_id)
        for here, news in ((group, {"migrate_to_chat_id": new_id}), (new.vendor, {"migrate_from_chat_id": old.id})):
            service = {"message_id": bot.next_id("message"), "from": customer_user(customer), "date": self._now()}
            self._deliveries.announce(bot, "message", {**service, "chat": here, **news})
        return str(new_id)

    def fail_webhook(self, account: str, error: str, *, pending: int = 1) -> None:
        """Let `getWebhookInfo` say that deliveries fail: what the pusher meets is not told to the stand-in."""
        bot = self._bot(account)
        failure = {"last_error_date": self._now(), "last_error_message": error, "failing_updates": pending}
        bot.webhook = {**bot.webhook, **failure}

    def _bot(self, account: str) -> SimulatedBot:
        return SimulatedBot(self._context.world, account)

    def _now(self) -> int:
        return int(self._context.clock.now().timestamp())

    def _turn(self, account: str, customer: str, *, is_blocked: bool) -> None:
        bot = self._bot(account)
        chat = bot.keep(bot.chat_with(customer), is_blocked=is_blocked)
        allowed = {"status": "member", "user": bot.user}
        blocked = {"status": "kicked", "user": bot.user, "until_date": 0}
        change = {
            "chat": chat.vendor,
            "from": customer_user(customer),
            "date": self._now(),
            "old_chat_member": allowed if is_blocked else blocked,
            "new_chat_member": blocked if is_blocked else allowed,
        }
        self._deliveries.announce(bot, "my_chat_member", change)


def _pieces(bot: SimulatedBot, text: str, files: Sequence[CustomerFile]) -> list[dict[str, Any]]:
    """The content of each message; several photos make an album."""
    if not files:
        return [{"text": text}]
    pieces = [_file_content(bot, file) for file in files]
    photos = [piece for piece in pieces if "photo" in piece]
    if len(photos) > 1:
        album = str(13_000_000_000_000_000 + bot.next_id("album"))
        for photo in photos:
            photo["media_group_id"] = album
    if text:
        pieces[0]["caption"] = text
    return pieces


def _file_content(bot: SimulatedBot, file: CustomerFile) -> dict[str, Any]:
    if file.kind == "image":
        stored = bot.keep_file("photos", ".jpg", file.data)
        # Listed as Telegram lists it; its bytes are not kept.
        thumbnail = {"file_id": f"{stored['file_id']}-s", "file_unique_id": f"{stored['file_unique_id']}s"}
        return {"photo": [{**thumbnail, "width": 90, "height": 67}, {**stored, "width": 1280, "height": 960}]}
    if file.kind == "voice":
        stored = bot.keep_file("voice", ".oga", file.data)
        return {"voice": {**stored, "duration": 3, "mime_type": file.mime_type}}
    stored = bot.keep_file("documents", PurePath(file.name).suffix, file.data)
    return {"document": {**stored, "file_name": file.name, "mime_type": file.mime_type}}


def _seen(message: dict[str, Any]) -> Seen:
    files = [kind for kind in ("photo", "voice") if kind in message]
    if "document" in message:
        files.append(message["document"]["file_name"])
    return Seen(
        sender="shop" if message["from"]["is_bot"] else "customer",
        text=message.get("text") or message.get("caption", ""),
        at=EPOCH + timedelta(seconds=message["date"]),
        files=tuple(files),
        extra={"message_id": str(message["message_id"])},
    )
