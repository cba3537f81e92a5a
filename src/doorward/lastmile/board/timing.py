"""When sheets are driven, what they cost, which limits they break: by the planner's own kernels, so that a run that is
read and timed again is what it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.core.travel import CURVE
from doorward.core.units import DAY_S
from doorward.lastmile.board.asked import Totals, Visit
from doorward.lastmile.board.kernel import exceeded, lay
from doorward.lastmile.board.sheet import Board, Door, Moment, Tables
from doorward.lastmile.plan import parcels_of
from doorward.lastmile.routing.doors import Doors, Parcels, grouped
from doorward.lastmile.routing.plan import Depot, make_task, told
from doorward.lastmile.routing.problem import Routes, Task, new_routes
from doorward.lastmile.rules import LastmileRules
from doorward.tables.board import Locks
from doorward.tables.fleet import RunsPlanned, StopsPlanned

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]


class Where(NamedTuple):
    """What timing wants to know besides the sheets."""

    t: Tables
    depot: Depot
    rules: LastmileRules
    when: Moment


class Laid(NamedTuple):
    """Sheets laid out for the kernels: vehicle v of the task is sheet v, its doors in order; extra doors stay out."""

    parcels: Parcels
    doors: Doors
    task: Task
    routes: Routes


def lay_out(
    board: Board, at: Where, extra: Sequence[Door] = (), *, near: int = 0, horizon_s: int = -1
) -> Laid:
    """All sheets (at least one), timed. extra: doors that stand on none; they come last.

    near: near stops for searching; horizon_s: packages due before must go, as `lastmile.plan.parcels_of` has it
    """
    t, rules, when = at.t, at.rules, at.when
    doors = [door for sheet in board.sheets for door in sheet.doors] + list(extra)
    size = np.array([len(door) for door in doors], np.int64)
    row = np.array([package for door in doors for package in door], np.int64)
    which = np.repeat(np.arange(len(doors)), size)
    row = row[np.lexsort((row, t.packages.order[row], which))]
    until_s = horizon_s if horizon_s >= 0 else when.midnight_s + 2 * DAY_S
    parcels = parcels_of(t.packages, t.orders, t.sites, row, rules, until_s, when.now_s)
    made = grouped(parcels, np.arange(len(row)), np.cumsum(size) - size, rules)
    task = make_task(made, parcels, board.cars, at.depot, msgspec.structs.replace(rules, near=near), CURVE)
    count = [len(sheet.doors) for sheet in board.sheets]
    routes = new_routes(len(doors), len(board.sheets), max(count) + len(extra))
    car = np.concatenate([np.repeat(np.arange(len(count)), count), np.full(len(extra), -1)]).astype(np.int64)
    lay(task, routes, car)
    return Laid(parcels, made, task, routes)


class Timed(NamedTuple):
    """Sheets with their times. row (sheets,) of each in runs, -1 it has no door; runs are numbered by row

    stops.run is the row of the run; over (sheets, 7) by how much each limit is exceeded, in the order of routing.why
    """

    row: Ints
    runs: RunsPlanned
    stops: StopsPlanned
    over: Reals

    def of(self, k: int) -> StopsPlanned:
        """Stops of sheet k."""
        lo, hi = np.searchsorted(self.stops.run, [self.row[k], self.row[k] + 1])
        return self.stops.take(slice(lo, hi) if self.row[k] >= 0 else slice(0, 0))


def timed(board: Board, at: Where) -> Timed:
    """Times, costs and limits of all sheets, runs in the order of the sheets; `before` as the sheets say."""
    n = len(board.sheets)
    if not any(sheet.doors for sheet in board.sheets):
        return Timed(np.full(n, -1), RunsPlanned.empty(), StopsPlanned.empty(), np.full((n, 7), -np.inf))
    laid = lay_out(board, at)
    return tell(laid.task, laid.routes, laid.doors, laid.parcels, board, at)


def tell(task: Task, routes: Routes, doors: Doors, parcels: Parcels, board: Board, at: Where) -> Timed:
    """A solution whose vehicles are the sheets, as facts."""
    n = len(board.sheets)
    runs, stops = told(task, routes, doors, parcels, board.cars, at.depot, 0)
    used = np.flatnonzero(routes.sum["count"] > 0)
    used = used[np.lexsort((used, task.car["depart"][used]))]
    row = np.full(n, -1, np.int64)
    row[np.sort(used)] = np.arange(len(used))
    runs = runs.take(np.argsort(used))
    number = row[used][stops.run]
    stops = stops.replace(run=number).take(np.argsort(number, kind="stable"))
    over = np.full((n, 7), -np.inf)
    for v in range(n):
        exceeded(task, routes, v, over[v])
    before = np.array([board.sheets[k].before for k in np.sort(used)], np.int64)
    runs = runs.replace(run=np.arange(len(used)), before=before, cost_c=_paid(runs, at.t))
    return Timed(row, runs, stops, over)


def _paid(runs: RunsPlanned, t: Tables) -> Ints:
    """A gig block's pay is agreed: its run costs that and the miles, however long it takes."""
    cost = runs.cost_c.astype(np.int64)
    gig = runs.block >= 0
    if gig.any():
        block = runs.block[gig]
        miles = runs.dist_m[gig].astype(np.int64) * t.drivers.car_km_mc[t.blocks.driver[block]] // 1000
        cost[gig] = t.blocks.pay_c[block] + miles
    return cost


def visits_of(stops: StopsPlanned, t: Tables, locks: Locks) -> list[Visit]:
    """The doors of one run."""
    found: list[Visit] = []
    if not len(stops):
        return found
    cuts = np.flatnonzero(np.diff(stops.seq)) + 1
    for part in np.split(np.arange(len(stops)), cuts):
        package = stops.package[part]
        at, service = int(stops.plan_s[part[0]]), int(stops.service_s[part].sum())
        late = max(0, at + service - int(t.packages.due_s[package].min()))
        found.append(
            Visit(
                seq=int(stops.seq[part[0]]), packages=package.tolist(), plan_s=at, service_s=service, late_s=late,
                locked=bool(is_locked(locks, package).any()),
            )
        )  # fmt: skip
    return found


def is_locked(locks: Locks, package: Ints) -> NDArray[np.bool_]:
    """Whether each of these packages is locked."""
    known = package < len(locks)
    found = np.zeros(len(package), np.bool_)
    found[known] = locks.on[package[known]] == 1
    return found


def totals_of(runs: RunsPlanned, k: int, visits: Sequence[Visit], t: Tables) -> Totals:
    """Sums of row k of runs with its doors."""
    vehicle, block, metres = int(runs.vehicle[k]), int(runs.block[k]), int(runs.dist_m[k])
    ug_m = (
        int(t.vehicles.co2_ug_m[vehicle]) if vehicle >= 0 else int(t.drivers.co2_ug_m[t.blocks.driver[block]])
    )
    return Totals(
        doors=len(visits), packages=sum(len(each.packages) for each in visits), dist_m=metres,
        time_s=int(runs.back_s[k] - runs.depart_s[k]), late_s=sum(each.late_s for each in visits),
        late_doors=sum(each.late_s > 0 for each in visits), co2_mg=metres * ug_m // 1000,
        cost_c=int(runs.cost_c[k]), volume_ml=int(runs.volume_ml[k]), weight_g=int(runs.weight_g[k]),
    )  # fmt: skip
