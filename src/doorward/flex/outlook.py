"""What each station will have to carry on a day: what is known, what is expected, what its vans can still take.

Orders still to come: multiplicative pick-up, the booking-curve method of revenue management (Talluri and van Ryzin
2004, chapter 9): orders known at this hour of the eve x (orders that came later / orders known then) of past days.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import hour_of_day, second_of_day
from doorward.core.units import DAY_S, HOUR_S
from doorward.flex.plan import Outlook
from doorward.flex.rules import FlexRules
from doorward.tables.fleet import Vehicles
from doorward.tables.flex import Drivers
from doorward.tables.journey import ENDED, Status
from doorward.tables.orders import OpeningKind, Openings, Orders, OrderStatus
from doorward.tables.packages import Packages
from doorward.tables.sites import SiteKind, Sites, Zones, land_of
from doorward.tables.ways import Way, WayCapacity

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
ROAD = (Way.OWN, Way.DSP, Way.FLEX)
"""Ways that compete for the doors of a station by road."""
NOT_ON_THE_WAY = (*ENDED, Status.OUT, Status.AT_LOCKER, Status.RETURNING, Status.WITH_CARRIER)
PRIOR_PACKAGES = 200.0
"""Weight of the rules' shares against the network's own history, packages."""
PRIOR_ORDERS = 500.0
"""Likewise for late orders."""


def outlooks(
    sites: Sites, zones: Zones, orders: Orders, packages: Packages, vehicles: Vehicles, drivers: Drivers,
    day_from_s: int, known_s: int, tomorrow: bool, rules: FlexRules, room: Longs | None = None,
    utc_offset_s: int = 0, promises: Longs | None = None, begins_s: Longs | None = None,
) -> dict[int, Outlook]:  # fmt: skip
    """By station. day_from_s: local midnight of the day planned for; known_s: now; tomorrow: the day is still to begin.

    room (len(sites),): packages that the choice of ways may still give to vans that day, -1 not known. What it leaves
    must find its blocks, so where it is known it goes before this room's own reckoning from the vehicles.
    begins_s (len(packages),): second of the day before which no block takes a package, see `room.begins_of`.
    promises (len(sites),): packages that may still be promised for the station and day, -1 not known: no more can come.
    """
    until_s, s = day_from_s + DAY_S, len(sites)
    home = zones.station[orders.zone]
    second = int(second_of_day(known_s, utc_offset_s))
    unboxed, late_share = _unboxed(orders, packages, home, day_from_s, known_s, s, second, rules)
    road = _road_share(packages, home, s, rules)
    due = (packages.due_s < until_s) & ~np.isin(packages.status, NOT_ON_THE_WAY)
    due &= (packages.station >= 0) & (packages.stop < 0)
    if tomorrow:
        due &= packages.due_s >= day_from_s
    rows = np.flatnonzero(due)
    station, way = packages.station[rows], packages.way[rows]
    undecided = _undecided(packages, orders, home, day_from_s if tomorrow else 0, until_s, s)
    by_van = np.bincount(station[np.isin(way, (Way.OWN, Way.DSP))], minlength=s)
    known = np.bincount(station[way >= 0], minlength=s)
    size_ml = package_size(packages, rules)
    found = {}
    for at in np.flatnonzero(sites.kind == SiteKind.STATION).tolist():
        sure = unboxed[at] * rules.order_packages_pm / 1000.0 + undecided[at]
        late = (known[at] + sure) * late_share if tomorrow else 0.0
        if promises is not None and promises[at] >= 0:
            late = min(late, float(promises[at]))
        cars = drivers.volume_ml[drivers.station == at]
        left = van_capacity(vehicles, at, size_ml, rules) - by_van[at]
        if room is not None and room[at] >= 0:
            left = float(room[at])
        if not tomorrow and second >= rules.vans_until_s:
            left = 0.0
        known_rows = rows[(way == Way.FLEX) & (station == at)]
        begin = np.zeros(len(known_rows), np.int64) if begins_s is None else begins_s[known_rows]
        found[at] = Outlook(
            due_s=packages.due_s[known_rows],
            from_s=day_from_s + begin,
            to_come=float(sure * road[at]),
            late=float(late * road[at]),
            van_left=max(0.0, float(left)),
            package_ml=size_ml,
            car_ml=float(np.quantile(cars, 0.25)) if len(cars) else 2.0**31,
            land=land_of(sites, zones, at),
        )
    return found


def package_size(packages: Packages, rules: FlexRules) -> float:
    """Mean volume of a gig driver's package, millilitres; `PRIOR_PACKAGES` as the rules have it stand beside."""
    rows = packages.way == Way.FLEX
    total = float(packages.volume_ml[rows].sum()) + PRIOR_PACKAGES * rules.package_ml
    return total / (float(rows.sum()) + PRIOR_PACKAGES)


def promises_left(openings: Openings, day: int, sites: int) -> Longs:
    """Packages that may still be promised for a day, by station; -1 where nothing was opened."""
    rows = np.flatnonzero((openings.kind == OpeningKind.STATION) & (openings.day == day))
    left = np.full(sites, -1, np.int64)
    left[openings.site[rows]] = np.maximum(0, openings.limit[rows].astype(np.int64) - openings.taken[rows])
    return left


def _undecided(
    packages: Packages, orders: Orders, home: NDArray[np.int32], from_s: int, until_s: int, sites: int
) -> Longs:
    """Packages due in [from_s, until_s) that wait for a way; before their first choice the door's station is theirs."""
    rows = np.flatnonzero((packages.way < 0) & (packages.due_s >= from_s) & (packages.due_s < until_s))
    rows = rows[~np.isin(packages.status[rows], NOT_ON_THE_WAY)]
    at = np.where(packages.station[rows] >= 0, packages.station[rows], home[packages.order[rows]])
    return np.bincount(at[at >= 0], minlength=sites).astype(np.int64)


def van_room(ways: WayCapacity, day: int, sites: int) -> Longs:
    """Packages that own and contractors' vans may still be given on a day, by station; -1 where nothing was opened."""
    rows = (ways.day == day) & np.isin(ways.way, (Way.OWN, Way.DSP)) & (ways.station >= 0)
    left = np.maximum(0, ways.limit[rows].astype(np.int64) - ways.taken[rows])
    room = np.bincount(ways.station[rows], left, sites).astype(np.int64)
    opened = np.bincount(ways.station[rows], minlength=sites) > 0
    return np.where(opened, room, -1)


def van_capacity(vehicles: Vehicles, station: int, package_ml: float, rules: FlexRules) -> float:
    """Packages that own and contractors' vans carry in a day: by stops, hours or volume, whichever is least."""
    mine = (vehicles.station == station) & ((vehicles.way == Way.OWN) | (vehicles.way == Way.DSP))
    shift_s = vehicles.shift_hi_s[mine] - vehicles.shift_lo_s[mine] - vehicles.break_s[mine] - HOUR_S
    stops = np.minimum(vehicles.max_stops[mine], np.maximum(0, shift_s) / rules.stop_s)
    by_volume = vehicles.volume_ml[mine] / max(1.0, package_ml)
    return float(np.minimum(stops * rules.stop_packages_pm / 1000.0, by_volume).sum())


def believed_late(second: int, rules: FlexRules) -> float:
    """Orders for tomorrow still to come over those known, if they come evenly through the waking hours."""
    whole = (rules.orders_until_h - rules.orders_from_h) * HOUR_S
    seen = min(max(second - rules.orders_from_h * HOUR_S, 0), whole)
    return (whole - seen) / max(seen, HOUR_S)


def _unboxed(
    orders: Orders, packages: Packages, home: NDArray[np.int32], day_from_s: int, known_s: int, sites: int,
    second: int, rules: FlexRules,
) -> tuple[Floats, float]:  # fmt: skip
    """Accepted orders of each station due that day of which no package exists yet, and the share that comes in late.

    Late: of orders due on days that are over, those placed after this time of the eve, over the others; `PRIOR_ORDERS`
    orders at `believed_late` stand beside them. Only days count whose eve the network had seen a whole day before:
    in its first days nearly all orders look late, since nobody could have ordered earlier.
    """
    boxed = np.zeros(len(orders), np.bool_)
    boxed[packages.order] = True
    good = (orders.status == OrderStatus.ACCEPTED) & (home >= 0)
    due = (orders.due_s >= day_from_s) & (orders.due_s < day_from_s + DAY_S)
    count = np.bincount(home[good & due & ~boxed], minlength=sites).astype(np.float64)
    back = -(-(day_from_s - orders.due_s) // DAY_S)
    eve_s = known_s - back * DAY_S
    over = day_from_s - DAY_S if known_s < day_from_s else day_from_s
    began_s = int(orders.at_s[0]) if len(orders) else known_s
    past = good & (back <= 8) & (orders.due_s > 0) & (orders.due_s < over) & (eve_s >= began_s + DAY_S)
    late = past & (orders.at_s > eve_s)
    known = float(past.sum() - late.sum())
    believed = PRIOR_ORDERS * believed_late(second, rules)
    return count, (float(late.sum()) + believed) / (known + PRIOR_ORDERS)


def _road_share(packages: Packages, home: NDArray[np.int32], sites: int, rules: FlexRules) -> Floats:
    """Share of each station's packages that go to the door by road, of those whose way was chosen."""
    rows = np.flatnonzero(packages.way >= 0)
    at = home[packages.order[rows]]
    rows, at = rows[at >= 0], at[at >= 0]
    total = np.bincount(at, minlength=sites) + PRIOR_PACKAGES
    road = np.bincount(at[np.isin(packages.way[rows], ROAD)], minlength=sites)
    return np.asarray((road + PRIOR_PACKAGES * rules.road_share_pm / 1000.0) / total)


def look_hours(rules: FlexRules) -> tuple[int, ...]:
    """Hours of the local day at which tomorrow is looked at, ascending."""
    return tuple(sorted({rules.need_hour, *rules.evening_hours}))


def looked_at(now_s: int, utc_offset_s: int, rules: FlexRules) -> bool:
    """Whether tomorrow's blocks have been opened: from the first look on they are what gig drivers can carry."""
    return bool(hour_of_day(now_s, utc_offset_s) >= look_hours(rules)[0])
