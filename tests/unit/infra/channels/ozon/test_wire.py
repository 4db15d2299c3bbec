"""Ozon's pushes and history in our words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.channels.hook_secret import check_secret
from infra.channels.ozon.content import REFUSED_IMAGE, UNKNOWN, read_data
from infra.channels.ozon.shapes import Chat, ChatPage, Endpoint, HistoryPage, Message, each
from infra.channels.ozon.wire import answer_to, read_message, read_push
from shared.domain.arrivals import Echo, Received
from shared.domain.messages import Attachment
from shared.errors import InvalidInput, UntrustedDelivery

NOW = datetime(2026, 4, 21, 12, tzinfo=UTC)
CHAT = "b646d975-0c9c-4872-9f41-8b1e57181063"
FILE = "https://api-seller.ozon.ru/v2/chat/file/messenger"
PUSH = {
    "message_type": "TYPE_NEW_MESSAGE",
    "seller_id": "7",
    "chat_id": CHAT,
    "chat_type": "Buyer_Seller",
    "message_id": "3000000001817031942",
    "created_at": "2026-04-20T08:15:30.120Z",
    "user": {"id": "11556801", "type": "Сustomer"},
    "data": ["Добрый день!"],
}


def pushed(**fields: Any) -> list[Any]:
    return list(read_push(json.dumps({**PUSH, **fields}).encode(), seller="7", now=NOW))


def listed(**fields: Any) -> Received | Echo:
    message = {"message_id": "1", "created_at": "2026-04-20T08:15:30Z", "data": ["Да"], **fields}
    return read_message(Message.model_validate(message), Chat(chat_id=CHAT, chat_type="BUYER_SELLER"), "11556801")


@pytest.mark.parametrize("message_id", ["3000000001817031942", 3000000001817031942])
@pytest.mark.parametrize("seller_id", ["7", 7, None])
def test_ids_beyond_the_reach_of_floats_keep_every_digit(message_id: object, seller_id: object) -> None:
    (arrival,) = pushed(message_id=message_id, seller_id=seller_id)

    assert arrival.source_id == f"{CHAT}:3000000001817031942"
    assert (arrival.thread, arrival.contact.source_id) == (CHAT, "11556801")
    assert arrival.at == datetime(2026, 4, 20, 8, 15, 30, 120000, tzinfo=UTC)


@pytest.mark.parametrize("message_id", [3.0e18, True, None, "", {}, []])
def test_an_id_that_has_lost_its_digits_is_refused(message_id: object) -> None:
    with pytest.raises(InvalidInput):
        pushed(message_id=message_id)


@pytest.mark.parametrize("type", ["Customer", "Сustomer", "customer", "сustomer", "CUSTOMER"])
def test_a_customer_is_known_in_every_spelling(type: str) -> None:
    (arrival,) = pushed(user={"id": "1", "type": type})

    assert isinstance(arrival, Received)
    assert not arrival.is_automatic


@pytest.mark.parametrize("type", ["Crm", "Courier", "Support", "NotificationUser", "ChatBot", "", "Somebody"])
def test_whoever_else_writes_is_shown_and_never_answered_by_a_machine(type: str) -> None:
    (arrival,) = pushed(user={"id": "1", "type": type})

    assert isinstance(arrival, Received)
    assert arrival.is_automatic
    assert arrival.contact.name == ""  # the conversation stays the buyer's


@pytest.mark.parametrize(
    ("chat_type", "is_automatic"),
    [
        ("Buyer_Seller", False),
        ("BUYER_SELLER", False),
        ("BUYER_SELLER_SELECT", False),
        ("Seller_Support", True),
        ("SELLER_API_UPDATES", True),
        ("Seller_Notification", True),
        ("UNSPECIFIED", True),
        (None, True),
    ],
)
def test_only_buyers_chats_go_to_the_assistant(chat_type: str | None, is_automatic: bool) -> None:
    (arrival,) = pushed(chat_type=chat_type)

    assert arrival.is_automatic is is_automatic


def test_our_side_is_an_echo_with_the_customer_of_the_chat() -> None:
    arrival = listed(user={"id": "7", "type": "Seller"})

    assert isinstance(arrival, Echo)
    assert arrival.contact is not None
    assert arrival.contact.source_id == "11556801"


def test_the_order_and_product_of_a_message_become_facts() -> None:
    arrival = listed(user={"id": "1", "type": "Customer"}, context={"order_number": "46-1", "sku": 987654321})

    assert isinstance(arrival, Received)
    assert arrival.facts == {
        "order": "46-1",
        "product": "987654321",
        "link": "https://www.ozon.ru/context/detail/id/987654321",
    }


@pytest.mark.parametrize("context", [None, {}, {"sku": "../evil"}, [], "x", {"order_number": {}}])
def test_a_strange_context_leads_nowhere(context: object) -> None:
    arrival = listed(user={"id": "1", "type": "Customer"}, context=context)

    assert isinstance(arrival, Received)
    assert "link" not in arrival.facts


@pytest.mark.parametrize(
    ("data", "text", "attachments"),
    [
        (["Добрый день!", "Подойдёт?"], "Добрый день!\nПодойдёт?", ()),
        (["К [этой модели](https://www.ozon.ru/p/1)?"], "К этой модели (https://www.ozon.ru/p/1)?", ()),
        (["[https://ozon.ru](https://ozon.ru)"], "https://ozon.ru", ()),
        ([r"2 \* 2 \= 4\."], r"2 * 2 \= 4.", ()),
        (
            ["Вот ![](" + FILE + "/a1.jpg)"],
            "Вот",
            (Attachment(kind="image", name="a1.jpg", mime_type="image/jpeg", reference=FILE + "/a1.jpg"),),
        ),
        (
            [f"[Счёт №5.pdf (12 KB)]({FILE}/b/c.pdf)"],
            "",
            (Attachment(kind="file", name="Счёт №5.pdf", mime_type="application/pdf", reference=FILE + "/b/c.pdf"),),
        ),
        (
            [f"[clip.mp4 (1.5 MB)]({FILE}/v)"],
            "",
            (Attachment(kind="video", name="clip.mp4", mime_type="video/mp4", reference=FILE + "/v"),),
        ),
        ([FILE + "/raw"], "", (Attachment(kind="file", name="raw", reference=FILE + "/raw"),)),
    ],
)
def test_markdown_becomes_words_and_files(data: list[str], text: str, attachments: tuple[Attachment, ...]) -> None:
    saying = read_data(data)

    assert (saying.text, saying.attachments) == (text, attachments)


def test_an_image_that_moderation_refused_is_a_line_and_no_file() -> None:
    saying = read_data([f"![]({FILE}/a.jpg)"], moderation="FAILED")

    assert (saying.text, saying.attachments) == (REFUSED_IMAGE, ())


@pytest.mark.parametrize("data", [None, [], [""], {}, "text", [{"a": 1}], 5])
def test_what_cannot_be_read_arrives_as_a_placeholder(data: object) -> None:
    (arrival,) = pushed(data=data)

    assert arrival.text == UNKNOWN


@pytest.mark.parametrize("kind", ["TYPE_PING", "TYPE_MESSAGE_READ", "TYPE_NEW_POSTING", "TYPE_OF_TOMORROW"])
def test_what_concerns_no_chat_is_understood_and_empty(kind: str) -> None:
    assert read_push(json.dumps({"message_type": kind}).encode(), seller="7", now=NOW) == []


def test_an_edit_without_words_changes_nothing() -> None:
    assert pushed(message_type="TYPE_UPDATE_MESSAGE", data=[]) == []


def test_a_push_for_another_seller_is_an_error_that_tells_nothing_of_it() -> None:
    with pytest.raises(InvalidInput) as refused:
        pushed(seller_id="8", data=["секрет"])

    assert "секрет" not in str(refused.value)


@pytest.mark.parametrize(("given", "expected"), [("", "word"), ("wor", "word"), ("word", ""), ("", "")])
def test_a_wrong_secret_is_not_trusted(given: str, expected: str) -> None:
    with pytest.raises(UntrustedDelivery):
        check_secret(given, expected)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"message_type": 5}', json.dumps(PUSH).encode()])
def test_everything_but_a_ping_is_acknowledged_with_a_result(body: bytes) -> None:
    assert answer_to(body, NOW) == {"result": True}


def test_a_ping_is_greeted_with_the_time_in_utc() -> None:
    answer = answer_to(b'{"message_type": "TYPE_PING", "time": "2019-08-24T14:15:22Z"}', NOW)

    assert answer == {"version": "1.0", "name": "parley", "time": "2026-04-21T12:00:00Z"}


@pytest.mark.parametrize(
    ("has_next", "means"), [("true", True), ("True", True), (True, True), ("false", False), (False, False), ("", False)]
)
def test_has_next_may_be_a_word(has_next: object, means: bool) -> None:
    assert ChatPage.model_validate({"has_next": has_next}).has_next is means
    assert HistoryPage.model_validate({"has_next": has_next}).has_next is means


def test_one_strange_entry_hides_no_other() -> None:
    entries = [{"id": 1, "url": "u"}, {"id": "x"}, None, {"id": 2, "url": "v", "types": "all"}]

    good, bad = each(Endpoint, entries)

    assert [endpoint.id for endpoint in good] == [1, 2]
    assert len(bad) == 2
