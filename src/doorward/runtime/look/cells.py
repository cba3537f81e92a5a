"""Packages gathered into hexagons for views from far away: not ten thousand dots, but where lateness lies.

The hexagons stand on their points and are of one size on the screen. Each zoom has its own lattice, fixed to the world
and not to the view, so that cells stay where they are while the map is moved. Rounding to the lattice is that of cube
coordinates: the nearest centre. Everything is counted; nothing is weighted or smoothed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.runtime.look.shapes import Shape, Tone
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""West, south, east, north; degrees. West may lie beyond east: the box then spans the date line."""

RADIUS_PX = 18.0
"""From the middle of a hexagon to its corner, on a map whose world is 512 * 2^zoom pixels wide."""

FINEST, MOST_CELLS, ENOUGH_PM = 16, 4_000, 50
"""Last zoom with cells; most cells of an answer; share of a cell's packages that gives it its tone, per mille."""

ROW_ROOM = 1 << 24
"""Keeps rows of the lattice positive beside the columns in one number."""

FARTHEST = 85.05
SHARE = 3.0**0.5


class Cells(Shape):
    """Hexagons with the packages whose doors lie in them, as columns of one length, most packages first.

    zoom      of the lattice: the one asked for, or a coarser one where that would be too many cells
    ring      six corners, [lon, lat, lon, lat, ...]
    on_time, at_risk, late, silent  how many of `packages` stand so; those done are not counted at all
    tone      of the cell: the worst that holds for at least one package in twenty, together with what is worse
    """

    turn: int
    now_s: int
    zoom: int
    lat: list[float]
    lon: list[float]
    ring: list[list[float]]
    packages: list[int]
    on_time: list[int]
    at_risk: list[int]
    late: list[int]
    silent: list[int]
    tone: list[Tone]


class Doors(NamedTuple):
    """Where packages go. lat_udeg, lon_udeg (n,): the doorstep, or the locker that was chosen."""

    lat_udeg: Longs
    lon_udeg: Longs


def doors_of(packages: Packages, orders: Orders, sites: Sites, row: Longs) -> Doors:
    """Where the packages `row` (n,) go."""
    order, locker = packages.order[row], packages.locker[row]
    boxed = locker >= 0
    lat, lon = orders.lat_udeg[order].astype(np.int64), orders.lon_udeg[order].astype(np.int64)
    lat[boxed], lon[boxed] = sites.lat_udeg[locker[boxed]], sites.lon_udeg[locker[boxed]]
    return Doors(lat, lon)


def cells(
    turn: int,
    now_s: int,
    doors: Doors,
    stand: NDArray[Any],
    names: Sequence[Tone],
    zoom: int,
    box: Box | None = None,
) -> Cells:
    """Packages by hexagon.

    stand (n,)  how each package stands, a number of `names`; `done` and `none` are left out
    zoom        0 to FINEST; others are held there
    box         only doors within it
    """
    shown = np.array([name not in ("done", "none") for name in names], bool)
    keep = shown[stand]
    if box is not None:
        keep &= _within(doors, box)
    x, y = _mercator(doors.lat_udeg[keep], doors.lon_udeg[keep])
    stands = np.asarray(stand[keep], np.int64)
    level = min(max(int(zoom), 0), FINEST)
    while True:
        size = RADIUS_PX / (512 << level)
        q, r = _hexagon(x, y, size)
        key, cell = np.unique((q << 32) + r + ROW_ROOM, return_inverse=True)
        if len(key) <= MOST_CELLS or level == 0:
            break
        level -= 1
    q, r = key >> 32, (key & 0xFFFF_FFFF) - ROW_ROOM
    shape = len(key), len(names)
    counts = np.bincount(cell * len(names) + stands, minlength=shape[0] * shape[1]).reshape(shape)
    order = np.lexsort((r, q, -counts.sum(axis=1)))[:MOST_CELLS]
    q, r = q[order], r[order]
    by = {name: counts[order, i] for i, name in enumerate(names)}
    none = np.zeros(len(order), np.int64)
    late, risk, silent, fine = (by.get(name, none) for name in ("late", "at_risk", "silent", "on_time"))
    lat, lon = _degrees(*_centre(q, r, size))
    return Cells(
        turn=turn,
        now_s=now_s,
        zoom=level,
        lat=lat.round(6).tolist(),
        lon=lon.round(6).tolist(),
        ring=_rings(q, r, size),
        packages=(late + risk + silent + fine).tolist(),
        on_time=fine.tolist(),
        at_risk=risk.tolist(),
        late=late.tolist(),
        silent=silent.tolist(),
        tone=_tones(late, risk, silent, fine),
    )


def _within(doors: Doors, box: Box) -> NDArray[np.bool_]:
    west, south, east, north = (round(v * 1e6) for v in box)
    lon = doors.lon_udeg
    across = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
    return across & (doors.lat_udeg >= south) & (doors.lat_udeg <= north)


def _mercator(lat_udeg: Longs, lon_udeg: Longs) -> tuple[Floats, Floats]:
    """Web Mercator in 0..1, y southwards."""
    lat = np.radians(np.clip(lat_udeg / 1e6, -FARTHEST, FARTHEST))
    return lon_udeg / 360e6 + 0.5, 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)


def _degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """(lat, lon) of Web Mercator."""
    lat: Floats = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y))))
    lon: Floats = x * 360 - 180
    return lat, lon


def _hexagon(x: Floats, y: Floats, size: float) -> tuple[Longs, Longs]:
    """Axial numbers (q, r) of the hexagon of each place: cube coordinates, rounded so that they add up to nought."""
    q, r = (x * SHARE / 3 - y / 3) / size, y * 2 / 3 / size
    s = -q - r
    near_q, near_r, near_s = np.rint(q), np.rint(r), np.rint(s)
    off_q, off_r, off_s = np.abs(near_q - q), np.abs(near_r - r), np.abs(near_s - s)
    mend_q = (off_q > off_r) & (off_q > off_s)
    mend_r = ~mend_q & (off_r > off_s)
    near_q, near_r = (
        np.where(mend_q, -near_r - near_s, near_q),
        np.where(mend_r, -near_q - near_s, near_r),
    )
    return near_q.astype(np.int64), near_r.astype(np.int64)


def _centre(q: Longs, r: Longs, size: float) -> tuple[Floats, Floats]:
    y: Floats = 1.5 * size * r.astype(np.float64)
    return size * SHARE * (q + r / 2), y


def _rings(q: Longs, r: Longs, size: float) -> list[list[float]]:
    """Six corners of each hexagon, from the upper right on, clockwise on the screen."""
    x, y = _centre(q, r, size)
    turn = np.radians(60 * np.arange(6) - 30)
    lat, lon = _degrees(x[:, None] + size * np.cos(turn), y[:, None] + size * np.sin(turn))
    flat: list[list[float]] = np.stack((lon, lat), axis=2).round(6).reshape(len(q), 12).tolist()
    return flat


def _tones(late: Longs, risk: Longs, silent: Longs, fine: Longs) -> list[Tone]:
    enough = (late + risk + silent + fine) * ENOUGH_PM
    worse = [late * 1000 >= enough, (late + risk) * 1000 >= enough, (late + risk + silent) * 1000 >= enough]
    found = np.select(worse, [0, 1, 2], 3)
    words: tuple[Tone, ...] = ("late", "at_risk", "silent", "on_time")
    return [words[i] for i in found.tolist()]
