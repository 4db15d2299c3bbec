"""The body of a chat completion, read leniently: servers that call themselves compatible differ in the details."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

from infra.llm.json_text import load_json
from shared.domain.replies import Usage
from shared.errors import ModelMisbehaved


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Tokens(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class ChatAnswer(BaseModel):
    """What we use of a chat completion."""

    model: str | None = None
    choices: tuple[_Choice, ...] = ()
    usage: _Tokens | None = None

    @property
    def cost(self) -> Usage:
        """Tokens of this answer; zero where the server does not count."""
        if self.usage is None:
            return Usage()
        return Usage(input_tokens=self.usage.prompt_tokens or 0, output_tokens=self.usage.completion_tokens or 0)

    def text(self) -> str:
        """The model's words. Raises `ModelMisbehaved` where there are none that may be used."""
        if not self.choices:
            raise ModelMisbehaved("the answer holds no choices", code="model_empty")
        choice = self.choices[0]
        if choice.message.refusal:
            raise ModelMisbehaved("the model refused", code="model_refused")
        if choice.finish_reason == "content_filter":
            raise ModelMisbehaved("the provider's content filter stopped the answer", code="model_filtered")
        if choice.finish_reason == "length":
            raise ModelMisbehaved("the answer was cut at the length limit", code="model_truncated")
        if not (choice.message.content or "").strip():
            raise ModelMisbehaved("the answer is empty", code="model_empty")
        return choice.message.content or ""


def read_answer(body: bytes) -> ChatAnswer:
    """The answer in a response's body. Raises `ModelMisbehaved`."""
    try:
        return ChatAnswer.model_validate(load_json(body.decode("utf-8", "replace")))
    except (ValueError, ValidationError):
        raise ModelMisbehaved("the server's answer is no chat completion", code="model_invalid_response") from None
