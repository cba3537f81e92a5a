"""4-D volumes of sorties: circles in the plane, a band of heights, a time; two craft never share one.

The shape follows ASTM F3548-21's Volume4D (circle, altitude band, time interval). Cruise layers by the heading of the
door: six sectors of 60 degrees, one layer each, the way back in the opposite sector's layer. Craft on one heading
follow each other at the pad's gap; craft that meet are in different layers. What remains (a craft coming down at a door
under another's path) is found here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.drones.rules import DronesRules

SLICE_S = 15
"""Seconds of cruise in one volume."""
Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


class Flights(NamedTuple):
    """Sorties to be turned into volumes, metres from the station's pad; all (n,)."""

    depart_s: Longs
    x: Floats
    y: Floats
    via_x: Floats
    via_y: Floats
    path_m: Floats
    leg_s: Longs


class Volumes(NamedTuple):
    """4-D volumes, rows grouped by flight; all (v,)."""

    flight: Longs
    from_s: Floats
    to_s: Floats
    x: Floats
    y: Floats
    radius_m: Floats
    low_m: Floats
    high_m: Floats


def layer(bearing: Floats) -> NDArray[np.int64]:
    """Cruise layer 0..5 of a bearing in radians from east, counter-clockwise."""
    return np.asarray(np.floor_divide(np.mod(bearing, 2 * np.pi), np.pi / 3), np.int64) % 6


def air_s(rules: DronesRules, leg_s: Longs) -> Longs:
    """Seconds from take-off to landing."""
    return 2 * leg_s + 4 * rules.climb_s + rules.release_s


def volumes(flights: Flights, rules: DronesRules) -> Volumes:
    """All volumes of all flights."""
    out = layer(np.arctan2(flights.y, flights.x))
    home = (out + 3) % 6
    parts = []
    at = flights.depart_s.astype(np.float64)
    zero = np.zeros(len(at))
    parts.append(_column(at, at + rules.climb_s, zero, zero, out, rules))
    at = at + rules.climb_s
    parts.append(_cruise(flights, at, out, rules, back=False))
    at = at + flights.leg_s
    down_s = 2 * rules.climb_s + rules.release_s
    parts.append(_column(at, at + down_s, flights.x, flights.y, np.maximum(out, home), rules))
    at = at + down_s
    parts.append(_cruise(flights, at, home, rules, back=True))
    at = at + flights.leg_s
    parts.append(_column(at, at + rules.climb_s, zero, zero, home, rules))
    joined = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    order = np.argsort(joined[0], kind="stable")
    return Volumes(*(column[order] for column in joined))


def _column(from_s: Floats, to_s: Floats, x: Floats, y: Floats, top: Longs, rules: DronesRules) -> Volumes:
    n = len(from_s)
    high = np.asarray(rules.layer_floor_m + (top + 1) * rules.layer_m, np.float64)
    wide = np.full(n, float(rules.lane_m))
    return Volumes(np.arange(n), from_s, to_s, x, y, wide, np.zeros(n), high)


def _cruise(flights: Flights, start_s: Floats, level: Longs, rules: DronesRules, *, back: bool) -> Volumes:
    """One leg in slices: circles around the middle of each slice that hold the whole of it, the turn included."""
    pieces = np.maximum(1, -(-flights.leg_s // SLICE_S))
    flight = np.repeat(np.arange(len(pieces)), pieces)
    nth = np.arange(len(flight)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share0, share1 = nth / pieces[flight], (nth + 1) / pieces[flight]
    middle = (share0 + share1) / 2
    x, y = position(flights, flight, 1.0 - middle if back else middle)
    half = flights.path_m[flight] / pieces[flight] / 2
    low = np.asarray(rules.layer_floor_m + level[flight] * rules.layer_m, np.float64)
    leg = flights.leg_s[flight]
    return Volumes(
        flight,
        start_s[flight] + share0 * leg,
        start_s[flight] + share1 * leg,
        x,
        y,
        half + rules.lane_m,
        low,
        low + rules.layer_m,
    )


def position(flights: Flights, flight: Longs, share: Floats) -> tuple[Floats, Floats]:
    """Metres east and north after `share` (0..1) of the way out."""
    via_x, via_y = flights.via_x[flight], flights.via_y[flight]
    first = np.hypot(via_x, via_y)
    whole = np.maximum(flights.path_m[flight], 1e-9)
    gone = share * whole
    t = np.clip(gone / np.maximum(first, 1e-9), 0.0, 1.0)
    u = np.clip((gone - first) / np.maximum(whole - first, 1e-9), 0.0, 1.0)
    return via_x * t + (flights.x[flight] - via_x) * u, via_y * t + (flights.y[flight] - via_y) * u


def meetings(a: Volumes, b: Volumes) -> NDArray[np.int64]:
    """(m, 2) pairs (row in a, row in b) of volumes that intersect in time, height and plane."""
    rows = np.flatnonzero((a.to_s > b.from_s.min(initial=np.inf)) & (a.from_s < b.to_s.max(initial=-np.inf)))
    if len(rows) == 0:
        return np.zeros((0, 2), np.int64)

    def both(name: str) -> tuple[Floats, Floats]:
        return getattr(a, name)[rows, None], getattr(b, name)[None, :]

    (a0, b0), (a1, b1) = both("from_s"), both("to_s")
    (low_a, low_b), (high_a, high_b) = both("low_m"), both("high_m")
    i, j = np.nonzero((a0 < b1) & (b0 < a1) & (low_a < high_b) & (low_b < high_a))
    i = rows[i]
    near = np.hypot(a.x[i] - b.x[j], a.y[i] - b.y[j]) < a.radius_m[i] + b.radius_m[j]
    return np.stack([i[near], j[near]], axis=1)


def chosen(flights: Flights, rows: NDArray[np.intp]) -> Flights:
    """The given flights."""
    return Flights(*(column[rows] for column in flights))  # type: ignore[arg-type]
