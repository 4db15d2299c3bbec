from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from shared.policy.spread import spread


@given(identity=st.text(max_size=40), places=st.integers(1, 100_000))
def test_a_place_is_one_of_so_many_and_always_the_same(identity: str, places: int) -> None:
    assert spread(identity, places) in range(places)
    assert spread(identity, places) == spread(identity, places)


def test_many_are_spread_evenly() -> None:
    taken = Counter(spread(f"inbox{number}", 10) for number in range(5000))
    assert len(taken) == 10
    assert max(taken.values()) < 600
