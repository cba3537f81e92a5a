"""What the report draws: pure functions from the tables of a run to small arrays and rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import HOUR_S
from doorward.ledger.state import State
from doorward.runtime.results import first_delivery_s
from doorward.tables.fleet import Runs, RunStatus
from doorward.tables.flex import Blocks, BlockStatus, Statements
from doorward.tables.footprint import LegKind, Legs, PackageFootprint, Shares
from doorward.tables.journey import JOURNEY, Event, Status
from doorward.tables.linehaul import Lanes, Trips, TripStatus
from doorward.tables.orders import Lines, LineStatus, Orders, OrderStatus
from doorward.tables.packages import Packages, PickTasks, Scans
from doorward.tables.remarks import WORDS, Reason, Remarks, Subject
from doorward.tables.sites import Floors, SiteKind, Sites
from doorward.tables.stock import Stock
from doorward.tables.ways import Way

Longs = NDArray[np.int64]
Rows = list[tuple[object, ...]]

STAGES: tuple[tuple[str, tuple[Status, ...]], ...] = (
    ("waiting for a wave", (Status.PLANNED, Status.RELEASED)),
    ("on the floor", (Status.PICKED, Status.PACKED)),
    ("staged", (Status.SORTED,)),
    ("on trailers", (Status.MOVING,)),
    ("at buildings", (Status.ARRIVED, Status.READY, Status.FAILED)),
    ("out for delivery", (Status.OUT,)),
    ("with carriers", (Status.WITH_CARRIER,)),
    ("in lockers", (Status.AT_LOCKER,)),
    ("on the way back", (Status.RETURNING,)),
)


def funnel(state: State) -> tuple[list[str], list[int]]:
    """Orders and packages by how far they came."""
    orders, packages = state.table(Orders), state.table(Packages)
    scans = state.table(Scans)

    def reached(*events: Event) -> int:
        return len(np.unique(scans.package[np.isin(scans.event, events)]))

    accepted = int((orders.status == OrderStatus.ACCEPTED).sum())
    on_time = first_delivery_s(state)
    return (
        [
            "orders placed",
            "orders promised",
            "orders accepted",
            "packages planned",
            "packages packed",
            "packages on the road",
            "packages delivered",
            "of them on time",
        ],
        [
            len(orders),
            int((orders.due_s >= 0).sum()),
            accepted,
            int((packages.status != Status.CANCELLED).sum()),
            reached(Event.PACKED),
            reached(Event.DEPARTED, Event.HANDED_OVER, Event.OUT_FOR_DELIVERY),
            int((on_time >= 0).sum()),
            int(((on_time >= 0) & (on_time <= packages.due_s)).sum()),
        ],
    )


def lateness_hours(state: State) -> NDArray[np.float64]:
    """Delivered minus the end of the promised window, hours, one a delivered package."""
    packages, at = state.table(Packages), first_delivery_s(state)
    got = at >= 0
    return np.asarray((at[got] - packages.due_s[got]) / HOUR_S)


def backlog(state: State, start_s: int, hours: int) -> Longs:
    """Packages in each stage at the end of each hour, (stages, hours), from the scans alone."""
    scans = state.table(Scans)
    stage = np.full(len(Status), -1)
    for k, (_, members) in enumerate(STAGES):
        stage[list(members)] = k
    after = np.array([stage[JOURNEY[e].after] for e in Event])
    hour = np.clip((scans.at_s - start_s) // HOUR_S, 0, hours)
    count = np.zeros((len(STAGES), hours + 1), np.int64)
    into = after[scans.event]
    np.add.at(count, (into[into >= 0], hour[into >= 0]), 1)
    linked = scans.prev >= 0
    out_of = after[scans.event[scans.prev[linked]]]
    left = out_of >= 0
    np.subtract.at(count, (out_of[left], hour[linked][left]), 1)
    return np.maximum(0, np.cumsum(count, axis=1)[:, :hours])


def by_way(state: State) -> Rows:
    """(way, packages, cost c, CO2e g, distance km, on time share, stops per route) per package, ways in use only."""
    packages, prints, runs = state.table(Packages), state.table(PackageFootprint), state.table(Runs)
    n = len(packages)
    co2, dist = np.zeros(n), np.zeros(n)
    m = len(prints)
    co2[:m] = sum(getattr(prints, c) for c in PackageFootprint.columns if c.endswith("_mg"))
    dist[:m] = prints.dist_m
    at = first_delivery_s(state)
    left = runs.status != RunStatus.PLANNED
    rows: Rows = []
    for way in Way:
        mine = (packages.way == way) & (packages.status != Status.CANCELLED)
        got = mine & (at >= 0)
        if not mine.any():
            continue
        road = left & (runs.way == way)
        rows.append(
            (
                way.name.lower(),
                int(mine.sum()),
                round(float(np.maximum(0, packages.bill_c[mine]).mean()), 1),
                round(float(co2[mine].mean()) / 1000, 1),
                round(float(dist[mine].mean()) / 1000, 2),
                f"{(at[got] <= packages.due_s[got]).mean():.1%}" if got.any() else "",
                round(float(runs.stops[road].mean()), 1) if road.any() else "",
            )
        )
    return rows


def carbon_by_stage(state: State) -> Rows:
    """(stage, kg CO2e, packages' sum kg, difference mg) by leg kind; it is 0 wherever packages bore a leg."""
    legs, shares = state.table(Legs), state.table(Shares)
    given = np.zeros(len(legs), np.int64)
    np.add.at(given, shares.leg, shares.co2_mg)
    total = legs.wtt_mg + legs.ttw_mg
    rows: Rows = []
    for kind in LegKind:
        mine = legs.kind == kind
        if mine.any():
            whole, split = int(total[mine].sum()), int(given[mine].sum())
            rows.append((kind.name.lower().replace("_", " "), whole / 1e6, split / 1e6, whole - split))
    return rows


def floor_load(state: State, start_s: int, hours: int) -> Rows:
    """(building, work, done in the busiest hour, capacity per hour, share of capacity over open hours) of each FC."""
    sites, floors, tasks = state.table(Sites), state.table(Floors), state.table(PickTasks)
    packages = state.table(Packages)
    rows: Rows = []
    units = packages.units[tasks.package]
    for fc in range(len(floors)):
        mine = tasks.fc == fc
        for name, at, weight, capacity in (
            ("picking, units", tasks.pick_s, units, int(floors.pick_uph[fc] + floors.goods_uph[fc])),
            ("packing, packages", tasks.pack_s, np.ones_like(units), int(floors.pack_pph[fc])),
            ("sorting, packages", tasks.sort_s, np.ones_like(units), int(floors.sort_pph[fc])),
        ):
            hour = np.clip((at[mine] - start_s) // HOUR_S, 0, hours - 1)
            done = np.bincount(hour, weights=weight[mine], minlength=hours)
            busy = int((done > 0).sum())
            if busy:
                share = done.sum() / max(1, capacity) / busy
                rows.append((str(sites.name[fc]), name, int(done.max()), capacity, f"{share:.0%}"))
    return rows


def linehaul_fill(state: State) -> Rows:
    """(from, to, trips run, packages, volume fill, weight fill, on time) by pair of sites."""
    sites, lanes, trips = state.table(Sites), state.table(Lanes), state.table(Trips)
    ran = np.flatnonzero((trips.status == TripStatus.DONE) & (trips.packages > 0))
    pair = lanes.origin[trips.lane[ran]].astype(np.int64) * len(sites) + lanes.dest[trips.lane[ran]]
    rows: Rows = []
    for each in np.unique(pair):
        t = ran[pair == each]
        lane = trips.lane[t]
        rows.append(
            (
                str(sites.name[each // len(sites)]),
                str(sites.name[each % len(sites)]),
                len(t),
                int(trips.packages[t].sum()),
                f"{trips.volume_ml[t].sum() / lanes.volume_ml[lane].sum():.0%}",
                f"{trips.weight_g[t].sum() / lanes.weight_g[lane].sum():.0%}",
                f"{(trips.arrived_s[t] <= trips.arrive_s[t] + 900).mean():.0%}",
            )
        )
    return rows


def fleet_use(state: State) -> Rows:
    """(way, runs, packages a run, stops a run, km a run, hours a run, finished late share) of everything that left."""
    runs = state.table(Runs)
    rows: Rows = []
    for way in Way:
        mine = (runs.way == way) & (runs.left_s >= 0)
        if mine.any():
            ended = mine & (runs.ended_s >= 0)
            rows.append(
                (
                    way.name.lower(),
                    int(mine.sum()),
                    round(float(runs.packages[mine].mean()), 1),
                    round(float(runs.stops[mine].mean()), 1),
                    round(float(runs.dist_m[mine].mean()) / 1000, 1),
                    round(float((runs.ended_s[ended] - runs.left_s[ended]).mean()) / HOUR_S, 2)
                    if ended.any()
                    else "",
                    f"{(runs.ended_s[ended] > runs.back_s[ended] + 900).mean():.0%}" if ended.any() else "",
                )
            )
    return rows


def gig_blocks(state: State) -> Rows:
    """(status, blocks, mean pay c, mean surge) of gig blocks, and pay in all."""
    blocks, paid = state.table(Blocks), state.table(Statements)
    rows: Rows = []
    for status in BlockStatus:
        mine = blocks.status == status
        if mine.any():
            surge = (blocks.pay_c[mine] / np.maximum(1, blocks.base_c[mine])).mean()
            rows.append(
                (
                    status.name.lower().replace("_", " "),
                    int(mine.sum()),
                    float(blocks.pay_c[mine].mean()),
                    surge,
                )
            )
    if len(paid):
        rows.append(("statements paid", len(paid), float(paid.total_c.mean()), 1.0))
    return rows


def stock_figures(state: State) -> Rows:
    """(figure, value) about stock and lines."""
    stock, lines = state.table(Stock), state.table(Lines)
    return [
        ("units received", int(stock.received.sum())),
        ("units shipped", int(stock.shipped.sum())),
        ("units on hand at the end", int(stock.on_hand.sum())),
        ("units written off", int(stock.written_off.sum())),
        ("units sent back and restocked", int(stock.returned.sum())),
        ("order lines", len(lines)),
        ("lines cancelled", int((lines.status == LineStatus.CANCELLED).sum())),
        (
            "lines still waiting",
            int(np.isin(lines.status, (LineStatus.WAITING, LineStatus.BACKORDERED)).sum()),
        ),
    ]


def exceptions(state: State) -> Rows:
    """(about, reason, how many) from the remarks, most first; and packages' scans that carry a reason."""
    remarks, scans = state.table(Remarks), state.table(Scans)
    rows: Rows = []
    pairs = np.unique(
        np.stack([remarks.subject, remarks.reason]).T.astype(np.int64), axis=0, return_counts=True
    )
    for (subject, reason), count in zip(*pairs, strict=True):
        rows.append((Subject(int(subject)).name.lower(), WORDS[Reason(int(reason))], int(count)))
    hit = scans.reason > 0
    pairs = np.unique(
        np.stack([scans.event[hit], scans.reason[hit]]).T.astype(np.int64), axis=0, return_counts=True
    )
    for (event, reason), count in zip(*pairs, strict=True):
        rows.append((f"scan {Event(int(event)).name.lower()}", WORDS[Reason(int(reason))], int(count)))
    return sorted(rows, key=lambda r: -int(str(r[2])))


def site_rows(state: State) -> Rows:
    """(site, kind, packages handled) of buildings."""
    sites, scans = state.table(Sites), state.table(Scans)
    hit = np.isin(scans.event, (Event.PACKED, Event.ARRIVED, Event.STORED)) & (scans.site >= 0)
    handled = np.bincount(scans.site[hit], minlength=len(sites))
    return [
        (str(sites.name[i]), SiteKind(int(sites.kind[i])).name.lower(), int(handled[i]))
        for i in np.flatnonzero(handled)
        if sites.kind[i] != SiteKind.LOCKER
    ]
