"""Terraform makes what the code talks to: nothing is missing, and nothing stands idle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from infra.settings import Settings
from infra.task_queues import QUEUES
from infra.topology import (
    FUNCTIONS,
    GMAIL_TOPIC,
    SCHEDULES,
    SUBSCRIPTIONS,
    UNREADABLE,
    WEBHOOKS,
    dead_letter_topic,
    subscription,
)
from shared.domain.events import Topic
from tests.terraform.derived import period
from tests.terraform.planned import Plan
from tests.terraform.stub.answers import PROJECT_NUMBER

pytestmark = pytest.mark.terraform
DEAD_LETTERS = {dead_letter_topic(topic) for topic in (*SUBSCRIPTIONS, UNREADABLE)}
PUSHES = {subscription(topic, function): topic for topic, functions in SUBSCRIPTIONS.items() for function in functions}


def service(function: str) -> str:
    return function.replace("_", "-")


def address(plan: Plan, function: str) -> str:
    """Where Cloud Run puts a service."""
    made = plan.named("cloud_run_v2_service")[service(function)]
    return f"https://{made.name}-{PROJECT_NUMBER}.{made.get('location')}.run.app"


def test_each_function_is_a_service_and_the_api_is_one(whole: Plan) -> None:
    assert set(whole.named("cloud_run_v2_service")) == {"api", *map(service, FUNCTIONS)}
    assert set(whole.named("cloud_run_v2_worker_pool")) == {"telegram-accounts"}


def test_each_function_starts_its_own_code(whole: Plan) -> None:
    for function in FUNCTIONS:
        environment = whole.environment("cloud_run_v2_service", service(function))
        assert environment["FUNCTION_TARGET"] == function
        assert environment["FUNCTION_SOURCE"] == f"/app/functions/{function}/main.py"
        assert environment["FUNCTION_USE_ASGI"] == "1"


def test_topics_are_those_of_the_events_and_their_dead_letters(whole: Plan) -> None:
    assert set(whole.named("pubsub_topic")) == {GMAIL_TOPIC, *Topic, *DEAD_LETTERS}


def test_each_topic_is_pushed_to_the_functions_that_handle_it(whole: Plan) -> None:
    pushed = {name: made for name, made in whole.named("pubsub_subscription").items() if made.blocks("push_config")}

    assert {name: made.get("topic") for name, made in pushed.items()} == PUSHES
    for topic, functions in SUBSCRIPTIONS.items():
        for function in functions:
            assert pushed[subscription(topic, function)].get("push_config.push_endpoint") == address(whole, function)


def test_dead_letters_go_where_the_code_looks_for_them(whole: Plan) -> None:
    subscriptions = whole.named("pubsub_subscription")
    pulled = {name: made.get("topic") for name, made in subscriptions.items() if not made.blocks("push_config")}

    assert pulled == {name: name for name in DEAD_LETTERS}
    for name, topic in PUSHES.items():
        target = subscriptions[name].get("dead_letter_policy.dead_letter_topic")
        assert target.rpartition("/")[2] == dead_letter_topic(topic)


def test_queues_have_the_rates_that_the_code_gives_them(whole: Plan) -> None:
    queues = whole.named("cloud_tasks_queue")

    made = {
        name: (
            queue.get("rate_limits.max_dispatches_per_second"),
            queue.get("rate_limits.max_concurrent_dispatches"),
        )
        for name, queue in queues.items()
    }
    assert made == {name: (rate.per_second, rate.at_once) for name, rate in QUEUES.items()}


def test_schedules_call_their_function_as_often_as_the_code_says(whole: Plan) -> None:
    jobs = whole.named("cloud_scheduler_job")

    assert {name: period(job.get("schedule")) for name, job in jobs.items()} == {
        schedule.name: schedule.every for schedule in SCHEDULES
    }
    for schedule in SCHEDULES:
        assert jobs[schedule.name].get("http_target.uri") == address(whole, schedule.target)


def test_vendors_reach_the_functions_of_their_webhooks_and_nothing_else(whole: Plan) -> None:
    grants = whole.all("cloud_run_v2_service_iam_member")
    open_to_all = {grant.name for grant in grants if str(grant.get("member")).startswith("all")}

    assert open_to_all == {"api", *map(service, WEBHOOKS.values())}


@pytest.fixture
def settings_of(whole: Plan, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Settings]:
    """What the code of a service reads from the environment that it is given."""

    def settings_of(name: str) -> Settings:
        for variable, value in whole.environment("cloud_run_v2_service", name).items():
            monkeypatch.setenv(variable, value)
        return Settings()

    return settings_of


@pytest.mark.parametrize("name", ["api", *map(service, FUNCTIONS)])
def test_a_service_knows_the_project_and_the_others(
    whole: Plan, settings_of: Callable[[str], Settings], name: str
) -> None:
    settings = settings_of(name)

    assert settings.stack == "cloud"
    assert settings.project == whole.named("cloud_run_v2_service")[name].get("project")
    assert settings.public_url == "https://desk.example.com"
    assert settings.bucket in whole.named("storage_bucket")
    assert settings.hook_urls == {function: address(whole, function) for function in WEBHOOKS.values()}
    assert settings.vendors.gmail_topic == f"projects/{settings.project}/topics/{GMAIL_TOPIC}"
    assert (settings.tasks_url, settings.replies_url) == (address(whole, "run_task"), address(whole, "llm_reply"))


@pytest.mark.parametrize("function", sorted(set(FUNCTIONS) - set(WEBHOOKS.values())))
def test_a_function_takes_the_tokens_of_whoever_calls_it(
    whole: Plan, settings_of: Callable[[str], Settings], function: str
) -> None:
    settings = settings_of(service(function))
    shown = [token for target, token in tokens(whole, settings) if target == address(whole, function)]
    grants = whole.all("cloud_run_v2_service_iam_member")
    invokers = {g.get("member") for g in grants if (g.name, g.get("role")) == (service(function), "roles/run.invoker")}

    assert {token["audience"] for token in shown} == {settings.push_audience}
    assert {token["service_account_email"] for token in shown} == set(settings.push_accounts)
    assert invokers == {f"serviceAccount:{account}" for account in settings.push_accounts}


def tokens(plan: Plan, settings: Settings) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Whom Pub/Sub, Cloud Scheduler and Cloud Tasks call, and what they show."""
    for made in plan.all("pubsub_subscription"):
        for push in made.blocks("push_config"):
            yield push["push_endpoint"], push["oidc_token"][0]
    for job in plan.all("cloud_scheduler_job"):
        yield job.get("http_target.uri"), job.get("http_target.oidc_token")[0]
    for url in (settings.tasks_url, settings.replies_url):
        yield url, {"audience": url, "service_account_email": settings.tasks_account}
