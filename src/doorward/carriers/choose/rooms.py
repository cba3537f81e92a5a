"""Room in every way: what is opened for a day, and how much of it one batch may use.

A batch may use an opening up to the line limit x (chosen so far + batch) / expected demand of that station and day, so
that what comes later finds its share. What was not used stays for later batches.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.carriers.net import OWN_WAYS
from doorward.carriers.rules import CarriersRules
from doorward.core.vanday import stops_in_a_day
from doorward.tables.fleet import Vehicles
from doorward.tables.sites import SiteKind, Sites, Zones, land_of
from doorward.tables.ways import Services, Way, WayCapacity, WayOpened

I64 = NDArray[np.int64]
CLOSED_S = 50_400
"""Second of the local day after which no more packages are expected for that same day."""
POOL = -1
"""Way of a pool row in WayCapacity."""


def day_limits(
    sites: Sites, zones: Zones, vehicles: Vehicles, services: Services, heads: I64, rules: CarriersRules
) -> tuple[I64, I64, I64, I64]:
    """(way, site, carrier, packages) of every opening of an ordinary day; pools last."""
    s = len(sites)
    station = np.flatnonzero(sites.kind == SiteKind.STATION)
    shift = np.maximum(0, vehicles.shift_hi_s - vehicles.shift_lo_s - vehicles.break_s).astype(np.int64)
    by_time = np.maximum(0, shift - rules.stem_s) * rules.load_pm // 1000 // rules.package_s
    by_stops = vehicles.max_stops.astype(np.int64) * rules.door_packages_pm // 1000
    by_volume = vehicles.volume_ml // rules.package_ml
    by_time = np.minimum(by_time, _by_land(sites, zones, vehicles, shift, rules))
    vans = np.minimum(by_time, np.minimum(by_stops, by_volume) * rules.loads_day)
    # a mean sortie goes half the radius out and back: one radius in all
    sortie = rules.drone_m * 1000 // rules.drone_mms + rules.drone_s
    drones = shift * rules.flyable_pm // 1000 // sortie
    errand = rules.robot_m * rules.road_pm // rules.robot_mms + rules.robot_s
    robots = shift * rules.robot_use_pm // 1000 // errand
    each = np.where(vehicles.way == Way.DRONE, drones, np.where(vehicles.way == Way.ROBOT, robots, vans))
    limit = np.zeros((OWN_WAYS, s), np.int64)
    good = (vehicles.way >= 0) & (vehicles.way < OWN_WAYS)
    np.add.at(limit, (vehicles.way[good].astype(np.int64), vehicles.station[good]), each[good])
    limit[Way.FLEX] = heads[Way.FLEX] * rules.claim_pm // 1000 * rules.block_packages
    parts = [
        (int(w), station, -1, limit[w, station]) for w in (Way.OWN, Way.DSP, Way.FLEX, Way.DRONE, Way.ROBOT)
    ]
    locker = np.flatnonzero(sites.kind == SiteKind.LOCKER)
    parts.append((int(Way.LOCKER), locker, -1, sites.capacity[locker].astype(np.int64)))
    fc = np.flatnonzero(sites.kind == SiteKind.FC)
    for row in range(len(services)):
        parts.append(
            (int(services.way[row]), fc, row, np.full(len(fc), int(services.capacity[row]), np.int64))
        )
    expected = limit[[Way.OWN, Way.DSP, Way.FLEX]].sum(axis=0) * rules.expect_pm // 1000
    parts.append((POOL, station, -1, np.maximum(1, expected[station])))
    parts = [(w, at[n > 0], c, n[n > 0]) for w, at, c, n in parts]
    return (
        np.concatenate([np.full(len(at), w, np.int64) for w, at, _, _ in parts]),
        np.concatenate([at for _, at, _, _ in parts]).astype(np.int64),
        np.concatenate([np.full(len(at), c, np.int64) for _, at, c, _ in parts]),
        np.concatenate([n for _, _, _, n in parts]),
    )


def _by_land(sites: Sites, zones: Zones, vehicles: Vehicles, shift_s: I64, rules: CarriersRules) -> I64:
    """Packages a day of each van (vehicles,) by the land of its station: doors far apart take their time.

    What all vans of the station make together (core/vanday.py), shared out evenly; no bound where it serves no zone.
    """
    out = np.full(len(vehicles), 2**31 - 1, np.int64)
    road = np.isin(vehicles.way, (Way.OWN, Way.DSP))
    for station in np.unique(vehicles.station[road]).tolist():
        van, land = np.flatnonzero(road & (vehicles.station == station)), land_of(sites, zones, station)
        if len(land[0]) == 0:
            continue
        most = vehicles.max_stops[van].astype(np.float64)
        stops = stops_in_a_day(*land, shift_s[van].astype(np.float64), most, float(rules.stop_s))
        packages = stops * rules.door_packages_pm / 1000 * rules.load_pm / 1000
        out[van] = int(packages / len(van))
    return out


def open_days(
    have: WayCapacity,
    today: int,
    sites: Sites,
    zones: Zones,
    vehicles: Vehicles,
    services: Services,
    heads: I64,
    rules: CarriersRules,
) -> WayOpened:
    """Openings of the days of the horizon that are not open yet, ascending by day; empty when all are."""
    first = today if len(have) == 0 else max(today, int(have.day[-1]) + 1)
    days = np.arange(first, today + rules.horizon_days + 1)
    if len(days) == 0:
        return WayOpened.empty()
    way, site, carrier, limit = day_limits(sites, zones, vehicles, services, heads, rules)
    rows, n = len(way) * len(days), len(way)
    return WayOpened.fill(
        rows,
        opening=len(have) + np.arange(rows),
        way=np.tile(way, len(days)),
        station=np.tile(site, len(days)),
        day=np.repeat(days, n),
        limit=np.tile(limit, len(days)),
        carrier=np.tile(carrier, len(days)),
    )


class Index:
    """Find openings by (column, site, day): one dense array over the days that are still ahead."""

    def __init__(self, capacity: WayCapacity, sites: int, services: int, today: int) -> None:
        self.capacity, self.columns = capacity, OWN_WAYS + services + 1
        self.first = int(np.searchsorted(capacity.day, today))
        self.today = today
        ahead = slice(self.first, len(capacity))
        day = capacity.day[ahead] - today
        self.days = int(day.max(initial=0)) + 1
        way, carrier = capacity.way[ahead].astype(np.int64), capacity.carrier[ahead]
        column = np.where(way == POOL, self.columns - 1, np.where(carrier >= 0, OWN_WAYS + carrier, way))
        self.dense = np.full((self.columns, self.days, sites), -1, np.int32)
        self.dense[column, day, capacity.station[ahead]] = np.arange(self.first, len(capacity))

    def row(self, column: int, site: NDArray[np.int32], day: I64) -> NDArray[np.int32]:
        """Rows in WayCapacity (n,), days beyond the horizon clipped to its ends; -1 none."""
        at = np.clip(day - self.today, 0, self.days - 1)
        found = self.dense[column, at, np.maximum(site, 0)]
        return np.asarray(np.where(site >= 0, found, -1), np.int32)

    def pool(self, site: NDArray[np.int32], day: I64) -> NDArray[np.int32]:
        """Pool rows, likewise."""
        return self.row(self.columns - 1, site, day)


def expected_demand(capacity: WayCapacity, today: int, back: int = 7) -> I64:
    """Packages expected for every pool row (0 elsewhere): mean of the station's closed days, else the opened figure.

    Only whole days with packages count; at most `back` of them.
    """
    pool = capacity.way == POOL
    out = np.where(pool, capacity.limit, 0).astype(np.int64)
    past = pool & (capacity.day < today) & (capacity.day >= today - back) & (capacity.taken > 0)
    if past.any():
        size = int(capacity.station.max()) + 1
        total = np.bincount(capacity.station[past], weights=capacity.taken[past], minlength=size)
        days = np.bincount(capacity.station[past], minlength=size)
        mean = np.rint(total / np.maximum(days, 1)).astype(np.int64)
        known = pool & (days[capacity.station] > 0)
        out[known] = mean[capacity.station[known]]
    return np.asarray(np.maximum(out, np.where(pool, capacity.taken, 0)), np.int64)


def budgets(
    capacity: WayCapacity,
    index: Index,
    pool: NDArray[np.int32],
    expected: I64,
    promised: I64,
    free_cells: I64,
    second: int,
) -> I64:
    """Packages that this batch may put into each opening (k,), paced for own ways; never more than is left.

    pool (n,) pool row of each package of the batch; promised (k,) packages already promised for the pool's station and
    day (0 unknown); free_cells (S,) by site, -1 not a locker; second of the local day: today's expectation runs out
    by CLOSED_S, so that nothing is kept for packages that no longer come
    """
    left = np.maximum(0, capacity.limit.astype(np.int64) - capacity.taken)
    coming = np.bincount(pool[pool >= 0], minlength=len(capacity))
    done = capacity.taken + coming
    to_come = np.maximum(0, np.maximum(expected, promised) - done)
    today = capacity.day == index.today
    whole = done + np.where(today, to_come * max(0, CLOSED_S - second) // CLOSED_S, to_come)
    share = np.where(whole > 0, done / np.maximum(whole, 1), 1.0)  # of pool rows
    at = np.flatnonzero((capacity.way >= 0) & (capacity.way < OWN_WAYS) & (capacity.day >= index.today))
    at = at[capacity.way[at] != Way.LOCKER]
    of = index.pool(capacity.station[at], capacity.day[at].astype(np.int64))
    line = np.ceil(capacity.limit[at] * np.where(of >= 0, share[of], 1.0)).astype(np.int64)
    out = left.copy()
    out[at] = np.clip(line - capacity.taken[at], 0, left[at])
    cell = np.flatnonzero(capacity.way == Way.LOCKER)
    out[cell] = np.minimum(out[cell], np.maximum(0, free_cells[capacity.station[cell]]))
    return np.asarray(out, np.int64)


def posted_prices(
    capacity: WayCapacity, price: I64, use: I64, seen: NDArray[np.bool_], rules: CarriersRules
) -> tuple[NDArray[np.int64], I64]:
    """(openings, new prices): openings seen by the batch move towards its prices, the faster the larger the batch."""
    weight = use / (use + rules.smooth_packages)
    old = capacity.price_mc
    new = np.rint(old + weight * (price - old)).astype(np.int64)
    new[new < 500] = 0  # half a cent is nothing
    at = np.flatnonzero(seen & (np.abs(new - old) > np.maximum(1_000, old // 50)))
    return at, new[at]
