"""Whether both hosts take the token, and what is wrong with it where one does not."""

from __future__ import annotations

from infra.channels.remedies import SCOPE, WRONG
from infra.channels.wildberries.api import Wildberries
from infra.channels.wildberries.refusals import problem_of
from infra.channels.wildberries.tokens import CHAT_BIT, FEEDBACKS_BIT


async def examine(wildberries: Wildberries) -> str | None:
    """A code of REMEDIES, or None. Wildberries decides; the claims only explain, but for a read-only token, with
    which everything works until something is sent."""
    vendors, now = wildberries.context.vendors, wildberries.context.clock.now()
    hosts = ((vendors.wildberries_chat_api_url, CHAT_BIT), (vendors.wildberries_feedbacks_api_url, FEEDBACKS_BIT))
    refusals = [(await wildberries.ping(host), section) for host, section in hosts]
    problems = [problem_of(refused, wildberries.token, section, now) for refused, section in refusals if refused]
    if not problems:
        return SCOPE if wildberries.token.is_read_only else None
    is_taken_elsewhere = len(problems) < len(hosts)
    return SCOPE if is_taken_elsewhere and problems[0] == WRONG else problems[0]
