"""Plan the routes of one station: which vehicle visits which doors in which order, and why some doors wait.

Savings construction, then ruin and recreate (search.py). Objective: vehicles' fixed cost, hours and kilometres +
broken promises and lateness + what leaving packages behind costs. Hard: volume, weight, stops, shift with its break,
range. Travel: the curve of core.travel times a factor of the hour and of the weather.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorward.core.geo import plane_m
from doorward.core.travel import CURVE
from doorward.lastmile.routing.doors import Cars, Doors, Parcels, consolidate
from doorward.lastmile.routing.kernel import insert, remove, retime
from doorward.lastmile.routing.problem import (
    CAR,
    SLOT_S,
    SLOTS,
    STOP,
    Ints,
    Reals,
    Records,
    Routes,
    Task,
    near_stops,
    new_routes,
    travel_table,
)
from doorward.lastmile.routing.search import Scratch, anneal, fill, new_scratch
from doorward.lastmile.routing.start import construct
from doorward.lastmile.routing.why import VOLUME, binding
from doorward.lastmile.rules import LastmileRules
from doorward.tables.fleet import RunsPlanned, StopsPlanned
from doorward.tables.remarks import Reason, Remarks, Subject

HOT, COLD = 0.4, 0.012
"""First and last temperature as shares of the mean driving cost of a stop in the first solution."""
PACE = 1.05
"""Driving time factor that the first solution reckons with."""
PHASES, AGAIN, NEEDED = 3, 0.2, 0.8
"""A third of the iterations each: once, and twice more, for a plan with a vehicle less if the others have at least this
share of its hours to spare, else from a lower temperature."""
REASONS = np.array(
    [Reason.NO_VOLUME, Reason.NO_WEIGHT, Reason.NO_STOPS, Reason.NO_TIME, Reason.NO_RANGE, Reason.WINDOW_CLOSED,
     Reason.BARRED, Reason.POSTPONED, Reason.NO_VEHICLE]
)  # fmt: skip
"""By limit of why.binding."""
PER = np.array([1, 1, 1, 60, 1, 60, 1, 1000, 1])
"""Remarks tell minutes and cents; binding tells seconds and thousandths."""


class Depot(NamedTuple):
    """The station and its day: row in Sites, place, local midnight, pace (SLOTS,) of problem.pace_table."""

    station: int
    lat_udeg: int
    lon_udeg: int
    midnight_s: int
    pace: Reals


def plan_routes(
    parcels: Parcels,
    cars: Cars,
    depot: Depot,
    rules: LastmileRules,
    *,
    seed: int,
    now_s: int,
    first_run: int = 0,
    curve: Reals = CURVE,
    iterations: int = -1,
) -> tuple[RunsPlanned, StopsPlanned, Remarks]:
    """Routes for the parcels that are worth it; runs numbered from `first_run`, stops by run and sequence.

    iterations: of ruin and recreate; -1 as the rules say. Remarks: one for each package left, limit = row of the
    vehicle (of the block if it has none) that was nearest to taking it, short = ml, g, stops, minutes, m or cents.
    Deterministic: equal inputs and seed give equal plans.
    """
    if len(parcels) == 0:
        return RunsPlanned.empty(), StopsPlanned.empty(), Remarks.empty()
    if len(cars) == 0:
        left = Remarks.about(Subject.PACKAGE, parcels.package, Reason.NO_VEHICLE, now_s, limit=depot.station)
        return RunsPlanned.empty(), StopsPlanned.empty(), left
    doors = consolidate(parcels, int(cars.volume_ml.max()) * rules.door_fill_pm // 1000, rules)
    task = make_task(doors, parcels, cars, depot, rules, curve)
    routes = solve(task, seed, iterations if iterations >= 0 else budget(len(doors.volume), rules))
    runs, stops = told(task, routes, doors, parcels, cars, depot, first_run)
    return runs, stops, why_not(task, routes, doors, parcels, cars, rules, now_s)


def budget(stops: int, rules: LastmileRules) -> int:
    """Iterations for this many stops."""
    return min(rules.iterations_most, max(rules.iterations_least, rules.iterations_stop * stops))


def make_task(
    doors: Doors, parcels: Parcels, cars: Cars, depot: Depot, rules: LastmileRules, curve: Reals
) -> Task:
    """Flat arrays for the kernels. With `rules.near` 0 without near stops: enough to time and cost routes."""
    n, v = len(doors.volume), len(cars)
    head = doors.order[doors.first[:-1]]
    lat = np.r_[parcels.lat_udeg[head], cars.lat_udeg, np.full(v, depot.lat_udeg)]
    lon = np.r_[parcels.lon_udeg[head], cars.lon_udeg, np.full(v, depot.lon_udeg)]
    node = np.ascontiguousarray(np.stack(plane_m(lat, lon, depot.lat_udeg, depot.lon_udeg), axis=1))
    return Task(
        node=node,
        stop=_stop_records(doors, cars, depot, rules),
        car=_car_records(cars, depot, rules),
        near=near_stops(node, n, min(rules.near, max(1, n - 1)))
        if rules.near
        else np.full((n, 1), -1, np.int32),
        travel=travel_table(curve),
        pace=np.ascontiguousarray(depot.pace),
    )


def _stop_records(doors: Doors, cars: Cars, depot: Depot, rules: LastmileRules) -> Records:
    stop = np.zeros(len(doors.volume), STOP)
    count, open_still = np.diff(doors.first), doors.due > int(cars.depart_s.min())
    stop["volume"], stop["weight"], stop["service"] = doors.volume, doors.weight, doors.service
    # a promise is kept when the last package is handed over, not when the van arrives: a locker takes twenty minutes
    stop["hi"] = doors.due - doors.service - depot.midnight_s
    stop["lo"] = np.minimum(doors.lo - depot.midnight_s, stop["hi"])
    stop["hard"] = rules.hard_windows & open_still
    stop["late_mc"] = count * (rules.late_c_h / 3.6)
    stop["step_mc"] = np.where(open_still, count * (rules.late_c * 1000.0), 0.0)
    stop["skip_mc"] = doors.skip_c * 1000.0
    stop["car"], stop["access"] = -1, doors.access
    return stop


def _car_records(cars: Cars, depot: Depot, rules: LastmileRules) -> Records:
    car = np.zeros(len(cars), CAR)
    car["volume"] = cars.volume_ml * rules.volume_fill_pm // 1000
    car["weight"], car["stops"] = cars.weight_g, cars.max_stops
    car["depart"], car["until"] = cars.depart_s - depot.midnight_s, cars.until_s - depot.midnight_s
    car["rest"], car["range_m"] = cars.break_s, cars.range_m
    car["rest_after"] = np.where(cars.rest_s >= 0, cars.rest_s, rules.break_after_s)
    car["fixed_mc"], car["second_mc"], car["metre_mc"] = cars.fixed_c * 1000.0, cars.hour_c / 3.6, cars.km_mc
    car["barred"] = np.maximum(0, cars.barred)
    alike = np.stack(
        [cars.lat_udeg, cars.lon_udeg, *(car[name] for name in CAR.names or () if name != "kind")]
    )
    car["kind"] = np.unique(alike, axis=1, return_inverse=True)[1].reshape(-1)
    return car


def solve(task: Task, seed: int, iterations: int) -> Routes:
    """Construct, anneal, time the best solution anew; no stop stays out that some place would pay for."""
    n, v, car = len(task.stop), len(task.car), task.car
    longest = int(min(n, car["stops"].max()))
    routes = new_routes(n, v, longest)
    price = np.array([car["second_mc"].mean(), car["metre_mc"].mean()])
    room = np.array(
        [
            car["volume"].max(),
            car["weight"].max(),
            longest,
            (car["until"] - car["depart"] - car["rest"]).max(),
        ]
    )
    order = np.lexsort((np.arange(v), car["second_mc"], car["fixed_mc"] / np.maximum(1, car["volume"])))
    construct(task, routes, PACE, price, room, order.astype(np.int64))
    if iterations == 0:
        return routes
    used = np.arange(longest + 2) <= routes.sum["count"][:, None]
    driving = price[0] * routes.visit["leg_s"][used].sum() + price[1] * routes.visit["leg_m"][used].sum()
    hot = HOT * max(1.0, float(driving)) / max(1, int(routes.sum["count"].sum()))
    scratch = new_scratch(v, seed)
    routes = improve(task, routes, scratch, iterations - 2 * (iterations // PHASES), hot, hot * COLD / HOT)
    for _ in range(2):
        gone = spare_vehicle(task, routes)
        if gone >= 0:
            fewer = without(task, routes, gone, scratch, iterations // PHASES, hot)
            routes = fewer if worth(task, fewer) < worth(task, routes) else routes
        else:
            routes = improve(task, routes, scratch, iterations // PHASES, hot * AGAIN, hot * COLD / HOT)
    left = np.flatnonzero(routes.where[:, 0] < 0)
    fill(task, routes, left[np.argsort(-task.stop["skip_mc"][left], kind="stable")])
    return routes


def worth(task: Task, routes: Routes) -> float:
    """What a solution costs, penalties for unserved stops included, mc."""
    return float(routes.sum["cost"].sum() + task.stop["skip_mc"][routes.where[:, 0] < 0].sum())


def improve(task: Task, routes: Routes, scratch: Scratch, iterations: int, hot: float, cold: float) -> Routes:
    """The best solution that annealing finds from `routes` (which it changes), timed from scratch."""
    (v, longest), n = routes.visit.shape, len(task.stop)
    best, saved, final = (new_routes(n, v, longest - 2) for _ in range(3))
    scratch.stamp[:], scratch.dirty[:] = -1, True
    anneal(task, routes, saved, best, scratch, iterations, hot, cold)
    for each in range(v):
        for p in range(int(best.sum["count"][each])):
            insert(task, final, each, p, int(best.visit["stop"][each, p]))
        retime(task, final, each, 0)
    return final


def spare_vehicle(task: Task, routes: Routes) -> int:
    """The used vehicle with the fewest stops, if the others have the room, hours and seats for most of it; else -1."""
    used = np.flatnonzero(routes.sum["count"] > 0)
    if len(used) < 2:
        return -1
    total, car = routes.sum, task.car
    v = int(used[np.argmin(total["count"][used])])
    rest = used[used != v]
    hours = int((car["until"][rest] - total["end"][rest]).sum())
    needs = int(total["end"][v] - car["depart"][v]) * NEEDED
    room = all(
        int((car[name][rest] - total[name][rest]).sum()) >= int(total[name][v])
        for name in ("volume", "weight")
    )
    return v if room and hours >= needs else -1


def without(task: Task, routes: Routes, v: int, scratch: Scratch, iterations: int, hot: float) -> Routes:
    """The best solution found with vehicle v left at the station."""
    car, trial = task.car.copy(), Routes(routes.visit.copy(), routes.sum.copy(), routes.where.copy())
    car["stops"][v] = 0
    parked = task._replace(car=car)
    m = int(trial.sum["count"][v])
    remove(parked, trial, v, 0, m, m, 0)
    return improve(parked, trial, scratch, iterations, hot, hot * COLD / HOT)


def _visits(task: Task, routes: Routes, used: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
    """(run, seq, door, leg_s, leg_m, at) of all visits of the used vehicles; door -1: the way back."""
    car, visit, count = task.car, routes.visit, routes.sum["count"][used]
    run = np.repeat(np.arange(len(used)), count + 1)
    seq = np.arange(len(run)) - np.repeat(np.cumsum(count + 1) - (count + 1), count + 1)
    v, back, prev = used[run], seq == count[run], np.maximum(seq - 1, 0)
    rested = np.where(seq > 0, visit["rested"][v, prev], 0)
    clock = np.where(seq > 0, visit["out"][v, prev], car["depart"][v])
    rests = (rested == 0) & (car["rest"][v] > 0) & (clock - car["depart"][v] >= car["rest_after"][v])
    clock = clock + np.where(rests, car["rest"][v], 0)
    leg_s = (visit["leg_s"][v, seq] * task.pace[np.clip(clock // SLOT_S, 0, SLOTS - 1)] + 0.5).astype(
        np.int64
    )
    leg_m = (visit["leg_m"][v, seq] + 0.5).astype(np.int64)
    door = np.where(back, -1, visit["stop"][v, seq]).astype(np.int64)
    return run, seq, door, leg_s, leg_m, np.where(back, clock + leg_s, visit["at"][v, seq])


def told(
    task: Task, routes: Routes, doors: Doors, parcels: Parcels, cars: Cars, depot: Depot, first_run: int
) -> tuple[RunsPlanned, StopsPlanned]:
    """The plan as facts; runs by departure, then by vehicle."""
    used = np.flatnonzero(routes.sum["count"] > 0)
    used = used[np.lexsort((used, task.car["depart"][used]))]
    run, seq, door, leg_s, leg_m, at = _visits(task, routes, used)
    to = door >= 0
    n, visit = len(used), door[to]
    size = np.diff(doors.first)[visit]
    row = spread(doors.first[visit], size)
    head = np.zeros(len(row), bool)
    head[np.cumsum(size) - size] = True
    stops = StopsPlanned.fill(
        len(row),
        run=first_run + np.repeat(run[to], size),
        seq=np.repeat(seq[to], size),
        package=parcels.package[doors.order[row]],
        leg_m=np.where(head, np.repeat(leg_m[to], size), 0),
        leg_s=np.where(head, np.repeat(leg_s[to], size), 0),
        plan_s=np.repeat(at[to], size) + depot.midnight_s,
        service_s=doors.handling[row],
    )
    car, total = task.car[used], routes.sum[used]
    dist = np.bincount(run, leg_m, n).astype(np.int64)
    last = routes.visit["rested"][used, total["count"] - 1]
    rested = (last == 1) | (total["end"] - at[~to] > 0)
    paid = total["end"] - car["depart"] - np.where(rested, car["rest"], 0)
    cost_mc = car["fixed_mc"] + car["second_mc"] * paid + car["metre_mc"] * dist
    runs = RunsPlanned.fill(
        n,
        run=first_run + np.arange(n),
        way=cars.way[used],
        station=np.full(n, depot.station),
        vehicle=cars.vehicle[used],
        block=cars.block[used],
        depart_s=car["depart"] + depot.midnight_s,
        back_s=total["end"] + depot.midnight_s,
        dist_m=dist,
        drive_s=np.bincount(run, leg_s, n).astype(np.int64),
        service_s=np.bincount(run[to], doors.service[visit], n).astype(np.int64),
        packages=np.bincount(run[to], size, n).astype(np.int64),
        stops=total["count"],
        volume_ml=total["volume"],
        weight_g=total["weight"],
        cost_c=np.ceil(cost_mc / 1000.0).astype(np.int64),
    )
    return runs, stops


def spread(first: Ints, size: Ints) -> Ints:
    """Row numbers first[i] .. first[i] + size[i] - 1, one range after the other."""
    return np.asarray(
        np.repeat(first - (np.cumsum(size) - size), size) + np.arange(int(size.sum())), np.int64
    )


def why_not(
    task: Task, routes: Routes, doors: Doors, parcels: Parcels, cars: Cars, rules: LastmileRules, now_s: int
) -> Remarks:
    """One remark for each package that stays. Missing volume is told as a vehicle's, of which parcels fill a share."""
    left = np.flatnonzero(routes.where[:, 0] < 0)
    if len(left) == 0:
        return Remarks.empty()
    limit, v, short = binding(task, routes, left.astype(np.int32))
    short = np.where(limit == VOLUME, -(-short * 1000 // rules.volume_fill_pm), short)
    size = np.diff(doors.first)[left]
    which = np.where(cars.vehicle >= 0, cars.vehicle, cars.block)[np.maximum(v, 0)]
    return Remarks.about(
        Subject.PACKAGE,
        parcels.package[doors.order[spread(doors.first[left], size)]],
        np.repeat(REASONS[limit], size),
        now_s,
        limit=np.repeat(np.where(v >= 0, which, -1), size),
        short=np.repeat(-(-short // PER[limit]), size),
    )
