"""Turns that go another way than straight from the question to the model's answer. All on Telegram, all quiet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from shared.domain.assistants import Mode
from shared.domain.auto_responder import AutoResponder
from shared.domain.channels import ChannelKind
from tests.bench.cost_desk import metered_machine
from tests.bench.cost_member import Desktop, signed_in
from tests.bench.cost_turns import QUESTION, Play, Turn
from tests.support.machine import WORKSPACE
from tests.support.work_group import open_stage

TELEGRAM = ChannelKind.TELEGRAM_BOT
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"
CANNED = "Мы ответим утром."


async def at_once(play: Play) -> Turn:
    """The assistant does not wait whether the customer goes on typing."""
    await play.begin(debounce_seconds=0.0)
    return await play.turn("quiet")


async def in_three_parts(play: Play) -> Turn:
    """Three messages within the quiet time and one answer: the price of all three."""
    await play.begin()
    (customer, *_) = play.customers

    async def write() -> None:
        for _ in range(3):
            await play.say(QUESTION, [customer])

    return await play.played([customer], write)


async def left_to_people(play: Play) -> Turn:
    """The model hands off, and the auto-responder speaks after its delay."""
    await play.begin()
    wish = AutoResponder(is_on=True, text=CANNED, time_zone="UTC", updated_at=play.machine.clock.now())
    await play.machine.desk.auto_responder_settings.change(WORKSPACE, wish)
    await play.rest()
    (customer, *_) = play.customers
    return await play.played([customer], lambda: play.say(OFF_TOPIC, [customer]))


async def mirrored(play: Play) -> Turn:
    """A work group shows the talk: the customer has a topic there."""
    await play.begin()
    await open_stage(play.machine)
    await play.rest()
    await play.turn("quiet")  # makes the topic
    turn = await play.turn("quiet")
    assert any(one.function == "mirror" for one in turn.served)
    return turn


async def approved(play: Play) -> Turn:
    """The assistant writes a draft, and a member sends it as it stands."""
    await play.begin(mode=Mode.DRAFT)
    (customer, *_) = play.customers
    async with signed_in(play.machine) as desktop:

        async def ask_and_approve() -> None:
            await play.say(QUESTION, [customer])
            await _approve(play, desktop)

        return await play.played([customer], ask_and_approve)


async def _approve(play: Play, desktop: Desktop) -> None:
    for _ in range(10):
        await play.machine.step(1)
        for conversation in await play.machine.conversations():
            if conversation.draft is not None:
                await desktop.approve(conversation)
                return
    raise AssertionError("no draft")


VARIANTS: Mapping[str, Callable[[Play], Awaitable[Turn]]] = {
    "without waiting for the customer to stop typing": at_once,
    "three quick messages, one answer": in_three_parts,
    "handed to people, the auto-responder answers": left_to_people,
    "mirrored into a work group": mirrored,
    "a draft that a member approves": approved,
}


async def played_variants(folder: Path) -> dict[str, Turn]:
    """Each on a desk of its own."""
    turns = {}
    for number, (name, variant) in enumerate(VARIANTS.items()):
        async with metered_machine(folder / f"variant{number}") as machine:
            turns[name] = await variant(Play(machine, TELEGRAM))
    return turns
