"""The settings of a mailbox, as a person fills them in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from infra.channels.imap.presets import KEEPS_SENT, PORTS, PRESETS, Preset, Security
from infra.channels.remedies import WRONG
from shared.errors import CredentialsRejected

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PLAIN_NAMES = ("user", "password", "name", "processed_folder", "sent_folder", "drafts_folder")


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how to connect."""

    host: str
    port: int
    security: Security


@dataclass(frozen=True, slots=True)
class MailAccount:
    """A mailbox without its secrets."""

    address: str
    name: str
    """What stands beside the address in letters of ours."""
    user: str
    imap: Server
    smtp: Server
    processed: str
    """Where letters go once the desk has them; empty: they stay where they are."""
    sent: str
    """Empty: found by its mark or its name. So for `drafts`."""
    drafts: str
    keeps_sent: bool
    """The provider puts what it sends into the Sent folder by itself."""


def read_account(credentials: Mapping[str, str]) -> MailAccount:
    """Check the settings. Raises `CredentialsRejected` for what can never work."""
    given = {name: value.strip() for name, value in credentials.items() if name != "password"}
    user = given.get("user", "")
    address = (given.get("email") or user).lower()
    preset = PRESETS.get(address.rpartition("@")[2], Preset("", ""))
    if not _ADDRESS.fullmatch(address):
        raise _wrong("no address of a mailbox")
    if any(_CONTROL.search(credentials.get(name, "")) for name in _PLAIN_NAMES):
        raise _wrong("a setting with control characters")
    smtp = _server("smtp", given, preset.smtp_host, preset.smtp_security)
    return MailAccount(
        address=address,
        name=given.get("name", ""),
        user=user or address,
        imap=_server("imap", given, preset.imap_host, "ssl"),
        smtp=smtp,
        processed=given.get("processed_folder", ""),
        sent=given.get("sent_folder", ""),
        drafts=given.get("drafts_folder", ""),
        keeps_sent=smtp.host in KEEPS_SENT,
    )


def _server(protocol: str, given: Mapping[str, str], host: str, usual: Security) -> Server:
    host = (given.get(f"{protocol}_host") or host).lower()
    security: Security | None = next(
        (known for known in get_args(Security) if known == (given.get(f"{protocol}_security") or usual)), None
    )
    if security is None or not _HOST.fullmatch(host):
        raise _wrong(f"no {protocol} server")
    port = given.get(f"{protocol}_port") or str(PORTS[protocol][security])
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise _wrong(f"no port of the {protocol} server")
    return Server(host, int(port), security)


def _wrong(detail: str) -> CredentialsRejected:
    return CredentialsRejected(detail, code=WRONG)
