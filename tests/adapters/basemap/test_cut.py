"""Cutting by halves equals cutting each tile by itself; what comes out is valid whatever goes in."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import LineString, Polygon

from doorward.adapters.basemap import cut
from doorward.adapters.basemap.coast import sea
from doorward.adapters.basemap.schema import Seen, area, boundary, line, place

ZOOM, FIRST = 10, 520
SPAN = 4
"""Tiles in each direction."""

spot = st.tuples(st.floats(-0.5, SPAN + 0.5), st.floats(-0.5, SPAN + 0.5))
wild = st.lists(spot, min_size=4, max_size=9, unique=True)


def placed(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Tile units to the unit square."""
    return [((FIRST + x) / 2**ZOOM, (FIRST + y) / 2**ZOOM) for x, y in points]


def pieces(shapes: list[object]) -> dict[tuple[int, int], NDArray[np.object_]]:
    span = (FIRST, FIRST, FIRST + SPAN - 1, FIRST + SPAN - 1)
    return {(p.x, p.y): p.shapes for p in cut.cut(np.array(shapes, object), ZOOM, span)}


def window(x: int, y: int) -> tuple[float, float, float, float]:
    pad = cut.PAD / cut.EXTENT
    return tuple(v / 2**ZOOM for v in (x - pad, y - pad, x + 1 + pad, y + 1 + pad))  # type: ignore[return-value]


def in_units(shape: object, x: int, y: int) -> object:
    return shapely.transform(shape, lambda p: (p * 2**ZOOM - [x, y]) * cut.EXTENT)


@settings(max_examples=60, deadline=None)
@given(wild)
def test_areas_are_valid_whatever_goes_in(points: list[tuple[float, float]]) -> None:
    twisted = Polygon(placed(points))
    shapes, _ = cut.simplify(np.array([twisted], object), ZOOM, False)
    for shape in pieces(list(shapes)).values():
        assert shapely.is_valid(shape).all()
        assert set(shapely.get_type_id(shape)) <= {cut.POLYGON, cut.MULTIPOLYGON}
        points_of = shapely.get_coordinates(shape)
        assert (points_of == np.rint(points_of)).all()
        assert points_of.min() >= -cut.PAD
        assert points_of.max() <= cut.EXTENT + cut.PAD


@settings(max_examples=40, deadline=None)
@given(wild)
def test_areas_by_halves_equal_areas_tile_by_tile(points: list[tuple[float, float]]) -> None:
    whole = shapely.convex_hull(Polygon(placed(points)))
    if whole.geom_type != "Polygon":
        return
    found = pieces([whole])
    for x in range(FIRST, FIRST + SPAN):
        for y in range(FIRST, FIRST + SPAN):
            want = in_units(shapely.intersection(whole, shapely.box(*window(x, y))), x, y)
            have = shapely.union_all(found.get((x, y), []))
            slack = 2 * (shapely.length(want) + 8)
            assert shapely.area(shapely.symmetric_difference(want, have)) <= slack


@settings(max_examples=40, deadline=None)
@given(wild)
def test_lines_by_halves_equal_lines_tile_by_tile(points: list[tuple[float, float]]) -> None:
    whole = LineString(placed(points))
    found = pieces([whole])
    for x in range(FIRST, FIRST + SPAN):
        for y in range(FIRST, FIRST + SPAN):
            want = in_units(shapely.clip_by_rect(whole, *window(x, y)), x, y)
            have = shapely.union_all(found.get((x, y), []))
            # a touch of less than two pixels at a tile's corner may be there or not
            assert shapely.length(shapely.difference(want, shapely.buffer(have, 2))) < 2
            assert shapely.length(shapely.difference(have, shapely.buffer(want, 2))) < 2


@settings(max_examples=60, deadline=None)
@given(st.lists(spot, min_size=3, max_size=20, unique=True))
def test_simplified_lines_stay_within_half_a_pixel(points: list[tuple[float, float]]) -> None:
    whole = LineString(placed(points))
    shapes, _ = cut.simplify(np.array([whole], object), ZOOM, False)
    for shape in shapes:
        assert shapely.hausdorff_distance(whole, shape) <= cut.TOLERANCE * cut.unit(ZOOM) * 1.001


def test_lines_of_a_key_are_joined_and_others_are_not() -> None:
    steps = [LineString([(i, 0), (i + 1, 0)]) for i in range(6)]
    joined, keys = cut.join_lines(np.array(steps, object), np.array([1, 1, 1, 2, 2, 1]))
    told = sorted(zip(keys.tolist(), shapely.length(joined).tolist(), strict=True))
    assert told == [(1, 1.0), (1, 3.0), (2, 2.0)]


def sea_of(*lines: list[tuple[float, float]]) -> tuple[list[float], int]:
    found = sea(np.array([LineString(each) for each in lines], object), (0.0, 0.0, 10.0, 10.0))
    return sorted(np.round(shapely.area(found.faces), 6).tolist()), found.doubtful


NORTHWARD = [(4.0, 10.0), (4.0, 0.0)]
ISLE = [(7.0, 4.0), (6.0, 4.0), (6.0, 5.0), (7.0, 5.0), (7.0, 4.0)]
"""Anticlockwise as seen on a map (y down): land inside."""


@pytest.mark.parametrize(
    ("lines", "areas", "doubtful"),
    [
        ([], [], 0),
        ([NORTHWARD], [60.0], 0),  # sailing north, the sea lies east
        ([NORTHWARD[::-1]], [40.0], 0),
        ([NORTHWARD, ISLE], [59.0], 0),
        ([ISLE], [99.0], 0),
        ([ISLE[::-1]], [1.0], 0),  # a lake, drawn as a coast
        ([[(4.0, 9.9), (4.0, 0.1)]], [60.0], 0),  # ends a little inside the frame
        ([[(4.0, 6.0), (4.0, 0.0)]], [], 1),  # breaks off: nobody knows
        ([NORTHWARD, [(8.0, 10.0), (8.0, 0.0)]], [20.0], 1),  # land between, said to be sea on one side
    ],
)
def test_the_sea_of_small_coasts(
    lines: list[list[tuple[float, float]]], areas: list[float], doubtful: int
) -> None:
    assert sea_of(*lines) == (areas, doubtful)


@pytest.mark.parametrize(
    ("tags", "seen"),
    [
        ({"highway": "motorway"}, ("roads", 6)),
        ({"highway": "motorway_link"}, ("roads", 11)),
        ({"highway": "living_street"}, ("roads", 12)),
        ({"highway": "service"}, ("roads", 14)),
        ({"highway": "service", "service": "driveway"}, None),
        ({"highway": "footway"}, None),
        ({"highway": "pedestrian", "area": "yes"}, None),
        ({"railway": "rail"}, ("rail", 9)),
        ({"railway": "subway"}, None),
        ({"railway": "rail", "tunnel": "yes"}, None),
        ({"waterway": "river"}, ("waterway", 9)),
        ({"waterway": "river", "tunnel": "culvert"}, None),
        ({"natural": "coastline"}, ("coastline", 6)),
        ({"shop": "bakery"}, None),
    ],
)
def test_lines_shown(tags: dict[str, str], seen: tuple[str, int] | None) -> None:
    found = line(tags)
    assert (None if found is None else (found.layer, found.floor)) == seen


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"natural": "water", "landuse": "forest"}, "water"),
        ({"landuse": "forest", "building": "yes"}, "green"),
        ({"landuse": "residential"}, "built"),
        ({"landuse": "industrial"}, "industrial"),
        ({"building": "yes"}, ""),
        ({"building": "no"}, None),
        ({"leisure": "marina"}, None),
    ],
)
def test_areas_shown(tags: dict[str, str], kind: str | None) -> None:
    found = area(tags)
    assert (None if found is None else dict(found.props).get("kind", "")) == kind


def test_places_and_borders_shown() -> None:
    rank = place({"place": "town", "name": "A", "population": "12,000"})
    assert rank == Seen("places", 8, 442, (("kind", "town"), ("name", "A"), ("rank", 442)))
    for odd in ("", "many", "12;13", "\uff19"):
        found = place({"place": "town", "name": "A", "population": odd})
        assert found is not None
        assert found.rank == 400
    capital = place({"place": "village", "name": "Vaduz", "capital": "yes"})
    assert capital is not None
    assert capital.floor == 6
    assert place({"place": "town"}) is None
    assert place({"place": "sea", "name": "A"}) is None
    assert [boundary(level) is not None for level in ("2", "8", "9", "", "x", "\uff12")] == [True, True] + [
        False
    ] * 4
