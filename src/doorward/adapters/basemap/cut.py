"""Simplify shapes for a zoom and cut them into tiles.

Everything lives in the unit square of Web Mercator (EPSG:3857 scaled to 0..1, y downwards as tiles count); a tile of
zoom z is 1/2^z wide and its grid has 4,096 units, eight to a pixel of MapLibre's 512-pixel tiles. Lines of one class
are joined before they are simplified (Douglas and Peucker 1973), so that a street of forty ways becomes one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

EXTENT = 4096
PAD = 64
"""How far shapes reach beyond their tile, in units: 8 pixels, more than half of our widest line."""

TOLERANCE = 4.0
"""Half a pixel; at the last zoom an eighth, since MapLibre enlarges those tiles further."""

LEAST_AREA = 256.0
"""Square units (2 x 2 pixels): smaller areas vanish before the last zoom."""

LEAST_LENGTH = 8.0
"""One pixel: shorter lines vanish before the last zoom."""

POLYGON, MULTIPOLYGON = 3, 6

Shapes = NDArray[np.object_]
Rows = NDArray[np.intp]


class Piece(NamedTuple):
    """What of a layer falls into one tile. rows: of the layer; shapes: on the tile's whole-number grid."""

    x: int
    y: int
    rows: Rows
    shapes: Shapes


def project(shapes: Shapes) -> Shapes:
    """Degrees to the unit square. Latitudes beyond +-85.05 degrees are held there."""
    projected: Shapes = shapely.transform(shapes, mercator)
    return projected


def mercator(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) degrees to (n, 2) in the unit square; x east, y south (Snyder 1987, eq. 7-1, 7-2)."""
    lat = np.radians(np.clip(lonlat[:, 1], -85.0511, 85.0511))
    return np.column_stack(((lonlat[:, 0] + 180.0) / 360.0, 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)))


def unit(zoom: int) -> float:
    """Width of a grid unit of this zoom in the unit square."""
    return 1.0 / (EXTENT << zoom)


def tile_range(box: tuple[float, float, float, float], zoom: int) -> tuple[int, int, int, int]:
    """First x, first y, last x, last y of the tiles that cover a box of degrees (west, south, east, north)."""
    corners = mercator(np.array([[box[0], box[3]], [box[2], box[1]]])) * (1 << zoom)
    low, high = np.clip(np.floor(corners), 0, (1 << zoom) - 1).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def join_lines(shapes: Shapes, keys: NDArray[np.int64]) -> tuple[Shapes, NDArray[np.int64]]:
    """Lines of equal key joined where they meet; returns them with their keys."""
    if not len(shapes):
        return shapes, keys
    order = np.argsort(keys, kind="stable")
    named, groups = np.unique(keys[order], return_inverse=True)
    joined = shapely.line_merge(shapely.multilinestrings(shapes[order], indices=groups))
    parts, group = shapely.get_parts(joined, return_index=True)
    return parts, named[group]


def simplify(shapes: Shapes, zoom: int, last: bool) -> tuple[Shapes, Rows]:
    """Shapes as this zoom can show them, and their row numbers; what is smaller than a few pixels is gone.

    Rings that cross themselves afterwards are mended, so holes remain holes.
    """
    step = unit(zoom)
    kept = shapely.simplify(shapes, (TOLERANCE / 4 if last else TOLERANCE) * step, preserve_topology=False)
    if len(kept) and shapely.get_dimensions(kept).max() == 2:
        least = (4.0 if last else LEAST_AREA) * step * step
        kept = valid(kept)
        big = shapely.area(kept) >= least
    else:
        big = shapely.length(kept) >= (0.5 if last else LEAST_LENGTH) * step
    rows = np.flatnonzero(big & ~shapely.is_empty(kept))
    return kept[rows], rows


def valid(shapes: Shapes) -> Shapes:
    """Polygons that hold the rules of OGC; what is no area is dropped from them."""
    bad = ~shapely.is_valid(shapes)
    if bad.any():
        shapes = shapes.copy()
        shapes[bad] = _mended(shapes[bad])
    return shapes


def _mended(shapes: Shapes) -> Shapes:
    """Valid areas by the `structure` method: rings are kept as outer or inner, what collapses is dropped."""
    return areas_of(shapely.make_valid(shapes, method="structure", keep_collapsed=False))


def areas_of(shapes: Shapes) -> Shapes:
    """The polygons in each shape, and nothing else; an empty polygon where there are none."""
    kind = shapely.get_type_id(shapes)
    mixed = np.flatnonzero((kind != POLYGON) & (kind != MULTIPOLYGON))
    if not len(mixed):
        return shapes
    shapes = shapes.copy()
    parts, owner = shapely.get_parts(shapely.get_parts(shapes[mixed]), return_index=True)
    _, outer = shapely.get_parts(shapes[mixed], return_index=True)
    flat = shapely.get_type_id(parts) == POLYGON
    shapes[mixed] = shapely.from_wkt("POLYGON EMPTY")
    whose = outer[owner[flat]]
    shapes[mixed[np.unique(whose)]] = (
        shapely.multipolygons(parts[flat], indices=np.unique(whose, return_inverse=True)[1])
        if len(whose)
        else []
    )
    return shapes


def cut(shapes: Shapes, zoom: int, tiles: tuple[int, int, int, int]) -> Iterator[Piece]:
    """The pieces of all shapes, tile by tile; tiles: first x, first y, last x, last y.

    Halves the range again and again, clipping what hangs over, so a forest over a thousand tiles costs ten clips of
    itself and not a thousand.
    """
    stack: list[tuple[Shapes, Rows, tuple[int, int, int, int]]] = [(shapes, np.arange(len(shapes)), tiles)]
    while stack:
        these, rows, (x0, y0, x1, y1) = stack.pop()
        these, rows = _inside(these, rows, zoom, (x0, y0, x1, y1))
        if not len(these):
            continue
        if x0 == x1 and y0 == y1:
            on_grid, rows = _on_grid(these, rows, zoom, x0, y0)
            if len(rows):
                yield Piece(x0, y0, rows, on_grid)
        elif x1 - x0 >= y1 - y0:
            middle = (x0 + x1) // 2
            stack += [(these, rows, (middle + 1, y0, x1, y1)), (these, rows, (x0, y0, middle, y1))]
        else:
            middle = (y0 + y1) // 2
            stack += [(these, rows, (x0, middle + 1, x1, y1)), (these, rows, (x0, y0, x1, middle))]


def _inside(shapes: Shapes, rows: Rows, zoom: int, tiles: tuple[int, int, int, int]) -> tuple[Shapes, Rows]:
    """What of the shapes falls into these tiles and their margin."""
    pad, width = PAD * unit(zoom), 1.0 / (1 << zoom)
    west, north = tiles[0] * width - pad, tiles[1] * width - pad
    east, south = (tiles[2] + 1) * width + pad, (tiles[3] + 1) * width + pad
    left, top, right, bottom = shapely.bounds(shapes).T
    hit = (left <= east) & (right >= west) & (top <= south) & (bottom >= north)
    over = hit & ((left < west) | (right > east) | (top < north) | (bottom > south))
    if over.any():
        shapes = shapes.copy()
        shapes[over] = _clip(shapes[over], west, north, east, south)
        hit &= ~shapely.is_empty(shapes)
    return shapes[hit], rows[hit]


def _clip(shapes: Shapes, west: float, north: float, east: float, south: float) -> Shapes:
    flat = shapely.get_dimensions(shapes) == 2
    clipped: Shapes = shapely.clip_by_rect(shapes, west, north, east, south)
    if flat.any():
        clipped[flat] = valid(areas_of(clipped[flat]))
    return clipped


def _on_grid(shapes: Shapes, rows: Rows, zoom: int, x: int, y: int) -> tuple[Shapes, Rows]:
    """Shapes in whole units of their tile, valid, exteriors clockwise on the screen as the MVT standard 2.1 asks."""
    origin = np.array([x, y], np.float64)

    def to_grid(points: NDArray[Any]) -> NDArray[np.float64]:
        grid: NDArray[np.float64] = np.rint((points * (1 << zoom) - origin) * EXTENT)
        return grid

    snapped = shapely.transform(shapes, to_grid)
    dimension = shapely.get_dimensions(snapped)
    flat = dimension == 2
    if flat.any():
        polygons = snapped[flat]
        bad = ~shapely.is_valid(polygons)
        if bad.any():
            polygons[bad] = areas_of(shapely.set_precision(_mended(polygons[bad]), 1.0))
        snapped[flat] = shapely.orient_polygons(polygons, exterior_cw=False)
    good = np.where(flat, shapely.area(snapped) >= 1.0, (shapely.length(snapped) > 0) | (dimension == 0))
    good &= ~shapely.is_empty(snapped)
    return snapped[good], rows[good]
