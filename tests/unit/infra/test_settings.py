"""An environment that is wrong is told by the name of the variable, and never by its value."""

from __future__ import annotations

import pytest

from infra.adapters import Ports
from infra.misconfigured import Misconfigured
from infra.settings import Settings, read_settings
from shared.domain.events import MessageReceived
from shared.domain.ids import ConversationId, InboxId, MessageId, WorkspaceId
from shared.domain.tasks import AutoRespondTask, RespondTask, Task
from tests.support.clock import ManualClock

SECRET = "s3cret-value"
IDS = {"workspace_id": WorkspaceId("w"), "conversation_id": ConversationId("c")}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PARLEY_PUSH_ACCOUNTS", SECRET),
        ("PARLEY_PUSH_ACCOUNTS", f'{{"{SECRET}": 1}}'),
        ("PARLEY_HOOK_URLS", f'{{"{SECRET}'),
        ("PARLEY_HOOK_URLS", '{"channel_webhook": 1}'),
        ("PARLEY_STACK", SECRET),
        ("PARLEY_TRACE_RATIO", "2"),
        ("LLM_TIMEOUT_SECONDS", SECRET),
        ("TELEGRAM_API_ID", SECRET),
    ],
)
def test_a_variable_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(Misconfigured, match=variable) as told:
        read_settings()

    assert SECRET not in str(told.value)


@pytest.mark.parametrize(
    "set_up",
    [
        {"PARLEY_PUSH_AUDIENCE": "https://deliver.example"},
        {"PARLEY_PUSH_AUDIENCE": "https://deliver.example", "PARLEY_PUSH_ACCOUNTS": "[]"},
        {"PARLEY_PUSH_AUDIENCE": "https://deliver.example", "PARLEY_PUSH_ACCOUNTS": '[""]'},
        {"PARLEY_PUSH_ACCOUNTS": '["pubsub-push@shop.example"]'},
    ],
)
def test_who_may_call_is_set_as_a_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch, set_up: dict[str, str]) -> None:
    for variable, value in set_up.items():
        monkeypatch.setenv(variable, value)

    with pytest.raises(Misconfigured, match="PARLEY_PUSH_ACCOUNTS"):
        read_settings()


def test_several_accounts_may_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_PUSH_AUDIENCE", "https://llm-reply.example")
    monkeypatch.setenv("PARLEY_PUSH_ACCOUNTS", '["pubsub-push@shop.example", "tasks-push@shop.example"]')

    assert read_settings().push_accounts == ("pubsub-push@shop.example", "tasks-push@shop.example")


def tasks() -> dict[str, Task]:
    now = ManualClock().now()
    event = MessageReceived(**IDS, inbox_id=InboxId("i"), message_id=MessageId("m"), received_at=now)
    return {"PARLEY_TASKS_URL": AutoRespondTask(**IDS), "PARLEY_REPLIES_URL": RespondTask(event=event)}


@pytest.mark.parametrize("variable", ["PARLEY_TASKS_URL", "PARLEY_REPLIES_URL"])
async def test_without_the_address_of_who_does_it_nothing_is_enqueued_and_the_setting_is_named(variable: str) -> None:
    ports = Ports(Settings(stack="cloud"))

    with pytest.raises(Misconfigured, match=variable):
        await ports.tasks.enqueue(tasks()[variable], run_at=ManualClock().now(), name="x")


def test_without_a_bucket_there_are_no_files_and_the_setting_is_named() -> None:
    with pytest.raises(Misconfigured, match="PARLEY_BUCKET"):
        assert Ports(Settings(stack="cloud")).blobs
