"""Connections to servers whose names people type: checked before anything is sent there.

A name that leads into our own network would let a stranger knock on its doors, so the address is looked up once,
checked, and the connection goes to that very address. Letters and passwords travel encrypted.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from infra.channels.imap.account import Server
from infra.settings import VendorSettings
from shared.errors import ChannelUnavailable

TIMEOUT_SECONDS = 15.0
UNREACHABLE = "mail_server_unreachable"
_PORTS = frozenset({143, 465, 587, 993})
_NAT64 = IPv6Network("64:ff9b::/96")


def is_simulated(vendors: VendorSettings) -> bool:
    """Whether the inbox lives in the simulated world, whose servers stand on this machine and speak in clear."""
    return any("/sandbox/api/" in str(address) for address in vendors.model_dump().values())


def dial(server: Server, *, simulated: bool) -> socket.socket:
    """An open connection. Raises `ChannelUnavailable` where the name may not be called, and `OSError`."""
    if not simulated and (server.port not in _PORTS or server.security == "none"):
        raise ChannelUnavailable("not a port of a mail server, or no encryption", code=UNREACHABLE)
    connection = _first_open(checked_addresses(server.host, server.port, simulated), server.port)
    # Commands are small and each waits for its answer: 40 ms less for every one.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def checked_addresses(host: str, port: int, simulated: bool) -> list[str]:
    """The numeric addresses behind a name. Raises `ChannelUnavailable` for unknown names and private networks."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ChannelUnavailable("the server's name is not known", code=UNREACHABLE) from error
    addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
    if not simulated and not all(_is_public(address) for address in addresses):
        raise ChannelUnavailable("the server is no public one", code=UNREACHABLE)
    return addresses


@cache
def trust() -> ssl.SSLContext:
    """Certificates are checked against the authorities that this machine trusts."""
    return ssl.create_default_context()


def _first_open(addresses: list[str], port: int) -> socket.socket:
    """Where this machine has no IPv6, the IPv4 address behind it serves."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), TIMEOUT_SECONDS / len(addresses))
    return socket.create_connection((addresses[-1], port), TIMEOUT_SECONDS)


def _is_public(address: str) -> bool:
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        # An IPv4 address may hide in it.
        nat64 = IPv4Address(int(parsed) & 0xFFFFFFFF) if parsed in _NAT64 else None
        parsed = parsed.ipv4_mapped or parsed.sixtofour or nat64 or parsed
    return parsed.is_global and not parsed.is_multicast
