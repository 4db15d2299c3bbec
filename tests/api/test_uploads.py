"""Files that members send: put beside a conversation, sent with an answer, opened again."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.guard import UPLOAD_LIMIT
from shared.domain.channels import ChannelKind
from shared.domain.ids import ConversationId, MessageId
from shared.domain.inboxes import Inbox
from shared.domain.people import Role
from shared.domain.replies import Decision, Draft, EvidenceCard
from shared.services.stage_file import MOST_BYTES
from shared.store.conversations import Conversations
from shared.store.inboxes import Inboxes
from tests.api.office import Office
from tests.support.files import PDF, PNG


class Shop:
    """A workspace with an inbox of Avito, which takes one image a message."""

    def __init__(self, office: Office, owner: httpx.AsyncClient, inbox: Inbox, conversation: str) -> None:
        self.office, self.owner, self.inbox, self.conversation = office, owner, inbox, conversation
        self.root = f"/api/v1/workspaces/{inbox.workspace_id}/conversations"

    async def upload(
        self,
        content: bytes = PNG,
        name: str = "photo.png",
        mime_type: str = "image/png",
        *,
        client: httpx.AsyncClient | None = None,
        conversation: str = "",
    ) -> httpx.Response:
        url = f"{self.root}/{conversation or self.conversation}/attachments"
        return await (client or self.owner).post(url, files={"file": (name, content, mime_type)})

    async def send(self, body: dict[str, Any], key: str = "", conversation: str = "") -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        where = conversation or self.conversation
        return await self.owner.post(f"{self.root}/{where}/send", json=body, headers=headers)

    async def outgoing(self) -> list[dict[str, Any]]:
        items = (await self.owner.get(f"{self.root}/{self.conversation}/messages")).json()["items"]
        return [message for message in reversed(items) if message["direction"] == "outgoing"]


@pytest.fixture
async def shop(office: Office) -> Shop:
    workspace = await office.workspace("olga")
    inbox = await office.inbox(workspace)
    store = office.desk.platform.workspace(inbox.workspace_id)
    await store.commit([Inboxes(store).change(inbox.id, {"channel": ChannelKind.AVITO})])
    inbox = inbox.model_copy(update={"channel": ChannelKind.AVITO})
    return Shop(office, await office.person("olga"), inbox, await office.letter(inbox, "Анна"))


async def test_an_uploaded_file_is_sent_and_can_be_opened_again(shop: Shop) -> None:
    upload = await shop.upload()
    assert upload.status_code == 201, upload.text
    assert upload.json() | {"id": ""} == {
        "id": "",
        "kind": "image",
        "name": "photo.png",
        "mime_type": "image/png",
        "size": len(PNG),
    }

    sent = await shop.send({"attachments": [upload.json()["id"]]})

    assert sent.status_code == 202, sent.text
    (message,) = await shop.outgoing()
    assert (message["text"], [file["name"] for file in message["attachments"]]) == ("", ["photo.png"])
    opened = await shop.owner.get(f"{shop.root}/{shop.conversation}/messages/{message['id']}/attachments/0")
    assert (opened.status_code, opened.content) == (200, PNG)
    assert opened.headers["content-type"] == "image/png"


async def test_in_a_chat_the_file_goes_in_front_of_the_text_and_the_same_key_sends_nothing_more(shop: Shop) -> None:
    body = {"text": "Вот фото", "attachments": [(await shop.upload()).json()["id"]]}

    first, again = await shop.send(body, "key"), await shop.send(body, "key")

    assert first.json()["id"] == again.json()["id"]
    assert first.json()["text"] == "Вот фото"
    history = [(message["text"], len(message["attachments"])) for message in await shop.outgoing()]
    assert history == [("", 1), ("Вот фото", 0)]


@pytest.mark.parametrize("other", [{"text": "Вот фото"}, {"text": "Вот фото", "attachments": "another"}])
async def test_a_key_stands_for_its_files_too(shop: Shop, other: dict[str, Any]) -> None:
    await shop.send({"text": "Вот фото", "attachments": [(await shop.upload()).json()["id"]]}, "key")
    if other.get("attachments"):
        other = other | {"attachments": [(await shop.upload(name="other.png")).json()["id"]]}

    reused = await shop.send(other, "key")

    assert (reused.status_code, reused.json()["code"]) == (409, "key_reused")
    assert len(await shop.outgoing()) == 2


async def test_the_same_file_twice_is_one_upload(shop: Shop) -> None:
    first, again, renamed = await shop.upload(), await shop.upload(), await shop.upload(name="b.png")

    assert first.json()["id"] == again.json()["id"] != renamed.json()["id"]


@pytest.mark.parametrize(
    ("file", "status", "code"),
    [
        ({"content": PDF, "name": "a.pdf", "mime_type": "application/pdf"}, 422, "file_type_refused"),
        ({"content": b"<script>", "mime_type": "image/png"}, 422, "file_type_refused"),
        ({"content": b""}, 422, "file_empty"),
        ({"content": PNG + bytes(MOST_BYTES)}, 413, "file_too_large"),
        ({"content": bytes(UPLOAD_LIMIT + 1)}, 413, "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_the_channel_would_not_take_is_refused_at_once(
    shop: Shop, file: dict[str, Any], status: int, code: str
) -> None:
    refused = await shop.upload(**file)

    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_more_files_than_one_message_takes_are_refused(shop: Shop) -> None:
    ids = [(await shop.upload(name=name)).json()["id"] for name in ("a.png", "b.png")]

    refused = await shop.send({"attachments": ids})

    assert (refused.status_code, refused.json()["code"]) == (413, "too_many_files")
    assert await shop.outgoing() == []


async def test_neither_text_nor_file_is_nothing_to_send(shop: Shop) -> None:
    refused = await shop.send({"text": "  "})

    assert (refused.status_code, refused.json()["code"]) == (422, "text_empty")


async def test_a_file_beside_another_conversation_is_unknown_here(shop: Shop) -> None:
    other = await shop.office.letter(shop.inbox, "Борис")
    upload = (await shop.upload(conversation=other)).json()["id"]

    for unknown in (upload, "a" * 26):
        refused = await shop.send({"attachments": [unknown]})
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_attachment")


@pytest.mark.parametrize("id", ["../secrets", "", "A" * 26, "a" * 27])
async def test_what_is_no_id_of_an_upload_is_refused(shop: Shop, id: str) -> None:
    assert (await shop.send({"attachments": [id]})).status_code == 422


async def test_only_members_who_may_answer_upload(shop: Shop) -> None:
    workspace = str(shop.inbox.workspace_id)
    viewer = await shop.office.member(workspace, "vera", Role.VIEWER)
    stranger = await shop.office.person("stranger")

    statuses = [(await shop.upload(client=client)).status_code for client in (viewer, stranger)]

    assert statuses == [403, 404]
    assert (await shop.upload(client=await shop.office.client())).status_code == 401
    assert (await shop.upload(conversation="none")).status_code == 404


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"not a form", "text/plain"),
        (b"{}", "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"a=b", "application/x-www-form-urlencoded"),
        (b"", "multipart/form-data"),
    ],
)
async def test_a_body_that_is_no_form_with_a_file_is_refused(shop: Shop, content: bytes, kind: str) -> None:
    answer = await shop.owner.post(
        f"{shop.root}/{shop.conversation}/attachments", content=content, headers={"content-type": kind}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "file_missing")


async def test_a_name_is_kept_without_what_a_disk_may_trip_over(shop: Shop) -> None:
    upload = await shop.upload(name="C:\\Photos\\..\\мой <отпуск>?.png")

    assert upload.json()["name"] == "мой отпуск.png"


async def test_an_approved_draft_may_carry_a_file(shop: Shop) -> None:
    store = shop.office.desk.platform.workspace(shop.inbox.workspace_id)
    evidence = EvidenceCard(decision=Decision.DRAFT)
    draft = Draft(id=MessageId("draft1"), text="Вот фото", evidence=evidence, created_at=shop.office.clock.now())
    target = ConversationId(shop.conversation)
    await store.commit([Conversations(store).touch(target, {("draft",): draft})])
    body = {"draft_id": "draft1", "attachments": [(await shop.upload()).json()["id"]]}

    approved = await shop.owner.post(f"{shop.root}/{shop.conversation}/draft/approve", json=body)

    assert approved.status_code == 202, approved.text
    assert [message["text"] for message in await shop.outgoing()] == ["", "Вот фото"]
