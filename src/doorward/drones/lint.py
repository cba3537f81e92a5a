"""An independent look at planned sorties: positions second by second instead of volumes, sums instead of schedules."""

from __future__ import annotations

import numpy as np

from doorward.drones.plan import Craft, Sky, Sorties
from doorward.drones.rules import DronesRules
from doorward.drones.volumes import Flights
from doorward.tables.cargo import Cargo, Dropped


def lint(
    sorties: Sorties,
    dropped: Dropped,
    cargo: Cargo,
    craft: Craft,
    sky: Sky,
    busy: Flights,
    now_s: int,
    rules: DronesRules,
) -> None:
    """Raise AssertionError naming what is wrong with the plan."""
    row = sorties.row
    assert len(np.unique(np.r_[row, dropped.row])) == len(row) + len(dropped.row), "a package planned twice"
    assert (dropped.reason > 0).all(), "dropped without a reason"
    if len(row) == 0:
        return
    assert (cargo.weight_g[row] <= min(rules.payload_g, craft.max_g)).all(), "too heavy"
    assert (cargo.access[row] & craft.barred == 0).all(), "a door that drones cannot serve"
    assert (sorties.path_m <= rules.radius_m + 1).all(), "too far"
    crow_m = np.hypot(cargo.x[row], cargo.y[row])
    assert (sorties.path_m >= crow_m - 1).all(), "a path shorter than the crow's"
    assert (sorties.depart_s >= now_s).all(), "a take-off in the past"
    assert (sorties.depart_s <= now_s + rules.horizon_s).all(), "a take-off beyond the horizon"
    assert (sorties.depart_s < sorties.door_s).all() and (sorties.door_s < sorties.back_s).all(), (
        "time runs back"
    )
    for vehicle in np.unique(sorties.vehicle):
        mine = np.flatnonzero(sorties.vehicle == vehicle)
        mine = mine[np.argsort(sorties.depart_s[mine], kind="stable")]
        ready = int(craft.ready_s[np.flatnonzero(craft.vehicle == vehicle)[0]])
        assert sorties.depart_s[mine[0]] >= ready, "a craft flies before it is ready"
        rest = sorties.depart_s[mine][1:] - sorties.back_s[mine][:-1]
        assert (rest >= rules.turn_s).all(), "a craft flies before its battery is changed"
    _lint_weather(sorties, sky, rules)
    back = busy.depart_s + 2 * busy.leg_s + 4 * rules.climb_s + rules.release_s
    events = np.sort(np.concatenate([sorties.depart_s, sorties.back_s, busy.depart_s, back]))
    ours = np.isin(events, np.r_[sorties.depart_s, sorties.back_s])
    near = (np.diff(events) < rules.pad_gap_s) & (ours[1:] | ours[:-1])
    assert not near.any(), "two craft at the pad at once"


def _lint_weather(sorties: Sorties, sky: Sky, rules: DronesRules) -> None:
    for depart_s, back_s in zip(sorties.depart_s.tolist(), sorties.back_s.tolist(), strict=True):
        hours = (sky.from_s < back_s) & (sky.from_s + 3600 > depart_s)
        assert (sky.rain_um[hours] <= rules.rain_um).all(), "flies in rain"
        assert (sky.wind_mms[hours] <= rules.wind_mms).all(), "flies in wind"
        assert (sky.gust_mms[hours] <= rules.gust_mms).all(), "flies in gusts"
        assert sky.day_lo_s[hours][0] <= depart_s and back_s <= sky.day_hi_s[hours][-1], (
            "flies outside the day"
        )
