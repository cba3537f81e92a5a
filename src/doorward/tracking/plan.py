"""Where is it, when will it be there, and who needs a look: pure functions over packages, runs and stops.

Arrival intervals. Out for delivery: planned arrival, shifted by how late or early the run is at its newest finished stop,
plus and minus z (a + b sqrt(stops before it)): driving errors add up like independent steps. With a partner: the
quantiles of its transit time. Anywhere else: the promised window while it can still be made, later by `slip_s` when the
latest departure has passed. Intervals are told with the time they were computed at, never as a point.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.tables.fleet import Runs, Stops
from doorward.tables.journey import ENDED, Status
from doorward.tables.packages import Alarm, Alarms, EtaSet, Packages, Scans
from doorward.tables.ways import Services
from doorward.tracking.rules import TrackingRules

UPSTREAM = (Status.PLANNED, Status.RELEASED, Status.PICKED, Status.PACKED, Status.SORTED)


def run_shift_s(runs: Runs, stops: Stops, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Seconds that each run is behind its plan, by its newest finished stop (its departure before that).

    rows: row numbers of stops of open runs. Returns (len(runs),).
    """
    shift = np.where(runs.left_s >= 0, runs.left_s - runs.depart_s, 0)
    done = rows[stops.done_s[rows] >= 0]
    if len(done):
        newest = done[np.lexsort((stops.done_s[done], stops.run[done]))]
        shift = shift.copy()
        shift[stops.run[newest]] = stops.done_s[newest] - stops.plan_s[newest]
    return np.asarray(shift, np.int64)


def plan_etas(
    packages: Packages,
    scans: Scans,
    runs: Runs,
    stops: Stops,
    services: Services,
    rules: TrackingRules,
    now_s: int,
) -> EtaSet:
    """Intervals of open packages whose interval moved by more than `eta_step_s` since it was last told."""
    row = np.flatnonzero(~np.isin(packages.status, ENDED))
    status, due = packages.status[row], packages.due_s[row]
    lo, hi = packages.due_lo_s[row].copy(), due.copy()
    late = np.isin(status, UPSTREAM) & (packages.leave_s[row] >= 0) & (packages.leave_s[row] < now_s)
    lo[late] += rules.slip_s
    hi[late] += rules.slip_s
    with_carrier = (status == Status.WITH_CARRIER) & (packages.carrier[row] >= 0)
    if with_carrier.any():
        which = row[with_carrier]
        service, since = packages.carrier[which], scans.at_s[packages.last_scan[which]]
        lo[with_carrier] = since + services.transit_p50_s[service] // 2
        hi[with_carrier] = since + services.transit_p90_s[service]
    riding = (packages.stop[row] >= 0) & np.isin(status, (Status.OUT, Status.READY))
    if riding.any():
        stop = packages.stop[row[riding]]
        shift = run_shift_s(runs, stops, np.flatnonzero(np.isin(stops.run, np.unique(stops.run[stop]))))
        behind = _stops_before(stops, stop)
        half = rules.eta_z_pm * (rules.stop_spread_s + rules.stop_growth_s * np.sqrt(behind)) / 1000
        at = stops.plan_s[stop] + shift[stops.run[stop]]
        lo[riding], hi[riding] = at - half.astype(np.int64), at + half.astype(np.int64)
    overdue = hi < now_s
    hi[overdue] = now_s + rules.slip_s // 2
    lo = np.maximum(np.minimum(lo, hi), np.minimum(now_s, hi))
    moved = (packages.eta_at_s[row] < 0) | (np.abs(hi - packages.eta_hi_s[row]) > rules.eta_step_s)
    return EtaSet(package=row[moved], lo_s=lo[moved], hi_s=hi[moved])


def _stops_before(stops: Stops, stop: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many unfinished doorsteps lie before each of the given stops on its run."""
    run, seq = stops.run[stop], stops.seq[stop]
    touched = np.flatnonzero(np.isin(stops.run, np.unique(run)) & (stops.done_s >= 0))
    finished = np.full(int(stops.run.max(initial=-1)) + 1, -1, np.int64)
    np.maximum.at(finished, stops.run[touched], stops.seq[touched])
    return np.maximum(0, seq.astype(np.int64) - finished[run] - 1)


def plan_alarms(
    packages: Packages, scans: Scans, raised: NDArray[np.int8], rules: TrackingRules, now_s: int
) -> Alarms:
    """Exceptions not raised before. raised (len(packages),): bits of earlier alarms."""
    row = np.flatnonzero(~np.isin(packages.status, ENDED) & (packages.status != Status.RETURNING))
    status = packages.status[row]
    limit = np.full(len(row), rules.silence_floor_s, np.int64)
    limit[np.isin(status, (Status.MOVING, Status.OUT, Status.FAILED))] = rules.silence_road_s
    limit[np.isin(status, (Status.WITH_CARRIER, Status.AT_LOCKER))] = rules.silence_carrier_s
    limit[np.isin(status, (Status.READY, Status.SORTED, Status.PLANNED))] = 2 * rules.silence_road_s
    silent = now_s - scans.at_s[packages.last_scan[row]]
    due, hi = packages.due_s[row], packages.eta_hi_s[row]
    leave = packages.leave_s[row]
    found = {
        Alarm.NO_SCAN: (silent > limit, silent - limit),
        Alarm.WILL_BE_LATE: ((hi > due) & (now_s <= due), hi - due),
        Alarm.LATE: (now_s > due, now_s - due),
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
