"""Conversations over the API: lists, answers, commands, files."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from shared.domain.conversations import ASSISTANT
from shared.domain.ids import ConversationId, MessageId
from shared.domain.inboxes import Inbox
from shared.domain.messages import Attachment
from shared.domain.people import Role
from shared.domain.replies import Decision, Draft, EvidenceCard
from shared.store.conversations import Conversations
from shared.store.messages import Messages
from tests.api.office import Office


class Shop:
    """A workspace with one inbox, seen by its owner."""

    def __init__(self, office: Office, owner: httpx.AsyncClient, workspace: str, inbox: Inbox) -> None:
        self.office, self.owner, self.workspace, self.inbox = office, owner, workspace, inbox
        self.root = f"/api/v1/workspaces/{workspace}/conversations"

    async def list(self, **query: Any) -> list[str]:
        answer = await self.owner.get(self.root, params=query)
        assert answer.status_code == 200, answer.text
        return [row["contact_name"] for row in answer.json()["items"]]

    async def post(self, conversation: str, action: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.owner.post(f"{self.root}/{conversation}/{action}", json=body, headers=headers)

    async def messages(self, conversation: str) -> list[dict[str, Any]]:
        return list((await self.owner.get(f"{self.root}/{conversation}/messages")).json()["items"])

    async def propose(self, conversation: str, text: str, id: str = "draft1") -> None:
        """What the assistant's turn leaves in draft mode."""
        store = self.office.desk.platform.workspace(self.inbox.workspace_id)
        known = await Conversations(store).get(ConversationId(conversation))
        assert known is not None
        draft = Draft(
            id=MessageId(id),
            text=text,
            answers=tuple(known.conversation.open_turn()),
            evidence=EvidenceCard(decision=Decision.DRAFT),
            created_at=self.office.clock.now(),
        )
        await store.commit([Conversations(store).touch(known.conversation.id, {("draft",): draft})])


@pytest.fixture
async def shop(office: Office) -> Shop:
    workspace = await office.workspace("olga")
    return Shop(office, await office.person("olga"), workspace, await office.inbox(workspace))


async def test_the_list_is_newest_first_and_narrowed_by_each_filter(shop: Shop) -> None:
    first = await shop.office.letter(shop.inbox, "Анна")
    second = await shop.office.letter(shop.inbox, "Борис")
    third = await shop.office.letter(shop.inbox, "Вера")
    await shop.post(third, "take-over")
    await shop.post(third, "give-back")
    await shop.post(first, "take-over")
    await shop.post(first, "mark-read")
    await shop.post(second, "labels", {"labels": ["срочно"]})
    await shop.post(second, "close")
    me = (await shop.owner.get("/api/v1/auth/me")).json()["id"]

    assert await shop.list() == ["Вера", "Борис", "Анна"]
    assert await shop.list(status="closed") == ["Борис"]
    assert await shop.list(owner=me) == ["Анна"]
    assert await shop.list(owner="assistant") == ["Вера", "Борис"]
    assert await shop.list(unread=True) == ["Вера"]
    assert await shop.list(label="срочно") == ["Борис"]
    assert await shop.list(inbox_id=shop.inbox.id) == ["Вера", "Борис", "Анна"]
    assert await shop.list(inbox_id="other") == []
    assert await shop.list(channel="gmail") == []
    assert await shop.list(channel="telegram_bot", status="awaiting_response") == ["Вера", "Анна"]


async def test_pages_follow_each_other_without_a_gap_or_a_repetition(shop: Shop) -> None:
    for number in range(7):
        await shop.office.letter(shop.inbox, f"customer{number}")

    seen, cursor = [], None
    while True:
        page = (await shop.owner.get(shop.root, params={"limit": 3, **({"cursor": cursor} if cursor else {})})).json()
        seen += [row["contact_name"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == [f"customer{number}" for number in reversed(range(7))]


@pytest.mark.parametrize("cursor", ["nonsense", "1~2~3", "~", "9" * 300, "1~../x", "99999999999999999999~a", "1~"])
async def test_a_cursor_that_is_none_of_ours_is_refused(shop: Shop, cursor: str) -> None:
    assert (await shop.owner.get(shop.root, params={"cursor": cursor})).status_code == 422


@pytest.mark.parametrize("limit", [0, 101, -1, "many"])
async def test_a_page_has_one_to_a_hundred_items(shop: Shop, limit: object) -> None:
    assert (await shop.owner.get(shop.root, params={"limit": limit})).status_code == 422


async def test_a_conversation_shows_its_messages_newest_first(shop: Shop) -> None:
    conversation = await shop.office.letter(shop.inbox, "Анна", "Добрый день")
    await shop.office.letter(shop.inbox, "Анна", "Есть размер 38?")

    whole = (await shop.owner.get(f"{shop.root}/{conversation}")).json()
    messages = await shop.messages(conversation)

    assert (whole["status"], whole["unread"], whole["draft"]) == ("awaiting_response", 2, None)
    assert "window" not in whole
    assert [message["text"] for message in messages] == ["Есть размер 38?", "Добрый день"]
    assert "context" not in messages[0]


async def test_sent_text_is_queued_and_the_conversation_becomes_the_members(shop: Shop) -> None:
    conversation = await shop.office.letter(shop.inbox, "Анна")

    sent = await shop.post(conversation, "send", {"text": "Да, есть"})

    assert (sent.status_code, sent.json()["delivery"], sent.json()["author"]) == (202, "queued", "member")
    known = await shop.office.conversation(shop.workspace, conversation)
    assert (known.owner, known.unread, len(known.outbox)) == (sent.json()["author_id"], 0, 1)


async def test_the_same_idempotency_key_sends_once(shop: Shop) -> None:
    conversation = await shop.office.letter(shop.inbox, "Анна")

    answers = await asyncio.gather(
        *(shop.post(conversation, "send", {"text": "Да"}, **{"Idempotency-Key": "k1"}) for _ in range(3))
    )
    other_text = await shop.post(conversation, "send", {"text": "Нет"}, **{"Idempotency-Key": "k1"})
    without_key = [await shop.post(conversation, "send", {"text": "Да"}) for _ in range(2)]

    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (other_text.status_code, other_text.json()["code"]) == (409, "key_reused")
    assert len({answer.json()["id"] for answer in [*answers, *without_key]}) == 3


@pytest.mark.parametrize(("body", "status"), [({}, 422), ({"text": "  "}, 422), ({"text": "x" * 5000}, 413)])
async def test_what_the_channel_cannot_send_is_refused(shop: Shop, body: dict[str, str], status: int) -> None:
    conversation = await shop.office.letter(shop.inbox, "Анна")

    assert (await shop.post(conversation, "send", body)).status_code == status


async def test_a_draft_is_read_approved_once_and_gone(shop: Shop) -> None:
    conversation = await shop.office.letter(shop.inbox, "Анна")
    await shop.propose(conversation, "Размер 38 есть")

    draft = (await shop.owner.get(f"{shop.root}/{conversation}/draft")).json()
    first = await shop.post(conversation, "draft/approve", {"draft_id": draft["id"]})
    again = await shop.post(conversation, "draft/approve", {"draft_id": draft["id"]})

    assert draft["text"] == first.json()["text"] == "Размер 38 есть"
    assert first.json()["evidence"]["approved_by"] == first.json()["author_id"]
    assert again.json()["id"] == first.json()["id"]
    assert (await shop.owner.get(f"{shop.root}/{conversation}/draft")).json()["code"] == "no_draft"


async def test_an_edited_draft_is_sent_as_it_was_edited(shop: Shop) -> None:
    conversation = await shop.office.letter(shop.inbox, "Анна")
    await shop.propose(conversation, "Размер 38 есть")

    sent = await shop.post(conversation, "send", {"draft_id": "draft1", "text": "Есть 38 и 39"})

    assert (sent.json()["text"], sent.json()["evidence"]["decision"]) == ("Есть 38 и 39", "draft")


async def test_a_draft_that_has_been_replaced_is_not_sent_in_its_place(shop: Shop) -> None:
    conversation = await shop.office.letter(shop.inbox, "Анна")
    await shop.propose(conversation, "Новый", "draft2")

    refused = [
        await shop.post(conversation, "draft/approve", {"draft_id": "draft1"}),
        await shop.post(conversation, "send", {"draft_id": "draft1"}),
        await shop.post(conversation, "draft/discard", {"draft_id": "draft1"}),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(409, "draft_changed")] * 3


async def test_a_discarded_draft_is_gone(shop: Shop) -> None:
    conversation = await shop.office.letter(shop.inbox, "Анна")
    await shop.propose(conversation, "Размер 38 есть")

    assert (await shop.post(conversation, "draft/discard")).json()["draft"] is None
    assert (await shop.post(conversation, "draft/discard")).status_code == 404


async def test_another_draft_begins_a_new_round_and_wakes_the_assistant(shop: Shop) -> None:
    conversation = await shop.office.letter(shop.inbox, "Анна")
    await shop.propose(conversation, "Размер 38 есть")
    queue = shop.office.desk.ports.queue
    before = len(queue.due(shop.office.clock.now(), 100))

    asked = await shop.post(conversation, "draft/regenerate")

    assert (asked.status_code, asked.json()["draft"], asked.json()["status"]) == (202, None, "awaiting_response")
    known = await shop.office.conversation(shop.workspace, conversation)
    assert (known.round, known.owner) == (1, ASSISTANT)
    assert known.due_at is not None
    assert [row.target for row in queue.due(shop.office.clock.now(), 100)][before:] == ["llm_reply"]


async def test_no_draft_is_asked_for_where_people_answer_or_nobody_waits(shop: Shop) -> None:
    taken = await shop.office.letter(shop.inbox, "Анна")
    await shop.post(taken, "take-over")
    closed = await shop.office.letter(shop.inbox, "Борис")
    await shop.post(closed, "close")

    answers = [await shop.post(id, "draft/regenerate") for id in (taken, closed)]

    assert [answer.json()["code"] for answer in answers] == ["owned_by_people", "nothing_to_answer"]


async def test_commands_change_the_conversation_and_leave_a_line(shop: Shop) -> None:
    conversation = await shop.office.letter(shop.inbox, "Анна")
    me = (await shop.owner.get("/api/v1/auth/me")).json()["id"]

    taken = (await shop.post(conversation, "take-over")).json()
    given = (await shop.post(conversation, "give-back")).json()
    noted = await shop.post(conversation, "notes", {"text": "Постоянный клиент"})
    closed = (await shop.post(conversation, "close")).json()
    reopened = (await shop.post(conversation, "reopen")).json()
    assigned = (await shop.post(conversation, "assign", {"user_id": me})).json()
    nobody = (await shop.post(conversation, "assign", {"user_id": None})).json()

    assert (taken["owner"], given["owner"], closed["status"], reopened["status"]) == (
        me,
        "assistant",
        "closed",
        "needs_human",
    )
    assert noted.status_code == 200
    assert (assigned["assignee"], nobody["assignee"]) == (me, None)
    lines = [message for message in await shop.messages(conversation) if message["direction"] == "activity"]
    assert "Постоянный клиент" in [line["text"] for line in lines]
    assert {"taken_over", "given_back", "closed", "reopened"} <= {
        line["problem"]["code"] for line in lines if line["problem"]
    }


async def test_a_conversation_is_assigned_to_members_only(shop: Shop) -> None:
    conversation = await shop.office.letter(shop.inbox, "Анна")
    stranger = (await (await shop.office.person("boris")).get("/api/v1/auth/me")).json()["id"]

    refused = await shop.post(conversation, "assign", {"user_id": stranger})

    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_member")


async def test_reading_marks_it_read_even_when_the_vendor_cannot_be_told(shop: Shop) -> None:
    conversation = await shop.office.letter(shop.inbox, "Анна")

    read = await shop.post(conversation, "mark-read")

    assert (read.status_code, read.json()["unread"]) == (200, 0)


async def test_a_viewer_sees_and_a_manager_answers_but_does_not_close(shop: Shop) -> None:
    conversation = await shop.office.letter(shop.inbox, "Анна")
    manager = await shop.office.member(shop.workspace, "maria", Role.MANAGER)

    answered = await manager.post(f"{shop.root}/{conversation}/send", json={"text": "Да"})
    closed = await manager.post(f"{shop.root}/{conversation}/close")

    assert (answered.status_code, closed.status_code) == (202, 403)


async def stored_file(shop: Shop, attachment: Attachment, data: bytes | None) -> str:
    conversation = await shop.office.letter(shop.inbox, "Анна", files=(attachment,))
    (message,) = await shop.messages(conversation)
    if data is not None:
        key = f"{shop.workspace}/{message['id']}/0"
        await shop.office.desk.ports.blobs.put(key, data, content_type="")
        store = shop.office.desk.platform.workspace(shop.inbox.workspace_id)
        kept = [attachment.model_copy(update={"blob": key})]
        change = Messages(store).change(ConversationId(conversation), message["id"], {"attachments": kept})
        await store.commit([change])
    return f"{shop.root}/{conversation}/messages/{message['id']}/attachments"


async def test_a_file_is_a_private_download_that_no_browser_runs(shop: Shop) -> None:
    page = Attachment(kind="file", name='пас"порт/../x\r\n.html', mime_type="text/html", reference="f1")
    folder = await stored_file(shop, page, b"<script>")

    answer = await shop.owner.get(f"{folder}/0")

    assert (answer.status_code, answer.content) == (200, b"<script>")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert "%2F" not in answer.headers["content-disposition"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store, private"
    assert (await shop.owner.get(f"{folder}/1")).status_code == 404


async def test_a_picture_keeps_its_type(shop: Shop) -> None:
    picture = Attachment(kind="image", mime_type="image/png", reference="f1")

    answer = await shop.owner.get(f"{await stored_file(shop, picture, b'png')}/0")

    assert answer.headers["content-type"] == "image/png"


async def test_a_file_that_the_channel_will_never_give_says_why(shop: Shop) -> None:
    lost = Attachment(kind="file", blob="gone:file_too_big", reference="f1")
    folder = await stored_file(shop, lost, None)

    answer = await shop.owner.get(f"{folder}/0")
    (message,) = await shop.messages(folder.split("/")[-4])

    assert (answer.status_code, answer.json()["code"]) == (404, "file_too_big")
    assert message["attachments"][0]["problem"]["code"] == "file_too_big"
