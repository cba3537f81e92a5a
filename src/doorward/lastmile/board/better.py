"""A better plan for some runs and packages of the pool: their sheets as a task of routing, searched on from where they
are. Pure: reading the tables is quick (`job_of`), the search (`searched`) touches none, so it may run beside the
tables; its answer is an order of doors for every run (`doors_to_be`) and why the rest stays in the pool (`unserved`).

A door that is planned stays planned, and in time if it is now. Held: locked doors, runs that are locked, the next door
of a van on the road. Doors aboard stay aboard; a van on the road, a gig driver's and a locked run get nothing new.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.lastmile.board.asked import Shift, Unserved, Weights
from doorward.lastmile.board.judge import LIMITS, WORDS, who
from doorward.lastmile.board.kernel import lay
from doorward.lastmile.board.plan import as_doors
from doorward.lastmile.board.sheet import Board, Door, read
from doorward.lastmile.board.timing import Where, is_locked, lay_out
from doorward.lastmile.plan import must_go_before
from doorward.lastmile.routing.again import Again, Share, again
from doorward.lastmile.routing.doors import Cars
from doorward.lastmile.routing.problem import (
    FREE,
    HELD,
    LEAD,
    Records,
    Routes,
    Task,
    near_stops,
    new_routes,
)
from doorward.lastmile.routing.why import BARRED, DEAR, VOLUME, binding
from doorward.tables.board import Locks
from doorward.tables.remarks import Reason
from doorward.tables.ways import Way

Ints = NDArray[np.int64]
NEVER_MC = 1e10
"""What leaving a door that is planned would cost: more than any plan."""
LOOSE, OF_OWN, OF_DSP = 1 << 16, 1 << 17, 1 << 18
"""Bits beside those of Access. A door of a run that may be mixed with others; one of own vans, of contractors' where
the two are planned apart."""


class Job(NamedTuple):
    """A task and the routes that stand now: vehicle v is sheet v of the board, stop c is doors[c]; the last ones are of
    the pool. near: near stops to be found before searching."""

    board: Board
    doors: list[Door]
    task: Task
    routes: Routes
    near: int


class Found(NamedTuple):
    """Routes found; and of each stop that stays out: limit, vehicle and what is short, as `routing.why.binding`."""

    again: Again
    left: Ints
    limit: Ints
    vehicle: Ints
    short: Ints


def job_of(runs: Sequence[int], pool: Sequence[int], at: Where, locks: Locks, weights: Weights) -> Job:
    """What is to be searched. Raises Refused for a run that cannot be edited."""
    board = read(at.t, runs, at.rules, at.when)
    extra = as_doors(at.t, pool)
    doors = [door for sheet in board.sheets for door in sheet.doors] + extra
    laid = lay_out(board, at, extra, horizon_s=must_go_before(at.when.midnight_s, at.rules))
    task, count = laid.task, [len(sheet.doors) for sheet in board.sheets]
    owner = np.r_[np.repeat(np.arange(len(count)), count), np.full(len(extra), -1)].astype(np.int64)
    stop, car = task.stop.copy(), task.car.copy()
    stop["skip_mc"][owner >= 0] = NEVER_MC
    alone = np.array([_alone(board, k, at) for k in range(len(count))], bool)
    _mix(stop, car, board, doors, owner, alone, at)
    _hold(stop, car, board, doors, owner, at, locks)
    _keep_promises(stop, laid.routes, owner)
    _as_it_is(car, laid.routes)
    _weigh(stop, car, board.cars, at, weights)
    task = task._replace(stop=stop, car=car)
    routes = new_routes(len(doors), len(count), int(min(len(doors), max(car["stops"].max(), max(count)))))
    lay(task, routes, owner)
    return Job(board, doors, task, routes, min(at.rules.near, max(1, len(doors) - 1)))


def _alone(board: Board, k: int, at: Where) -> bool:
    """Whether a run keeps what it has and gets nothing."""
    return board.sheets[k].road or board.cars.way[k] == Way.FLEX or run_locked(at, board.sheets[k].run)


def run_locked(at: Where, run: int) -> bool:
    """Whether a whole run is locked."""
    return bool(run < len(at.t.book) and at.t.book.locked[run] == 1)


def _mix(
    stop: Records, car: Records, board: Board,
    doors: list[Door], owner: Ints, alone: NDArray[np.bool_], at: Where,
) -> None:  # fmt: skip
    """Which doors may change to which runs."""
    own = owner >= 0
    bound = np.zeros(len(doors), bool)
    bound[own] = alone[owner[own]]
    stop["car"][bound] = owner[bound]
    stop["access"][~bound] |= LOOSE
    car["barred"][alone] |= LOOSE
    if not at.rules.share_pool:
        way = at.t.packages.way[np.array([door[0] for door in doors], np.int64)]
        way[own] = board.cars.way[owner[own]]
        stop["access"][~bound] |= np.where(way[~bound] == Way.DSP, OF_DSP, OF_OWN)
        car["barred"] |= np.where(board.cars.way == Way.DSP, OF_OWN, OF_DSP)


def _hold(
    stop: Records, car: Records, board: Board,
    doors: list[Door], owner: Ints, at: Where, locks: Locks,
) -> None:  # fmt: skip
    """Locked doors, all doors of locked runs, and the next doors of vans on the road."""
    stop["fixed"] = FREE
    c = 0
    for sheet in board.sheets:
        whole = run_locked(at, sheet.run)
        for p, door in enumerate(sheet.doors):
            if p < sheet.lead:
                stop["fixed"][c] = LEAD
            elif whole or is_locked(locks, np.array(door)).any():
                stop["fixed"][c] = HELD
            c += 1
    held = owner[(stop["fixed"] != FREE) & (owner >= 0)]
    car["fixed"] = np.bincount(held, minlength=len(car))


def _keep_promises(stop: Records, routes: Routes, owner: Ints) -> None:
    """What is in time stays so; what must be in time and is not may come no later than it does."""
    where = routes.where
    own = np.flatnonzero(owner >= 0)
    arrive = routes.visit["at"][where[own, 0], where[own, 1]]
    late = arrive > stop["hi"][own]
    worse = own[late & (stop["hard"][own] != 0)]
    stop["hi"][worse] = routes.visit["at"][where[worse, 0], where[worse, 1]]
    stop["hard"][own[~late]] = 1


def _as_it_is(car: Records, routes: Routes) -> None:
    """A limit that a run breaks already is widened to that; it does not get worse."""
    total = routes.sum
    used = total["count"] > 0
    for limit, so_far in (("volume", "volume"), ("weight", "weight"), ("stops", "count"), ("until", "end")):
        car[limit][used] = np.maximum(car[limit], total[so_far])[used]
    car["range_m"][used] = np.maximum(car["range_m"], total["dist"])[used]


def _weigh(
    stop: Records, car: Records, cars: Cars,
    at: Where, weights: Weights,
) -> None:  # fmt: skip
    """The objective as it was asked for."""
    vehicle, block = np.maximum(cars.vehicle, 0), np.maximum(cars.block, 0)
    ug_m = at.t.vehicles.co2_ug_m[vehicle].astype(np.float64)
    if len(at.t.blocks):
        ug_m = np.where(cars.vehicle >= 0, ug_m, at.t.drivers.co2_ug_m[at.t.blocks.driver[block]])
    car["second_mc"] *= weights.hours
    # a microgram a metre is a milligram a kilometre: cents a kilogram of it are thousandths of cents a metre by 1e6
    car["metre_mc"] = car["metre_mc"] * weights.km + np.maximum(0, ug_m) * weights.co2_c_kg / 1e6
    stop["late_mc"] *= weights.lateness
    stop["step_mc"] *= weights.lateness


def searched(job: Job, seed: int, share: Share) -> Found:
    """Search for as long as `share` says (routing.again). Reads no table."""
    n = len(job.doors)
    task = job.task._replace(near=near_stops(job.task.node, n, job.near))
    found = again(task, job.routes, seed, share)
    left = np.flatnonzero(found.routes.where[:, 0] < 0)
    limit, vehicle, short = binding(task, found.routes, left.astype(np.int32))
    return Found(found, left, limit, vehicle, short)


def doors_to_be(job: Job, found: Found) -> list[tuple[Door, ...]]:
    """The doors of every sheet, in order."""
    visit, count = found.again.routes.visit["stop"], found.again.routes.sum["count"]
    return [tuple(job.doors[c] for c in visit[v, : count[v]].tolist()) for v in range(len(job.board.sheets))]


def unserved(job: Job, found: Found, at: Where) -> list[Unserved]:
    """Why doors of the pool stay there: the vehicle nearest to taking them, the limit that binds, what is missing."""
    told = []
    for c, limit, v, short in zip(
        found.left.tolist(), found.limit.tolist(), found.vehicle.tolist(), found.short.tolist(), strict=True
    ):
        name, vehicle = who(job.board, v, at), int(job.board.cars.vehicle[v])
        if limit == DEAR:
            reason, unit, words = (
                Reason.POSTPONED,
                "c",
                f"{name}: {short} more than to bring it on a later day",
            )
            short = -(-short // 1000)
            words = f"it may go later, and costs {short} c more today than it is worth; {name} is nearest"
        elif limit == BARRED:
            reason, unit, words = Reason.BARRED, "access", "no run of these may take it on"
        else:
            reason, unit, per = LIMITS[limit]
            short = -(-short // per)
            short = -(-short * 1000 // at.rules.volume_fill_pm) if limit == VOLUME else short
            words = f"{name} {WORDS[limit].format(short=short)}"
        told.append(
            Unserved(
                packages=list(job.doors[c]), limit=reason.name, short=short, unit=unit, vehicle=vehicle, words=words
            )
        )  # fmt: skip
    return told


def shifts(old: Board, new: Board) -> list[Shift]:
    """Doors that move from the one board to the other (same rows): those that change their run, come from the pool, or
    are not among the most doors of a run that stay in their order. In the new order."""
    was = {
        p: (k, i) for k, sheet in enumerate(old.sheets) for i, door in enumerate(sheet.doors) for p in door
    }
    found = []
    for k, sheet in enumerate(new.sheets):
        here = [was.get(door[0], (-1, -1)) for door in sheet.doors]
        stays = _in_order([i if row == k else -1 for row, i in here])
        for place, (door, (row, i)) in enumerate(zip(sheet.doors, here, strict=True)):
            if place not in stays:
                run = old.sheets[row].run if row >= 0 else -1
                found.append(Shift(packages=list(door), run=run, place=i, to_run=sheet.run, to_place=place))
    return found


def _in_order(places: list[int]) -> set[int]:
    """Positions of a longest ascending part of a list; negative numbers take no part. O(n log n), patience sorting."""
    ends, tops, before = list[int](), list[int](), dict[int, int]()
    for k, place in enumerate(places):
        if place < 0:
            continue
        t = int(np.searchsorted(tops, place))
        before[k] = ends[t - 1] if t else -1
        if t == len(tops):
            tops.append(place)
            ends.append(k)
        else:
            tops[t], ends[t] = place, k
    stay, k = set[int](), ends[-1] if ends else -1
    while k >= 0:
        stay.add(k)
        k = before[k]
    return stay
