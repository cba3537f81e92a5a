"""From packages to stops: one stop a doorstep, one a locker, with its handling time, window and worth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import I1, I4, I8, Table
from doorward.lastmile.rules import LastmileRules
from doorward.tables.orders import Access

Ints = NDArray[np.int64]


class Parcels(Table):
    """Packages to be routed: package, order; lat_udeg, lon_udeg of door or locker; volume_ml, weight_g; lo_s, due_s;
    locker (n,) 1 goes into a locker; skip_c (n,) what leaving it at the station costs; access (n,) bits of
    tables.orders.Access, 0 none, -1 nobody said."""

    package: I8
    order: I8
    lat_udeg: I4
    lon_udeg: I4
    volume_ml: I8
    weight_g: I8
    lo_s: I8
    due_s: I8
    locker: I1
    skip_c: I4
    access: I1


class Cars(Table):
    """Vehicles that may leave, each at its own time and place: way, vehicle, block as in Runs; lat_udeg, lon_udeg where
    it starts; depart_s; until_s back at the station; limits and costs as in tables.fleet.Vehicles; rest_s: the break
    comes before the first leg that begins this long after depart_s, -1 as the rules say; barred: bits of Access, doors
    with one of which it cannot serve, 0 or -1 none."""

    way: I1
    vehicle: I4
    block: I4
    lat_udeg: I4
    lon_udeg: I4
    depart_s: I8
    until_s: I8
    volume_ml: I8
    weight_g: I8
    max_stops: I4
    break_s: I4
    range_m: I4
    fixed_c: I4
    hour_c: I4
    km_mc: I4
    rest_s: I4
    barred: I1


class Doors(NamedTuple):
    """Stops. Rows of `order` (packages, door after door) from first[d] to first[d + 1] are those of door d."""

    order: Ints
    first: Ints
    volume: Ints
    weight: Ints
    service: Ints
    lo: Ints
    due: Ints
    skip_c: Ints
    handling: Ints
    access: Ints


EACH_CUSTOMER = Access.UPSTAIRS | Access.DOG
"""Notes that cost their time for every customer behind a door; the others once a stop."""


def extra_s(access: Ints, rules: LastmileRules) -> Ints:
    """Seconds that these access notes cost."""
    seconds = np.zeros(len(access), np.int64)
    for note, each in zip(Access, rules.access_s, strict=True):
        seconds += np.where(access & int(note), each, 0)
    return seconds


def handling(parcels: Parcels, first: Ints, access: Ints, rules: LastmileRules) -> Ints:
    """Seconds for each package, packages standing door after door: the door's own time falls to its first package.

    access (doors,) notes of all packages of each door
    """
    n = len(parcels)
    seconds = np.where(parcels.locker == 1, rules.locker_package_s, rules.package_s).astype(np.int64)
    fresh = np.ones(n, bool)
    fresh[1:] = parcels.order[1:] != parcels.order[:-1]
    seconds[fresh & (parcels.locker == 0)] = rules.customer_s
    head = first[:-1]
    at_locker = parcels.locker[head] == 1
    seconds[head] = np.where(at_locker, rules.locker_s + rules.locker_package_s, rules.stop_s)
    seconds[head] += extra_s(access & ~int(EACH_CUSTOMER), rules)
    fresh[head] = True
    known = np.maximum(0, parcels.access).astype(np.int64)
    seconds[fresh] += extra_s(known[fresh] & int(EACH_CUSTOMER), rules)
    seconds[head] += np.where(parcels.access[head] < 0, rules.access_unknown_s, 0)
    return seconds


def consolidate(parcels: Parcels, most_ml: int, rules: LastmileRules) -> Doors:
    """Stops by place, in order of place; what one door gets beyond `most_ml` is a stop of its own."""
    order = np.lexsort((parcels.package, parcels.order, parcels.locker, parcels.lon_udeg, parcels.lat_udeg))
    p = parcels.take(order)
    n = len(p)
    new = np.ones(n, bool)
    new[1:] = (
        (p.lat_udeg[1:] != p.lat_udeg[:-1])
        | (p.lon_udeg[1:] != p.lon_udeg[:-1])
        | (p.locker[1:] != p.locker[:-1])
    )
    door = np.cumsum(new) - 1
    running = np.cumsum(p.volume_ml)
    base = (running - p.volume_ml)[new][door]
    chunk = (running - base - 1) // max(1, most_ml)
    new[1:] |= (door[1:] == door[:-1]) & (chunk[1:] != chunk[:-1])
    return grouped(parcels, order, np.flatnonzero(new), rules)


def grouped(parcels: Parcels, order: Ints, head: Ints, rules: LastmileRules) -> Doors:
    """Doors of packages `order` (rows of parcels); head (doors,) where each begins in it, one after the other."""
    p = parcels.take(order)
    first = np.r_[head, len(p)].astype(np.int64)
    access = np.bitwise_or.reduceat(np.maximum(0, p.access).astype(np.int64), head)
    seconds = handling(p, first, access, rules)
    lo, due = np.maximum.reduceat(p.lo_s, head), np.minimum.reduceat(p.due_s, head)
    return Doors(
        order=order,
        first=first,
        volume=np.add.reduceat(p.volume_ml, head),
        weight=np.add.reduceat(p.weight_g, head),
        service=np.add.reduceat(seconds, head),
        lo=np.where(lo > due, np.minimum.reduceat(p.lo_s, head), lo),
        due=due,
        skip_c=np.add.reduceat(p.skip_c.astype(np.int64), head),
        handling=seconds,
        access=access,
    )
