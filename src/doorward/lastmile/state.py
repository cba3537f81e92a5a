"""Fold planned runs and their stops, whichever room planned them."""

from __future__ import annotations

import numpy as np

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.fleet import Runs, RunsPlanned, RunStatus, Stops, StopsPlanned
from doorward.tables.packages import Packages


def fold_runs(state: State, rows: RunsPlanned, at_s: int) -> None:
    """New runs, not yet left. A run that one of them goes on with keeps of its plan what it has done."""
    if not np.array_equal(rows.run, state.count(Runs) + np.arange(len(rows))):
        raise ValueError(f"runs {rows.run[:1]} do not continue the {state.count(Runs)} there are")
    planned = {name: getattr(rows, name) for name in RunsPlanned.columns if name != "run"}
    state.append(Runs.fill(len(rows), **planned, status=RunStatus.PLANNED))
    stops = state.table(Stops)
    for run in rows.before[rows.before >= 0]:
        lo, hi = np.searchsorted(stops.run, np.array([run, run + 1], stops.run.dtype))
        done = stops.seq[lo:hi][stops.done_s[lo:hi] >= 0]
        state.put(Runs, np.array([run]), packages=len(done), stops=len(np.unique(done)))


def fold_stops(state: State, rows: StopsPlanned, at_s: int) -> None:
    """New stops; their packages know them."""
    first = state.append(
        Stops.fill(len(rows), **{name: getattr(rows, name) for name in StopsPlanned.columns})
    )
    state.put(Packages, rows.package, stop=first + np.arange(len(rows)))


FOLDS: dict[type[Table], Fold] = {RunsPlanned: fold_runs, StopsPlanned: fold_stops}
"""Facts folded here."""
