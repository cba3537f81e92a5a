"""The fulfillment services: box what is due, release it to the floor, follow the floor and build pallets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.fulfillment.cartons.plan import Pieces, plan_cartons
from doorward.fulfillment.pallets.plan import plan_pallets
from doorward.fulfillment.picking.plan import Floor, plan_release
from doorward.fulfillment.picking.slots import plan_slots
from doorward.fulfillment.plan import Misses, backlog, choose_due, leave_by, recover, rows_of
from doorward.fulfillment.rules import FulfillmentRules
from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.ports.floor import FloorDone
from doorward.tables.items import Boxes, Items
from doorward.tables.journey import Event, Holder, Status
from doorward.tables.linehaul import Lanes, NextHop, Pallets, PalletsBuilt, Trips, TripStatus
from doorward.tables.orders import Lines, LineStatus, Orders
from doorward.tables.outages import Outages, What
from doorward.tables.packages import (
    Boxed,
    Cartonized,
    Contents,
    Packages,
    Palletized,
    PickTasks,
    Scanned,
    Scans,
    Waves,
    Weighed,
)
from doorward.tables.promises import Promises
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Floors, Sites, Zones
from doorward.tables.stock import PICKED, StockMoved

Ints = NDArray[np.int64]


def cartonize(desk: Desk) -> None:
    """Box the sourced lines that are due next, within what the floors can do."""
    lines = desk.table(Lines)
    sourced = np.flatnonzero(lines.status == int(LineStatus.SOURCED))
    still = desk.table(Outages).down(len(desk.table(Sites)), desk.now_s, What.PICKING, What.SORTING)
    sourced = sourced[~still[lines.fc[sourced]]]  # not boxed, its lines may still be sourced anew
    if len(sourced) == 0:
        return
    rules, orders, floors = desk.rule(FulfillmentRules), desk.table(Orders), desk.table(Floors)
    order = lines.order[sourced]
    need_s = leave_by(
        lines.fc[sourced], orders.due_s[order], orders.zone[order], desk.table(Sites), desk.table(Zones),
        desk.table(NextHop), rules,
    )  # fmt: skip
    promises = desk.table(Promises)
    if len(promises):  # a partner's pick-up that the promise counted on
        need_s = np.where(promises.leave_s[order] >= 0, promises.leave_s[order], need_s)
    on_pod = plan_slots(desk.table(Items), floors, rules).slot < 0
    ahead = backlog(desk.table(Packages), desk.table(Contents), on_pod, len(floors))
    line, group = choose_due(sourced, lines, need_s, on_pod, ahead, floors, rules, desk.now_s)
    if len(line) == 0:
        return
    pieces = Pieces(group=group, line=line, sku=lines.sku[line], units=lines.units[line])
    cartons, fillings, remarks, _ = plan_cartons(
        pieces, desk.table(Items), desk.table(Boxes), tries=rules.tries, most=rules.pieces,
        wall_mm=rules.wall_mm, litre_mc=rules.litre_mc, at_s=desk.now_s,
    )  # fmt: skip
    first = desk.next(Packages)
    of = line[np.searchsorted(group, cartons.group)]
    order = lines.order[of]
    same = {name: getattr(cartons, name) for name in cartons.columns if name != "group"}
    desk.post(
        Cartonized(
            package=first + np.arange(len(cartons)),
            order=order,
            fc=lines.fc[of],
            due_lo_s=orders.due_lo_s[order],
            due_s=orders.due_s[order],
            **same,
        ),
        Boxed(package=first + fillings.carton, line=fillings.line, sku=fillings.sku, units=fillings.units),
        remarks.replace(row=first + remarks.row),
    )


def release(desk: Desk) -> None:
    """Release planned packages that have a way: waves, batches, walks, planned times."""
    packages = desk.table(Packages)
    ready = np.flatnonzero((packages.status == int(Status.PLANNED)) & (packages.way >= 0))
    if len(ready) == 0:
        return
    rules, floors, contents = desk.rule(FulfillmentRules), desk.table(Floors), desk.table(Contents)
    slots = plan_slots(desk.table(Items), floors, rules)
    tasks, wave = desk.table(PickTasks), desk.next(Waves)
    on_floor = _open_packages(packages)
    for fc in np.unique(packages.fc[ready]):
        mine = ready[packages.fc[ready] == fc]
        under_way = on_floor[packages.fc[on_floor] == fc]
        floor = Floor(
            int(fc), floors, slots, tasks.take(packages.task[under_way]), packages.status[under_way],
            packages.units[under_way],
        )  # fmt: skip
        row, start = rows_of(contents, mine)
        waves, planned, remarks = plan_release(
            mine, packages, contents.take(row), start, floor, rules,
            wave=wave, now_s=desk.now_s, utc_offset_s=desk.utc_offset_s,
            seed=desk.child_seed("fulfillment.release", int(fc), desk.now_s) >> 8,
        )  # fmt: skip
        wave += len(waves)
        scans = _scans(planned.package, desk.now_s, Event.RELEASED, planned.fc, planned.wave)
        desk.post(waves, planned, scans, remarks)


def _open_packages(packages: Packages) -> Ints:
    """Packages under work on a floor: released, picked or packed."""
    status = packages.status
    return np.flatnonzero((status >= int(Status.RELEASED)) & (status <= int(Status.PACKED)))


def _scans(
    package: Ints,
    at_s: Ints | int,
    event: Event,
    site: Ints | NDArray[np.int32],
    ref: Ints | NDArray[np.int32] | int,
) -> Scanned:
    return Scanned.fill(
        len(package), package=package, at_s=at_s, event=int(event), site=site, ref=ref, reason=0
    )


def floor(desk: Desk) -> None:
    """Recover from what went wrong while picking, follow what was done, close pallets."""
    packages = desk.table(Packages)
    on_floor = _open_packages(packages)
    done = FloorDone.empty()
    if len(on_floor):
        tasks = desk.table(PickTasks).take(packages.task[on_floor])
        released = packages.status[on_floor] == int(Status.RELEASED)
        ended, troubled, content_left = _trouble(desk, packages, tasks.take(released))
        tasks = tasks.take(~np.isin(tasks.package, ended))
        done = desk.world.floor.done(
            tasks, packages.status[tasks.package], packages.next_site[tasks.package], desk.now_s
        )
        newest = desk.table(Scans).at_s[packages.last_scan[done.package]]
        done = done.replace(at_s=np.maximum(done.at_s, newest))  # a clock that lags behind ours
        if len(troubled):  # what was taken out must be folded before the rest is weighed
            done = done.take((done.event == int(Event.PICKED)) | ~np.isin(done.package, troubled))
        _picked(desk, packages, done, content_left)
        done = _sorted(desk, packages, _packed(desk, packages, done))
    _close_pallets(desk, packages, done)


def _trouble(desk: Desk, packages: Packages, tasks: PickTasks) -> tuple[Ints, Ints, NDArray[np.int32]]:
    """Post what follows from missing pieces; returns packages cancelled, packages hit, what stays in Contents."""
    contents = desk.table(Contents)
    none = np.zeros(0, np.int64)
    if len(tasks) == 0:
        return none, none, contents.units
    tasks = tasks.take(np.argsort(tasks.package, kind="stable"))
    row, _ = rows_of(contents, tasks.package)
    row = row[contents.units[row] > 0]
    told = desk.world.floor.trouble(tasks, contents.take(row), desk.now_s)
    if len(told) == 0:
        return none, none, contents.units
    wide = int(contents.line.max()) + 1
    key = contents.package[row] * wide + contents.line[row]
    order = np.argsort(key, kind="stable")
    content = row[order[np.searchsorted(key[order], told.package * wide + told.line)]]
    misses = Misses(**{name: getattr(told, name) for name in Misses.columns})
    plan = recover(
        misses, content, contents, packages, desk.table(Lines), desk.rule(FulfillmentRules), desk.now_s
    )
    desk.post(
        plan.unboxed, plan.held, plan.dropped, plan.unreserved, plan.stock, plan.cancelled, plan.remarks
    )
    left = contents.units.copy()
    left[content] = plan.unboxed.left
    return plan.cancelled.package, told.package, left


def _picked(desk: Desk, packages: Packages, done: FloorDone, left: NDArray[np.int32]) -> None:
    """Pieces leave the shelf when their package is picked."""
    mine = done.take(done.event == int(Event.PICKED))
    if len(mine):
        contents = desk.table(Contents)
        row, _ = rows_of(contents, mine.package)
        row = row[left[row] > 0]
        fc = packages.fc[contents.package[row]]
        desk.post(
            StockMoved(fc=fc, sku=contents.sku[row], units=left[row], why=np.full(len(row), PICKED)),
            _scans(mine.package, mine.at_s, Event.PICKED, packages.fc[mine.package], -1),
        )


def _packed(desk: Desk, packages: Packages, done: FloorDone) -> FloorDone:
    """Weigh and label what was packed. A weight beyond the tolerance stops the package: it gets no label, stays PICKED
    (its `packed_g` says what the scale showed), is opened, recounted and packed again in a later turn; the weight after
    recounting stands. Returns the steps that stand.
    """
    rules = desk.rule(FulfillmentRules)
    mine = np.flatnonzero(done.event == int(Event.PACKED))
    if len(mine) == 0:
        return done
    package = done.package[mine]
    plan_g = packages.weight_g[package]
    again = packages.packed_g[package] >= 0
    scale_g = desk.world.floor.weigh(package, plan_g, again)
    most_g = np.maximum(rules.scale_g, plan_g.astype(np.int64) * rules.scale_pm // 1000)
    stop = ~again & (np.abs(scale_g - plan_g) > most_g)
    good, stopped = package[~stop], package[stop]
    desk.post(
        Weighed(package=package, packed_g=scale_g, serial=np.where(stop, -1, package)),
        _scans(good, done.at_s[mine][~stop], Event.PACKED, packages.fc[good], -1),
        Remarks.about(
            Subject.PACKAGE, stopped, int(Reason.WEIGHT_MISMATCH), desk.now_s,
            limit=plan_g[stop], short=(scale_g - plan_g)[stop],
        ),
    )  # fmt: skip
    behind = np.isin(done.package, stopped) & (done.event >= int(Event.PACKED))
    return done.take(~behind)


def _sorted(desk: Desk, packages: Packages, done: FloorDone) -> FloorDone:
    """Sorted packages wait at a chute; those put to a wrong one go on a pallet of their own at once."""
    mine = done.take(done.event == int(Event.SORTED))
    if len(mine) == 0:
        return mine
    fc = packages.fc[mine.package]
    wrong = (mine.ref >= 0) & (mine.ref != packages.next_site[mine.package])
    desk.post(_scans(mine.package, mine.at_s, Event.SORTED, fc, -1))
    strays = mine.take(wrong)
    desk.post(
        *_build(desk, packages, strays.package, strays.ref, np.ones(len(strays), bool), desk.next(Pallets))
    )
    return mine.take(~wrong)


def _close_pallets(desk: Desk, packages: Packages, new: FloorDone) -> None:
    """Close pallets of building chutes that are full or whose departure's staging cut-off is reached."""
    waiting = np.flatnonzero(packages.status == int(Status.SORTED))
    at_chute = (packages.pallet[waiting] < 0) & (packages.holder_kind[waiting] == int(Holder.SITE))
    waiting = waiting[at_chute & (packages.holder[waiting] == packages.fc[waiting])]
    package = np.r_[waiting, new.package]
    package = package[packages.next_site[package] >= 0]
    if len(package) == 0:
        return
    dest = packages.next_site[package].astype(np.int64)
    go = np.isin(packages.fc[package] * len(desk.table(Sites)) + dest, closing(desk))
    first = desk.next(Pallets) + sum(len(fact) for fact in desk.posted if isinstance(fact, PalletsBuilt))
    desk.post(*_build(desk, packages, package, dest, go, first))


def closing(desk: Desk) -> Ints:
    """Keys site * sites + dest of the departures whose staging cut-off lies in (after_s, now_s]."""
    trips, lanes = desk.table(Trips), desk.table(Lanes)
    row = np.flatnonzero((trips.status == int(TripStatus.PLANNED)) & (trips.depart_s > desk.after_s))
    lane = trips.lane[row]
    cutoff = trips.depart_s[row] - lanes.cutoff_s[lane]
    lane = lane[(cutoff > desk.after_s) & (cutoff <= desk.now_s)]
    return lanes.origin[lane].astype(np.int64) * len(desk.table(Sites)) + lanes.dest[lane]


def _build(
    desk: Desk, packages: Packages, package: Ints, dest: Ints, go: NDArray[np.bool_], first: int
) -> tuple[PalletsBuilt, Palletized]:
    rules = desk.rule(FulfillmentRules)
    scan = packages.last_scan[package]
    packed_g = packages.packed_g[package]
    for fact in desk.posted:  # packed and sorted in the same turn: what the scale has just shown
        if isinstance(fact, Weighed):
            order = np.argsort(fact.package, kind="stable")
            at = np.minimum(np.searchsorted(fact.package, package, sorter=order), len(fact) - 1)
            packed_g = np.where(fact.package[order[at]] == package, fact.packed_g[order[at]], packed_g)
    weight = np.where(packed_g >= 0, packed_g, packages.weight_g[package])
    return plan_pallets(
        package, packages.fc[package].astype(np.int64), dest.astype(np.int64), packages.due_s[package],
        packages.volume_ml[package], weight.astype(np.int64), go, desk.table(Scans).at_s[scan],
        first=first, most_ml=rules.pallet_ml, most_g=rules.pallet_g, now_s=desk.now_s,
    )  # fmt: skip


SERVICES: list[Service] = [
    Service(name="fulfillment.cartonize", every_s=900, work=cartonize),
    Service(name="fulfillment.release", every_s=300, work=release),
    Service(name="fulfillment.floor", every_s=300, work=floor),
]
"""In roster order; carriers.choose works between the first two."""
