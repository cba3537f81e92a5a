"""The way of one vehicle to a broken one: what it does first, when it is there, what that costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import crow_m
from doorward.core.travel import CURVE, curve_at, drive
from doorward.lastmile.routing.doors import Cars
from doorward.lastmile.routing.plan import Depot
from doorward.lastmile.routing.problem import SLOT_S, SLOTS
from doorward.lastmile.rules import LastmileRules

Ints = NDArray[np.int64]
OPTIONS = 3
"""Moments at which a helper may turn off its route to the broken vehicle that are tried: at once, and least detours."""


class Scene(NamedTuple):
    """The broken vehicle: place, from when and until when packages can be handed over there."""

    lat_udeg: int
    lon_udeg: int
    ready_s: int
    within_s: int


class Course(NamedTuple):
    """A drive through places: at each arrival, driving seconds and metres before it; rested before it or not."""

    at_s: Ints
    leg_s: Ints
    leg_m: Ints
    rested: NDArray[np.bool_]


class Approach(NamedTuple):
    """Own doors brought first (the first `doors`), arrival at the scene, departure from it with what was taken over.

    leg_s, leg_m driving there from the last door; metres of all of it; rested: had its break before; cost_mc of it
    """

    doors: int
    there_s: int
    depart_s: int
    leg_s: int
    leg_m: int
    metres: int
    rested: bool
    cost_mc: float


def drive_through(
    car: Cars, lat: Ints, lon: Ints, service: Ints, lo: Ints, depot: Depot, rules: LastmileRules
) -> Course:
    """Car (one row) visits places in this order from its own; the break as in routing.kernel.retime."""
    n = len(lat)
    crow = crow_m(np.r_[car.lat_udeg, lat[:-1]], np.r_[car.lon_udeg, lon[:-1]], lat, lon)
    at, leg_s, leg_m = (np.zeros(n, np.int64) for _ in range(3))
    rested = np.zeros(n, bool)
    clock, had = int(car.depart_s[0]), int(car.break_s[0]) == 0
    rest_at = clock + int(car.rest_s[0] if car.rest_s[0] >= 0 else rules.break_after_s)
    for k in range(n):
        if not had and clock >= rest_at:
            clock, had = clock + int(car.break_s[0]), True
        metres, seconds = curve_at(float(crow[k]), CURVE)
        slot = min(max((clock - depot.midnight_s) // SLOT_S, 0), SLOTS - 1)
        leg_s[k], leg_m[k] = int(seconds * depot.pace[slot] + 0.5), int(metres + 0.5)
        at[k] = clock = max(clock + int(leg_s[k]), int(lo[k]))
        clock += int(service[k])
        rested[k] = had
    return Course(at, leg_s, leg_m, rested)


def paid_mc(car: Cars, seconds: int, metres: int, rested: bool) -> float:
    """Hours without the break taken now, and kilometres."""
    rest = int(car.break_s[0]) if rested else 0
    return float(int(car.hour_c[0]) * (seconds - rest) / 3.6 + int(car.km_mc[0]) * metres)


def approaches(
    car: Cars, lat: Ints, lon: Ints, service: Ints, lo: Ints, scene: Scene, depot: Depot, handing_s: int,
    rules: LastmileRules, least: int,
) -> list[Approach]:  # fmt: skip
    """Ways to the scene for one car whose remaining own doors are given, in order; `least` of them come first.

    All of them where there are no more than OPTIONS; else at once and with the least detours. Late ones are left out.
    """
    ways = np.arange(least, len(lat) + 1)
    if len(ways) > OPTIONS:
        a_lat, a_lon = np.r_[car.lat_udeg, lat], np.r_[car.lon_udeg, lon]
        b_lat, b_lon = np.r_[lat, depot.lat_udeg], np.r_[lon, depot.lon_udeg]
        to = drive(crow_m(a_lat, a_lon, scene.lat_udeg, scene.lon_udeg))[1]
        back = drive(crow_m(scene.lat_udeg, scene.lon_udeg, b_lat, b_lon))[1]
        detour = (to + back - drive(crow_m(a_lat, a_lon, b_lat, b_lon))[1])[ways]
        ways = np.unique(np.r_[least, ways[np.argsort(detour, kind="stable")[: OPTIONS - 1]]])
    found = []
    for k in ways.tolist():
        to_lat, to_lon = np.r_[lat[:k], scene.lat_udeg], np.r_[lon[:k], scene.lon_udeg]
        work, opens = np.r_[service[:k], 0], np.r_[lo[:k], 0]
        course = drive_through(car, to_lat, to_lon, work, opens, depot, rules)
        there = max(int(course.at_s[-1]), scene.ready_s)
        depart, metres = there + handing_s, int(course.leg_m.sum())
        if there > scene.within_s or depart >= int(car.until_s[0]) or metres >= int(car.range_m[0]):
            continue
        rested = bool(course.rested[-1])
        cost = paid_mc(car, depart - int(car.depart_s[0]), metres, rested)
        found.append(
            Approach(k, there, depart, int(course.leg_s[-1]), int(course.leg_m[-1]), metres, rested, cost)
        )
    return found
