"""An independent look at planned errands: every package once, every robot at one place, limits kept."""

from __future__ import annotations

import numpy as np

from doorward.sidewalk.plan import Doors, Errands, Hours, Robots
from doorward.sidewalk.rules import SidewalkRules
from doorward.tables.cargo import Cargo, Dropped


def lint(
    errands: Errands,
    doors: Doors,
    dropped: Dropped,
    cargo: Cargo,
    robots: Robots,
    hours: Hours,
    now_s: int,
    rules: SidewalkRules,
) -> None:
    """Raise AssertionError naming what is wrong with the plan."""
    planned = np.r_[doors.row, dropped.row]
    assert len(np.unique(planned)) == len(planned), "a package planned twice"
    assert (dropped.reason > 0).all(), "dropped without a reason"
    assert int(errands.doors.sum()) == len(doors.row), "doors without an errand"
    assert len(np.unique(errands.vehicle)) == len(errands.vehicle) or _apart(errands, rules), (
        "robot twice out"
    )
    assert (cargo.access[doors.row] & robots.barred == 0).all(), "a door that robots cannot serve"
    ready = dict(zip(robots.vehicle.tolist(), robots.ready_s.tolist(), strict=True))
    for e in range(len(errands.vehicle)):
        mine = np.arange(errands.first[e], errands.first[e] + errands.doors[e])
        row = doors.row[mine]
        assert (doors.errand[mine] == e).all() and (doors.seq[mine] == np.arange(len(mine))).all(), (
            "order of doors"
        )
        assert len(row) <= rules.compartments, "more packages than compartments"
        assert int(cargo.weight_g[row].sum()) <= robots.max_g, "too heavy"
        assert int(cargo.volume_ml[row].sum()) <= robots.max_ml, "too large"
        assert ready[int(errands.vehicle[e])] <= errands.depart_s[e], "a robot leaves before it is ready"
        assert now_s <= errands.depart_s[e] <= now_s + rules.horizon_s, "start outside the horizon"
        home_m = np.hypot(cargo.x[row[-1]], cargo.y[row[-1]]) * rules.pavement_pm / 1000
        assert abs(int(doors.leg_m[mine].sum()) + home_m - errands.dist_m[e]) < 5, "legs do not add up"
        assert errands.dist_m[e] <= robots.range_m, "beyond the battery"
        assert (np.diff(doors.plan_s[mine]) > 0).all() and errands.back_s[e] > doors.plan_s[mine[-1]], "time"
        wet = (hours.from_s < errands.back_s[e]) & (hours.from_s + 3600 > errands.depart_s[e])
        limit = np.where(hours.temp_dc[wet] < rules.snow_below_dc, rules.snow_um, rules.rain_um)
        assert (hours.rain_um[wet] <= limit).all(), "rolls in rain or snow"


def _apart(errands: Errands, rules: SidewalkRules) -> bool:
    """Whether errands of one robot leave it time between them."""
    for vehicle in np.unique(errands.vehicle):
        mine = np.flatnonzero(errands.vehicle == vehicle)
        mine = mine[np.argsort(errands.depart_s[mine], kind="stable")]
        if (errands.depart_s[mine][1:] - errands.back_s[mine][:-1] < rules.turn_s).any():
            return False
    return True
