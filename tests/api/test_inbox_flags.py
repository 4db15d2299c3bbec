"""What an inbox allows: set by its owner, kept to by everybody who sends."""

from __future__ import annotations

from shared.domain.people import Role
from tests.api.office import Office


async def test_flags_are_changed_one_at_a_time_and_by_owners_only(office: Office) -> None:
    workspace = await office.workspace("olga")
    await office.inbox(workspace)
    url = f"/api/v1/workspaces/{workspace}/inboxes/inbox1"
    olga, max = await office.person("olga"), await office.member(workspace, "max", Role.MANAGER)

    first = (await olga.patch(url, json={"allows_assistant": False})).json()
    second = (await olga.patch(url, json={"allows_replies": False, "name": "Другое имя"})).json()
    refused = await max.patch(url, json={"allows_replies": True})

    assert (first["allows_assistant"], first["allows_replies"]) == (False, True)
    assert (second["allows_assistant"], second["allows_replies"], second["name"]) == (False, False, "Другое имя")
    assert refused.status_code == 403
    assert (await olga.get(url)).json() == second


async def test_a_read_only_inbox_refuses_answers_with_a_code_until_it_is_opened_again(office: Office) -> None:
    workspace = await office.workspace("olga")
    inbox = await office.inbox(workspace)
    conversation = await office.letter(inbox, "Анна")
    olga = await office.person("olga")
    root = f"/api/v1/workspaces/{workspace}"

    await olga.patch(f"{root}/inboxes/inbox1", json={"allows_replies": False})
    refused = await olga.post(f"{root}/conversations/{conversation}/send", json={"text": "Здравствуйте"})
    await olga.patch(f"{root}/inboxes/inbox1", json={"allows_replies": True})
    sent = await olga.post(f"{root}/conversations/{conversation}/send", json={"text": "Здравствуйте"})

    assert (refused.status_code, refused.json()["code"]) == (409, "replies_not_allowed")
    assert sent.status_code == 202
