"""A small metro by seed: 2 FCs, a sort center, 4 stations, lockers, drones, robots, four partner services."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from doorward.adapters.ratecards import load_cards
from doorward.carriers.rules import CarriersRules
from doorward.carriers.service import SERVICES
from doorward.carriers.state import FOLDS
from doorward.core.seed import generator
from doorward.core.units import DAY_S
from doorward.ledger.desk import Desk
from doorward.ledger.state import State
from doorward.tables.fleet import Vehicles
from doorward.tables.flex import Drivers
from doorward.tables.journey import Status
from doorward.tables.linehaul import Lanes, NextHop
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites, Zones
from doorward.tables.ways import Services, Way
from doorward.tracking.state import FOLDS as SCANS
from doorward.twin.carriers import TwinCarriers

CARDS = Path(__file__).resolve().parents[2] / "networks" / "cards"
NAMES = ("post", "regional", "express", "courier")
LAT, LON = 47_600_000, -122_300_000
MONDAY_S = 19_723 * DAY_S  # 2024-01-01, a Monday
OFFSET_S = 0


def reference_tables(seed: int = 1, zones: int = 80, vans: int = 12) -> list[Any]:
    """Every reference table the room reads."""
    rng = generator(seed, "test/world")
    kind = [0, 0, 1, 2, 2, 2, 2] + [3] * 12
    dlat = np.array([0.25, -0.3, 0.05, 0.1, 0.08, -0.1, -0.09, *list(rng.uniform(-0.15, 0.15, 12))])
    dlon = np.array([0.2, 0.25, 0.0, -0.12, 0.12, -0.12, 0.12, *list(rng.uniform(-0.18, 0.18, 12))])
    n = len(kind)
    lat, lon = (LAT + dlat * 1e6).astype(int), (LON + dlon * 1e6).astype(int)
    zlat, zlon = LAT + rng.uniform(-0.16, 0.16, zones) * 1e6, LON + rng.uniform(-0.2, 0.2, zones) * 1e6

    def closest(la: Any, lo: Any) -> Any:
        return 3 + np.argmin((la[:, None] - lat[3:7]) ** 2 + (lo[:, None] - lon[3:7]) ** 2, axis=1)

    sites = Sites(
        name=np.array([f"site {i}" for i in range(n)], object),
        kind=kind,
        lat_udeg=lat,
        lon_udeg=lon,
        region=np.zeros(n),
        station=np.r_[np.full(7, -1), closest(lat[7:], lon[7:])],
        capacity=np.r_[np.full(7, 20_000), np.full(12, 60)],
    )
    outside = rng.uniform(size=zones) < 0.06
    zone = Zones(
        name=np.array([f"zone {i}" for i in range(zones)], object),
        lat_udeg=zlat.astype(int),
        lon_udeg=zlon.astype(int),
        region=np.zeros(zones),
        station=np.where(outside, -1, closest(zlat, zlon)),
        rural=outside.astype(int),
        people=rng.integers(2_000, 40_000, zones),
        radius_m=rng.integers(900, 2_500, zones),
    )
    services = Services(
        name=np.array([f"Example {c}" for c in NAMES], object),
        card=np.array(NAMES, object),
        way=[Way.POST, Way.REGIONAL, Way.EXPRESS, Way.COURIER],
        pickup_s=[17 * 3600, 18 * 3600, 19 * 3600, 12 * 3600],
        capacity=[4_000, 3_000, 1_000, 200],
        max_g=[31_500, 35_000, 68_000, 20_000],
        max_mm=[1_500, 1_500, 2_700, 1_000],
        max_girth_mm=[3_300, 3_000, 4_100, 2_400],
        transit_p50_s=np.full(4, 2 * DAY_S),
        transit_p90_s=np.full(4, 3 * DAY_S),
    )
    station = np.repeat(np.arange(3, 7), vans)
    rows: list[dict[str, Any]] = []
    for at in station:
        way = Way.OWN if len(rows) % 2 else Way.DSP
        rows.append(
            {
                "station": at,
                "way": way,
                "volume_ml": 12_000_000,
                "weight_g": 1_200_000,
                "max_stops": 160,
                "shift_lo_s": 28_800,
                "shift_hi_s": 64_800,
                "break_s": 1_800,
                "range_m": 180_000,
                "electric": 1,
                "fixed_c": 0,
                "hour_c": 2_500 if way == Way.OWN else 2_700,
                "km_mc": 30,
                "wh_km": 250,
                "co2_ug_m": 95_000,
            }
        )
    for at in (3, 5):
        rows += [
            {
                "station": at,
                "way": Way.DRONE,
                "volume_ml": 8_000,
                "weight_g": 2_270,
                "max_stops": 1,
                "shift_lo_s": 28_800,
                "shift_hi_s": 64_800,
                "break_s": 0,
                "range_m": 26_000,
                "electric": 1,
                "fixed_c": 30,
                "hour_c": 300,
                "km_mc": 2,
                "wh_km": 30,
                "co2_ug_m": 0,
            }
        ] * 3
        rows += [
            {
                "station": at,
                "way": Way.ROBOT,
                "volume_ml": 40_000,
                "weight_g": 10_000,
                "max_stops": 1,
                "shift_lo_s": 28_800,
                "shift_hi_s": 64_800,
                "break_s": 0,
                "range_m": 20_000,
                "electric": 1,
                "fixed_c": 20,
                "hour_c": 250,
                "km_mc": 1,
                "wh_km": 40,
                "co2_ug_m": 0,
            }
        ] * 4
    vehicles = Vehicles(
        barred=np.zeros(len(rows)),
        name=np.array([f"v{i}" for i in range(len(rows))], object),
        **{c: np.array([r[c] for r in rows]) for c in rows[0]},
    )
    d = 40
    drivers = Drivers.fill(
        d, station=3 + np.arange(d) % 4, volume_ml=400_000, weight_g=250_000, car_km_mc=40, co2_ug_m=180_000
    )
    pairs = [(0, 2), (1, 2)] + [(2, s) for s in range(3, 7)]
    lanes = Lanes.fill(
        len(pairs) * 4,
        origin=np.repeat([p[0] for p in pairs], 4),
        dest=np.repeat([p[1] for p in pairs], 4),
        depart_s=np.tile([3 * 3600, 9 * 3600, 15 * 3600, 21 * 3600], len(pairs))
        + np.repeat([0, 0, 5400, 5400, 5400, 5400], 4),
        cutoff_s=1_800,
        drive_s=3_000,
        dist_m=40_000,
        volume_ml=60_000_000,
        weight_g=15_000_000,
        cost_c=22_000,
        days=127,
        electric=0,
    )
    hop, time, far = np.full((n, n), -1), np.full((n, n), -1), np.full((n, n), -1)
    for a in range(3):
        for b in range(2, 7):
            if a != b:
                via = b if a == 2 or b == 2 else 2
                hop[a, b], time[a, b], far[a, b] = via, 13_800 if via == b else 20_000, 40_000
    hops = NextHop(site=hop.ravel(), time_s=time.ravel(), dist_m=far.ravel())
    return [sites, zone, services, *load_cards(CARDS, NAMES), vehicles, drivers, lanes, hops]


def state_with(seed: int, n: int, zones: int = 80, vans: int = 12, **changes: Any) -> State:
    """A state with `n` planned packages and their orders; `changes` overwrite columns of Packages."""
    state = State()
    for table in reference_tables(seed, zones, vans):
        state.load(table)
    rng = generator(seed, "test/packages")
    z = state.table(Zones)
    zone = rng.choice(len(z), n, p=z.people / z.people.sum())
    lat = z.lat_udeg[zone] + rng.normal(0, 6_000, n).astype(int)
    lon = z.lon_udeg[zone] + rng.normal(0, 8_000, n).astype(int)
    speed = rng.choice(3, n, p=[0.7, 0.25, 0.05])
    due = MONDAY_S + np.array([3, 1, 0])[speed] * DAY_S + 21 * 3600
    state.load(
        Orders.fill(
            n,
            at_s=MONDAY_S,
            zone=zone,
            lat_udeg=lat,
            lon_udeg=lon,
            speed=speed,
            consent=rng.integers(0, 16, n),
            status=2,
            due_lo_s=due - 12 * 3600,
            due_s=due,
        )
    )
    side = np.sort(np.exp(rng.normal(5.3, 0.5, (n, 3))).astype(int) + 20, axis=1)[:, ::-1]
    grams = np.clip(np.exp(rng.normal(6.8, 1.1, n)), 50, 60_000).astype(int)
    columns: dict[str, Any] = {
        "order": np.arange(n),
        "fc": rng.integers(0, 2, n),
        "units": 1,
        "weight_g": grams,
        "length_mm": side[:, 0],
        "width_mm": side[:, 1],
        "height_mm": side[:, 2],
        "volume_ml": -(-side.astype(np.int64).prod(axis=1) // 1000),
        "flags": (rng.uniform(size=n) < 0.02) * 2,
        "due_lo_s": due - 12 * 3600,
        "due_s": due,
        "status": int(Status.PLANNED),
        "holder_kind": 0,
        "attempts": 0,
    }
    state.load(Packages.fill(n, **{**columns, "holder": columns["fc"], **changes}))
    return state


def desk(state: State, now_s: int, every_s: int = 300, **rules: Any) -> Desk:
    """A desk as the roster would hand it out."""
    world: Any = SimpleNamespace(carriers=TwinCarriers(7, OFFSET_S))
    return Desk(
        state=state,
        world=world,
        rules={CarriersRules: CarriersRules(**rules)},
        seed=7,
        utc_offset_s=OFFSET_S,
        now_s=now_s,
        after_s=now_s - every_s,
    )


def fold(state: State, at_s: int, *facts: Any) -> None:
    """Apply facts as the ledger would."""
    folds = {**FOLDS, **SCANS}
    for fact in facts:
        if type(fact) in folds:
            folds[type(fact)](state, fact, at_s)


def turn(state: State, name: str, now_s: int, **rules: Any) -> list[Any]:
    """Run one service of the room and fold what it posts."""
    service = next(s for s in SERVICES if s.name == name)
    at = desk(state, now_s, service.every_s, **rules)
    service.work(at)
    fold(state, now_s, *at.posted)
    return at.posted
