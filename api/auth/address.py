"""Where a request comes from."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request

_SUBSCRIBER_BITS = 64
"""Of an IPv6 address: the rest is its subscriber's to choose, a new one for each call if they like."""


def client_address(request: Request) -> str:
    """The caller's network address, for IPv6 the network of one subscriber (`2001:db8:1:2::/64`); empty: unknown.

    Google's and Amazon's front ends append the address they saw to `X-Forwarded-For`; what stands before it is
    the caller's own invention.
    """
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).rpartition(",")[2].strip()
    return _subscriber(forwarded or (request.client.host if request.client else ""))


def _subscriber(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return ""
    if not isinstance(known, IPv6Address):
        return address
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ip_network((int(known), _SUBSCRIBER_BITS), strict=False))
