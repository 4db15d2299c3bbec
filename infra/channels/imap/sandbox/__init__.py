"""A stand-in for a mail provider: a small IMAP server, an SMTP server, a token endpoint."""

from infra.channels.imap.sandbox.standin import ImapSandbox

__all__ = ["ImapSandbox"]
