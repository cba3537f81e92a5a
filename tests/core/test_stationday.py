"""One clock for promise and choice: what reaches a station in time for a wave is at the door when that wave is."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from doorward.carriers.rules import CarriersRules
from doorward.core.stationday import first_door, wave_deadlines
from doorward.core.units import DAY_S


@given(st.integers(10, 20), st.integers(0, DAY_S - 1), st.sampled_from([0, -18_000, 32_400]))
def test_who_meets_the_deadline_is_at_the_door_in_time(day: int, second: int, offset_s: int) -> None:
    rules = CarriersRules()
    due = np.array([day * DAY_S + second])
    early, last = wave_deadlines(due, rules, offset_s)
    assert (early <= last).all()
    _, door, _ = first_door(last, rules, offset_s)
    assert (door <= due).all()
    next_day, late_door, _ = first_door(last + 1, rules, offset_s)
    at = (due + offset_s) % DAY_S
    first = rules.wave_s[0] + rules.route_s[0]
    assert (late_door > due).all() or (at < first).all(), (next_day, late_door, due)
