"""Where is it, when will it be there, and who needs a look: pure functions over packages, runs and stops.

Arrival intervals. Out for delivery: planned arrival, shifted by how late or early the run is and by what its
station's streets lose until then (see pace), plus and minus z sqrt(a^2 + b^2 hours ahead + (c seconds ahead)^2) times
the factor learnt for its way (see learn): errors of steps are independent, the streets' pace is common. How late a
run is: at its newest finished stop, but at least by what its next stop is overdue. Anywhere else: the quantiles of
past arrivals at this stage of this way, given that it has not arrived by now (see odds). Intervals are told with the
time they were computed at, never as a point; whoever goes out for delivery is told anew.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S
from doorward.tables.fleet import Runs, RunStatus, Stops
from doorward.tables.journey import ENDED, Event, Status
from doorward.tables.packages import Alarm, EtaScales, EtaSet, Packages, Scans, Watch
from doorward.tables.ways import Way
from doorward.tracking.odds import Odds, Stage
from doorward.tracking.pace import by_station, served_s, unknown
from doorward.tracking.rules import TrackingRules
from doorward.tracking.transit import Partners

Longs = NDArray[np.int64]
Reals = NDArray[np.float64]
TO_COME = np.ones(len(Status), np.bool_)
TO_COME[[*ENDED, Status.AT_LOCKER, Status.RETURNING]] = False
"""Still to arrive: in its locker a package has arrived, and one that goes back will not."""
TRYING = np.zeros(len(Status), np.bool_)
TRYING[[Status.READY, Status.FAILED, Status.OUT]] = True
NEVER = 1 << 60
BY_PROMISE = (Stage.PROMISED, Stage.MISSED, Stage.WAITING)


def scales_now(scales: EtaScales) -> Longs:
    """Factor on the half width of each Way, per mille: as learnt, 1000 before."""
    return scales.scale_pm.astype(np.int64) if len(scales) else np.full(len(Way), 1000, np.int64)


def rows_of_runs(runs: Runs, stops: Stops, stop: Longs) -> Longs:
    """Rows of Stops of all runs that the given stops (n > 0,) belong to.

    Looks only at the stretch of Stops where these runs can lie (a run's rows stand together), not at all of them.
    """
    run = stops.run[stop]
    reach = np.maximum(1, runs.packages[run])
    lo, hi = max(0, int((stop - reach).min())), int((stop + reach).max()) + 1
    mine = np.zeros(len(runs), np.bool_)
    mine[run] = True
    return lo + np.flatnonzero(mine[stops.run[lo:hi]])


def run_shift_s(runs: Runs, stops: Stops, rows: Longs, plan_s: Longs, now_s: int) -> Longs:
    """Seconds that each run is behind its plan, (len(runs),); rows: rows of Stops of the runs in question, plan_s when
    they were to be done, (len(rows),) each.

    By its newest finished stop, before that by its departure; but at least what its next step is overdue by now: a run
    that falls silent gets later by the clock.
    """
    waits = np.maximum(0, now_s - runs.depart_s)
    shift = np.where(runs.left_s >= 0, runs.left_s - runs.depart_s, waits)
    finished = stops.done_s[rows] >= 0
    done, ahead = np.flatnonzero(finished), np.flatnonzero(~finished)
    done = done[np.lexsort((stops.done_s[rows[done]], stops.run[rows[done]]))]
    newest = rows[done]
    shift[stops.run[newest]] = stops.done_s[newest] - plan_s[done]
    next_s = np.full(len(runs), NEVER)
    np.minimum.at(next_s, stops.run[rows[ahead]], plan_s[ahead])
    on_road = (runs.status == RunStatus.LEFT) | (runs.status == RunStatus.BROKEN)
    return np.asarray(np.where(on_road, np.maximum(shift, now_s - next_s), shift), np.int64)


def ride_etas(
    packages: Packages,
    runs: Runs,
    stops: Stops,
    riding: Longs,
    rules: TrackingRules,
    now_s: int,
    scale_pm: Longs,
) -> tuple[Longs, Longs]:
    """(from, until) of packages (rows, n > 0) that have a stop on a run."""
    stop = packages.stop[riding]
    rows, run = rows_of_runs(runs, stops, stop), stops.run[stop].astype(np.int64)
    plan_s = served_s(stops, rows)
    shift, pace = run_shift_s(runs, stops, rows, plan_s, now_s), by_station(runs, stops, rows, plan_s, rules)
    at = plan_s[np.searchsorted(rows, stop)] + shift[run]
    ahead = np.maximum(0, at - now_s)
    at = at + (pace.lost[run] * ahead).astype(np.int64)
    spread = pace.spread_s(run, ahead, rules)
    begun = np.zeros(len(runs), np.bool_)
    begun[stops.run[rows[stops.done_s[rows] >= 0]]] = True
    spread = np.where(
        begun[run], spread, np.hypot(spread, rules.depart_late_s)
    )  # the way out is not known yet
    half = (rules.eta_z_pm * spread * scale_pm[packages.way[riding]] / 1e6).astype(np.int64)
    return at - half, at + half


def planned_s(runs: Runs, stops: Stops, stop: Longs) -> Longs:
    """When the packages at `stop` (n > 0,) are to be handed over by plan."""
    rows = rows_of_runs(runs, stops, stop)
    return np.asarray(served_s(stops, rows)[np.searchsorted(rows, stop)])


def plan_spread_s(runs: Runs, stops: Stops, stop: Longs, rules: TrackingRules) -> Reals:
    """Standard deviation of the arrival at `stop` (n,) before its run has left: when it will leave adds its own."""
    run = stops.run[stop].astype(np.int64)
    ahead = np.maximum(0, stops.plan_s[stop] - runs.depart_s[run])
    road = unknown(runs, rules).spread_s(run, ahead, rules)
    return np.asarray(np.sqrt(road**2 + float(rules.depart_late_s) ** 2))


def window_s(packages: Packages, row: Longs) -> Longs:
    """Length of the promised window, at least an hour."""
    return np.asarray(np.maximum(3_600, packages.due_s[row] - packages.due_lo_s[row]), np.int64)


def first_stage(watch: Watch, row: Longs) -> Longs:
    """Stage of packages `row` as far as their alarms tell, (n,): PROMISED, WAITING or MISSED."""
    stage = np.where(has(watch, row, Alarm.NO_SCAN), int(Stage.WAITING), int(Stage.PROMISED))
    stage[has(watch, row, Alarm.MISSED_CUTOFF)] = int(Stage.MISSED)
    return stage.astype(np.int64)


def stages(
    packages: Packages, scans: Scans, runs: Runs, stops: Stops, partners: Partners, base: Longs, row: Longs,
    rules: TrackingRules, now_s: int,
) -> tuple[Longs, Longs, NDArray[np.float64]]:  # fmt: skip
    """(Stage, anchor, unit) of packages `row` not out for delivery; base (n,): stage by alarms (`first_stage`)."""
    status, last, carrier = packages.status[row], packages.last_scan[row], packages.carrier[row]
    told_s, event = scans.at_s[last], scans.event[last]
    stage = np.where(
        (base == Stage.MISSED) & (status == Status.READY), int(Stage.PROMISED), base
    )  # caught up
    anchor, unit = packages.due_lo_s[row].copy(), window_s(packages, row).astype(np.float64)
    sold = np.flatnonzero((carrier >= 0) & (packages.station[row] < 0))
    if len(sold):
        pickup = packages.leave_s[row[sold]]
        pickup += np.maximum(0, (now_s - pickup + DAY_S - 1) // DAY_S) * DAY_S
        there = status[sold] == Status.WITH_CARRIER
        moved = there & (event[sold] == Event.CARRIER_MOVED)
        stage[sold] = np.where(moved, int(Stage.MOVED), int(Stage.HANDED))
        anchor[sold] = np.where(there, told_s[sold], pickup)
        unit[sold] = partners.median_s(packages, row[sold])
    tried = (packages.attempts[row] > 0) & TRYING[status]
    tried |= (event == Event.CARRIER_MOVED) & (scans.reason[last] > 0)
    stage[tried], anchor[tried], unit[tried] = int(Stage.TRIED), told_s[tried], 3_600.0
    waits = np.flatnonzero((status == Status.READY) & (packages.stop[row] >= 0))
    stop = packages.stop[row[waits]]
    stage[waits] = int(Stage.PLANNED)
    if len(waits):
        anchor[waits] = planned_s(runs, stops, stop) + np.maximum(
            rules.depart_late_s, now_s - runs.depart_s[stops.run[stop]]
        )
    unit[waits] = plan_spread_s(runs, stops, stop, rules)
    return stage.astype(np.int64), anchor, unit


def by_hours(stage: Longs, unit: Reals) -> NDArray[np.bool_]:
    """Whose arrival is reckoned by the clock of delivery hours: with a partner, half a day or more, (n,)."""
    return np.asarray(((stage == Stage.HANDED) | (stage == Stage.MOVED)) & (unit >= DAY_S // 2))


class Reckoning(NamedTuple):
    """Arrival of open packages as told now, columns (n,): row in Packages, from, until, P(late) per mille, on road."""

    row: Longs
    lo: Longs
    hi: Longs
    late_pm: Longs
    out: NDArray[np.bool_]


def reckon(
    packages: Packages, scans: Scans, runs: Runs, stops: Stops, partners: Partners, odds: Odds, watch: Watch,
    rules: TrackingRules, now_s: int, scale_pm: Longs, row: Longs | None = None,
    missed: NDArray[np.bool_] | None = None, put_off_s: Longs | None = None,
) -> Reckoning:  # fmt: skip
    """Intervals and chances of being late of packages `row`, still to arrive (None: of all that are).

    missed (len(row),): those that a departure has left behind by now
    put_off_s (len(row),): days, in seconds, that the next wave they can be on lies behind their promise
    """
    row = np.flatnonzero(TO_COME[packages.status]) if row is None else row
    out = (packages.status[row] == Status.OUT) & (packages.stop[row] >= 0)
    lo, hi, late = np.zeros(len(row), np.int64), np.zeros(len(row), np.int64), np.zeros(len(row), np.int64)
    edge = (1 - rules.eta_cover_pm / 1000) / 2
    rest = np.flatnonzero(~out)
    if len(rest):
        mine = row[rest]
        base = first_stage(watch, mine)
        if missed is not None:
            base[missed[rest]] = int(Stage.MISSED)
        stage, anchor, unit = stages(packages, scans, runs, stops, partners, base, mine, rules, now_s)
        if put_off_s is not None:
            other = np.isin(stage, BY_PROMISE) & (put_off_s[rest] > 0)
            stage[other], anchor[other] = int(Stage.PROMISED), anchor[other] + put_off_s[rest][other]
        way = np.maximum(0, packages.way[mine]).astype(np.int64)
        slow = by_hours(stage, unit)
        now, due = np.full(len(mine), now_s, np.int64), packages.due_s[mine].copy()
        now[slow], due[slow] = partners.hours.reckoned_s(now[slow]), partners.hours.reckoned_s(due[slow])
        chance, ends = odds.ask(stage, way, (now - anchor) / unit, (due - anchor) / unit, (edge, 1 - edge))
        for side, u in zip((lo, hi), ends, strict=True):
            at = anchor + (unit * u).astype(np.int64)
            at[slow] = partners.hours.real_s(at[slow])
            side[rest] = at
        late[rest] = (1000 * chance).astype(np.int64)
    ride = np.flatnonzero(out)
    if len(ride):
        lo[ride], hi[ride] = ride_etas(packages, runs, stops, row[ride], rules, now_s, scale_pm)
        spread = np.maximum(1, hi[ride] - lo[ride]) / 2 / (rules.eta_z_pm / 1000)
        late[ride] = 1000 * normal_above((packages.due_s[row[ride]] - (lo[ride] + hi[ride]) / 2) / spread)
    late[packages.due_s[row] < now_s] = 1000
    hi = np.maximum(hi, now_s + rules.eta_ride_step_s)
    return Reckoning(row, np.clip(lo, now_s, hi), hi, late, out)


def normal_above(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 - Phi(z), by the logistic approximation 1 / (1 + exp(1.5976 z + 0.070566 z^3)), error < 2e-4 (Page 1977)."""
    z = np.clip(z, -6, 6)
    return np.asarray(1 / (1 + np.exp(1.5976 * z + 0.070566 * z**3)))


def has(watch: Watch, row: Longs, kind: Alarm) -> NDArray[np.bool_]:
    """Whether packages `row` ever had an alarm of a kind, (n,)."""
    found = np.zeros(len(row), np.bool_)
    known = row < len(watch)
    found[known] = getattr(watch, kind.name.lower())[row[known]] >= 0
    return found


def plan_etas(now: Reckoning, packages: Packages, runs: Runs, stops: Stops, rules: TrackingRules) -> EtaSet:
    """Intervals of packages never told, whose interval moved, or which went out since. Steps grow with the width."""
    row = now.row
    step = np.maximum(rules.eta_step_s, (now.hi - now.lo) // 8)
    step[now.out] = rules.eta_ride_step_s
    anew = np.zeros(len(row), np.bool_)
    mine = row[now.out]
    anew[now.out] = packages.eta_at_s[mine] < runs.left_s[stops.run[packages.stop[mine]]]
    moved = (packages.eta_at_s[row] < 0) | (np.abs(now.hi - packages.eta_hi_s[row]) > step) | anew
    return EtaSet(package=row[moved], lo_s=now.lo[moved], hi_s=now.hi[moved])
