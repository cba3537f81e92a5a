"""At a departure's staging cut-off: does it run, with what vehicle, and what goes on it. Read, plan, post."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorward.core.timetable import reach
from doorward.core.units import DAY_S
from doorward.ledger.desk import Desk
from doorward.linehaul.consolidate import Choices, consolidate, lateness_mc
from doorward.linehaul.plan import left_behind
from doorward.linehaul.rules import LinehaulRules
from doorward.tables.journey import Status
from doorward.tables.linehaul import (
    Equipment,
    Lanes,
    Loaded,
    Pallets,
    Trips,
    TripsCancelled,
    TripsSettled,
    TripStatus,
)
from doorward.tables.packages import Packages
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Sites

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def load(desk: Desk) -> None:
    """Settle the departures whose staging cut-off has just been reached: load, hold what can wait, cancel the rest."""
    trips, lanes, pallets = desk.table(Trips), desk.table(Lanes), desk.table(Pallets)
    due = cut_off(
        trips, lanes, desk.after_s - DAY_S, desk.now_s
    )  # those planned past their cut-off are not forgotten
    if len(due) == 0:
        return
    waiting = np.flatnonzero(pallets.trip < 0)
    idle: list[int] = []
    for trip in due.tolist():
        lane = trips.lane[trip]
        here = (pallets.site[waiting] == lanes.origin[lane]) & (pallets.dest[waiting] == lanes.dest[lane])
        if here.any():
            waiting = np.setdiff1d(waiting, _settle(desk, trip, waiting[here]), assume_unique=True)
        else:
            idle.append(trip)
    reason = int(Reason.NO_LOAD)
    desk.post(
        TripsCancelled.fill(len(idle), trip=idle, reason=reason),
        Remarks.about(Subject.TRIP, np.array(idle, np.int64), reason, desk.now_s, short=0),
    )


def cut_off(trips: Trips, lanes: Lanes, after_s: int, until_s: int) -> Ints:
    """Planned trips whose staging cut-off lies in (after_s, until_s], by departure."""
    row = np.flatnonzero((trips.status == int(TripStatus.PLANNED)) & (trips.depart_s > after_s))
    cutoff = trips.depart_s[row] - lanes.cutoff_s[trips.lane[row]]
    row = row[(cutoff > after_s) & (cutoff <= until_s)]
    return np.asarray(row[np.lexsort((row, trips.depart_s[row]))], np.int64)


def _settle(desk: Desk, trip: int, waiting: Ints) -> Ints:
    """Decide one departure and what waits for it; returns the pallets that are on it."""
    trips, pallets = desk.table(Trips), desk.table(Pallets)
    equipment = desk.table(Equipment)
    ahead = np.r_[trip, _later(desk, trip)]
    kinds = [np.flatnonzero(equipment.lane == lane) for lane in trips.lane[ahead]]
    most = max(1, *(len(rows) for rows in kinds))
    kind = np.full((len(ahead), most), -1, np.int64)
    for j, rows in enumerate(kinds):
        kind[j, : len(rows)] = rows
    listed = np.array([max(1, len(rows)) for rows in kinds])
    choices, arrive_s = _choices(desk, ahead, kind, listed)
    volume, weight = pallets.volume_ml[waiting], pallets.weight_g[waiting]
    late_mc, stay_mc = _lateness(desk, waiting, ahead, arrive_s)
    assign, best, _ = consolidate(volume, weight, late_mc, stay_mc, choices)
    on = assign == 0
    if not on.any():
        goes = int(ahead[int(assign.min())]) if assign.min() < len(ahead) else -1
        count = int(pallets.packages[waiting].sum())
        desk.post(
            TripsCancelled.fill(1, trip=trip, reason=int(Reason.HELD)),
            Remarks.about(Subject.TRIP, [trip], int(Reason.HELD), desk.now_s, limit=goes, short=count),
        )
        return np.zeros(0, np.int64)
    row, v, w = int(kind[0, best[0]]), int(volume[on].sum()), int(weight[on].sum())
    desk.post(
        Loaded.fill(int(on.sum()), pallet=waiting[on], trip=trip),
        TripsSettled.fill(
            1, trip=trip, equipment=row, arrive_s=arrive_s[0, best[0]], cost_c=_cost_c(desk, trip, row, v, w)
        ),
    )
    free_ml, free_g = int(choices.most_ml[0].max()) - v, int(choices.most_g[0].max()) - w
    if (~on).any() and (volume[~on].sum() > free_ml or weight[~on].sum() > free_g):
        desk.post(left_behind(trip, volume[~on], weight[~on], free_ml, free_g, desk.now_s))
    return np.asarray(waiting[on], np.int64)


def _later(desk: Desk, trip: int) -> Ints:
    """The next departures between the same buildings that are still open."""
    trips, lanes = desk.table(Trips), desk.table(Lanes)
    lane = trips.lane[trip]
    row = np.flatnonzero((trips.depart_s > trips.depart_s[trip]) & (trips.status == int(TripStatus.PLANNED)))
    here = trips.lane[row]
    row = row[(lanes.origin[here] == lanes.origin[lane]) & (lanes.dest[here] == lanes.dest[lane])]
    soon = np.argsort(trips.depart_s[row], kind="stable")[: desk.rule(LinehaulRules).later]
    return np.asarray(row[soon], np.int64)


def _choices(desk: Desk, ahead: Ints, kind: Ints, listed: Ints) -> tuple[Choices, Ints]:
    """(limits and prices, (J, K) arrivals) of departures with these rows of Equipment (-1: the lane's own)."""
    rules, trips, lanes, kinds = (
        desk.rule(LinehaulRules), desk.table(Trips), desk.table(Lanes), desk.table(Equipment),
    )  # fmt: skip
    lane = trips.lane[ahead].astype(np.int64)[:, None]

    def of(column: str, plain: NDArray[Any] | int) -> Ints:
        other = np.broadcast_to(np.asarray(plain, np.int64), kind.shape)
        if not len(kinds):
            return other
        return np.where(kind >= 0, getattr(kinds, column)[kind].astype(np.int64), other)

    most_ml = of("volume_ml", lanes.volume_ml[lane]) * rules.stack_pm // 1000
    most_g = of("weight_g", lanes.weight_g[lane]).copy()
    first = np.arange(len(ahead))[:, None] == 0
    coming = _coming(desk, int(lanes.origin[lane[0, 0]]), int(lanes.dest[lane[0, 0]]))
    most_ml = np.where(first, most_ml, most_ml * rules.hold_fill_pm // 1000 - coming)
    most_ml[np.arange(kind.shape[1])[None] >= listed[:, None]] = -1
    body, shared = of("body", 0), of("shared", 0) == 1
    battery = of("electric", lanes.electric[lane].astype(np.int64)) == 1
    metres = lanes.dist_m[lane].astype(np.float64)
    price = rules.carbon_c_t / 1e9  # thousandths of a cent for a microgram
    run = np.where(battery, rules.electric_ug_m, np.array(rules.body_ug_m)[body]) * 2 * metres * price
    cost_mc = of("cost_c", lanes.cost_c[lane]) * 1000.0
    pays = np.where(first, 1.0, rules.later_share_pm / 1000)
    choices = Choices(
        most_ml=most_ml,
        most_g=most_g,
        fixed_mc=np.where(shared, 0.0, cost_mc + run) * pays,
        rate_mc=of("tonne_c", 0) / 1000,
        least_mc=np.where(shared, cost_mc, 0.0) * pays,
        carbon_mc=np.where(shared, np.array(rules.body_ug_tm)[body] * metres / 1e6 * price, 0.0),
        dense=of("dense_g_l", 0) / 1000,
    )
    return choices, trips.depart_s[ahead][:, None] + of("drive_s", lanes.drive_s[lane].astype(np.int64))


def _coming(desk: Desk, origin: int, dest: int) -> int:
    """Millilitres that are on the floor of `origin` and will go to `dest`: later departures keep room for them."""
    packages = desk.table(Packages)
    here = np.flatnonzero(packages.status <= int(Status.PACKED))
    here = here[(packages.fc[here] == origin) & (packages.next_site[here] == dest)]
    return int(packages.volume_ml[here].sum())


def _lateness(desk: Desk, waiting: Ints, ahead: Ints, arrive_s: Ints) -> tuple[Floats, Floats]:
    """((n, J, K) thousandths of a cent of lateness of each pallet, (n,) if it goes with none)."""
    rules, trips, lanes, packages = (
        desk.rule(LinehaulRules), desk.table(Trips), desk.table(Lanes), desk.table(Packages),
    )  # fmt: skip
    package = np.flatnonzero((packages.status == int(Status.SORTED)) & (packages.pallet >= 0))
    package = package[np.isin(packages.pallet[package], waiting)]
    member = np.searchsorted(waiting, packages.pallet[package])
    dest = int(lanes.dest[trips.lane[ahead[0]]])
    station = np.maximum(packages.station[package], 0)
    there = np.broadcast_to(arrive_s.ravel()[:, None], (arrive_s.size, len(package)))
    if (station != dest).any():
        start = arrive_s.ravel() + rules.transfer_s
        beyond, _ = reach(
            start, np.full(len(start), dest, np.int32), len(desk.table(Sites)), lanes.origin, lanes.dest,
            lanes.depart_s, lanes.cutoff_s, lanes.drive_s, lanes.days, rules.transfer_s, desk.utc_offset_s,
        )  # fmt: skip
        there = np.where(station == dest, there, beyond[:, station])
    lead_s = packages.due_s[package] - there
    each = lateness_mc(
        lead_s, rules.station_s + rules.hold_slack_s, rules.last_s, rules.late_c * 1000, rules.late_hour_c * 1000,
        rules.spare_c * 1000,
    )  # fmt: skip
    late = np.zeros((len(waiting), arrive_s.size))
    np.add.at(late, member, each.T)
    count = np.bincount(member, minlength=len(waiting))
    stay = late.max(axis=1) + count * (rules.late_c * 1000.0)
    wait_h = (arrive_s.ravel() - arrive_s.min()) / 3600
    late += count[:, None] * wait_h * rules.wait_mc_h
    return late.reshape(len(waiting), *arrive_s.shape), stay


def _cost_c(desk: Desk, trip: int, row: int, volume_ml: int, weight_g: int) -> int:
    """Cents of a departure with this row of Equipment and load."""
    kinds = desk.table(Equipment)
    if row < 0:
        return int(desk.table(Lanes).cost_c[desk.table(Trips).lane[trip]])
    charged_g = max(weight_g, volume_ml * int(kinds.dense_g_l[row]) // 1000)
    return max(int(kinds.cost_c[row]), charged_g * int(kinds.tonne_c[row]) // 1_000_000)
