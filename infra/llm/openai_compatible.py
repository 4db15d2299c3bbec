"""Any server that speaks the chat-completions schema: OpenAI, DeepSeek, Ollama, vLLM and their kin."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from openai import APIError, AsyncOpenAI, Timeout
from openai.types.chat import ChatCompletionMessageParam
from pydantic import AnyHttpUrl, SecretStr, TypeAdapter, ValidationError

from infra.llm.answers import read_answer
from infra.llm.faults import as_model_error, is_worth_retrying, out_of_order, pause_before_retry, refuses_form
from infra.llm.forms import ResponseForm
from infra.llm.reading import UnreadableAnswer, read_proposal
from infra.llm.rendering import ChatMessage, render, repair_request
from shared.domain.replies import Proposal, Usage
from shared.errors import ModelMisbehaved, ModelUnavailable
from shared.ports.clock import Clock
from shared.ports.language_model import Completion, Prompt

DEFAULT_MODEL = "default"
"""For servers that serve one model and do not look at the name."""
_RETRIES = 2
_CONNECT_SECONDS = 5.0


@dataclass(slots=True)
class _Call:
    """One call of `complete` under way: what it asks, what it has cost, what it may still try."""

    prompt: Prompt
    model: str
    usage: Usage = field(default_factory=Usage)
    retries: int = 0

    def charge(self, cost: Usage) -> None:
        self.usage = Usage(
            input_tokens=self.usage.input_tokens + cost.input_tokens,
            output_tokens=self.usage.output_tokens + cost.output_tokens,
        )


class OpenAICompatible:
    """One server with one key. Keeps its connections, and for each model the strictest form that it takes."""

    def __init__(
        self,
        base_url: str,
        api_key: SecretStr,
        *,
        model: str,
        timeout_seconds: float,
        clock: Clock,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._base_url = base_url
        self._api_key = api_key
        self._model = model or DEFAULT_MODEL
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._jitter = jitter
        self._client: AsyncOpenAI | None = None
        self._forms: dict[str, ResponseForm] = {}

    async def complete(self, prompt: Prompt) -> Completion:
        """Ask, and once more with the mistake named where the answer cannot be read. The timeout covers it all."""
        call = _Call(prompt, prompt.model or self._model)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                proposal = await self._propose(call)
        except TimeoutError:
            raise ModelUnavailable("no answer in time", code="model_timeout") from None
        return Completion(proposal, call.model, call.usage)

    async def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _propose(self, call: _Call) -> Proposal:
        known_ids = {chunk.id for chunk in call.prompt.knowledge}
        text = await self._ask(call)
        try:
            return read_proposal(text, known_ids)
        except UnreadableAnswer as problem:
            repair = repair_request(text, str(problem))
        text = await self._ask(call, repair)
        try:
            return read_proposal(text, known_ids)
        except UnreadableAnswer:
            raise ModelMisbehaved("no readable answer, also when asked again", code="model_invalid_answer") from None

    async def _ask(self, call: _Call, more: list[ChatMessage] | None = None) -> str:
        """The model's words, in the strictest form that the server takes."""
        form = self._forms.get(call.model, ResponseForm.JSON_SCHEMA)
        while True:
            messages = [*render(call.prompt, schema=form.schema_in_prompt), *(more or [])]
            try:
                body = await self._post(call, messages, form)
            except APIError as error:
                if form is ResponseForm.TEXT or not refuses_form(error):
                    raise as_model_error(error) from None
                form = ResponseForm(form + 1)
                continue
            self._forms[call.model] = form
            answer = read_answer(body)
            call.charge(answer.cost)
            return answer.text()

    async def _post(self, call: _Call, messages: list[ChatMessage], form: ResponseForm) -> bytes:
        """The response's body. The one layer that retries: at most twice in a call."""
        client = self._connected()
        while True:
            try:
                response = await client.chat.completions.with_raw_response.create(
                    model=call.model, messages=cast(list[ChatCompletionMessageParam], messages), **form.parameters
                )
            except APIError as error:
                if call.retries >= _RETRIES or not is_worth_retrying(error):
                    raise
                pause = pause_before_retry(error, call.retries, self._jitter())
            else:
                body: bytes = response.content
                return body
            call.retries += 1
            await self._clock.sleep(pause)

    def _connected(self) -> AsyncOpenAI:
        if self._client is None:
            self._client = _open_client(self._base_url, self._api_key.get_secret_value(), self._timeout_seconds)
        return self._client


def _open_client(base_url: str, api_key: str, timeout_seconds: float) -> AsyncOpenAI:
    try:
        TypeAdapter(AnyHttpUrl).validate_python(base_url)
    except ValidationError:
        raise out_of_order("the model's server has no usable address", "model_not_configured") from None
    key = api_key.strip()
    if not (key.isascii() and key.isprintable()):
        raise out_of_order("the model's key is not accepted", "model_auth_failed")
    client = AsyncOpenAI(
        base_url=base_url,
        # Servers without keys still want the header.
        api_key=key or "none",
        max_retries=0,
        timeout=Timeout(timeout_seconds, connect=_CONNECT_SECONDS),
    )
    # Taken from the environment by the client; nothing but our settings decides what a server is told.
    client.organization = client.project = None
    return client
