"""The secret by which a vendor's call on our address is known."""

from __future__ import annotations

from hmac import compare_digest

from shared.errors import UntrustedDelivery


def check_secret(given: str, expected: str) -> None:
    """Raise `UntrustedDelivery` unless the caller knows the secret that we gave to the vendor."""
    if not expected or not compare_digest(_bytes(given), _bytes(expected)):
        raise UntrustedDelivery("the webhook's secret is missing or wrong")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
