"""A small network for flex, drones and sidewalk: one station, doors around it, a desk to work at, folds to apply."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from doorward.core.seed import uniform
from doorward.core.table import Table
from doorward.ledger.desk import Desk
from doorward.ledger.state import State
from doorward.tables.fleet import Runs, RunsPlanned, RunStatus, Stops, StopsPlanned, Vehicles
from doorward.tables.items import HAZMAT
from doorward.tables.journey import Status
from doorward.tables.orders import DRONE_OK, ROBOT_OK, Orders, OrderStatus
from doorward.tables.packages import Packages
from doorward.tables.remarks import Remarks
from doorward.tables.sites import SiteKind, Sites, Zones
from doorward.tables.ways import Way, WayDropped
from doorward.twin.weather import Spell, TwinWeather, WeatherRules

MIDNIGHT_S = 20_600 * 86_400
"""Local midnight of a day in May 2026 at UTC."""
LAT, LON = 40_000_000, 0
CALM = Spell(start="00:00", to="24:00", um=0, wind_mms=2000, gust_mms=3000, temp_dc=150)


def weather(*spells: Spell) -> TwinWeather:
    """A calm dry day but for the spells."""
    return TwinWeather(1, np.array([LAT]), np.array([LON]), 0, WeatherRules(rain=(CALM, *spells)))


def station_state(n: int, way: Way, seed: int, *, spread_m: float, hours: tuple[int, int] = (8, 20)) -> State:
    """`n` READY packages of `way` at station 1 (site 0 is an FC), due between the hours."""
    state = State()
    state.load(
        Sites.fill(
            2,
            name=np.array(["fc", "station"], object),
            kind=[SiteKind.FC, SiteKind.STATION],
            lat_udeg=[LAT + 100_000, LAT],
            lon_udeg=LON,
            region=0,
            capacity=1000,
        )
    )
    state.load(
        Zones.fill(1, name=np.array(["z"], object), lat_udeg=LAT, lon_udeg=LON, region=0, station=1, people=1)
    )
    row = np.arange(n)
    far = spread_m * np.sqrt(uniform(seed, "far", row))
    angle = 2 * np.pi * uniform(seed, "angle", row)
    lat = LAT + far * np.sin(angle) / 0.11119
    lon = LON + far * np.cos(angle) / 0.11119 / np.cos(np.radians(40))
    lo, hi = hours
    due = MIDNIGHT_S + ((lo + (hi - lo) * uniform(seed, "due", row)) * 3600).astype(np.int64)
    state.load(
        Orders.fill(
            n,
            at_s=MIDNIGHT_S - 3600,
            zone=0,
            lat_udeg=lat.astype(np.int64),
            lon_udeg=lon.astype(np.int64),
            consent=np.where(uniform(seed, "consent", row) < 0.95, DRONE_OK | ROBOT_OK, 0),
            status=int(OrderStatus.ACCEPTED),
            due_s=due,
        )
    )
    weight = (100 + 2400 * uniform(seed, "weight", row)).astype(np.int64)
    state.load(
        Packages.fill(
            n,
            order=row,
            weight_g=weight,
            packed_g=weight,
            length_mm=(150 + 330 * uniform(seed, "long", row)).astype(np.int64),
            width_mm=150,
            height_mm=80,
            volume_ml=5000,
            flags=np.where(uniform(seed, "flags", row) < 0.03, HAZMAT, 0),
            way=int(way),
            station=1,
            due_s=due,
            due_lo_s=MIDNIGHT_S,
            status=int(Status.READY),
            attempts=0,
        )
    )
    return state


def load_vehicles(state: State, k: int, way: Way, **columns: Any) -> None:
    """`k` vehicles of a way at station 1."""
    basis: dict[str, Any] = dict(
        name=np.array(["v"] * k, object), station=1, way=int(way), volume_ml=30_000, weight_g=3000, max_stops=1,
        shift_lo_s=0, shift_hi_s=86_400, break_s=0, range_m=32_000, electric=1, fixed_c=50, hour_c=900,
        km_mc=2000, wh_km=30, co2_ug_m=0,
    )  # fmt: skip
    state.load(Vehicles.fill(k, **(basis | columns)))


def desk_at(state: State, now_s: int, world: Any, *rules: Any, every_s: int = 900) -> Desk:
    """A desk as the roster would set it."""
    return Desk(
        state=state,
        world=SimpleNamespace(**world),  # type: ignore[arg-type]
        rules={type(each): each for each in rules},
        seed=7,
        utc_offset_s=0,
        now_s=now_s,
        after_s=now_s - every_s,
    )


def fold_runs(state: State, rows: RunsPlanned, at_s: int) -> None:
    assert (rows.run == state.count(Runs) + np.arange(len(rows))).all()
    columns = {name: getattr(rows, name) for name in RunsPlanned.columns if name in Runs.columns}
    state.append(Runs.fill(len(rows), **columns, status=int(RunStatus.PLANNED)))


def fold_stops(state: State, rows: StopsPlanned, at_s: int) -> None:
    columns = {name: getattr(rows, name) for name in StopsPlanned.columns if name in Stops.columns}
    first = state.append(Stops.fill(len(rows), **columns))
    state.put(Packages, rows.package, stop=first + np.arange(len(rows)))


def fold_dropped(state: State, rows: WayDropped, at_s: int) -> None:
    state.put(Packages, rows.package, way=-1)


def fold_remarks(state: State, rows: Remarks, at_s: int) -> None:
    state.append(rows)


FOLDS: dict[type[Table], Any] = {
    RunsPlanned: fold_runs,
    StopsPlanned: fold_stops,
    WayDropped: fold_dropped,
    Remarks: fold_remarks,
}


def turn(desk: Desk, folds: dict[type[Table], Any]) -> list[Table]:
    """Fold what was posted; returns it."""
    for fact in desk.posted:
        folds[type(fact)](desk.state, fact, desk.now_s)
    return desk.posted


def fly_home(state: State, now_s: int) -> None:
    """Runs go as planned: left at depart_s, back at back_s, their packages delivered at plan_s."""
    runs, stops = state.table(Runs), state.table(Stops)
    left = np.flatnonzero((runs.status == RunStatus.PLANNED) & (runs.depart_s <= now_s))
    state.put(Runs, left, status=int(RunStatus.LEFT), left_s=runs.depart_s[left])
    done = np.flatnonzero((state.table(Runs).status == RunStatus.LEFT) & (runs.back_s <= now_s))
    state.put(Runs, done, status=int(RunStatus.DONE), ended_s=runs.back_s[done])
    there = np.flatnonzero(stops.plan_s <= now_s)
    state.put(Packages, stops.package[there], status=int(Status.DELIVERED), ended_s=stops.plan_s[there])
