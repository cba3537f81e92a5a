"""The tiles against the extract they were made of, read by a reader of our own: nothing moved, nothing flooded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from shapely import LineString, Point, Polygon

from doorward.adapters.basemap.build import Built, build
from doorward.adapters.basemap.encode import BUDGET, TILE_BYTES
from doorward.adapters.basemap.tiles import Tiles
from doorward.core.errors import BadInput
from tests.adapters.basemap import mvt, world
from tests.adapters.basemap.conftest import quiet

PIXEL = 8.0
"""Grid units of a pixel: a tile is 512 pixels and 4,096 units wide."""

ZOOMS = range(6, 15)


def spanned(box: tuple[float, float, float, float], zoom: int) -> Iterator[tuple[int, int]]:
    west, south, east, north = box
    (x0, y0), (x1, y1) = (
        mvt.grid(zoom, 0, 0, (west, north)),
        mvt.grid(zoom, 0, 0, (east, south)),
    )
    for x in range(math.floor(x0 / 4096), math.floor(x1 / 4096) + 1):
        for y in range(math.floor(y0 / 4096), math.floor(y1 / 4096) + 1):
            yield x, y


def all_of(tiles: Tiles, zoom: int, layer: str) -> Iterator[tuple[int, int, mvt.Feature]]:
    for x, y in spanned(tiles.box, zoom):
        tile = tiles.tile(zoom, x, y)
        assert tile is not None
        for feature in mvt.layers(tile).get(layer, []):
            yield x, y, feature


def water_at(tiles: Tiles, zoom: int, at: tuple[float, float]) -> bool:
    """Whether a spot is wet, by the even-odd rule over the rings of its tile."""
    across, down = mvt.grid(zoom, 0, 0, at)
    x, y = math.floor(across / 4096), math.floor(down / 4096)
    tile = tiles.tile(zoom, x, y)
    assert tile is not None
    spot = Point(mvt.grid(zoom, x, y, at))
    areas = [f for f in mvt.layers(tile).get("water", []) if f.kind == 3]
    return any(sum(Polygon(ring).contains(spot) for ring in f.parts) % 2 for f in areas)


@pytest.mark.parametrize("zoom", ZOOMS)
def test_every_tile_of_the_box_is_there_and_none_beside_it(tiles: Tiles, zoom: int) -> None:
    span = list(spanned(world.BOX, zoom))
    assert all(tiles.tile(zoom, x, y) is not None for x, y in span)
    west = min(x for x, _ in span) - 1
    assert all(tiles.tile(zoom, west, y) is None for _, y in span)
    assert tiles.tile(15, 0, 0) is None
    assert tiles.tile(5, 0, 0) is None
    assert tiles.tile(zoom, 1 << zoom, 0) is None


@pytest.mark.parametrize("zoom", ZOOMS)
def test_a_motorway_lies_where_it_was_within_a_pixel(tiles: Tiles, zoom: int) -> None:
    seen = 0.0
    for x, y, feature in all_of(tiles, zoom, "roads"):
        if feature.props["kind"] != "motorway":
            continue
        truth = LineString([mvt.grid(zoom, x, y, at) for at in world.MOTORWAY])
        for part in feature.parts:
            drawn = LineString(part)
            seen += drawn.length / 4096 * 360 / 2**zoom
            assert max(truth.distance(Point(at)) for at in part) <= PIXEL
            inside = truth.intersection(shapely.box(*drawn.bounds))
            assert inside.is_empty or inside.hausdorff_distance(drawn) <= 2 * PIXEL
    assert seen >= 0.2 * 0.98, "the motorway crosses the whole box"


def test_streets_keep_their_points_at_the_last_zoom(tiles: Tiles) -> None:
    found: list[mvt.Point] = []
    for x, y, feature in all_of(tiles, 14, "roads"):
        if feature.props.get("name") == "Wick Street":
            found += [mvt.lonlat(14, x, y, at) for part in feature.parts for at in part]
    grid = 360 / 2**14 / 4096
    for lon, lat in world.STREET:
        assert min(max(abs(a - lon), abs(b - lat)) for a, b in found) <= grid


def test_forty_ways_are_one_line(tiles: Tiles) -> None:
    lines = [f for _, _, f in all_of(tiles, 9, "roads") if f.props["kind"] == "motorway"]
    assert sum(len(line.parts) for line in lines) == len({(x, y) for x, y in spanned(world.BOX, 9)})
    assert all("ref" not in line.props for line in lines), "no names where nobody can read them"


@pytest.mark.parametrize("zoom", ZOOMS)
def test_the_island_stays_an_island(tiles: Tiles, zoom: int) -> None:
    assert not water_at(tiles, zoom, (7.065, 50.050)), "the middle of the island"
    assert water_at(tiles, zoom, (7.055, 50.050)), "the lake west of it"
    assert water_at(tiles, zoom, (7.075, 50.050)), "the lake east of it"
    assert not water_at(tiles, zoom, (7.045, 50.050)), "the shore"


@pytest.mark.parametrize("zoom", ZOOMS)
def test_the_sea_lies_to_the_right_of_the_coast(tiles: Tiles, zoom: int) -> None:
    assert water_at(tiles, zoom, (7.180, 50.03))
    assert water_at(tiles, zoom, (7.195, 50.09))
    assert not water_at(tiles, zoom, (7.160, 50.03))
    if zoom >= 10:
        assert not water_at(tiles, zoom, (7.1865, 50.051)), "the skerry"


@pytest.mark.parametrize("zoom", ZOOMS)
def test_areas_are_valid_and_wound_as_the_standard_asks(tiles: Tiles, zoom: int) -> None:
    for layer in ("water", "landuse", "buildings"):
        for _, _, feature in all_of(tiles, zoom, layer):
            assert feature.kind == 3
            outer: list[list[list[tuple[int, int]]]] = []
            for ring in feature.parts:
                assert len(ring) >= 3
                if mvt.signed_area(ring) > 0:
                    outer.append([ring])
                else:
                    outer[-1].append(ring)
            assert all(Polygon(rings[0], rings[1:]).is_valid for rings in outer)


def test_what_shows_when(tiles: Tiles) -> None:
    def kinds(zoom: int) -> set[str]:
        return {str(f.props["kind"]) for _, _, f in all_of(tiles, zoom, "roads")}

    assert kinds(8) == {"motorway"}
    assert kinds(12) == {"motorway", "tertiary", "residential"}
    assert kinds(14) == {"motorway", "tertiary", "residential", "service"}
    assert not list(all_of(tiles, 13, "buildings"))
    assert {f.props["name"] for _, _, f in all_of(tiles, 8, "places")} == {"Nether Wick"}
    assert {f.props["name"] for _, _, f in all_of(tiles, 13, "places")} == {"Nether Wick", "Far End"}
    assert [f.props["level"] for _, _, f in all_of(tiles, 6, "boundaries")] == [4]


def test_houses_are_all_there(tiles: Tiles) -> None:
    corners = set()
    for x, y, feature in all_of(tiles, 14, "buildings"):
        corners |= {mvt.lonlat(14, x, y, at) for ring in feature.parts for at in ring}
    for i in range(world.HOUSES):
        west = 7.1005 + 0.0005 * i
        assert min(math.hypot(lon - west, lat - 50.0506) for lon, lat in corners) < 1e-5


def test_a_way_that_leaves_the_extract_keeps_what_is_inside(tiles: Tiles) -> None:
    parts = [
        sorted(mvt.lonlat(14, x, y, at)[0] for at in part)
        for x, y, f in all_of(tiles, 14, "roads")
        if f.props.get("name") == "Cut Lane"
        for part in f.parts
    ]
    assert not any(low < 7.114 < high for low, *_, high in parts), "no straight line over the gap"
    assert min(p[0] for p in parts) == pytest.approx(7.110, abs=1e-4)
    assert max(p[-1] for p in parts) == pytest.approx(7.118, abs=1e-4)


def test_what_is_told_of_the_map(built: Built, tiles: Tiles) -> None:
    assert tiles.attribution == "© OpenStreetMap contributors"
    assert tiles.dated == world.DATED == built.dated
    assert tiles.box == pytest.approx(world.BOX)
    assert tiles.zooms == (6, 14)
    assert built.broken == 1, "the lake whose ring is open"
    assert built.biggest_tile < TILE_BYTES
    assert built.tiles == sum(len(list(spanned(world.BOX, zoom))) for zoom in ZOOMS)


def test_the_same_extract_makes_the_same_bytes(extract: Path, built: Built, tmp_path: Path) -> None:
    again = build(extract, tmp_path / "again.pmtiles", quiet)
    assert Path(again.path).read_bytes() == Path(built.path).read_bytes()


def test_without_a_box_and_a_date_the_streets_make_the_box(tmp_path: Path) -> None:
    path = world.write(tmp_path / "bare.osm.pbf", box=False, dated=False)
    found = build(path, tmp_path / "bare.pmtiles", quiet)
    lons = [lon for lon, _ in world.MOTORWAY]
    assert (found.box[0], found.box[2]) == pytest.approx((min(lons), max(lons)))
    assert found.dated == ""


def test_only_the_area_asked_for(extract: Path, tmp_path: Path) -> None:
    within = (7.09, 50.04, 7.12, 50.06)
    found = build(extract, tmp_path / "town.pmtiles", quiet, within)
    assert found.box == within
    tiles = Tiles(tmp_path / "town.pmtiles")
    inside = set(spanned(within, 14))
    assert all((tiles.tile(14, x, y) is not None) == ((x, y) in inside) for x, y in spanned(world.BOX, 14))


def test_an_extract_of_another_place_is_refused(extract: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not reach"):
        build(extract, tmp_path / "none.pmtiles", quiet, (20.0, 10.0, 21.0, 11.0))
    assert not list(tmp_path.iterdir())


def test_what_is_no_extract_is_refused_in_a_sentence(extract: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.osm.pbf"
    torn.write_bytes(extract.read_bytes()[:900])
    words = tmp_path / "words.osm.pbf"
    words.write_text("no map at all")
    for path, what in (
        (torn, "cannot be read"),
        (words, "cannot be read"),
        (tmp_path / "x.osm.pbf", "no such"),
    ):
        with pytest.raises(BadInput, match=what):
            build(path, tmp_path / "out.pmtiles", quiet)
    assert not (tmp_path / "out.pmtiles").exists()


def test_an_extract_out_of_order_is_put_in_order(tmp_path: Path) -> None:
    to = world.Writer(tmp_path / "mixed.osm.pbf")
    to.way(world.STREET, highway="residential", name="Wick Street")
    outer, inner = to.way(world.LAKE, closed=True), to.way(world.ISLAND, closed=True)
    to.relation([("w", outer, "outer"), ("w", inner, "inner")], type="multipolygon", natural="water")
    to.ways.reverse()
    to.close()
    build(tmp_path / "mixed.osm.pbf", tmp_path / "mixed.pmtiles", quiet)
    tiles = Tiles(tmp_path / "mixed.pmtiles")
    assert water_at(tiles, 14, (7.055, 50.050))
    assert not water_at(tiles, 14, (7.065, 50.050))


def test_a_crowded_tile_loses_its_least_things_and_says_so(
    extract: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BUDGET, "roads", 150)
    found = build(extract, tmp_path / "tight.pmtiles", quiet)
    assert found.dropped > 0
    tiles = Tiles(tmp_path / "tight.pmtiles")
    assert any(f.props["kind"] == "motorway" for _, _, f in all_of(tiles, 14, "roads"))
