"""When a station's vans bring what reaches it: the day's waves, one clock for who promises and who chooses the way."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import local_day
from doorward.core.timetable import NEVER
from doorward.core.units import DAY_S

Days = NDArray[np.int64]


class Evening(Protocol):
    """When a day's last packages leave a station without vans, seconds of the local day; -1 never. See PromiseRules."""

    @property
    def induct_s(self) -> int: ...
    @property
    def evening_plan_s(self) -> int: ...
    @property
    def evening_s(self) -> int: ...
    @property
    def evening_route_s(self) -> int: ...
    @property
    def delivery_days(self) -> int: ...


class StationDay(Protocol):
    """Settings of a station's day, seconds of the local day by wave; see PromiseRules, where networks set them."""

    @property
    def induct_s(self) -> int: ...
    @property
    def plan_s(self) -> tuple[int, ...]: ...
    @property
    def wave_s(self) -> tuple[int, ...]: ...
    @property
    def route_s(self) -> tuple[int, ...]: ...
    @property
    def delivery_days(self) -> int: ...


def first_door(there_s: Days, rules: StationDay, offset_s: int) -> tuple[Days, Days, NDArray[np.bool_]]:
    """Local day, planned time at the door and whether by a late wave, of what reaches a station at `there_s`.

    Any shape; NEVER gives junk.
    """
    ready = np.where(there_s >= NEVER, 0, there_s) + rules.induct_s
    day = local_day(ready, offset_s)
    second = ready + offset_s - day * DAY_S
    wave = np.asarray(rules.wave_s, np.int64)
    which = np.searchsorted(np.asarray(rules.plan_s, np.int64), second)
    day = day + (which == len(wave))
    which = np.where(which == len(wave), 0, which)
    wait = delivery_wait(rules)[(day + 3) % 7]
    day, which = day + wait, np.where(wait > 0, 0, which)
    route = np.asarray(rules.route_s, np.int64)
    return day, day * DAY_S - offset_s + wave[which] + route[which], which > 0


def evening_door(there_s: Days, rules: Evening, offset_s: int) -> Days:
    """Planned time at the door, on the evening of the day on which it reaches its station, of what is there at
    `there_s`; NEVER if it comes too late for that, the day has no delivery or the network no evening. Any shape."""
    if rules.evening_s < 0:
        return np.full_like(there_s, NEVER)
    there = there_s < NEVER
    ready = np.where(there, there_s, 0) + rules.induct_s
    day = local_day(ready, offset_s)
    second = ready + offset_s - day * DAY_S
    out = there & (second <= rules.evening_plan_s) & ((rules.delivery_days >> (day + 3) % 7) & 1 > 0)
    return np.where(out, day * DAY_S - offset_s + rules.evening_s + rules.evening_route_s, NEVER)


def delivery_wait(rules: StationDay) -> Days:
    """(7,) days from each weekday to the next with delivery, 0 if it is one."""
    delivers = [(rules.delivery_days >> d) & 1 for d in range(7)]
    return np.array([next(n for n in range(7) if delivers[(d + n) % 7]) for d in range(7)], np.int64)


def wave_deadlines(due_s: Days, rules: StationDay, offset_s: int) -> tuple[Days, Days]:
    """When a package must reach its station for the first and for the last wave of its due day that is at the door by
    `due_s` (n,). Where no wave of that day is, both are the first wave's of the day before."""
    second = (due_s + offset_s) % DAY_S
    door = np.asarray(rules.wave_s, np.int64) + np.asarray(rules.route_s, np.int64)
    plan = np.asarray(rules.plan_s, np.int64) - rules.induct_s
    holds = door[None, :] <= second[:, None]
    last = np.where(holds, np.arange(len(door)), -1).max(axis=1)
    midnight = due_s - second - np.where(last < 0, DAY_S, 0)
    return midnight + plan[0], midnight + plan[np.maximum(last, 0)]
