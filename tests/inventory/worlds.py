"""Small networks by seed, and a loop that runs the inventory services over them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from doorward.core.table import Table
from doorward.inventory.rules import InventoryRules
from doorward.inventory.service import SERVICES
from doorward.inventory.state import FOLDS, empty_stock
from doorward.ledger.desk import Desk
from doorward.ledger.state import State
from doorward.tables.items import Items
from doorward.tables.orders import Lines, LineStatus, Orders, OrderStatus
from doorward.tables.remarks import Remarks
from doorward.tables.sites import Floors, SiteKind, Sites, Zones
from doorward.tables.stock import PICKED, Stock, StockMoved
from doorward.twin.suppliers import SupplierRules, cycle_counts, supplier_arrivals

MIDNIGHT_S = 20_000 * 86_400
"""A local midnight (of a Wednesday) in UTC."""


def catalogue(skus: int, seed: int, pieces_a_day: float = 2.0) -> Items:
    """Long-tailed demand, sizes and prices."""
    draw = np.random.default_rng(seed)
    sides = np.sort(np.exp(draw.normal(5, 0.5, (skus, 3))).astype(int) + 5, axis=1)[:, ::-1]
    share = 1 / np.arange(1, skus + 1) ** 0.8
    rate = share[draw.permutation(skus)] / share.mean() * pieces_a_day / 0.0864
    return Items.fill(
        skus,
        name="item",
        weight_g=np.exp(draw.normal(6, 1, skus)).astype(int) + 1,
        length_mm=sides[:, 0],
        width_mm=sides[:, 1],
        height_mm=sides[:, 2],
        value_c=np.exp(draw.normal(7, 1, skus)).astype(int) + 50,
        rate_upm=np.rint(rate).astype(int),
        flags=0,
    )


def buildings(fcs: int, zones: int, seed: int, span_udeg: int = 2_000_000) -> tuple[Sites, Zones]:
    """Fulfillment centers, each in a region of its own, and zones around them."""
    draw = np.random.default_rng(seed)
    lat, lon = 40_000_000 + draw.integers(0, span_udeg, fcs), draw.integers(0, span_udeg, fcs)
    region = np.arange(zones) % fcs
    near = span_udeg // 5
    sites = Sites.fill(
        fcs, name="fc", kind=int(SiteKind.FC), lat_udeg=lat, lon_udeg=lon, region=np.arange(fcs)
    )
    around = Zones.fill(
        zones,
        name="zone",
        lat_udeg=lat[region] + draw.integers(-near, near, zones),
        lon_udeg=lon[region] + draw.integers(-near, near, zones),
        region=region,
        people=draw.integers(1_000, 90_000, zones),
    )
    return sites, around


def network(skus: int = 120, fcs: int = 3, seed: int = 0, stow_uph: int = 600) -> State:
    """A state with reference tables and empty shelves."""
    state = State()
    sites, zones = buildings(fcs, 4 * fcs, seed)
    floors = Floors.fill(fcs, stow_uph=stow_uph, aisles=10, bays=10, opens_s=0, closes_s=86_400)
    for table in (catalogue(skus, seed), sites, zones, floors, empty_stock(fcs, skus)):
        state.load(table)
    return state


class Shop:
    """Orders by the catalogue's rates; each line is picked at once from any building that has it, or cancelled."""

    def __init__(self, state: State, seed: int, rules: InventoryRules | None = None) -> None:
        self.state, self.seed = state, seed
        self.rules = rules or InventoryRules()
        self.posted: list[tuple[int, str, Table]] = []
        risks = SupplierRules(late_pm=200, short_pm=200, differ_pm=200)
        floor = SimpleNamespace(
            arrivals=lambda bought, row, now_s: supplier_arrivals(bought, row, now_s, seed, risks),
            counted=lambda fc, sku, on_hand, day: cycle_counts(fc, sku, on_hand, day, seed, risks),
        )
        self.world = cast(Any, SimpleNamespace(floor=floor))

    def desk(self, now_s: int, every_s: int) -> Desk:
        return Desk(
            state=self.state,
            world=self.world,
            rules={InventoryRules: self.rules},
            seed=self.seed,
            utc_offset_s=0,
            now_s=now_s,
            after_s=now_s - every_s,
        )

    def run(self, from_s: int, until_s: int) -> None:
        for now_s in range(from_s, until_s, 900):
            for service in SERVICES:
                every_s = max(900, service.every_s)
                if (now_s - service.offset_s) % every_s == 0:
                    desk = self.desk(now_s, every_s)
                    service.work(desk)
                    for fact in desk.posted:
                        self.posted.append((now_s, service.name, fact))
                        if isinstance(fact, Remarks):
                            self.state.append(fact)
                        else:
                            FOLDS[type(fact)](self.state, fact, now_s)
            self.sell(now_s)

    def sell(self, now_s: int) -> None:
        """A few single-line orders."""
        items, stock = self.state.table(Items), self.state.table(Stock)
        draw = np.random.default_rng([self.seed, now_s])
        many = draw.poisson(items.rate_upm / 1e6 * 900)
        sku = np.flatnonzero(many)
        units = many[sku]
        free = (stock.on_hand - stock.reserved).reshape(-1, len(items))[:, sku]
        fc = free.argmax(axis=0)
        good = free[fc, np.arange(len(sku))] >= units
        order, line = self.state.count(Orders), self.state.count(Lines)
        at = np.arange(len(sku))
        self.state.append(
            Orders.fill(
                len(sku),
                at_s=now_s,
                first_line=line + at,
                lines=1,
                status=int(OrderStatus.ACCEPTED),
                reason=0,
            )
        )
        status = np.where(good, int(LineStatus.BOXED), int(LineStatus.CANCELLED))
        self.state.append(
            Lines.fill(len(sku), order=order + at, sku=sku, units=units, asked=units, status=status)
        )
        self.state.add(Stock, (fc * len(items) + sku)[good], reserved=units[good])
        picked = StockMoved.fill(int(good.sum()), fc=fc[good], sku=sku[good], units=units[good], why=PICKED)
        FOLDS[StockMoved](self.state, picked, now_s)
