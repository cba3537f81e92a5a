"""The last mile's services: sort in, plan routes in waves, rescue what a broken vehicle carries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S
from doorward.lastmile.depot import depot_at
from doorward.lastmile.lint import lint, lint_wave
from doorward.lastmile.plan import (
    booked_later,
    cars_at,
    closed,
    coming,
    evening_ahead,
    gig_cars,
    hopeless,
    kept_back,
    must_go_before,
    parcels_of,
    plan_induct,
    shut_out,
    waiting,
)
from doorward.lastmile.rescue.service import rescue
from doorward.lastmile.routing.doors import Cars, Parcels
from doorward.lastmile.routing.plan import Depot, plan_routes
from doorward.lastmile.rules import LastmileRules
from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.tables.fleet import Runs, RunsPlanned, StopsPlanned, Vehicles
from doorward.tables.flex import Blocks, Drivers
from doorward.tables.journey import Event
from doorward.tables.orders import PICK_UP, Orders
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Packages, Scanned, Scans
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Sites, Zones, land_of
from doorward.tables.ways import Bills, Way, WayCapacity, WayDropped

Flags = NDArray[np.bool_]
HOME_WAYS = ((Way.OWN, Way.LOCKER), (Way.DSP,))
"""Packages that own and contractors' vans bring."""
VANS = HOME_WAYS[0] + HOME_WAYS[1]


def induct(desk: Desk) -> None:
    """Sort packages in at their stations, as fast as the stations can."""
    packages = desk.table(Packages)
    sites = desk.table(Sites)
    still = desk.table(Outages).down(len(sites), desk.now_s, What.SORTING)
    row = plan_induct(packages, sites, desk.rule(LastmileRules), desk.after_s, desk.now_s, still)
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
                depot_at(desk, station),
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
    """At the day's planning times routes for vans; whenever gig drivers have checked in, routes for them.

    A station whose docks stand still is passed over, and planned when it works again and `settle_s` after that.
    """
    if desk.next(Packages) == 0:
        return
    rules, plans = desk.rule(LastmileRules), _Plans(desk)
    open_ = _open_stations(desk, rules)
    if open_.any():
        groups = (VANS,) if rules.share_pool else HOME_WAYS
        for ways in groups:
            _plan_vans(desk, rules, plans, ways, open_)
    if is_wave(desk, rules):
        _tell_standing(
            desk, waiting(desk.table(Packages), desk.table(Scans), desk.table(Orders), desk.midnight_s, VANS)
        )
    _plan_gigs(desk, rules, plans)
    plans.post()
    if is_wave(desk, rules):
        tables = desk.table(Packages), desk.table(Scans), desk.table(Blocks), desk.table(Runs)
        gigs = np.flatnonzero(tables[0].way == Way.FLEX)
        fetched = np.maximum(desk.table(Orders).consent[tables[0].order], 0) & PICK_UP
        later = np.union1d(gigs[_evening(desk, gigs, rules)], np.flatnonzero(fetched))
        lint_wave(*tables, desk.posted, desk.midnight_s, desk.now_s, later)


def _tell_standing(desk: Desk, row: NDArray[np.int64]) -> None:
    """Of these packages, those of stations that stand still hear why no van is planned for them."""
    outages, sites, station = desk.table(Outages), len(desk.table(Sites)), desk.table(Packages).station[row]
    still = outages.down(sites, desk.now_s, What.DEPARTURES)[station]
    if still.any():
        left_s = outages.left_s(sites, desk.now_s, What.DEPARTURES)[station]
        told = Remarks.about(
            Subject.PACKAGE,
            row[still],
            Reason.STANDSTILL,
            desk.now_s,
            limit=station[still],
            short=left_s[still],
        )
        desk.post(told)


def _open_stations(desk: Desk, rules: LastmileRules) -> Flags:
    """(sites,) where vans are planned now."""
    outages, sites, settle_s = desk.table(Outages), len(desk.table(Sites)), rules.settle_s
    down = outages.down(sites, desk.now_s, What.DEPARTURES)
    if is_wave(desk, rules):
        return ~down
    again = outages.back(sites, desk.after_s, desk.now_s, What.DEPARTURES, What.SORTING)
    again |= outages.back(
        sites, desk.after_s - settle_s, desk.now_s - settle_s, What.DEPARTURES, What.SORTING
    )
    return again & ~down


def _plan_vans(desk: Desk, rules: LastmileRules, plans: _Plans, ways: tuple[Way, ...], open_: Flags) -> None:
    packages, sites = desk.table(Packages), desk.table(Sites)
    row = waiting(packages, desk.table(Scans), desk.table(Orders), desk.midnight_s, ways)
    row = row[open_[packages.station[row]]]
    horizon = must_go_before(desk.midnight_s, rules)
    bills, room = desk.table(Bills), desk.table(WayCapacity)
    more = np.union1d(
        coming(packages, ways, horizon), booked_later(packages, bills, room, ways, rules, desk.day)
    )
    late = np.bincount(packages.station[more], minlength=len(sites))
    later_s, zones = desk.midnight_s + max(rules.plan_s) + rules.load_s, desk.table(Zones)
    if desk.now_s >= desk.midnight_s + max(rules.plan_s):
        later_s = -1
    jobs = []
    for station in np.unique(packages.station[row]):
        here = row[packages.station[row] == station]
        parcels = parcels_of(packages, desk.table(Orders), sites, here, rules, horizon, desk.now_s)
        parcels = parcels.take(~_turned_away(desk, parcels, int(station), ways))
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
        if later_s > desk.now_s:
            land = land_of(sites, zones, int(station))
            must_go = int((parcels.due_s < horizon).sum())
            back = kept_back(cars, land, must_go, int(late[station]), later_s, rules)
            cars = cars.take(slice(0, len(cars) - back))
        jobs.append((parcels, cars, int(station)))
    made = plans.add(jobs, "lastmile/vans")
    if later_s < 0:
        _offer_again(desk, row, np.concatenate([stops.package for _, stops in made] or [row[:0]]))


def _offer_again(desk: Desk, row: NDArray[np.int64], taken: NDArray[np.int64]) -> None:
    """After the day's last wave, packages promised for today that no van took lose their van, once: gig drivers, drones
    or robots may still bring them."""
    packages, bills = desk.table(Packages), desk.table(Bills)
    due_s = packages.due_s[row]
    left = row[~np.isin(row, taken) & (due_s > desk.now_s) & (due_s < desk.midnight_s + DAY_S)]
    for way in (Way.OWN, Way.DSP):
        mine = left[(packages.way[left] == way) & ~closed(bills, left, way)]
        desk.post(WayDropped.fill(len(mine), package=mine, way=way, reason=Reason.NO_VEHICLE))


def _turned_away(desk: Desk, parcels: Parcels, station: int, ways: tuple[Way, ...]) -> NDArray[np.bool_]:
    """Packages whose doors all these vehicles of the station are barred from lose their ways, once."""
    row, bills = parcels.package, desk.table(Bills)
    out = shut_out(parcels, desk.table(Vehicles), station, ways)
    if not out.any():
        return out
    again = np.zeros(len(row), bool)
    for way in ways:
        again |= (desk.table(Packages).way[row] == way) & closed(bills, row, way)
    out &= ~again
    vans = [way for way in ways if way != Way.LOCKER]
    desk.post(
        *(WayDropped.fill(int(out.sum()), package=row[out], way=way, reason=Reason.BARRED) for way in vans),
        Remarks.about(
            Subject.PACKAGE, row[out], Reason.BARRED, desk.now_s, limit=-1, short=parcels.access[out]
        )
        if out.any()
        else Remarks.empty(),
    )
    return out


def _plan_gigs(desk: Desk, rules: LastmileRules, plans: _Plans) -> None:
    packages, sites, blocks = desk.table(Packages), desk.table(Sites), desk.table(Blocks)
    row = waiting(packages, desk.table(Scans), desk.table(Orders), desk.midnight_s, (Way.FLEX,))
    if len(row) == 0:
        return
    cars, at = gig_cars(blocks, desk.table(Drivers), desk.table(Runs), sites, rules, desk.now_s)
    horizon = must_go_before(desk.midnight_s, rules)
    jobs = []
    down = desk.table(Outages).down(len(sites), desk.now_s, What.DEPARTURES)
    for station in np.unique(at[~down[at]]):
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
    left = left[~_evening(desk, left, rules)]
    again = closed(desk.table(Bills), left, Way.FLEX)
    now = desk.now_s, desk.midnight_s
    out = hopeless(packages, left[~again], blocks, desk.table(Runs), rules, *now)
    told = out
    if is_wave(desk, rules):  # who has no other way stays, and hears of it at each wave
        lost = hopeless(packages, left, blocks, desk.table(Runs), rules, *now)
        told = np.union1d(out, lost[np.isin(lost, left[again])])
        _tell_standing(desk, np.setdiff1d(left, told))
    desk.post(
        WayDropped.fill(len(out), package=out, way=Way.FLEX, reason=Reason.NO_DRIVER),
        Remarks.about(Subject.PACKAGE, told, Reason.NO_DRIVER, desk.now_s) if len(told) else Remarks.empty(),
    )


def _evening(desk: Desk, row: NDArray[np.int64], rules: LastmileRules) -> Flags:
    """Which of these packages have an evening ahead."""
    ways = desk.table(WayCapacity)
    return evening_ahead(desk.table(Bills), ways, row, rules, desk.now_s, desk.midnight_s, desk.day)


def _km_mc(cars: Cars, block: NDArray[np.int32]) -> NDArray[np.int64]:
    """Mileage pay of the cars of these blocks. A block's pay is agreed: its run costs that, however long it takes."""
    order = np.argsort(cars.block, kind="stable")
    return cars.km_mc[order[np.searchsorted(cars.block[order], block)]].astype(np.int64)


SERVICES = [
    Service("lastmile.induct", 300, induct),
    Service("lastmile.plan", 900, plan),
    Service("lastmile.rescue", 300, rescue),
]
"""In the order of the roster."""
