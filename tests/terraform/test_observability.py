"""What is counted and watched is what the code logs, and what there is to watch."""

from __future__ import annotations

import ast
import inspect
import json
import re
from itertools import pairwise

import pytest

from infra.log_events import LogEvent
from infra.task_queues import QUEUES
from infra.topology import SCHEDULES, SUBSCRIPTIONS, UNREADABLE, dead_letter_topic, subscription
from tests.terraform.derived import words
from tests.terraform.planned import Plan

pytestmark = pytest.mark.terraform
MESSAGE = re.compile(r'jsonPayload\.message="([^"]*)"')
EXTRACTED = re.compile(r"EXTRACT\(jsonPayload\.(\w+)\)")
LABEL = r'{label}(?:=one_of\(([^)]*)\)|=~?"([^"]*)")'
DEAD_LETTERS = {dead_letter_topic(topic) for topic in (*SUBSCRIPTIONS, UNREADABLE)}
PUSHES = {subscription(topic, function) for topic, functions in SUBSCRIPTIONS.items() for function in functions}


def logged_fields() -> dict[str, set[str]]:
    """Message to its fields, as the text behind each member of `LogEvent` names them."""
    (enumeration,) = ast.parse(inspect.getsource(LogEvent)).body
    assert isinstance(enumeration, ast.ClassDef)
    return {
        str(ast.literal_eval(member.value)): set(re.findall(r"`(\w+)`", ast.literal_eval(text.value)))
        for member, text in pairwise(enumeration.body)
        if isinstance(member, ast.Assign) and isinstance(text, ast.Expr)
    }


def named(plan: Plan, label: str) -> set[str]:
    """Values of a label that some alert, objective or chart asks for."""
    kinds = ("monitoring_alert_policy", "monitoring_slo", "monitoring_dashboard")
    asked = " ".join(json.dumps(dict(made.values)) for kind in kinds for made in plan.all(kind))
    asked = re.sub(r"\\+", "", asked)  # quotes within JSON within JSON
    found = [first or second for first, second in re.findall(LABEL.format(label=label), asked)]
    return {name.strip('" ') for group in found for name in re.split(r"[,|]", group)} - {""}


def test_every_counted_message_and_field_is_one_that_the_code_logs(whole: Plan) -> None:
    logged = logged_fields()
    counters = [made for made in whole.all("logging_metric") if "jsonPayload" in made.get("filter")]

    assert set(logged) == set(LogEvent)
    assert counters
    for made in counters:
        (message,) = MESSAGE.findall(made.get("filter"))
        assert set(EXTRACTED.findall(json.dumps(dict(made.values)))) <= logged[message], made.name


def test_every_metric_of_ours_that_is_asked_for_is_made(whole: Plan) -> None:
    made = {f"logging_googleapis_com:user_{name.replace('/', '_')}" for name in whole.named("logging_metric")}
    text = json.dumps([dict(policy.values) for policy in whole.all("monitoring_alert_policy")])

    asked = set(re.findall(r"logging_googleapis_com:user_\w+", text))
    assert asked
    assert asked <= made


def test_each_dead_letter_subscription_has_an_alert_of_its_own(whole: Plan) -> None:
    letters = [
        re.findall(r'subscription_id="([^"]+)"', str(policy.get("conditions.condition_threshold.filter")))
        for policy in whole.all("monitoring_alert_policy")
    ]

    assert sorted(name for found in letters for name in found) == sorted(DEAD_LETTERS)


def test_alerts_and_charts_ask_for_what_there_is(whole: Plan) -> None:
    assert named(whole, "service_name") <= set(whole.named("cloud_run_v2_service"))
    assert named(whole, "subscription_id") <= DEAD_LETTERS | PUSHES
    assert named(whole, "subscription_id") >= PUSHES
    assert named(whole, "queue_id") == set(QUEUES)
    assert named(whole, "job_id") <= {schedule.name for schedule in SCHEDULES}
    assert named(whole, "outcome") <= words(), "nothing in the code ends so"


def test_whoever_gave_an_address_hears_of_every_alert(whole: Plan, smallest: Plan) -> None:
    (channel,) = whole.all("monitoring_notification_channel")

    assert channel.get("labels.email_address") == "owner@example.com"
    for policy in whole.all("monitoring_alert_policy"):
        assert policy.unknown["notification_channels"], policy.name  # one channel, whose name only Google knows
    assert list(smallest.all("monitoring_notification_channel")) == []
