"""When something that an FC ships on a day can be at the door: by the own timetable and by partner services."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import day_start, local_day
from doorward.core.stationday import evening_door, first_door
from doorward.core.timetable import NEVER, reach
from doorward.core.units import DAY_S
from doorward.promise.capacity import layout
from doorward.promise.closures import Closures, picked_up, staged_around, still_at, wave_around
from doorward.promise.rules import PromiseRules
from doorward.tables.linehaul import Lanes
from doorward.tables.sites import Floors, SiteKind, Sites
from doorward.tables.ways import Services

Days = NDArray[np.int64]


class Ways(NamedTuple):
    """Times by FC, by the day on which the FC ships it (0 = today), and by station or service.

    door_day, door_s (fc, day, station): first delivery day (days from today; -1 no way) and planned time at the door
    door_late (fc, day, station): it reaches the station for a later wave than the day's first
    tonight_s (fc, day, station): planned time at the door in the evening of the day on which it reaches the station,
        without vans; NEVER if it cannot
    leave_day (fc, day, station): day of the truck that takes it, days from today
    pick_s (fc, day, service): when the partner collects it; NEVER where the FC cannot ship on that day
    """

    door_day: Days
    door_s: Days
    door_late: NDArray[np.bool_]
    tonight_s: Days
    leave_day: Days
    pick_s: Days


def ready_s(floors: Floors, rules: PromiseRules, now_s: int, offset_s: int, first: int, days: int) -> Days:
    """When packages worked on day first, first + 1, ... are staged, (fc, day); NEVER if today is too short."""
    today = day_start(now_s, offset_s)
    opens, closes = floors.opens_s.astype(np.int64), floors.closes_s.astype(np.int64)
    out = np.empty((len(floors), days), np.int64)
    for at, day in enumerate(range(first, first + days)):
        begins = today + day * DAY_S + opens
        if day == 0:
            staged = np.maximum(now_s, begins) + rules.process_s
            round_clock = closes - opens >= DAY_S
            shut = ~round_clock & (staged > today + closes)
        else:
            wait = min(rules.later_day_s, int((closes - opens).min(initial=DAY_S)))
            staged = begins + max(wait, rules.process_s)
            shut = np.zeros(len(floors), np.bool_)
        out[:, at] = np.where(shut, NEVER, staged)
    return out


def plan_ways(
    sites: Sites,
    floors: Floors,
    lanes: Lanes,
    services: Services,
    rules: PromiseRules,
    now_s: int,
    offset_s: int,
    closures: Closures = (),
) -> Ways:
    """All ways as of now. Later days depend only on the date and known standstills and are kept from call to call."""
    midnight = int(day_start(now_s, offset_s))
    now = _ways(sites, floors, lanes, services, rules, now_s, offset_s, 0, 1, closures)
    later = _later(sites, floors, lanes, services, rules, midnight, offset_s, closures)
    return Ways(*(np.concatenate([a, b], axis=1) for a, b in zip(now, later, strict=True)))


@lru_cache(maxsize=4)
def _later(
    sites: Sites,
    floors: Floors,
    lanes: Lanes,
    services: Services,
    rules: PromiseRules,
    midnight: int,
    offset_s: int,
    closures: Closures,
) -> Ways:
    return _ways(
        sites, floors, lanes, services, rules, midnight, offset_s, 1, rules.horizon_days - 1, closures
    )


def _ways(
    sites: Sites,
    floors: Floors,
    lanes: Lanes,
    services: Services,
    rules: PromiseRules,
    now_s: int,
    offset_s: int,
    first: int,
    days: int,
    closures: Closures,
) -> Ways:
    fcs, stations = layout(sites)
    forth = sites.kind[lanes.origin] != SiteKind.STATION  # stations only send back what is not theirs
    lanes = lanes.take(forth)
    today = int(local_day(now_s, offset_s))
    staged = ready_s(floors, rules, now_s, offset_s, first, days)
    if closures:
        opens = floors.opens_s.astype(np.int64)[:, None]
        begin = day_start(now_s, offset_s) + (first + np.arange(days)) * DAY_S + opens
        staged = staged_around(closures, np.maximum(begin, now_s), staged, NEVER)
    origin = np.repeat(np.arange(fcs, dtype=np.int32), days)
    arrive, leave = reach(
        staged.ravel(), origin, len(sites), lanes.origin, lanes.dest, lanes.depart_s, lanes.cutoff_s,
        lanes.drive_s, lanes.days, rules.crossdock_s, offset_s, still_at(closures),
    )  # fmt: skip
    shape = (fcs, days, len(stations))
    there, left = arrive[:, stations].reshape(shape), leave[:, stations].reshape(shape)
    there = np.where(staged[:, :, None] >= NEVER, NEVER, there)
    door_day, door_s, late = first_door(there, rules, offset_s)
    for _ in range(len(closures)):
        route = np.asarray(rules.route_s, np.int64)[late.astype(np.int64)]
        moved = wave_around(closures, there, door_s - route, stations, NEVER)
        if (moved == there).all():
            break
        there = moved
        door_day, door_s, late = first_door(there, rules, offset_s)
    came = np.where(staged[:, :, None] >= NEVER, NEVER, arrive[:, stations].reshape(shape))
    tonight = evening_door(came, rules, offset_s)
    leaves = tonight - rules.evening_route_s
    tonight = np.where(wave_around(closures, leaves, leaves, stations, NEVER) == leaves, tonight, NEVER)
    out = there < NEVER
    leave_day = np.where(out, local_day(np.where(out, left, 0), offset_s) - today, -1)
    door_day = np.where(out, door_day - today, -1)
    pickup = services.pickup_s.astype(np.int64)[None, None]
    ok = staged < NEVER
    base = day_start(np.where(ok, staged, 0), offset_s)[:, :, None] + pickup
    pick = picked_up(closures, base + np.where(base < staged[:, :, None], DAY_S, 0), NEVER)
    pick = np.where(ok[:, :, None], pick, NEVER)
    return Ways(door_day, np.where(out, door_s, NEVER), late & out, tonight, leave_day, pick)
