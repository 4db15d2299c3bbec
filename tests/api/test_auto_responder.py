"""The auto-responder's settings over the API."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.ids import ConversationId, MessageId
from shared.domain.messages import Author, Delivery, Direction, Message
from shared.domain.people import Role
from shared.store.messages import Messages
from tests.api.office import Office

NIGHT = {"weekdays": [4], "start": "22:00", "end": "08:00"}


class Settings:
    def __init__(self, office: Office, workspace: str) -> None:
        self.office, self.workspace = office, workspace
        self.url = f"/api/v1/workspaces/{workspace}/auto-responder"

    async def put(self, person: str = "olga", **fields: Any) -> Any:
        body = {"is_on": True, "text": "Ответим утром", "time_zone": "UTC"} | fields
        return await (await self.office.person(person)).put(self.url, json=body)

    async def get(self, person: str = "olga", language: str = "en") -> dict[str, Any]:
        answer = await (await self.office.person(person)).get(self.url, headers={"accept-language": language})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture
async def settings(office: Office) -> Settings:
    return Settings(office, await office.workspace("olga"))


async def test_before_anybody_sets_them_it_is_off(settings: Settings) -> None:
    found = await settings.get()

    assert (found["is_on"], found["version"], found["delay_seconds"]) == (False, 0, 75.0)
    assert found["preview"]["reason"]["code"] == "auto_responder_off"


async def test_what_is_set_is_kept_and_its_version_grows(settings: Settings) -> None:
    first = (await settings.put(mode="intervals", intervals=[NIGHT])).json()
    second = (await settings.put(mode="intervals", intervals=[NIGHT], delay_seconds=30)).json()

    assert (first["version"], second["version"]) == (1, 2)
    found = await settings.get()
    assert found | {"preview": None} == second | {"preview": None}
    assert found["intervals"] == [{"weekdays": [4], "start": "22:00:00", "end": "08:00:00"}]


async def test_the_preview_says_whether_it_would_answer_now_and_in_which_interval(settings: Settings) -> None:
    lunch = {"weekdays": [4], "start": "11:30", "end": "13:00"}  # it is Friday noon
    await settings.put(is_on=False, mode="intervals", intervals=[lunch])
    off = (await settings.get())["preview"]
    await settings.put(mode="intervals", intervals=[NIGHT])
    settings.office.clock.advance(60)
    outside = (await settings.get())["preview"]
    within = (await settings.put(mode="intervals", intervals=[lunch])).json()["preview"]

    assert (off["would_answer"], off["reason"]["code"]) == (False, "auto_responder_off")
    assert (outside["would_answer"], outside["reason"]["code"]) == (False, "outside_hours")
    assert (within["would_answer"], within["reason"]) == (True, None)
    # It was switched on in the middle of it.
    assert within["interval_started_at"] == "2026-11-20T12:00:00Z"


async def test_the_preview_names_the_inboxes_in_which_it_stays_silent(settings: Settings) -> None:
    chosen = await settings.office.inbox(settings.workspace, "inbox1")
    await settings.office.inbox(settings.workspace, "inbox2")

    await settings.put(inbox_ids=[chosen.id])

    silent = (await settings.get())["preview"]["silent_in"]
    assert [(entry["inbox_id"], entry["reason"]["code"]) for entry in silent] == [("inbox2", "auto_responder_off")]


@pytest.mark.parametrize(
    "fields",
    [
        {"time_zone": "Europe/Nowhere"},
        {"time_zone": "../../etc/passwd"},
        {"time_zone": ""},
        {"delay_seconds": 1},
        {"delay_seconds": "NaN"},
        {"text": "x" * 1001},
        {"text": "  "},
        {"mode": "sometimes"},
        {"intervals": [NIGHT] * 22},
        {"intervals": [NIGHT | {"weekdays": [7]}]},
        {"intervals": [NIGHT | {"start": "25:00"}]},
        {"intervals": [NIGHT | {"start": "22:00Z"}]},
        {"intervals": [NIGHT | {"unknown": 1}]},
        {"inbox_ids": ["never"]},
        {"inbox_ids": ["../x"]},
    ],
    ids=str,
)
async def test_settings_that_make_no_sense_are_refused_and_change_nothing(
    settings: Settings, fields: dict[str, Any]
) -> None:
    assert (await settings.put(**fields)).status_code == 422
    assert (await settings.get())["version"] == 0


async def test_only_owners_change_them_and_members_see_them(settings: Settings) -> None:
    await settings.office.member(settings.workspace, "max", Role.MANAGER)
    await settings.office.member(settings.workspace, "vera", Role.VIEWER)

    statuses = [(await settings.put(person)).status_code for person in ("max", "vera", "stranger")]

    assert statuses == [403, 403, 404]
    assert (await settings.get("vera"))["is_on"] is False


async def test_an_automatic_message_is_shown_as_the_auto_responders_in_the_readers_language(office: Office) -> None:
    workspace = await office.workspace("olga")
    inbox = await office.inbox(workspace)
    conversation, now = ConversationId(await office.letter(inbox, "Анна")), office.clock.now()
    message = Message(
        id=MessageId("auto"),
        conversation_id=conversation,
        inbox_id=inbox.id,
        direction=Direction.OUTGOING,
        author=Author.AUTO_RESPONDER,
        text="Ответим утром",
        at=now,
        received_at=now,
        delivery=Delivery.SENT,
        is_automatic=True,
    )
    store = office.desk.platform.workspace(inbox.workspace_id)
    await store.commit([Messages(store).creation(message)])

    shown = []
    for language in ("ru", "en"):
        url = f"/api/v1/workspaces/{workspace}/conversations/{conversation}/messages"
        answer = await (await office.person("olga")).get(url, headers={"accept-language": language})
        (found,) = [item for item in answer.json()["items"] if item["id"] == "auto"]
        shown.append((found["author"], found["author_name"], found["is_automatic"]))

    assert shown == [("auto_responder", "Автоответчик", True), ("auto_responder", "Auto-responder", True)]
