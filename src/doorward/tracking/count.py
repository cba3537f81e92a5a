"""Read new scans once: how far arrivals lay from their anchors (odds), how late scans came (silence). Pure functions.

Arrivals measured from the promise are counted when the promise has passed, not before: else the early ones of a day
would be counted first and the rest be expected too early.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.tables.fleet import Runs, Stops
from doorward.tables.journey import JOURNEY, Event, Status
from doorward.tables.linehaul import Trips
from doorward.tables.packages import ArrivalsSeen, GapsSeen, Packages, PickTasks, Scans, Watch
from doorward.tracking import odds, silence
from doorward.tracking.odds import Stage
from doorward.tracking.plan import by_hours, first_stage, plan_spread_s, planned_s, window_s
from doorward.tracking.rules import TrackingRules
from doorward.tracking.transit import Partners

Longs = NDArray[np.int64]
AFTER = np.array([int(JOURNEY[event].after) for event in Event], np.int64)
AT_DOOR = (Event.DELIVERED, Event.ATTEMPTED, Event.STORED)
_STAGE = {
    Event.ATTEMPTED: Stage.TRIED,
    Event.BROUGHT_BACK: Stage.TRIED,
    Event.HANDED_OVER: Stage.HANDED,
    Event.CARRIER_MOVED: Stage.MOVED,
}


def _tally(row: Longs) -> tuple[Longs, Longs]:
    found, n = np.unique(row, return_counts=True)
    return found, n


def promised(
    packages: Packages, scans: Scans, watch: Watch, arrived: Longs, after_s: int, now_s: int
) -> Longs:
    """Rows of Arrivals of first arrivals whose promise passed in (after_s, now_s], or which came later than it.

    arrived: rows of Scans, new arrivals at the door (delivered, stored, tried the first time).
    """
    due = (packages.due_s > after_s) & (packages.due_s <= now_s) & (packages.way >= 0)
    due &= packages.station >= 0  # a partner's are counted from the hand-over
    row = np.flatnonzero(
        due & np.isin(packages.status, (Status.DELIVERED, Status.AT_LOCKER)) & (packages.attempts == 0)
    )
    last = packages.last_scan[row]
    taken = scans.event[last] == Event.COLLECTED
    last[taken] = scans.prev[last[taken]]
    whose = scans.package[arrived]
    tardy = arrived[(scans.at_s[arrived] > packages.due_s[whose]) & (packages.station[whose] >= 0)]
    last = np.concatenate([last[scans.at_s[last] <= packages.due_s[row]], tardy])
    package = scans.package[last]
    stage = first_stage(watch, package)
    way = packages.way[package].astype(np.int64)
    u = (scans.at_s[last] - packages.due_lo_s[package]) / window_s(packages, package)
    return odds.row_of(stage, way, u)


def plan_arrivals(
    packages: Packages, scans: Scans, stops: Stops, runs: Runs, partners: Partners, watch: Watch, rules: TrackingRules,
    since: int, after_s: int, now_s: int,
) -> ArrivalsSeen:  # fmt: skip
    """Arrivals among rows `since`.. of Scans, counted from every anchor they had on the way."""
    new = since + np.flatnonzero(np.isin(scans.event[since:], AT_DOOR))
    new = new[packages.way[scans.package[new]] >= 0]
    package, event = scans.package[new], scans.event[new]
    first = packages.attempts[package] == (event == Event.ATTEMPTED)
    parts = [promised(packages, scans, watch, new[first], after_s, now_s)]
    way = packages.way[package].astype(np.int64)
    rode = np.flatnonzero(
        (scans.event[scans.prev[new]] == Event.OUT_FOR_DELIVERY) & (packages.stop[package] >= 0)
    )
    stop = packages.stop[package[rode]]
    if len(stop):
        late = scans.at_s[new[rode]] - planned_s(runs, stops, stop) - rules.depart_late_s
        u = late / plan_spread_s(runs, stops, stop, rules)
        parts.append(odds.row_of(np.full(len(rode), int(Stage.PLANNED)), way[rode], u))
    back = scans.prev[new]
    back[first & (event != Event.DELIVERED)] = -1  # nothing was tried before, and no partner had it
    while (back >= 0).any():
        some = np.flatnonzero(back >= 0)
        for seen, stage in _STAGE.items():
            mine = some[scans.event[back[some]] == seen]
            came = scans.at_s[new[mine]].copy()
            vain = (scans.reason[back[mine]] > 0) | (stage is Stage.TRIED)
            sold = packages.carrier[package[mine]] >= 0
            median = np.full(len(mine), 3_600, np.int64)
            median[sold] = partners.median_s(packages, package[mine[sold]])
            unit = np.where(vain, 3_600, median)
            kind = np.where(vain, int(Stage.TRIED), int(stage))
            slow = by_hours(kind, unit.astype(np.float64))
            came[slow] = partners.hours.reckoned_s(came[slow])
            parts.append(odds.row_of(kind, way[mine], (came - scans.at_s[back[mine]]) / unit))
        going = np.isin(scans.event[back[some]], (*_STAGE, Event.OUT_FOR_DELIVERY, Event.TRANSFERRED))
        back[some] = np.where(
            going & (scans.event[back[some]] != Event.HANDED_OVER), scans.prev[back[some]], -1
        )
    row, n = _tally(np.concatenate(parts))
    return ArrivalsSeen.fill(len(row), row=row, n=n)


def plan_gaps(
    packages: Packages, scans: Scans, tasks: PickTasks, trips: Trips, runs: Runs, stops: Stops, cells: silence.Cells,
    since: int,
) -> GapsSeen:  # fmt: skip
    """How long after its planned time each of rows `since`.. of Scans came, by hand-over and place."""
    new = since + np.flatnonzero(scans.prev[since:] >= 0)
    prev, package, event = scans.prev[new], scans.package[new], scans.event[new]
    status = AFTER[scans.event[prev]]
    due = scans.at_s[prev].copy()
    place = np.maximum(0, scans.site[prev]).astype(np.int64)
    task, leave = packages.task[package], packages.leave_s[package]
    for ends, column in (
        (Event.PICKED, tasks.pick_s),
        (Event.PACKED, tasks.pack_s),
        (Event.SORTED, tasks.sort_s),
    ):
        mine = np.flatnonzero((event == ends) & (task >= 0) & (status < Status.SORTED))
        due[mine] = np.maximum(due[mine], column[task[mine]])
    for ends in (Event.RELEASED, Event.HANDED_OVER):
        mine = event == ends
        due[mine] = np.maximum(due[mine], leave[mine])
    mine = event == Event.DEPARTED
    due[mine] = np.maximum(due[mine], trips.depart_s[scans.ref[new[mine]]])
    mine = (event == Event.ARRIVED) & (status == Status.MOVING)
    due[mine] = np.maximum(due[mine], trips.arrive_s[scans.ref[prev[mine]]])
    place[mine] = trips.lane[scans.ref[prev[mine]]]
    mine = event == Event.OUT_FOR_DELIVERY
    due[mine] = np.maximum(due[mine], runs.depart_s[scans.ref[new[mine]]])
    stop = packages.stop[package]
    mine = (status == Status.OUT) & (stop >= 0)
    due[mine] = np.maximum(due[mine], stops.plan_s[stop[mine]])
    riding = np.isin(status, (Status.OUT, Status.FAILED))
    place[riding] = np.maximum(0, packages.station[package[riding]])
    sold = status == Status.WITH_CARRIER
    place[sold] = np.maximum(0, packages.carrier[package[sold]])
    kept = (
        ((status != Status.OUT) | (stop >= 0)) & (status != Status.AT_LOCKER) & (status != Status.RETURNING)
    )
    kept &= (status != Status.FAILED) & (event != Event.SENT_BACK)
    row, n = _tally(silence.row_of(cells, status, place, scans.at_s[new] - due)[kept])
    return GapsSeen.fill(len(row), row=row, n=n)
