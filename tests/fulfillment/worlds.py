"""A small network by seed and a loop that runs floors and linehaul over it, for the tests of both rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from doorward.core.table import Table
from doorward.fulfillment.rules import FulfillmentRules
from doorward.fulfillment.service import SERVICES as FLOORS
from doorward.fulfillment.state import FOLDS as FLOOR_FOLDS
from doorward.inventory.state import FOLDS as STOCK_FOLDS
from doorward.ledger.desk import Desk
from doorward.ledger.state import State, merge_folds
from doorward.linehaul.rules import LinehaulRules
from doorward.linehaul.service import SERVICES as TRUCKS
from doorward.linehaul.state import FOLDS as TRUCK_FOLDS
from doorward.sourcing.state import FOLDS as SOURCING_FOLDS
from doorward.tables.items import FRAGILE, UPRIGHT, Boxes, Items
from doorward.tables.journey import Status
from doorward.tables.linehaul import Lanes, NextHop
from doorward.tables.orders import Lines, LineSourced, LineStatus, Orders, OrderStatus
from doorward.tables.packages import Packages
from doorward.tables.sites import Floors, SiteKind, Sites, Zones
from doorward.tables.stock import Stock
from doorward.tables.ways import Way
from doorward.tracking.state import FOLDS as SCAN_FOLDS
from doorward.twin.floor import FloorRules, TwinFloor
from doorward.twin.suppliers import SupplierRules
from doorward.twin.trucks import TruckRules, TwinTrucks

FOLDS = merge_folds([FLOOR_FOLDS, TRUCK_FOLDS, STOCK_FOLDS, SOURCING_FOLDS, SCAN_FOLDS])
OFFSET_S = -6 * 3600
MIDNIGHT_S = 20_000 * 86_400 - OFFSET_S
FCS, STATIONS, SORT = 2, 3, 2
SITES = FCS + 1 + STATIONS


def items_of(rng: np.random.Generator, n: int) -> Items:
    """Pieces from letters to furniture; some fragile, some upright."""
    size = np.sort(np.exp(rng.normal(4.6, 0.7, (n, 3))).astype(np.int64).clip(5, 900), axis=1)[:, ::-1]
    weight = (size.prod(axis=1) * rng.uniform(1e-4, 6e-4, n)).astype(np.int64).clip(5, 30_000)
    return Items.fill(
        n,
        name=[f"I{i}" for i in range(n)],
        weight_g=weight,
        length_mm=size[:, 0],
        width_mm=size[:, 1],
        height_mm=size[:, 2],
        value_c=rng.integers(100, 20_000, n),
        rate_upm=(1e4 / (1 + np.arange(n))).astype(np.int64),
        flags=rng.choice([0, FRAGILE, UPRIGHT], n, p=[0.8, 0.1, 0.1]),
    )


def boxes_of() -> Boxes:
    """Eight sizes, bags first."""
    inside = np.array(
        [(230, 160, 20), (300, 220, 40), (250, 200, 80), (300, 230, 130), (330, 250, 200), (400, 300, 220),
         (450, 350, 330), (600, 400, 400)]
    )  # fmt: skip
    board = np.array([0, 0, 90, 140, 210, 300, 430, 620])
    return Boxes.fill(
        8,
        name=[f"B{i}" for i in range(8)],
        length_mm=inside[:, 0],
        width_mm=inside[:, 1],
        height_mm=inside[:, 2],
        max_g=[2_000, 3_000, 10_000, 15_000, 20_000, 25_000, 25_000, 30_000],
        board_g=board,
        film_g=[15, 20, 0, 0, 0, 0, 0, 0],
        cost_c=[8, 10, 22, 30, 42, 55, 80, 120],
    )


def lanes_of() -> Lanes:
    """FCs to the sort center and to the first station, the sort center to all stations, and all stations back."""
    rows = [(fc, SORT, h) for fc in range(FCS) for h in (7, 13, 19, 23)]
    rows += [(fc, SORT + 1, 21) for fc in range(FCS)]
    rows += [(SORT, SORT + 1 + s, h) for s in range(STATIONS) for h in (3, 16)]
    rows += [(SORT + 1 + s, SORT, 20) for s in range(STATIONS)]
    origin, dest, hour = np.array(rows).T
    return Lanes.fill(
        len(rows),
        origin=origin,
        dest=dest,
        depart_s=hour * 3600,
        cutoff_s=1800,
        drive_s=3600,
        dist_m=40_000,
        volume_ml=60_000_000,
        weight_g=18_000_000,
        cost_c=20_000,
        days=127,
        electric=0,
    )


def hops_of(lanes: Lanes) -> NextHop:
    """The fastest way by timetable between any two sites."""
    time_s, first, dist = mean_ways(lanes)
    return NextHop(site=first.ravel(), time_s=time_s.ravel(), dist_m=dist.ravel())


def mean_ways(lanes: Lanes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Plain Floyd and Warshall over the lanes, half a day of waiting shared by the departures."""
    far = np.full((SITES, SITES), 10**8)
    first = np.full((SITES, SITES), -1)
    dist = np.full((SITES, SITES), -1)
    np.fill_diagonal(far, 0)
    for a, b in {(int(a), int(b)) for a, b in zip(lanes.origin, lanes.dest, strict=True)}:
        mine = (lanes.origin == a) & (lanes.dest == b)
        far[a, b] = 43_200 // mine.sum() + int(lanes.drive_s[mine][0])
        first[a, b], dist[a, b] = b, int(lanes.dist_m[mine][0])
    for k in range(SITES):
        for a in range(SITES):
            for b in range(SITES):
                if a != b and k not in (a, b) and far[a, k] + far[k, b] < far[a, b]:
                    far[a, b] = far[a, k] + far[k, b]
                    first[a, b], dist[a, b] = first[a, k], dist[a, k] + dist[k, b]
    return np.where(first >= 0, far, -1), first, dist


@dataclass
class Outside:
    """The ports that floors and trucks use."""

    floor: TwinFloor
    trucks: TwinTrucks


@dataclass
class World:
    """A state, its outside, a clock; `run` works through ticks and calls `check` after every turn."""

    seed: int
    orders: int = 60
    skus: int = 40
    floor_rules: FloorRules = field(default_factory=FloorRules)
    truck_rules: TruckRules = field(default_factory=TruckRules)
    rules: FulfillmentRules = field(default_factory=FulfillmentRules)
    stock: int = 100
    now_s: int = MIDNIGHT_S
    state: State = field(default_factory=State)
    turns: list[tuple[str, int, list[Table]]] = field(default_factory=list)
    check: Callable[[World], None] = lambda world: None

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        lanes = lanes_of()
        kind = np.r_[np.full(FCS, SiteKind.FC), SiteKind.SORT, np.full(STATIONS, SiteKind.STATION)]
        tables: list[Table] = [
            Sites.fill(SITES, name=[f"S{i}" for i in range(SITES)], kind=kind, capacity=40_000),
            Floors.fill(
                FCS, pick_uph=600, goods_uph=600, pack_pph=500, sort_pph=900, stow_uph=500, pickers=10, packers=10,
                stowers=4, robots=20, aisles=8, bays=20, opens_s=0, closes_s=86_400, kwh_day=1_000, hour_c=2_000,
            ),
            Zones.fill(STATIONS, name=["Z"] * STATIONS, station=SORT + 1 + np.arange(STATIONS), rural=0),
            items_of(rng, self.skus), boxes_of(), lanes, hops_of(lanes),
        ]  # fmt: skip
        for table in tables:
            self.state.load(table)
        self._orders(rng)
        self.outside = Outside(
            TwinFloor(self.seed, lanes, self.floor_rules, SupplierRules(), floors=self.state.table(Floors)),
            TwinTrucks(self.seed, OFFSET_S, self.truck_rules),
        )

    def _orders(self, rng: np.random.Generator) -> None:
        n = self.orders
        count = rng.integers(1, 5, n)
        order = np.repeat(np.arange(n), count)
        lines = len(order)
        self.state.append(
            Orders.fill(
                n, at_s=self.now_s, zone=rng.integers(0, STATIONS, n), first_line=np.cumsum(count) - count,
                lines=count, status=int(OrderStatus.ACCEPTED), due_lo_s=self.now_s,
                due_s=self.now_s + rng.integers(24, 60, n) * 3600, reason=0, consent=0, speed=0,
            )
        )  # fmt: skip
        sku, units, fc = (
            rng.integers(0, self.skus, lines),
            rng.integers(1, 5, lines),
            rng.integers(0, FCS, lines),
        )
        self.state.append(
            Lines.fill(
                lines, order=order, sku=sku, units=units, fc=fc, status=int(LineStatus.SOURCED), reason=0, tries=0,
                dropped=0, asked=units,
            )
        )  # fmt: skip
        self.state.append(Stock.fill(FCS * self.skus, **dict.fromkeys(Stock.columns, 0)))
        row = fc * self.skus + sku
        self.state.add(Stock, row, reserved=units)
        self.state.add(Stock, np.arange(FCS * self.skus), on_hand=self.stock, received=self.stock)
        self.state.add(Stock, row, on_hand=units, received=units)

    def desk(self, after_s: int) -> Desk:
        return Desk(
            state=self.state, world=self.outside,  # type: ignore[arg-type]
            rules={FulfillmentRules: self.rules, LinehaulRules: LinehaulRules()},
            seed=self.seed, utc_offset_s=OFFSET_S, now_s=self.now_s, after_s=after_s,
        )  # fmt: skip

    def post(self, who: str, facts: list[Table]) -> None:
        for fact in facts:
            FOLDS[type(fact)](self.state, fact, self.now_s)
        if facts:
            self.turns.append((who, self.now_s, facts))
            self.check(self)

    def run(self, hours: float) -> None:
        """Work through the services tick by tick."""
        services = {service.name: service for service in [*FLOORS, *TRUCKS]}
        for _ in range(int(hours * 12)):
            for name, service in services.items():
                if (self.now_s + OFFSET_S - service.offset_s) % service.every_s == 0:
                    desk = self.desk(self.now_s - service.every_s)
                    service.work(desk)
                    self.post(name, desk.posted)
                if name == "fulfillment.cartonize":
                    self._source_again()
                    self._choose()
            self.now_s += 300

    def _source_again(self) -> None:
        """What the sourcing room would do: the same building again, while it has stock."""
        lines = self.state.table(Lines)
        waiting = np.flatnonzero(lines.status == int(LineStatus.WAITING))
        if len(waiting):
            fc = np.arange(len(waiting)) % FCS
            self.post("sourcing", [LineSourced(line=waiting, fc=fc)])

    def _choose(self) -> None:
        """What the carriers room would do: the own van, by the next site of the timetable."""
        packages = self.state.table(Packages)
        new = np.flatnonzero((packages.status == int(Status.PLANNED)) & (packages.way < 0))
        if len(new) == 0:
            return
        zone = self.state.table(Orders).zone[packages.order[new]]
        station = self.state.table(Zones).station[zone]
        hop = self.state.table(NextHop).site[packages.fc[new].astype(np.int64) * SITES + station]
        self.state.put(
            Packages,
            new,
            way=int(Way.OWN),
            station=station,
            next_site=hop,
            leave_s=packages.due_s[new] - 43_200,
        )


def conserved(world: World) -> None:
    """What must hold after every turn."""
    stock = world.state.table(Stock)
    assert (stock.reserved >= 0).all() and (stock.reserved <= stock.on_hand).all()
    assert (
        stock.received + stock.returned + stock.found
        == stock.on_hand + stock.dock + stock.shipped + stock.written_off
    ).all()
