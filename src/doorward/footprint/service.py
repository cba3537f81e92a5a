"""The footprint services: every hour close what ended; every evening plan the night's charging."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import day_start, hour_of_day
from doorward.core.units import DAY_S, HOUR_S
from doorward.footprint.charging.plan import SLOT_S, Night, plan_night
from doorward.footprint.plan import building_legs, metered_wh, run_legs, sum_legs, trip_legs
from doorward.footprint.rules import METHODS, FootprintRules
from doorward.footprint.state import OWN, members, passes
from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.tables.fleet import Runs, RunStatus, Vehicles
from doorward.tables.flex import Blocks, Drivers
from doorward.tables.footprint import (
    Batteries,
    ChargesPlanned,
    DataClass,
    Factors,
    LegKind,
    Legs,
)
from doorward.tables.linehaul import Equipment, Lanes, Trips, TripStatus
from doorward.tables.packages import Packages, Scans
from doorward.tables.sites import Floors, SiteKind, Sites
from doorward.tables.ways import Way

Longs = NDArray[np.int64]
HOURLY = (LegKind.FC, LegKind.SORT, LegKind.STATION, LegKind.CARRIER, LegKind.PACKAGING, LegKind.RETURN)
"""Closed every hour; FCs by what they drew once a day, or the first package of the morning would bear the night."""
QUOTED = {
    LegKind.CARRIER: DataClass.MODELLED,
    LegKind.PACKAGING: DataClass.DEFAULT,
    LegKind.RETURN: DataClass.DEFAULT,
}


def close_legs(desk: Desk) -> None:
    """Post a leg for everything that ended since the last time."""
    parts = [*_vehicle_legs(desk), *_hourly_legs(desk)]
    period_s = desk.rule(FootprintRules).fc_close_hours * HOUR_S
    drawn = desk.rule(FootprintRules).fc_fill_pm == 0
    if drawn and (desk.now_s - desk.midnight_s) // period_s != (desk.after_s - desk.midnight_s) // period_s:
        parts.extend(_fc_legs(desk))
    legs = Legs.concat(parts)
    if not len(legs):
        return
    method = METHODS.index(desk.rule(FootprintRules).method)
    legs = legs.replace(upto=np.full(len(legs), desk.next(Scans)), by_mass=np.full(len(legs), method))
    borne = np.bincount(members(desk.state, legs)[0], minlength=len(legs))
    desk.post(legs.replace(packages=borne))


def _vehicle_legs(desk: Desk) -> list[Legs]:
    """Runs that came back or broke down, and trips with packages that arrived, which have no leg yet."""
    legs, runs, trips = desk.table(Legs), desk.table(Runs), desk.table(Trips)
    rules, factors = desk.rule(FootprintRules), desk.table(Factors)
    parts = []
    ended = (runs.status == RunStatus.DONE) | (runs.status == RunStatus.BROKEN)
    ended &= runs.left_s >= 0  # what a dispatcher rewrote before it left was never driven
    rows = _unclosed(ended, legs, LegKind.LAST_MILE)
    if len(rows):
        tables = (desk.table(Vehicles), desk.table(Blocks), desk.table(Drivers))
        leg = run_legs(runs, rows, *tables, factors, rules, desk.now_s)
        parts.append(_since(leg, _scans_before(legs, int(runs.left_s[rows].min()))))
    arrived = (trips.status == TripStatus.DONE) & (trips.packages > 0)
    rows = _unclosed(arrived, legs, LegKind.LINEHAUL)
    if len(rows):
        leg = trip_legs(trips, rows, desk.table(Lanes), desk.table(Equipment), factors, rules, desk.now_s)
        parts.append(_since(leg, _scans_before(legs, int(trips.left_s[rows].min()))))
    return parts


def _unclosed(ended: NDArray[np.bool_], legs: Legs, kind: LegKind) -> Longs:
    """Rows that have ended and have no leg yet."""
    ended = ended.copy()
    ended[legs.ref[legs.kind == kind]] = False
    return np.flatnonzero(ended)


def _scans_before(legs: Legs, left_s: int) -> int:
    """A number of scans that were all known before `left_s`: as many as the last closing before it had seen."""
    last = int(np.searchsorted(legs.at_s, left_s)) - 1
    return int(legs.upto[last]) if last >= 0 else 0


def _since(legs: Legs, row: int) -> Legs:
    return legs.replace(since=np.full(len(legs), row))


def _hourly_legs(desk: Desk) -> list[Legs]:
    """Legs of sort centers, stations, carriers, packaging and returns for the scans since the last closing."""
    legs, sites, rules = desk.table(Legs), desk.table(Sites), desk.rule(FootprintRules)
    since, upto = int(legs.upto[-1]) if len(legs) else 0, desk.next(Scans)
    each = {
        LegKind.FC: _fc_wh(desk),
        LegKind.SORT: np.full(len(sites), rules.sort_wh_per_package),
        LegKind.STATION: np.full(len(sites), rules.station_wh_per_package),
    }
    parts = []
    for kind in HOURLY if rules.fc_fill_pm else HOURLY[1:]:
        ref, package = passes(desk.state, kind, since, upto)
        if kind is LegKind.SORT:
            ref = ref[sites.kind[ref] == SiteKind.SORT]
        if not len(ref):
            continue
        if kind in OWN:
            key = np.unique(ref * desk.next(Packages) + package)
            ref, package = key // desk.next(Packages), key % desk.next(Packages)
            leg = sum_legs(kind, ref, OWN[kind](desk.state, package), QUOTED[kind], desk.now_s)
        else:
            at, count = np.unique(ref, return_counts=True)
            known = DataClass.MODELLED if kind is LegKind.FC else DataClass.DEFAULT
            leg = building_legs(kind, at, count * each[kind][at], known, desk.table(Factors), desk.now_s)
        parts.append(_since(leg, since))
    return parts


def _fc_wh(desk: Desk) -> Longs:
    """Watt hours of one package in each FC, (len(Floors),): a year's electricity over a year's packages."""
    floors, fill_pm = desk.table(Floors), max(1, desk.rule(FootprintRules).fc_fill_pm)
    capacity = np.maximum(1, desk.table(Sites).capacity[: len(floors)]).astype(np.int64)
    return np.asarray(floors.kwh_day.astype(np.int64) * 1_000_000 // (capacity * fill_pm), np.int64)


def _fc_legs(desk: Desk) -> list[Legs]:
    """Each FC's electricity since its last leg, borne by what was packed meanwhile; a day without packing waits."""
    legs, upto = desk.table(Legs), desk.next(Scans)
    mine = legs.kind == LegKind.FC
    since = int(legs.upto[mine].max(initial=0))
    at = np.unique(passes(desk.state, LegKind.FC, since, upto)[0])
    if not len(at):
        return []
    began = day_start(int(desk.table(Scans).at_s[0]), desk.utc_offset_s)
    last = np.full(len(desk.table(Sites)), began, np.int64)
    last[legs.ref[mine]] = legs.at_s[mine]
    wh = desk.table(Floors).kwh_day[at].astype(np.int64) * 1000 * (desk.now_s - last[at]) // DAY_S
    leg = building_legs(LegKind.FC, at, wh, DataClass.MODELLED, desk.table(Factors), desk.now_s)
    return [_since(leg, since)]


def charge_vans(desk: Desk) -> None:
    """Plan tonight's charging of every station's battery vans, and say what will not fit."""
    vehicles, rules = desk.table(Vehicles), desk.rule(FootprintRules)
    van = np.flatnonzero((vehicles.electric == 1) & np.isin(vehicles.way, (Way.OWN, Way.DSP)))
    if not len(van):
        return
    need, from_s, until_s = _needs(desk, van)
    night = Night(
        van, vehicles.station[van].astype(np.int64), need, from_s, until_s, desk.now_s,
        *_profiles(desk, rules),
    )  # fmt: skip
    charges, slots, remarks = plan_night(night, rules, desk.next(ChargesPlanned))
    desk.post(charges, slots, remarks)


def _needs(desk: Desk, van: Longs) -> tuple[Longs, Longs, Longs]:
    """(Wh at the meter, at the charger from, until) of each van.

    Needed is what closed runs used and no charge has given, and what runs that are open now will use by plan: what was
    guessed wrongly is settled the next night, and so is what did not fit.
    """
    vehicles, runs = desk.table(Vehicles), desk.table(Runs)
    owed = np.zeros(len(vehicles), np.int64)
    batteries = desk.table(Batteries)
    owed[: len(batteries)] = batteries.used_wh - batteries.charged_wh
    next_s = desk.midnight_s + vehicles.shift_lo_s.astype(np.int64)
    next_s = np.where(next_s <= desk.now_s, next_s + DAY_S, next_s)
    back_s = np.full(len(vehicles), desk.now_s)
    mine = (runs.status == RunStatus.PLANNED) | (runs.status == RunStatus.LEFT)
    open_ = np.flatnonzero(mine & (runs.vehicle >= 0) & (runs.depart_s > desk.now_s - DAY_S))
    tonight = open_[runs.depart_s[open_] < next_s[runs.vehicle[open_]]]
    by = runs.vehicle[tonight]
    np.add.at(
        owed, by, metered_wh(runs.dist_m[tonight].astype(np.int64), by, vehicles, desk.rule(FootprintRules))
    )
    np.maximum.at(back_s, by, runs.back_s[tonight])
    return np.maximum(0, owed[van]), back_s[van], next_s[van]


def _profiles(desk: Desk, rules: FootprintRules) -> tuple[Longs, Longs]:
    """(thousandths of a cent per kWh, mg CO2e per Wh) of each slot from now on."""
    start = desk.now_s + SLOT_S * np.arange(rules.charge_hours * HOUR_S // SLOT_S)
    hour = hour_of_day(start, desk.utc_offset_s)
    return np.array(rules.tariff_mc_kwh)[hour], np.array(rules.grid_mg_wh)[hour]


SERVICES = [
    Service("footprint.close", HOUR_S, close_legs),
    Service("footprint.charge", DAY_S, charge_vans, offset_s=21 * HOUR_S),
]
"""In the order of the roster."""
