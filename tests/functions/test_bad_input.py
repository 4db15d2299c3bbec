"""Whatever is thrown at the doors: an answer that the caller can use, nothing stored half, nothing for strangers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.adapters import Ports
from infra.bootstrap import Desk, install
from infra.settings import Settings
from infra.topology import FUNCTIONS
from tests.functions.doors import AVITO, SECRET, TELEGRAM, TRUSTED, Doors, Events, assert_whole
from tests.functions.odd_json import bad

PAYLOADS = Path(__file__).parents[1] / "payloads"
UPDATES = [json.loads(path.read_bytes()) for path in sorted((PAYLOADS / "telegram_bot").glob("*.json"))]
HOOKS = [json.loads(path.read_bytes()) for path in sorted((PAYLOADS / "avito").glob("webhook_*.json"))]
CALLS = st.tuples(st.just(TELEGRAM), bad(UPDATES)) | st.tuples(st.just(AVITO), bad(HOOKS))
INTERNAL = ("gmail_push", "llm_reply", "deliver", "channel_pull", "run_task")
MEGABYTES = b'{"update_id": 1, "x": "' + b"x" * 5_000_000 + b'"}'
ADDRESSES_OF_NOBODY = (
    "/",
    "/hooks",
    "/hooks/telegram",
    "/hooks/telegram/nobody",
    "/hooks/telegram/avito",
    "/hooks/telegram/__x__",
    "/hooks/telegram/..",
    "/hooks/telegram/\t",
    "/hooks/telegram/" + "x" * 5000,
    "/hooks/telegram_bot/telegram_bot",
    "/hooks/telegram/telegram_bot/a/b",
    "/hooks/avito/nobody/" + SECRET,
    "/hooks/avito/telegram_bot/" + SECRET,
    "/hooks/mars/avito/" + SECRET,
)


def shortly(examples: int) -> settings:
    """The desk is the same for all examples: what one leaves behind must not hurt the next."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body.decode(), parse_int=len), dict)
    except (ValueError, RecursionError):
        return False


@shortly(400)
@given(call=CALLS)
async def test_a_vendors_bad_call_is_taken_refused_or_kept_and_never_stored_half(
    doors: Doors, call: tuple[str, bytes]
) -> None:
    path, body = call
    before, kept = doors.documents(), len(await doors.letters())

    answer = await doors.call(path, body)

    after, news = doors.documents(), len(await doors.letters()) - kept
    assert answer.status == (200 if is_object(body) else 400)
    assert (answer.body == {}) is (answer.status == 200)
    assert news in ((0, 1) if answer.status == 200 else (0,))
    if news or answer.status == 400:
        assert after == before
    assert_whole(after)


@shortly(60)
@given(
    body=bad([*UPDATES, *HOOKS]), secret=st.text(st.characters(max_codepoint=255), max_size=8) | st.just(SECRET[:-1])
)
async def test_a_stranger_changes_nothing_whatever_he_sends(doors: Doors, body: bytes, secret: str) -> None:
    before = doors.documents()

    answers = [
        await doors.call(TELEGRAM, body, {}),
        await doors.call(TELEGRAM, body, {"x-telegram-bot-api-secret-token": secret}),
        await doors.call(f"{TELEGRAM}/{SECRET}", body, {}),
        await doors.call("/hooks/avito/avito", body),
        await doors.call(f"/hooks/avito/avito/{secret.replace('/', '-') or '-'}", body),
    ]

    assert {answer.status for answer in answers} <= {401, 404}  # 404: an address that cannot be
    assert doors.documents() == before
    assert await doors.letters() == []


@pytest.mark.parametrize("function", INTERNAL)
@shortly(60)
@given(data=st.data())
async def test_a_bad_event_or_task_is_done_or_refused_and_never_stored_half(
    doors: Doors, events: Events, function: str, data: st.DataObject
) -> None:
    samples = events[function]
    if function == "run_task":
        body = data.draw(bad(samples))
    elif data.draw(st.booleans()):
        body = doors.pushed(data.draw(bad(samples)) or b"-")
    else:
        body = data.draw(bad([json.loads(doors.pushed(json.dumps(event).encode())) for event in samples]))
    before = doors.documents()

    status = await doors.post(function, body)

    after = doors.documents()
    assert status in (204, 400)
    if status == 400:
        assert after == before
    assert_whole(after)


async def test_base64_that_is_none_is_refused(doors: Doors) -> None:
    for function in INTERNAL[:-1]:
        for data in ("!!!", "", "Q", "ы", None, 7, {"a": 1}, "\ud800", "AAAA"):
            body = json.dumps({"message": {"data": data}}).encode()
            assert await doors.post(function, body) == 400, (function, data)


async def test_a_history_id_from_the_future_moves_nothing(doors: Doors) -> None:
    before = doors.documents()

    for history_id in (2**63, 10**30, -1, "99999999999999"):
        notification = {"emailAddress": "gmail@shop.example", "historyId": history_id}
        assert await doors.post("gmail_push", doors.pushed(json.dumps(notification).encode())) == 204
    assert doors.documents() == before


async def test_updates_and_notifications_of_unknown_kinds_are_taken_and_leave_nothing(doors: Doors) -> None:
    before = doors.documents()

    for path, body in (
        (TELEGRAM, {"update_id": 1, "signal_from_mars": {"id": 1, "chat": {"id": 7}}}),
        (TELEGRAM, {"update_id": 2}),
        (AVITO, {"id": "1", "version": "v9.0.0", "timestamp": 1, "payload": {"type": "review", "value": {"stars": 5}}}),
        (AVITO, {}),
    ):
        answer = await doors.call(path, json.dumps(body).encode())
        assert (answer.status, answer.body) == (200, {})

    assert doors.documents() == before
    assert await doors.letters() == []


async def test_an_address_that_is_none_is_not_found(doors: Doors) -> None:
    for path in ADDRESSES_OF_NOBODY:
        answer = await doors.call(path, json.dumps(UPDATES[0]).encode())
        assert (answer.status, answer.body["code"]) == (404, "not_found"), path


async def test_gmail_which_shows_no_secret_has_no_address(doors: Doors) -> None:
    notification = json.dumps({"emailAddress": "gmail@shop.example", "historyId": 1}).encode()

    for path in ("/hooks/gmail/gmail", f"/hooks/gmail/gmail/{SECRET}"):
        assert (await doors.call(path, notification)).status == 404
    assert doors.machine.queue.due(doors.machine.clock.now(), 10, but_targets=["run_task"]) == []


async def test_megabytes_are_too_large(doors: Doors) -> None:
    before = doors.documents()

    for path in (TELEGRAM, AVITO):
        assert (await doors.call(path, MEGABYTES)).status == 413
    for function in INTERNAL:
        assert await doors.post(function, MEGABYTES) == 413
    assert doors.documents() == before


async def test_only_posts_are_taken(doors: Doors) -> None:
    for path in (TELEGRAM, AVITO):
        for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
            answer = await doors.call(path, json.dumps(UPDATES[0]).encode(), method=method)
            assert (answer.status, answer.headers["allow"]) == (405, "POST")


async def test_odd_hosts_and_queries_do_not_matter(doors: Doors) -> None:
    for host, query in (("[", b""), ("a:b:c", b"\xff\xfe"), ("\xff", b"a=%ff&&&")):
        answer = await doors.call(TELEGRAM, b'{"update_id": 1}', {**TRUSTED, "host": host}, query=query)
        assert answer.status == 200


async def test_without_a_token_nobody_gets_inside(doors: Doors, events: Events, tmp_path: Path) -> None:
    guarded = Settings(data_dir=tmp_path, push_audience="https://desk.example", push_accounts=("push@desk.example",))
    install(Desk(Ports(guarded)))
    before = doors.documents()

    for function in (name for name in FUNCTIONS if not name.endswith("_webhook")):
        event = json.dumps(events.get(function, [{}])[0]).encode()
        body = event if function == "run_task" else doors.pushed(event)
        for authorization in ("", "Bearer", "Bearer ", "Bearer x.y.z", "Basic YTpi", "Bearer \xff"):
            assert await doors.post(function, body, {"authorization": authorization}) == 401, function
    assert doors.documents() == before
