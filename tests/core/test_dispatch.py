"""Jobs on craft: least number late on one craft, nobody late who was taken, closed hours and the pad respected."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.dispatch import dispatch

ALWAYS = (np.array([0]), np.array([10**9]))
NOTHING = np.zeros(0, np.int64)
jobs = st.lists(
    st.tuples(st.integers(1, 40), st.integers(0, 20), st.integers(1, 150)), min_size=1, max_size=9
)


def by_due(due: np.ndarray) -> np.ndarray:
    return np.lexsort((np.arange(len(due)), due))


def most_on_time(busy: np.ndarray, reach: np.ndarray, due: np.ndarray) -> int:
    """Every subset, each earliest due first on one craft (the best order of a set by Jackson's rule on due - reach)."""
    for size in range(len(busy), 0, -1):
        for subset in combinations(range(len(busy)), size):
            at, good = 0, True
            for j in sorted(subset, key=lambda j: (due[j], j)):
                good = good and at + reach[j] <= due[j]
                at += busy[j]
            if good:
                return size
    return 0


@settings(max_examples=150, deadline=None)
@given(jobs)
def test_one_craft_loses_as_few_as_possible(rows: list[tuple[int, int, int]]) -> None:
    air, turn, due = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    due = due + turn  # Moore's theorem speaks of completion: count a job done when the craft is ready again
    reach = air + turn
    zero = np.zeros(len(air), np.int64)
    craft, start, _ = dispatch(
        by_due(due), np.zeros(1, np.int64), zero, due, reach, air, turn, *ALWAYS, NOTHING, 0
    )
    assert int((craft >= 0).sum()) == most_on_time(reach, reach, due)
    assert (start[craft >= 0] + reach[craft >= 0] <= due[craft >= 0]).all()


@settings(max_examples=150, deadline=None)
@given(
    jobs, st.integers(1, 3), st.integers(0, 15), st.integers(0, 60), st.lists(st.integers(0, 200), max_size=3)
)
def test_whoever_is_taken_is_on_time(
    rows: list[tuple[int, int, int]], k: int, gap: int, opens: int, booked: list[int]
) -> None:
    air, turn, due = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    reach, release = air // 2, due % 7
    lo, hi = np.array([opens, opens + 100]), np.array([opens + 70, opens + 180])
    pad = np.array(booked, np.int64)
    craft, start, late = dispatch(
        by_due(due), np.zeros(k, np.int64), release, due, reach, air, turn, lo, hi, pad, gap
    )
    on = craft >= 0
    assert (start[on] + reach[on] <= due[on]).all()
    assert (late[on] == 0).all() and (late[~on] != 0).all()
    assert (start[on] >= release[on]).all()
    inside = (start[on, None] >= lo) & (start[on, None] + air[on, None] <= hi)
    assert inside.any(axis=1).all()
    for c in range(k):
        mine = np.flatnonzero(craft == c)
        mine = mine[np.argsort(start[mine])]
        assert (start[mine][1:] >= (start + air + turn)[mine][:-1]).all()
    if gap:
        ours = np.r_[start[on], (start + air)[on]]
        for i, at in enumerate(ours):
            others = np.r_[np.delete(ours, i), pad] if air[on][i % on.sum()] >= gap else pad
            assert (np.abs(others - at) >= gap).all()


def test_no_craft_and_no_open_hour() -> None:
    one, two = np.ones(1, np.int64), np.full(1, 2, np.int64)
    order = np.zeros(1, np.int64)
    _, _, late = dispatch(order, NOTHING, one, two, one, one, one, *ALWAYS, NOTHING, 0)
    assert late.tolist() == [-1]
    craft, start, late = dispatch(order, order, one, two, one, one, one, NOTHING, NOTHING, NOTHING, 0)
    assert (craft.tolist(), start.tolist(), late.tolist()) == ([-1], [-1], [-1])
