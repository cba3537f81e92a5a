"""What the report draws and no room tells: pure functions from the tables of a run to small arrays and rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import HOUR_S
from doorward.ledger.state import State
from doorward.runtime.results import carried_by, first_delivery_s
from doorward.tables.fleet import Runs, Stops
from doorward.tables.footprint import PackageFootprint
from doorward.tables.journey import JOURNEY, Event, Status
from doorward.tables.orders import Lines, LineStatus, OrderRefs, Orders, OrderStatus
from doorward.tables.packages import Alarm, Alarms, Packages, PickTasks, Scans
from doorward.tables.remarks import WORDS, Reason, Remarks, Subject
from doorward.tables.sites import Floors, SiteKind, Sites, Zones
from doorward.tables.stock import Stock
from doorward.tables.ways import Way
from doorward.tracking.report import Quality, alarm_quality
from doorward.tracking.rules import TrackingRules

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

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
CHOICES = (
    Reason.DEARER,
    Reason.POSTPONED,
    Reason.SPLIT,
    Reason.NO_BOX,
    Reason.BELOW_MINIMUM,
    Reason.WORKED_WELL,
    Reason.NO_LOAD,
    Reason.HELD,
)
"""Reasons of decisions, not of trouble."""
AIR = range(Reason.WIND, Reason.HAZMAT + 1)
"""Reasons why a drone or robot did not go."""


def funnel(state: State) -> list[tuple[str, int]]:
    """Orders and packages by how far they came."""
    orders, packages, scans = state.table(Orders), state.table(Packages), state.table(Scans)

    def reached(*events: Event) -> int:
        return len(np.unique(scans.package[np.isin(scans.event, events)]))

    at = first_delivery_s(state)
    return [
        ("orders placed", len(orders)),
        ("orders promised", int((orders.due_s >= 0).sum())),
        ("orders accepted", int((orders.status == OrderStatus.ACCEPTED).sum())),
        ("packages planned", int((packages.status != Status.CANCELLED).sum())),
        ("packages packed", reached(Event.PACKED)),
        ("packages on the road", reached(Event.DEPARTED, Event.HANDED_OVER, Event.OUT_FOR_DELIVERY)),
        ("packages delivered", int((at >= 0).sum())),
        ("of them on time", int(((at >= 0) & (at <= packages.due_s)).sum())),
    ]


def lateness_hours(state: State) -> Floats:
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


class WayFigures(NamedTuple):
    """Per way in use: packages of it; driven metres and mg CO2e by stage (5) in all; delivered, of these on time."""

    way: Way
    packages: int
    dist_m: int
    co2_mg: Longs
    delivered: int
    on_time: int


CO2_STAGES = tuple(c for c in PackageFootprint.columns if c.endswith("_mg"))


def by_way(state: State) -> list[WayFigures]:
    """What the footprint ledger and the scans say of each way (money is in carriers' sums)."""
    packages, prints = state.table(Packages), state.table(PackageFootprint)
    n, m = len(packages), min(len(packages), len(prints))
    co2, dist = np.zeros((len(CO2_STAGES), n), np.int64), np.zeros(n, np.int64)
    for k, name in enumerate(CO2_STAGES):
        co2[k, :m] = getattr(prints, name)[:m]
    dist[:m] = prints.dist_m[:m]
    at = first_delivery_s(state)
    found = []
    carried = carried_by(state)
    for way in Way:
        mine = (carried == way) & (packages.status != Status.CANCELLED)
        got = mine & (at >= 0)
        if mine.any():
            on_time = int((at[got] <= packages.due_s[got]).sum())
            found.append(
                WayFigures(
                    way,
                    int(mine.sum()),
                    int(dist[mine].sum()),
                    co2[:, mine].sum(axis=1),
                    int(got.sum()),
                    on_time,
                )
            )
    return found


def floor_load(state: State, start_s: int, hours: int) -> list[tuple[str, str, Longs, int]]:
    """(building, work, done in each hour (hours,), capacity per hour) of each FC, by the floor's plan.

    What a picker collects counts evenly over the walk; robots, packing and sorting count at their planned end.
    """
    sites, floors, tasks = state.table(Sites), state.table(Floors), state.table(PickTasks)
    units = state.table(Packages).units[tasks.package]
    rows = []
    for fc in range(len(floors)):
        for method, name, at, weight, capacity in (
            (0, "pickers, units", tasks.pick_s, units, int(floors.pick_uph[fc])),
            (1, "robots, units", tasks.pick_s, units, int(floors.goods_uph[fc])),
            (-1, "packing, packages", tasks.pack_s, np.ones_like(units), int(floors.pack_pph[fc])),
            (-1, "sorting, packages", tasks.sort_s, np.ones_like(units), int(floors.sort_pph[fc])),
        ):
            mine = (tasks.fc == fc) & ((method < 0) | (tasks.method == method))
            begin = tasks.start_s[mine] if method == 0 else at[mine] - 1
            span = np.maximum(at[mine] - begin, 1)
            edges = start_s + HOUR_S * np.arange(1, hours)
            by = [(weight[mine] * np.clip((edge - begin) / span, 0.0, 1.0)).sum() for edge in edges]
            done = np.diff(np.rint(np.r_[0.0, by, weight[mine].sum()]).astype(np.int64))
            if done.any():
                rows.append((str(sites.name[fc]), name, done, capacity))
    return rows


def on_the_road(state: State, start_s: int, hours: int) -> list[tuple[Way, Longs]]:
    """Runs that are out in the middle of each hour, by way."""
    runs = state.table(Runs)
    middle = start_s + HOUR_S * np.arange(hours) + HOUR_S // 2
    found = []
    for way in Way:
        mine = (runs.way == way) & (runs.left_s >= 0)
        if mine.any():
            ended = np.where(runs.ended_s[mine] >= 0, runs.ended_s[mine], runs.back_s[mine])
            out = np.searchsorted(np.sort(runs.left_s[mine]), middle) - np.searchsorted(
                np.sort(ended), middle
            )
            found.append((way, out.astype(np.int64)))
    return found


class Flights(NamedTuple):
    """Runs of one kind of craft: runs that left, packages, km and minutes a run, doors on time by their plan."""

    runs: int
    packages: int
    km: float
    minutes: float
    craft: int
    near_plan: float


def flights(state: State, way: Way) -> Flights | None:
    """Figures of drones or robots; None if none left. near_plan: visits within five minutes of their plan."""
    runs, stops = state.table(Runs), state.table(Stops)
    row = np.flatnonzero((runs.way == way) & (runs.left_s >= 0))
    if not len(row):
        return None
    metres = np.where(runs.actual_m[row] >= 0, runs.actual_m[row], runs.dist_m[row])
    back = np.where(runs.ended_s[row] >= 0, runs.ended_s[row], runs.back_s[row])
    mine = (runs.way[stops.run] == way) & (stops.done_s >= 0)
    off = np.abs(stops.done_s[mine] - stops.plan_s[mine])
    return Flights(
        len(row),
        int(runs.packages[row].sum()),
        float(metres.mean()) / 1000,
        float((back - runs.left_s[row]).mean()) / 60,
        len(np.unique(runs.vehicle[row])),
        float((off <= 300).mean()) if mine.any() else 0.0,
    )


class Trouble(NamedTuple):
    """One reason: what it is about, in words, how often it was given, of how many different things, an example row."""

    about: Subject
    reason: Reason
    words: str
    times: int
    things: int
    row: int


def remarks_by_reason(state: State) -> list[Trouble]:
    """Remarks by what they are about and why, most things first."""
    remarks = state.table(Remarks)
    if not len(remarks):
        return []
    key = remarks.subject.astype(np.int64) << 16 | remarks.reason
    rows = []
    for each in np.unique(key).tolist():
        mine = remarks.row[key == each]
        reason = Reason(each & 0xFFFF)
        rows.append(
            Trouble(
                Subject(each >> 16), reason, WORDS[reason], len(mine), len(np.unique(mine)), int(mine[-1])
            )
        )
    return sorted(rows, key=lambda t: -t.things)


def scans_by_reason(state: State) -> list[tuple[Event, Reason, int, int]]:
    """(event, reason, scans, package of the newest one) of scans that carry a reason, most first."""
    scans = state.table(Scans)
    hit = np.flatnonzero(scans.reason > 0)
    key = scans.event[hit].astype(np.int64) << 16 | scans.reason[hit]
    found = []
    for each in np.unique(key).tolist():
        mine = hit[key == each]
        found.append((Event(each >> 16), Reason(each & 0xFFFF), len(mine), int(scans.package[mine[-1]])))
    return sorted(found, key=lambda row: -row[2])


def unpromised(state: State) -> list[tuple[str, str, int, str]]:
    """(what ended, why, how many, an order's reference) of orders refused or expired and of lines cancelled."""
    orders, lines = state.table(Orders), state.table(Lines)
    found = []
    every = np.arange(len(orders))
    for what, ended, reason_of, number in (
        ("order refused", orders.status == OrderStatus.REFUSED, orders.reason, every),
        ("order not taken up", orders.status == OrderStatus.EXPIRED, orders.reason, every),
        ("line cancelled", lines.status == LineStatus.CANCELLED, lines.reason, lines.order),
    ):
        reasons = np.where(ended, reason_of, -1)
        for reason in np.unique(reasons[reasons >= 0]).tolist():
            mine = np.flatnonzero(reasons == reason)
            found.append((what, WORDS[Reason(reason)], len(mine), order_ref(state, int(number[mine[-1]]))))
    return sorted(found, key=lambda row: -row[2])


def order_ref(state: State, order: int) -> str:
    """The customer's reference of an order, as `doorward order` takes it."""
    refs = state.table(OrderRefs)
    return str(refs.ref[order]) if order < len(refs) else str(order)


def alarms(state: State) -> list[tuple[Quality, int]]:
    """How far alarms of each kind could be trusted, and the package of the newest."""
    table, scans = state.table(Alarms), state.table(Scans)
    if not len(table):
        return []
    newest = {kind: table.package[table.kind == kind] for kind in Alarm}
    found = alarm_quality(
        state.table(Packages), scans, table, TrackingRules().cutoff_grace_s, int(scans.at_s.max())
    )
    return [(q, int(newest[q.kind][-1])) for q in found if q.raised]


class FcStock(NamedTuple):
    """Stock of one FC, units; shipped packages that went to its own region and elsewhere."""

    name: str
    received: int
    returned: int
    shipped: int
    written_off: int
    on_hand: int
    skus_out: int
    near: int
    far: int


def stock_by_fc(state: State) -> list[FcStock]:
    """What came, went and lies in each FC, and how much of what it shipped stayed in its region."""
    sites, stock, packages = state.table(Sites), state.table(Stock), state.table(Packages)
    fcs = int((sites.kind == SiteKind.FC).sum())
    kept = packages.status != Status.CANCELLED
    zone = state.table(Orders).zone[packages.order]
    near = sites.region[packages.fc] == state.table(Zones).region[zone]

    def units(column: NDArray[np.integer]) -> Longs:
        return np.asarray(column.reshape(fcs, -1).sum(axis=1), np.int64)

    emptied = ((stock.on_hand == 0) & (stock.received > 0)).reshape(fcs, -1).sum(axis=1)
    received, returned, shipped = units(stock.received), units(stock.returned), units(stock.shipped)
    gone, here = units(stock.written_off), units(stock.on_hand)
    return [
        FcStock(
            str(sites.name[fc]),
            int(received[fc]),
            int(returned[fc]),
            int(shipped[fc]),
            int(gone[fc]),
            int(here[fc]),
            int(emptied[fc]),
            int((kept & near & (packages.fc == fc)).sum()),
            int((kept & ~near & (packages.fc == fc)).sum()),
        )
        for fc in range(fcs)
    ]


def late_by_zone(state: State) -> tuple[Longs, Longs]:
    """(delivered packages, of these late) by zone."""
    packages, at = state.table(Packages), first_delivery_s(state)
    zones = len(state.table(Zones))
    zone = state.table(Orders).zone[packages.order]
    got = at >= 0
    late = got & (at > packages.due_s)
    return np.bincount(zone[got], minlength=zones), np.bincount(zone[late], minlength=zones)
