"""Openings of ways over random histories of choices, drops and cancellations."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.ledger.state import State
from doorward.tables.journey import Status
from doorward.tables.packages import Packages
from doorward.tables.remarks import Reason
from doorward.tables.ways import Bills, WayCapacity, WayDropped
from tests.carriers.world import MONDAY_S, fold, state_with, turn

N = 60
EIGHT_S = MONDAY_S + 8 * 3600
STEPS = st.lists(
    st.tuples(st.sampled_from(("drop", "cancel", "return", "choose")), st.sets(st.integers(0, N - 1), max_size=25)),
    max_size=8,
)  # fmt: skip


def check(state: State) -> None:
    """What is taken is what bills name, opening by opening, and stays within the limits."""
    capacity, bills = state.table(WayCapacity), state.table(Bills)
    named = np.r_[bills.opening[bills.opening >= 0], bills.pool[bills.pool >= 0]]
    assert (np.bincount(named, minlength=len(capacity)) == capacity.taken).all()
    assert (capacity.taken <= capacity.limit)[capacity.way >= 0].all()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 5), steps=STEPS)
def test_what_is_taken_is_held_and_all_of_it_comes_back(seed: int, steps: list[tuple[str, set[int]]]) -> None:
    state = state_with(seed, N, vans=3)
    turn(state, "carriers.open", MONDAY_S + 600)
    turn(state, "carriers.choose", EIGHT_S)
    check(state)
    for at, (step, some) in enumerate(steps):
        now_s, row = EIGHT_S + 300 * (at + 1), np.array(sorted(some), np.int64)
        packages = state.table(Packages)
        row = row[packages.status[row] == Status.PLANNED]
        if step == "drop" and len(row := row[packages.way[row] >= 0]):
            way = packages.way[row].copy()
            fold(state, now_s, WayDropped.fill(len(row), package=row, way=way, reason=int(Reason.WIND)))
        elif step == "cancel":
            state.put(Packages, row, status=int(Status.CANCELLED))
        elif step in ("return", "choose"):
            turn(state, f"carriers.{step}", now_s)
        check(state)
    state.put(Packages, slice(None), status=int(Status.CANCELLED))
    turn(state, "carriers.return", EIGHT_S + 6_000)
    check(state)
    assert not state.table(WayCapacity).taken.any()
    assert turn(state, "carriers.return", EIGHT_S + 6_300) == []
