"""The dashboard's list of 50 conversations, through the API, while a workspace grows.

Its floor: the same 50 documents by their ids from the same store. It must cost the same at any size.
"""

from __future__ import annotations

from collections.abc import Sequence

from infra.settings import Settings
from tests.bench.measuring import Figure, Report, millis, timed
from tests.bench.office import Office, office
from tests.bench.stage import JWT_SECRET, Stage

GOAL = 1.5


async def run(
    stage: Stage, *, embedded: Sequence[int] = (1_000, 10_000, 100_000), emulated: Sequence[int] = (1_000, 10_000)
) -> Report:
    """The embedded stack and, with fewer conversations, the Firestore emulator."""
    async with office(Settings(data_dir=stage.new_folder("list"), jwt_secret=JWT_SECRET)) as place:
        pages = {size: await measured("embedded", place, size, looks=60) for size in embedded}
    first, last = pages[embedded[0]][0], pages[embedded[-1]][0]
    figures = [figure for page in pages.values() for figure in page]
    absent = stage.why_no_emulators() if emulated else ""
    if emulated and not absent:
        async with office(stage.emulated_settings("list-emulated")) as place:
            for size in emulated:
                figures += await measured("emulators", place, size, looks=15)
    # Each against its floor of the same moment: the machine may be slower by the time the workspace has grown.
    growth = (last.ratio or 0.0) / (first.ratio or 1.0)
    growing = Figure(f"embedded, {embedded[-1]:,} against {embedded[0]:,}, each beside its floor", growth, "times")
    skipped = [f"the emulators' stack: {absent}"] if absent else []
    goal = f"{embedded[-1]:,} conversations take at most {GOAL} x the time of {embedded[0]:,}"
    return Report("list", goal, growth <= GOAL, [growing, *figures], last.ratio, skipped)


async def measured(stack: str, place: Office, size: int, looks: int) -> tuple[Figure, Figure]:
    """p50 of the list and of a filtered list at one size, beside the floor."""
    await place.grow(size)
    whole, narrowed, floor = [], [], []
    for _ in range(looks):
        whole.append(await timed(place.look))
        narrowed.append(await timed(lambda: place.look("&status=awaiting_response")))
        floor.append(await timed(place.read))
    bare = millis(floor, 50)
    name = f"{stack}, {size:,} conversations"
    page = Figure(f"{name}, p50", millis(whole, 50), "ms", bare)
    return page, Figure(f"{name}, one status, p50", millis(narrowed, 50), "ms", bare)
