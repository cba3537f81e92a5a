"""Small networks by seed for the tests of promising and sourcing: reference tables, stock, orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorward.core.geo import crow_m
from doorward.core.table import Table
from doorward.core.timetable import NEVER, reach
from doorward.ledger.desk import Desk
from doorward.ledger.state import State, merge_folds
from doorward.ports.storefront import NewLines, NewOrders
from doorward.promise.rules import PromiseRules
from doorward.promise.state import FOLDS as PROMISE
from doorward.sourcing.rules import SourcingRules
from doorward.sourcing.state import FOLDS as SOURCING
from doorward.tables.items import Items
from doorward.tables.linehaul import Lanes, NextHop
from doorward.tables.sites import Floors, SiteKind, Sites, Zones
from doorward.tables.stock import Purchases, Stock
from doorward.tables.ways import Services, Way
from doorward.tracking.state import FOLDS as TRACKING

OFFSET_S = -6 * 3600
MIDNIGHT_S = 20_000 * 86_400 - OFFSET_S
"""A local midnight."""
FOLDS = merge_folds([PROMISE, SOURCING, TRACKING])


@dataclass
class Shop:
    """A storefront with a list of orders by tick and one answer for all."""

    orders_at: dict[int, tuple[NewOrders, NewLines]]
    says: int = 1

    def orders(self, after_s: int, until_s: int) -> tuple[NewOrders, NewLines]:
        return self.orders_at.get(until_s, (NewOrders.empty(), NewLines.empty()))

    def answers(self, order: np.ndarray, quoted_s: np.ndarray, now_s: int) -> np.ndarray:
        return np.full(len(order), self.says, np.int8)


@dataclass
class Outside:
    """A world with a storefront only."""

    storefront: Shop


def sites_of(rng: np.random.Generator, fcs: int, stations: int) -> Sites:
    n = fcs + 1 + stations
    kind = np.r_[np.full(fcs, SiteKind.FC), SiteKind.SORT, np.full(stations, SiteKind.STATION)]
    return Sites.fill(
        n,
        name=[f"S{i}" for i in range(n)],
        kind=kind,
        lat_udeg=40_000_000 + rng.integers(-3_000_000, 3_000_000, n),
        lon_udeg=-90_000_000 + rng.integers(-3_000_000, 3_000_000, n),
        region=np.arange(n) % 3,
        capacity=10_000,
    )


def lanes_of(sites: Sites, fcs: int, stations: int) -> Lanes:
    """Every FC to the sort center at four times of the day, the sort center to every station at two."""
    a = np.repeat(np.arange(fcs), 4)
    b = np.repeat(fcs + 1 + np.arange(stations), 2)
    origin = np.r_[a, np.full(2 * stations, fcs)]
    dest = np.r_[np.full(4 * fcs, fcs), b]
    far = crow_m(sites.lat_udeg[origin], sites.lon_udeg[origin], sites.lat_udeg[dest], sites.lon_udeg[dest])
    return Lanes.fill(
        len(origin),
        origin=origin,
        dest=dest,
        depart_s=np.r_[np.tile([7, 13, 19, 22], fcs), np.tile([3, 16], stations)] * 3600,
        cutoff_s=1800,
        drive_s=(far / 20).astype(np.int64) + 900,
        dist_m=(far * 1.3).astype(np.int64),
        volume_ml=60_000_000,
        weight_g=20_000_000,
        cost_c=40_000,
        days=127,
        electric=0,
    )


def hops_of(sites: Sites, lanes: Lanes) -> NextHop:
    n = len(sites)
    arrive, _ = reach(
        np.full(n, MIDNIGHT_S), np.arange(n, dtype=np.int32), n, lanes.origin, lanes.dest, lanes.depart_s,
        lanes.cutoff_s, lanes.drive_s, lanes.days, 3600, OFFSET_S,
    )  # fmt: skip
    ok = arrive.ravel() < NEVER
    far = crow_m(sites.lat_udeg[:, None], sites.lon_udeg[:, None], sites.lat_udeg[None], sites.lon_udeg[None])
    return NextHop(
        site=np.where(ok, np.tile(np.arange(n), n), -1),
        time_s=np.where(ok, arrive.ravel() - MIDNIGHT_S, -1),
        dist_m=np.where(ok, far.ravel() * 1.3, -1).astype(np.int64),
    )


def reference(
    seed: int, *, fcs: int = 3, stations: int = 3, zones: int = 12, items: int = 30, partners: bool = True
) -> list[Table]:
    """Reference tables and an empty-handed stock; zones beyond the stations' are partners'."""
    rng = np.random.default_rng(seed)
    sites = sites_of(rng, fcs, stations)
    lanes = lanes_of(sites, fcs, stations)
    served = rng.integers(0, stations + 1, zones)
    size = np.sort(rng.integers(20, 500, (items, 3)), axis=1)[:, ::-1]
    return [
        sites,
        lanes,
        hops_of(sites, lanes),
        Floors.fill(
            fcs, pick_uph=3_000, goods_uph=1_000, pack_pph=1_500, sort_pph=3_000, stow_uph=4_000, pickers=30,
            packers=20, stowers=10, robots=0, aisles=20, bays=40, opens_s=0, closes_s=86_400, kwh_day=5_000,
            hour_c=2_000,
        ),
        Zones.fill(
            zones,
            name=[f"Z{i}" for i in range(zones)],
            lat_udeg=40_000_000 + rng.integers(-3_000_000, 3_000_000, zones),
            lon_udeg=-90_000_000 + rng.integers(-3_000_000, 3_000_000, zones),
            region=np.arange(zones) % 3,
            station=np.where(served < stations, fcs + 1 + served, -1),
            rural=rng.integers(0, 2, zones),
            people=rng.integers(100, 10_000, zones),
            radius_m=2_000,
        ),
        Items.fill(
            items,
            name=[f"I{i}" for i in range(items)],
            weight_g=rng.integers(50, 9_000, items),
            length_mm=size[:, 0],
            width_mm=size[:, 1],
            height_mm=size[:, 2],
            value_c=rng.integers(100, 10_000, items),
            rate_upm=rng.integers(0, 500, items),
            flags=0,
        ),
        Services.fill(
            2 if partners else 0,
            name=["post", "express"] if partners else "",
            card="example",
            way=[Way.POST, Way.EXPRESS] if partners else -1,
            pickup_s=[61_200, 64_800] if partners else -1,
            capacity=100_000,
            max_g=[20_000, 31_500] if partners else -1,
            max_mm=1_000,
            max_girth_mm=3_000,
            transit_p50_s=[3 * 86_400, 86_400] if partners else -1,
            transit_p90_s=[5 * 86_400, 2 * 86_400] if partners else -1,
        ),
        Stock.fill(fcs * items, **dict.fromkeys(Stock.columns, 0)),
    ]  # fmt: skip


def network(seed: int, *, most: int = 6, **sizes: int) -> State:
    """A network with stock."""
    state = State()
    for table in reference(seed, **sizes):
        state.load(table)
    rng = np.random.default_rng(seed + 1)
    n = state.count(Stock)
    on_hand = rng.integers(0, most + 1, n) * (rng.random(n) < 0.6)
    state.put(Stock, slice(None), on_hand=on_hand, received=on_hand)
    return state


def basket(
    state: State, seed: int, orders: int, *, lines: int = 4, units: int = 2, speed: int = -1
) -> tuple[NewOrders, NewLines]:
    """Orders with different SKUs on their lines."""
    rng = np.random.default_rng(seed)
    items, zones = state.count(Items), state.count(Zones)
    count = rng.integers(1, min(lines, items) + 1, orders)
    sku = [rng.choice(items, c, replace=False) for c in count]
    new = NewOrders(
        at_s=np.zeros(orders),
        zone=rng.integers(0, zones, orders),
        lat_udeg=np.zeros(orders),
        lon_udeg=np.zeros(orders),
        speed=rng.integers(0, 3, orders) if speed < 0 else np.full(orders, speed),
        consent=np.zeros(orders),
        lines=count,
        access=np.zeros(orders),
    )
    total = int(count.sum())
    return new, NewLines(
        sku=np.concatenate(sku) if orders else np.zeros(0), units=rng.integers(1, units + 1, total)
    )


def desk_at(state: State, now_s: int, shop: Shop | None = None, **rules: int) -> Desk:
    """A desk at a second; `rules` change PromiseRules."""
    return Desk(
        state=state,
        world=Outside(shop or Shop({})),  # type: ignore[arg-type]
        rules={PromiseRules: PromiseRules(**rules), SourcingRules: SourcingRules()},
        seed=1,
        utc_offset_s=OFFSET_S,
        now_s=now_s,
        after_s=now_s - 300,
    )


def fold(state: State, desk: Desk) -> list[Table]:
    """Fold what was posted, as the ledger would."""
    for fact in desk.posted:
        FOLDS[type(fact)](state, fact, desk.now_s)
    return desk.posted


def run(state: State, now_s: int, *works, shop: Shop | None = None, **rules: int) -> list[Table]:  # type: ignore[no-untyped-def]
    """Let services work one after the other at one second; everything they posted."""
    posted: list[Table] = []
    for work in works:
        desk = desk_at(state, now_s, shop, **rules)
        work(desk)
        posted += fold(state, desk)
    return posted


__all__ = ["MIDNIGHT_S", "OFFSET_S", "Purchases", "Shop", "basket", "network", "run"]
