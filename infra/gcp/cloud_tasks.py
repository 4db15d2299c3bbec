"""Cloud Tasks as the task queue: each task is a POST of its JSON to the function that does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import grpc
from google.api_core.exceptions import AlreadyExists
from google.api_core.retry import AsyncRetry
from google.cloud import tasks_v2
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcAsyncIOTransport

from infra.gcp.calling import FIRST_WAIT_SECONDS, IS_TRANSIENT, TIMEOUT_SECONDS, reaching
from infra.log_context import carried
from infra.misconfigured import Misconfigured
from infra.task_queues import function_of, queue_of
from shared.domain.ids import stable_id
from shared.domain.tasks import Task

DISPATCH_DEADLINE = timedelta(minutes=5)
"""How long Cloud Tasks waits for the function's answer: longer than the function itself may take."""

_SETTINGS = {"run_task": "PARLEY_TASKS_URL", "llm_reply": "PARLEY_REPLIES_URL"}


@dataclass(frozen=True, slots=True)
class TasksTarget:
    """Where the queues are, and whom they call. Without an `account` calls carry no token."""

    project: str
    region: str
    urls: Mapping[str, str]
    """Function to its address, which is also the audience of the token."""
    account: str = ""

    def url_of(self, function: str) -> str:
        """Where a function is. Raises `Misconfigured`."""
        url = self.urls.get(function, "")
        if not url:
            raise Misconfigured(f"set {_SETTINGS[function]} to the address of {function}")
        return url


class CloudTasksQueue:
    """A `TaskQueue`. `endpoint`: host and port of a stand-in; empty in the cloud."""

    def __init__(self, target: TasksTarget, *, endpoint: str = "", timeout: float = TIMEOUT_SECONDS) -> None:
        self._target = target
        self._endpoint = endpoint
        self._timeout = timeout

    async def enqueue(self, task: Task, *, run_at: datetime, name: str) -> None:
        """Schedule a task; the same name again is the same task. Raises `Unavailable`, `Misconfigured`."""
        parent = f"projects/{self._target.project}/locations/{self._target.region}/queues/{queue_of(task)}"
        # Hashed: Cloud Tasks asks for names without a common prefix, and takes few characters.
        wanted = tasks_v2.Task(
            name=f"{parent}/tasks/{stable_id('task', name)}",
            http_request=self._request(task),
            schedule_time=run_at,
            dispatch_deadline=DISPATCH_DEADLINE,
        )
        retry = AsyncRetry(predicate=IS_TRANSIENT, initial=FIRST_WAIT_SECONDS, timeout=self._timeout)
        with reaching("Cloud Tasks"):
            try:
                await self._client.create_task(parent=parent, task=wanted, retry=retry, timeout=self._timeout)
            except AlreadyExists:
                return

    async def close(self) -> None:
        """Let go of the connection."""
        if "_client" in self.__dict__:
            await self._client.transport.close()  # type: ignore[no-untyped-call]

    def _request(self, task: Task) -> tasks_v2.HttpRequest:
        url = self._target.url_of(function_of(task))
        request = tasks_v2.HttpRequest(
            http_method=tasks_v2.HttpMethod.POST,
            url=url,
            headers={"Content-Type": "application/json", **carried()},
            body=task.model_dump_json().encode(),
        )
        if self._target.account:
            request.oidc_token = tasks_v2.OidcToken(service_account_email=self._target.account, audience=url)
        return request

    @cached_property
    def _client(self) -> tasks_v2.CloudTasksAsyncClient:
        if not self._endpoint:
            return tasks_v2.CloudTasksAsyncClient()
        channel = grpc.aio.insecure_channel(self._endpoint)
        return tasks_v2.CloudTasksAsyncClient(transport=CloudTasksGrpcAsyncIOTransport(channel=channel))
