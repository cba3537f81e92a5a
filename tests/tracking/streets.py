"""Days of runs whose stops come earlier or later than planned, by seed, driven through the tracking services."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorward.core import seed as draws
from doorward.core.table import Table
from doorward.core.units import DAY_S
from doorward.ledger.state import State
from doorward.tables.fleet import Runs, RunStatus, Stops
from doorward.tables.journey import Event, Status
from doorward.tables.packages import EtaSet, Packages, Scanned, Scans
from doorward.tables.sites import Sites
from doorward.tables.ways import Way
from doorward.tracking.lint import lint_etas
from doorward.tracking.rules import TrackingRules
from doorward.tracking.service import learn_widths, tell
from doorward.tracking.state import FOLDS, fold_scanned
from tests.modes import MIDNIGHT_S, desk_at, turn

LEAVE_S, STOP_S = 9 * 3600, 300


@dataclass(frozen=True)
class Streets:
    """How runs differ from plan: standard deviation of each step, s; of a whole run's pace, share; of its start, s."""

    step_s: float
    pace: float = 0.0
    start_s: float = 0.0


def roll_out(
    state: State, day: int, runs: int, stops: int, streets: Streets, seed: int
) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """A day's runs, planned; returns (left_s (runs,), done_s (runs x stops,)) as they will happen."""
    rng = draws.generator(seed, "streets", day)
    depart = MIDNIGHT_S + day * DAY_S + LEAVE_S
    if not state.count(Sites):
        state.append(Sites.fill(1, name=np.array(["station"])))
    first, run, n = state.count(Packages), state.count(Runs), runs * stops
    state.append(
        Packages.fill(
            n,
            order=np.arange(n),
            status=int(Status.READY),
            holder_kind=0,
            holder=0,
            attempts=0,
            way=int(Way.OWN),
            due_lo_s=depart,
            due_s=depart + 12 * 3600,
            last_scan=state.count(Scans) + np.arange(n),
            stop=state.count(Stops) + np.arange(n),
        )
    )
    package = first + np.arange(n)
    state.append(
        Scans.fill(n, package=package, at_s=depart - 3600, event=int(Event.INDUCTED), site=0, reason=0)
    )
    state.append(Runs.fill(runs, depart_s=depart, packages=stops, stops=stops, status=int(RunStatus.PLANNED)))
    plan = depart + STOP_S * np.tile(np.arange(1, stops + 1), runs)
    state.append(
        Stops.fill(n, run=run + np.repeat(np.arange(runs), stops), seq=np.tile(np.arange(stops), runs), package=package,
                   plan_s=plan)
    )  # fmt: skip
    left = depart + np.abs(rng.normal(0, streets.start_s, runs)).astype(np.int64)
    step = STOP_S * (1 + rng.normal(0, streets.pace, (runs, 1))) + rng.normal(
        0, streets.step_s, (runs, stops)
    )
    done = left[:, None] + np.cumsum(np.maximum(20, step), axis=1).astype(np.int64)
    return left, done.ravel()


def drive_day(
    state: State, day: int, streets: Streets, rules: TrackingRules, seed: int, *, runs: int = 20, stops: int = 50,
    learn: bool = True,
) -> int:  # fmt: skip
    """One day of runs, every quarter of an hour; returns how many intervals were told."""
    first_stop, first_run = state.count(Stops), state.count(Runs)
    left, done = roll_out(state, day, runs, stops, streets, seed)
    start, told, before = MIDNIGHT_S + day * DAY_S + LEAVE_S - 900, 0, -1
    for tick in range(60):
        now = start + tick * 900
        out = np.flatnonzero((left > before) & (left <= now))
        state.put(Runs, first_run + out, left_s=left[out], status=int(RunStatus.LEFT))
        row = first_stop + (out[:, None] * stops + np.arange(stops)).ravel()
        _scan(
            state,
            row,
            np.repeat(left[out], stops),
            Event.OUT_FOR_DELIVERY,
            first_run + np.repeat(out, stops),
            now,
        )
        came = np.flatnonzero((done > before) & (done <= now))
        came = came[np.lexsort((came, done[came]))]
        state.put(Stops, first_stop + came, done_s=done[came])
        _scan(state, first_stop + came, done[came], Event.DELIVERED, came * 0, now)
        before = now
        for work in (learn_widths, tell) if learn and tick % 4 == 0 else (tell,):
            desk = desk_at(state, now, {}, rules)
            work(desk)
            told += sum(len(fact) for fact in desk.posted if isinstance(fact, EtaSet))
            _check(desk.posted, state, now)
            turn(desk, FOLDS)
    return told


def _scan(state: State, stop: np.ndarray, at_s: np.ndarray, event: Event, ref: np.ndarray, now: int) -> None:  # type: ignore[type-arg]
    package = state.table(Stops).package[stop]
    fold_scanned(
        state,
        Scanned.fill(len(stop), package=package, at_s=at_s, event=int(event), site=-1, ref=ref, reason=0),
        now,
    )


def _check(posted: list[Table], state: State, now: int) -> None:
    for fact in posted:
        if isinstance(fact, EtaSet):
            assert lint_etas(fact, state.table(Packages), now) == []
