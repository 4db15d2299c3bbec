"""Addresses that vendors are told, and that our functions recognise."""

from __future__ import annotations

import pytest

from infra.hook_addresses import HookAddresses
from infra.topology import MASTER_BOT, WEBHOOKS, read_address
from shared.domain.channels import ChannelKind
from shared.domain.ids import InboxId

TELEGRAM_URL, CHANNELS_URL = "https://telegram-webhook.example/", "https://channel-webhook.example"
FUNCTIONS = {"telegram_webhook": TELEGRAM_URL, "channel_webhook": CHANNELS_URL}
HAVE_A_WEBHOOK = {ChannelKind.TELEGRAM_BOT, ChannelKind.TELEGRAM_BUSINESS} | {
    kind for kind in ChannelKind if kind in WEBHOOKS
}


@pytest.mark.parametrize("kind", sorted(HAVE_A_WEBHOOK))
@pytest.mark.parametrize("functions", [{}, FUNCTIONS], ids=["one address", "an address a function"])
def test_a_vendor_is_sent_to_the_function_that_answers_it(kind: ChannelKind, functions: dict[str, str]) -> None:
    told = HookAddresses("https://desk.example/", functions)(kind, InboxId("i1"), "s3cret")

    host, _, path = told.removeprefix("https://").partition("/")
    found = read_address(f"/{path}")
    assert found is not None
    assert found.inbox_id == "i1"
    expected = functions.get(found.function, "https://desk.example")
    assert f"https://{host}" == expected.rstrip("/")
    assert (found.secret == "s3cret") == ("telegram" not in kind)


def test_the_platforms_own_bot_is_called_where_telegrams_webhook_is() -> None:
    assert HookAddresses("https://desk.example").master_bot == f"https://desk.example/hooks/telegram/{MASTER_BOT}"
    assert HookAddresses("https://desk.example", FUNCTIONS).master_bot == (
        f"https://telegram-webhook.example/hooks/telegram/{MASTER_BOT}"
    )
