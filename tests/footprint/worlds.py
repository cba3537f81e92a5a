"""A small network's days, drawn by seed: packed, moved twice, driven to doors, brought back, returned."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from doorward.core import seed as draws
from doorward.core.table import Table
from doorward.core.units import DAY_S, HOUR_S
from doorward.footprint.factors import defra_2025
from doorward.footprint.rules import FootprintRules
from doorward.footprint.service import charge_vans, close_legs
from doorward.footprint.state import FOLDS
from doorward.ledger.state import State
from doorward.tables.fleet import Runs, RunStatus, Vehicles
from doorward.tables.flex import Blocks, Drivers
from doorward.tables.items import Boxes
from doorward.tables.journey import Event
from doorward.tables.linehaul import Lanes, Trips, TripStatus
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.remarks import Remarks
from doorward.tables.sites import Floors, SiteKind, Sites
from doorward.tables.ways import Services, Way
from tests.modes import LAT, LON, MIDNIGHT_S, desk_at, turn

E = Event
FC, SORT, STATION, LOCKER = (0, 1), 2, (3, 4), 5
KINDS = [SiteKind.FC, SiteKind.FC, SiteKind.SORT, SiteKind.STATION, SiteKind.STATION, SiteKind.LOCKER]
LANES = [(0, 2), (1, 2), (2, 3), (2, 4)]


def network() -> State:
    """Two FCs, a sort center, two stations, a locker; a diesel van, two battery vans, a drone; two gig drivers."""
    state = State()
    state.load(
        Sites.fill(
            6,
            name=[f"site {i}" for i in range(6)],
            kind=[int(k) for k in KINDS],
            region=0,
            capacity=1000,
            station=-1,
            lat_udeg=LAT + 90_000 * np.arange(6),
            lon_udeg=LON + 50_000 * np.arange(6),
        )
    )
    state.load(Floors.fill(2, kwh_day=[900, 1300], opens_s=0, closes_s=DAY_S))
    state.load(Boxes.fill(2, name=["small", "large"], board_g=[90, 310], film_g=[4, 11], max_g=20_000))
    state.load(
        Services.fill(2, name=["post", "express"], card=["a", "b"], way=[int(Way.POST), int(Way.EXPRESS)])
    )
    state.load(
        Vehicles.fill(
            4,
            name=["diesel", "battery", "battery 2", "drone"],
            station=[3, 3, 4, 3],
            way=[int(Way.OWN), int(Way.OWN), int(Way.DSP), int(Way.DRONE)],
            electric=[0, 1, 1, 1],
            wh_km=[0, 320, 0, 40],
            co2_ug_m=[312_000, 0, 0, 0],
            shift_lo_s=9 * HOUR_S,
            shift_hi_s=20 * HOUR_S,
        )
    )
    state.load(Drivers.fill(2, station=3, co2_ug_m=[210_000, -1]))
    state.load(Blocks.fill(3, station=3, driver=[0, 1, -1]))
    lanes = np.array(LANES)
    state.load(
        Lanes.fill(
            4,
            origin=lanes[:, 0],
            dest=lanes[:, 1],
            dist_m=[31_000, 18_500, 12_345, 47_001],
            weight_g=900_000,
            volume_ml=10**9,
            electric=[0, 1, 0, 0],
            days=127,
        )
    )
    state.load(defra_2025())
    return state


@dataclass
class Days:
    """What happens when: (at_s, event, site, ref, package), and the vehicles' columns by row."""

    state: State
    seed: int
    scans: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    runs: list[dict[str, int]] = field(default_factory=list)
    trips: list[dict[str, int]] = field(default_factory=list)
    now_s: int = MIDNIGHT_S

    def add(self, at_s: int, event: Event, package: int, site: int = -1, ref: int = -1) -> None:
        self.scans.append((at_s, int(event), site, ref, package))

    def happen(self, upto_s: int) -> None:
        """All that happens in (now_s, upto_s] becomes known."""
        rows = sorted(s for s in self.scans if self.now_s < s[0] <= upto_s)
        if rows:
            at, event, site, ref, package = zip(*rows, strict=True)
            self.state.append(
                Scans.fill(len(rows), at_s=at, event=event, site=site, ref=ref, package=package, reason=0)
            )
        for kind, vehicles, done in ((Runs, self.runs, RunStatus.LEFT), (Trips, self.trips, TripStatus.LEFT)):
            for row, plan in enumerate(vehicles):
                ended = plan["ended_s"] <= upto_s
                if plan["left_s"] > upto_s:
                    continue
                columns: dict[str, int] = {"left_s": plan["left_s"]}
                columns["status"] = plan["end"] if ended else int(done)
                if kind is Runs and ended:
                    columns |= {"ended_s": plan["ended_s"], "actual_m": plan["actual_m"]}
                self.state.put(kind, np.array([row]), **columns)
        self.now_s = upto_s

    def work(self, rules: FootprintRules) -> list[Table]:
        """One hour of the footprint services at `now_s`."""
        desk = desk_at(self.state, self.now_s, {}, rules, every_s=HOUR_S)
        close_legs(desk)
        posted = turn(desk, {**FOLDS, Remarks: _keep})
        if (self.now_s - MIDNIGHT_S) % DAY_S == 21 * HOUR_S:
            desk = desk_at(self.state, self.now_s, {}, rules, every_s=DAY_S)
            charge_vans(desk)
            posted = [*posted, *turn(desk, {**FOLDS, Remarks: _keep})]
        return posted

    def live(self, rules: FootprintRules, hours: int = 76) -> State:
        for _ in range(hours):
            self.happen(self.now_s + HOUR_S)
            self.work(rules)
        return self.state


def _keep(state: State, rows: Table, at_s: int) -> None:
    state.append(rows)


def draw_days(n: int, seed: int) -> Days:
    """n packages over two days with everything that can happen to them."""
    state, rng = network(), draws.generator(seed, "days")
    days = Days(state, seed)
    partner = rng.random(n) < 0.25
    station = np.where(partner, -1, rng.integers(3, 5, n))
    state.load(
        Orders.fill(
            n,
            lat_udeg=LAT + rng.integers(-90_000, 500_000, n),
            lon_udeg=LON + rng.integers(-90_000, 90_000, n),
        )
    )
    state.load(
        Packages.fill(
            n,
            order=np.arange(n),
            fc=rng.integers(0, 2, n),
            box=rng.integers(-1, 2, n),
            station=station,
            weight_g=rng.integers(50, 9000, n),
            packed_g=np.where(rng.random(n) < 0.9, rng.integers(50, 9000, n), -1),
            carrier=np.where(partner, rng.integers(0, 2, n), -1),
            co2_mg=np.where(partner, rng.integers(-1, 900_000, n), -1),
            locker=np.where(rng.random(n) < 0.1, LOCKER, -1),
            attempts=0,
            status=0,
        )
    )
    packages = state.table(Packages)
    for p in range(n):
        packed = (
            MIDNIGHT_S
            + int(rng.integers(3, 20)) * HOUR_S
            + int(rng.integers(1, HOUR_S))
            + int(rng.integers(2)) * DAY_S
        )
        days.add(packed, E.PACKED, p, site=int(packages.fc[p]))
        if partner[p]:
            days.add(packed + HOUR_S, E.HANDED_OVER, p, ref=int(packages.carrier[p]))
            if rng.random() < 0.1:
                days.add(packed + 20 * HOUR_S, E.RETURNED, p, site=int(packages.fc[p]))
            continue
        first = _ride(days, rng, int(packages.fc[p]), SORT, packed, p)
        at_station = _ride(days, rng, SORT, int(station[p]), first + 600, p)
        days.add(at_station + 300, E.INDUCTED, p, site=int(station[p]))
        _last_mile(days, rng, p, int(station[p]), at_station + 600)
    _vehicles_to_state(days)
    return days


def _ride(days: Days, rng: np.random.Generator, origin: int, dest: int, ready_s: int, package: int) -> int:
    """On the next departure of the lane (one every two hours); returns when it arrives."""
    lane = LANES.index((origin, dest))
    left = MIDNIGHT_S + ((ready_s - MIDNIGHT_S) // 7200 + 1) * 7200
    row = next((i for i, t in enumerate(days.trips) if (t["lane"], t["left_s"]) == (lane, left)), None)
    if row is None:
        row = len(days.trips)
        days.trips.append(
            {
                "lane": lane,
                "left_s": left,
                "ended_s": left + 4000,
                "end": int(TripStatus.DONE),
                "packages": 0,
                "weight_g": 0,
            }
        )
    days.trips[row]["packages"] += 1
    days.trips[row]["weight_g"] += 30_000
    days.add(left, E.DEPARTED, package, site=origin, ref=row)
    days.add(left + 4000, E.ARRIVED, package, site=dest, ref=row)
    return left + 4000


def _run(days: Days, rng: np.random.Generator, station: int, ready_s: int) -> int:
    """The station's next run (one an hour and station, by whatever goes)."""
    left = MIDNIGHT_S + ((ready_s - MIDNIGHT_S) // HOUR_S + 1) * HOUR_S + 17
    for i, run in enumerate(days.runs):
        if (run["station"], run["left_s"]) == (station, left) and not run.get("rescue"):
            return i
    return _new_run(days, rng, station, left)


def _new_run(days: Days, rng: np.random.Generator, station: int, left_s: int, rescue: int = 0) -> int:
    gig = rng.random() < 0.3
    broken = not rescue and rng.random() < 0.15
    days.runs.append(
        {
            "station": station, "vehicle": -1 if gig else int(rng.integers(0, 4)),
            "block": int(rng.integers(0, 3)) if gig else -1,
            "left_s": left_s, "ended_s": left_s + int(rng.integers(4000, 15_000)), "rescue": rescue,
            "end": int(RunStatus.BROKEN if broken else RunStatus.DONE), "dist_m": int(rng.integers(1000, 90_000)),
            "actual_m": int(rng.integers(500, 99_000)) if rng.random() < 0.9 else -1,
        }
    )  # fmt: skip
    return len(days.runs) - 1


def _last_mile(days: Days, rng: np.random.Generator, p: int, station: int, ready_s: int) -> None:
    """Delivered at the first try, or brought back and tried again, or moved to a rescuer, or returned in the end."""
    for _ in range(3):
        row = _run(days, rng, station, ready_s)
        run = days.runs[row]
        days.add(run["left_s"], E.OUT_FOR_DELIVERY, p, ref=row)
        if run["end"] == RunStatus.BROKEN:
            rescue = next((i for i, r in enumerate(days.runs) if r["rescue"] == row + 1), None)
            if rescue is None:
                rescue = _new_run(days, rng, station, run["ended_s"] + 900, rescue=row + 1)
            row = rescue
            run = days.runs[row]
            days.add(run["left_s"], E.TRANSFERRED, p, ref=row)
        if rng.random() < 0.7:
            days.add(run["ended_s"] - 100, E.DELIVERED, p)
            return
        days.add(run["ended_s"], E.BROUGHT_BACK, p, site=station)
        ready_s = run["ended_s"] + 60
    days.add(ready_s + 9 * HOUR_S, E.RETURNED, p, site=int(days.state.table(Packages).fc[p]))


def _vehicles_to_state(days: Days) -> None:
    runs, trips = days.runs, days.trips
    names = ("station", "vehicle", "block", "dist_m")
    days.state.load(
        Runs.fill(
            len(runs),
            **{k: [r[k] for r in runs] for k in names},
            depart_s=[r["left_s"] for r in runs],
            back_s=[r["left_s"] + 9000 for r in runs],
            status=int(RunStatus.PLANNED),
        )
    )
    names = ("lane", "packages", "weight_g")
    days.state.load(
        Trips.fill(
            len(trips) + 1,
            **{k: [*(t[k] for t in trips), 0] for k in names},
            status=int(TripStatus.PLANNED),
            depart_s=[*(t["left_s"] for t in trips), MIDNIGHT_S],
        )
    )
    days.state.put(Trips, np.array([len(trips)]), status=int(TripStatus.DONE), left_s=MIDNIGHT_S)
