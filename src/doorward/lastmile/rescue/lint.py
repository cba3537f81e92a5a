"""An independent checker of a rescue, besides that of its routes: who carries what, and who was where before."""

from __future__ import annotations

import numpy as np

from doorward.core.geo import crow_m
from doorward.lastmile.lint import FASTEST_MS, SLACK
from doorward.lastmile.lint import lint as lint_routes
from doorward.lastmile.rescue.plan import Case
from doorward.lastmile.routing.doors import Parcels
from doorward.lastmile.rules import LastmileRules
from doorward.tables.fleet import RunsPlanned, StopsPlanned
from doorward.tables.remarks import Remarks


def lint_rescue(
    runs: RunsPlanned, stops: StopsPlanned, remarks: Remarks, case: Case, rules: LastmileRules
) -> None:
    """Raise ValueError naming the first rule that is broken; runs numbered from 0."""
    lint_routes(runs, stops, Parcels.concat([case.stranded, case.own]), case.cars, case.depot, rules, 0)
    told = np.sort(np.r_[stops.package[np.isin(stops.package, case.stranded.package)], remarks.row])
    _must(
        np.array_equal(told, np.sort(case.stranded.package)),
        "each stranded package is taken over or told of, once",
    )
    moved = np.isin(stops.package, case.stranded.package)
    for r in range(len(runs)):
        c = int(
            np.flatnonzero((case.cars.vehicle == runs.vehicle[r]) & (case.cars.block == runs.block[r]))[0]
        )
        _must(int(runs.before[r]) == int(case.before[c]), "a helper goes on with its own run")
        mine = stops.run == r
        own = np.sort(stops.package[mine & ~moved])
        _must(
            np.array_equal(own, np.sort(case.own.package[case.owner == c])),
            "a helper brings what it has aboard",
        )
        rows = np.flatnonzero(mine & moved)
        _must(len(rows) > 0, "who takes nothing over stays on its route")
        car, scene = case.cars.take(slice(c, c + 1)), case.scene
        parcel = np.flatnonzero(np.isin(case.stranded.package, stops.package[rows]))
        to = float(crow_m(car.lat_udeg, car.lon_udeg, scene.lat_udeg, scene.lon_udeg)[0])
        door = crow_m(
            scene.lat_udeg, scene.lon_udeg, case.stranded.lat_udeg[parcel], case.stranded.lon_udeg[parcel]
        )
        there = max(float(runs.depart_s[r]) + to / FASTEST_MS, float(scene.ready_s))
        soonest = there + rules.transfer_s + rules.transfer_package_s * len(rows) + door / FASTEST_MS
        at = dict(zip(stops.package[rows].tolist(), stops.plan_s[rows].tolist(), strict=True))
        late = np.array([at[p] for p in case.stranded.package[parcel].tolist()])
        _must(bool((late + SLACK >= soonest).all()), "nobody brings what it has not fetched")
        _must(
            int(runs.dist_m[r]) + SLACK * int(runs.stops[r]) >= 0.99 * (to + door.min()),
            "the way there is driven",
        )


def lint_promises(stops: StopsPlanned, case: Case, alone_s: dict[int, int]) -> None:
    """Own packages that would be in time (alone_s: package -> arrival without helping) still are."""
    due = dict(zip(case.own.package.tolist(), case.own.due_s.tolist(), strict=True))
    for package, at in zip(stops.package.tolist(), stops.plan_s.tolist(), strict=True):
        if package in alone_s and alone_s[package] <= due[package]:
            _must(at <= due[package] + SLACK, "helping breaks no promise of the helper's own")


def _must(good: bool | np.bool_, rule: str) -> None:
    if not good:
        raise ValueError(f"the rescue breaks a rule: {rule}")
