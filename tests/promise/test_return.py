"""Accepted orders that are cancelled line by line give back what their promise held, once and not before the last."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.ledger.state import State
from doorward.promise.service import give_back, open_days, quote, take
from doorward.promise.state import FOLDS
from doorward.tables.orders import Answered, Holds, Lines, LineStatus, Openings, Orders, OrderStatus
from tests.promise.worlds import MIDNIGHT_S, Shop, basket, network, run

NOON_S = MIDNIGHT_S + 12 * 3600


def check(state: State) -> None:
    """What is taken is what orders hold, opening by opening, and within the limits."""
    holds, openings = state.table(Holds), state.table(Openings)
    held = holds.opening
    assert (np.bincount(held[held >= 0], minlength=len(openings)) == openings.taken).all()
    assert (openings.taken <= openings.limit).all()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 30), cut=st.lists(st.sets(st.integers(0, 99), max_size=30), max_size=5))
def test_cancelled_lines_give_back_their_openings(seed: int, cut: list[set[int]]) -> None:
    state = network(seed)
    run(state, NOON_S, open_days, take, quote, shop=Shop({NOON_S: basket(state, seed, 30)}))
    asked = np.flatnonzero(state.table(Orders).status == OrderStatus.QUOTED)
    yes = Answered.fill(len(asked), order=asked, status=OrderStatus.ACCEPTED, reason=0)
    FOLDS[Answered](state, yes, NOON_S)
    check(state)
    for at, some in enumerate([*cut, set(range(state.count(Lines)))]):
        row = np.array(sorted(x for x in some if x < state.count(Lines)), np.int64)
        state.put(Lines, row, status=int(LineStatus.CANCELLED))
        run(state, NOON_S + 300 * (at + 1), give_back)
        check(state)
        lines, holds = state.table(Lines), state.table(Holds)
        alive = np.unique(lines.order[lines.status != LineStatus.CANCELLED])
        assert (holds.opening[np.isin(holds.order, alive)] >= 0).all()
    assert not state.table(Openings).taken.any()
