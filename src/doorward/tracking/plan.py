"""Where is it, when will it be there, and who needs a look: pure functions over packages, runs and stops.

Arrival intervals. Out for delivery: planned arrival, shifted by how late or early the run is, plus and minus
z (a + b sqrt(stops before it)) times the factor learnt for its way (see learn): driving errors add up like independent
steps. How late a run is: at its newest finished stop, but at least by what its next stop is overdue. With a partner:
the quantiles of its transit time. Anywhere else: the promised window while it can still be made, later by `slip_s` when
the latest departure has passed. Intervals are told with the time they were computed at, never as a point; whoever goes
out for delivery is told anew.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.tables.fleet import Runs, RunStatus, Stops
from doorward.tables.journey import ENDED, Status
from doorward.tables.packages import Alarm, Alarms, EtaScales, EtaSet, Packages, Scans
from doorward.tables.ways import Services, Way
from doorward.tracking.rules import TrackingRules

Longs = NDArray[np.int64]
UPSTREAM = (Status.PLANNED, Status.RELEASED, Status.PICKED, Status.PACKED, Status.SORTED)
OPEN = np.ones(len(Status), np.bool_)
OPEN[list(ENDED)] = False
NEVER = 1 << 60


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


def run_shift_s(runs: Runs, stops: Stops, rows: Longs, now_s: int) -> Longs:
    """Seconds that each run is behind its plan, (len(runs),); rows: rows of Stops of the runs in question.

    By its newest finished stop, before that by its departure; but at least what its next step is overdue by now: a run
    that falls silent gets later by the clock.
    """
    waits = np.maximum(0, now_s - runs.depart_s)
    shift = np.where(runs.left_s >= 0, runs.left_s - runs.depart_s, waits)
    finished = stops.done_s[rows] >= 0
    done, ahead = rows[finished], rows[~finished]
    newest = done[np.lexsort((stops.done_s[done], stops.run[done]))]
    shift[stops.run[newest]] = stops.done_s[newest] - stops.plan_s[newest]
    next_s = np.full(len(runs), NEVER)
    np.minimum.at(next_s, stops.run[ahead], stops.plan_s[ahead])
    on_road = (runs.status == RunStatus.LEFT) | (runs.status == RunStatus.BROKEN)
    return np.asarray(np.where(on_road, np.maximum(shift, now_s - next_s), shift), np.int64)


def stops_before(stops: Stops, rows: Longs, stop: Longs) -> Longs:
    """How many unfinished doorsteps lie before each of the given stops on its run; rows as in run_shift_s."""
    touched = rows[stops.done_s[rows] >= 0]
    finished = np.full(int(stops.run[rows].max(initial=-1)) + 1, -1, np.int64)
    np.maximum.at(finished, stops.run[touched], stops.seq[touched])
    return np.asarray(
        np.maximum(0, stops.seq[stop].astype(np.int64) - finished[stops.run[stop]] - 1), np.int64
    )


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
    rows = rows_of_runs(runs, stops, stop)
    shift, behind = run_shift_s(runs, stops, rows, now_s), stops_before(stops, rows, stop)
    spread = rules.stop_spread_s + rules.stop_growth_s * np.sqrt(behind)
    half = (rules.eta_z_pm * spread * scale_pm[packages.way[riding]] / 1e6).astype(np.int64)
    at = stops.plan_s[stop] + shift[stops.run[stop]]
    return at - half, at + half


def plan_etas(
    packages: Packages,
    scans: Scans,
    runs: Runs,
    stops: Stops,
    services: Services,
    rules: TrackingRules,
    now_s: int,
    scale_pm: Longs | None = None,
) -> EtaSet:
    """Intervals of open packages that were never told, whose later end moved, or which went out since.

    scale_pm (len(Way),) factor on the half width on the road, per mille; None: 1000. A package that was tried and is
    still on its vehicle keeps what it was told until it is back.
    """
    row = np.flatnonzero(OPEN[packages.status] & (packages.status != Status.FAILED))
    status, due = packages.status[row], packages.due_s[row]
    lo, hi = packages.due_lo_s[row].copy(), due.copy()
    step = np.full(len(row), rules.eta_step_s)
    late = np.isin(status, UPSTREAM) & (packages.leave_s[row] >= 0) & (packages.leave_s[row] < now_s)
    lo[late] += rules.slip_s
    hi[late] += rules.slip_s
    with_carrier = (status == Status.WITH_CARRIER) & (packages.carrier[row] >= 0)
    if with_carrier.any():
        which = row[with_carrier]
        service, since = packages.carrier[which], scans.at_s[packages.last_scan[which]]
        lo[with_carrier] = since + services.transit_p50_s[service] // 2
        hi[with_carrier] = since + services.transit_p90_s[service]
    out = np.zeros(len(row), np.bool_)
    riding = (packages.stop[row] >= 0) & np.isin(status, (Status.OUT, Status.READY))
    if riding.any():
        factor = np.full(len(Way), 1000) if scale_pm is None else scale_pm
        lo[riding], hi[riding] = ride_etas(packages, runs, stops, row[riding], rules, now_s, factor)
        step[riding] = rules.eta_ride_step_s
        left_s = runs.left_s[stops.run[packages.stop[row[riding]]]]
        out[riding] = (status[riding] == Status.OUT) & (packages.eta_at_s[row[riding]] < left_s)
    overdue = hi < now_s
    hi[overdue] = now_s + rules.slip_s // 2
    lo = np.maximum(np.minimum(lo, hi), np.minimum(now_s, hi))
    moved = (packages.eta_at_s[row] < 0) | (np.abs(hi - packages.eta_hi_s[row]) > step) | out
    return EtaSet(package=row[moved], lo_s=lo[moved], hi_s=hi[moved])


def plan_alarms(
    packages: Packages, scans: Scans, raised: NDArray[np.int8], rules: TrackingRules, now_s: int
) -> Alarms:
    """Exceptions not raised before. raised (len(packages),): bits of earlier alarms."""
    row = np.flatnonzero(OPEN[packages.status] & (packages.status != Status.RETURNING))
    status = packages.status[row]
    limit = np.full(len(row), rules.silence_floor_s, np.int64)
    limit[np.isin(status, (Status.MOVING, Status.OUT, Status.FAILED))] = rules.silence_road_s
    limit[np.isin(status, (Status.WITH_CARRIER, Status.AT_LOCKER))] = rules.silence_carrier_s
    limit[np.isin(status, (Status.READY, Status.SORTED, Status.PLANNED))] = 2 * rules.silence_road_s
    silent = now_s - scans.at_s[packages.last_scan[row]]
    due, hi = packages.due_s[row], packages.eta_hi_s[row]
    leave = packages.leave_s[row]
    on_way = status != Status.AT_LOCKER  # in its locker it has arrived; it is for the customer to come
    found = {
        Alarm.NO_SCAN: (silent > limit, silent - limit),
        Alarm.WILL_BE_LATE: (on_way & (hi > due) & (now_s <= due), hi - due),
        Alarm.LATE: (on_way & (now_s > due), now_s - due),
        Alarm.MISSED_CUTOFF: (np.isin(status, UPSTREAM) & (leave >= 0) & (leave < now_s), now_s - leave),
    }
    parts = []
    for kind, (hit, seconds) in found.items():
        new = hit & ((raised[row] >> int(kind)) & 1 == 0)
        if new.any():
            parts.append(
                Alarms.fill(
                    int(new.sum()), package=row[new], kind=int(kind), at_s=now_s, minutes=seconds[new] // 60
                )
            )
    return Alarms.concat(parts)
