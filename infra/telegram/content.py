"""What a Telegram message says: its text and its attachment."""

from __future__ import annotations

from infra.telegram.objects import File, Message, PhotoSize
from shared.domain.messages import Attachment, AttachmentKind

SERVICE = frozenset(
    {
        *("new_chat_members", "left_chat_member", "chat_owner_left", "chat_owner_changed", "new_chat_title"),
        *("new_chat_photo", "delete_chat_photo", "group_chat_created", "supergroup_chat_created"),
        *("channel_chat_created", "message_auto_delete_timer_changed", "pinned_message", "successful_payment"),
        *("refunded_payment", "users_shared", "chat_shared", "gift", "unique_gift", "gift_upgrade_sent"),
        *("connected_website", "write_access_allowed", "passport_data", "proximity_alert_triggered", "boost_added"),
        *("chat_background_set", "checklist_tasks_done", "checklist_tasks_added", "direct_message_price_changed"),
        *("forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"),
        *("general_forum_topic_hidden", "general_forum_topic_unhidden", "giveaway_created", "giveaway_completed"),
        *("managed_bot_created", "paid_message_price_changed", "poll_option_added", "poll_option_deleted"),
        *("suggested_post_approved", "suggested_post_approval_failed", "suggested_post_declined"),
        *("suggested_post_paid", "suggested_post_refunded", "video_chat_scheduled", "video_chat_started"),
        *("video_chat_ended", "video_chat_participants_invited", "web_app_data"),
    }
)
"""Fields of messages that nobody wrote."""
_UNREAD = (
    *("rich_message", "poll", "dice", "story", "checklist", "game", "invoice", "paid_media"),
    *("giveaway", "giveaway_winners"),
)
"""Content that we name but do not read."""


def is_service(message: Message) -> bool:
    """Whether this is an event of the chat, not somebody's words."""
    return message.has_any(SERVICE)


def text_of(message: Message) -> str:
    """The text or caption; a placeholder where there would be nothing at all to see."""
    text = message.text or message.caption
    if text or attachment_of(message) is not None:
        return text
    name = next((name for name in _UNREAD if message.has_any(frozenset({name}))), "")
    return f"[unsupported content: {name}]" if name else "[unsupported content]"


def attachment_of(message: Message) -> Attachment | None:
    """A message carries one at most; an album is several messages."""
    if message.photo:
        return _file("image", max(message.photo, key=_area), mime_type="image/jpeg")
    files: tuple[tuple[AttachmentKind, File | None], ...] = (
        ("voice", message.voice),
        ("video", message.video),
        ("video", message.video_note),
        # Before the document: an animation is sent as both.
        ("video", message.animation),
        ("audio", message.audio),
        ("sticker", message.sticker),
        ("file", message.document),
    )
    for kind, file in files:
        if file is not None:
            return _file(kind, file)
    return _location(message) or _contact(message)


def _file(kind: AttachmentKind, file: File, *, mime_type: str = "") -> Attachment:
    return Attachment(
        kind=kind,
        name=file.file_name or file.title or file.emoji,
        mime_type=file.mime_type or mime_type,
        size=file.file_size,
        reference=file.file_id,
    )


def _area(photo: PhotoSize) -> int:
    return photo.width * photo.height


def _location(message: Message) -> Attachment | None:
    if message.location is None:
        return None
    place = f"{message.location.latitude:.6f}, {message.location.longitude:.6f}"
    if message.venue is not None:
        place = ", ".join(part for part in (message.venue.title, message.venue.address) if part) + f" ({place})"
    return Attachment(kind="location", name=place)


def _contact(message: Message) -> Attachment | None:
    card = message.contact
    if card is None:
        return None
    return Attachment(kind="contact", name=f"{card.first_name} {card.last_name}".strip() + f" {card.phone_number}")
