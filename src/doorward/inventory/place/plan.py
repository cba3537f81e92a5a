"""Which fulfillment centers hold how much of each SKU: near the estimated buyer, within every building's shelves.

A *pattern* is a set of buildings with every zone served from the cheapest of them. It fixes the share of demand that
each building ships and the mean kilometres of a piece. Each SKU chooses one pattern x_sp (or stays out, at its price):

    min  sum_sp x_sp [ q_s (a_p + h_s d_p) + g k_p ]
    s.t. sum_sp x_sp q_s vol_s share_pf <= cap_f  (f),   sum_p x_sp = 1  (s)

with q_s pieces, a_p the cost of leaving the region, d_p km, h_s cost of a piece per km, g of a slot and k_p buildings,
so that slow movers lie in few buildings and fast movers near everybody. Relaxing the
building rows with prices leaves one minimum per SKU: the price search is a subgradient method on as many numbers as
there are buildings, its value bounds the optimum from below, and its prices order the greedy choice that makes whole
pieces fit. The gap between both is reported. Sources: Fisher 1981, "The Lagrangian relaxation method", Mgmt Sci 27(1);
Acimovic & Graves 2017 on placement for e-commerce, M&SOM 19(3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import crow_m
from doorward.core.travel import drive
from doorward.inventory.place.kernels import cheapest, fit
from doorward.inventory.rules import InventoryRules
from doorward.tables.items import Items
from doorward.tables.sites import Floors, Sites, Zones
from doorward.tables.stock import Regional

Grid = NDArray[np.float64]
ALL_SETS = 7
"""Up to this many buildings every set of them is a pattern."""


@dataclass(frozen=True)
class Patterns:
    """Sets of buildings. share (p, f) of demand; km (p,) mean road km of a piece; cross (p,) share that leaves its
    region; many (p,) buildings in the set."""

    share: Grid
    km: Grid
    cross: Grid
    many: NDArray[np.int64]


@dataclass(frozen=True)
class Placement:
    """units (f, s) whole pieces; pattern (s,) chosen, -1 none; price_mc (f,) of one litre; cost_mc of the plan and
    bound_mc no plan can beat; missing (s,) pieces for which no building has room."""

    units: NDArray[np.int64]
    pattern: NDArray[np.int64]
    price_mc: Grid
    cost_mc: float
    bound_mc: float
    missing: NDArray[np.int64]

    @property
    def gap(self) -> float:
        """How far the plan may be from the best one, as a share of the best."""
        return (self.cost_mc - self.bound_mc) / max(abs(self.bound_mc), 1.0)


def zone_weights(zones: Zones, regional: Regional) -> Grid:
    """Share of the network's demand at each zone: by inhabitants, regions by their given shares if any."""
    people = np.maximum(zones.people, 0).astype(np.float64) + 1e-9
    if len(regional):
        total = np.bincount(zones.region, weights=people, minlength=len(regional))
        people = people / total[zones.region] * regional.share_pm[zones.region]
    return np.asarray(people / people.sum(), np.float64)


def plan_patterns(sites: Sites, fcs: int, zones: Zones, weight: Grid, rules: InventoryRules) -> Patterns:
    """Sets of buildings worth choosing from: all of them for few buildings, else greedy chains of growing sets.

    A chain starts at each building and adds the one that shortens the mean way most (k-median greedy), to the full set.
    """
    crow = crow_m(sites.lat_udeg[:fcs, None], sites.lon_udeg[:fcs, None], zones.lat_udeg, zones.lon_udeg)
    km = drive(crow)[0] / 1000
    away = sites.region[:fcs, None] != zones.region[None]
    cost = km * (rules.haul_mc_km + rules.haul_mc_kg_km) + away * rules.cross_mc
    if fcs <= ALL_SETS:
        sets = [tuple(f for f in range(fcs) if mask >> f & 1) for mask in range(1, 2**fcs)]
    else:
        sets = _chains(cost, weight)
    share, far, cross = np.zeros((len(sets), fcs)), np.zeros(len(sets)), np.zeros(len(sets))
    zone = np.arange(len(weight))
    for p, chosen in enumerate(sets):
        server = np.array(chosen)[cost[list(chosen)].argmin(axis=0)]
        share[p] = np.bincount(server, weights=weight, minlength=fcs)
        far[p] = (km[server, zone] * weight).sum()
        cross[p] = (away[server, zone] * weight).sum()
    return Patterns(share=share, km=far, cross=cross, many=np.array([len(s) for s in sets]))


def _chains(cost: Grid, weight: Grid) -> list[tuple[int, ...]]:
    """Greedy sets from every start, each set once, in order of making."""
    found: dict[tuple[int, ...], None] = {}
    for start in range(len(cost)):
        chosen, best = [start], cost[start]
        found[(start,)] = None
        while len(chosen) < len(cost):
            ways = (np.minimum(cost, best) * weight).sum(axis=1)
            ways[chosen] = np.inf
            chosen.append(int(ways.argmin()))
            best = np.minimum(best, cost[chosen[-1]])
            found[tuple(sorted(chosen))] = None
    return list(found)


def shelf_ml(floors: Floors, fcs: int, rules: InventoryRules) -> NDArray[np.int64]:
    """Volume of goods that each building's shelves hold; a network without floors has no limit."""
    if len(floors) < fcs:
        return np.full(fcs, 2**53, np.int64)
    bays = floors.aisles[:fcs].astype(np.int64) * floors.bays[:fcs]
    return np.asarray(bays * rules.bay_ml * rules.fill_pm // 1000, np.int64)


def plan_placement(
    units: NDArray[np.int64],
    items: Items,
    patterns: Patterns,
    free_ml: NDArray[np.int64],
    rules: InventoryRules,
) -> Placement:
    """Place `units` (s,) >= 0 of each SKU in buildings with `free_ml` (f,) to spare. Deterministic.

    A piece that stays out costs its price and the way it would have had from the best single building.
    """
    volume = items.volume_ml().astype(np.float64) / 1000
    kg = np.maximum(items.weight_g / 1000, volume / 5)
    haul = rules.haul_mc_km + rules.haul_mc_kg_km * kg
    fixed = patterns.cross * rules.cross_mc
    out = items.value_c * 1000.0 + haul * patterns.km.min() + fixed.max() + 2.0 * rules.slot_mc
    room = np.maximum(free_ml, 0) / 1000.0
    count = units.astype(np.float64)
    slot = patterns.many * float(rules.slot_mc)
    price, bound = _prices(count, volume, haul, out, patterns, fixed, slot, room, rules.price_steps)
    placed, pattern, cost = fit(
        count,
        volume,
        haul,
        out,
        patterns.share,
        patterns.km,
        fixed,
        slot,
        patterns.many,
        room,
        patterns.share @ price,
    )
    return Placement(
        units=placed,
        pattern=pattern,
        price_mc=price,
        cost_mc=float(cost),
        bound_mc=float(bound),
        missing=units - placed.sum(axis=0),
    )


def _prices(
    count: Grid, volume: Grid, haul: Grid, out: Grid, patterns: Patterns, fixed: Grid, slot: Grid, room: Grid, steps: int
) -> tuple[Grid, float]:  # fmt: skip
    """Prices of a litre in each building with the best bound found, and that bound.

    The bound is concave and nearly smooth in few prices: each price has its own step, longer while its building stays
    over- or underfull, halved when that turns (Riedmiller & Braun 1993, "RPROP"). Prices of 0 that leave room
    everywhere are optimal at once.
    """
    share = patterns.share

    def ask(price: Grid) -> tuple[float, Grid]:
        args = (count, volume, haul, out, patterns.km, fixed, slot, patterns.many, share @ price)
        value, litres = cheapest(*args)
        return value - float((price * room).sum()), litres @ share

    price = np.zeros(len(room))
    value, use = ask(price)
    best, best_price = value, price
    if (use <= room).all():
        return best_price, best
    stride = np.full(len(room), 0.05 * float(np.median(out[count > 0] / np.maximum(volume[count > 0], 1e-3))))
    before = np.zeros(len(room))
    for _ in range(steps):
        turn = np.sign(use - room)
        stride = np.where(turn * before < 0, stride * 0.5, stride * 1.2)
        price = np.maximum(0.0, price + stride * turn)
        before = turn
        value, use = ask(price)
        if value > best:
            best, best_price = value, price
    return best_price, best
