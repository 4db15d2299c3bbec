"""Only tokens that Google signed, for us, for the one account, and now."""

from __future__ import annotations

import hmac
import json
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.oidc import CERTS_CACHED, OidcVerifier, certs_over_http
from shared.errors import Unavailable, UntrustedDelivery
from tests.support.clock import ManualClock
from tests.support.google_tokens import ACCOUNT, AUDIENCE, Google, key
from tests.support.receiver import serve


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def google(clock: ManualClock) -> Google:
    return Google(clock)


@pytest.fixture
def verifier(google: Google, clock: ManualClock) -> OidcVerifier:
    return OidcVerifier(google.fetch, clock, audience=AUDIENCE, emails={ACCOUNT})


@pytest.mark.parametrize("issuer", ["https://accounts.google.com", "accounts.google.com"])
async def test_a_token_as_google_makes_it_is_let_in(verifier: OidcVerifier, google: Google, issuer: str) -> None:
    await verifier.verify(google.token(iss=issuer))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://another.example.run.app"},
        {"aud": None},
        {"iss": "https://accounts.google.com.evil.example"},
        {"iss": None},
        {"email": "push@another.iam.gserviceaccount.com"},
        {"email": None},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": float("nan")},
        {"exp": 0},
        {"signed_with": "an attacker's"},
        {"kid": "unknown"},
    ],
)
async def test_a_token_with_one_fault_is_refused(
    verifier: OidcVerifier, google: Google, changes: dict[str, Any]
) -> None:
    with pytest.raises(UntrustedDelivery):
        await verifier.verify(google.token(**changes))


async def test_a_token_lives_until_ten_seconds_after_its_end(
    verifier: OidcVerifier, google: Google, clock: ManualClock
) -> None:
    token = google.token(exp=int(clock.now().timestamp()) + 60)

    clock.advance(69)
    await verifier.verify(token)
    clock.advance(1)

    with pytest.raises(UntrustedDelivery):
        await verifier.verify(token)


async def test_an_unsigned_token_is_refused(verifier: OidcVerifier, google: Google) -> None:
    token = jwt.encode(google.claims(), None, algorithm="none", headers={"kid": "k1"})

    with pytest.raises(UntrustedDelivery):
        await verifier.verify(f"Bearer {token}")


async def test_the_public_key_is_no_shared_secret(verifier: OidcVerifier, google: Google) -> None:
    public = key("k1").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = ({"alg": "HS256", "kid": "k1", "typ": "JWT"}, google.claims())
    signed = b".".join(jwt.utils.base64url_encode(json.dumps(part).encode()) for part in parts)
    token = (signed + b"." + jwt.utils.base64url_encode(hmac.digest(public, signed, "sha256"))).decode()

    with pytest.raises(UntrustedDelivery):
        await verifier.verify(f"Bearer {token}")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer a.b.c", "Basic dXNlcjpwYXNz", "Bearer токен"])
async def test_a_header_without_a_token_is_refused(verifier: OidcVerifier, header: str) -> None:
    with pytest.raises(UntrustedDelivery):
        await verifier.verify(header)


async def test_the_signature_covers_what_is_claimed(verifier: OidcVerifier, google: Google) -> None:
    head, _, signature = google.token().split(".")
    claims = google.token(email="root@example.com", signed_with="mine").split(".")[1]

    with pytest.raises(UntrustedDelivery):
        await verifier.verify(f"{head}.{claims}.{signature}")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    header=st.text(max_size=60)
    | st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "crit"]), st.none() | st.text(max_size=5) | st.integers()
    ).map(lambda h: f"Bearer {jwt.utils.base64url_encode(json.dumps(h).encode()).decode()}.e30.AA")
)
async def test_garbage_is_refused_and_never_anything_else(header: str) -> None:
    clock = ManualClock()

    with pytest.raises(UntrustedDelivery):
        await OidcVerifier(Google(clock).fetch, clock, audience=AUDIENCE, emails={ACCOUNT}).verify(header)


async def test_certificates_are_fetched_once_an_hour(
    verifier: OidcVerifier, google: Google, clock: ManualClock
) -> None:
    for _ in range(3):
        await verifier.verify(google.token())
    assert google.asked == 1

    clock.advance(CERTS_CACHED.total_seconds())
    await verifier.verify(google.token())
    assert google.asked == 2


async def test_a_new_key_of_google_is_found_without_waiting_for_the_hour(
    verifier: OidcVerifier, google: Google, clock: ManualClock
) -> None:
    await verifier.verify(google.token())
    google.keys = ["k1", "k2"]
    clock.advance(60)

    await verifier.verify(google.token(kid="k2"))


async def test_made_up_keys_do_not_make_us_ask_google_each_time(verifier: OidcVerifier, google: Google) -> None:
    for number in range(5):
        with pytest.raises(UntrustedDelivery):
            await verifier.verify(google.token(kid=f"made up {number}", signed_with="mine"))

    assert google.asked == 1


@pytest.mark.parametrize("certs", ["not a key set", [], ["keys"], {"keys": "none"}, {"keys": [1]}, {"no": "keys"}])
async def test_without_certificates_nobody_is_let_in_or_blamed(
    verifier: OidcVerifier, google: Google, certs: Any
) -> None:
    google.certs = certs

    with pytest.raises(Unavailable):
        await verifier.verify(google.token())

    google.certs = None
    await verifier.verify(google.token())


async def test_certificates_come_over_http_and_an_outage_there_is_our_trouble(
    google: Google, clock: ManualClock
) -> None:
    async with serve(google.app) as url, httpx.AsyncClient() as http:
        verifier = OidcVerifier(certs_over_http(http, f"{url}/certs"), clock, audience=AUDIENCE, emails={ACCOUNT})
        google.certs = "down"
        with pytest.raises(Unavailable):
            await verifier.verify(google.token())
        google.certs = None
        await verifier.verify(google.token())


async def test_an_unreachable_google_is_our_trouble(google: Google, clock: ManualClock) -> None:
    async with httpx.AsyncClient() as http:
        verifier = OidcVerifier(
            certs_over_http(http, "http://127.0.0.1:1/"), clock, audience=AUDIENCE, emails={ACCOUNT}
        )

        with pytest.raises(Unavailable):
            await verifier.verify(google.token())
