"""A stand-in for Gmail and Google's OAuth: the real shapes, errors and threading over HTTP."""

from infra.channels.gmail.sandbox.standin import GmailSandbox

__all__ = ["GmailSandbox"]
