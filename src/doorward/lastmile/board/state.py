"""Fold what dispatchers did: runs that gave way to others, stops taken off, locks, vehicles in and out, proposals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.board import (
    GONE,
    WHOLE,
    Edited,
    EditKind,
    Edits,
    EditState,
    Generations,
    LockEdits,
    Locks,
    LocksSet,
    OutOfService,
    ProposalClosed,
    ProposalMade,
    Proposals,
    ProposalState,
    ProposedRuns,
    ProposedStops,
    Rewrites,
    RunsRewritten,
    ServiceEdits,
    StopsTaken,
    VehicleServed,
    WayEdits,
)
from doorward.tables.fleet import Runs, RunStatus, Vehicles
from doorward.tables.packages import Packages

Ints = NDArray[np.int64]


def _grow(state: State, rows: int, blank: Table) -> None:
    """At least so many rows of a table; new ones are alike `blank` (one row)."""
    missing = rows - state.count(type(blank))
    if missing > 0:
        state.append(blank.take(np.zeros(missing, np.int64)))


def fold_edited(state: State, rows: Edited, at_s: int) -> None:
    """New edits. One that is undone or done again changes; a new one makes those that are undone final."""
    if not np.array_equal(rows.edit, state.count(Edits) + np.arange(len(rows))):
        raise ValueError(f"edits {rows.edit[:1]} do not continue the {state.count(Edits)} there are")
    for edit, station, kind, of in zip(
        rows.edit.tolist(), rows.station.tolist(), rows.kind.tolist(), rows.of.tolist(), strict=True
    ):
        if kind in (EditKind.UNDO, EditKind.REDO):
            to = EditState.UNDONE if kind == EditKind.UNDO else EditState.DONE
            state.put(Edits, np.array([of]), state=int(to), last=edit)
            continue
        edits = state.table(Edits)
        undone = np.flatnonzero((edits.station == station) & (edits.state == EditState.UNDONE))
        state.put(Edits, undone, state=int(EditState.GONE))
    columns = {name: getattr(rows, name) for name in ("station", "kind", "by", "of")}
    state.append(
        Edits.fill(
            len(rows), **columns, at_s=at_s, state=int(EditState.DONE), last=rows.edit.astype(np.int64)
        )
    )


def fold_rewritten(state: State, rows: RunsRewritten, at_s: int) -> None:
    """Runs end and know their successor, which takes over lock and count. One that never left sets its vehicle free."""
    state.append(Rewrites.fill(len(rows), **{name: getattr(rows, name) for name in Rewrites.columns}))
    most = int(max(rows.run.max(initial=-1), rows.into.max(initial=-1))) + 1
    blank = Generations.fill(1, into=WHOLE, number=0, locked=0)
    _grow(state, most, blank)
    old, back = rows.run >= 0, rows.back >= 0
    run, into = rows.run[old].astype(np.int64), rows.into[old].astype(np.int64)
    state.put(Generations, run, into=np.where(into >= 0, into, GONE))
    state.put(Generations, rows.back[back], into=rows.into[back])
    line, to = np.where(old, rows.run, rows.back), rows.into
    goes_on = (line >= 0) & (to >= 0)
    line, to = line[goes_on], to[goes_on]
    book = state.table(Generations)
    number, locked = book.number[line] + 1, book.locked[line].copy()
    state.put(Generations, to, number=number, locked=locked)
    state.put(Runs, run, status=int(RunStatus.DONE), ended_s=at_s, actual_m=rows.actual_m[old])
    inside = run[state.get(Runs, "left_s", run) < 0]
    runs = state.table(Runs)
    state.put(Generations, inside, vehicle=runs.vehicle[inside], block=runs.block[inside])
    state.put(Runs, inside, vehicle=-1, block=-1, packages=0, stops=0)


def fold_taken(state: State, rows: StopsTaken, at_s: int) -> None:
    """Back in the pool."""
    state.put(Packages, rows.package, stop=-1)


def fold_locks(state: State, rows: LocksSet, at_s: int) -> None:
    """Locks of packages and of runs."""
    state.append(LockEdits.fill(len(rows), **{name: getattr(rows, name) for name in LockEdits.columns}))
    package, run = rows.package >= 0, rows.run >= 0
    _grow(state, int(rows.package.max(initial=-1)) + 1, Locks.fill(1, on=0))
    state.put(Locks, rows.package[package], on=rows.on[package])
    _grow(state, int(rows.run.max(initial=-1)) + 1, Generations.fill(1, into=WHOLE, number=0, locked=0))
    state.put(Generations, rows.run[run], locked=rows.on[run])


def fold_served(state: State, rows: VehicleServed, at_s: int) -> None:
    """A vehicle out of service may make no stop: that keeps every planner from using it."""
    state.append(ServiceEdits.fill(len(rows), **{name: getattr(rows, name) for name in ServiceEdits.columns}))
    _grow(state, int(rows.vehicle.max(initial=-1)) + 1, OutOfService.fill(1))
    since = state.get(OutOfService, "since_s", rows.vehicle)
    out, back = rows.vehicle[(rows.out == 1) & (since < 0)], rows.vehicle[(rows.out == 0) & (since >= 0)]
    state.put(OutOfService, out, since_s=at_s, max_stops=state.get(Vehicles, "max_stops", out))
    state.put(Vehicles, out, max_stops=0)
    state.put(Vehicles, back, max_stops=state.get(OutOfService, "max_stops", back))
    state.put(OutOfService, back, since_s=-1, max_stops=-1)


def fold_made(state: State, rows: ProposalMade, at_s: int) -> None:
    """A proposal waits to be accepted or discarded."""
    if not np.array_equal(rows.proposal, state.count(Proposals) + np.arange(len(rows))):
        raise ValueError(
            f"proposals {rows.proposal[:1]} do not continue the {state.count(Proposals)} there are"
        )
    columns = {name: getattr(rows, name) for name in ("station", "by", "seed", "iterations")}
    state.append(Proposals.fill(len(rows), **columns, at_s=at_s, state=int(ProposalState.OPEN)))


def fold_proposed_runs(state: State, rows: ProposedRuns, at_s: int) -> None:
    """Rows only grow."""
    state.append(rows)


def fold_proposed_stops(state: State, rows: ProposedStops, at_s: int) -> None:
    """Rows only grow."""
    state.append(rows)


def fold_ways(state: State, rows: WayEdits, at_s: int) -> None:
    """Rows only grow."""
    state.append(rows)


def fold_closed(state: State, rows: ProposalClosed, at_s: int) -> None:
    """Accepted or discarded."""
    state.put(Proposals, rows.proposal, state=rows.state, edit=rows.edit)


FOLDS: dict[type[Table], Fold] = {
    Edited: fold_edited,
    RunsRewritten: fold_rewritten,
    StopsTaken: fold_taken,
    LocksSet: fold_locks,
    VehicleServed: fold_served,
    ProposalMade: fold_made,
    ProposedRuns: fold_proposed_runs,
    ProposedStops: fold_proposed_stops,
    ProposalClosed: fold_closed,
    WayEdits: fold_ways,
}
"""Facts folded here."""
