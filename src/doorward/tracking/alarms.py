"""Who needs a look: alarms raised, each once for its cause, and cleared when they no longer hold. Pure functions.

NO_SCAN: the scan is later after its planned time than earlier ones at that hand-over and place (see silence);
for the customer's own steps (a locker, a return) nobody waits. WILL_BE_LATE: the chance of arriving after the
promise is at least `late_raise_pm`; cleared below `late_clear_pm`, so it does not flicker, else it stands until
the package has arrived. LATE: the promise has passed, and no WILL_BE_LATE said so. MISSED_CUTOFF: it is still in
the building it ships from, on no trailer in time, and its last departure for the promise has left, or leaves before
its work order ends by plan. NO_SCAN allows less while the promise is still ahead (it is to foretell), more once LATE
says the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S
from doorward.tables.fleet import Runs, Stops
from doorward.tables.flex import Blocks
from doorward.tables.journey import ON_FLOOR, Event, Holder, Status
from doorward.tables.linehaul import Pallets, Trips, TripStatus
from doorward.tables.packages import Alarm, Alarms, AlarmsCleared, Gaps, Packages, PickTasks, Scans, Watch
from doorward.tracking.plan import Reckoning
from doorward.tracking.rules import TrackingRules
from doorward.tracking.silence import Cells, Waves, allowed_s, expected_s, place_of

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]
FLOOR, IN_WORK = np.zeros(len(Status), np.bool_), np.zeros(len(Status), np.bool_)
FLOOR[list(ON_FLOOR)] = True
IN_WORK[[Status.RELEASED, Status.PICKED, Status.PACKED]] = True


def missed_cutoff(
    packages: Packages, pallets: Pallets, trips: Trips, tasks: PickTasks, row: Longs, grace_s: int, now_s: int
) -> Flags:
    """Packages whose latest departure for the promise has left without them, or cannot be reached any more, (n,)."""
    leave = packages.leave_s[row]
    here = FLOOR[packages.status[row]] & (packages.holder_kind[row] == Holder.SITE)
    past: Flags = here & (packages.holder[row] == packages.fc[row]) & (leave >= 0) & (leave + grace_s < now_s)
    some = np.flatnonzero(past & (packages.status[row] == Status.SORTED) & (packages.pallet[row] >= 0))
    trip = pallets.trip[packages.pallet[row[some]]]
    some, trip = some[trip >= 0], trip[trip >= 0]
    waits = (trips.status[trip] < TripStatus.LEFT) & (trips.depart_s[trip] <= leave[some])
    past[some[waits]] = False  # its trailer is only leaving late: the desk of the trip has that
    works = IN_WORK[packages.status[row]] & (leave >= 0)
    works &= packages.task[row] >= 0
    too_late = tasks.sort_s[packages.task[row[works]]] > leave[works] + grace_s
    past[works] |= too_late  # by plan it can no longer be reached
    return past


def silent(
    packages: Packages, scans: Scans, tasks: PickTasks, pallets: Pallets, trips: Trips, runs: Runs, stops: Stops,
    blocks: Blocks, waves: Waves, gaps: Gaps, cells: Cells, row: Longs, told: Flags, rules: TrackingRules, now_s: int,
) -> tuple[Flags, Longs, Longs]:  # fmt: skip
    """(silent too long, seconds since the scan was due, seconds allowed) of packages `row`, (n,) each.

    told (n,): of which an open alarm says already that they are or will be late.
    """
    last, status = packages.last_scan[row], packages.status[row].astype(np.int64)
    at_s, before = scans.at_s[last], scans.prev[last]
    tried_s = np.where((before >= 0) & (scans.event[before] == Event.ATTEMPTED), scans.at_s[before], -1)
    hit, since, limit = (
        np.zeros(len(row), np.bool_),
        np.zeros(len(row), np.int64),
        np.zeros(len(row), np.int64),
    )
    quiet = np.flatnonzero((now_s - at_s > rules.silence_least_s) & (status != Status.AT_LOCKER))
    due = expected_s(
        packages, tasks, pallets, trips, runs, stops, blocks, waves, row[quiet], status[quiet], at_s[quiet],
        tried_s[quiet],
    )  # fmt: skip
    idle = told[quiet] & (status[quiet] == Status.READY) & (packages.stop[row[quiet]] < 0)
    due[idle] += DAY_S  # a wave left without it, that is told: the next day's will not
    over = now_s - due > rules.silence_least_s
    quiet, due = quiet[over], due[over]
    if len(quiet):
        place = place_of(packages, trips, row[quiet], status[quiet])
        since[quiet] = now_s - due
        limit[quiet] = allowed_s(gaps, cells, rules, status[quiet], place)
        past = told[quiet] | (packages.due_s[row[quiet]] < now_s)
        stretch = np.where(past, rules.silence_late_pm, rules.silence_stretch_pm)
        limit[quiet] = np.maximum(rules.silence_least_s, limit[quiet] * stretch // 1000)
        hit[quiet] = since[quiet] > limit[quiet]
    return hit, since, limit


def raised_of(watch: Watch, row: Longs) -> NDArray[np.int8]:
    """Bits of the open alarms of packages `row`, (n,)."""
    raised = np.zeros(len(row), np.int8)
    known = np.flatnonzero(row < len(watch))
    raised[known] = watch.raised[row[known]]
    return raised


def plan_alarms(
    now: Reckoning, packages: Packages, watch: Watch, alarms: Alarms, missed: Flags,
    quiet: tuple[Flags, Longs, Longs], rules: TrackingRules, now_s: int,
) -> Alarms:  # fmt: skip
    """Alarms to raise for the packages of `now`: not open already, and never twice at the same scan."""
    row, due, last = now.row, packages.due_s[now.row], packages.last_scan[now.row]
    known = np.flatnonzero(row < len(watch))
    silence, since, limit = quiet
    raised = raised_of(watch, row)
    told = (raised >> int(Alarm.WILL_BE_LATE)) & 1 == 1
    to_due = (due - now_s) // 60
    found = {
        Alarm.NO_SCAN: (silence, since // 60, limit // 60),
        Alarm.WILL_BE_LATE: ((now.late_pm >= rules.late_raise_pm) & (now_s <= due), to_due, now.late_pm),
        Alarm.LATE: ((now_s > due) & ~told, to_due, np.zeros(len(row), np.int64)),
        Alarm.MISSED_CUTOFF: (missed, to_due, (now_s - packages.leave_s[row]) // 60),
    }
    parts = []
    for kind, (hit, minutes, passed) in found.items():
        newest = np.full(len(row), -1, np.int64)
        newest[known] = getattr(watch, kind.name.lower())[row[known]]
        new = hit & ((raised >> int(kind)) & 1 == 0)
        again = np.flatnonzero(new & (newest >= 0))
        new[again] = alarms.scan[newest[again]] != last[again]
        if new.any():
            parts.append(
                Alarms.fill(
                    int(new.sum()), package=row[new], kind=int(kind), at_s=now_s, minutes=minutes[new],
                    scan=last[new], limit=passed[new], cleared_s=-1,
                )
            )  # fmt: skip
    return Alarms.concat(parts)


def plan_cleared(
    now: Reckoning,
    packages: Packages,
    watch: Watch,
    alarms: Alarms,
    missed: Flags,
    rules: TrackingRules,
    now_s: int,
) -> AlarmsCleared:
    """Open alarms that no longer hold: the scan came, the chance fell, it left, it arrived."""
    opened = np.flatnonzero(watch.raised)
    late = np.full(len(packages), -1, np.int64)
    late[now.row] = now.late_pm
    held = np.zeros(len(packages), np.bool_)
    held[now.row] = missed
    coming = late[opened] >= 0
    parts = []
    for kind in Alarm:
        mine = (watch.raised[opened] >> int(kind)) & 1 == 1
        package, alarm = opened[mine], getattr(watch, kind.name.lower())[opened[mine]]
        if kind is Alarm.NO_SCAN:
            over = alarms.scan[alarm] != packages.last_scan[package]
        elif kind is Alarm.WILL_BE_LATE:
            over = late[package] < rules.late_clear_pm
        elif kind is Alarm.LATE:
            over = ~coming[mine]
        else:
            over = ~held[package]
        parts.append(alarm[over])
    return AlarmsCleared(alarm=np.sort(np.concatenate(parts)))
