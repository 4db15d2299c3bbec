"""What is wrong with the environment of a process."""

from __future__ import annotations


class Misconfigured(Exception):
    """A setting is missing or cannot be read: the operator's to repair, so that callers see a bug of ours.

    Its words name the setting and never its value: unlike those of other errors they are logged.
    """
