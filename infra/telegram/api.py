"""A thin client of the Bot API. Every address holds the token, so no error and no log line may carry one."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from infra.channels.calling import TIMEOUT, call_vendor
from infra.channels.remedies import WRONG
from infra.telegram.objects import Answer
from infra.telegram.refusals import to_error
from shared.domain.arrivals import OutgoingFile
from shared.errors import ChannelError, ChannelRejected, ChannelUnavailable, ChannelUnclear, CredentialsRejected

T = TypeVar("T", bound=BaseModel)
UPLOAD_TIMEOUT = httpx.Timeout(40.0, connect=5.0)
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,100}")


class _HideTokens(logging.Filter):
    """httpx logs the address of each request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = re.sub(r"/bot[0-9]+:[^/\s\"]+", "/bot<token>", record.getMessage()), ()
        return True


_HIDE_TOKENS = _HideTokens()


class BotApi:
    """Calls of one bot. Raises the `ChannelError` family."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str) -> None:
        logging.getLogger("httpx").addFilter(_HIDE_TOKENS)
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._token = token

    @property
    def bot_id(self) -> str:
        """The bot's own id: the first half of its token."""
        return self._token.partition(":")[0]

    async def call(self, method: str, expect: type[T], parameters: Mapping[str, Any] | None = None) -> T:
        """Call a method that may be repeated without harm."""
        request = self._http.build_request("POST", self._address("", method), json=dict(parameters or {}))
        return await self._send(request, expect, TIMEOUT, repeatable=True)

    async def call_once(self, method: str, expect: type[T], parameters: Mapping[str, Any]) -> T:
        """Call a method that does something each time: without an answer it is `ChannelUnclear`."""
        request = self._http.build_request("POST", self._address("", method), json=dict(parameters))
        return await self._send(request, expect, TIMEOUT, repeatable=False)

    async def upload_once(
        self, method: str, expect: type[T], parameters: Mapping[str, Any], files: Mapping[str, OutgoingFile]
    ) -> T:
        """The same with files, each under the name of its part of the form. Nested values go as JSON."""
        request = self._http.build_request(
            "POST",
            self._address("", method),
            data={name: _form_value(value) for name, value in parameters.items()},
            files={part: (file.name or part, file.content, file.mime_type) for part, file in files.items()},
        )
        return await self._send(request, expect, UPLOAD_TIMEOUT, repeatable=False)

    async def download(self, file_path: str) -> bytes:
        """The bytes of a file that `getFile` has just named."""
        request = self._http.build_request("GET", self._address("/file", quote(file_path)))
        response = await call_vendor(self._http, request, repeatable=True)
        if response.status_code == 401:
            raise CredentialsRejected("Telegram answered 401", code=WRONG, vendor_code="Unauthorized")
        if not response.is_success:
            raise ChannelRejected("the file cannot be downloaded", code="file_gone")
        return response.content

    async def _send(self, request: httpx.Request, expect: type[T], timeout: httpx.Timeout, *, repeatable: bool) -> T:
        response = await call_vendor(self._http, request, repeatable=repeatable, timeout=timeout)
        try:
            answer = Answer.model_validate_json(response.content)
            if answer.ok:
                return expect.model_validate(answer.result)
        except ValidationError:
            raise _unreadable(response, repeatable=repeatable) from None
        raise to_error(answer)

    def _address(self, area: str, path: str) -> str:
        if not _TOKEN.fullmatch(self._token):
            raise CredentialsRejected("this is not a bot's token", code=WRONG)
        return f"{self._base_url}{area}/bot{self._token}/{path}"


def _form_value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _unreadable(response: httpx.Response, *, repeatable: bool) -> ChannelError:
    """Something between us and Telegram answered, or Telegram in words that we do not know."""
    detail = f"unreadable answer with status {response.status_code}"
    if repeatable or not response.is_success:
        return ChannelUnavailable(detail)
    return ChannelUnclear(detail)
