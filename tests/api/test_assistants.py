"""Assistants and what they know."""

from __future__ import annotations

import pytest

from shared.domain.ids import AssistantId, WorkspaceId
from tests.api.office import Office


async def test_an_assistant_is_created_read_and_changed(office: Office) -> None:
    workspace = await office.workspace("olga")
    olga = await office.person("olga")
    root = f"/api/v1/workspaces/{workspace}/assistants"

    created = (await olga.post(root, json={"name": "Анна"})).json()
    changed = (await olga.patch(f"{root}/{created['id']}", json={"mode": "autonomous", "tone": "тепло"})).json()
    same = (await olga.patch(f"{root}/{created['id']}", json={})).json()
    listed = (await olga.get(root)).json()["items"]

    assert (created["mode"], created["version"]) == ("draft", 1)
    assert (changed["mode"], changed["tone"], changed["name"], changed["version"]) == ("autonomous", "тепло", "Анна", 2)
    assert same == changed
    assert listed == [changed]


async def test_chunks_stand_in_order_and_each_change_is_noticed_by_the_assistant(office: Office) -> None:
    workspace = await office.workspace("olga")
    olga = await office.person("olga")
    assistant = (await olga.post(f"/api/v1/workspaces/{workspace}/assistants", json={"name": "Анна"})).json()["id"]
    root = f"/api/v1/workspaces/{workspace}/assistants/{assistant}/chunks"

    first = (await olga.post(root, json={"question": "Доставка?", "answer": "300"})).json()
    second = (await olga.post(root, json={"question": "Оплата?", "answer": "Картой"})).json()
    changed = await olga.patch(f"{root}/{first['id']}", json={"answer": "350", "position": 5})
    order = [chunk["question"] for chunk in (await olga.get(root)).json()["items"]]
    deleted = await olga.delete(f"{root}/{second['id']}")

    assert (first["position"], second["position"]) == (0, 1)
    assert (changed.json()["answer"], order) == ("350", ["Оплата?", "Доставка?"])
    assert deleted.status_code == 204
    assert (await olga.get(f"{root}/{second['id']}")).status_code == 404
    assert (await olga.delete(f"{root}/{second['id']}")).status_code == 404
    known = (await olga.get(f"/api/v1/workspaces/{workspace}/assistants/{assistant}")).json()
    assert known["knowledge_version"] == 4


async def test_a_new_chunk_reaches_the_assistants_briefing_within_five_seconds(office: Office) -> None:
    workspace = await office.workspace("olga")
    olga = await office.person("olga")
    assistant = (await olga.post(f"/api/v1/workspaces/{workspace}/assistants", json={"name": "Анна"})).json()["id"]
    await office.desk.briefings.briefing(WorkspaceId(workspace), AssistantId(assistant))

    address = f"/api/v1/workspaces/{workspace}/assistants/{assistant}/chunks"
    await olga.post(address, json={"question": "Доставка?", "answer": "300"})
    office.clock.advance(5)

    briefing = await office.desk.briefings.briefing(WorkspaceId(workspace), AssistantId(assistant))
    assert briefing is not None
    assert [chunk.answer for chunk in briefing.chunks] == ["300"]


@pytest.mark.parametrize(
    "body",
    [
        {"question": "x" * 1001, "answer": "a"},
        {"question": "q", "answer": "x" * 2001},
        {"question": "", "answer": "a"},
        {"question": "q"},
        {"question": "q", "answer": "a", "id": "mine"},
    ],
)
async def test_a_chunk_outside_the_limits_is_refused(office: Office, body: dict[str, str]) -> None:
    workspace = await office.workspace("olga")
    olga = await office.person("olga")
    assistant = (await olga.post(f"/api/v1/workspaces/{workspace}/assistants", json={"name": "Анна"})).json()["id"]

    answer = await olga.post(f"/api/v1/workspaces/{workspace}/assistants/{assistant}/chunks", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
