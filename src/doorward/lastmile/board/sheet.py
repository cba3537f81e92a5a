"""Runs as a dispatcher edits them: a vehicle, and the doors it still goes to, in order.

A run that has not left is edited whole. Of a run on the road what is not done is: it begins at the door that the van is
at or on its way to, which stays its next, and holds what is aboard and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.errors import BadInput, Refused
from doorward.core.geo import crow_m
from doorward.core.travel import drive
from doorward.lastmile.rescue.gather import ahead, driven_before, place_of, rows_of, tried
from doorward.lastmile.routing.doors import Cars
from doorward.lastmile.rules import LastmileRules
from doorward.tables.board import Generations, OutOfService
from doorward.tables.fleet import Runs, RunStatus, Stops, Vehicles
from doorward.tables.flex import Blocks, Drivers
from doorward.tables.journey import Holder, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites
from doorward.tables.ways import Way

Ints = NDArray[np.int64]
Door = tuple[int, ...]
"""Packages that are handed over at one stop, by order and number."""
VANS = (Way.OWN, Way.DSP)


class Tables(NamedTuple):
    """What the board reads."""

    runs: Runs
    stops: Stops
    packages: Packages
    orders: Orders
    sites: Sites
    vehicles: Vehicles
    blocks: Blocks
    drivers: Drivers
    out: OutOfService
    book: Generations


class Moment(NamedTuple):
    """When the board is edited: Unix seconds of now and of the local midnight before."""

    now_s: int
    midnight_s: int

    def clock(self, at_s: int) -> str:
        """HH:MM of the local day."""
        minutes = (at_s - self.midnight_s) // 60
        return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


class Sheet(NamedTuple):
    """One run. run -1: a new one; before: the run that its rewriting goes on with on the road, -1 none;

    doors: those still to do; lead: the first of them that stay first (1 on the road); driven_m until the first of them
    road: it has left, so what it carries cannot leave it
    """

    run: int
    before: int
    station: int
    doors: tuple[Door, ...]
    lead: int
    driven_m: int
    road: bool


class Board(NamedTuple):
    """Some runs: sheets, and a row of cars for each."""

    sheets: list[Sheet]
    cars: Cars

    def at(self, run: int) -> int:
        """Row of a run."""
        return next(k for k, each in enumerate(self.sheets) if each.run == run)

    def take(self, rows: Iterable[int]) -> Board:
        """Some of them."""
        which = list(rows)
        return Board([self.sheets[k] for k in which], self.cars.take(np.array(which, np.int64)))

    def put(self, k: int, doors: Iterable[Door]) -> Board:
        """The same with other doors on one sheet."""
        sheets = list(self.sheets)
        sheets[k] = sheets[k]._replace(doors=tuple(doors))
        return Board(sheets, self.cars)


def must_be_run(t: Tables, run: int) -> None:
    """Raise BadInput unless there is such a run."""
    if not 0 <= run < len(t.runs):
        raise BadInput(f"there is no run {run}", where="run", rule=f"runs are 0 to {len(t.runs) - 1}")


def open_rows(t: Tables, run: int) -> Ints:
    """Rows of Stops of a run that are still to do."""
    rows = rows_of(t.stops, run)
    package = t.stops.package[rows]
    left = (t.stops.done_s[rows] < 0) & (t.packages.stop[package] == rows)
    if on_road(t.runs, run):
        left &= (t.packages.status[package] == Status.OUT) & (t.packages.holder[package] == run)
    return np.asarray(rows[left], np.int64)


def on_road(runs: Runs, run: int) -> bool:
    """It has left, or goes on with one that has."""
    return bool(runs.status[run] == RunStatus.LEFT or runs.before[run] >= 0)


def why_fixed(t: Tables, run: int, rules: LastmileRules) -> str:
    """Why a run cannot be edited; empty: it can."""
    status, way = int(t.runs.status[run]), int(t.runs.way[run])
    if status == RunStatus.DONE:
        into = int(t.book.into[run]) if run < len(t.book) else -1
        return f"run {into} took its place" if into >= 0 else "it has ended"
    if status == RunStatus.BROKEN:
        return "it broke down: what it carries is rescued or towed home"
    if way not in (*VANS, Way.FLEX):
        return "drones and robots fly and roll as planned; take their packages when they are back"
    if way == Way.FLEX and on_road(t.runs, run):
        return "gig drivers on the road keep their order"
    rows = open_rows(t, run)
    if not on_road(t.runs, run) and (t.packages.status[t.stops.package[rows]] == Status.OUT).any():
        return "it leaves to fetch what a broken van carries"
    if on_road(t.runs, run) and not len(rows):
        return "nothing on it is left to do"
    if _leads_past(t, rows, rules.board.detour_m):
        return "it meets a broken van on its way"
    return ""


def _leads_past(t: Tables, rows: Ints, detour_m: int) -> bool:
    """Whether a leg between two doors still to do is longer than the road between them: a meeting lies on it."""
    head = rows[np.r_[True, t.stops.seq[rows[1:]] != t.stops.seq[rows[:-1]]][: len(rows)]]
    if len(head) < 2:
        return False
    lat, lon = _places(t, t.stops.package[head])
    road = drive(crow_m(lat[:-1], lon[:-1], lat[1:], lon[1:]))[0]
    return bool((t.stops.leg_m[head[1:]] > 1.02 * road + detour_m).any())


def _places(t: Tables, package: Ints) -> tuple[Ints, Ints]:
    """Door or locker of packages, microdegrees."""
    order, locker = t.packages.order[package], t.packages.locker[package]
    boxed = (t.packages.way[package] == Way.LOCKER) & (locker >= 0)
    return (
        np.where(boxed, t.sites.lat_udeg[locker], t.orders.lat_udeg[order]).astype(np.int64),
        np.where(boxed, t.sites.lon_udeg[locker], t.orders.lon_udeg[order]).astype(np.int64),
    )


def place(t: Tables, package: int) -> tuple[int, int, bool]:
    """Latitude, longitude, and whether it is a locker: packages of one place may share a stop."""
    lat, lon = _places(t, np.array([package]))
    return int(lat[0]), int(lon[0]), bool(t.packages.way[package] == Way.LOCKER)


def doors_of(t: Tables, rows: Ints) -> tuple[Door, ...]:
    """Stops of rows (of one run, by seq) as doors."""
    if not len(rows):
        return ()
    package, seq = t.stops.package[rows], t.stops.seq[rows]
    order = np.lexsort((package, t.packages.order[package], seq))
    cuts = np.flatnonzero(np.diff(seq[order])) + 1
    return tuple(tuple(part.tolist()) for part in np.split(package[order], cuts))


def read(t: Tables, runs: Iterable[int], rules: LastmileRules, when: Moment) -> Board:
    """The sheets of some runs. Raises BadInput for no run, Refused for one that cannot be edited, saying why."""
    sheets, columns = [], list[dict[str, int]]()
    for run in runs:
        must_be_run(t, run)
        if why := why_fixed(t, run, rules):
            raise Refused(f"run {run} cannot be edited: {why}")
        rows = open_rows(t, run)
        road = on_road(t.runs, run)
        v, b = int(t.runs.vehicle[run]), int(t.runs.block[run])
        car = vehicle_columns(t, v, rules, when) if v >= 0 else block_columns(t, b, rules)
        driven = 0
        if road:
            driven = _on_the_road(t, run, rows, car, rules, when.now_s)
        else:
            car["depart_s"] = max(when.now_s, int(t.runs.depart_s[run]))
        car["way"] = int(t.runs.way[run])
        columns.append(car)
        before = run if road else -1
        sheets.append(
            Sheet(run, before, int(t.runs.station[run]), doors_of(t, rows), 1 if road else 0, driven, road)
        )
    return Board(sheets, cars_from(columns))


def cars_from(columns: list[dict[str, int]]) -> Cars:
    """Rows of Cars, all columns named."""
    return Cars.fill(
        len(columns), **{name: [each[name] for each in columns] for name in Cars.columns} if columns else {}
    )


def max_stops(t: Tables, vehicle: int) -> int:
    """What a vehicle may make in service, be it in or out."""
    if vehicle < len(t.out) and t.out.since_s[vehicle] >= 0:
        return int(t.out.max_stops[vehicle])
    return int(t.vehicles.max_stops[vehicle])


def vehicle_columns(t: Tables, v: int, rules: LastmileRules, when: Moment) -> dict[str, int]:
    """A vehicle in the yard that leaves as soon as it is loaded and its shift begins."""
    cars, station = t.vehicles, int(t.vehicles.station[v])
    lo, hi = when.midnight_s + int(cars.shift_lo_s[v]), when.midnight_s + int(cars.shift_hi_s[v])
    return {
        "way": int(cars.way[v]), "vehicle": v, "block": -1, "lat_udeg": int(t.sites.lat_udeg[station]),
        "lon_udeg": int(t.sites.lon_udeg[station]), "depart_s": max(when.now_s + rules.load_s, lo), "until_s": hi,
        "volume_ml": int(cars.volume_ml[v]), "weight_g": int(cars.weight_g[v]), "max_stops": max_stops(t, v),
        "break_s": max(0, int(cars.break_s[v])), "range_m": int(cars.range_m[v]), "fixed_c": int(cars.fixed_c[v]),
        "hour_c": int(cars.hour_c[v]), "km_mc": int(cars.km_mc[v]), "rest_s": -1,
        "barred": max(0, int(cars.barred[v])),
    }  # fmt: skip


def block_columns(t: Tables, b: int, rules: LastmileRules) -> dict[str, int]:
    """A gig driver's car, as `lastmile.plan.gig_cars` has it."""
    driver, station = int(t.blocks.driver[b]), int(t.blocks.station[b])
    return {
        "way": int(Way.FLEX), "vehicle": -1, "block": b, "lat_udeg": int(t.sites.lat_udeg[station]),
        "lon_udeg": int(t.sites.lon_udeg[station]), "depart_s": 0, "until_s": int(t.blocks.end_s[b]),
        "volume_ml": int(t.drivers.volume_ml[driver]), "weight_g": int(t.drivers.weight_g[driver]),
        "max_stops": rules.flex_stops, "break_s": 0, "range_m": rules.flex_range_m, "fixed_c": 0,
        "hour_c": rules.flex_hour_c, "km_mc": int(t.drivers.car_km_mc[driver]), "rest_s": -1, "barred": 0,
    }  # fmt: skip


def _on_the_road(
    t: Tables, run: int, rows: Ints, car: dict[str, int], rules: LastmileRules, now_s: int
) -> int:
    """Change a car to what is left of it on the road; returns the metres it has driven when it is at its next door."""
    if t.runs.status[run] == RunStatus.LEFT:
        at, metres, doors, rest = ahead(t.runs, run, rows, t.stops, rules.break_after_s, now_s)
    else:  # rewritten, and not yet at the door that it was on its way to then
        at, metres, doors = max(now_s, int(t.runs.depart_s[run])), 0, 0
        first = run
        while t.runs.before[first] >= 0:
            first = int(t.runs.before[first])
        rested = int(t.runs.depart_s[run]) - int(t.runs.depart_s[first]) >= rules.break_after_s
        rest = -1 if rested else max(0, int(t.runs.left_s[first]) + rules.break_after_s - at)
    failed = tried(t.runs, t.packages, run)
    car["lat_udeg"], car["lon_udeg"] = place_of(int(rows[0]), t.stops, t.packages, t.orders, t.sites)
    car["depart_s"] = at
    full = int(t.packages.volume_ml[failed].sum())
    car["volume_ml"] = max(0, car["volume_ml"] - -(-full * 1000 // rules.volume_fill_pm))
    car["weight_g"] = max(0, car["weight_g"] - int(t.packages.weight_g[failed].sum()))
    car["max_stops"] = max(0, car["max_stops"] - doors)
    car["range_m"] = max(0, car["range_m"] - driven_before(t.runs, run) - metres)
    car["fixed_c"], car["rest_s"] = 0, max(0, rest)
    car["break_s"] = 0 if rest < 0 else car["break_s"]
    return metres


def in_pool(t: Tables, package: int, station: int) -> str:
    """Why a package cannot be put on a run of a station; empty: it can."""
    if not 0 <= package < len(t.packages):
        raise BadInput(
            f"there is no package {package}",
            where="packages",
            rule=f"packages are 0 to {len(t.packages) - 1}",
        )
    p, stop = t.packages, int(t.packages.stop[package])
    if p.status[package] in (Status.OUT, Status.FAILED):
        return f"it is aboard run {int(p.holder[package])}, on the road"
    if p.status[package] != Status.READY or p.holder_kind[package] != Holder.SITE:
        return f"it is {Status(int(p.status[package])).name}, not ready at a station"
    if p.station[package] != station:
        return f"it lies at station {int(p.station[package])}, the run leaves from {station}"
    if stop >= 0:
        return f"it stands on run {int(t.stops.run[stop])}"
    if p.way[package] not in (*VANS, Way.LOCKER, Way.FLEX):
        return "it does not go by van: let its way be chosen again first"
    return ""


def home(t: Tables, run: int) -> int:
    """Doors that a run has done."""
    rows = rows_of(t.stops, run)
    return len(np.unique(t.stops.seq[rows[t.stops.done_s[rows] >= 0]]))
