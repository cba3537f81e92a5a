"""Fold what runs and stops did, and proofs."""

from __future__ import annotations

import numpy as np

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.doorstep import Proofs
from doorward.tables.fleet import RunMoved, Runs, RunStatus, StopDone, Stops
from doorward.tables.orders import LEAVE_OK, Orders
from doorward.tables.wishes import Wish, Wished, Wishes


def fold_runs(state: State, rows: RunMoved, at_s: int) -> None:
    """Departures set left_s, ends set ended_s and the distance driven."""
    left = rows.status == RunStatus.LEFT
    state.put(Runs, rows.run[left], left_s=rows.at_s[left], status=int(RunStatus.LEFT))
    ended = np.isin(rows.status, (RunStatus.DONE, RunStatus.BROKEN))
    state.put(
        Runs,
        rows.run[ended],
        ended_s=rows.at_s[ended],
        status=rows.status[ended],
        actual_m=rows.actual_m[ended],
    )


def fold_stops(state: State, rows: StopDone, at_s: int) -> None:
    """A stop is done, whatever came of it."""
    state.put(Stops, rows.stop, done_s=rows.done_s, outcome=rows.outcome)


def fold_proofs(state: State, rows: Proofs, at_s: int) -> None:
    """Proofs only grow."""
    state.append(rows)


def fold_wished(state: State, rows: Wished, at_s: int) -> None:
    """Whoever wishes a safe place or a neighbour allows that it is left; who wishes it in person does not."""
    state.append(Wishes.fill(len(rows), order=rows.order, wish=rows.wish, at_s=at_s))
    consent = state.get(Orders, "consent", rows.order)
    leave = rows.wish != Wish.IN_PERSON
    state.put(Orders, rows.order, consent=np.where(leave, consent | LEAVE_OK, consent & ~LEAVE_OK))


FOLDS: dict[type[Table], Fold] = {
    RunMoved: fold_runs,
    StopDone: fold_stops,
    Proofs: fold_proofs,
    Wished: fold_wished,
}
"""Facts folded here."""
