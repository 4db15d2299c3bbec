"""No function is refused what its code does: what each needs on a running machine is among the rights that it has."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from infra.channels.registry import REGISTRY, sandbox_class
from infra.sandbox.standin import CustomerFile
from infra.task_queues import queue_name
from infra.topology import FUNCTIONS, SCHEDULES, UNREADABLE, dead_letter_topic
from shared.domain.auto_responder import AutoResponder
from shared.domain.channels import ChannelKind
from shared.domain.events import Topic
from tests.support.files import A_FILE_OF
from tests.support.machine import FAQ, WORKSPACE
from tests.support.work_group import BOT, open_stage
from tests.terraform.needs import FILES, SECRETS, Need, NotedMachine, noted_machine
from tests.terraform.planned import Plan
from tests.terraform.test_topology import service

pytestmark = pytest.mark.terraform
DELIVERY = next(iter(FAQ))
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
PHOTO = CustomerFile("image", "photo.jpg", "image/jpeg", b"\xff\xd8\xff" + bytes(40))
ROLES = {"roles/storage.objectViewer": ["reads"], "roles/storage.objectUser": ["reads", "writes"]}
HOURS = 3600


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[NotedMachine]:
    async with noted_machine(tmp_path) as running:
        yield running


@pytest.fixture
def rights(whole: Plan) -> set[Need]:
    """What the configuration lets the functions do."""
    return {(name, *right) for name in map(service, FUNCTIONS) for right in rights_of(whole, name)}


def rights_of(plan: Plan, name: str) -> Iterator[tuple[str, str]]:
    member = f"serviceAccount:{plan.named('cloud_run_v2_service')[name].get('template.service_account')}"
    bucket = plan.environment("cloud_run_v2_service", name)["PARLEY_BUCKET"]
    for grant in plan.resources:
        match grant.type if grant.get("member") == member else "":
            case "google_pubsub_topic_iam_member":
                yield "publishes", grant.get("topic")
            case "google_cloud_tasks_queue_iam_member":
                yield "enqueues", grant.name
            case "google_secret_manager_secret_iam_member":
                yield SECRETS, grant.get("secret_id")
            case "google_storage_bucket_iam_member" if grant.get("bucket") == bucket:
                yield from ((doing, FILES) for doing in ROLES[grant.get("role")])


async def switch_auto_responder_on(machine: NotedMachine) -> None:
    settings = AutoResponder(is_on=True, text="Скоро ответим.", time_zone="UTC", updated_at=machine.clock.now())
    await machine.desk.auto_responder_settings.change(WORKSPACE, settings)


@pytest.mark.parametrize("kind", list(REGISTRY))
async def test_what_a_channels_messages_need_is_granted(
    machine: NotedMachine, rights: set[Need], kind: ChannelKind
) -> None:
    standin = await machine.connect(kind)
    files = [A_FILE_OF[file] for file in sorted(sandbox_class(kind).sendable)]  # type: ignore[attr-defined]
    await switch_auto_responder_on(machine)

    await standin.write(kind.value, "Пётр", DELIVERY)
    await machine.run()
    for file in files[:1]:
        await standin.write(kind.value, "Пётр", "", [file])
    await standin.write(kind.value, "Пётр", OFF_TOPIC)
    await machine.settle(6)
    for schedule in SCHEDULES:
        await machine.tick(schedule.target)
    machine.clock.advance(5 * HOURS)
    await machine.run(2)

    assert machine.needs - rights == set()
    assert ("llm-reply", "publishes", Topic.MESSAGE_QUEUED.value) in machine.needs
    assert ("deliver", SECRETS, "encryption-keys") in machine.needs or kind is ChannelKind.WEB_CHAT


async def test_what_a_work_group_needs_is_granted(machine: NotedMachine, rights: set[Need]) -> None:
    await machine.connect(BOT)
    stage = await open_stage(machine)
    await stage.telegram.write(BOT.value, "Пётр", OFF_TOPIC)
    await machine.run(10)

    await stage.writes("Канберра, пингвинов нет", "Пётр", files=[PHOTO])
    await machine.settle(2)

    assert machine.needs - rights == set()
    assert ("telegram-webhook", "enqueues", queue_name(BOT)) in machine.needs
    assert {("run-task", "writes", FILES), ("deliver", "reads", FILES)} <= machine.needs


@pytest.mark.parametrize("kind", [ChannelKind.TELEGRAM_BOT, ChannelKind.AVITO])
async def test_who_takes_vendors_calls_may_keep_those_that_nobody_can_read(
    machine: NotedMachine, rights: set[Need], kind: ChannelKind
) -> None:
    await machine.connect(kind)
    secret = "the-secret-of-this-inbox"
    path = {BOT: f"/hooks/telegram/{kind}", ChannelKind.AVITO: f"/hooks/avito/{kind}/{secret}"}[kind]

    async with httpx.AsyncClient(base_url=machine.settings.public_url) as vendor:
        trusted = {"x-telegram-bot-api-secret-token": secret}
        answer = await vendor.post(path, json={"update_id": "x", "message": 7, "payload": 7}, headers=trusted)

    assert answer.status_code == 200
    kept = {need for need in machine.needs if need[1:] == ("publishes", dead_letter_topic(UNREADABLE))}
    assert len(kept) == 1
    assert machine.needs - rights == set()
