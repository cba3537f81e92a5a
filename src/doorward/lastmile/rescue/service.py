"""The rescue service: what broken vehicles carry moves to those who bring it for least, while it can be fetched."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S
from doorward.lastmile.depot import depot_at
from doorward.lastmile.plan import cars_at, gig_cars, parcels_of
from doorward.lastmile.rescue.approach import Scene
from doorward.lastmile.rescue.gather import aboard, helpers_near, stay_c, stranded_at
from doorward.lastmile.rescue.lint import lint_rescue
from doorward.lastmile.rescue.plan import Case, plan_rescue
from doorward.lastmile.routing.doors import Cars
from doorward.lastmile.rules import LastmileRules
from doorward.ledger.desk import Desk
from doorward.tables.fleet import RunMoved, Runs, RunsPlanned, RunStatus, Stops, Vehicles
from doorward.tables.flex import Blocks, Drivers
from doorward.tables.journey import Event
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scanned
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Sites
from doorward.tables.ways import Way

Ints = NDArray[np.int64]


def rescue(desk: Desk) -> None:
    """At each breakdown, and every `rescue_again_s` while packages are still aboard, look for who can bring them."""
    runs, rules = desk.table(Runs), desk.rule(LastmileRules)
    broken = np.flatnonzero(runs.status == RunStatus.BROKEN)
    if len(broken) == 0:
        return
    was, age = desk.after_s - runs.ended_s[broken], desk.now_s - runs.ended_s[broken]
    again = (was // rules.rescue_again_s != age // rules.rescue_again_s) & (age < rules.rescue_within_s)
    used = np.empty(0, np.int64)
    for run in broken[(was < 0) | again]:
        used = np.r_[used, _rescue(desk, int(run), used, desk.next(Runs) + _planned(desk))]


def _planned(desk: Desk) -> int:
    """Runs planned in this turn so far."""
    return sum(len(fact) for fact in desk.posted if isinstance(fact, RunsPlanned))


def _rescue(desk: Desk, run: int, used: Ints, first: int) -> Ints:
    """Post the rescue of one run's packages; returns the vehicles that help."""
    rules, packages = desk.rule(LastmileRules), desk.table(Packages)
    stranded = aboard(packages, run)
    if len(stranded) == 0:
        return used[:0]
    case, driven_m = _case(desk, run, stranded, used)
    seed = desk.child_seed("lastmile/rescue", run, desk.now_s)
    runs, stops, remarks = plan_rescue(case, rules, seed=seed, now_s=desk.now_s)
    lint_rescue(runs, stops, remarks, case, rules)
    news = desk.table(Runs).ended_s[run] > desk.after_s
    if news:
        left = len(remarks)
        told = Remarks.about(Subject.RUN, [run], Reason.BROKE_DOWN, desk.now_s, short=left)
        remarks = Remarks.concat([remarks, told])
    goes_on = runs.before[runs.before >= 0]
    by = dict(zip(case.before.tolist(), range(len(case.before)), strict=True))
    gig = runs.block >= 0
    agreed = desk.table(Blocks).pay_c[np.where(gig, runs.block, 0)] if gig.any() else 0
    desk.post(
        runs.replace(run=runs.run + first, cost_c=np.where(gig, agreed, runs.cost_c)),
        stops.replace(run=stops.run + first),
        RunMoved.fill(
            len(goes_on),
            run=goes_on,
            status=int(RunStatus.DONE),
            at_s=desk.now_s,
            actual_m=[driven_m[by[each]] for each in goes_on.tolist()],
        ),
        Scanned.fill(
            len(stops),
            package=stops.package,
            at_s=desk.now_s,
            event=int(Event.TRANSFERRED),
            ref=stops.run + first,
            reason=np.where(np.isin(stops.package, stranded), int(Reason.BROKE_DOWN), int(Reason.NONE)),
        ),
        remarks if news else Remarks.empty(),
    )
    return runs.vehicle[runs.vehicle >= 0].astype(np.int64)


def _case(desk: Desk, run: int, stranded: Ints, used: Ints) -> tuple[Case, Ints]:
    """The case as the tables tell it, and the metres that the run of each car has driven."""
    rules, runs, stops = desk.rule(LastmileRules), desk.table(Runs), desk.table(Stops)
    packages, orders, sites = desk.table(Packages), desk.table(Orders), desk.table(Sites)
    station, now = int(runs.station[run]), desk.now_s
    place = stranded_at(runs, run, stops, packages, orders, sites)
    yard = cars_at(
        desk.table(Vehicles), runs, sites, station, (Way.OWN, Way.DSP), rules, now, desk.midnight_s
    )
    yard = yard.take(~np.isin(yard.vehicle, used))
    gigs, at = gig_cars(desk.table(Blocks), desk.table(Drivers), runs, sites, rules, now)
    planned = [fact.block for fact in desk.posted if isinstance(fact, RunsPlanned)]
    gigs = gigs.take((at == station) & ~np.isin(gigs.block, np.concatenate([[-2], *planned])))
    yard = Cars.concat([yard, gigs])
    yard = yard.replace(
        depart_s=np.maximum(now + rules.rescue_s, yard.depart_s - rules.load_s),
        rest_s=np.full(len(yard), rules.break_after_s),
    )
    near = helpers_near(
        runs, stops, packages, orders, sites, desk.table(Vehicles), station, *place, used, rules, now,
        desk.midnight_s,
    )  # fmt: skip
    horizon = desk.midnight_s + 2 * DAY_S
    parcels = parcels_of(packages, orders, sites, stranded, rules, horizon, now)
    parcels = parcels.replace(skip_c=stay_c(packages.due_s[stranded], rules, now, desk.midnight_s))
    case = Case(
        stranded=parcels,
        cars=Cars.concat([yard, near.cars]),
        before=np.r_[np.full(len(yard), -1), near.run].astype(np.int64),
        own=parcels_of(packages, orders, sites, stops.package[near.row], rules, horizon, now),
        owner=len(yard) + near.owner,
        scene=Scene(*place, now, int(runs.ended_s[run]) + rules.rescue_within_s),
        depot=depot_at(desk, station),
    )
    return case, np.r_[np.zeros(len(yard), np.int64), near.driven_m]
