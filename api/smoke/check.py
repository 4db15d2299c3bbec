"""The whole check, step by step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from api.smoke.deployment import API, Deployment, is_problem, json_of, shown
from api.smoke.scene import Scene
from api.smoke.steps import StepFailed, Steps
from api.smoke.talk import Talk
from shared.ports.clock import Clock, Ids

KNOWN_AFTER: Final = 5.0
"""Seconds until a new piece of knowledge is known in every process: the product's own promise."""
_URL: Final = "the address: is this the public address of the service api?"
_UNKNOWN_CHAT: Final = "no-such-workspace-of-a-smoke-check"


@dataclass(frozen=True, slots=True)
class Login:
    """Who checks: an owner of the check's workspace, or anybody where there is none yet."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class SmokeCheck:
    """One run against one deployment."""

    deployment: Deployment
    steps: Steps
    clock: Clock
    ids: Ids
    login: Login | None
    """None: only what is public is checked."""
    timeout: float
    """Seconds to wait for the answer."""
    slug: str

    async def __call__(self) -> bool:
        """Whether all is well."""
        try:
            await self._public()
            if self.login is not None:
                await self._signed_in(self.login)
        except StepFailed:
            return False  # it was told
        return not self.steps.failed

    async def _public(self) -> None:
        with self.steps.step("health") as words:
            words.append(await self._health())
        with self.steps.step("api") as words:
            words.append(await self._version())
        with self.steps.step("unknown chat"):
            answer = await self.deployment.answer("POST", f"{API}/chat/{_UNKNOWN_CHAT}/session")
            if not is_problem(answer, 404):
                raise StepFailed("404 as a problem", shown(answer), "the logs of the service api")

    async def _health(self) -> str:
        """From outside Cloud Run keeps some paths that end in z, so the API's own comes first."""
        for path in (f"{API}/health", "/healthz"):
            answer = await self.deployment.answer("GET", path)
            if answer.status_code != 404:
                break
        if answer.status_code == 404:
            raise StepFailed(
                "200 of the health check", f"{shown(answer)} there and at /healthz: this may be no Parley", _URL
            )
        if answer.status_code != 200 or json_of(answer).get("status") != "ok":
            look_at = "the logs of the service api: the database and its rights first"
            raise StepFailed(f"200 of {path}, status ok", shown(answer), look_at)
        return path

    async def _version(self) -> str:
        answer = await self.deployment.answer("GET", "/openapi.json")
        info = json_of(answer).get("info") if answer.is_success else None
        if not isinstance(info, dict) or info.get("title") != "Parley":
            raise StepFailed("/openapi.json of Parley", f"{shown(answer)}, which tells of something else", _URL)
        return f"version {info.get('version')}"

    async def _signed_in(self, login: Login) -> None:
        with self.steps.step("sign in"):
            await self._sign_in(login)
        scene = Scene(self.deployment, self.ids, self.slug)
        talk = Talk(self.deployment, scene, self.clock)
        try:
            await self._prepare(scene, talk)
            await self._talk(scene, talk)
        finally:
            await self._clean_up(scene, talk)

    async def _sign_in(self, login: Login) -> None:
        form = {"username": login.email, "password": login.password}
        answer = await self.deployment.answer("POST", f"{API}/auth/token", data=form)
        if answer.status_code == 401:
            raise StepFailed("a session", shown(answer), "the e-mail address and the password: create-user sets them")
        if not answer.is_success:
            raise StepFailed("a session", shown(answer), "the logs of the service api")
        self.deployment.token = str(json_of(answer).get("access_token", ""))

    async def _prepare(self, scene: Scene, talk: Talk) -> None:
        with self.steps.step("workspace") as words:
            words.append(f"{scene.slug}, {await scene.find_workspace()}")
        with self.steps.step("assistant") as words:
            words.append(assistant := await scene.hire())
        with self.steps.step("knowledge") as words:
            words.append(await scene.teach(self.clock.now()))
        known_at = self.clock.monotonic() + KNOWN_AFTER
        with self.steps.step("web chat") as words:
            words.append(await scene.open_chat(assistant))
        with self.steps.step("visitor") as words:
            words.append(f"conversation {await talk.begin()}")
        with self.steps.step("pause") as words:
            words.append(f"a new answer is known everywhere {KNOWN_AFTER:.0f} s after it was written")
            await self.clock.sleep(max(0.0, known_at - self.clock.monotonic()))

    async def _talk(self, scene: Scene, talk: Talk) -> None:
        with self.steps.step("reply") as words:
            reply = await talk.ask(self.timeout)
            words.append(f"with the word {scene.word}")
        with self.steps.step("history"):
            await talk.agree(reply)
        with self.steps.step("list"):
            await talk.listed()

    async def _clean_up(self, scene: Scene, talk: Talk) -> None:
        """Also after a failure; a part that fails does not keep the others from being done."""
        parts: list[tuple[str, Callable[[], Awaitable[object]]]] = [("forget", scene.forget)]
        if talk.conversation_id:
            parts.append(("close", lambda: scene.close(talk.conversation_id)))
        parts.append(("sign out", lambda: self.deployment.call("POST", "/auth/logout")))
        for name, part in parts:
            try:
                with self.steps.step(name):
                    await part()
            except StepFailed:
                continue  # it was told
