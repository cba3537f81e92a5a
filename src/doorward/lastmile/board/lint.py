"""An independent checker of what the board posts: reads the facts and the tables before them, not the planner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from doorward.core.table import Table
from doorward.lastmile.board.sheet import Tables
from doorward.tables.board import Locks, RunsRewritten, StopsTaken, VehicleServed
from doorward.tables.fleet import RunsPlanned, RunStatus, StopsPlanned
from doorward.tables.journey import Event, Status
from doorward.tables.packages import Scanned

T = TypeVar("T", bound=Table)
SLACK_S = 2


def lint(facts: Sequence[Table], t: Tables, now_s: int) -> None:
    """Raise ValueError naming the first rule that an edit of runs breaks."""
    rewritten, taken = _all(facts, RunsRewritten), _all(facts, StopsTaken)
    runs, stops, scans = _all(facts, RunsPlanned), _all(facts, StopsPlanned), _all(facts, Scanned)
    ends = rewritten.run[(rewritten.run >= 0)]
    _must(len(np.unique(ends)) == len(ends), "a run ends once")
    _must(
        np.isin(t.runs.status[ends], (RunStatus.PLANNED, RunStatus.LEFT)).all(), "only open runs are edited"
    )
    _must((runs.run == len(t.runs) + np.arange(len(runs))).all(), "runs are numbered on")
    into = rewritten.into[rewritten.into >= 0]
    _must(np.array_equal(np.sort(into), runs.run), "each new run is told of once")
    _packages(t, ends, stops, taken, runs)
    _vehicles(t, ends, runs, _all(facts, VehicleServed))
    _roads(t, rewritten, runs, stops, scans)
    _times(runs, stops, now_s)


def lint_held(
    old: Sequence[tuple[tuple[int, ...], ...]], new: Sequence[tuple[tuple[int, ...], ...]], lead: Sequence[int],
    whole: Sequence[bool], locks: Locks,
) -> None:  # fmt: skip
    """Raise ValueError unless locked doors of runs keep run and order, locked runs their doors (`whole`), and the first
    `lead` doors of a run their place. old, new: doors of each run, as packages."""
    for k, (was, now) in enumerate(zip(old, new, strict=True)):
        if whole[k] and was != now:
            raise ValueError("a locked run changes")
        if was[: lead[k]] != now[: lead[k]]:
            raise ValueError("the next door of a van on the road changes")
        held = [p for door in was for p in door if p < len(locks) and locks.on[p] == 1]
        there = [p for door in now for p in door if p in set(held)]
        if there != held:
            raise ValueError(f"package {next(p for p in held if p not in there or there != held)} moves")


def _must(good: bool | np.bool_, rule: str) -> None:
    if not good:
        raise ValueError(f"an edit of the board breaks a rule: {rule}")


def _all(facts: Sequence[Table], kind: type[T]) -> T:
    return kind.concat([fact for fact in facts if isinstance(fact, kind)])


def _packages(
    t: Tables,
    ends: np.ndarray[tuple[int], np.dtype[np.int32]],
    stops: StopsPlanned,
    taken: StopsTaken,
    runs: RunsPlanned,
) -> None:
    """Every package of runs that end is on one new stop or in the pool; what comes on besides waited there."""
    open_ = t.packages.stop >= 0
    open_[open_] = np.isin(t.stops.run[t.packages.stop[open_]], ends) & (
        t.stops.done_s[t.packages.stop[open_]] < 0
    )
    open_ &= np.isin(t.packages.status, (Status.READY, Status.OUT))
    had = np.flatnonzero(open_)
    told = np.concatenate([stops.package, taken.package])
    _must(len(np.unique(told)) == len(told), "a package is on one stop or in the pool, once")
    _must(np.isin(had, told).all(), "no package is lost")
    fresh = told[~np.isin(told, had)]
    _must((t.packages.stop[fresh] < 0).all(), "what comes on stood on no run")
    _must((t.packages.status[fresh] == Status.READY).all(), "what comes on waits at its station")
    _must((t.packages.status[taken.package] == Status.READY).all(), "what goes to the pool is at its station")
    station = runs.station[np.searchsorted(runs.run, stops.run)] if len(runs) else stops.run
    _must((t.packages.station[stops.package] == station).all(), "packages leave from their station")
    count = np.bincount(np.searchsorted(runs.run, stops.run), minlength=len(runs))
    _must(np.array_equal(count, runs.packages), "packages are counted")


def _vehicles(
    t: Tables, ends: np.ndarray[tuple[int], np.dtype[np.int32]], runs: RunsPlanned, served: VehicleServed
) -> None:
    """A vehicle, and a block, is on one open run."""
    other = np.flatnonzero(t.runs.status != RunStatus.DONE)
    other = other[~np.isin(other, ends)]
    for name in ("vehicle", "block"):
        used = np.concatenate([getattr(t.runs, name)[other], getattr(runs, name)])
        used = used[used >= 0]
        _must(len(np.unique(used)) == len(used), f"a {name} is on one run")
    out = np.zeros(len(t.vehicles), bool)
    out[: len(t.out)] = t.out.since_s >= 0
    out[served.vehicle] = served.out == 1
    new = ~np.isin(runs.vehicle, t.runs.vehicle[ends]) & (runs.vehicle >= 0)
    _must(not out[runs.vehicle[new]].any(), "no vehicle out of service is sent out")


def _roads(
    t: Tables, rewritten: RunsRewritten, runs: RunsPlanned, stops: StopsPlanned, scans: Scanned
) -> None:
    """On the road nothing comes on or goes off, the vehicle stays, and the next door stays the next."""
    _must((scans.event == Event.TRANSFERRED).all(), "only what is aboard is scanned")
    moved = np.sort(scans.package)
    aboard = np.sort(stops.package[t.packages.status[stops.package] == Status.OUT])
    _must(np.array_equal(moved, aboard), "what is aboard is told to go on")
    for r in range(len(runs)):
        old = int(runs.before[r])
        mine = stops.package[stops.run == runs.run[r]]
        if old < 0:
            _must((t.packages.status[mine] == Status.READY).all(), "what leaves the yard is in the yard")
            continue
        row = np.flatnonzero(rewritten.run == old)
        _must(len(row) == 1 and int(rewritten.into[row[0]]) == int(runs.run[r]), "a run goes on with its own")
        _must(t.runs.vehicle[old] == runs.vehicle[r], "a van on the road stays itself")
        left = t.packages.stop[mine]
        _must((t.stops.run[left] == old).all(), "nothing comes aboard on the road")
        _must(
            int(left.min()) == int(left[0]) or t.stops.seq[left[0]] == t.stops.seq[left].min(),
            "the next door stays the next",
        )


def _times(runs: RunsPlanned, stops: StopsPlanned, now_s: int) -> None:
    """Nobody leaves before now, nor arrives before driving there."""
    _must((runs.depart_s >= now_s).all(), "no run leaves in the past")
    for r in range(len(runs)):
        mine = stops.take(stops.run == runs.run[r])
        head = np.r_[True, np.diff(mine.seq) != 0][: len(mine)]
        _must(
            len(mine) > 0 and np.array_equal(mine.seq[head], np.arange(head.sum())), "stops are numbered on"
        )
        _must(int(runs.stops[r]) == int(head.sum()), "stops are counted")
        door = np.cumsum(head) - 1
        over = mine.plan_s[head] + np.bincount(door, mine.service_s).astype(np.int64)
        before = np.r_[runs.depart_s[r], over[:-1]]
        _must(
            (mine.plan_s[head] + SLACK_S >= before + mine.leg_s[head]).all(),
            "nobody arrives before driving there",
        )
        _must(int(runs.back_s[r]) + SLACK_S >= int(over[-1]), "nobody is back before the last door")
