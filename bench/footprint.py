"""The carbon ledger over a whole day, and charging plans against what depots do without one.

    python -m bench.footprint

Synthetic: 21,000 packages of one day, 2 FCs, a sort center, 5 stations, 180 trips, 330 runs, closed hour by hour over
four more days; then with five days of packages. Charging: 500 vans at one station, an invented tariff and grid.
"""

from __future__ import annotations

import time

import numpy as np

from doorward.core import seed as draws
from doorward.core.units import DAY_S, HOUR_S
from doorward.footprint.charging.baseline import least_laxity, plug_in
from doorward.footprint.charging.kernel import fill_slots
from doorward.footprint.charging.plan import SLOT_S
from doorward.footprint.factors import defra_2025
from doorward.footprint.report import balance
from doorward.footprint.rules import FootprintRules
from doorward.footprint.service import close_legs
from doorward.footprint.state import FOLDS
from doorward.ledger.desk import Desk
from doorward.ledger.state import State
from doorward.tables.fleet import Runs, RunStatus, Vehicles
from doorward.tables.footprint import Legs, Shares
from doorward.tables.items import Boxes
from doorward.tables.journey import Event
from doorward.tables.linehaul import Lanes, Trips, TripStatus
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.sites import Floors, SiteKind, Sites

FCS, SORT, STATIONS = 2, 2, 5
PER_RUN, RUN_S, RIDE_S = 64, 4 * HOUR_S, 2 * HOUR_S


def network(n: int) -> State:
    """Buildings, lanes, vehicles and packages."""
    state, rng = State(), draws.generator(1, "bench")
    kinds = [SiteKind.FC] * FCS + [SiteKind.SORT] + [SiteKind.STATION] * STATIONS
    state.load(
        Sites.fill(len(kinds), name=[str(i) for i in range(len(kinds))], kind=[int(k) for k in kinds],
                   lat_udeg=40_000_000 + 50_000 * np.arange(len(kinds)), lon_udeg=0, region=0, capacity=1)
    )  # fmt: skip
    state.load(Floors.fill(FCS, kwh_day=9000))
    state.load(Boxes.fill(4, name=["a", "b", "c", "d"], board_g=[60, 120, 250, 400], film_g=5))
    lanes = [(f, SORT) for f in range(FCS)] + [(SORT, SORT + 1 + s) for s in range(STATIONS)]
    state.load(Lanes.fill(len(lanes), origin=[a for a, _ in lanes], dest=[b for _, b in lanes], dist_m=20_000,
                          weight_g=9_000_000, electric=0))  # fmt: skip
    state.load(Vehicles.fill(400, name=["v"] * 400, station=3, way=0, electric=np.arange(400) % 2, wh_km=320,
                             co2_ug_m=312_000))  # fmt: skip
    state.load(defra_2025())
    state.load(Orders.fill(n, lat_udeg=40_000_000 + rng.integers(0, 400_000, n), lon_udeg=0))
    state.load(
        Packages.fill(n, order=np.arange(n), fc=rng.integers(0, FCS, n), box=rng.integers(0, 4, n),
                      station=SORT + 1 + rng.integers(0, STATIONS, n), weight_g=rng.integers(50, 9000, n))
    )  # fmt: skip
    return state


def history(state: State, days: int) -> list[Scans]:
    """Scans of each hour; loads Trips and Runs as well. Packages of a day are packed within its 24 hours."""
    rng, n = draws.generator(2, "bench"), state.count(Packages)
    packages, row = state.table(Packages), np.arange(n)
    packed = np.sort(rng.integers(0, days * DAY_S, n))
    first = packed // (2 * HOUR_S) * FCS + packages.fc
    left = (packed // (2 * HOUR_S) + 1) * 2 * HOUR_S
    station = packages.station - SORT - 1
    second = (left // (4 * HOUR_S) + 1) * STATIONS + station
    again = (left // (4 * HOUR_S) + 1) * 4 * HOUR_S + HOUR_S
    shift = (again + RIDE_S) // (12 * HOUR_S) + 1
    order = np.lexsort((row, station, shift))
    key = (shift * STATIONS + station)[order]
    start = np.r_[True, key[1:] != key[:-1]]
    nth = np.arange(n) - np.maximum.accumulate(np.where(start, np.arange(n), 0))
    run = np.empty(n, np.int64)
    run[order] = np.cumsum(start | (nth % PER_RUN == 0)) - 1
    trip_a, a = np.unique(first, return_inverse=True)
    trip_b, b = np.unique(second, return_inverse=True)
    b += len(trip_a)
    out = shift * 12 * HOUR_S + 60
    trips = len(trip_a) + len(trip_b)
    trip_left = np.zeros(trips, np.int64)
    trip_left[a], trip_left[b] = left, again
    lane = np.zeros(trips, np.int64)
    lane[a], lane[b] = packages.fc, FCS + station
    state.load(Trips.fill(trips, lane=lane, left_s=trip_left, status=int(TripStatus.PLANNED), weight_g=900_000,
                          packages=np.bincount(np.r_[a, b], minlength=trips)))  # fmt: skip
    runs = int(run.max()) + 1
    run_left = np.zeros(runs, np.int64)
    run_left[run] = out
    state.load(Runs.fill(runs, left_s=run_left, status=int(RunStatus.PLANNED), dist_m=70_000, actual_m=72_000,
                         vehicle=np.arange(runs) % 400, station=3))  # fmt: skip
    empty = np.full(n, -1)
    parts = [
        (packed, Event.RELEASED, packages.fc, empty), (packed, Event.PICKED, packages.fc, empty),
        (packed, Event.PACKED, packages.fc, empty), (packed + 300, Event.SORTED, packages.fc, empty),
        (left, Event.DEPARTED, packages.fc, a), (left + RIDE_S, Event.ARRIVED, np.full(n, SORT), a),
        (again, Event.DEPARTED, np.full(n, SORT), b), (again + RIDE_S, Event.ARRIVED, packages.station, b),
        (again + RIDE_S, Event.INDUCTED, packages.station, empty), (out, Event.OUT_FOR_DELIVERY, empty, run),
        (out + RUN_S // 2, Event.DELIVERED, empty, empty),
    ]  # fmt: skip
    scans = Scans.concat(
        [Scans.fill(n, package=row, at_s=at, event=int(e), site=site, ref=ref) for at, e, site, ref in parts]
    )
    scans = scans.take(np.argsort(scans.at_s, kind="stable"))
    edges = np.searchsorted(scans.at_s, HOUR_S * np.arange(1, (days + 4) * 24 + 1), side="right")
    return [scans.take(slice(lo, hi)) for lo, hi in zip([0, *edges[:-1]], edges, strict=True)]


def close_all(days: int, method: str) -> None:
    """Every hour: what happened becomes known, then the service and its fold."""
    state = network(21_000 * days)
    rules, cpu, worst = FootprintRules(method=method), 0.0, 0.0
    for hour, scans in enumerate(history(state, days), start=1):
        now = hour * HOUR_S
        state.append(scans)
        runs, trips = state.table(Runs), state.table(Trips)
        state.put(Runs, np.flatnonzero(runs.left_s + RUN_S <= now), status=int(RunStatus.DONE))
        state.put(Trips, np.flatnonzero(trips.left_s + RIDE_S <= now), status=int(TripStatus.DONE))
        began = time.process_time()
        desk = Desk(state, None, {FootprintRules: rules}, 1, 0, now, now - HOUR_S)  # type: ignore[arg-type]
        close_legs(desk)
        for fact in desk.posted:
            FOLDS[type(fact)](state, fact, now)
        took = time.process_time() - began
        cpu, worst = cpu + took, max(worst, took)
    found = balance(state)
    print(
        f"{state.count(Packages):9,} packages  {days} days  {method:13}  {state.count(Legs):6,} legs  "
        f"{state.count(Shares):9,} shares  {cpu:5.2f} CPU s  worst hour {worst * 1e3:4.0f} ms  off {found.off_mg} mg"
    )


def charge(vans: int, site_pm: int, name: str) -> None:
    """A night of vans that come home around 19:00 and leave around 08:00; site power as a share of plugging in."""
    rng, slots = draws.generator(3, name), 16 * 4
    begin, end = rng.integers(0, 12, vans), rng.integers(50, slots, vans)
    room = np.zeros((vans, slots), np.int64)
    for i in range(vans):
        room[i, begin[i] : end[i]] = 7400 * SLOT_S // HOUR_S
    need = rng.integers(20_000, 56_000, vans)
    free = plug_in(need, room)
    cap = np.full(slots, int(free.sum(axis=0).max()) * site_pm // 1000)
    rules = FootprintRules()
    hour = (18 + np.arange(slots) // 4) % 24
    price, grid = np.array(rules.tariff_mc_kwh)[hour], np.array(rules.grid_mg_wh)[hour]
    order = np.lexsort((np.arange(slots), grid, price))
    fill_slots(need[:2], room[:2], cap, order)
    began = time.process_time()
    exact = fill_slots(need, room, cap, order)
    took = time.process_time() - began
    print(f"\n{name}: {vans} vans, {slots} slots, planned in {took * 1e3:.1f} ms")
    for what, x in (
        ("plug in", free),
        ("least laxity first", least_laxity(need, room, cap)),
        ("exact", exact),
    ):
        total, by_slot = x.sum(), x.sum(axis=0)
        print(
            f"  {what:20}{total / need.sum():8.2%} of need  {(by_slot * price).sum() / total / 1000:6.2f} c/kWh  "
            f"{(by_slot * grid).sum() / total:6.1f} g/kWh  peak {by_slot.max() * 4 / 1000:7,.0f} kW"
        )


def main() -> None:
    """Print both tables."""
    for days, method in ((1, "item"), (1, "mass_distance"), (5, "item")):
        close_all(days, method)
    charge(500, 450, "site at 45 % of the free peak")
    charge(500, 250, "site at 25 % of the free peak (short)")


if __name__ == "__main__":
    main()
