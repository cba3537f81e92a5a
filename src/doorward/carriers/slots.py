"""One way, several slots of a day: the options beside the first that a package has in another wave or hour. Pure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.carriers.choose.plan import BLOCKED
from doorward.carriers.choose.rooms import Index
from doorward.carriers.gate.plan import Batch, Gates
from doorward.carriers.quote.plan import Quotes, later_wave
from doorward.carriers.rules import CarriersRules
from doorward.core.units import DAY_S
from doorward.tables.remarks import Reason
from doorward.tables.ways import Way

I64 = NDArray[np.int64]
EXTRA = np.array([Way.FLEX, Way.DRONE, Way.DRONE, Way.ROBOT, Way.ROBOT], np.int64)
"""Ways that are offered in more than one slot of the day: columns after those of the services."""


class Rooms(NamedTuple):
    """Where to find openings, what is left of each (k,) and its price (k,)."""

    find: Index
    left: I64
    price_mc: I64


def other_slots(
    gates: Gates, quotes: Quotes, opening: NDArray[np.int32], batch: Batch, rooms: Rooms, rules: CarriersRules,
    utc_offset_s: int,
) -> None:  # fmt: skip
    """Give the columns of `EXTRA`, which are copies of their ways' columns, slots of their own; shut where there are
    none."""
    first = len(opening) - len(EXTRA)
    for way in (Way.FLEX, Way.DRONE, Way.ROBOT):
        at = np.flatnonzero(gates.reason[way] == 0)
        if len(at) == 0:
            continue
        more = (first + np.flatnonzero(way == EXTRA)).tolist()
        if way == Way.FLEX:
            _next_blocks(gates, quotes, opening, batch, at, more[0], rooms, rules, utc_offset_s)
        else:
            _hours(gates, quotes, opening, batch, at, [int(way), *more], rooms, rules, utc_offset_s)


def _next_blocks(
    gates: Gates, quotes: Quotes, opening: NDArray[np.int32], batch: Batch, at: I64, column: int, rooms: Rooms,
    rules: CarriersRules, utc_offset_s: int,
) -> None:  # fmt: skip
    """What is there for an earlier wave may go with a block of the last one, if that is at the door in time."""
    day = quotes.day[Way.FLEX, at]
    door = day * DAY_S - utc_offset_s + rules.wave_s[-1] + rules.route_s[-1]
    row = rooms.find.row(int(Way.FLEX), batch.station[at], day, rules.wave_s[-1])
    good = (quotes.slot[Way.FLEX, at] < rules.wave_s[-1]) & (door <= batch.due_s[at]) & (row >= 0)
    opening[column, at] = np.where(good, row, -1)
    quotes.slot[column, at] = rules.wave_s[-1]
    gates.reason[column, at[~good]] = int(Reason.NO_CAPACITY)
    later_wave(quotes, column, at, door, batch, rules)


def _hours(
    gates: Gates, quotes: Quotes, opening: NDArray[np.int32], batch: Batch, at: I64, columns: list[int], rooms: Rooms,
    rules: CarriersRules, utc_offset_s: int,
) -> None:  # fmt: skip
    """Hours of drones or robots: of those that hold the promise (else the first) the cheapest with room, and of equals
    those that follow a start by the package's number, so that packages without a preference spread over the day."""
    way = columns[0]
    day, hours = quotes.day[way, at], rooms.find.slots[way]
    if len(hours) == 0:
        return
    first = np.maximum(np.searchsorted(hours, quotes.slot[way, at], side="right") - 1, 0)
    last_s = batch.due_s[at] + utc_offset_s - day * DAY_S - rules.craft_wait_s
    nth = np.arange(len(hours))[:, None]
    row = np.array([rooms.find.row(way, batch.station[at], day, int(each)) for each in hours])
    usable = (nth >= first) & ((hours[:, None] <= last_s) | (nth == first)) & (row >= 0)
    usable &= rooms.left[np.maximum(row, 0)] > 0
    rank = (nth - batch.package[at]) % len(hours)
    score = np.where(usable, rooms.price_mc[np.maximum(row, 0)] * 64 + rank, BLOCKED * 64)
    best = np.argsort(score, axis=0, kind="stable")
    for k, column in enumerate(columns):
        pick = best[min(k, len(best) - 1)], np.arange(len(at))
        good = usable[pick] & (k < len(best))
        opening[column, at] = np.where(good, row[pick], opening[way, at] if k == 0 else -1)
        quotes.slot[column, at] = np.where(good, hours[pick[0]], quotes.slot[column, at])
        if k:
            gates.reason[column, at[~good]] = int(Reason.NO_CAPACITY)
