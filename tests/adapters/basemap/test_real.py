"""Real extracts: every street of the source is on the map, the sea of Monaco is wet and its casino dry."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path

import osmium
import pytest
import shapely
from shapely import LineString, Point

from doorward.adapters.basemap.build import Built, build
from doorward.adapters.basemap.encode import TILE_BYTES
from doorward.adapters.basemap.tiles import Tiles
from tests.adapters.basemap import mvt
from tests.adapters.basemap.conftest import quiet
from tests.adapters.basemap.test_build import water_at

SHOWN = {"motorway", "trunk", "primary", "secondary", "tertiary", "residential", "unclassified"}


def made(folder: Path, name: str, shared_data: Path) -> tuple[Path, Built]:
    extract = shared_data / "osm" / f"{name}.osm.pbf"
    if not extract.is_file():
        pytest.skip(f"{extract.name} is not at hand")
    return extract, build(extract, folder / f"{name}.pmtiles", quiet)


@pytest.mark.parametrize("zoom", [12, 14])
def test_every_street_of_the_source_is_on_the_map(tmp_path: Path, shared_data: Path, zoom: int) -> None:
    extract, built = made(tmp_path, "liechtenstein", shared_data)
    tiles = Tiles(Path(built.path))
    west, south, east, north = built.box
    spots: dict[tuple[int, int], list[mvt.Point]] = defaultdict(list)
    for way in osmium.FileProcessor(str(extract)).with_locations():
        if way.is_way() and way.tags.get("highway") in SHOWN and way.tags.get("area") != "yes":
            for at in (node for node in way.nodes if node.location.valid()):
                if west < at.lon < east and south < at.lat < north:
                    across, down = mvt.grid(zoom, 0, 0, (at.lon, at.lat))
                    x, y = math.floor(across / 4096), math.floor(down / 4096)
                    spots[x, y].append((across - 4096 * x, down - 4096 * y))
    assert sum(map(len, spots.values())) > 15_000
    for where, points in spots.items():
        tile = tiles.tile(zoom, *where)
        assert tile is not None
        lines = [LineString(part) for f in mvt.layers(tile)["roads"] for part in f.parts]
        _, far = shapely.STRtree(lines).query_nearest(
            [Point(p) for p in points], return_distance=True, all_matches=False
        )
        assert far.max() <= 8, "a pixel"


def test_the_sea_of_monaco(tmp_path: Path, shared_data: Path) -> None:
    _, built = made(tmp_path, "monaco", shared_data)
    tiles = Tiles(Path(built.path))
    assert built.doubtful == 0
    assert built.biggest_tile < TILE_BYTES
    for zoom in (8, 11, 14):
        assert water_at(tiles, zoom, (7.4600, 43.7200)), "the open sea"
        assert not water_at(tiles, zoom, (7.4100, 43.7480)), "the hills"
    for zoom in (13, 14):
        assert water_at(tiles, zoom, (7.4255, 43.7345)), "Port Hercule"
        assert not water_at(tiles, zoom, (7.4283, 43.7392)), "the casino"
