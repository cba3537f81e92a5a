"""Fold what runs and stops did, and proofs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.doorstep import Proofs
from doorward.tables.fleet import RunMoved, Runs, RunStatus, StopDone, Stops
from doorward.tables.journey import Status
from doorward.tables.orders import LEAVE_OK, LOCKER_OK, LOCKER_ONLY, PICK_UP, Orders
from doorward.tables.packages import Packages
from doorward.tables.wishes import Rescheduled, Wish, Wished, Wishes

CONSENTS = {
    Wish.IN_PERSON: 0, Wish.SAFE_PLACE: LEAVE_OK, Wish.NEIGHBOUR: LEAVE_OK, Wish.LOCKER: LOCKER_OK | LOCKER_ONLY,
    Wish.PICK_UP: PICK_UP,
}  # fmt: skip
"""What a recipient allows with each wish; of these bits those of the newest wish hold, but LOCKER_OK stays."""
GIVEN = np.array([CONSENTS[wish] for wish in Wish], np.int8)
TAKEN = ~np.int8(LEAVE_OK | LOCKER_ONLY | PICK_UP)


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
    """The newest wish replaces those before."""
    state.append(Wishes.fill(len(rows), order=rows.order, wish=rows.wish, at_s=at_s))
    consent = np.maximum(state.get(Orders, "consent", rows.order), 0)
    state.put(Orders, rows.order, consent=(consent & TAKEN) | GIVEN[rows.wish])


def fold_rescheduled(state: State, rows: Rescheduled, at_s: int) -> None:
    """The order's window, and that of its packages that are on no vehicle and no vehicle's list. What was told of their
    arrival holds no more."""
    packages = state.table(Packages)
    for order, lo_s, due_s in zip(
        rows.order.tolist(), rows.due_lo_s.tolist(), rows.due_s.tolist(), strict=True
    ):
        state.put(Orders, np.array([order]), due_lo_s=lo_s, due_s=due_s)
        mine = np.flatnonzero(packages.order == order)
        mine = mine[movable(packages, mine)]
        state.put(Packages, mine, due_lo_s=lo_s, due_s=due_s, eta_at_s=-1, eta_lo_s=-1, eta_hi_s=-1)


def movable(packages: Packages, row: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(rows,) still in our buildings or between them, on no run's list and meant for no partner."""
    ours = (packages.status[row] <= Status.READY) & (packages.carrier[row] < 0)
    return np.asarray(ours & (packages.stop[row] < 0))


FOLDS: dict[type[Table], Fold] = {
    RunMoved: fold_runs,
    StopDone: fold_stops,
    Proofs: fold_proofs,
    Wished: fold_wished,
    Rescheduled: fold_rescheduled,
}
"""Facts folded here."""
