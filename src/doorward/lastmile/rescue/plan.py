"""Which vehicles take over what a broken one carries, in which order they go on; what is towed home, and why.

A vehicle that helps (a van on the road, or one in the yard) drives to the broken one, takes packages over and brings
them between its own remaining doors. Choosing: combinations of helpers, and of the moments at which they turn off
their routes, are all tried where there are few, else the best single helpers together; each with none to MOST_YARD
vehicles from the yard, cheapest first. For a combination the doors are put where they cost least and moved by ruin
and recreate (routing/search.py); own doors are tied to their vehicle (`STOP.car`) and, where they would be in time
without the help, bound to stay so. Minimised: hours and kilometres more than without the help + broken promises and
lateness + what being towed home costs (gather.stay_c).
"""

from __future__ import annotations

from itertools import combinations, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.travel import CURVE
from doorward.lastmile.rescue.approach import Approach, Scene, approaches, drive_through, paid_mc
from doorward.lastmile.routing.doors import Cars, Doors, Parcels, consolidate
from doorward.lastmile.routing.kernel import hop, insert
from doorward.lastmile.routing.plan import COLD, HOT, Depot, improve, make_task, spread, told, why_not, worth
from doorward.lastmile.routing.problem import SLOT_S, SLOTS, Routes, Task, new_routes
from doorward.lastmile.routing.search import fill, new_scratch
from doorward.lastmile.rules import LastmileRules
from doorward.tables.fleet import RunsPlanned, StopsPlanned
from doorward.tables.remarks import Reason, Remarks, Subject

Ints = NDArray[np.int64]
NEVER_C = 10**9
"""What leaving a helper's own door would cost: it is aboard, so it is brought."""
MOST_TRIALS, MOST_HELPERS, MOST_YARD = 40, 3, 3
"""Up to so many combinations of helpers are all tried; else those of so many, each in its best way alone."""
PER_DOOR = ("volume", "weight", "service", "lo", "due", "skip_c", "access")
SMALL, SEARCH = 30, 300
"""Trials of no more doors than this are searched for so many iterations; larger ones only by insertion."""


class Case(NamedTuple):
    """One breakdown. cars: yard first, then helpers; before (cars,) the run that a helper is on, -1 in the yard;
    own: packages aboard the helpers in the order of their stops; owner (own,) row in cars; stranded: of the broken."""

    stranded: Parcels
    cars: Cars
    before: Ints
    own: Parcels
    owner: Ints
    scene: Scene
    depot: Depot


class _Ready(NamedTuple):
    """The case made ready: doors of stranded and own packages (rows of parcels), owner of each door (-1 stranded),
    hard: own doors that would be in time; ways of each car; alone_mc what each helper costs without helping."""

    parcels: Parcels
    doors: Doors
    owner: Ints
    hard: NDArray[np.bool_]
    ways: list[list[Approach]]
    alone_mc: list[float]


Chosen = list[tuple[int, Approach]]
"""Vehicles (rows in Case.cars) and their ways to the scene."""


class _Trial(NamedTuple):
    """One combination, solved. cars: as they leave the scene; sunk_mc (cars,) what each has cost until then."""

    worth_mc: float
    task: Task
    routes: Routes
    cars: Cars
    chosen: Chosen
    sunk_mc: NDArray[np.float64]
    door: Ints


def plan_rescue(
    case: Case, rules: LastmileRules, *, seed: int, now_s: int
) -> tuple[RunsPlanned, StopsPlanned, Remarks]:
    """Runs of who helps, numbered from 0, `before` = the run a helper was on; one remark for each package left aboard.

    A helper's run begins at the door that it is at or on its way to, and holds all that it has aboard. Deterministic.
    """
    ready = _prepare(case, rules) if len(case.cars) else None
    if ready is None or not any(ready.ways):
        left = case.stranded.package
        return RunsPlanned.empty(), StopsPlanned.empty(), _nobody(left, case.depot.station, now_s)
    best = _choose(case, ready, rules, seed)
    longer = _trial(case, ready, best.chosen, rules, seed, rules.rescue_iterations)
    best = longer if longer is not None and longer.worth_mc < best.worth_mc else best
    if not best.chosen:
        return RunsPlanned.empty(), StopsPlanned.empty(), _too_dear(case, ready, rules, seed, now_s)
    best.task.car["fixed_mc"] = best.sunk_mc
    doors = _pick(ready.doors, best.door)
    runs, stops = told(best.task, best.routes, doors, ready.parcels, best.cars, case.depot, 0)
    used = np.lexsort((np.arange(len(best.cars)), best.task.car["depart"]))
    runs, stops = _from_the_start(case, ready, runs, stops, [best.chosen[v] for v in used], rules)
    return runs, stops, why_not(best.task, best.routes, doors, ready.parcels, best.cars, rules, now_s)


def _nobody(package: Ints, station: int, now_s: int) -> Remarks:
    return Remarks.about(Subject.PACKAGE, package, Reason.NO_VEHICLE, now_s, limit=station)


def _too_dear(case: Case, ready: _Ready, rules: LastmileRules, seed: int, now_s: int) -> Remarks:
    """Why nobody comes: the limit that the cheapest yard van, else the nearest van on the road, would break, or what
    it would cost too much."""
    first = [*_yard(case, ready), *((c, ways[0]) for c, ways in enumerate(ready.ways) if ways)][:1]
    shown = _trial(case, ready, first, rules, seed, forced=True)
    assert shown is not None
    extra = shown.worth_mc - shown.task.stop["skip_mc"][shown.task.stop["car"] < 0].sum()
    doors = _pick(ready.doors, shown.door)
    told_of = why_not(shown.task, shown.routes, doors, ready.parcels, shown.cars, rules, now_s)
    dear = told_of.reason == Reason.POSTPONED
    return told_of.replace(short=told_of.short + np.where(dear, max(0, int(np.ceil(extra / 1000))), 0))


def _yard(case: Case, ready: _Ready) -> Chosen:
    """Vehicles in the yard that can be there in time, those first that cost least until then."""
    found = [(c, ready.ways[c][0]) for c in np.flatnonzero(case.before < 0).tolist() if ready.ways[c]]
    return sorted(found, key=lambda e: (e[1].cost_mc + 1000 * int(case.cars.fixed_c[e[0]]), e[0]))[:MOST_YARD]


def _prepare(case: Case, rules: LastmileRules) -> _Ready:
    """Doors of everybody, ways to the scene, what helpers cost alone."""
    most = int(case.cars.volume_ml.max()) * rules.door_fill_pm // 1000
    parts, owner = [consolidate(case.stranded, most, rules)], [np.full(0, -1)]
    owner[0] = np.full(len(parts[0].volume), -1)
    base, hard, ways, alone = len(case.stranded), [owner[0] == 1], [], []
    handing = rules.transfer_s + rules.transfer_package_s * len(case.stranded)
    home = case.depot.lat_udeg, case.depot.lon_udeg
    for c in range(len(case.cars)):
        car, mine = case.cars.take(slice(c, c + 1)), np.flatnonzero(case.owner == c)
        lat = lon = service = lo = due = np.empty(0, np.int64)
        if len(mine):
            parcels = case.own.take(mine)
            doors = consolidate(parcels, 10**15, rules)
            doors = _pick(
                doors, np.argsort(np.minimum.reduceat(doors.order, doors.first[:-1]), kind="stable")
            )
            head = doors.order[doors.first[:-1]]
            lat, lon = parcels.lat_udeg[head].astype(np.int64), parcels.lon_udeg[head].astype(np.int64)
            service, lo, due = doors.service, np.minimum(doors.lo, doors.due), doors.due
            parts.append(doors._replace(order=base + mine[doors.order]))
            owner.append(np.full(len(head), c))
        course = drive_through(
            car, np.r_[lat, home[0]], np.r_[lon, home[1]], np.r_[service, 0], np.r_[lo, 0], case.depot, rules
        )
        end, metres = int(course.at_s[-1] - car.depart_s[0]), int(course.leg_m.sum())
        over = np.maximum(0, course.at_s[:-1] - due)
        count = np.diff(parts[-1].first) if len(mine) else due
        late = (count * (rules.late_c * 1000.0 * (over > 0) + rules.late_c_h / 3.6 * over)).sum()
        alone.append(paid_mc(car, end, metres, bool(course.rested[-1])) + float(late) if len(mine) else 0.0)
        if len(mine):
            hard.append(over == 0)
        least = 1 if len(mine) else 0
        ways.append(approaches(car, lat, lon, service, lo, case.scene, case.depot, handing, rules, least))
    return _Ready(
        Parcels.concat([case.stranded, case.own]), _join(parts), np.concatenate(owner), np.concatenate(hard),
        ways, alone,
    )  # fmt: skip


def _pick(doors: Doors, which: Ints) -> Doors:
    """Some doors, in this order."""
    size = np.diff(doors.first)[which]
    row = spread(doors.first[:-1][which], size)
    columns = {name: getattr(doors, name)[which] for name in PER_DOOR}
    first = np.r_[0, np.cumsum(size)].astype(np.int64)
    return Doors(order=doors.order[row], first=first, handling=doors.handling[row], **columns)


def _join(parts: list[Doors]) -> Doors:
    """Doors one after the other."""
    size = np.concatenate([np.diff(each.first) for each in parts])
    names = ("order", "handling", *PER_DOOR)
    columns = {name: np.concatenate([getattr(each, name) for each in parts]) for name in names}
    return Doors(first=np.r_[0, np.cumsum(size)].astype(np.int64), **columns)


def _choose(case: Case, ready: _Ready, rules: LastmileRules, seed: int) -> _Trial:
    """The cheapest combination of helpers, their ways and vehicles from the yard."""
    yard = _yard(case, ready)
    helpers = [c for c in np.flatnonzero(case.before >= 0).tolist() if ready.ways[c]]
    options = [[None, *ready.ways[c]] for c in helpers]
    best = _trial(case, ready, [], rules, seed)
    assert best is not None
    sets: list[Chosen]
    if int(np.prod([len(each) for each in options])) <= MOST_TRIALS:
        sets = [
            [(c, way) for c, way in zip(helpers, ways, strict=True) if way is not None]
            for ways in product(*options)
        ]
    else:
        single = []
        for c in helpers:
            tried = [_trial(case, ready, [(c, way)], rules, seed) for way in ready.ways[c]]
            good = [(each.worth_mc, k) for k, each in enumerate(tried) if each is not None]
            if good:
                single.append((min(good)[0], c, ready.ways[c][min(good)[1]]))
        top = [(c, way) for _, c, way in sorted(single, key=lambda s: s[:2])[:MOST_HELPERS]]
        sets = [list(each) for n in range(len(top) + 1) for each in combinations(top, n)]
    for n in range(len(yard) + 1):
        for chosen in sets:
            made = _trial(case, ready, yard[:n] + chosen, rules, seed)
            if made is not None and made.worth_mc < best.worth_mc - 1e-6:
                best = made
    return best


def _trial(
    case: Case, ready: _Ready, chosen: Chosen, rules: LastmileRules, seed: int, iterations: int = -1, *,
    forced: bool = False,
) -> _Trial | None:  # fmt: skip
    """These vehicles from the scene on; None if one cannot finish its own route then, or has nothing to take over.

    What they cost until then is sunk. forced: for remarks: whether they can or not, and nothing taken over.
    """
    door = [np.flatnonzero(ready.owner < 0)]
    door += [np.flatnonzero(ready.owner == c)[way.doors :] for c, way in chosen]
    which = np.concatenate(door)
    tie = np.repeat(np.arange(-1, len(chosen)), [len(each) for each in door])
    cars = _at_scene(case, chosen)
    # with nobody chosen a vehicle that may carry nothing stands there
    stand = cars if chosen else case.cars.take(slice(0, 1)).replace(max_stops=[0])
    task = make_task(_pick(ready.doors, which), ready.parcels, stand, case.depot, rules, CURVE)
    task.stop["car"] = tie
    task.stop["skip_mc"][tie >= 0] = NEVER_C * 1000.0
    task.stop["hard"] = np.where(tie >= 0, ready.hard[which], task.stop["hard"])
    for v, (c, way) in enumerate(chosen):
        first = np.flatnonzero(ready.owner == c)[: way.doors]
        task.car["volume"][v] -= ready.doors.volume[first].sum()
        task.car["weight"][v] -= ready.doors.weight[first].sum()
        task.car["stops"][v] -= len(first)
    sunk = task.car["fixed_mc"][: len(chosen)] + np.array([way.cost_mc for _, way in chosen])
    task.car["fixed_mc"] = 0.0
    home = np.zeros(len(chosen))
    for v in (
        np.flatnonzero(np.bincount(tie[tie >= 0], minlength=len(chosen)) == 0).tolist() if chosen else []
    ):
        # with nothing to bring it drives home all the same: that is spared by whatever it brings on the way
        seconds, metres = hop(task.node, task.travel, len(which) + v, len(which) + len(chosen) + v)
        slot = min(max(int(task.car["depart"][v]) // SLOT_S, 0), SLOTS - 1)
        home[v] = task.car["second_mc"][v] * seconds * task.pace[slot] + task.car["metre_mc"][v] * metres
        task.car["fixed_mc"][v] = -home[v]
    task.car["kind"] = np.arange(len(stand))
    routes = new_routes(len(which), len(stand), len(which))
    for stop in np.flatnonzero(tie >= 0):
        good = insert(task, routes, int(tie[stop]), int(routes.sum["count"][tie[stop]]), int(stop))
        if not (good or forced):
            return None
    if not forced:
        if iterations < 0:
            iterations = SEARCH if len(which) <= SMALL else 0
        routes = _filled(task, routes, seed, iterations)
    value = worth(task, routes) + float((sunk + home).sum()) - sum(ready.alone_mc[c] for c, _ in chosen)
    by = routes.where[tie < 0, 0]
    if not (forced or (np.bincount(by[by >= 0], minlength=len(chosen)) > 0)[: len(chosen)].all()):
        return None
    return _Trial(value, task, routes, cars, chosen, sunk, which)


def _at_scene(case: Case, chosen: Chosen) -> Cars:
    """The vehicles as they leave the scene."""
    rows = np.array([c for c, _ in chosen], np.int64)
    cars, ways = case.cars.take(rows), [way for _, way in chosen]
    rest = np.array([way.depart_s for way in ways], np.int64) - cars.depart_s
    rested = np.array([way.rested for way in ways], bool)
    return cars.replace(
        lat_udeg=np.full(len(rows), case.scene.lat_udeg),
        lon_udeg=np.full(len(rows), case.scene.lon_udeg),
        depart_s=np.array([way.depart_s for way in ways], np.int64),
        range_m=cars.range_m - np.array([way.metres for way in ways], np.int64),
        break_s=np.where(rested, 0, cars.break_s),
        rest_s=np.maximum(0, cars.rest_s - rest),
    )


def _filled(task: Task, routes: Routes, seed: int, iterations: int) -> Routes:
    """Stranded doors put where they are worth it, one by one; if there is time to search, also all that fit at first:
    together they may be worth what one alone is not."""
    left = np.flatnonzero(task.stop["car"] < 0)
    left = left[np.argsort(-task.stop["skip_mc"][left], kind="stable")]
    full = Routes(routes.visit.copy(), routes.sum.copy(), routes.where.copy())
    fill(task, routes, left)
    if not iterations:
        return routes
    skip = task.stop["skip_mc"].copy()
    task.stop["skip_mc"] = NEVER_C * 1000.0
    fill(task, full, left)
    task.stop["skip_mc"] = skip
    found = [_searched(task, each, seed, iterations) for each in (routes, full) if each.sum["count"].any()]
    return min(found, key=lambda each: worth(task, each), default=routes)


def _searched(task: Task, routes: Routes, seed: int, iterations: int) -> Routes:
    """Ruin and recreate from these routes; the better of before and after."""
    used = np.arange(routes.visit.shape[1]) <= routes.sum["count"][:, None]
    driving = (routes.visit["leg_s"] * task.car["second_mc"][:, None])[used].sum()
    hot = HOT * max(1.0, float(driving)) / max(1, int(routes.sum["count"].sum()))
    old = Routes(routes.visit.copy(), routes.sum.copy(), routes.where.copy())
    new = improve(task, routes, new_scratch(len(task.car), seed), iterations, hot, hot * COLD / HOT)
    left = np.flatnonzero(new.where[:, 0] < 0)
    fill(task, new, left[np.argsort(-task.stop["skip_mc"][left], kind="stable")])
    return new if worth(task, new) < worth(task, old) else old


def _from_the_start(
    case: Case, ready: _Ready, runs: RunsPlanned, stops: StopsPlanned, used: Chosen,
    rules: LastmileRules,
) -> tuple[RunsPlanned, StopsPlanned]:  # fmt: skip
    """Runs from where their vehicles are now: own doors before the scene, and the way there in the leg after it."""
    column = {name: getattr(runs, name).astype(np.int64) for name in RunsPlanned.columns}
    parts = []
    for r, (c, way) in enumerate(used):
        car, rest = case.cars.take(slice(c, c + 1)), stops.take(stops.run == r)
        doors = _pick(ready.doors, np.flatnonzero(ready.owner == c)[: way.doors])
        head, size = doors.order[doors.first[:-1]], np.diff(doors.first)
        lat, lon = (
            ready.parcels.lat_udeg[head].astype(np.int64),
            ready.parcels.lon_udeg[head].astype(np.int64),
        )
        course = drive_through(
            car, lat, lon, doors.service, np.minimum(doors.lo, doors.due), case.depot, rules
        )
        top, seq = np.zeros(len(doors.order), bool), np.repeat(np.arange(way.doors), size)
        top[doors.first[:-1]] = True
        if way.doors:
            parts.append(
                StopsPlanned.fill(
                    len(seq), run=r, seq=seq, package=ready.parcels.package[doors.order],
                    leg_m=np.where(top, course.leg_m[seq], 0), leg_s=np.where(top, course.leg_s[seq], 0),
                    plan_s=course.at_s[seq], service_s=doors.handling,
                )
            )  # fmt: skip
        over = int(course.at_s[-1] + doors.service[-1]) if way.doors else int(car.depart_s[0])
        handing = way.depart_s - way.there_s
        extra = np.arange(len(rest)) == 0
        busy_s = way.leg_s + handing if way.rested else way.depart_s - over
        parts.append(
            rest.replace(
                seq=rest.seq + way.doors,
                leg_m=rest.leg_m + extra * way.leg_m,
                leg_s=rest.leg_s + extra * busy_s,
            )
        )
        more = {
            "dist_m": way.metres, "drive_s": int(course.leg_s.sum()) + way.leg_s, "packages": len(seq),
            "service_s": int(doors.service.sum()) + handing, "stops": way.doors,
            "volume_ml": int(doors.volume.sum()), "weight_g": int(doors.weight.sum()),
        }  # fmt: skip
        for name, value in more.items():
            column[name][r] += value
        column["depart_s"][r], column["before"][r] = car.depart_s[0], case.before[c]
    if not parts:
        return runs, stops
    return RunsPlanned(**column), StopsPlanned.concat(parts)
