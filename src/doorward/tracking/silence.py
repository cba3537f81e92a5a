"""How long a scan may be missing: counts of past delays after the planned time, by hand-over and place, with a prior.

A package is not silent while it waits for something planned: a scan is due by `expected_s` (its work order, its trip,
its run, its stop, the wave of vans or the gig block it waits for), and silence is counted from there. Delays are
counted by (status, place) in BINS geometric steps; place is the building, the lane, the station of the run, or the
carrier's service. What is allowed is the stated quantile of prior and counts together, stretched (see alarms); the
prior is exponential with the assumed limit as its quantile.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import day_start
from doorward.core.stationday import first_door
from doorward.core.units import DAY_S
from doorward.tables.fleet import Runs, Stops
from doorward.tables.flex import Blocks, BlockStatus
from doorward.tables.journey import ON_FLOOR, Holder, Status
from doorward.tables.linehaul import Lanes, Pallets, Trips
from doorward.tables.packages import Gaps, Packages, PickTasks
from doorward.tables.ways import Way
from doorward.tracking.rules import TrackingRules

Longs = NDArray[np.int64]
BY_WAVE = (Way.OWN, Way.DSP, Way.LOCKER, Way.FLEX)
FAR_S = 1 << 36
"""Later than any time."""
BINS, FIRST_S, GROWTH = 32, 300, 1.3
EDGES_S = np.r_[0, FIRST_S * GROWTH ** np.arange(BINS - 1), np.inf]
BY_LANE, BY_SERVICE = (Status.MOVING,), (Status.WITH_CARRIER,)
BY_SITE = (*ON_FLOOR, Status.ARRIVED, Status.READY, Status.OUT)


class Cells(NamedTuple):
    """Where counts stand in Gaps: first cell of each Status (-1 not counted), and how many cells there are."""

    first: Longs
    cells: int

    @staticmethod
    def of(sites: int, lanes: int, services: int) -> Cells:
        """For so many rows of Sites, Lanes and Services: one cell for each hand-over and place, none shared."""
        first, at = np.full(len(Status), -1, np.int64), 0
        for kinds, places in ((BY_SITE, sites), (BY_LANE, lanes), (BY_SERVICE, services)):
            for status in kinds:
                first[status], at = at, at + places
        return Cells(first, at)


def limits(rules: TrackingRules) -> Longs:
    """The assumed limit of each Status, seconds."""
    limit = np.full(len(Status), rules.silence_floor_s, np.int64)
    limit[[Status.MOVING, Status.OUT, Status.FAILED]] = rules.silence_road_s
    limit[[Status.READY, Status.PLANNED]] = rules.silence_wait_s
    limit[Status.WITH_CARRIER] = rules.silence_carrier_s
    return limit


class Waves(NamedTuple):
    """When vans are planned and leave, seconds of the local day by wave: a StationDay that ends at the dock."""

    plan_s: tuple[int, ...]
    load_s: int
    offset_s: int
    delivery_days: int = 127

    @staticmethod
    def of(rules: TrackingRules, offset_s: int) -> Waves:
        """As the rules have them."""
        return Waves(rules.plan_s, rules.load_s, offset_s)

    @property
    def wave_s(self) -> tuple[int, ...]:
        """The first vans of each wave leave."""
        return tuple(planned + self.load_s for planned in self.plan_s)

    @property
    def induct_s(self) -> int:
        """Nothing: asked about those sorted in."""
        return 0

    @property
    def route_s(self) -> tuple[int, ...]:
        """Nothing: to the dock, not to the door."""
        return (0,) * len(self.wave_s)

    def departs_s(self, ready_s: Longs) -> Longs:
        """When the first wave leaves that is planned when packages are ready, (n,)."""
        return first_door(ready_s, self, self.offset_s)[1]


def block_s(packages: Packages, blocks: Blocks, row: Longs) -> Longs:
    """When the last gig block starts that may still take packages `row` in time, or -1 (n,)."""
    alive = np.flatnonzero(
        np.isin(blocks.status, (BlockStatus.OPEN, BlockStatus.CLAIMED, BlockStatus.CHECKED_IN))
    )
    order = alive[np.lexsort((blocks.start_s[alive], blocks.station[alive]))]
    key = blocks.station[order].astype(np.int64) * FAR_S + blocks.start_s[order]
    wanted = packages.station[row].astype(np.int64) * FAR_S + packages.due_s[row]
    last = np.searchsorted(key, wanted, side="right") - 1
    good = last >= 0
    found = np.full(len(row), -1, np.int64)
    which = order[last[good]]
    same = blocks.station[which] == packages.station[row[good]]
    found[np.flatnonzero(good)[same]] = blocks.start_s[which[same]]
    return found


def expected_s(
    packages: Packages, tasks: PickTasks, pallets: Pallets, trips: Trips, runs: Runs, stops: Stops, blocks: Blocks,
    waves: Waves, row: Longs, status: Longs, at_s: Longs, tried_s: Longs,
) -> Longs:  # fmt: skip
    """When the next scan of packages `row`, in `status` since `at_s`, is to come by plan; at least `at_s`.

    tried_s (n,): when the door of those brought back was tried last, -1 not: they go out again on another day.
    """
    due = at_s.copy()
    task = packages.task[row]
    for stage, column in (
        (Status.RELEASED, tasks.pick_s),
        (Status.PICKED, tasks.pack_s),
        (Status.PACKED, tasks.sort_s),
    ):
        mine = (status == stage) & (task >= 0)
        due[mine] = np.maximum(due[mine], column[task[mine]])
    leave = packages.leave_s[row]
    waits = (status == Status.PLANNED) | (status == Status.SORTED)
    due[waits] = np.maximum(due[waits], leave[waits])
    pallet = packages.pallet[row]
    unbooked = status == Status.SORTED
    boxed = np.flatnonzero(unbooked & (pallet >= 0))
    trip = pallets.trip[pallet[boxed]]
    unbooked[boxed[trip >= 0]] = False
    due[unbooked] = np.maximum(
        due[unbooked], packages.due_lo_s[row[unbooked]]
    )  # it waits for a trip, not for a scan
    boxed, trip = boxed[trip >= 0], trip[trip >= 0]
    due[boxed] = np.maximum(due[boxed], trips.depart_s[trip])
    moving = np.flatnonzero((status == Status.MOVING) & (packages.holder_kind[row] == 1))
    due[moving] = np.maximum(due[moving], trips.arrive_s[packages.holder[row[moving]]])
    stop = packages.stop[row]
    idle = np.flatnonzero((status == Status.READY) & (stop < 0))
    due[idle] = ready_due_s(packages, blocks, waves, row[idle], at_s[idle], tried_s[idle])
    for stage in (Status.READY, Status.OUT, Status.FAILED):
        mine = np.flatnonzero((status == stage) & (stop >= 0))
        run = stops.run[stop[mine]]
        when = {
            Status.READY: runs.depart_s[run],
            Status.OUT: stops.plan_s[stop[mine]],
            Status.FAILED: runs.back_s[run],
        }
        due[mine] = np.maximum(due[mine], when[stage])
    return due


def ready_due_s(
    packages: Packages, blocks: Blocks, waves: Waves, row: Longs, at_s: Longs, tried_s: Longs
) -> Longs:
    """When packages `row` without a stop are to leave their station: with the first wave that is planned once they are
    there, on the day their window opens or later and not on a day they were tried; with gig drivers, their block."""
    due, way = np.maximum(at_s, packages.due_lo_s[row]), packages.way[row]
    opens = day_start(packages.due_lo_s[row], waves.offset_s)
    again = np.where(tried_s >= 0, day_start(np.maximum(0, tried_s), waves.offset_s) + DAY_S, 0)
    vans = np.isin(way, BY_WAVE)
    due[vans] = np.maximum(due, waves.departs_s(np.maximum(np.maximum(at_s, opens), again)))[vans]
    gig = np.flatnonzero(way == Way.FLEX)
    due[gig] = np.maximum(due[gig], block_s(packages, blocks, row[gig]))
    return due


def put_off_s(packages: Packages, trips: Trips, lanes: Lanes, waves: Waves, row: Longs, now_s: int) -> Longs:
    """By how many days, in seconds, the next wave of vans that packages `row` can be on lies behind the day of their
    promise, (n,): at their station or on the last trailer to it, on no run, and the day's last wave is planned."""
    status, way, late = packages.status[row], packages.way[row], np.zeros(len(row), np.int64)
    there = np.isin(status, (Status.ARRIVED, Status.READY)) & (packages.holder_kind[row] == Holder.SITE)
    there &= (packages.holder[row] == packages.station[row]) & (packages.stop[row] < 0)
    ready = np.where(there, now_s, 0)
    riding = np.flatnonzero((status == Status.MOVING) & (packages.holder_kind[row] == Holder.TRIP))
    trip = packages.holder[row[riding]]
    last = lanes.dest[trips.lane[trip]] == packages.station[row[riding]]
    ready[riding[last]] = np.maximum(now_s, trips.arrive_s[trip[last]])
    mine = np.flatnonzero((ready > 0) & np.isin(way, (Way.OWN, Way.DSP, Way.LOCKER)))
    leaves = waves.departs_s(ready[mine])
    day = day_start(leaves, waves.offset_s) - day_start(packages.due_s[row[mine]], waves.offset_s)
    late[mine] = np.where(leaves > packages.due_s[row[mine]], np.maximum(0, day), 0)
    return late


def place_of(packages: Packages, trips: Trips, row: Longs, status: Longs) -> Longs:
    """The place whose delays are comparable, (n,): building, lane, station or carrier's service."""
    place = np.maximum(0, packages.fc[row]).astype(np.int64)
    held = packages.holder[row]
    at = (packages.holder_kind[row] == 0) & (held >= 0)
    place[at] = held[at]
    riding = (status == Status.OUT) | (status == Status.FAILED)
    place[riding] = np.maximum(0, packages.station[row[riding]])
    moving = (status == Status.MOVING) & (packages.holder_kind[row] == 1)
    place[moving] = trips.lane[held[moving]]
    sold = status == Status.WITH_CARRIER
    place[sold] = np.maximum(0, packages.carrier[row[sold]])
    return place


def row_of(cells: Cells, status: Longs, place: Longs, delay_s: Longs) -> Longs:
    """Row in Gaps of a scan that came delay_s after it was due; meaningless where its status is not counted."""
    step = np.searchsorted(EDGES_S, np.maximum(0, delay_s), side="right") - 1
    return np.asarray((cells.first[status] + place) * BINS + np.minimum(step, BINS - 1), np.int64)


def allowed_s(gaps: Gaps, cells: Cells, rules: TrackingRules, status: Longs, place: Longs) -> Longs:
    """Seconds after the planned time that a scan may be missing, for (status, place) pairs (n,), not stretched."""
    known = (cells.first[status] >= 0) & (len(gaps) > 0)
    key = np.where(known, cells.first[status] + place, -1 - status.astype(np.int64))
    cell, some, back = np.unique(key, return_index=True, return_inverse=True)
    limit = limits(rules)[status[some]][:, None]
    share = rules.silence_pm / 1000
    mean = limit / -np.log(1 - share)
    upto = rules.prior_gaps * (1 - np.exp(-EDGES_S[None, 1:] / mean))
    counted = cell >= 0
    if counted.any():
        upto[counted] += np.cumsum(gaps.seen.reshape(-1, BINS)[cell[counted]], axis=1)
    first = np.argmax(upto >= share * upto[:, -1:], axis=1)
    edge = EDGES_S[1:][np.minimum(first, BINS - 2)]
    return np.asarray(edge, np.int64)[back]
