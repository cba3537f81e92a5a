"""Waves, batches and planned times: the work of the floors for packages just released.

Packages with a way are released at once, most urgent cut-off first; how many there are is decided before, when lines
are boxed (see ../plan.py). A package with a piece among the aisles is walked for; one whose pieces all lie on pods is
picked at a robot station. Batching and walks: batching.py, routing.py; times: schedule.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorward.fulfillment.picking import schedule as clockwork
from doorward.fulfillment.picking.batching import batch_walk, improve, savings
from doorward.fulfillment.picking.slots import Slots
from doorward.fulfillment.rules import FulfillmentRules
from doorward.tables.packages import Contents, Packages, PickTasks, TasksPlanned, WaveReleased
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Floors

Ints = NDArray[np.int64]
WALK, ROBOT = 0, 1
"""PickTasks.method."""
MOVES = 120
"""Least local search of a pool: few packages are cheap to try over and over."""


@dataclass(frozen=True)
class Floor:
    """One building and what is under way in it."""

    fc: int
    floors: Floors
    slots: Slots
    tasks: PickTasks
    """Open tasks of this building."""
    status: NDArray[np.int8]
    """journey.Status of their packages."""
    units: NDArray[np.int32]
    """Pieces in their packages."""


@dataclass(frozen=True)
class Spots:
    """Slots to visit: those of package k are slot[start[k]:start[k+1]], ascending, no doubles."""

    start: Ints
    slot: Ints

    def take(self, rows: Ints) -> Spots:
        """The same of some packages."""
        count = self.start[rows + 1] - self.start[rows]
        start = np.r_[0, np.cumsum(count)].astype(np.int64)
        at = np.arange(start[-1]) - np.repeat(start[:-1], count) + np.repeat(self.start[rows], count)
        return Spots(start, self.slot[at])


def plan_release(
    package: Ints, packages: Packages, contents: Contents, start: Ints, floor: Floor, rules: FulfillmentRules,
    *, wave: int, now_s: int, utc_offset_s: int, seed: int,
) -> tuple[WaveReleased, TasksPlanned, Remarks]:  # fmt: skip
    """Release these packages of one building.

    package (n,) rows in Packages; contents: their rows, grouped; start (n+1,) bounds of each package's rows
    wave: number of the next wave. Remarks: CUTOFF_MISSED if sorting is planned after `leave_s` (short: seconds),
    FLOOR_BUSY if the floor has no hour left within the schedule's horizon.
    """
    order = np.lexsort((package, packages.leave_s[package]))
    package = package[order]
    leave = packages.leave_s[package]
    wave_of = _waves(leave // rules.wave_s, rules.wave_packages)
    new = np.flatnonzero(np.diff(wave_of, prepend=-1))
    spots = _spots(order, contents.sku, start, floor)
    pieces = packages.units[package].astype(np.int64)
    method = np.where(np.diff(spots.start) == 0, ROBOT, WALK).astype(np.int8)
    batch, walk_mm = _batches(wave_of, method, spots, packages.volume_ml[package], rules, floor, seed)
    started, picked, busy = _pick_times(batch, walk_mm, method, pieces, floor, rules, now_s, utc_offset_s)
    packed, sorted_ = _pack_and_sort(picked, floor, now_s, utc_offset_s)
    walk_m = np.zeros(len(new), np.int64)
    wave_of_batch = np.zeros(len(walk_mm), np.int64)
    wave_of_batch[batch] = wave_of
    np.add.at(walk_m, wave_of_batch, walk_mm)
    waves = WaveReleased.fill(
        len(new),
        wave=wave + np.arange(len(new)),
        fc=floor.fc,
        released_s=now_s,
        cutoff_s=leave[new],
        packages=np.bincount(wave_of),
        walk_m=walk_m // 1000,
    )
    first_batch = np.full(len(new), len(walk_mm))
    np.minimum.at(first_batch, wave_of, batch)
    tasks = TasksPlanned.fill(
        len(package),
        package=package,
        wave=wave + wave_of,
        fc=floor.fc,
        method=method,
        batch=batch - first_batch[wave_of],
        start_s=started,
        pick_s=picked,
        pack_s=packed,
        sort_s=sorted_,
    )
    late = sorted_ > leave
    remarks = [
        Remarks.about(
            Subject.PACKAGE, package[late], int(Reason.CUTOFF_MISSED), now_s,
            limit=leave[late], short=(sorted_ - leave)[late],
        ),
        Remarks.about(Subject.PACKAGE, package[busy], int(Reason.FLOOR_BUSY), now_s, limit=floor.fc),
    ]  # fmt: skip
    return waves, tasks, Remarks.concat(remarks)


def _waves(band: Ints, least: int) -> Ints:
    """Wave of each package, numbered from 0; bands ascend. A band joins the wave before it while that has fewer than
    `least` packages: a later cut-off loses nothing by being picked with an earlier one."""
    starts = np.flatnonzero(np.diff(band, prepend=band[0] - 1))
    opens, since = np.zeros(len(band), np.int64), 0
    for at in starts[1:].tolist():
        if at - since >= least:
            opens[at], since = 1, at
    return np.cumsum(opens)


def _spots(order: Ints, sku: NDArray[np.int32], start: Ints, floor: Floor) -> Spots:
    """Slots of the packages `order`, each package's ascending and without doubles."""
    count = start[order + 1] - start[order]
    who = np.repeat(np.arange(len(order)), count)
    row = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count) + start[order][who]
    slot = floor.slots.slot[floor.fc, sku[row]]
    wide = floor.slots.slot.shape[1] + int(slot.max(initial=0)) + 1
    key = np.unique((who * wide + slot)[slot >= 0])
    return Spots(np.searchsorted(key, np.arange(len(order) + 1) * wide).astype(np.int64), key % wide)


def shape_of(floor: Floor, rules: FulfillmentRules) -> Ints:
    """(bays, front, pitch, width) of the aisles, mm."""
    bays = max(1, int(floor.floors.bays[floor.fc]))
    return np.array([bays, rules.bay_mm, rules.bay_mm, rules.aisle_mm], np.int64)


def _batches(
    wave_of: Ints, method: NDArray[np.int8], spots: Spots, volume_ml: Ints, rules: FulfillmentRules,
    floor: Floor, seed: int,
) -> tuple[Ints, Ints]:  # fmt: skip
    """(batch of each package, walk of each batch in mm); batches ascend with waves; robots' batches walk nothing."""
    batch = np.zeros(len(wave_of), np.int64)
    walks: list[int] = []
    shape = shape_of(floor, rules)
    share = np.maximum(1000 // max(1, rules.cart_packages), volume_ml * 1000 // rules.cart_ml)
    load = np.minimum(1000, share).astype(np.int64)
    for wave in range(int(wave_of[-1]) + 1):
        for how in (WALK, ROBOT):
            mine = np.flatnonzero((wave_of == wave) & (method == how))
            if how == ROBOT:
                batch[mine] = len(walks)
                walks += [0] * (len(mine) > 0)
                continue
            mine = mine[np.argsort(spots.slot[spots.start[mine]], kind="stable")]
            for lo in range(0, len(mine), rules.batch_packages):
                pool = mine[lo : lo + rules.batch_packages]
                numbers, lengths = plan_batches(
                    spots.take(pool),
                    load[pool],
                    shape,
                    rules.batch_moves,
                    seed + len(walks),
                    np.argsort(pool),
                )
                batch[pool] = len(walks) + numbers
                walks += lengths
    return batch, np.array(walks, np.int64)


def first_come(load: Ints, turn: Ints) -> Ints:
    """Batch of each package when carts (of 1000) are filled in the order `turn`, first come first served."""
    batch, number, held = np.zeros(len(load), np.int64), 0, 0
    for k in turn.tolist():
        if held + load[k] > 1000:
            number, held = number + 1, 0
        batch[k] = number
        held += load[k]
    return batch


def plan_batches(
    spots: Spots, load: Ints, shape: Ints, moves: int, seed: int, turn: Ints
) -> tuple[Ints, list[int]]:
    """Batches of one pool, numbered from 0, and their walks in mm: together never longer than carts filled in `turn`.

    load (n,) share of a cart, thousandths; moves: local search for each package, and MOVES at least.
    """
    start, slots = spots.start, spots.slot
    batch = savings(start, slots, load, 1000, shape)
    if len(load) > 2 and moves > 0:
        steps = max(MOVES, moves * len(load))
        batch = improve(start, slots, load, 1000, shape, batch, steps, 20_000.0, seed)
    best: tuple[Ints, list[int]] | None = None
    space = np.zeros(len(slots) + 1, np.int64)
    for each in (batch, first_come(load, turn)):
        kept, numbers = np.unique(each, return_inverse=True)
        walks = [int(batch_walk(start, slots, each, int(b), shape, space)) for b in kept]
        if best is None or sum(walks) < sum(best[1]):
            best = numbers, walks
    assert best is not None
    return best


def _pick_times(
    batch: Ints, walk_mm: Ints, method: NDArray[np.int8], pieces: Ints, floor: Floor, rules: FulfillmentRules,
    now_s: int, utc_offset_s: int,
) -> tuple[Ints, Ints, NDArray[np.bool_]]:  # fmt: skip
    """(start, end of picking, no hour left) of each package."""
    floors, fc = floor.floors, floor.fc
    opens, closes = int(floors.opens_s[fc]), int(floors.closes_s[fc])
    heads = max(1, int(floors.pickers[fc]))
    walked = method == WALK
    units = np.zeros(len(walk_mm), np.int64)
    np.add.at(units, batch, np.where(walked, pieces, 0))
    mine = np.unique(batch[walked])
    each_ms = 3_600_000 * heads // max(1, int(floors.pick_uph[fc])) * rules.handle_pm // 1000
    own = rules.setup_s + walk_mm[mine] // rules.walk_mms + units[mine] * each_ms // 1000
    rated = -(-units[mine] * 3600 * heads // max(1, int(floors.pick_uph[fc])))
    work = np.maximum(own, rated)  # short walks do not lift anybody above the floor's rate
    free = clockwork.free_heads(heads, *_open_batches(floor, rules.allowance_pm))
    begin, finish = clockwork.assign(free, now_s, work, rules.allowance_pm, opens, closes, utc_offset_s)
    start, end = np.full(len(batch), now_s), np.full(len(batch), now_s)
    at = np.searchsorted(mine, batch[walked])
    start[walked], end[walked] = begin[at], finish[at]
    t0 = now_s
    whole = clockwork.room(int(floors.goods_uph[fc]), t0, opens, closes, utc_offset_s)
    left = whole.copy()
    waiting = (floor.tasks.method == ROBOT) & (floor.status == 1)
    clockwork.under_way(
        left, t0, floor.tasks.pick_s[waiting], floor.units[waiting].astype(np.int64) * clockwork.MILLI
    )
    robots = ~walked
    ready = np.full(int(robots.sum()), now_s, np.int64)
    end[robots] = clockwork.book(left, whole, t0, ready, pieces[robots] * clockwork.MILLI)
    busy = end >= t0 + clockwork.BUCKETS * clockwork.BUCKET_S
    return start, end, busy


def _open_batches(floor: Floor, allowance_pm: int) -> tuple[Ints, Ints]:
    """(start, end with allowance) of the walks under way or waiting, one row a batch, by start."""
    tasks = floor.tasks.take((floor.tasks.method == WALK) & (floor.status == 1))
    if len(tasks) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    _, first = np.unique(tasks.wave.astype(np.int64) << 20 | tasks.batch, return_index=True)
    start = tasks.start_s[first]
    end = tasks.pick_s[first] + clockwork.rest(tasks.pick_s[first] - start, allowance_pm)
    order = np.lexsort((end, start))
    return start[order], end[order]


def _pack_and_sort(picked: Ints, floor: Floor, now_s: int, utc_offset_s: int) -> tuple[Ints, Ints]:
    """(end of packing, end of sorting) of each package by the floor's rates."""
    floors, fc = floor.floors, floor.fc
    t0 = now_s
    opens, closes = int(floors.opens_s[fc]), int(floors.closes_s[fc])
    done, ready, last = [], picked, 3
    for rate, ends, after in (
        (floors.pack_pph, floor.tasks.pack_s, 2),
        (floors.sort_pph, floor.tasks.sort_s, last),
    ):
        whole = clockwork.room(int(rate[fc]), t0, opens, closes, utc_offset_s)
        left = whole.copy()
        waiting = floor.status <= after
        clockwork.under_way(left, t0, ends[waiting], np.full(int(waiting.sum()), clockwork.MILLI))
        turn = np.argsort(ready, kind="stable")
        when = np.empty(len(ready), np.int64)
        when[turn] = clockwork.book(left, whole, t0, ready[turn], np.full(len(ready), clockwork.MILLI))
        done.append(when)
        ready = when
    return done[0], done[1]
