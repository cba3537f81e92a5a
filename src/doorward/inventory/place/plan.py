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
from doorward.inventory.place.prices import best_prices
from doorward.inventory.rules import InventoryRules
from doorward.tables.items import Items
from doorward.tables.sites import Floors, Sites, Zones
from doorward.tables.stock import Regional

Grid = NDArray[np.float64]
PACE = 0.1
"""The first step of the price search moves a building twice too full by this share of its part of the whole cost."""
LOTS = 400
"""A SKU that fills more than this part of all room is placed in lots, each in a pattern of its own."""
ENOUGH = 1e-4
"""The price search ends when no more than this share of the cost can be gained."""
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
    """units (f, s) whole pieces; pattern (s,) chosen, -1 none or several; price_mc (f,) of one litre; cost_mc of the
    plan and bound_mc no plan can beat; missing (s,) pieces for which no building has room."""

    units: NDArray[np.int64]
    pattern: NDArray[np.int64]
    price_mc: Grid
    cost_mc: float
    bound_mc: float
    missing: NDArray[np.int64]

    @property
    def gap(self) -> float:
        """How far the plan may be from the best one, as a share of the best.

        The bound divides pieces, the plan does not: with a few dozen SKUs it may come out slightly negative.
        """
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

    Very large ones are cut into lots, so that the sum over patterns may be mixed as the programme allows. A piece that
    stays out costs its price and the way it would have had from the best single building.
    """
    litre = items.volume_ml().astype(np.float64) / 1000
    room = np.maximum(free_ml, 0) / 1000.0
    many, sku = _lots(units, litre, float(room.sum()) / LOTS, len(room))
    volume, lots = litre[sku], np.bincount(sku, minlength=len(units))
    kg = np.maximum(items.weight_g / 1000, litre / 5)[sku]
    haul = rules.haul_mc_km + rules.haul_mc_kg_km * kg
    fixed = patterns.cross * rules.cross_mc
    out = items.value_c[sku] * 1000.0 + haul * patterns.km.min() + fixed.max() + 2.0 * rules.slot_mc
    count = many.astype(np.float64)
    slot = rules.slot_mc / lots[sku].astype(np.float64)
    prices, weight, bound = _prices(count, volume, haul, out, patterns, fixed, slot, room, rules.price_steps)
    toll, deal = prices @ patterns.share.T, _shuffled(len(count), weight)
    args = (patterns.share, patterns.km, fixed, slot, patterns.many, room, toll, deal)
    placed, pattern, cost = fit(count, volume, haul, out, *args)
    whole = np.zeros((len(room), len(units)), np.int64)
    for f in range(len(room)):
        whole[f] = np.bincount(sku, weights=placed[f], minlength=len(units))
    single = np.full(len(units), -1, np.int64)
    single[sku] = np.where(lots[sku] == 1, pattern, -1)
    return Placement(
        units=whole,
        pattern=single,
        price_mc=prices[0],
        cost_mc=float(cost),
        bound_mc=float(bound),
        missing=units - whole.sum(axis=0),
    )


def _lots(
    units: NDArray[np.int64], litre: Grid, most: float, fcs: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cut SKUs of more than `most` litres into lots that choose apart: (pieces, SKU) of each lot, by SKU.

    A lot has pieces enough to lie in every building, so that cutting takes no pattern away.
    """
    lots = np.ceil(units * litre / max(most, 1e-9))
    lots = np.clip(lots, 1, np.clip(units // (4 * fcs), 1, 64)).astype(np.int64)
    sku = np.repeat(np.arange(len(units)), lots)
    nth = np.arange(len(sku)) - np.repeat(np.cumsum(lots) - lots, lots)
    return units[sku] // lots[sku] + (nth < units[sku] % lots[sku]), sku


def _prices(
    count: Grid, volume: Grid, haul: Grid, out: Grid, patterns: Patterns, fixed: Grid, slot: Grid, room: Grid,
    steps: int,
) -> tuple[Grid, Grid, float]:  # fmt: skip
    """Prices of a litre in each building (k, f), the first row with the best bound; weights (k,); that bound.

    Searched in money for a whole building (price times room), so that the supergradient is how far it is overfull.
    Prices of 0 that leave room everywhere are optimal at once.
    """
    share, size = patterns.share, np.maximum(room, 1.0)

    def ask(money: Grid) -> tuple[float, Grid]:
        price = money / size
        args = (count, volume, haul, out, patterns.km, fixed, slot, patterns.many, share @ price)
        value, litres = cheapest(*args)
        return value - float((price * room).sum()), (litres @ share - room) / size

    money = np.zeros(len(room))
    value, over = ask(money)
    if (over <= 0).all():
        return money[None], np.ones(1), value
    value, spots, weight = best_prices(ask, money, PACE * abs(value) / len(room), steps, ENOUGH)
    return spots / size, weight, value


def _shuffled(many: int, weight: Grid) -> NDArray[np.int64]:
    """Deal rows of `weight` out to SKUs in proportion, evenly along the catalogue (golden-ratio sequence)."""
    at = np.arange(1, many + 1) * 0.6180339887498949 % 1.0
    return np.minimum(np.searchsorted(np.cumsum(weight) / weight.sum(), at, side="right"), len(weight) - 1)
