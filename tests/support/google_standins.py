"""Stand-ins for Google services that have no emulator. They speak Google's own protocols, as far as we use them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

import google_crc32c
import grpc
import httpx
from google.cloud import secretmanager_v1, tasks_v2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_TASK_NAME = re.compile(r"projects/[^/]+/locations/[^/]+/queues/([^/]+)/tasks/[A-Za-z0-9_-]{1,500}")
Method = Callable[[Any, grpc.aio.ServicerContext], Awaitable[Any]]


@asynccontextmanager
async def serve_grpc(service: str, methods: Mapping[str, tuple[Method, Any, Any]]) -> AsyncIterator[str]:
    """Serve methods (function, request type, response type) of a proto service; gives host and port."""
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            method, request_deserializer=request.deserialize, response_serializer=response.serialize
        )
        for name, (method, request, response) in methods.items()
    }
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)


class CloudTasksStandin:
    """Cloud Tasks: checks what Google checks, knows each name for ever, posts due tasks until they are taken."""

    def __init__(self) -> None:
        self.created: list[tasks_v2.Task] = []
        self._names: set[str] = set()
        self._running: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Run it; gives host and port."""
        methods = {"CreateTask": (self._create, tasks_v2.CreateTaskRequest, tasks_v2.Task)}
        async with httpx.AsyncClient() as self._http, serve_grpc("google.cloud.tasks.v2.CloudTasks", methods) as host:
            yield host
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _create(self, request: tasks_v2.CreateTaskRequest, context: grpc.aio.ServicerContext) -> tasks_v2.Task:
        task = request.task
        if problem := _problem_of(request):
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, problem)
        if task.name in self._names:
            await context.abort(grpc.StatusCode.ALREADY_EXISTS, "The task cannot be created: its name is known.")
        self._names.add(task.name)
        self.created.append(task)
        running = asyncio.create_task(self._dispatch(task))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return task

    async def _dispatch(self, task: tasks_v2.Task) -> None:
        await asyncio.sleep(max(0.0, (task.schedule_time - datetime.now(UTC)).total_seconds()))
        call = task.http_request
        for retry in range(100):
            headers = {**call.headers, "X-CloudTasks-TaskRetryCount": str(retry), "User-Agent": "Google-Cloud-Tasks"}
            response = await self._http.post(call.url, content=call.body, headers=headers)
            if response.is_success:
                return
            await asyncio.sleep(0.05)


def _problem_of(request: tasks_v2.CreateTaskRequest) -> str:
    task = request.task
    if not _TASK_NAME.fullmatch(task.name) or not task.name.startswith(f"{request.parent}/tasks/"):
        return "Task name must be formatted"
    if task.http_request.http_method != tasks_v2.HttpMethod.POST or not task.http_request.url.startswith("http"):
        return "HTTP request must have a URL"
    if task.schedule_time > datetime.now(UTC) + timedelta(days=30):
        return "The schedule_time is too far in the future"
    if not timedelta(seconds=15) <= task.dispatch_deadline <= timedelta(minutes=30):
        return "The dispatch_deadline must be between [15s, 30m]"
    return ""


class SecretManagerStandin:
    """Secret Manager: versions of the secrets that Terraform made."""

    def __init__(self, project: str, secrets: tuple[str, ...]) -> None:
        self._versions: dict[str, list[bytes]] = {f"projects/{project}/secrets/{name}": [] for name in secrets}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Run it; gives host and port."""
        methods = {
            "AccessSecretVersion": (
                self._access,
                secretmanager_v1.AccessSecretVersionRequest,
                secretmanager_v1.AccessSecretVersionResponse,
            ),
            "AddSecretVersion": (
                self._add,
                secretmanager_v1.AddSecretVersionRequest,
                secretmanager_v1.SecretVersion,
            ),
        }
        async with serve_grpc("google.cloud.secretmanager.v1.SecretManagerService", methods) as host:
            yield host

    async def _access(
        self, request: secretmanager_v1.AccessSecretVersionRequest, context: grpc.aio.ServicerContext
    ) -> secretmanager_v1.AccessSecretVersionResponse:
        secret, _, version = request.name.partition("/versions/")
        versions = self._versions.get(secret)
        if version != "latest" or not versions:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"Secret [{secret}] not found or has no versions.")
            raise AssertionError
        payload = secretmanager_v1.SecretPayload(data=versions[-1])
        return secretmanager_v1.AccessSecretVersionResponse(name=f"{secret}/versions/{len(versions)}", payload=payload)

    async def _add(
        self, request: secretmanager_v1.AddSecretVersionRequest, context: grpc.aio.ServicerContext
    ) -> secretmanager_v1.SecretVersion:
        if request.parent not in self._versions:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"Secret [{request.parent}] not found.")
        self._versions[request.parent].append(request.payload.data)
        return secretmanager_v1.SecretVersion(name=f"{request.parent}/versions/{len(self._versions[request.parent])}")


class StorageStandin:
    """The JSON API of Cloud Storage: upload in one request, download, list, delete."""

    def __init__(self, bucket: str) -> None:
        self._objects: dict[str, tuple[bytes, str]] = {}
        base = f"/storage/v1/b/{bucket}/o"
        self.app = Starlette(
            routes=[
                Route(f"/upload{base}", self._upload, methods=["POST"]),
                Route(f"/download{base}/{{key:path}}", self._download),
                Route(base, self._list),
                Route(f"{base}/{{key:path}}", self._delete, methods=["DELETE"]),
            ]
        )

    async def _upload(self, request: Request) -> Response:
        kind = request.headers["content-type"].encode()
        whole = message_from_bytes(b"Content-Type: " + kind + b"\r\n\r\n" + await request.body())
        described, content = whole.get_payload()
        metadata = json.loads(described.get_payload())  # type: ignore[union-attr, arg-type]
        # The e-mail parser would rewrite line ends: cut the bytes out by hand.
        data = _last_part(await request.body(), whole.get_boundary() or "")
        if metadata.get("crc32c", _crc32c(data)) != _crc32c(data):
            return _refusal(400, "Provided CRC32C does not match")
        self._objects[metadata["name"]] = (data, content.get_content_type())  # type: ignore[union-attr]
        return JSONResponse({"kind": "storage#object", "name": metadata["name"], "size": str(len(data))})

    async def _download(self, request: Request) -> Response:
        stored = self._objects.get(request.path_params["key"])
        if stored is None:
            return _refusal(404, "No such object")
        data, content_type = stored
        digests = f"crc32c={_crc32c(data)},md5={base64.b64encode(hashlib.md5(data).digest()).decode()}"
        return Response(data, media_type=content_type, headers={"x-goog-hash": digests})

    async def _list(self, request: Request) -> Response:
        asked = request.query_params
        known = sorted(name for name in self._objects if name.startswith(asked.get("prefix", "")))
        start, size = int(asked.get("pageToken", 0)), min(int(asked.get("maxResults", 1000)), 2)
        page = {"nextPageToken": str(start + size)} if start + size < len(known) else {}
        items = [{"kind": "storage#object", "name": name} for name in known[start : start + size]]
        return JSONResponse({"kind": "storage#objects", "items": items, **page})

    async def _delete(self, request: Request) -> Response:
        if self._objects.pop(request.path_params["key"], None) is None:
            return _refusal(404, "No such object")
        return Response(status_code=204)


def _last_part(body: bytes, boundary: str) -> bytes:
    part = body.rpartition(f"\r\n--{boundary}--".encode())[0].split(f"--{boundary}\r\n".encode(), 2)[2]
    return part.partition(b"\r\n\r\n")[2]


def _crc32c(data: bytes) -> str:
    return base64.b64encode(struct.pack(">I", google_crc32c.value(data))).decode()


def _refusal(status: int, message: str) -> Response:
    return JSONResponse({"error": {"code": status, "message": message}}, status_code=status)
