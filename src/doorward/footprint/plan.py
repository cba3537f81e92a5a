"""What legs emit, and how they are split: pure functions.

Thinking of ISO 14083: one leg for each vehicle trip and each building's period, well-to-wheel; the empty return is part
of the leg, since the whole round is. Split by item (EN 17837: volume and stops, not weight, fill a van) or by mass, in
integers by cascade rounding, so that packages add up to their vehicle to the milligram (core/split.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.split import split_groups
from doorward.footprint.rules import FootprintRules
from doorward.tables.fleet import Runs, Vehicles
from doorward.tables.flex import Blocks, Drivers
from doorward.tables.footprint import Factors, LegKind, Legs, Shares
from doorward.tables.linehaul import Lanes, Trips

Longs = NDArray[np.int64]


def factor(factors: Factors, name: str) -> tuple[int, int]:
    """(wtt_ug, ttw_ug) of a named factor."""
    row = int(np.flatnonzero(factors.name == name)[0])
    return int(factors.wtt_ug[row]), int(factors.ttw_ug[row])


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
    """One leg for each finished run (rows): actual metres x the vehicle's factor, or watt hours x the grid."""
    metres = np.where(runs.actual_m[rows] >= 0, runs.actual_m[rows], runs.dist_m[rows]).astype(np.int64)
    wtt = np.zeros(len(rows), np.int64)
    ttw = np.zeros(len(rows), np.int64)
    wh = np.zeros(len(rows), np.int64)
    own = runs.vehicle[rows] >= 0
    vehicle = runs.vehicle[rows][own]
    electric = vehicles.electric[vehicle] == 1
    van_wtt, van_ttw = factor(factors, "van_diesel")
    burned = metres[own] * np.where(electric, 0, vehicles.co2_ug_m[vehicle]) // 1000
    ttw[own] = burned * van_ttw // (van_wtt + van_ttw)
    used = metres[own] * np.where(electric, vehicles.wh_km[vehicle], 0) // 1000
    used += used * rules.charging_loss_pm // 1000
    wh[own] = used
    wtt[own] = burned - ttw[own] + used * sum(factor(factors, "grid")) // 1000
    gig = (runs.block[rows] >= 0) & ~own
    if gig.any():
        driver = blocks.driver[runs.block[rows][gig]]
        car_wtt, car_ttw = factor(factors, "car_petrol")
        total = metres[gig] * drivers.co2_ug_m[driver] // 1000
        ttw[gig] = total * car_ttw // (car_wtt + car_ttw)
        wtt[gig] = total - ttw[gig]
    return Legs.fill(
        len(rows),
        kind=int(LegKind.LAST_MILE),
        ref=rows,
        at_s=at_s,
        dist_m=metres,
        wh=wh,
        wtt_mg=wtt,
        ttw_mg=ttw,
        packages=runs.packages[rows],
    )


def trip_legs(
    trips: Trips, rows: Longs, lanes: Lanes, factors: Factors, rules: FootprintRules, at_s: int
) -> Legs:
    """One leg for each trip that arrived: a truck between empty and full by the share of its weight limit, both ways.

    The trailer comes back: the return is in the leg, empty. Distances are the lane's.
    """
    lane = trips.lane[rows]
    metres = lanes.dist_m[lane].astype(np.int64)
    share = np.clip(trips.weight_g[rows] * 1000 // np.maximum(1, lanes.weight_g[lane]), 0, 1000)
    empty, full = factor(factors, "truck_empty"), factor(factors, "truck_full")
    diesel = lanes.electric[lane] != 1
    out = [metres * (2 * e * 1000 + (f - e) * share) // 1_000_000 for e, f in zip(empty, full, strict=True)]
    wh = np.where(diesel, 0, 2 * metres * rules.truck_wh_m)
    wh += wh * rules.charging_loss_pm // 1000
    wtt = np.where(diesel, out[0], wh * sum(factor(factors, "grid")) // 1000)
    return Legs.fill(
        len(rows),
        kind=int(LegKind.LINEHAUL),
        ref=rows,
        at_s=at_s,
        dist_m=2 * metres,
        wh=wh,
        wtt_mg=wtt,
        ttw_mg=np.where(diesel, out[1], 0),
        packages=trips.packages[rows],
    )


def building_legs(
    kind: LegKind, sites: Longs, wh: Longs, packages: Longs, factors: Factors, at_s: int
) -> Legs:
    """One leg for each building's day."""
    return Legs.fill(
        len(sites),
        kind=int(kind),
        ref=sites,
        at_s=at_s,
        dist_m=0,
        wh=wh,
        wtt_mg=wh * sum(factor(factors, "grid")) // 1000,
        ttw_mg=0,
        packages=packages,
    )


def plan_shares(
    legs: Legs, first_leg: int, leg: Longs, package: Longs, weight: Longs, quoted_mg: Longs
) -> Shares:
    """Split legs over packages; rows (leg number from `first_leg`, package) must stand together by leg, ascending.

    weight (n,): 1 each for "item", grams for "mass". quoted_mg (n,): for packaging and carrier legs the package's own
    amount, else -1; legs of those kinds are sums of their packages, so their shares are simply these.
    """
    own = np.isin(legs.kind, (LegKind.PACKAGING, LegKind.CARRIER))[leg - first_leg]
    total = legs.wtt_mg + legs.ttw_mg
    co2 = np.where(own, quoted_mg, split_groups(total, leg - first_leg, weight))
    dist = split_groups(legs.dist_m, leg - first_leg, np.ones(len(leg), np.int64))
    return Shares.fill(len(leg), leg=leg, package=package, dist_m=dist, co2_mg=co2)
