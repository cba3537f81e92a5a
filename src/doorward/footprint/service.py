"""The footprint service: every hour close the trips and runs that ended; buildings, packaging and carriers likewise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S
from doorward.footprint.plan import building_legs, run_legs, trip_legs
from doorward.footprint.rules import FootprintRules
from doorward.footprint.state import DAY_EVENTS, packaging_mg
from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.tables.fleet import Runs, RunStatus, Vehicles
from doorward.tables.flex import Blocks, Drivers
from doorward.tables.footprint import Factors, LegKind, Legs
from doorward.tables.linehaul import Lanes, Trips, TripStatus
from doorward.tables.packages import Packages, Scans
from doorward.tables.sites import Floors, SiteKind, Sites

Longs = NDArray[np.int64]


def close_legs(desk: Desk) -> None:
    """Post a leg for everything that ended since the last time."""
    legs = desk.table(Legs)
    rules, factors = desk.rule(FootprintRules), desk.table(Factors)
    runs, trips = desk.table(Runs), desk.table(Trips)
    parts = []
    ended = _unclosed(np.flatnonzero(runs.status == RunStatus.DONE), legs, LegKind.LAST_MILE)
    if len(ended):
        tables = (desk.table(Vehicles), desk.table(Blocks), desk.table(Drivers))
        parts.append(run_legs(runs, ended, *tables, factors, rules, desk.now_s))
    arrived = _unclosed(np.flatnonzero(trips.status == TripStatus.DONE), legs, LegKind.LINEHAUL)
    arrived = arrived[trips.packages[arrived] > 0]
    if len(arrived):
        parts.append(trip_legs(trips, arrived, desk.table(Lanes), factors, rules, desk.now_s))
    parts.extend(_period_legs(desk, legs, factors, rules))
    closed = Legs.concat(parts)
    if len(closed):
        desk.post(closed.replace(by_mass=np.full(len(closed), int(rules.method == "mass"))))


def _unclosed(rows: Longs, legs: Legs, kind: LegKind) -> Longs:
    """Those of the rows that have no leg yet."""
    return rows[~np.isin(rows, legs.ref[legs.kind == kind])]


def _period_legs(desk: Desk, legs: Legs, factors: Factors, rules: FootprintRules) -> list[Legs]:
    """Legs of buildings, packaging and carriers for the scans since the last such leg."""
    scans, sites = desk.table(Scans), desk.table(Sites)
    closed = np.isin(legs.kind, list(DAY_EVENTS))
    since = int(legs.upto[closed].max(initial=0))
    parts = []
    for kind, event in DAY_EVENTS.items():
        hit = since + np.flatnonzero(scans.event[since:] == event)
        where = scans.ref[hit] if kind is LegKind.CARRIER else scans.site[hit].astype(np.int64)
        if kind is LegKind.SORT:
            keep = sites.kind[where] == SiteKind.SORT
            hit, where = hit[keep], where[keep]
        if not len(hit):
            continue
        at, count = np.unique(where, return_counts=True)
        package = scans.package[hit]
        if kind in (LegKind.PACKAGING, LegKind.CARRIER):
            own = packaging_mg(desk.state, package) if kind is LegKind.PACKAGING else _quoted(desk, package)
            total = np.zeros(int(at.max()) + 1, np.int64)
            np.add.at(total, where, own)
            leg = building_legs(kind, at, np.zeros(len(at), np.int64), count, factors, desk.now_s)
            leg = leg.replace(wtt_mg=total[at])
        else:
            leg = building_legs(kind, at, _energy(desk, kind, at, count, rules), count, factors, desk.now_s)
        parts.append(leg.replace(since=np.full(len(at), since), upto=np.full(len(at), len(scans))))
    return parts


def _quoted(desk: Desk, package: Longs) -> Longs:
    return np.asarray(np.maximum(0, desk.table(Packages).co2_mg[package]), np.int64)


def _energy(desk: Desk, kind: LegKind, at: Longs, count: Longs, rules: FootprintRules) -> Longs:
    """Watt hours of buildings: an FC's daily kWh for all the time since its last leg, others by package."""
    if kind is LegKind.FC:
        legs = desk.table(Legs)
        last = np.full(len(desk.table(Sites)), desk.midnight_s, np.int64)
        mine = legs.kind == LegKind.FC
        last[legs.ref[mine]] = legs.at_s[mine]
        watts = desk.table(Floors).kwh_day[at].astype(np.int64) * 1000
        return np.asarray(watts * (desk.now_s - last[at]) // DAY_S)
    each = rules.sort_wh_per_package if kind is LegKind.SORT else rules.station_wh_per_package
    return np.asarray(count * each, np.int64)


SERVICES = [Service("footprint.close", 3600, close_legs)]
"""In the order of the roster."""
