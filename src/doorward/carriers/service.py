"""Services of the room: open capacity, choose ways, hand over, track."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.carriers.choose.rooms import VANS, Index, expected_demand, open_days, shift_vans
from doorward.carriers.gate.plan import Batch
from doorward.carriers.handover.plan import (
    collections,
    handed_at,
    pickups_between,
    plan_handover,
    plan_tracking,
)
from doorward.carriers.net import Reference, network
from doorward.carriers.plan import Situation, plan_ways
from doorward.carriers.quote.plan import Pauses
from doorward.carriers.quote.vans import lessons
from doorward.carriers.rules import CarriersRules
from doorward.carriers.waiting import free_cells, unheeded, waiting_batch
from doorward.core.hours import second_of_day
from doorward.core.units import DAY_S
from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.tables.cards import (
    CardAreas,
    CardBands,
    CardBook,
    CardRates,
    Cards,
    CardSurcharges,
    CardTransit,
)
from doorward.tables.doorstep import Proof, Proofs
from doorward.tables.fleet import Runs, Stops, Vehicles
from doorward.tables.flex import Blocks, Drivers
from doorward.tables.journey import Event, Status
from doorward.tables.linehaul import Lanes, NextHop
from doorward.tables.orders import OpeningKind, Openings, Orders
from doorward.tables.outages import Outages, PlannedOutages, What
from doorward.tables.packages import Packages, Scans
from doorward.tables.remarks import Reason, Remarks
from doorward.tables.sites import Sites, Zones
from doorward.tables.ways import Bills, Services, WayCapacity, WayChosen, WayDropped, WayReturned, ZoneCosts

TICK_S = 300
BLOCKS_BACK_S = 7 * DAY_S
"""Blocks of so long ago tell what a package's share of one is."""


def reference(desk: Desk) -> Reference:
    """The reference tables of the room."""
    book = CardBook(
        desk.table(Cards),
        desk.table(CardBands),
        desk.table(CardRates),
        desk.table(CardSurcharges),
        desk.table(CardAreas),
        desk.table(CardTransit),
    )
    return Reference(
        desk.table(Sites), desk.table(Zones), desk.table(Services), book, desk.table(Vehicles), desk.table(Drivers),
        desk.table(Lanes), desk.table(NextHop),
    )  # fmt: skip


def open_ways(desk: Desk) -> None:
    """Open the capacity of the days of the horizon, and learn from yesterday's stops."""
    ref, rules = reference(desk), desk.rule(CarriersRules)
    net = network(ref, rules)
    desk.post(
        open_days(
            desk.table(WayCapacity),
            desk.day,
            ref.sites,
            ref.vehicles,
            ref.services,
            net,
            rules,
        )
    )
    tables = desk.table(Runs), desk.table(Stops), desk.table(Packages), desk.table(Orders), ref.sites
    learned = desk.table(ZoneCosts)
    desk.post(lessons(*tables, len(ref.zones), learned, desk.midnight_s - DAY_S, desk.midnight_s))


def choose_ways(desk: Desk) -> None:
    """Give every package without a way one."""
    packages = desk.table(Packages)
    row = np.flatnonzero(
        (packages.way == -1) & ((packages.status == Status.PLANNED) | (packages.status == Status.READY))
    )
    if len(row) == 0:
        return
    if len(desk.table(WayCapacity)) == 0 or int(desk.table(WayCapacity).day[-1]) < desk.day:
        open_ways(
            desk
        )  # a run that begins after the daily opening; the packages are chosen for in the next turn
        return
    rules, ref = desk.rule(CarriersRules), reference(desk)
    row = row[: rules.turn_packages]
    batch = _batch(desk, row, ref, rules)
    now = situation(desk, ref, rules)
    second = second_of_day(desk.now_s, desk.utc_offset_s)
    expected = expected_demand(now.capacity, desk.day)
    moved = shift_vans(
        now.capacity, now.rooms, network(ref, rules), expected, now.promised, int(second), rules, _yard(desk)
    )
    if len(moved):
        limit = now.capacity.limit.copy()
        limit[moved.opening] = moved.limit
        now = now._replace(capacity=now.capacity.replace(limit=limit))
    chosen, priced, remarks = plan_ways(batch, ref, now, rules)
    desk.post(moved, chosen, priced, _said_once(remarks, chosen, packages, desk))


def _yard(desk: Desk) -> NDArray[np.float64]:
    """(ways of VANS, sites) share of a station's vans that have no run today."""
    vehicles, runs = desk.table(Vehicles), desk.table(Runs)
    out = np.zeros(len(vehicles), np.bool_)
    mine = runs.vehicle[(runs.depart_s >= desk.midnight_s) & (runs.vehicle >= 0)]
    out[mine] = True
    sites = len(desk.table(Sites))
    rows = []
    for way in VANS:
        van = vehicles.way == way
        all_ = np.bincount(vehicles.station[van], minlength=sites)
        rows.append(np.bincount(vehicles.station[van & ~out], minlength=sites) / np.maximum(1, all_))
    return np.array(rows)


def heed_wishes(desk: Desk) -> None:
    """Packages at their station whose recipients have asked for a locker or the counter since lose a way that does not
    lead there, once."""
    packages, orders = desk.table(Packages), desk.table(Orders)
    row = unheeded(packages, orders, desk.table(Bills))
    if len(row):
        desk.post(
            WayDropped.fill(len(row), package=row, way=packages.way[row], reason=int(Reason.NO_CONSENT))
        )


def give_back(desk: Desk) -> None:
    """Cancelled packages give back the room of the way they had."""
    bills, status = desk.table(Bills), desk.table(Packages).status
    gone = np.flatnonzero(status[: len(bills)] == Status.CANCELLED)
    gone = gone[(bills.opening[gone] >= 0) | (bills.pool[gone] >= 0)]
    if len(gone):
        desk.post(WayReturned(package=gone))


def _batch(desk: Desk, row: NDArray[np.int64], ref: Reference, rules: CarriersRules) -> Batch:
    packages, net = desk.table(Packages), network(ref, rules)
    return waiting_batch(row, packages, desk.table(Orders), desk.table(Bills), ref, net, rules, desk.now_s)


def situation(desk: Desk, ref: Reference, rules: CarriersRules) -> Situation:
    """What changes from turn to turn, read from the tables."""
    capacity, openings, blocks = desk.table(WayCapacity), desk.table(Openings), desk.table(Blocks)
    index = Index(capacity, len(ref.sites), len(ref.services), desk.day)
    promised = np.zeros(len(capacity), np.int64)
    last_mile = np.isin(openings.kind, (OpeningKind.STATION, OpeningKind.LATE_WAVE))
    row = np.flatnonzero(last_mile & (openings.day >= desk.day))
    row = row[openings.day[row] - desk.day < index.days]
    late = openings.kind[row] == OpeningKind.LATE_WAVE
    slot = np.where(late, rules.wave_s[-1], rules.wave_s[0])
    pool = index.pool(openings.site[row], openings.day[row].astype(np.int64), slot)
    np.add.at(promised, pool[pool >= 0], openings.taken[row][pool >= 0])
    block_mc = np.full(len(ref.sites), rules.block_c * 1000 // rules.block_packages, np.int64)
    soon = np.flatnonzero(blocks.start_s >= desk.midnight_s - BLOCKS_BACK_S)
    if len(soon):
        pay = np.bincount(blocks.station[soon], weights=blocks.pay_c[soon], minlength=len(ref.sites))
        need = np.bincount(blocks.station[soon], weights=blocks.need[soon], minlength=len(ref.sites))
        block_mc = np.where(need > 0, pay * 1000 / np.maximum(need, 1), block_mc).astype(np.int64)
    cells = free_cells(desk.table(Packages), ref.sites)
    return Situation(
        capacity, index, desk.table(ZoneCosts), promised, cells, block_mc, desk.now_s,
        desk.utc_offset_s, _stops(desk, rules),
    )  # fmt: skip


def _stops(desk: Desk, rules: CarriersRules) -> Pauses:
    """When partners do not collect as far as anybody knows: they or the docks stand still."""
    found = set()
    guess_s = desk.now_s + rules.outage_guess_s
    for table in (desk.table(Outages), desk.table(PlannedOutages)):
        until = np.where(table.until_s < 0, guess_s, table.until_s)
        at = np.isin(table.what, (What.PICKUPS, What.CLOSED, What.DEPARTURES)) & (until > desk.now_s)
        for row in np.flatnonzero(at).tolist():
            service = int(table.service[row]) if table.what[row] == What.PICKUPS else -1
            found.add((int(table.site[row]), service, int(table.from_s[row]), int(until[row])))
    return tuple(sorted(found))


def _said_once(remarks: Remarks, chosen: WayChosen, packages: Packages, desk: Desk) -> Remarks:
    """Packages that go on waiting for room are remarked on when they come up and then at noon and midnight only."""
    if len(remarks) == 0:
        return remarks
    last = packages.last_scan[remarks.row]
    scanned = np.append(desk.table(Scans).at_s, desk.now_s)[last]  # -1, no scan: now
    half = DAY_S // 2
    due = (desk.now_s + desk.utc_offset_s) // half != (desk.after_s + desk.utc_offset_s) // half
    waits = ~np.isin(remarks.row, chosen.package)
    return remarks.take((scanned > desk.after_s - TICK_S) | due | ~waits)


def hand_over(desk: Desk) -> None:
    """At each service's pick-up: what is sorted for it leaves with it."""
    services = desk.table(Services)
    outages, packages = desk.table(Outages), desk.table(Packages)
    service, pickup_s = pickups_between(services, desk.after_s, desk.now_s, desk.utc_offset_s)
    at_s = None
    if len(outages) and ((outages.until_s < 0) | (outages.until_s > desk.after_s)).any():
        sites = len(desk.table(Sites))
        at_s = collections(services, sites, outages, desk.after_s, desk.now_s, desk.utc_offset_s)
    if len(service) or at_s is not None:
        desk.post(*plan_handover(packages, services, service, pickup_s, desk.now_s, at_s))


def track(desk: Desk) -> None:
    """Ask partners about their packages, each once in `track_s`: a part of them every turn."""
    packages, rules = desk.table(Packages), desk.rule(CarriersRules)
    row = np.flatnonzero(packages.status == Status.WITH_CARRIER)
    turns = max(1, rules.track_s // TICK_S)
    row = row[row % turns == desk.now_s // TICK_S % turns]
    if len(row) == 0:
        return
    ref = reference(desk)
    net = network(ref, rules)
    service = packages.carrier[row]
    lane = packages.fc[row] * np.int64(len(ref.zones)) + desk.table(Orders).zone[packages.order[row]]
    handed = handed_at(row, packages, desk.table(Scans))
    after_s = desk.now_s - turns * TICK_S
    events = desk.world.carriers.tracking(
        row, service, handed, net.p50_s[service, lane], net.p90_s[service, lane], after_s, desk.now_s
    )
    desk.post(plan_tracking(events.package, events.event, events.at_s, events.reason, packages))
    done = events.take(events.event == Event.DELIVERED)
    order = packages.order[done.package]
    orders = desk.table(Orders)
    desk.post(
        Proofs(
            package=done.package,
            kind=np.full(len(done), int(Proof.CARRIER)),
            code=done.package,
            lat_udeg=orders.lat_udeg[order],
            lon_udeg=orders.lon_udeg[order],
        )
    )


SERVICES: list[Service] = [
    Service(name="carriers.open", every_s=DAY_S, offset_s=600, work=open_ways),
    Service(name="carriers.return", every_s=TICK_S, work=give_back),
    Service(name="carriers.wishes", every_s=TICK_S, work=heed_wishes),
    Service(name="carriers.choose", every_s=TICK_S, work=choose_ways),
    Service(name="carriers.handover", every_s=TICK_S, work=hand_over),
    Service(name="carriers.track", every_s=TICK_S, work=track),
]
