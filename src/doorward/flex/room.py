"""The one number: packages that a station's blocks of a day can be expected to carry, and what is over it.

The choice of ways may put no more packages on gig drivers than this (`WayCapacity.limit`), blocks are opened for what
is chosen beside it, and what is over it when no driver can come any more goes back to the choice. Pure.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import hour_of_day
from doorward.core.units import DAY_S
from doorward.flex.rules import FlexRules
from doorward.tables.fleet import Runs
from doorward.tables.flex import Blocks, BlockStatus, Drivers
from doorward.tables.journey import Status
from doorward.tables.packages import Packages
from doorward.tables.ways import Bills, Way, WayCapacity

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
PRIOR_BLOCKS = 100.0
"""Weight of the rates believed against those seen, blocks."""
PRIOR_SHOW, PRIOR_FILL = 0.95, 0.95
LIVE = (BlockStatus.OPEN, BlockStatus.CLAIMED, BlockStatus.CHECKED_IN)


class Rates(NamedTuple):
    """Chances by station (S,): show, that who claimed a block works it; fill, that an open block finds a driver."""

    show: Floats
    fill: Floats


def rates(drivers: Drivers, blocks: Blocks, now_s: int, sites: int) -> Rates:
    """Counts of a station's drivers and of its blocks that have begun, each beside `PRIOR_BLOCKS` of belief."""
    worked, lost = np.zeros(sites), np.zeros(sites)
    np.add.at(worked, drivers.station, drivers.blocks)
    np.add.at(lost, drivers.station, drivers.noshows + drivers.forfeits)
    begun = blocks.start_s <= now_s
    empty = np.bincount(blocks.station[begun & (blocks.status == BlockStatus.UNFILLED)], minlength=sites)
    all_begun = np.bincount(blocks.station[begun], minlength=sites)
    return Rates(
        (worked + PRIOR_SHOW * PRIOR_BLOCKS) / (worked + lost + PRIOR_BLOCKS),
        (all_begun - empty + PRIOR_FILL * PRIOR_BLOCKS) / (all_begun + PRIOR_BLOCKS),
    )


def packages_on(blocks: Blocks, runs: Runs) -> Longs:
    """Packages of each block's runs (B,); -1 it has none yet."""
    rows = np.flatnonzero(runs.block >= 0)
    on = np.bincount(runs.block[rows], runs.packages[rows], len(blocks)).astype(np.int64)
    return np.where(np.bincount(runs.block[rows], minlength=len(blocks)) > 0, on, -1)


def carried(blocks: Blocks, on: Longs, believed: Rates, from_s: int, sites: int, slots: Longs) -> Floats:
    """(slots, S) packages that blocks which begin in the day from `from_s` can be expected to carry, by their slots."""
    station, status = blocks.station, blocks.status
    chance = np.zeros(len(blocks))
    chance[status == BlockStatus.CHECKED_IN] = 1.0
    for which, each in (
        (status == BlockStatus.CLAIMED, believed.show),
        (status == BlockStatus.OPEN, believed.show * believed.fill),
    ):
        chance[which] = each[station[which]]
    load = np.where(on >= 0, on, blocks.need * chance)
    return by_slot(blocks, from_s, sites, slots, load)


def slots_of(ways: WayCapacity, day: int) -> Longs:
    """Seconds of the day at which the slots of gig drivers' openings begin, ascending; at least one."""
    found = np.unique(ways.slot_s[(ways.way == Way.FLEX) & (ways.day == day)])
    return found.astype(np.int64) if len(found) else np.zeros(1, np.int64)


def begins_of(packages: Packages, bills: Bills, ways: WayCapacity) -> Longs:
    """(P,) second of the day at which the slot of each package's opening begins; 0 for the day's first slot and where a
    package has none."""
    out = np.zeros(len(packages), np.int64)
    row = np.flatnonzero((packages.way[: len(bills)] == Way.FLEX) & (bills.opening[: len(packages)] >= 0))
    opening = bills.opening[row]
    first = slots_of(ways, int(ways.day[-1]))[0] if len(ways) else 0
    slot = ways.slot_s[opening].astype(np.int64)
    out[row] = np.where(slot > first, slot, 0)
    return out


def still_open(now_s: int, utc_offset_s: int, rules: FlexRules) -> bool:
    """Whether today's evening is still filled by the choice: its blocks are opened for that after the last look."""
    return bool(rules.evening_s >= 0 and hour_of_day(now_s, utc_offset_s) < rules.topup_hours[-1])


def by_slot(blocks: Blocks, day_s: int, sites: int, slots: Longs, load: Floats) -> Floats:
    """(slots, S) `load` (B,) of the blocks that begin in the day from `day_s`, by the slot in which they begin."""
    today = (blocks.start_s >= day_s) & (blocks.start_s < day_s + DAY_S)
    which = np.maximum(np.searchsorted(slots, blocks.start_s[today] - day_s, side="right") - 1, 0)
    sums = np.bincount(which * sites + blocks.station[today], load[today], len(slots) * sites)
    return np.asarray(sums, np.float64).reshape(len(slots), sites)


def live_need(blocks: Blocks, on: Longs, from_s: int, sites: int, until_s: int = -1) -> Longs:
    """(S,) packages that blocks without a run were opened for that begin in [from_s, until_s), in a day if that is not
    given; whoever comes."""
    live = np.isin(blocks.status, LIVE) & (on < 0)
    live &= (blocks.start_s >= from_s) & (blocks.start_s < (from_s + DAY_S if until_s < 0 else until_s))
    return np.bincount(blocks.station[live], blocks.need[live], sites).astype(np.int64)


def changed(
    ways: WayCapacity, day: int, room: Floats, cost_mc: Longs | None = None, before_s: int = DAY_S
) -> tuple[Longs, Longs, Longs]:
    """(openings, limit, cost) of gig drivers on a day that have another room or marginal cost than so far, of slots
    that begin before `before_s`.

    room (slots, S) by the slots of `slots_of`, cost_mc (S,); whole packages, rounded down.
    """
    rows = np.flatnonzero(
        (ways.way == Way.FLEX) & (ways.day == day) & (ways.station >= 0) & (ways.slot_s < before_s)
    )
    at = ways.station[rows]
    limit = np.floor(room[np.searchsorted(slots_of(ways, day), ways.slot_s[rows]), at] + 1e-9).astype(
        np.int64
    )
    cost = np.full(len(rows), -1, np.int64) if cost_mc is None else cost_mc[at]
    new = (limit != ways.limit[rows]) | ((cost >= 0) & (cost != ways.cost_mc[rows]))
    return rows[new], limit[new], cost[new]


def given_back(
    packages: Packages,
    blocks: Blocks,
    on: Longs,
    from_s: int,
    now_s: int,
    sites: int,
    rules: FlexRules,
    later: NDArray[np.bool_] | None = None,
) -> tuple[Longs, Longs, Longs]:
    """(packages, room, short): gig packages due today beyond what drivers who can still come carry, by station.

    A claimed block counts whole, an open one only if it begins later than `doubt_s` from now. Those due first keep
    their place. Only packages whose way can still be chosen anew: not picked yet, or sorted in at their station.
    later (P,): packages whose blocks are still to be opened; they stay.
    """
    able = (on < 0) & (blocks.start_s < from_s + DAY_S) & (blocks.end_s > now_s)
    able &= np.isin(blocks.status, (BlockStatus.CLAIMED, BlockStatus.CHECKED_IN)) | (
        (blocks.status == BlockStatus.OPEN) & (blocks.start_s > now_s + rules.doubt_s)
    )
    room = np.bincount(blocks.station[able], blocks.need[able], sites).astype(np.int64)
    waits = (packages.way == Way.FLEX) & (packages.stop < 0) & (packages.due_s < from_s + DAY_S)
    waits &= (packages.status < Status.OUT) & (packages.station >= 0)
    waits &= True if later is None else ~later
    row = np.flatnonzero(waits)
    row = row[np.lexsort((row, packages.due_s[row], packages.station[row]))]
    station = packages.station[row]
    rank = np.arange(len(row)) - np.searchsorted(station, station)
    short = np.bincount(station, minlength=sites) - room
    over = rank >= room[station]
    over &= (packages.status[row] == Status.READY) | (packages.status[row] == Status.PLANNED)
    back = row[over]
    return back, room[packages.station[back]], short[packages.station[back]]
