"""What each station will have to carry on a day: what is known, what is expected, what its vans can take."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S, HOUR_S
from doorward.flex.plan import Outlook
from doorward.flex.rules import FlexRules
from doorward.tables.fleet import Vehicles
from doorward.tables.flex import Drivers
from doorward.tables.journey import ENDED, Status
from doorward.tables.orders import Orders, OrderStatus
from doorward.tables.packages import Packages
from doorward.tables.sites import SiteKind, Sites, Zones
from doorward.tables.ways import Way, WayCapacity

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
VANS = (Way.OWN, Way.DSP, Way.LOCKER)
NOT_ON_THE_WAY = (*ENDED, Status.OUT, Status.AT_LOCKER, Status.RETURNING, Status.WITH_CARRIER)
PRIOR_PACKAGES = 200.0
"""Weight of the rules' shares against the network's own history, packages."""
PRIOR_ORDERS = 500.0
"""Likewise for late orders."""


def outlooks(
    sites: Sites, zones: Zones, orders: Orders, packages: Packages, vehicles: Vehicles, drivers: Drivers,
    day_from_s: int, known_s: int, tomorrow: bool, rules: FlexRules, room: Longs | None = None,
) -> dict[int, Outlook]:  # fmt: skip
    """By station. day_from_s: local midnight of the day planned for; known_s: now; tomorrow: the vans' day is whole.

    room (len(sites),): packages that the choice of ways lets vans have that day, -1 not known. What it leaves to gig
    drivers must find their blocks, so where it is known it goes before this room's own reckoning from the vehicles.
    """
    until_s = day_from_s + DAY_S
    stations = np.flatnonzero(sites.kind == SiteKind.STATION)
    home = zones.station[orders.zone]
    unboxed, uplift = _unboxed(orders, packages, home, day_from_s, known_s, len(sites), rules)
    late_share = uplift if tomorrow else 0.0
    flex_share, van_share = _shares(packages, home, len(sites), rules)
    expected = unboxed * rules.order_packages_pm / 1000.0
    to_come = packages.due_s < until_s
    to_come &= ~np.isin(packages.status, NOT_ON_THE_WAY) & (packages.station >= 0) & (packages.stop < 0)
    if tomorrow:
        to_come &= packages.due_s >= day_from_s
    rows = np.flatnonzero(to_come)
    station, way = packages.station[rows], packages.way[rows]
    by_flex, by_van = way == Way.FLEX, np.isin(way, VANS)
    undecided = np.bincount(station[way < 0], minlength=len(sites))
    vans = np.bincount(station[by_van], minlength=len(sites))
    size_ml = float(packages.volume_ml.mean()) if len(packages) else float(rules.package_ml)
    found = {}
    for s in stations.tolist():
        more = expected[s] + undecided[s]
        late = (len(rows[station == s]) + expected[s]) * late_share
        van_open = (more + late) * van_share[s]
        cars = drivers.volume_ml[drivers.station == s]
        found[s] = Outlook(
            due_s=packages.due_s[rows[by_flex & (station == s)]],
            flex=float((more + late) * flex_share[s]),
            vans=float(vans[s] + van_open),
            vans_open=float(van_open),
            van_capacity=_room(room, s, van_capacity(vehicles, s, size_ml, rules)) if tomorrow else -1.0,
            package_ml=size_ml,
            car_ml=float(np.quantile(cars, 0.25)) if len(cars) else 2.0**31,
        )
    return found


def van_room(ways: WayCapacity, day: int, sites: int) -> Longs:
    """Packages that own and contractors' vans may be given on a day, by station; -1 where nothing was opened."""
    rows = (ways.day == day) & np.isin(ways.way, (Way.OWN, Way.DSP)) & (ways.station >= 0)
    room = np.bincount(ways.station[rows], ways.limit[rows], sites).astype(np.int64)
    opened = np.bincount(ways.station[rows], minlength=sites) > 0
    return np.where(opened, room, -1)


def _room(room: Longs | None, station: int, reckoned: float) -> float:
    return float(room[station]) if room is not None and room[station] >= 0 else reckoned


def van_capacity(vehicles: Vehicles, station: int, package_ml: float, rules: FlexRules) -> float:
    """Packages that own and contractors' vans carry in a day: by stops, hours or volume, whichever is least."""
    mine = (vehicles.station == station) & ((vehicles.way == Way.OWN) | (vehicles.way == Way.DSP))
    shift_s = vehicles.shift_hi_s[mine] - vehicles.shift_lo_s[mine] - vehicles.break_s[mine] - HOUR_S
    stops = np.minimum(vehicles.max_stops[mine], np.maximum(0, shift_s) / rules.stop_s)
    by_volume = vehicles.volume_ml[mine] / max(1.0, package_ml)
    return float(np.minimum(stops * rules.stop_packages_pm / 1000.0, by_volume).sum())


def _unboxed(
    orders: Orders, packages: Packages, home: NDArray[np.int32], day_from_s: int, known_s: int, sites: int,
    rules: FlexRules,
) -> tuple[Floats, float]:  # fmt: skip
    """Accepted orders of each station due that day of which no package exists yet, and the share that comes in late.

    Late: of orders due on days that are over, those placed after this time of the eve, over the others; `PRIOR_ORDERS`
    orders at the rules' uplift stand beside them. Only days count whose eve the network had seen a whole day before:
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
    share = (float(late.sum()) + PRIOR_ORDERS * rules.uplift_pm / 1000.0) / (known + PRIOR_ORDERS)
    return count, share


def _shares(
    packages: Packages, home: NDArray[np.int32], sites: int, rules: FlexRules
) -> tuple[Floats, Floats]:
    """Shares of each station's packages that go by gig driver and by van, of those whose way was chosen."""
    rows = np.flatnonzero(packages.way >= 0)
    at = home[packages.order[rows]]
    rows, at = rows[at >= 0], at[at >= 0]
    way = packages.way[rows]
    total = np.bincount(at, minlength=sites) + PRIOR_PACKAGES
    flex = np.bincount(at[way == Way.FLEX], minlength=sites) + PRIOR_PACKAGES * rules.flex_share_pm / 1000.0
    vans = np.bincount(at[np.isin(way, VANS)], minlength=sites) + PRIOR_PACKAGES * 0.7
    return flex / total, vans / total
