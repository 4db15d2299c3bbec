"""Google's client library, made fit for an event loop: blocking calls in threads, one try each, our errors."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from functools import cache
from http.client import HTTPException
from typing import Any

import httplib2  # type: ignore[import-untyped]
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError

from infra.channels.context import ChannelContext
from infra.channels.gmail.failures import error_of, refusal_of
from infra.channels.gmail.tokens import AccessTokens
from shared.errors import ChannelError, ChannelUnavailable, ChannelUnclear, CredentialsRejected

_TIMEOUT_SECONDS = 20
_AT_ONCE = 4
_NEVER_LEFT = (ConnectionRefusedError, httplib2.ServerNotFoundError, socket.gaierror)


class GmailClient:
    """Calls for one mailbox, at most four at once: more are refused as too many concurrent requests."""

    def __init__(self, context: ChannelContext) -> None:
        self._users = _api(context.vendors.gmail_api_url).users()
        self._tokens = AccessTokens(context)
        self._clock = context.clock
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._idle: list[httplib2.Http] = []

    async def call(self, ask: Callable[[Any], Any], *, repeatable: bool = True) -> dict[str, Any]:
        """The answer to what `ask` makes of the `users` resource.

        Raises the `ChannelError` family. A token that was refused is renewed once. Not `repeatable` (a send):
        whatever goes wrong after the request left is `ChannelUnclear`.
        """
        request = ask(self._users)  # requests are built on the loop: the library's tables are not thread-safe
        async with self._slots:
            token = await self._tokens.current()
            try:
                return await self._try(request, token, repeatable)
            except CredentialsRejected as error:
                if error.vendor_code != "401":
                    raise
            return await self._try(request, await self._tokens.instead_of(token), repeatable)

    async def _try(self, request: Any, token: str, repeatable: bool) -> dict[str, Any]:
        http = self._connection() if repeatable else OneTryHttp(timeout=_TIMEOUT_SECONDS)
        try:
            answer = await asyncio.to_thread(_execute, request, token, http)
        except HttpError as error:
            refusal = refusal_of(error.resp.status, error.resp, error.content)
            raise error_of(refusal, repeatable=repeatable, now=self._clock.now()) from None
        except (OSError, HTTPException, httplib2.HttpLib2Error, ValueError) as error:
            raise _network_error(error, repeatable) from None
        if repeatable:
            self._idle.append(http)
        return answer if isinstance(answer, dict) else {}

    def _connection(self) -> httplib2.Http:
        """For what may be repeated: a connection kept from before, which httplib2 renews when it has died."""
        return self._idle.pop() if self._idle else httplib2.Http(timeout=_TIMEOUT_SECONDS)


class _OneTry:
    """httplib2 repeats a request by itself when the connection breaks before the answer: a letter sent twice."""

    _connected = False

    def connect(self) -> None:
        """Open the connection, the first time only."""
        if self._connected:
            raise ConnectionAbortedError("the connection broke before the answer")
        super().connect()  # type: ignore[misc]
        self._connected = True


class _PlainConnection(_OneTry, httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
    pass


class _TlsConnection(_OneTry, httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
    pass


class OneTryHttp(httplib2.Http):  # type: ignore[misc]
    """An HTTP client that sends a request at most once."""

    def request(self, uri: str, *args: Any, **kwargs: Any) -> Any:
        """As in httplib2."""
        kwargs["connection_type"] = _TlsConnection if uri.startswith("https:") else _PlainConnection
        return super().request(uri, *args, **kwargs)


def _execute(request: Any, token: str, http: httplib2.Http) -> Any:
    credentials = Credentials(token)  # type: ignore[no-untyped-call]
    authorized = AuthorizedHttp(credentials, http=http, refresh_status_codes=(), max_refresh_attempts=0)
    return request.execute(http=authorized, num_retries=0)


def _network_error(error: Exception, repeatable: bool) -> ChannelError:
    detail = f"no answer from Gmail: {type(error).__name__}"
    if repeatable or isinstance(error, _NEVER_LEFT):
        return ChannelUnavailable(detail)
    return ChannelUnclear(detail)


@cache
def _api(address: str) -> Any:
    """The API as the bundled discovery document describes it, read once a process."""
    document = json.loads(get_static_doc("gmail", "v1"))
    # An explicit client keeps the library from looking for the machine's own Google account.
    return build_from_document(document, http=httplib2.Http(), client_options={"api_endpoint": address})
