"""Whom we call, and whom never."""

from __future__ import annotations

import pytest

from infra.channels.imap.account import Server
from infra.channels.imap.dialling import checked_addresses, dial, is_simulated
from infra.settings import Settings, VendorSettings
from shared.errors import ChannelUnavailable

PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_private_networks_are_refused(address: str) -> None:
    with pytest.raises(ChannelUnavailable) as caught:
        checked_addresses(address, 993, False)

    assert caught.value.code == "mail_server_unreachable"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_are_called(address: str) -> None:
    assert checked_addresses(address, 993, False) == [address]


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f000001", "127.1"])
def test_other_ways_to_write_this_machine_are_refused(host: str) -> None:
    with pytest.raises(ChannelUnavailable):
        checked_addresses(host, 993, False)


@pytest.mark.parametrize("server", [Server("93.184.216.34", 22, "ssl"), Server("93.184.216.34", 993, "none")])
def test_other_ports_and_letters_in_clear_are_for_the_simulated_world_only(server: Server) -> None:
    with pytest.raises(ChannelUnavailable):
        dial(server, simulated=False)


def test_the_simulated_world_is_known_by_its_addresses() -> None:
    assert is_simulated(Settings(public_url="https://desk.example").sandbox_vendors())
    assert not is_simulated(VendorSettings())
    assert not is_simulated(VendorSettings(gmail_api_url="http://127.0.0.1:9000/gmail"))
