"""The public web chat: a visitor talks to the shop without signing in."""

from __future__ import annotations

import json

import pytest

from shared.domain.ids import InboxId
from tests.api.office import ORIGIN, Office
from tests.api.web_chat_shop import SITE, Shop, open_shop

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
async def shop(office: Office) -> Shop:
    opened = await open_shop(office)
    await opened.chat()
    return opened


async def test_what_a_visitor_writes_and_the_answer_stand_in_their_history(shop: Shop) -> None:
    visitor = await shop.visitor()

    accepted = await visitor.say("Есть размер 38?")
    await shop.answer(visitor.dialog, "Есть, два осталось.")

    assert accepted.status_code == 202
    assert accepted.json()["dialog_id"] == visitor.dialog
    assert await visitor.texts() == [("visitor", "Есть размер 38?"), ("shop", "Есть, два осталось.")]
    page = await visitor.history()
    assert page["items"][0]["author"] == "person"
    assert page["items"][0]["author_name"] == "Олег"
    assert page["state"] == {"status": "answered_by_human", "is_typing": False, "has_person": True}


async def test_the_same_message_again_is_the_same_message(shop: Shop) -> None:
    visitor = await shop.visitor()

    first = await visitor.say("Алло?", client_id="message-0001")
    second = await visitor.say("Алло?", client_id="message-0001")

    assert first.json() == second.json()
    assert await visitor.texts() == [("visitor", "Алло?")]


async def test_a_returning_visitor_is_the_same_one_and_their_pass_is_renewed(shop: Shop) -> None:
    visitor = await shop.visitor()
    await visitor.say("Я вернусь")
    shop.office.clock.advance(40 * 24 * 3600)

    again = (await visitor.client.post(f"{shop.root}/session")).json()

    assert (again["is_new"], again["dialog_id"]) == (False, visitor.dialog)
    assert again["token"] != visitor.session["token"]
    visitor.client.headers["authorization"] = f"Bearer {again['token']}"
    assert await visitor.texts() == [("visitor", "Я вернусь")]


async def test_what_a_visitor_says_of_themselves_is_shown_to_the_staff_without_the_pages_query(shop: Shop) -> None:
    visitor = await shop.visitor(**{"accept-language": "en-GB"})
    page = "https://user:pw@shop.example/boots/?utm=1&email=a@b.example#top"
    await visitor.say("Hello", user_id="anna-7", page="https://shop.example/boots/?utm=1#top", referrer=page)

    conversation = await shop.conversation(visitor.dialog)

    assert conversation.contact_name == "anna-7"
    assert conversation.language == "en"
    assert conversation.facts == {"page": "https://shop.example/boots/"}


async def test_history_comes_in_pages_and_holds_only_what_the_visitor_may_see(shop: Shop) -> None:
    visitor = await shop.visitor()
    for number in range(5):
        await visitor.say(f"Вопрос {number}")
    manager = await shop.office.person("olga")
    notes = f"/api/v1/workspaces/{shop.workspace}/conversations/{visitor.dialog}/notes"
    assert (await manager.post(notes, json={"text": "Трудный клиент"})).status_code in (200, 201)

    first = await visitor.history(limit="4")
    rest = await visitor.history(limit="4", cursor=first["next_cursor"])

    assert [item["text"] for item in first["items"] + rest["items"]] == [f"Вопрос {n}" for n in (4, 3, 2, 1, 0)]
    assert rest["next_cursor"] is None


async def test_an_email_address_of_the_staff_is_not_shown(shop: Shop) -> None:
    visitor = await shop.visitor()
    await visitor.say("Есть кто?")
    manager = await shop.office.person("olga")
    sent = await manager.post(
        f"/api/v1/workspaces/{shop.workspace}/conversations/{visitor.dialog}/send", json={"text": "Да"}
    )
    assert sent.status_code == 202
    await shop.answer(visitor.dialog, "Ещё раз да")

    shown = json.dumps(await visitor.history(), ensure_ascii=False)

    assert "Ещё раз да" in shown
    assert "olga@shop.example" not in shown


async def test_a_caller_without_a_session_gets_the_answer_and_a_token_of_their_own(shop: Shop) -> None:
    client = await shop.office.client()

    asked = await client.post(
        f"{shop.root}/message", params={"wait": 0.1}, json={"user_id": "u1", "message": "Сколько стоит?"}
    )
    again = await client.post(f"{shop.root}/message", params={"wait": 0}, json={"user_id": "u1", "message": "Сколько?"})

    first, second = asked.json(), again.json()
    assert (first["reply"], first["status"]) == (None, "waiting")
    # The same label is not the same visitor.
    assert second["dialog_id"] != first["dialog_id"]
    assert second["token"] != first["token"]
    client.headers["authorization"] = f"Bearer {first['token']}"
    own = {"message": "И ещё", "dialog_id": first["dialog_id"]}
    third = await client.post(f"{shop.root}/message", params={"wait": 0}, json=own)
    assert third.json()["dialog_id"] == first["dialog_id"]


async def test_a_question_for_people_is_answered_honestly(shop: Shop) -> None:
    visitor = await shop.visitor()
    await visitor.say("Позовите человека", client_id="message-0001")
    await shop.call_people(visitor.dialog)

    body = {"message": "Позовите человека", "client_id": "message-0001"}
    waiting = await visitor.client.post(f"{shop.root}/message", params={"wait": 5}, json=body)
    await shop.answer(visitor.dialog, "Я здесь")
    answered = await visitor.client.post(f"{shop.root}/message", params={"wait": 5}, json=body)

    assert (waiting.json()["reply"], waiting.json()["status"]) == (None, "needs_human")
    assert (answered.json()["reply"], answered.json()["status"]) == ("Я здесь", "answered")


async def test_a_file_becomes_an_attachment_that_only_its_visitor_can_open(shop: Shop) -> None:
    visitor, other = await shop.visitor(), await shop.visitor()

    sent = await visitor.upload(PNG, "image/png", "%D0%A1%D1%82%D0%BE%D0%BB.png")

    (item,) = (await visitor.history())["items"]
    assert [(file["kind"], file["name"]) for file in item["files"]] == [("image", "Стол.png")]
    address = f"{shop.root}/messages/{sent.json()['id']}/files/0"
    opened = await visitor.client.get(address)
    assert opened.content == PNG
    assert opened.headers["content-disposition"].startswith("attachment")
    assert (await other.client.get(address)).status_code == 404
    assert (await visitor.client.get(f"{shop.root}/messages/{sent.json()['id']}/files/1")).status_code == 404


async def test_a_known_id_with_other_bytes_replaces_no_file(shop: Shop) -> None:
    visitor = await shop.visitor()
    key = {"idempotency-key": "message-0001"}

    sent = await visitor.upload(PNG, "image/png", **key)
    await visitor.upload(PNG + b"other", "image/png", **key)

    opened = await visitor.client.get(f"{shop.root}/messages/{sent.json()['id']}/files/0")
    assert opened.content == PNG


async def test_contacts_become_a_lead_and_a_message_also_while_the_chat_is_closed(shop: Shop) -> None:
    visitor = await shop.visitor()
    manager = await shop.office.person("olga")
    inboxes = f"/api/v1/workspaces/{shop.workspace}/inboxes"
    assert (await manager.post(f"{inboxes}/chat1/pause")).status_code == 200
    refused = await visitor.say("Вы тут?")
    form = {"name": "Анна", "email": "anna@mail.example", "text": "Перезвоните", "page": f"{SITE}/boots?x=1"}

    left = await visitor.client.post(f"{shop.root}/lead", json=form)
    await visitor.client.post(f"{shop.root}/lead", json={"phone": "+7 999 123-45-67"})

    assert (refused.status_code, refused.json()["code"]) == (503, "chat_paused")
    assert left.status_code == 201
    (lead,) = (await manager.get(f"/api/v1/workspaces/{shop.workspace}/leads")).json()["items"]
    assert (lead["name"], lead["email"], lead["phone"]) == ("Анна", "anna@mail.example", "+7 999 123-45-67")
    assert (lead["text"], lead["page"], lead["conversation_id"]) == ("Перезвоните", f"{SITE}/boots", visitor.dialog)
    conversation = await shop.conversation(visitor.dialog)
    assert conversation.contact_name == "Анна"
    assert conversation.facts["email"] == "anna@mail.example"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"name": "Анна"}, "contacts_needed"),
        ({"email": "anna"}, "email_wrong"),
        ({"phone": "12"}, "phone_wrong"),
    ],
)
async def test_contacts_that_lead_to_nobody_are_refused(shop: Shop, form: dict[str, str], code: str) -> None:
    visitor = await shop.visitor()

    refused = await visitor.client.post(f"{shop.root}/lead", json=form)

    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_the_owner_finds_the_lines_to_copy(shop: Shop) -> None:
    shop.office.clock.advance(1)
    await shop.chat("chat2", origins="https://two.example", title="Второй", accent="#ff0000")
    manager = await shop.office.person("olga")

    first, second = (await manager.get(f"/api/v1/workspaces/{shop.workspace}/embed")).json()["items"]

    assert first["url"] == f"{ORIGIN}/lavka/chat"
    assert first["script"].startswith(f'<script src="{ORIGIN}/widget.js" data-slug="lavka" ')
    assert first["origins"] == [SITE]
    assert second["url"] == f"{ORIGIN}/lavka/chat?inbox=chat2"
    assert 'data-inbox="chat2"' in second["script"]
    assert 'data-accent="#ff0000"' in second["script"]
    client = await shop.office.client()
    begun = await client.post(f"{shop.root}/session", params={"inbox": "chat2"})
    assert begun.json()["chat"]["title"] == "Второй"


async def test_a_chat_that_is_removed_is_gone_for_its_visitors(shop: Shop) -> None:
    visitor = await shop.visitor()
    await visitor.say("Алло?")
    manager = await shop.office.person("olga")
    await manager.delete(f"/api/v1/workspaces/{shop.workspace}/inboxes/{InboxId('chat1')}")

    answer = await visitor.client.get(f"{shop.root}/history")

    assert (answer.status_code, answer.json()["code"]) == (404, "chat_not_found")
