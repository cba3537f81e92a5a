"""What a parcel, a kilogram and a unit cost at each FC: distance, load, scarcity, lateness. Thousandths of a cent."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import crow_m
from doorward.core.hours import day_start
from doorward.core.timetable import NEVER, reach
from doorward.core.units import DAY_S, HOUR_S
from doorward.sourcing.rules import SourcingRules
from doorward.tables.items import Items
from doorward.tables.linehaul import Lanes, NextHop
from doorward.tables.sites import Floors, SiteKind, Sites, Zones
from doorward.tables.stock import Stock
from doorward.tables.ways import Services, Way

Ints = NDArray[np.int64]
MC = 1_000
"""Thousandths of a cent in a cent."""


class Ground(NamedTuple):
    """What distance makes of costs; depends on reference tables only.

    km (zone, fc); near_share (fc,) share of all people to whom the FC is nearest; extra_mc (fc,) what a parcel to these
    costs more from the second nearest FC
    """

    km: NDArray[np.float64]
    near_share: NDArray[np.float64]
    extra_mc: NDArray[np.float64]


@lru_cache(maxsize=4)
def ground(sites: Sites, zones: Zones, hops: NextHop, rules: SourcingRules) -> Ground:
    """Kilometres from every FC to every zone: the lanes to its station and on, or 1.3 x crow-fly for partners."""
    fcs = int((sites.kind == SiteKind.FC).sum())
    at = (zones.lat_udeg[:, None], zones.lon_udeg[:, None])
    metres = crow_m(*at, sites.lat_udeg[None, :fcs], sites.lon_udeg[None, :fcs]) * 1.3
    served = np.flatnonzero(zones.station >= 0)
    if len(served) and len(hops) == len(sites) ** 2:
        station = zones.station[served]
        row = np.arange(fcs)[None] * len(sites) + station[:, None]
        haul = np.where(hops.site[row] >= 0, hops.dist_m[row], -1)
        last = crow_m(
            zones.lat_udeg[served], zones.lon_udeg[served], sites.lat_udeg[station], sites.lon_udeg[station]
        )
        metres[served] = np.where(haul >= 0, haul + 1.3 * last[:, None], metres[served])
    km = metres / 1000
    people = np.maximum(1, zones.people).astype(np.float64)
    order = np.sort(km, axis=1)
    nearest = km.argmin(axis=1)
    gap = (order[:, min(1, fcs - 1)] - order[:, 0]) * rules.parcel_km_mc
    weight = np.bincount(nearest, people, fcs)
    extra = np.bincount(nearest, people * gap, fcs) / np.maximum(weight, 1)
    return Ground(km, weight / people.sum(), extra)


def load_price(stock: Stock, floors: Floors, catalogue: int, rules: SourcingRules) -> Ints:
    """Shadow price of a unit at each FC by the picking that waits there.

    rho = units reserved (sourced, not yet picked) / units the floor picks in `load_hours`; the price rises with the
    square of the way from `load_from_pm` to full, and goes on rising beyond: a queue's cost is convex in its load.
    """
    fcs = len(floors)
    waiting = stock.reserved[: fcs * catalogue].reshape(fcs, catalogue).sum(axis=1)
    rate = np.maximum(1, floors.pick_uph + floors.goods_uph) * rules.load_hours
    start = rules.load_from_pm / 1000
    over = np.maximum(0.0, (waiting / rate - start) / max(1e-9, 1 - start))
    return np.asarray(np.rint(np.minimum(over, 4.0) ** 2 * rules.load_c * MC), np.int64)


def scarcity_price(
    free: Ints, skus: NDArray[np.int32], items: Items, land: Ground, rules: SourcingRules
) -> Ints:
    """Opportunity cost of the next unit at each FC, (sku, fc).

    The unit is missed if at least as many are asked for by people nearest to this FC before it is replenished; then
    their parcel comes from the second nearest FC. So: P(D >= free) x extra, D normal with Poisson's mean and variance
    lambda = rate x cover x share of people, tail by the logistic curve. This is the dual of the last unit in the
    deterministic program of Acimovic and Graves (2015) with one FC's neighbourhood seen at a time.
    """
    rate = np.maximum(0, items.rate_upm[skus]) * 1e-6 * rules.cover_days * DAY_S
    mean = rate[:, None] * land.near_share[None]
    z = (free.T - 0.5 - mean) / np.sqrt(np.maximum(mean, 0.25))
    tail = 1.0 / (1.0 + np.exp(np.clip(1.702 * z, -30, 30)))
    return np.rint(tail * land.extra_mc[None]).astype(np.int64)


def door_s(
    zone: NDArray[np.int32],
    sites: Sites,
    zones: Zones,
    lanes: Lanes,
    services: Services,
    rules: SourcingRules,
    now_s: int,
    offset_s: int,
) -> Ints:
    """When a parcel sourced now can be at doors of these zones, (zone, fc): own timetable, else the fastest partner."""
    fcs = int((sites.kind == SiteKind.FC).sum())
    staged = now_s + rules.process_s
    arrive, _ = reach(
        np.full(fcs, staged), np.arange(fcs, dtype=np.int32), len(sites), lanes.origin, lanes.dest,
        lanes.depart_s, lanes.cutoff_s, lanes.drive_s, lanes.days, rules.crossdock_s, offset_s,
    )  # fmt: skip
    station = zones.station[zone]
    own = np.where(station[:, None] >= 0, arrive[:, np.maximum(station, 0)].T, NEVER)
    promised = services.way != Way.COURIER
    partner = int(NEVER)
    if promised.any():
        pickup = day_start(staged, offset_s) + services.pickup_s[promised].astype(np.int64)
        pickup = pickup + np.where(pickup < staged, DAY_S, 0)
        partner = int((pickup + services.transit_p50_s[promised]).min())
    return np.where(own < NEVER, own + rules.door_s, partner)


def parcel_base(km: NDArray[np.float64], at_door_s: Ints, due_s: Ints, rules: SourcingRules) -> Ints:
    """Cost of a parcel before its lines, (n, fc): fixed + distance + lateness if it cannot be there as promised."""
    base = np.rint(rules.parcel_c * MC + km * rules.parcel_km_mc).astype(np.int64)
    late = np.maximum(0, at_door_s - due_s[:, None])
    late = np.minimum(late, 30 * DAY_S)
    fine = (rules.late_c * MC + late * (rules.late_hour_c * MC) // HOUR_S) * (late > 0)
    return np.asarray(base + fine, np.int64)


def line_cost(km: NDArray[np.float64], grams: Ints, units: Ints, unit_mc: Ints, rules: SourcingRules) -> Ints:
    """Cost of lines at each FC, (line, fc): weight, distance x weight, and per unit picking and shadow prices."""
    kg = grams[:, None] / 1000
    haul = np.rint(kg * (rules.kg_c * MC + km * rules.kg_km_mc)).astype(np.int64)
    return np.asarray(haul + units[:, None] * (rules.pick_c * MC + unit_mc), np.int64)
