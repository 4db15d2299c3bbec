"""What the check needs in the deployment: a workspace of its own with an assistant, a web chat and one fresh answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from api.smoke.deployment import API, Deployment, is_problem, json_of, shown
from api.smoke.steps import StepFailed
from shared.ports.clock import Ids

SLUG: Final = "smoke"
NAME: Final = "Smoke test"
_INSTRUCTIONS: Final = (
    "You answer an automatic check of this installation. Whoever asks for the word of a check is told exactly the "
    "word that the knowledge gives for this check, in one short sentence, in English."
)
_WORD_LENGTH: Final = 10
_STALE: Final = timedelta(hours=1)
"""A piece of knowledge that is older was left behind by a check that was killed."""


class Scene:
    """Made once and found again. Only the piece of knowledge and the conversation are new each time."""

    def __init__(self, deployment: Deployment, ids: Ids, slug: str) -> None:
        self._deployment = deployment
        self.slug = slug
        self.word = ids.new()[:_WORD_LENGTH]
        self._mark = ids.new()[:_WORD_LENGTH]
        self.question = f"What is the word of the smoke check {self._mark}?"
        """Each check asks for its own word: a piece of knowledge that another one left behind answers nothing here."""
        self._workspace = ""
        self._chunks = ""
        self.inbox_id = ""
        self.chunk_id = ""

    @property
    def workspace(self) -> str:
        """Its address below the API."""
        return self._workspace

    async def find_workspace(self) -> str:
        """Find or make it; its id."""
        seats = await self._deployment.items("/workspaces")
        known = next((seat for seat in seats if seat.get("slug") == self.slug), None)
        if known is None:
            known = await self._founded()
        elif known.get("role") != "owner":
            raise _not_ours(self.slug, f"this user is its {known.get('role')}")
        self._workspace = f"/workspaces/{known['id']}"
        return str(known["id"])

    async def hire(self) -> str:
        """An assistant that answers by itself at once; its id."""
        path = f"{self._workspace}/assistants"
        settings = {"name": NAME, "instructions": _INSTRUCTIONS, "mode": "autonomous", "debounce_seconds": 0}
        known = _named(await self._deployment.items(path))
        if known is None:
            known = await self._deployment.call("POST", path, json=settings)
        elif any(known.get(name) != value for name, value in settings.items()):
            known = await self._deployment.call("PATCH", f"{path}/{known['id']}", json=settings)
        self._chunks = f"{path}/{known['id']}/chunks"
        return str(known["id"])

    async def teach(self, now: datetime) -> str:
        """The piece of knowledge that holds the word; its id."""
        for chunk in await self._deployment.items(self._chunks):
            if now - datetime.fromisoformat(chunk["created_at"]) > _STALE:
                await self._deployment.answer("DELETE", f"{API}{self._chunks}/{chunk['id']}")
        answer = f"The word of the smoke check {self._mark} is {self.word}."
        chunk = await self._deployment.call("POST", self._chunks, json={"question": self.question, "answer": answer})
        self.chunk_id = str(chunk["id"])
        return self.chunk_id

    async def open_chat(self, assistant: str) -> str:
        """A web chat that this assistant answers; its inbox's id."""
        path = f"{self._workspace}/inboxes"
        inbox = _named(await self._deployment.items(path))
        if inbox is None:
            new = {"channel": "web_chat", "name": NAME, "credentials": {}, "assistant_id": assistant}
            inbox = await self._deployment.call("POST", path, json=new)
        wanted = {"assistant_id": assistant, "allows_assistant": True, "allows_replies": True}
        if any(inbox.get(name) != value for name, value in wanted.items()):
            inbox = await self._deployment.call("PATCH", f"{path}/{inbox['id']}", json=wanted)
        if inbox.get("health") != "connected":
            inbox = await self._deployment.call("POST", f"{path}/{inbox['id']}/resume")
        if inbox.get("health") != "connected":
            came = f"{inbox.get('health')}: {(inbox.get('problem') or {}).get('text', '')}"
            raise StepFailed("a web chat that is connected", came, f"inbox {inbox['id']} in the dashboard")
        self.inbox_id = str(inbox["id"])
        return self.inbox_id

    async def forget(self) -> None:
        """Take the piece of knowledge back."""
        if self.chunk_id:
            path = f"{API}{self._chunks}/{self.chunk_id}"
            _expect_gone(await self._deployment.answer("DELETE", path), f"chunk {self.chunk_id}")

    async def close(self, conversation: str) -> None:
        """Close the conversation, if it came to one."""
        path = f"{API}{self._workspace}/conversations/{conversation}/close"
        answer = await self._deployment.answer("POST", path)
        if answer.status_code != 200:
            _expect_gone(answer, f"conversation {conversation}")

    async def _founded(self) -> dict[str, Any]:
        made = await self._deployment.answer("POST", f"{API}/workspaces", json={"name": NAME, "slug": self.slug})
        if made.status_code == 409:
            raise _not_ours(self.slug, "it exists, and this user is not a member")
        if not made.is_success:
            raise StepFailed(f"a new workspace {self.slug}", shown(made), "the logs of the service api")
        return json_of(made)


def _named(items: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((item for item in items if item.get("name") == NAME), None)


def _not_ours(slug: str, why: str) -> StepFailed:
    look_at = f"who owns the workspace {slug}: sign in as its owner, or name another one with --slug"
    return StepFailed(f"a workspace {slug} that this user owns", why, look_at)


def _expect_gone(answer: httpx.Response, what: str) -> None:
    if not answer.is_success and not is_problem(answer, 404):
        raise StepFailed(f"{what} to be cleaned up", shown(answer), "the logs of the service api")
