"""The sea, from the coastlines of an extract.

OpenStreetMap draws no sea, only coastlines: land lies to the left of their direction, water to the right
(wiki.openstreetmap.org/wiki/Tag:natural=coastline). The lines cut the extract's box into faces; each stretch of coast
votes for the faces on its two sides. A face whose votes disagree, because the extract breaks the coast off, stays land,
and its coast is still drawn as a line: better a missing sea than a flooded city.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from doorward.adapters.basemap.cut import Shapes

ASIDE = 1e-9
"""How far beside the coast a vote is cast: 4 cm at the equator."""

REACH = 0.02
"""Extracts cut at nodes end their coasts a little inside their box: an end this near to the frame, as a share of the
box's longer side, is led on to it."""

DISSENT = 0.02
"""Share of votes against that a face may have: stray ways and piers lie in the best of data."""


class Sea(NamedTuple):
    """faces: sea polygons; doubtful: faces left as land because their coasts disagree."""

    faces: Shapes
    doubtful: int


def sea(coastlines: Shapes, box: tuple[float, float, float, float]) -> Sea:
    """Sea inside the box (x0, y0, x1, y1 in the unit square, y down) from coastlines in the same."""
    frame = shapely.box(*box)
    lines = shapely.get_parts(shapely.clip_by_rect(coastlines, *box))
    lines = lines[shapely.get_dimensions(lines) == 1]
    if not len(lines):
        return Sea(np.empty(0, object), 0)
    led_on = _to_frame(lines, frame)
    noded = shapely.get_parts(shapely.node(shapely.union_all([*lines, *led_on, frame.exterior])))
    faces = shapely.get_parts(shapely.polygonize(noded))
    for_sea, for_land = _votes(lines, faces)
    total = for_sea + for_land
    is_sea = (for_sea > 0) & (for_land <= DISSENT * total)
    is_land = for_sea <= DISSENT * total
    return Sea(faces[is_sea], int((~is_sea & ~is_land).sum()))


def _to_frame(lines: Shapes, frame: shapely.Polygon) -> Shapes:
    """Stretches from the loose ends near the frame to the frame."""
    joined = shapely.get_parts(shapely.line_merge(shapely.union_all(lines)))
    joined = joined[~shapely.is_closed(joined)]
    ends = np.concatenate((shapely.get_point(joined, 0), shapely.get_point(joined, -1)))
    across = shapely.shortest_line(ends, frame.exterior)
    west, north, east, south = frame.bounds
    length = shapely.length(across)
    near: Shapes = across[(length > 0) & (length <= REACH * max(east - west, south - north))]
    return near


def _votes(lines: Shapes, faces: Shapes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Length of coast that has each face on its water side, and on its land side."""
    points, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    start, step = points[:-1][same], np.diff(points, axis=0)[same]
    length = np.hypot(step[:, 0], step[:, 1])
    real = length > 0
    start, step, length = start[real], step[real], length[real]
    right = np.column_stack((-step[:, 1], step[:, 0])) / length[:, None] * ASIDE  # y points down
    middle = start + step / 2
    tree = shapely.STRtree(faces)
    found = []
    for beside in (middle + right, middle - right):
        who, face = tree.query(shapely.points(beside), predicate="intersects")
        found.append(np.bincount(face, weights=length[who], minlength=len(faces)))
    return found[0].astype(float), found[1].astype(float)
