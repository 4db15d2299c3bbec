"""The Bot API's objects, cut to the fields that we use. Unknown fields are ignored: Telegram adds some every month."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, RootModel

Id = Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]
Size = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
Seconds = Annotated[int, Field(strict=True, ge=0, lt=253_402_300_800)]
"""Unix time up to the year 9999, the last one that a datetime holds."""


class BotApiObject(BaseModel):
    """Frozen, tolerant of what is new, and silent about its values when they do not fit."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, allow_inf_nan=False)


class Party(BotApiObject):
    """A `User` or a `Chat`: whoever can write a message or be written to."""

    id: Id
    type: str = ""
    is_bot: bool = False
    title: str = ""
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_forum: bool = False
    can_connect_to_business: bool = False

    @property
    def name(self) -> str:
        """As people read it."""
        return self.title or f"{self.first_name} {self.last_name}".strip()


class File(BotApiObject):
    """A voice, video, animation, audio, document or sticker."""

    file_id: str
    file_size: Size | None = None
    file_name: str = ""
    title: str = ""
    emoji: str = ""
    mime_type: str = ""


class PhotoSize(File):
    """One of the sizes of a photo, pixels."""

    width: Size = 0
    height: Size = 0


class Location(BotApiObject):
    """Degrees."""

    latitude: float
    longitude: float


class Venue(BotApiObject):
    """A named place."""

    title: str
    address: str = ""


class SharedContact(BotApiObject):
    """A card from the address book."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""
    user_id: Id | None = None


class Replied(BotApiObject):
    """The message that another one quotes."""

    message_id: Id
    forum_topic_created: dict[str, Any] | None = None


class Message(BotApiObject):
    """A message. What is not named here is kept in `model_extra`, to tell service messages from new content."""

    model_config = ConfigDict(extra="allow")

    message_id: Id
    ephemeral_message_id: Id | None = None
    date: Seconds
    edit_date: Seconds | None = None
    chat: Party
    sender: Party | None = Field(default=None, alias="from")
    sender_chat: Party | None = None
    is_automatic_forward: bool = False
    message_thread_id: Id | None = None
    reply_to_message: Replied | None = None
    media_group_id: str = ""
    migrate_to_chat_id: Id | None = None
    migrate_from_chat_id: Id | None = None
    business_connection_id: str = ""
    sender_business_bot: Party | None = None
    is_from_offline: bool = False
    text: str = ""
    caption: str = ""
    photo: tuple[PhotoSize, ...] = ()
    voice: File | None = None
    video: File | None = None
    video_note: File | None = None
    animation: File | None = None
    audio: File | None = None
    document: File | None = None
    sticker: File | None = None
    contact: SharedContact | None = None
    location: Location | None = None
    venue: Venue | None = None

    @property
    def author(self) -> Party:
        """Who wrote. On behalf of a chat, `from` is a stand-in bot of Telegram's own."""
        return self.sender_chat or self.sender or self.chat

    def has_any(self, names: frozenset[str]) -> bool:
        """Whether one of these fields, not named here, is set."""
        return not names.isdisjoint(self.model_extra or ())


class Membership(BotApiObject):
    """A `ChatMember`, with the administrator's rights that a work group needs."""

    status: str
    is_member: bool = False
    can_manage_topics: bool = False
    can_delete_messages: bool = False
    can_pin_messages: bool = False


class MembershipChange(BotApiObject):
    """A `ChatMemberUpdated`."""

    chat: Party
    sender: Party | None = Field(default=None, alias="from")
    date: Seconds
    new_chat_member: Membership


class Pressed(BotApiObject):
    """The message of a button; of one that is old only the number is told."""

    message_id: Id
    chat: Party
    message_thread_id: Id | None = None


class CallbackQuery(BotApiObject):
    """Somebody pressed an inline button. Telegram does not say when."""

    id: str
    sender: Party = Field(alias="from")
    message: Pressed | None = None
    data: str = ""


class BusinessRights(BotApiObject):
    """What the owner of an account lets the bot do."""

    can_reply: bool = False
    can_read_messages: bool = False


class BusinessConnection(BotApiObject):
    """A bot's tie to somebody's own account."""

    id: str
    user: Party
    date: Seconds
    is_enabled: bool
    rights: BusinessRights = BusinessRights()


class BusinessDeletion(BotApiObject):
    """A `BusinessMessagesDeleted`."""

    business_connection_id: str
    chat: Party
    message_ids: tuple[Id, ...]


class Update(BotApiObject):
    """One webhook call: exactly one of the fields beside the id is set, maybe one that is not named here."""

    update_id: Id
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: MembershipChange | None = None
    business_connection: BusinessConnection | None = None
    business_message: Message | None = None
    edited_business_message: Message | None = None
    deleted_business_messages: BusinessDeletion | None = None


class Waiting(BotApiObject):
    """An update that waits for a bot without a webhook, as far as it tells of a connection."""

    business_connection: BusinessConnection | None = None


class WaitingUpdates(RootModel[tuple[Waiting, ...]]):
    """The answer of `getUpdates`."""


class Parameters(BotApiObject):
    """What a refusal tells to programs."""

    migrate_to_chat_id: Id | None = None


class Answer(BotApiObject):
    """The envelope of every answer."""

    ok: bool
    result: Any = None
    error_code: int = 0
    description: str = ""
    parameters: Parameters = Parameters()


class Sent(BotApiObject):
    """The `Message` that a send answers."""

    message_id: Id
    date: Seconds
    chat: Party
    message_thread_id: Id | None = None


class SentAlbum(RootModel[Annotated[tuple[Sent, ...], Field(min_length=1)]]):
    """The messages that a `sendMediaGroup` answers."""


class Topic(BotApiObject):
    """A `ForumTopic`."""

    message_thread_id: Id


class StoredFile(BotApiObject):
    """A `File` that can be downloaded for an hour."""

    file_path: str = ""
    file_size: Size | None = None


class WebhookInfo(BotApiObject):
    """How deliveries to us go."""

    url: str = ""
    pending_update_count: int = 0
    last_error_date: Seconds | None = None
    last_error_message: str = ""


class Done(RootModel[bool]):
    """The answer of methods that only do."""
