"""The visitor's side of the check: ask, wait for the answer, and say where it got stuck."""

from __future__ import annotations

from typing import Any, Final

from api.smoke.deployment import API, TIMEOUT_SECONDS, Deployment, json_of, shown
from api.smoke.scene import Scene
from api.smoke.steps import StepFailed
from shared.ports.clock import Clock

_LONGEST_WAIT: Final = 25.0
"""Seconds of one call that waits: below what proxies allow."""
_PAUSE: Final = 2.0
_BUS: Final = "the subscription of its topic (dead letters, oldest unacked message)"


class Talk:
    """One conversation."""

    def __init__(self, deployment: Deployment, scene: Scene, clock: Clock) -> None:
        self._deployment = deployment
        self._scene = scene
        self._clock = clock
        self._token = ""
        self.conversation_id = ""

    @property
    def _chat(self) -> str:
        return f"{API}/chat/{self._scene.slug}"

    @property
    def _path(self) -> str:
        return f"{self._scene.workspace}/conversations/{self.conversation_id}"

    async def begin(self) -> str:
        """Come in as a new visitor; the conversation's id."""
        answer = await self._visit("POST", f"{self._chat}/session")
        self._token, self.conversation_id = str(answer.get("token", "")), str(answer.get("dialog_id", ""))
        if not self._token or not self.conversation_id:
            raise StepFailed("a visitor's token and dialog", "neither", "the logs of the service api")
        return self.conversation_id

    async def ask(self, patience: float) -> str:
        """Ask for the word, and wait for an answer so many seconds. Raises `StepFailed`, also for a wrong one."""
        end = self._clock.monotonic() + patience
        wait = min(_LONGEST_WAIT, patience)
        body = {"message": self._scene.question, "name": "Smoke check"}
        said = await self._visit(
            "POST", f"{self._chat}/message", json=body, wait=str(wait), timeout=wait + TIMEOUT_SECONDS
        )
        reply, status = said.get("reply"), said.get("status")
        while reply is None and status != "needs_human" and self._clock.monotonic() < end:
            await self._clock.sleep(_PAUSE)
            reply, status = await self._look()
        if reply is None:
            raise await self._diagnosis(patience)
        if self._scene.word not in reply:
            look_at = f"the evidence of the answer in conversation {self.conversation_id}, and the model's settings"
            raise StepFailed(f"an answer with the word {self._scene.word}", f"another answer: {reply[:200]}", look_at)
        return str(reply)

    async def agree(self, reply: str) -> None:
        """What the staff sees is what the visitor has seen. Raises `StepFailed`."""
        conversation, messages = await self._staff_view()
        told = [(message.get("direction"), message.get("text"), message.get("delivery")) for message in messages]
        wanted = [("outgoing", reply, "sent"), ("incoming", self._scene.question, None)]
        if conversation.get("status") != "answered_by_llm" or told[:2] != wanted:
            came = f"{conversation.get('status')}, and {_outline(messages)}"
            expected = "answered_by_llm, and the question with its answer, sent"
            raise StepFailed(expected, came, f"conversation {self.conversation_id} and the logs of deliver")

    async def listed(self) -> None:
        """The dashboard's list shows it, in the same state. Raises `StepFailed`."""
        rows = await self._deployment.items(
            f"{self._scene.workspace}/conversations", {"inbox_id": self._scene.inbox_id}
        )
        row = next((row for row in rows if row.get("id") == self.conversation_id), None)
        if row is None or row.get("status") != "answered_by_llm":
            came = "it is not there" if row is None else f"it is {row.get('status')}"
            expected = f"conversation {self.conversation_id} in the list, answered_by_llm"
            raise StepFailed(expected, came, "the indexes of the database, and the logs of the service api")

    async def _visit(
        self, method: str, path: str, *, wait: str | None = None, timeout: float = TIMEOUT_SECONDS, **more: Any
    ) -> dict[str, Any]:
        params = {"inbox": self._scene.inbox_id} | ({"wait": wait} if wait else {})
        answer = await self._deployment.answer(
            method, path, params=params, timeout=timeout, token=self._token or None, **more
        )
        if not answer.is_success:
            raise StepFailed(f"success of {method} {path}", shown(answer), "the logs of the service api")
        return json_of(answer)

    async def _look(self) -> tuple[str | None, str]:
        """The answer that stands in the visitor's history, if one does, and whether people were called."""
        history = await self._visit("GET", f"{self._chat}/history")
        items, state = history.get("items") or [], history.get("state") or {}
        reply = next((item["text"] for item in items if item.get("sender") == "shop"), None)
        return reply, str(state.get("status"))

    async def _staff_view(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        conversation = await self._deployment.call("GET", self._path)
        messages = await self._deployment.items(f"{self._path}/messages")
        return conversation, [message for message in messages if message.get("direction") != "activity"]

    async def _diagnosis(self, patience: float) -> StepFailed:
        """How far the question came."""
        conversation, messages = await self._staff_view()
        where, ids = f"conversation {self.conversation_id}", ", ".join(str(message.get("id")) for message in messages)
        expected = f"an answer within {patience:.0f} s"
        handoff = conversation.get("handoff")
        if handoff:
            reason = handoff.get("reason") or {}
            came = f"it was handed to a person: {reason.get('code')}, {reason.get('text')} {handoff.get('detail')}"
            look_at = f"set-llm, the assistant of the workspace, and the logs of llm-reply for {where}"
            return StepFailed(expected, came.strip(), look_at)
        if conversation.get("draft_id"):
            return StepFailed(expected, "only a draft", f"why it was not sent: the draft's evidence in {where}")
        if conversation.get("pending"):
            look_at = f"the logs of deliver for {where}, message {ids}; then {_BUS}"
            return StepFailed(expected, "an answer was written and not sent", look_at)
        came = f"nothing: the conversation is {conversation.get('status')}"
        look_at = f"the logs of llm-reply for {where}, message {ids}; then {_BUS}"
        return StepFailed(expected, came, look_at)


def _outline(messages: list[dict[str, Any]]) -> str:
    return ", ".join(f"{message.get('direction')} {message.get('delivery') or ''}".strip() for message in messages)
