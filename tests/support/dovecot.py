"""A real IMAP server in tests: Dovecot as an unprivileged instance of its own, on free ports of this host."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infra.emulators import free_port

PASSWORD = "пароль-приложения"
START_SECONDS = 20.0
_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Отправленные {{
    auto = create
    special_use = \\Sent
  }}
  mailbox Drafts {{
    auto = create
    special_use = \\Drafts
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server. Every user name has a mailbox; all share one password."""

    folder: Path
    port: int
    tls_port: int

    def maildir(self, user: str) -> Path:
        return self.folder / "mail" / user

    def forget_numbers(self, user: str) -> None:
        """The inbox gets another UIDVALIDITY when it is opened next."""
        for file in self.maildir(user).glob("dovecot*"):
            if file.is_file():
                file.unlink()


@cache
def why_absent() -> str:
    """Why the server cannot run here; empty: it can."""
    program = _program()
    if program is None:
        return "Dovecot cannot be found"
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return "" if version.startswith("2.3.") else f"Dovecot 2.3 cannot be found, but {version.split()[0]}"


@contextmanager
def started(certificate: Path, key: Path) -> Iterator[Dovecot]:
    """Run it in a folder of its own, as nobody where we are root."""
    import pwd  # not on Windows, where no such server is

    # Not below pytest's own folder: nobody but its owner may enter that.
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    is_root = os.geteuid() == 0
    account = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.geteuid())
    server = Dovecot(folder, free_port(), free_port())
    try:
        config = _configured(server, account, certificate, key)
        program = _program()
        assert program is not None, "ask `why_absent` first, or mark the test `dovecot`"
        who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if is_root else {}
        command = [program, "-F", "-c", str(config)]
        process = subprocess.Popen(command, start_new_session=True, **who)  # type: ignore[call-overload]
        try:
            _wait_until_listening(server, process)
            yield server
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # in order it would take five seconds
            process.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configured(server: Dovecot, account: Any, certificate: Path, key: Path) -> Path:
    folder = server.folder
    for name in ("run", "state", "mail"):
        (folder / name).mkdir()
    for source in (certificate, key):
        shutil.copy(source, folder / source.name)
    config = folder / "dovecot.conf"
    config.write_text(
        _CONFIG.format(
            folder=folder,
            user=account.pw_name,
            group=_group_of(account.pw_gid),
            uid=account.pw_uid,
            gid=account.pw_gid,
            password=PASSWORD,
            certificate=folder / certificate.name,
            key=folder / key.name,
            port=server.port,
            tls_port=server.tls_port,
        )
    )
    for path in (folder, *folder.iterdir()):
        os.chown(path, account.pw_uid, account.pw_gid)
    return config


def _group_of(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


def _wait_until_listening(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=1) as connection:
                if connection.recv(100).startswith(b"* OK"):
                    return
        except OSError:
            time.sleep(0.05)
    log = server.folder / "dovecot.log"
    raise AssertionError(f"Dovecot did not start: {log.read_text() if log.exists() else 'no log'}")


def _program() -> str | None:
    return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
