"""The middle mile's decisions: the day's departures, what stays behind, what is sorted on next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import day_start, weekday
from doorward.core.units import DAY_S
from doorward.tables.linehaul import Lanes, NextHop, TripsPlanned
from doorward.tables.remarks import Reason, Remarks, Subject

Ints = NDArray[np.int64]


def plan_trips(
    lanes: Lanes,
    planned_s: Ints,
    lane_of: NDArray[np.int32],
    *,
    first: int,
    now_s: int,
    days: int,
    utc_offset_s: int,
) -> TripsPlanned:
    """Departures of today (those still to come) and the next `days` days that are not planned yet.

    planned_s, lane_of (t,) departures that exist. Ordered by departure, then lane; numbered from `first`.
    """
    have = set(zip(lane_of.tolist(), planned_s.tolist(), strict=True))
    lane, depart = [], []
    for ahead in range(days + 1):
        midnight = day_start(now_s, utc_offset_s) + ahead * DAY_S
        runs = (lanes.days.astype(np.int64) >> int(weekday(midnight, utc_offset_s))) & 1 == 1
        at = midnight + lanes.depart_s.astype(np.int64)
        for row in np.flatnonzero(runs & (at > now_s)).tolist():
            if (row, int(at[row])) not in have:
                lane.append(row)
                depart.append(int(at[row]))
    lanes_, departs = np.array(lane, np.int64), np.array(depart, np.int64)
    rank = np.lexsort((lanes_, departs))
    lanes_, departs = lanes_[rank], departs[rank]
    return TripsPlanned.fill(
        len(rank),
        trip=first + np.arange(len(rank)),
        lane=lanes_,
        depart_s=departs,
        arrive_s=departs + lanes.drive_s[lanes_],
    )


def left_behind(trip: int, pallet_ml: Ints, pallet_g: Ints, free_ml: int, free_g: int, at_s: int) -> Remarks:
    """TRAILER_FULL about a trip: limit 0 volume (ml) or 1 weight (g), short: what the whole rest would have needed."""
    over_ml, over_g = int(pallet_ml.sum()) - free_ml, int(pallet_g.sum()) - free_g
    by_weight = over_g > 0 and over_ml <= 0
    return Remarks.about(
        Subject.TRIP, [trip], int(Reason.TRAILER_FULL), at_s,
        limit=int(by_weight), short=max(0, over_g if by_weight else over_ml),
    )  # fmt: skip


def plan_transfers(
    package: Ints, site: Ints, ready_s: Ints, due_s: Ints, rate_h: Ints, *, after_s: int, now_s: int
) -> tuple[Ints, Ints]:
    """(rows sorted on by now, at_s of each): each building passes `rate_h[site]` packages an hour, urgent first.

    package, site, ready_s, due_s (n,). A package is sorted at the earliest when it is ready and never after `now_s`;
    what the building has no hour for waits for the next call. Rows come ordered by site, then time.
    """
    row = np.flatnonzero(ready_s <= now_s)
    row = row[np.lexsort((package[row], due_s[row], site[row]))]
    _, first, member = np.unique(site[row], return_index=True, return_inverse=True)
    nth = np.arange(len(row)) - first[member] + 1
    rate = np.maximum(1, rate_h[site[row]].astype(np.int64))
    at = after_s + -(-nth * 3600 // rate)
    keep = at <= now_s
    row, at = row[keep], at[keep]
    return row, np.maximum(at, ready_s[row])


def next_sites(site: Ints, station: Ints, sites: int, hops: NextHop) -> Ints:
    """The next site on the way from `site` to `station`; -1 where no lane leads there."""
    if len(hops) == 0:
        return np.full(len(site), -1, np.int64)
    return np.where(station >= 0, hops.site[site * sites + np.maximum(station, 0)], -1).astype(np.int64)
