"""What legs emit, and how they are split: pure functions.

Thinking of ISO 14083: one leg for each vehicle trip and each building's period, well-to-wheel; the empty return is part
of the leg, since the whole round is. Split by item (EN 17837: volume and stops, not weight, fill a van), by mass, or by
mass and direct distance (GLEC Framework 3.2), in integers by cascade rounding, so that packages add up to their vehicle
to the milligram (core/split.py). Nothing here is metered: the best class of data is MODELLED.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.split import split_groups
from doorward.footprint.rules import FootprintRules
from doorward.tables.fleet import Runs, Vehicles
from doorward.tables.flex import Blocks, Drivers
from doorward.tables.footprint import DataClass, Factors, LegKind, Legs, Shares
from doorward.tables.linehaul import Equipment, Lanes, Trips

Longs = NDArray[np.int64]
BODY_FACTORS = (
    ("truck_empty", "truck_full", "truck_tkm"),
    ("rigid_empty", "rigid_full", "rigid_tkm"),
    ("light_empty", "light_full", "light_tkm"),
    ("van_diesel", "van_diesel", "van_tkm"),
)
"""Names of the factors (empty, full, by tonne-kilometre) of each `tables.linehaul.Body`."""
SUMS = (LegKind.PACKAGING, LegKind.CARRIER, LegKind.RETURN)
"""Legs that are the sum of what each package has by itself; nothing is split there."""


def factor(factors: Factors, name: str) -> tuple[int, int]:
    """(wtt_ug, ttw_ug) of a named factor."""
    row = int(np.flatnonzero(factors.name == name)[0])
    return int(factors.wtt_ug[row]), int(factors.ttw_ug[row])


def metered_wh(metres: Longs, vehicle: NDArray[np.int32], vehicles: Vehicles, rules: FootprintRules) -> Longs:
    """Watt hours at the meter, charging loss included, of battery vehicles (rows) for these metres."""
    draw = vehicles.wh_km[vehicle].astype(np.int64)
    used = metres * np.where(draw > 0, draw, rules.van_wh_km) // 1000
    return np.asarray(used + used * rules.charging_loss_pm // 1000, np.int64)


def _fuel(metres: Longs, own_ug_m: Longs, usual: tuple[int, int]) -> tuple[Longs, Longs]:
    """(wtt_mg, ttw_mg) of a combustion engine: its own well-to-wheel figure where it has one, else the usual car's."""
    wtt_ug, ttw_ug = usual
    total = metres * np.where(own_ug_m > 0, own_ug_m, wtt_ug + ttw_ug) // 1000
    ttw = total * ttw_ug // (wtt_ug + ttw_ug)
    return total - ttw, ttw


def run_legs(
    runs: Runs,
    rows: Longs,
    vehicles: Vehicles,
    blocks: Blocks,
    drivers: Drivers,
    factors: Factors,
    rules: FootprintRules,
    at_s: int,
) -> Legs:
    """One leg for each ended run (rows): driven metres x the vehicle's factor, or watt hours x the grid.

    A run that broke down counts the metres until then. Vans, drones and robots have rows in Vehicles, gig drivers' cars
    in Drivers; where neither is known it is an average petrol car.
    """
    driven = runs.actual_m[rows] >= 0
    metres = np.where(driven, runs.actual_m[rows], runs.dist_m[rows]).astype(np.int64)
    wtt, ttw, wh = (np.zeros(len(rows), np.int64) for _ in range(3))
    vehicle, block = runs.vehicle[rows], runs.block[rows]
    own = vehicle >= 0
    battery = np.zeros(len(rows), bool)
    battery[own] = vehicles.electric[vehicle[own]] == 1
    wh[battery] = metered_wh(metres[battery], vehicle[battery], vehicles, rules)
    wtt[battery] = wh[battery] * sum(factor(factors, "grid")) // 1000
    fuel = own & ~battery
    known = np.zeros(len(rows), np.int64)
    known[battery] = vehicles.wh_km[vehicle[battery]]
    known[fuel] = vehicles.co2_ug_m[vehicle[fuel]]
    wtt[fuel], ttw[fuel] = _fuel(metres[fuel], known[fuel], factor(factors, "van_diesel"))
    gig = np.flatnonzero((block >= 0) & ~own)
    driver = blocks.driver[block[gig]]
    known[gig[driver >= 0]] = drivers.co2_ug_m[driver[driver >= 0]]
    car = ~own
    wtt[car], ttw[car] = _fuel(metres[car], known[car], factor(factors, "car_petrol"))
    return Legs.fill(
        len(rows),
        kind=int(LegKind.LAST_MILE),
        ref=rows,
        at_s=at_s,
        dist_m=metres,
        wh=wh,
        wtt_mg=wtt,
        ttw_mg=ttw,
        basis=np.where(driven & (known > 0), int(DataClass.MODELLED), int(DataClass.DEFAULT)),
    )


def trip_legs(
    trips: Trips,
    rows: Longs,
    lanes: Lanes,
    kinds: Equipment,
    factors: Factors,
    rules: FootprintRules,
    at_s: int,
) -> Legs:
    """One leg for each trip that arrived.

    Own vehicles: between empty and full by the share of the weight limit, and `empty_return_pm` of the lane's distance
    back empty on account of this trip, whatever else the truck may do there. A partner's shared truck: tonne-kilometres
    of the chargeable weight (bulk counts, so parcels bear more than their mass would) at the average load of its kind;
    its metres are those that such a truck, on average laden, drives for as much CO2e.
    """
    lane, kind = trips.lane[rows], trips.equipment[rows].astype(np.int64)
    listed = kind >= 0
    kind = np.maximum(kind, 0)

    def of(column: str, plain: Longs | int) -> Longs:
        if not len(kinds):
            return np.broadcast_to(np.asarray(plain, np.int64), (len(rows),))
        return np.where(listed, getattr(kinds, column)[kind].astype(np.int64), plain)

    body, shared = of("body", 0), of("shared", 0) == 1
    battery = of("electric", lanes.electric[lane].astype(np.int64)) == 1
    metres = lanes.dist_m[lane].astype(np.int64)
    back = metres * rules.empty_return_pm // 1000
    most_g = np.maximum(1, of("weight_g", lanes.weight_g[lane]))
    share = np.clip(trips.weight_g[rows] * 1000 // most_g, 0, 1000)
    empty, full, tonne = (
        np.array([factor(factors, names[i]) for names in BODY_FACTORS]).T[:, body] for i in range(3)
    )
    fuel = (metres * (empty * 1000 + (full - empty) * share) + back * empty * 1000) // 1_000_000
    charged_g = np.maximum(trips.weight_g[rows], trips.volume_ml[rows] * of("dense_g_l", 0) // 1000)
    carried = charged_g * metres // 1_000 * tonne // 1_000_000
    fuel = np.where(shared, carried, fuel)
    driven = np.where(shared, 1000 * fuel.sum(axis=0) * 2 // (empty + full).sum(axis=0), metres + back)
    battery &= ~shared
    wh = np.where(battery, driven * rules.truck_wh_m, 0)
    wh += wh * rules.charging_loss_pm // 1000
    return Legs.fill(
        len(rows),
        kind=int(LegKind.LINEHAUL),
        ref=rows,
        at_s=at_s,
        dist_m=driven,
        wh=wh,
        wtt_mg=np.where(battery, wh * sum(factor(factors, "grid")) // 1000, fuel[0]),
        ttw_mg=np.where(battery, 0, fuel[1]),
        basis=int(DataClass.DEFAULT),
    )


def building_legs(
    kind: LegKind, sites: Longs, wh: Longs, basis: DataClass, factors: Factors, at_s: int
) -> Legs:
    """One leg for each building's period."""
    return Legs.fill(
        len(sites),
        kind=int(kind),
        ref=sites,
        at_s=at_s,
        dist_m=0,
        wh=wh,
        wtt_mg=wh * sum(factor(factors, "grid")) // 1000,
        ttw_mg=0,
        basis=int(basis),
    )


def sum_legs(kind: LegKind, ref: Longs, own_mg: Longs, basis: DataClass, at_s: int) -> Legs:
    """One leg for each different `ref` (n,): the sum of what its packages (n,) have by themselves."""
    at, row = np.unique(ref, return_inverse=True)
    total = np.zeros(len(at), np.int64)
    np.add.at(total, row, own_mg)
    return Legs.fill(
        len(at), kind=int(kind), ref=at, at_s=at_s, dist_m=0, wh=0, wtt_mg=total, ttw_mg=0, basis=int(basis)
    )


def plan_shares(
    legs: Legs, first_leg: int, leg: Longs, package: Longs, weight: Longs, own_mg: Longs
) -> Shares:
    """Split legs over packages; rows (leg number from `first_leg`, package) must stand together by leg, ascending.

    weight (n,): 1 each for "item", grams for "mass", kilograms x metres for "mass_distance". own_mg (n,): for legs of
    SUMS the package's own amount, which is its share; else -1.
    """
    own = np.isin(legs.kind, SUMS)[leg - first_leg]
    co2 = np.where(own, own_mg, split_groups(legs.wtt_mg + legs.ttw_mg, leg - first_leg, weight))
    dist = split_groups(legs.dist_m, leg - first_leg, np.ones(len(leg), np.int64))
    return Shares.fill(len(leg), leg=leg, package=package, dist_m=dist, co2_mg=co2)
