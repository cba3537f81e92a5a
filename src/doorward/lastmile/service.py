"""The last mile's services: sort in, plan routes in waves, rescue what a broken vehicle carries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from doorward.core.travel import RUSH
from doorward.core.units import DAY_S
from doorward.lastmile.lint import lint
from doorward.lastmile.plan import (
    cars_at,
    closed,
    gig_cars,
    hopeless,
    must_go_before,
    parcels_of,
    plan_induct,
    waiting,
)
from doorward.lastmile.rescue import spares, stranded_at
from doorward.lastmile.routing.doors import Cars, Parcels
from doorward.lastmile.routing.plan import Depot, plan_routes
from doorward.lastmile.routing.problem import pace_table
from doorward.lastmile.rules import LastmileRules
from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.tables.fleet import Runs, RunsPlanned, RunStatus, Stops, StopsPlanned, Vehicles
from doorward.tables.flex import Blocks, Drivers
from doorward.tables.journey import Event, Holder, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scanned, Scans
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Sites
from doorward.tables.ways import Bills, Way, WayDropped

HOME_WAYS = ((Way.OWN, Way.LOCKER), (Way.DSP,))
"""Packages that own and contractors' vans bring."""


def induct(desk: Desk) -> None:
    """Sort packages in at their stations, as fast as the stations can."""
    packages = desk.table(Packages)
    row = plan_induct(packages, desk.table(Sites), desk.rule(LastmileRules), desk.after_s, desk.now_s)
    if len(row):
        desk.post(
            Scanned.fill(
                len(row),
                package=row,
                at_s=desk.now_s,
                event=Event.INDUCTED,
                site=packages.station[row],
                reason=Reason.NONE,
            )
        )


def _depot(desk: Desk, station: int) -> Depot:
    sites = desk.table(Sites)
    days = [desk.world.weather.day(day).slow_pm for day in (desk.day, desk.day + 1)]
    lo = 24 * int(sites.region[station])
    slow = np.concatenate([each[lo : lo + 24] for each in days]).astype(np.int64)
    return Depot(
        station=station,
        lat_udeg=int(sites.lat_udeg[station]),
        lon_udeg=int(sites.lon_udeg[station]),
        midnight_s=desk.midnight_s,
        pace=pace_table(RUSH, slow),
    )


def plan_checked(
    parcels: Parcels, cars: Cars, depot: Depot, rules: LastmileRules, seed: int, now_s: int
) -> tuple[RunsPlanned, StopsPlanned, Remarks]:
    """One station's routes, checked where they are made; runs numbered from 0."""
    runs, stops, remarks = plan_routes(parcels, cars, depot, rules, seed=seed, now_s=now_s)
    lint(runs, stops, parcels, cars, depot, rules, 0)
    return runs, stops, remarks


class _Plans:
    """Runs and stops planned so far in this turn, numbered on."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.runs, self.stops = desk, list[RunsPlanned](), list[StopsPlanned]()
        self.remarks, self.first = list[Remarks](), desk.next(Runs)

    def add(
        self, jobs: Sequence[tuple[Parcels, Cars, int]], stream: str
    ) -> list[tuple[RunsPlanned, StopsPlanned]]:
        """Plan (parcels, cars, station) of each job, wherever the runner likes, and keep the plans in that order."""
        desk, rules = self.desk, self.desk.rule(LastmileRules)
        calls = [
            (
                parcels,
                cars,
                _depot(desk, station),
                rules,
                desk.child_seed(stream, station, desk.now_s),
                desk.now_s,
            )
            for parcels, cars, station in jobs
        ]
        kept = []
        for runs, stops, remarks in desk.runner.map(plan_checked, calls):
            numbered = runs.replace(run=runs.run + self.first), stops.replace(run=stops.run + self.first)
            self.first += len(runs)
            self.runs.append(numbered[0])
            self.stops.append(numbered[1])
            self.remarks.append(remarks)
            kept.append(numbered)
        return kept

    def post(self) -> None:
        """All of it; runs before their stops."""
        self.desk.post(
            RunsPlanned.concat(self.runs), StopsPlanned.concat(self.stops), Remarks.concat(self.remarks)
        )


def is_wave(desk: Desk, rules: LastmileRules) -> bool:
    """True if one of the day's planning times lies in (after_s, now_s]."""
    return any(
        desk.after_s < desk.midnight_s + second - back <= desk.now_s
        for second in rules.plan_s
        for back in (0, DAY_S)
    )


def plan(desk: Desk) -> None:
    """At the day's planning times routes for vans; whenever gig drivers have checked in, routes for them."""
    if desk.next(Packages) == 0:
        return
    rules, plans = desk.rule(LastmileRules), _Plans(desk)
    if is_wave(desk, rules):
        groups = (HOME_WAYS[0] + HOME_WAYS[1],) if rules.share_pool else HOME_WAYS
        for ways in groups:
            _plan_vans(desk, rules, plans, ways)
    _plan_gigs(desk, rules, plans)
    plans.post()


def _plan_vans(desk: Desk, rules: LastmileRules, plans: _Plans, ways: tuple[Way, ...]) -> None:
    packages, sites = desk.table(Packages), desk.table(Sites)
    row = waiting(packages, desk.table(Scans), desk.midnight_s, ways)
    horizon = must_go_before(desk.midnight_s, rules)
    jobs = []
    for station in np.unique(packages.station[row]):
        here = row[packages.station[row] == station]
        parcels = parcels_of(packages, desk.table(Orders), sites, here, rules, horizon, desk.now_s)
        cars = cars_at(
            desk.table(Vehicles),
            desk.table(Runs),
            sites,
            int(station),
            ways,
            rules,
            desk.now_s,
            desk.midnight_s,
        )
        jobs.append((parcels, cars, int(station)))
    plans.add(jobs, "lastmile/vans")


def _plan_gigs(desk: Desk, rules: LastmileRules, plans: _Plans) -> None:
    packages, sites, blocks = desk.table(Packages), desk.table(Sites), desk.table(Blocks)
    row = waiting(packages, desk.table(Scans), desk.midnight_s, (Way.FLEX,))
    if len(row) == 0:
        return
    cars, at = gig_cars(blocks, desk.table(Drivers), desk.table(Runs), sites, rules, desk.now_s)
    horizon = must_go_before(desk.midnight_s, rules)
    jobs = []
    for station in np.unique(at):
        here = row[packages.station[row] == station]
        if len(here):
            parcels = parcels_of(packages, desk.table(Orders), sites, here, rules, horizon, desk.now_s)
            jobs.append((parcels, cars.take(at == station), int(station)))
    first, taken = len(plans.runs), [np.empty(0, np.int64)]
    for number, (runs, stops) in enumerate(plans.add(jobs, "lastmile/gigs"), start=first):
        mileage_c = runs.dist_m.astype(np.int64) * _km_mc(cars, runs.block) // 1000
        plans.runs[number] = runs.replace(cost_c=blocks.pay_c[runs.block] + mileage_c)
        taken.append(stops.package)
    left = row[~np.isin(row, np.concatenate(taken))]
    left = left[~closed(desk.table(Bills), left, Way.FLEX)]
    out = hopeless(packages, left, blocks, desk.table(Runs), rules, desk.now_s, desk.midnight_s)
    desk.post(
        WayDropped.fill(len(out), package=out, way=Way.FLEX, reason=Reason.NO_DRIVER),
        Remarks.about(Subject.PACKAGE, out, Reason.NO_DRIVER, desk.now_s) if len(out) else Remarks.empty(),
    )


def _km_mc(cars: Cars, block: NDArray[np.int32]) -> NDArray[np.int64]:
    """Mileage pay of the cars of these blocks. A block's pay is agreed: its run costs that, however long it takes."""
    order = np.argsort(cars.block, kind="stable")
    return cars.km_mc[order[np.searchsorted(cars.block[order], block)]].astype(np.int64)


def rescue(desk: Desk) -> None:
    """Packages of vehicles that broke down since the last look move to spare vehicles that can still bring them."""
    runs = desk.table(Runs)
    broken = np.flatnonzero((runs.status == RunStatus.BROKEN) & (runs.ended_s > desk.after_s))
    if len(broken) == 0:
        return
    rules, plans = desk.rule(LastmileRules), _Plans(desk)
    moved: list[tuple[NDArray[np.int64], NDArray[np.int32]]] = []
    used = np.empty(0, np.int32)
    for run in broken:
        taken, by = _rescue(desk, rules, plans, int(run), used)
        used = np.r_[used, by]
        moved.append(taken)
    package = np.concatenate([each for each, _ in moved])
    to = np.concatenate([each for _, each in moved])
    plans.post()
    desk.post(
        Scanned.fill(
            len(package),
            package=package,
            at_s=desk.now_s,
            event=Event.TRANSFERRED,
            ref=to,
            reason=Reason.BROKE_DOWN,
        )
    )


def _rescue(
    desk: Desk, rules: LastmileRules, plans: _Plans, run: int, used: NDArray[np.int32]
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int32]], NDArray[np.int32]]:
    """(packages moved, their new runs), vehicles used."""
    runs, stops = desk.table(Runs), desk.table(Stops)
    packages, sites = desk.table(Packages), desk.table(Sites)
    none = (np.empty(0, np.int64), np.empty(0, np.int32)), np.empty(0, np.int32)
    lo, hi = np.searchsorted(stops.run, np.array([run, run + 1], stops.run.dtype))
    rows = np.arange(lo, hi)
    package = stops.package[rows]
    aboard = package[
        (packages.status[package] == Status.OUT)
        & (packages.holder_kind[package] == Holder.RUN)
        & (packages.holder[package] == run)
    ]
    if len(aboard) == 0:
        return none
    station = int(runs.station[run])
    orders = desk.table(Orders)
    lat, lon = stranded_at(
        stops, rows, packages, orders, int(sites.lat_udeg[station]), int(sites.lon_udeg[station])
    )
    cars = cars_at(
        desk.table(Vehicles), runs, sites, station, (Way.OWN, Way.DSP), rules, desk.now_s, desk.midnight_s
    )
    cars = spares(cars.take(~np.isin(cars.vehicle, used)), lat, lon, len(aboard), rules, desk.now_s)
    parcels = parcels_of(packages, orders, sites, aboard, rules, desk.midnight_s + 2 * DAY_S, desk.now_s)
    planned, to = plans.add([(parcels, cars, station)], "lastmile/rescue")[0]
    left = aboard[~np.isin(aboard, to.package)]
    plans.remarks.append(Remarks.about(Subject.RUN, [run], Reason.BROKE_DOWN, desk.now_s, short=len(left)))
    return (to.package, to.run), planned.vehicle


SERVICES = [
    Service("lastmile.induct", 300, induct),
    Service("lastmile.plan", 900, plan),
    Service("lastmile.rescue", 300, rescue),
]
"""In the order of the roster."""
