"""The floors on the emulators: functions-framework handlers that make the same calls with Google's own clients and
do nothing else. `receive` is the floor of ingest; with `reply` and `deliver` behind it, that of a turn."""

from __future__ import annotations

import asyncio
import json
import os
from base64 import b64decode
from functools import cache
from typing import Any

import functions_framework.aio as functions_framework
import httpx
from google.cloud.firestore import AsyncClient
from google.cloud.pubsub_v1 import PublisherClient
from google.cloud.pubsub_v1.types import BatchSettings
from starlette.requests import Request
from starlette.responses import Response

PROJECT = os.environ["GOOGLE_CLOUD_PROJECT"]
ANSWER = "Delivery takes two days. " * 7


@cache
def store() -> AsyncClient:
    return AsyncClient(project=PROJECT)


@cache
def publisher() -> PublisherClient:
    # Without this a message waits 10 ms for company.
    return PublisherClient(BatchSettings(max_messages=1))


@cache
def http() -> httpx.AsyncClient:
    return httpx.AsyncClient()


async def publish(topic: str, customer: str) -> None:
    accepted = publisher().publish(f"projects/{PROJECT}/topics/{topic}", customer.encode())
    await asyncio.wrap_future(accepted)


async def commit(documents: dict[str, dict[str, Any]]) -> None:
    batch = store().batch()
    for path, fields in documents.items():
        batch.set(store().document(path), fields, merge=True)
    await batch.commit()


async def pushed(request: Request) -> tuple[str, dict[str, Any]]:
    """The customer whom a push names, and their conversation."""
    customer = b64decode(json.loads(await request.body())["message"]["data"]).decode()
    read = await store().document(f"conversations/{customer}").get()
    return customer, read.to_dict() or {}


@functions_framework.http
async def receive(request: Request) -> Response:
    """A webhook: one commit of three writes, one publish."""
    update = json.loads(await request.body())
    message, customer = update["message"], str(update["message"]["chat"]["id"])
    entry = {"window": {str(update["update_id"]): message}}
    await commit(
        {
            f"conversations/{customer}/messages/{update['update_id']}": message,
            f"conversations/{customer}": entry,
            f"contacts/{customer}": message["from"],
        }
    )
    await publish("floor-received", customer)
    return Response(status_code=204)


@functions_framework.http
async def reply(request: Request) -> Response:
    """A read, a commit of two writes, one publish."""
    customer, read = await pushed(request)
    conversation = f"conversations/{customer}"
    answer = f"{conversation}/messages/answer-{len(read['window'])}"
    await commit({answer: {"text": ANSWER}, conversation: {"outbox": {"answer": "queued"}}})
    await publish("floor-queued", customer)
    return Response(status_code=204)


@functions_framework.http
async def deliver(request: Request) -> Response:
    """Two reads, a commit of one write, a call of the vendor, a commit of two writes."""
    customer, read = await pushed(request)
    number = len(read["window"])
    conversation, answer = f"conversations/{customer}", f"conversations/{customer}/messages/answer-{number}"
    await store().document(answer).get()
    await commit({conversation: {"outbox": {"answer": "sending"}}})
    sent = await http().post(os.environ["FLOOR_VENDOR"], json={"chat_id": customer, "text": ANSWER})
    window = {f"answer-{number}": {"text": ANSWER}}
    await commit({answer: sent.json()["result"], conversation: {"outbox": {}, "window": window}})
    return Response(status_code=204)
