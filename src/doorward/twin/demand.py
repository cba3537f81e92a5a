"""Invented orders: who orders what, when, from which door. All from a seed, all vectorised, nothing of it real.

Doors lie along a street grid inside each zone; houses with many doors share one place, so several packages meet at one
doorstep. `Items.rate_upm` is the true expected demand of each SKU on an average day of the week (promotions left out),
perturbed by seeded log-normal noise: what a good forecast from long history would know before the first order.
"""

from __future__ import annotations

from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.core import seed as draws
from doorward.core.errors import BadInput
from doorward.core.geo import EARTH_M
from doorward.core.hours import weekday
from doorward.core.units import DAY_S, HOUR_S
from doorward.ports.orderbook import Articles, OrderBook, merge_lines
from doorward.ports.storefront import NewLines, NewOrders
from doorward.tables.orders import DRONE_OK, LEAVE_OK, LOCKER_OK, PARTS_OK, ROBOT_OK, Access, OrderRefs, Speed
from doorward.tables.sites import Zones
from doorward.twin.demand_catalogue import Catalogue, Floats, Longs, make_catalogue, own_catalogue
from doorward.twin.demand_rules import CatalogueRules, GeneratorRules, Promotion

LOT_M = 12.0
"""Doors of one street stand this far apart."""
MOST_ORDERS = 20_000_000
"""More than this in one book is refused before memory runs out."""


class Market(Protocol):
    """What the generator reads of a network."""

    @property
    def zones(self) -> Zones: ...
    @property
    def generator(self) -> GeneratorRules: ...
    @property
    def catalogue(self) -> CatalogueRules: ...
    @property
    def utc_offset_s(self) -> int: ...
    @property
    def start_s(self) -> int: ...


def generate(
    network: Market, days: int, seed: int, scale: float = 1.0, articles: Articles | None = None
) -> OrderBook:
    """A book of `days` days of orders, `scale` times as many as the network file says.

    articles: what is ordered; an invented catalogue if there are none.
    A day depends on the seed and its own number only: the first day of ten is the only day of one.
    """
    rules = network.generator
    expected = rules.orders_per_day * scale * days
    if days < 1 or not expected <= MOST_ORDERS:
        raise BadInput(
            f"{expected:,.0f} orders are asked for", where="generator", rule=f"1 to {MOST_ORDERS:,} orders a run",
            remedy="lower --days or --scale",
        )  # fmt: skip
    rules, notes = _steering(rules, articles)
    catalogue = (
        make_catalogue(network.catalogue, seed)
        if articles is None
        else own_catalogue(articles, network.catalogue, seed)
    )
    parts = [_day(network, rules, catalogue, day, seed, scale) for day in range(days)]
    orders = NewOrders.concat([p[0] for p in parts])
    lines = NewLines.concat([p[1] for p in parts])
    rate = true_rate_upm(catalogue, rules, scale)
    spread = network.catalogue.forecast_spread_pm / 1000
    noise = np.exp(spread * draws.normal(seed, "catalogue/forecast", np.arange(len(rate))) - spread**2 / 2)
    items = catalogue.items.replace(rate_upm=np.maximum(1, np.rint(rate * noise)).astype(np.int64))
    digits = max(6, len(str(len(orders))))
    refs = OrderRefs(ref=np.array([f"G-{i:0{digits}d}" for i in range(len(orders))], object))
    return OrderBook(
        orders=orders, lines=lines, refs=refs, items=items, start_s=network.start_s, days=days, generated=True,
        source=f"generated from seed {seed}", read=len(orders),
        refused=articles.refused if articles else 0, notes=notes,
    )  # fmt: skip


def _steering(rules: GeneratorRules, articles: Articles | None) -> tuple[GeneratorRules, tuple[str, ...]]:
    """The rules for these articles, and what was assumed. Own articles need not have the promoted categories."""
    if articles is None:
        return rules, ("every order, customer and item is invented",)
    here = set(articles.category.tolist())
    notes = [f"every order and customer is invented; the articles are those of {articles.source}"]
    kept: list[Promotion] = []
    for promotion in rules.promotion:
        known = promotion.category in here
        if promotion.category and not known:
            notes.append(
                f"the promotion of {promotion.category!r} is of all articles: none is of that category"
            )
        kept.append(promotion if known else msgspec.structs.replace(promotion, category=""))
    return msgspec.structs.replace(rules, promotion=tuple(kept)), tuple(notes)


def true_rate_upm(catalogue: Catalogue, rules: GeneratorRules, scale: float = 1.0) -> Floats:
    """Expected pieces per million seconds of each SKU on an average day without promotion."""
    lines = _mean_count(rules.more_lines_pm, rules.most_lines)
    units = _mean_count(rules.more_units_pm, rules.most_units)
    share = catalogue.share
    further = (lines - 1) / lines * rules.companion_pm / 1000
    beside = np.bincount(catalogue.companion, weights=share, minlength=len(share))
    marginal = (1 - further) * share + further * beside
    return np.asarray(marginal * (rules.orders_per_day * scale * lines * units * 1e6 / DAY_S))


def _mean_count(more_pm: int, most: int) -> float:
    """Mean of 1 + geometric, cut at `most`."""
    return float(((more_pm / 1000) ** np.arange(most)).sum())


def _counts(u: Floats, more_pm: int, most: int) -> Longs:
    if more_pm == 0:
        return np.ones(len(u), np.int64)
    more = np.floor(np.log1p(-u) / np.log(more_pm / 1000))
    return np.asarray(1 + np.minimum(more, most - 1).astype(np.int64))


def _day(
    network: Market, rules: GeneratorRules, catalogue: Catalogue, day: int, seed: int, scale: float
) -> tuple[NewOrders, NewLines]:
    rng = draws.generator(seed, "orders", day)
    midnight = network.start_s + day * DAY_S
    promotions = [p for p in rules.promotion if p.day == day]
    week = np.array(rules.weekday_pm, np.float64)
    mean = rules.orders_per_day * scale * week[weekday(midnight, network.utc_offset_s)] / week.mean()
    for promotion in promotions:
        mean *= promotion.orders_pm / 1000
    n = int(rng.poisson(mean))
    second = _seconds(rng.random(n), np.array(rules.hour_pm, np.float64))
    home, house, zone = _homes(network.zones, rules, rng.random((3, n)))
    lat, lon = _doors(network.zones, rules, zone, house, seed)
    lines, sku, units = _baskets(catalogue, rules, n, rng)
    for promotion in promotions:
        sku = _promoted(catalogue, promotion.category, promotion.share_pm, sku, rng)
    lines, sku, units = merge_lines(np.repeat(np.arange(n), lines), sku, units, n)
    orders = NewOrders(
        at_s=midnight + second, zone=zone.astype(np.int32), lat_udeg=lat, lon_udeg=lon,
        speed=_speeds(rules, second, rng.random(n)), consent=_consents(rules, rng.random((5, n))),
        lines=lines.astype(np.int16), access=_access(rules, zone, home, house, seed),
    )  # fmt: skip
    return orders, NewLines(sku=sku.astype(np.int32), units=units.astype(np.int32))


def _seconds(u: Floats, hour: Floats) -> Longs:
    """Ascending seconds of the day by the profile of its hours, even inside an hour."""
    upto = np.r_[0.0, np.cumsum(hour)] / hour.sum()
    second = np.interp(np.sort(u), upto, np.arange(25) * float(HOUR_S))
    return np.asarray(np.minimum(second.astype(np.int64), DAY_S - 1))


def _homes(zones: Zones, rules: GeneratorRules, u: Floats) -> tuple[Longs, Longs, Longs]:
    """(home, house, zone) of a person by chance, for each order; houses with many doors have negative numbers."""
    upto = np.cumsum(zones.people.astype(np.float64))
    zone = np.minimum(np.searchsorted(upto, u[0] * upto[-1], side="right"), len(zones) - 1)
    homes = np.maximum(1, zones.people[zone] // rules.household)
    home = (u[1] * homes).astype(np.int64)
    house = np.where(home * 1000 < rules.flats_pm * homes, -1 - home // rules.doors, home)
    return home, np.asarray(house), zone


def _access(rules: GeneratorRules, zone: Longs, home: Longs, house: Longs, seed: int) -> NDArray[np.int8]:
    """Access notes by hash of the house, or of the home in it: the same door, the same notes."""
    flats = house < 0
    notes = (
        (Access.GATE_CODE, rules.gate_code_pm, flats, house),
        (Access.UPSTAIRS, rules.upstairs_pm, flats, home),
        (Access.SIGN_IN, rules.sign_in_pm, flats, house),
        (Access.DOG, rules.dog_pm, ~flats, home),
        (Access.HEIGHT_LIMIT, rules.height_limit_pm, True, house),
        (Access.FOOT_ONLY, rules.foot_only_pm, True, house),
    )
    bits = np.zeros(len(zone), np.int8)
    for note, share_pm, may, which in notes:
        drawn = draws.below(seed, f"door/access/{int(note)}", share_pm / 1000, zone, which)
        bits |= np.where(drawn & may, int(note), 0).astype(np.int8)
    return bits


def _doors(
    zones: Zones, rules: GeneratorRules, zone: Longs, house: Longs, seed: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Place of the house of each order, by hash of its number."""
    far = zones.radius_m[zone] * np.sqrt(draws.uniform(seed, "door/far", zone, house))
    turn = 2 * np.pi * draws.uniform(seed, "door/turn", zone, house)
    east, north = far * np.sin(turn), far * np.cos(turn)
    block = float(rules.block_m)
    along = draws.below(seed, "door/street", 0.5, zone, house)
    east = np.where(along, np.rint(east / block) * block, np.rint(east / LOT_M) * LOT_M)
    north = np.where(along, np.rint(north / LOT_M) * LOT_M, np.rint(north / block) * block)
    step = np.degrees(1.0 / EARTH_M) * 1e6
    lat = zones.lat_udeg[zone] + north * step
    lon = zones.lon_udeg[zone] + east * step / np.maximum(
        0.01, np.cos(np.radians(zones.lat_udeg[zone] * 1e-6))
    )
    lon = (lon + 180e6) % 360e6 - 180e6
    return np.rint(np.clip(lat, -90e6, 90e6)).astype(np.int32), np.rint(lon).astype(np.int32)


def _baskets(
    catalogue: Catalogue, rules: GeneratorRules, n: int, rng: np.random.Generator
) -> tuple[Longs, Longs, Longs]:
    """Lines of each order (n,), and SKU and units of each line."""
    lines = _counts(rng.random(n), rules.more_lines_pm, rules.most_lines)
    first = np.cumsum(lines) - lines
    total = int(lines.sum())
    head = catalogue.drawn(rng.random(n))
    owner = np.repeat(head, lines)
    how, u = rng.random(total) * 1000, rng.random(total)
    sku = catalogue.drawn(u)
    alike = how < rules.affinity_pm
    sku[alike] = catalogue.drawn(u[alike], catalogue.category(owner[alike]))
    beside = how >= 1000 - rules.companion_pm
    sku[beside] = catalogue.companion[owner[beside]]
    sku[first] = head
    return lines, sku, _counts(rng.random(total), rules.more_units_pm, rules.most_units)


def _promoted(catalogue: Catalogue, name: str, share_pm: int, sku: Longs, rng: np.random.Generator) -> Longs:
    """Some lines ask for the promoted category instead."""
    names = catalogue.names
    u, v = rng.random(len(sku)), rng.random(len(sku))
    if not name:
        return sku
    if name not in names:
        raise BadInput(
            f"no category is called {name!r}", where="[[generator.promotion]] category",
            rule="a promotion names a category of the catalogue", remedy=f"write one of {', '.join(names)}",
        )  # fmt: skip
    taken = np.flatnonzero(u * 1000 < share_pm)
    out = sku.copy()
    out[taken] = catalogue.drawn(v[taken], np.full(len(taken), names.index(name)))
    return out


def _speeds(rules: GeneratorRules, second: Longs, u: Floats) -> NDArray[np.int8]:
    offered = second < rules.same_day_until_s
    hurried = u * 1000 < rules.same_day_pm
    soon = u * 1000 < rules.same_day_pm + rules.next_day_pm
    return np.where(hurried & offered, Speed.SAME_DAY, np.where(soon, Speed.NEXT_DAY, Speed.STANDARD)).astype(
        np.int8
    )


def _consents(rules: GeneratorRules, u: Floats) -> NDArray[np.int8]:
    shares = np.array(
        [[rules.locker_pm], [rules.drone_pm], [rules.robot_pm], [rules.leave_pm], [rules.parts_pm]]
    )
    bits = np.array([[LOCKER_OK], [DRONE_OK], [ROBOT_OK], [LEAVE_OK], [PARTS_OK]])
    return np.asarray(np.where(u * 1000 < shares, bits, 0).sum(axis=0), np.int8)
