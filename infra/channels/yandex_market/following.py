"""What questions and reviews have in common: public talks below a product, which moderation shows late and which
go on without a sign in their lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from infra.channels.yandex_market.cursor import Mark
from infra.channels.yandex_market.posts import digest
from infra.channels.yandex_market.sources import Heard, Listed, Look, TalkT
from infra.channels.yandex_market.wire import Said

EVERY = timedelta(minutes=1)
"""Market allows a thousand calls an hour for questions; many notifications of chats must not use them up."""
DEEP_EVERY = timedelta(minutes=5)
LATE = timedelta(days=3)
"""How far a quick look goes back behind what is known: moderation publishes later than the date of a post."""
FOLLOWED = timedelta(days=30)
"""How far a deep look goes back: for what was published later still, and for answers to older posts."""
MOST_FOLLOWED = 30
"""Answered talks that a deep look reads again, the newest ones: comments show in no list."""


def reach(look: Look) -> timedelta:
    """How far a look goes back behind what is known."""
    return FOLLOWED if look.is_deep else LATE


def following(listed: Sequence[Listed[TalkT]]) -> list[Listed[TalkT]]:
    """The same, with the newest answered ones marked as worth reading again."""
    answered = sorted((talk for talk in listed if talk.is_answered), key=lambda talk: talk.at, reverse=True)
    followed = {talk.id for talk in answered[:MOST_FOLLOWED]}
    return [replace(talk, is_followed=talk.id in followed) for talk in listed]


def has_news(listed: Listed[TalkT], mark: Mark | None, *, is_deep: bool) -> bool:
    """It is new, or was answered since, or may have got another answer or comment."""
    if mark is None:
        return True
    return listed.is_answered and (not mark.state or (is_deep and listed.is_followed))


def heard(
    listed: Listed[TalkT], mark: Mark | None, root: Said, below: Sequence[Said], problems: Sequence[str] = ()
) -> Heard:
    """The root where it is new, and all that stands below it where that has changed."""
    if not listed.is_answered:
        return Heard(Mark(listed.at), [] if mark else [root])
    state = digest(said.source_id for said in below)
    has_changed = mark is None or mark.state != state
    return Heard(Mark(listed.at, state), [*([] if mark else [root]), *(below if has_changed else [])], problems)
