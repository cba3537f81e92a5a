"""One smooth outline around circles that lie near each other, for drawing the land a network serves.

Each circle spreads a bell exp(-(d/r)^2); where the sum of the bells passes a level is inside. For one circle alone the
level exp(-g^2) gives g times its radius; neighbours flow together. The outline is traced by marching squares (Lorensen
and Cline 1987, in two dimensions), group by group, each on a grid as fine as its circles need.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MOST_CELLS = 200
"""Of a grid's longer side: a group of circles is drawn with at most this many steps across."""

METRES = 2 * math.pi * 6_371_008.8 / 360.0
"""In a degree of latitude."""

Ring = list[list[float]]

_CASES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((0, 3),), 2: ((1, 0),), 3: ((1, 3),), 4: ((2, 1),), 5: ((0, 3), (2, 1)), 6: ((2, 0),), 7: ((2, 3),),
    8: ((3, 2),), 9: ((0, 2),), 10: ((1, 0), (3, 2)), 11: ((1, 2),), 12: ((3, 1),), 13: ((0, 1),), 14: ((3, 0),),
}  # fmt: skip
"""Corners inside (1, 2, 4, 8 from the lower left, anticlockwise) -> sides crossed, from and to, inside on the left.
Sides: 0 lower, 1 right, 2 upper, 3 left."""


def outlines(
    lat: Sequence[float], lon: Sequence[float], radius_m: Sequence[float], grown: float
) -> list[Ring]:
    """Rings [[lon, lat], ...], closed, anticlockwise, in degrees, around all circles; gaps inside are filled.

    grown  how far a circle alone reaches, in its radii
    """
    if not len(lat):
        return []
    places = np.column_stack((np.asarray(lon, float), np.asarray(lat, float)))
    radii = np.maximum(np.asarray(radius_m, float), 1.0)
    rings: list[Ring] = []
    for members in _groups(places, radii * (grown + 1.0)):
        rings += _outline(places[members], radii[members], grown)
    return rings


def _plane(places: NDArray[np.float64], centre: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres east and north of a centre (equirectangular)."""
    shrink = max(0.05, math.cos(math.radians(centre[1])))
    return (places - centre) * METRES * [shrink, 1.0]


def _groups(places: NDArray[np.float64], reach_m: NDArray[np.float64]) -> list[NDArray[np.intp]]:
    """Circles that touch, directly or over others, by rows."""
    group = np.full(len(places), -1)
    found = []
    for first in range(len(places)):
        if group[first] >= 0:
            continue
        group[first], front, members = first, [first], [first]
        while front:
            at = front.pop()
            far = np.hypot(*_plane(places, places[at]).T)
            near = np.flatnonzero((group < 0) & (far <= reach_m + reach_m[at]))
            group[near] = first
            front += near.tolist()
            members += near.tolist()
        found.append(np.array(sorted(members)))
    return found


def _outline(places: NDArray[np.float64], radii: NDArray[np.float64], grown: float) -> list[Ring]:
    """The rings of one group."""
    centre = (places.min(axis=0) + places.max(axis=0)) / 2
    spots = _plane(places, centre)
    edge = math.sqrt(grown**2 + math.log(len(places))) * radii.max() * 1.05
    low, high = spots.min(axis=0) - edge, spots.max(axis=0) + edge
    step = max(radii.min() / 5, float((high - low).max()) / MOST_CELLS)
    low = low - step
    count = np.ceil((high - low) / step).astype(int) + 2
    east, north = (low[i] + step * np.arange(count[i]) for i in (0, 1))
    field = np.zeros((len(north), len(east)))
    for (x, y), radius in zip(spots, radii, strict=True):
        field += np.exp(-((north - y) ** 2) / radius**2)[:, None] * np.exp(-((east - x) ** 2) / radius**2)
    shrink = max(0.05, math.cos(math.radians(centre[1])))
    rings = []
    for ring in _march(field - math.exp(-(grown**2))):
        metres = low + step * np.array(ring)
        degrees = centre + metres / (METRES * np.array([shrink, 1.0]))
        if _area(metres) > 0:
            rings.append(np.round(np.vstack((degrees, degrees[:1])), 5).tolist())
    return rings


def _march(field: NDArray[np.float64]) -> list[list[tuple[float, float]]]:
    """Rings around where the field is positive, in steps of the grid; it must be negative along the frame."""
    inside = (field > 0).astype(int)
    case = inside[:-1, :-1] + 2 * inside[:-1, 1:] + 4 * inside[1:, 1:] + 8 * inside[1:, :-1]
    wide = field.shape[1]
    onward: dict[int, int] = {}
    for row, column in np.argwhere((case > 0) & (case < 15)).tolist():
        lower = 2 * (row * wide + column)
        side = (lower, lower + 3, lower + 2 * wide, lower + 1)
        for start, end in _CASES[int(case[row, column])]:
            onward[side[start]] = side[end]
    rings = []
    while onward:
        at, following = onward.popitem()
        ring = [_crossing(field, at)]
        while following != at:
            ring.append(_crossing(field, following))
            following = onward.pop(following)
        rings.append(ring)
    return rings


def _crossing(field: NDArray[np.float64], side: int) -> tuple[float, float]:
    """Where the field passes zero on a side of the grid: even numbers lie along a row, odd ones along a column."""
    row, column = divmod(side // 2, field.shape[1])
    here = field[row, column]
    there = field[row + 1, column] if side % 2 else field[row, column + 1]
    share = float(here / (here - there))
    return (column, row + share) if side % 2 else (column + share, row)


def _area(ring: NDArray[np.float64]) -> float:
    """Positive for anticlockwise rings (surveyor's formula)."""
    ahead = np.roll(ring, -1, axis=0)
    return float((ring[:, 0] * ahead[:, 1] - ahead[:, 0] * ring[:, 1]).sum() / 2)
