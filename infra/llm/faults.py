"""The server's refusals and the network's faults: which to try again, after how long, and what they are to us."""

from __future__ import annotations

from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

from shared.errors import ModelError, ModelMisbehaved, ModelUnavailable

RETRY_AFTER_CAP = 10.0
_FIRST_PAUSE = 0.5
_NOT_ABOUT_FORM = {"context_length_exceeded", "content_filter", "model_not_found"}
_OUT_OF_MONEY = "insufficient_quota"


def is_worth_retrying(error: APIError) -> bool:
    """No answer at all, too many requests, or the server's own fault."""
    if not isinstance(error, APIStatusError):
        return isinstance(error, APIConnectionError)
    return error.status_code >= 500 or (error.status_code == 429 and error.code != _OUT_OF_MONEY)


def pause_before_retry(error: APIError, attempt: int, jitter: float) -> float:
    """Seconds to wait before retry number `attempt` (from 0). `jitter` in [0, 1) spreads out those who failed together.

    What the server asks for goes before our own guess, up to a cap.
    """
    if isinstance(error, APIStatusError):
        asked = str(error.response.headers.get("retry-after", ""))
        if asked.isdecimal():
            return min(float(asked), RETRY_AFTER_CAP)
    return jitter * _FIRST_PAUSE * (1 << attempt)


def refuses_form(error: APIError) -> bool:
    """Whether the parameter `response_format` may be to blame.

    Servers word this in too many ways to list (400 or 422, often without a `param`), so every refusal counts
    that is not clearly about something else.
    """
    return isinstance(error, APIStatusError) and error.status_code in {400, 422} and error.code not in _NOT_ABOUT_FORM


def as_model_error(error: APIError) -> ModelError:
    """The same in our words, without the vendor's text: it may repeat the prompt."""
    if isinstance(error, APITimeoutError):
        return ModelUnavailable("no answer in time", code="model_timeout")
    if not isinstance(error, APIStatusError):
        return ModelUnavailable("no connection", code="model_unreachable")
    status = error.status_code
    if error.code == "context_length_exceeded" or status == 413:
        return ModelMisbehaved("the prompt is longer than the model takes", code="model_prompt_too_long")
    if error.code == "content_filter":
        return ModelMisbehaved("the provider's content filter refused the prompt", code="model_filtered")
    if status == 402 or error.code == _OUT_OF_MONEY:
        return out_of_order("the provider's account is out of money", "model_quota_exceeded")
    if status in {401, 403}:
        return out_of_order("the model's key is not accepted", "model_auth_failed")
    if status == 404:
        return out_of_order("there is no such model or address", "model_not_found")
    if status == 429:
        return ModelUnavailable("too many requests", code="model_rate_limited")
    if status >= 500:
        return ModelUnavailable(f"the model's server answered {status}", code="model_overloaded")
    return ModelMisbehaved(f"the model's server refused the request with {status}", code="model_rejected")


def out_of_order(detail: str, code: str) -> ModelUnavailable:
    """Unavailable until a person repairs it: trying again cannot help."""
    error = ModelUnavailable(detail, code=code)
    error.retryable = False
    return error
