"""Avito's JSON from what the stand-in remembers."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

IMAGE_SIZES = ("1280x960", "640x480", "140x105", "32x32")
ONLY_IN_WEBHOOKS = ("appCall", "file", "video")
"""Types that the list of messages does not know."""


def image_content(image_id: str) -> dict[str, Any]:
    """The content of an image message, without the host."""
    return {"image": {"sizes": {size: f"/files/{size}/{image_id}" for size in IMAGE_SIZES}}}


def with_host(content: dict[str, Any], address: str) -> dict[str, Any]:
    """The same content with whole addresses."""
    if "image" not in content:
        return content
    return {"image": {"sizes": {size: address + path for size, path in content["image"]["sizes"].items()}}}


def message_json(message: dict[str, Any], address: str) -> dict[str, Any]:
    """An entry of the list of messages."""
    return {**message, "content": with_host(message["content"], address)}


def sent_json(message: dict[str, Any], address: str) -> dict[str, Any]:
    """The answer to sending a text; for an image it also names the author."""
    fields = ("id", "created", "direction", "type") + (("author_id",) if message["type"] == "image" else ())
    return {**{field: message[field] for field in fields}, "content": with_host(message["content"], address)}


def chat_json(
    account: dict[str, Any], chat: dict[str, Any], last: dict[str, Any] | None, address: str
) -> dict[str, Any]:
    """An entry of the list of chats."""
    listing = chat["listing"]
    shape: dict[str, Any] = {
        "id": chat["id"],
        "created": chat["created"],
        "updated": last["created"] if last else chat["created"],
        "context": {
            "type": "item",
            "value": {
                "id": listing["id"],
                "title": listing["title"],
                "price_string": listing["price"],
                "status_id": 10,
                "url": f"https://avito.ru/moskva/item_{listing['id']}",
                "user_id": account["user_id"],
                "images": {"count": 0, "main": {}},
            },
        },
        "users": [
            _person(account["user_id"], account["name"], listing["id"]),
            _person(chat["customer_id"], chat["customer"], listing["id"]),
        ],
    }
    if last:
        fields = ("id", "author_id", "created", "direction", "type")
        content = with_host(last["content"], address)
        shape["last_message"] = {**{field: last[field] for field in fields}, "content": content}
    return shape


def _person(user_id: int, name: str, item_id: int) -> dict[str, Any]:
    avatar = {"default": "https://www.avito.st/stub_avatars/_/14_256x256.png", "images": {}}
    url = f"https://avito.ru/user/{sha256(str(user_id).encode()).hexdigest()[:32]}/profile"
    profile = {"user_id": user_id, "item_id": item_id, "url": url, "avatar": avatar}
    return {"id": user_id, "name": name, "public_user_profile": profile}


def hook_json(
    account: dict[str, Any], chat: dict[str, Any], message: dict[str, Any], address: str, now: int
) -> dict[str, Any]:
    """The body that Avito posts to a webhook."""
    value = {
        "id": message["id"],
        "chat_id": chat["id"],
        "chat_type": "u2i",
        "user_id": account["user_id"],
        "author_id": message["author_id"],
        "item_id": chat["listing"]["id"],
        "created": message["created"],
        "published_at": datetime.fromtimestamp(message["created"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "read": message["read"],
        "type": message["type"],
        "content": with_host(message["content"], address),
    }
    name = sha256(f"{message['id']}:{message['type']}".encode()).hexdigest()[:32]
    return {
        "id": str(UUID(name)),
        "version": "v3.0.0",
        "timestamp": now,
        "payload": {"type": "message", "value": value},
    }
