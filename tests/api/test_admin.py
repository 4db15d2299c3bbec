"""The platform's own settings and dead letters."""

from __future__ import annotations

from infra.local.queue.store import New
from tests.api.office import Office

LLM = "/api/v1/admin/settings/llm"
LETTERS = "/api/v1/admin/dead-letters"


async def test_the_models_settings_are_changed_at_run_time(office: Office) -> None:
    admin = await office.person("admin", superuser=True)

    before = (await admin.get(LLM)).json()
    changed = (await admin.put(LLM, json={"llm_provider": "deepseek", "llm_model": "deepseek-chat"})).json()
    off = (await admin.put(LLM, json={"llm_enabled": False})).json()
    office.clock.advance(5)

    assert before == {"llm_provider": "faq", "llm_model": "", "llm_enabled": True, "base_url": ""}
    assert changed == {**before, "llm_provider": "deepseek", "llm_model": "deepseek-chat"}
    assert off == (await admin.get(LLM)).json() == {**changed, "llm_enabled": False}
    assert (await office.desk.briefings.llm_settings()).llm_enabled is False


async def test_unknown_providers_and_addresses_that_are_none_are_refused(office: Office) -> None:
    admin = await office.person("admin", superuser=True)

    for wrong in ({"llm_provider": "oracle"}, {"base_url": "file:///etc/passwd"}, {"key": "x"}):
        assert (await admin.put(LLM, json=wrong)).status_code == 422


async def test_dead_letters_are_seen_and_tried_again(office: Office) -> None:
    admin = await office.person("admin", superuser=True)
    queue, now = office.desk.ports.queue, office.clock.now()
    queue.add(New("deliver", b'{"workspace_id": "w"}', now))
    (row,) = queue.due(now, 1)
    queue.bury(row, now, "503")

    (letter,) = (await admin.get(LETTERS)).json()["items"]
    replayed = await admin.post(f"{LETTERS}/{letter['id']}/replay")
    again = await admin.post(f"{LETTERS}/{letter['id']}/replay")
    unknown = await admin.post(f"{LETTERS}/none/replay")

    assert (letter["target"], letter["error"], letter["attempts"]) == ("deliver", "503", 1)
    assert letter["body"] == '{"workspace_id": "w"}'
    assert (replayed.status_code, again.status_code, unknown.status_code) == (202, 404, 404)
    assert [found.target for found in queue.due(now, 10)] == ["deliver"]
