"""What cannot be counted without a cloud. Each figure has a name and a reason, and stands in `docs/cost.md`."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from infra.cipher import KEYS_SECRET
from infra.settings import LlmEnvironment, Settings, VendorSettings
from tests.bench.cost_counting import Tally
from tests.bench.cost_turns import AT_ONCE

LOCAL_ONLY = {"demo_password"}
"""Secrets that are never set in the cloud."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One figure that is taken, not counted."""

    value: float
    unit: str
    what: str
    why: str


A = {
    "vcpu": Assumption(
        1, "vCPU", "of every service", "terraform sets it; the memory and the limits are read from there"
    ),
    "own": Assumption(0.015, "s", "our own work on a request", "`run.py bench cpu` and `ingest` measure 3 to 10 ms"),
    "lookup": Assumption(0.010, "s", "a read of Firestore", "same region; a query of some rows is alike"),
    "commit": Assumption(0.025, "s", "a commit to Firestore", "it waits for a majority of the zones"),
    "publish": Assumption(0.020, "s", "a publish", "18 ms measured on the emulator"),
    "creation": Assumption(0.030, "s", "the creation of a task", "one call in the same region"),
    "secret": Assumption(0.040, "s", "an access of a secret", "one call in the same region"),
    "vendor": Assumption(0.20, "s", "an HTTP call of a vendor", "a public API seen from another country"),
    "session": Assumption(0.80, "s", "an IMAP, SMTP or worker call", "TLS and a login, or two looks at 0.5 s"),
    "model": Assumption(4.0, "s", "the model's answer", "3,000 tokens in and 200 out on a small model"),
    "start": Assumption(2.5, "s", "the start of an instance", "`run.py bench cold` and the image; starts are billed"),
    "kept": Assumption(15, "min", "an idle instance is kept", "Cloud Run's documented longest"),
    "open": Assumption(14, "h", "of a day in which customers write", "evenly spread: the worst case for sharing"),
    "step": Assumption(0.1, "s", "the step of billed time", "Cloud Run's price list"),
    "sharing": Assumption(AT_ONCE, "", "waits for the model in one instance, busy", "of 20 that may"),
    "request_log": Assumption(1.0, "KB", "Cloud Run's own log line of a request", "its fields, without our words"),
    "line": Assumption(0.6, "KB", "a log line of ours", "a test checks that the lines written are no longer"),
    "letter": Assumption(6.0, "KB", "sent in an IMAP or SMTP call", "a TLS handshake, a login and a letter"),
    "image": Assumption(2.0, "GB", "of images in the registry", "what the clean-up policy leaves"),
    "data": Assumption(0.1, "GiB", "of documents on a quiet desk", "some 30,000 messages with their conversations"),
    "output": Assumption(200, "tokens", "the model's answer", "three sentences and the fields of the result"),
}
"""By a short name."""


def value(name: str) -> float:
    """The figure alone."""
    return A[name].value


def seconds(tally: Tally, *, sharing: float = 1.0) -> float:
    """How long one request takes: all its waits, one after the other. Only the model's is shared with others."""
    waits = {
        "lookup": tally.lookups,
        "commit": tally.commits,
        "publish": tally.publishes,
        "creation": tally.creations,
        "secret": tally.secret_reads,
        "vendor": tally.vendor_waits,
        "session": tally.vendor_sessions,
        "own": tally.requests,
        "model": tally.model_calls / sharing,
    }
    return sum(value(name) * times for name, times in waits.items())


def billed(taken: float) -> float:
    """Rounded up to the step that is billed."""
    step = value("step")
    return ceil(round(taken / step, 6)) * step


def secret_names() -> list[str]:
    """The platform's secrets, from the settings of the code: each has one version that is paid for."""
    models = (Settings, VendorSettings, LlmEnvironment)
    found = [name for model in models for name, one in model.model_fields.items() if "SecretStr" in str(one.annotation)]
    return sorted([KEYS_SECRET, *(name for name in found if name not in LOCAL_ONLY)])
