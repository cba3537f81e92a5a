"""Fold reports. Reports of one package are chained; of runs and trips only the earliest times are kept.

The earliest of several times is the same in whatever order, and however often, they come.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.captures import Captures, EpcisCaptured
from doorward.tables.fleet import RunStatus
from doorward.tables.linehaul import TripStatus
from doorward.tables.reports import (
    FAR_S,
    Pinged,
    Reported,
    ReportHeads,
    Reports,
    RunPings,
    RunReported,
    RunsTold,
    TripReported,
    TripsTold,
)


def fold_reported(state: State, rows: Reported, at_s: int) -> None:
    """Append, each row linked to the package's report before it."""
    _reach(state, ReportHeads, int(rows.package.max(initial=-1)))
    first = state.count(Reports)
    order = np.argsort(rows.package, kind="stable")
    package = rows.package[order]
    opens = np.r_[True, package[1:] != package[:-1]]
    closes = np.r_[opens[1:], True]
    prev = np.empty(len(rows), np.int64)
    prev[order] = np.where(
        opens, state.get(ReportHeads, "newest", package), first + np.r_[0, order[:-1]]
    )  # within the batch: the row before it
    state.append(Reports(**{name: getattr(rows, name) for name in Reported.columns}, prev=prev))
    state.put(ReportHeads, package[closes], newest=first + order[closes])


def fold_runs_told(state: State, rows: RunReported, at_s: int) -> None:
    """The earliest time of each status, the most metres."""
    _reach(state, RunsTold, int(rows.run.max(initial=-1)))
    for status, column in (
        (RunStatus.LEFT, "left_s"),
        (RunStatus.BROKEN, "broken_s"),
        (RunStatus.DONE, "done_s"),
    ):
        mine = rows.status == status
        _earliest(state, RunsTold, column, rows.run[mine], rows.at_s[mine])
    run, at = np.unique(rows.run, return_inverse=True)
    most = np.array(state.get(RunsTold, "metres", run))
    np.maximum.at(most, at, rows.metres)
    state.put(RunsTold, run, metres=most)


def fold_trips_told(state: State, rows: TripReported, at_s: int) -> None:
    """The earliest time of each status."""
    _reach(state, TripsTold, int(rows.trip.max(initial=-1)))
    for status, column in ((TripStatus.LEFT, "left_s"), (TripStatus.DONE, "arrived_s")):
        mine = rows.status == status
        _earliest(state, TripsTold, column, rows.trip[mine], rows.at_s[mine])


def fold_pinged(state: State, rows: Pinged, at_s: int) -> None:
    """The newest place of each run, in whatever order they come."""
    _reach(state, RunPings, int(rows.run.max(initial=-1)))
    rows = rows.take(np.argsort(rows.at_s, kind="stable"))
    rows = rows.take(rows.at_s > state.get(RunPings, "at_s", rows.run))
    state.put(RunPings, rows.run, at_s=rows.at_s, lat_udeg=rows.lat_udeg, lon_udeg=rows.lon_udeg)


def _reach(state: State, kind: type[Table], row: int) -> None:
    """Rows of -1 up to `row`."""
    missing = row + 1 - state.count(kind)
    if missing > 0:
        state.append(kind.fill(missing))


def _earliest(
    state: State, kind: type[Table], column: str, row: NDArray[np.int32], at_s: NDArray[np.int64]
) -> None:
    rows, at = np.unique(row, return_inverse=True)
    old = np.array(state.get(kind, column, rows))
    best = np.where(old < 0, FAR_S, old)
    np.minimum.at(best, at, at_s)
    state.put(kind, rows, **{column: best})


def fold_captured(state: State, rows: EpcisCaptured, at_s: int) -> None:
    """New capture jobs."""
    same = {name: getattr(rows, name) for name in ("org", "proceed", "taken", "known", "bad")}
    state.append(Captures.fill(len(rows), at_s=at_s, **same))


FOLDS: dict[type[Table], Fold] = {
    EpcisCaptured: fold_captured,
    Reported: fold_reported,
    RunReported: fold_runs_told,
    TripReported: fold_trips_told,
    Pinged: fold_pinged,
}
"""Facts folded here."""
