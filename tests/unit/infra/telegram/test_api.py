"""The client of the Bot API, where something else than Telegram answers, or nothing must be asked."""

from __future__ import annotations

import httpx
import pytest
from starlette.responses import Response

from infra.telegram.api import BotApi
from infra.telegram.objects import Party, Sent
from shared.errors import ChannelError, ChannelRejected, ChannelUnavailable, ChannelUnclear, CredentialsRejected

TOKEN = "7001:AAtest"


def api(answer: Response, token: str = TOKEN) -> BotApi:
    """A client of a server that always answers the same."""
    return BotApi(httpx.AsyncClient(transport=httpx.ASGITransport(answer)), "http://telegram/", token)


@pytest.mark.parametrize(
    ("answer", "sending", "asking"),
    [
        (Response("<html>", 200), ChannelUnclear, ChannelUnavailable),
        (Response('{"ok":true,"result":true}', 200), ChannelUnclear, ChannelUnavailable),
        (Response("<html>", 403), ChannelUnavailable, ChannelUnavailable),
        (Response("", 502), ChannelUnclear, ChannelUnavailable),
        (Response("", 302, {"location": "http://elsewhere/"}), ChannelUnavailable, ChannelUnavailable),
        (Response('{"ok":false,"error_code":401,"description":""}', 401), CredentialsRejected, CredentialsRejected),
    ],
)
async def test_an_answer_that_is_not_telegrams_is_never_taken_for_success_or_blame(
    answer: Response, sending: type[ChannelError], asking: type[ChannelError]
) -> None:
    with pytest.raises(ChannelError) as sent:
        await api(answer).call_once("sendMessage", Sent, {"chat_id": "1", "text": "x"})
    with pytest.raises(ChannelError) as asked:
        await api(answer).call("getMe", Party)

    assert (type(sent.value), type(asked.value)) == (sending, asking)


@pytest.mark.parametrize("token", ["", "7001", "7001:AA bb", "7001:AA/../x", "7001:AA\n", "а:б"])
async def test_what_is_no_token_is_never_sent_anywhere(token: str) -> None:
    good = Response('{"ok":true,"result":{"id":1}}')
    assert (await api(good).call("getMe", Party)).id == 1

    with pytest.raises(CredentialsRejected):
        await api(good, token).call("getMe", Party)
    with pytest.raises(CredentialsRejected):
        await api(good, token).download("photos/file_1.jpg")


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (401, CredentialsRejected, "credentials_rejected"),
        (404, ChannelRejected, "file_gone"),
        (302, ChannelRejected, "file_gone"),
    ],
)
async def test_a_file_that_is_not_given_out_is_an_error(status: int, error: type[ChannelError], code: str) -> None:
    with pytest.raises(ChannelError) as caught:
        await api(Response("no", status)).download("photos/file_1.jpg")

    assert (type(caught.value), caught.value.code) == (error, code)
