"""Who may be planned, and with what: sort-in by the station's rate, waiting packages, vehicles and blocks at hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S, HOUR_S
from doorward.core.vanday import stops_in_a_day
from doorward.lastmile.routing.doors import Cars, Parcels
from doorward.lastmile.rules import LastmileRules
from doorward.tables.fleet import Runs, RunStatus, Vehicles
from doorward.tables.flex import Blocks, BlockStatus, Drivers
from doorward.tables.journey import Event, Holder, Status
from doorward.tables.orders import PICK_UP, Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.sites import Sites
from doorward.tables.ways import Bills, Way, WayCapacity

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]


def plan_induct(
    packages: Packages, sites: Sites, rules: LastmileRules, after_s: int, now_s: int,
    still: NDArray[np.bool_] | None = None,
) -> NDArray[np.int64]:  # fmt: skip
    """Packages at their own station's dock that it sorts in within (after_s, now_s], most urgent first.

    A station's rate is its daily capacity in `induct_day_h` hours; fractions of a package carry over exactly. Where it
    stands still (`still` (sites,)) nothing is sorted in.
    """
    at = np.flatnonzero((packages.status == Status.ARRIVED) | (packages.status == Status.SORTED))
    if len(at) == 0:
        return at
    station = packages.station[at]
    here = (packages.holder_kind[at] == Holder.SITE) & (station >= 0) & (packages.holder[at] == station)
    if still is not None:
        here &= ~still[np.maximum(station, 0)]
    at, station = at[here], station[here]
    order = np.lexsort((at, packages.due_s[at], station))
    at, station = at[order], station[order]
    first = np.searchsorted(station, station)
    day, whole = sites.capacity[station].astype(np.int64), rules.induct_day_h * HOUR_S
    most = now_s * day // whole - after_s * day // whole
    return np.asarray(at[np.arange(len(at)) - first < most], np.int64)


def waiting(
    packages: Packages, scans: Scans, orders: Orders, midnight_s: int, ways: tuple[Way, ...]
) -> NDArray[np.int64]:
    """READY packages of these ways on no run, not tried at the door today, whose promised window opens by tonight.

    Not those that their recipients fetch.
    """
    opens = packages.due_lo_s < midnight_s + DAY_S
    row = np.flatnonzero((packages.status == Status.READY) & (packages.stop < 0) & opens)
    row = row[np.isin(packages.way[row], [int(way) for way in ways]) & (packages.station[row] >= 0)]
    row = row[(np.maximum(orders.consent[packages.order[row]], 0) & PICK_UP) == 0]
    back = packages.last_scan[row]
    tried = scans.prev[back]
    today = (
        (tried >= 0)
        & (scans.event[back] == Event.BROUGHT_BACK)
        & (scans.event[tried] == Event.ATTEMPTED)
        & (scans.at_s[tried] >= midnight_s)
    )
    return np.asarray(row[~today], np.int64)


def must_go_before(midnight_s: int, rules: LastmileRules) -> int:
    """A promise before this time cannot be left to tomorrow's first vans: they need `wait_least_s` to reach doors."""
    return midnight_s + DAY_S + min(rules.plan_s) + rules.load_s + rules.wait_least_s


def closed(bills: Bills, row: Ints, way: Way) -> NDArray[np.bool_]:
    """Which of these packages have been turned away by this way before and have it now for want of any other."""
    if len(bills) == 0:
        return np.zeros(len(row), bool)
    known = row < len(bills)
    gates = np.where(known, bills.gates[np.minimum(row, len(bills) - 1)], 0)
    return np.asarray((gates >> int(way)) & 1 == 1)


def booked_later(
    packages: Packages,
    bills: Bills,
    ways: WayCapacity,
    kinds: tuple[Way, ...],
    rules: LastmileRules,
    day: int,
) -> Ints:
    """Packages that were given room in a later wave of today's vans and are not at their station yet."""
    row = np.flatnonzero(
        (packages.status[: len(bills)] < Status.READY) & (bills.opening[: len(packages)] >= 0)
    )
    row = row[np.isin(packages.way[row], [int(way) for way in kinds])]
    opening = bills.opening[row]
    later = (ways.day[opening] == day) & (ways.slot_s[opening] >= max(rules.plan_s))
    return np.asarray(row[later], np.int64)


def evening_ahead(
    bills: Bills, ways: WayCapacity, row: Ints, rules: LastmileRules, now_s: int, midnight_s: int, day: int
) -> NDArray[np.bool_]:
    """Which of these packages have room in an evening, after the day's last plan for vans, that has not begun."""
    opening = np.full(len(row), -1, np.int64)
    known = row < len(bills)
    opening[known] = bills.opening[row[known]]
    at = opening >= 0
    slot_s, of_day = ways.slot_s[opening[at]].astype(np.int64), ways.day[opening[at]].astype(np.int64)
    begins_s = midnight_s + (of_day - day) * DAY_S + slot_s
    at[at] = (slot_s > max(rules.plan_s)) & (begins_s > now_s)
    return at


def parcels_of(
    packages: Packages,
    orders: Orders,
    sites: Sites,
    row: Ints,
    rules: LastmileRules,
    horizon_s: int,
    now_s: int,
) -> Parcels:
    """What the router wants to know of packages. Due before `horizon_s`: must go now; later: goes if it is cheap."""
    order, locker = packages.order[row], packages.locker[row]
    boxed = (packages.way[row] == Way.LOCKER) & (locker >= 0)
    due = packages.due_s[row]
    late_days = np.maximum(0, now_s - due + DAY_S - 1) // DAY_S
    must = rules.skip_c + rules.overdue_c * np.minimum(10, late_days)
    must += np.array(rules.hurry_c)[np.maximum(0, orders.speed[order])]
    weight = np.where(packages.packed_g[row] > 0, packages.packed_g[row], packages.weight_g[row])
    return Parcels(
        package=row,
        order=order,
        lat_udeg=np.where(boxed, sites.lat_udeg[locker], orders.lat_udeg[order]),
        lon_udeg=np.where(boxed, sites.lon_udeg[locker], orders.lon_udeg[order]),
        volume_ml=np.maximum(1, packages.volume_ml[row]),
        weight_g=np.maximum(1, weight),
        lo_s=packages.due_lo_s[row],
        due_s=np.maximum(due, now_s),  # lateness up to now is sunk: it must not make another day look cheaper
        locker=boxed,
        skip_c=np.where(due < horizon_s, must, rules.wait_c),
        access=np.where(boxed, 0, orders.access[order]),
    )


def shut_out(parcels: Parcels, vehicles: Vehicles, station: int, ways: tuple[Way, ...]) -> NDArray[np.bool_]:
    """Which of these packages no vehicle of these ways at the station, out or in, may bring to its door."""
    mine = (vehicles.station == station) & np.isin(vehicles.way, [int(way) for way in ways])
    if not mine.any():
        return np.zeros(len(parcels), bool)
    each = [np.maximum(0, b) & np.maximum(0, parcels.access) != 0 for b in np.unique(vehicles.barred[mine])]
    return np.asarray(np.logical_and.reduce(each))


def cars_at(
    vehicles: Vehicles, runs: Runs, sites: Sites, station: int, ways: tuple[Way, ...], rules: LastmileRules,
    now_s: int, midnight_s: int,
) -> Cars:  # fmt: skip
    """Vehicles of a station that stand in the yard, with their load-out wave; the widest shifts leave first.

    A vehicle on an open run is out, and so is one that broke down until it has been towed home.
    """
    out = runs.status != RunStatus.DONE
    busy = np.zeros(len(vehicles), bool)
    busy[runs.vehicle[out & (runs.vehicle >= 0)]] = True
    of_way = np.isin(vehicles.way, [int(way) for way in ways])
    v = np.flatnonzero((vehicles.station == station) & of_way & ~busy)
    ready = np.maximum(now_s + rules.load_s, midnight_s + vehicles.shift_lo_s[v])
    v = v[np.lexsort((v, -vehicles.shift_hi_s[v], ready))]
    ready = np.maximum(now_s + rules.load_s, midnight_s + vehicles.shift_lo_s[v])
    depart = ready + np.arange(len(v)) // max(1, rules.docks) * rules.loadout_gap_s
    until = midnight_s + vehicles.shift_hi_s[v].astype(np.int64)
    return _cars(vehicles, sites, station, v, depart, until)


def _cars(vehicles: Vehicles, sites: Sites, station: int, v: Ints, depart: Ints, until: Ints) -> Cars:
    good = depart < until
    v, depart, until = v[good], depart[good], until[good]
    return Cars.fill(
        len(v),
        way=vehicles.way[v],
        vehicle=v,
        lat_udeg=sites.lat_udeg[station],
        lon_udeg=sites.lon_udeg[station],
        depart_s=depart,
        until_s=until,
        volume_ml=vehicles.volume_ml[v],
        weight_g=vehicles.weight_g[v],
        max_stops=vehicles.max_stops[v],
        break_s=np.maximum(0, vehicles.break_s[v]),
        range_m=vehicles.range_m[v],
        fixed_c=vehicles.fixed_c[v],
        hour_c=vehicles.hour_c[v],
        km_mc=vehicles.km_mc[v],
        barred=np.maximum(0, vehicles.barred[v]),
    )


def coming(packages: Packages, ways: tuple[Way, ...], before_s: int) -> NDArray[np.int64]:
    """Packages of these ways that are still on their way to their station and must go out today, too."""
    late = np.isin(packages.status, (Status.MOVING, Status.ARRIVED)) & (packages.due_s < before_s)
    row = np.flatnonzero(late & (packages.station >= 0))
    return np.asarray(row[np.isin(packages.way[row], [int(way) for way in ways])], np.int64)


def kept_back(
    cars: Cars, land: tuple[Reals, Reals, Reals], must_go: int, later: int, later_s: int, rules: LastmileRules
) -> int:
    """How many vans stay in the yard for the wave that leaves at `later_s`, of `cars` that could leave now.

    As many as `later` packages take that arrive by then, reckoned from the land (core/vanday.py), and of these no more
    than the `must_go` packages at hand can spare.
    """
    if later == 0 or len(cars) < 2 or len(land[0]) == 0:
        return 0
    most = cars.max_stops.astype(np.float64)

    def each(leave_s: Ints) -> float:
        span_s = cars.until_s - leave_s
        rest_s = np.where(span_s > rules.break_after_s, cars.break_s, 0)
        shift_s = np.maximum(0, span_s - rest_s).astype(np.float64)
        return stops_in_a_day(*land, shift_s, most, float(rules.stop_s + rules.access_unknown_s)) / len(cars)

    now, then = (
        each(cars.depart_s.astype(np.int64)),
        each(np.maximum(cars.depart_s, later_s).astype(np.int64)),
    )
    if now <= 0 or then <= 0:
        return 0
    need = int(np.ceil(must_go / (now * rules.keep_fill_pm / 1000)))
    return max(0, min(int(np.ceil(later / then)), len(cars) - need))


def gig_cars(
    blocks: Blocks, drivers: Drivers, runs: Runs, sites: Sites, rules: LastmileRules, now_s: int
) -> tuple[Cars, NDArray[np.int32]]:
    """Cars of gig drivers who have checked in and have no run yet, and the station of each."""
    b = np.flatnonzero((blocks.status == BlockStatus.CHECKED_IN) & (blocks.driver >= 0))
    b = b[~np.isin(b, runs.block[runs.block >= 0])]
    depart = np.maximum(now_s + rules.flex_load_s, blocks.start_s[b])
    good = blocks.end_s[b] - depart >= rules.flex_least_s
    b, depart = b[good], depart[good]
    driver, station = blocks.driver[b], blocks.station[b]
    cars = Cars.fill(
        len(b),
        way=Way.FLEX,
        block=b,
        lat_udeg=sites.lat_udeg[station],
        lon_udeg=sites.lon_udeg[station],
        depart_s=depart,
        until_s=blocks.end_s[b],
        volume_ml=drivers.volume_ml[driver],
        weight_g=drivers.weight_g[driver],
        max_stops=rules.flex_stops,
        break_s=0,
        range_m=rules.flex_range_m,
        fixed_c=0,
        hour_c=rules.flex_hour_c,
        km_mc=drivers.car_km_mc[driver],
        barred=0,
    )
    return cars, station


def hopeless(
    packages: Packages,
    row: Ints,
    blocks: Blocks,
    runs: Runs,
    rules: LastmileRules,
    now_s: int,
    midnight_s: int,
) -> NDArray[np.int64]:
    """Of these gig packages, those due today that no block of today can still bring in time.

    A claimed or checked-in block without a run, and until `flex_hope_s` before the day's last plan an open one, gives
    hope to as many packages as it was opened for, those due first.
    """
    today = row[packages.due_s[row] < midnight_s + DAY_S]
    if len(today) == 0:
        return today
    b = np.flatnonzero((blocks.start_s < midnight_s + DAY_S) & (blocks.end_s >= now_s + rules.flex_least_s))
    open_too = now_s < midnight_s + max(rules.plan_s) - rules.flex_hope_s
    hope = np.isin(blocks.status[b], (BlockStatus.CLAIMED, BlockStatus.CHECKED_IN))
    hope |= open_too & (blocks.status[b] == BlockStatus.OPEN)
    b = b[hope & ~np.isin(b, runs.block[runs.block >= 0])]
    room = np.zeros(int(packages.station[today].max()) + 1, np.int64)
    inside = blocks.station[b] < len(room)
    np.add.at(room, blocks.station[b[inside]], np.maximum(1, blocks.need[b[inside]]))
    station = packages.station[today]
    order = np.lexsort((today, packages.due_s[today], station))
    today, station = today[order], station[order]
    rank = np.arange(len(today)) - np.searchsorted(station, station)
    return np.asarray(today[rank >= room[station]], np.int64)
