"""The middle mile's decisions: the day's departures, what goes on which trailer, what is sorted on next."""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import day_start, weekday
from doorward.core.units import DAY_S
from doorward.tables.linehaul import Lanes, NextHop, TripsPlanned
from doorward.tables.remarks import Reason, Remarks, Subject

Ints = NDArray[np.int64]
URGENT = 1_000_000
"""Worth of a package that would be late on the next departure, against 1 for one that would not."""


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


@nb.njit(cache=True)
def load_trailer(
    worth: Ints, volume: Ints, weight: Ints, most_volume: int, most_weight: int, steps: int
) -> NDArray[np.bool_]:  # pragma: no cover
    """Which pallets go on one trailer: greatest worth first, then exchanges that add worth.

    worth, volume, weight (n,); greedy by worth per scarcer resource, repeated with plain worth, the better of the two;
    then one loaded pallet is exchanged for one or two others while worth grows (at most `steps`).
    """
    n = worth.shape[0]
    best = np.zeros(n, np.bool_)
    best_worth = -1
    for way in range(2):
        key = np.empty(n, np.float64)
        for i in range(n):
            scarce = max(volume[i] / max(most_volume, 1), weight[i] / max(most_weight, 1), 1e-9)
            key[i] = -worth[i] / scarce if way == 0 else -float(worth[i])
        on = np.zeros(n, np.bool_)
        v = w = total = 0
        for i in np.argsort(key, kind="mergesort"):
            if v + volume[i] <= most_volume and w + weight[i] <= most_weight:
                on[i] = True
                v += volume[i]
                w += weight[i]
                total += worth[i]
        total = _exchange(on, worth, volume, weight, most_volume - v, most_weight - w, total, steps)
        if total > best_worth:
            best_worth, best = total, on
    return best


@nb.njit(cache=True)
def _exchange(
    on: NDArray[np.bool_],
    worth: Ints,
    volume: Ints,
    weight: Ints,
    free_v: int,
    free_w: int,
    total: int,
    steps: int,
) -> int:  # pragma: no cover
    """Exchange one loaded pallet (or none) for one or two others, first gain first; returns the worth."""
    n = worth.shape[0]
    for _ in range(steps):
        found = False
        for out in range(-1, n):
            if out >= 0 and not on[out]:
                continue
            v = free_v + (volume[out] if out >= 0 else 0)
            w = free_w + (weight[out] if out >= 0 else 0)
            lost = worth[out] if out >= 0 else 0
            for a in range(n):
                if on[a] or volume[a] > v or weight[a] > w:
                    continue
                two = -1
                for b in range(a + 1, n):
                    if (
                        not on[b]
                        and volume[a] + volume[b] <= v
                        and weight[a] + weight[b] <= w
                        and (worth[a] + worth[b] > lost and (two < 0 or worth[b] > worth[two]))
                    ):
                        two = b
                gain = worth[a] + (worth[two] if two >= 0 else 0) - lost
                if gain > 0:
                    on[a] = True
                    free_v, free_w = v - volume[a], w - weight[a]
                    if two >= 0:
                        on[two] = True
                        free_v, free_w = free_v - volume[two], free_w - weight[two]
                    if out >= 0:
                        on[out] = False
                    total += gain
                    found = True
                    break
            if found:
                break
        if not found:
            break
    return total


def worth_of(pallet: Ints, pallets: int, package_due_s: Ints, station_by_next_s: Ints) -> Ints:
    """Worth of loading each pallet now: its packages, those that the next departure would make late `URGENT` times.

    pallet (p,) pallet index of each package; package_due_s (p,); station_by_next_s (p,) when it would reach the end
    of its way with the next departure, handling at the station included
    """
    worth = np.zeros(pallets, np.int64)
    np.add.at(worth, pallet, np.where(station_by_next_s > package_due_s, URGENT, 1))
    return worth


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
