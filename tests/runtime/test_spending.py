"""The money of a day: equal to a slow obvious count, run by run, trip by trip, statement by statement."""

from __future__ import annotations

from typing import Any

import pytest

from doorward.runtime.build import open_ledger
from doorward.runtime.rundir import RunDir
from doorward.runtime.spending import spent
from doorward.tables.fleet import Runs, Vehicles
from doorward.tables.flex import Statements
from doorward.tables.linehaul import Lanes, Trips, TripStatus
from doorward.tables.packages import Packages
from doorward.tables.ways import PARTNERS, Way


def test_what_was_paid_equals_a_slow_count(small_day: tuple[RunDir, dict[str, Any]]) -> None:
    where, result = small_day
    ledger = open_ledger(where)
    state = ledger.state
    money = spent(state)
    trips, lanes, runs, cars = (
        state.table(Trips),
        state.table(Lanes),
        state.table(Runs),
        state.table(Vehicles),
    )
    trucks = 0
    for k in range(len(trips)):
        if trips.status[k] in (TripStatus.LEFT, TripStatus.DONE):
            trucks += int(trips.cost_c[k] if trips.cost_c[k] >= 0 else lanes.cost_c[trips.lane[k]])
    assert money.linehaul_c == trucks > 0
    vans = 0.0
    for k in range(len(runs)):
        if runs.way[k] not in (Way.OWN, Way.DSP, Way.LOCKER) or runs.left_s[k] < 0:
            continue
        car, ended = int(runs.vehicle[k]), int(runs.ended_s[k])
        cost = float(runs.cost_c[k])
        if ended >= 0 and runs.actual_m[k] >= 0:
            planned_s = int(runs.back_s[k]) - int(runs.depart_s[k])
            cost += int(cars.hour_c[car]) * (ended - int(runs.left_s[k]) - planned_s) / 3600
            cost += int(cars.km_mc[car]) * (int(runs.actual_m[k]) - int(runs.dist_m[k])) / 1000
        vans += round(max(0.0, cost))
    assert money.vans_c == pytest.approx(vans, abs=len(runs))
    assert money.gig_c >= int(state.table(Statements).total_c.sum())
    packages = state.table(Packages)
    partners = sum(
        max(0, int(packages.bill_c[k])) for k in range(len(packages)) if packages.way[k] in PARTNERS
    )
    assert 0 <= money.partners_c <= partners
    per = result["cost_c_per_package"]
    assert per == pytest.approx(money.total_c / result["packages"], abs=0.01)
    assert sum(result["cost_c_by_payee"].values()) == money.total_c
    ledger.close()
