"""`doorward map build`: from an OpenStreetMap file to one PMTiles file (PMTiles specification, version 3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from doorward.adapters.basemap import coast, cut, encode, schema
from doorward.adapters.basemap.cut import Shapes
from doorward.adapters.basemap.schema import Box
from doorward.adapters.basemap.source import Pile, Source, Tell, read
from doorward.core.errors import BadInput
from doorward.ledger.drafts import whole

MOST_TILES = 1_000_000
"""At the last zoom: some 1,500 km by 1,500 km in middle latitudes. More is a job for a map server."""


class Built(msgspec.Struct):
    """What came of it. dropped: shapes left out of crowded tiles; doubtful: see coast.py; broken: see source.py."""

    path: str
    box: Box
    dated: str
    tiles: int
    bytes: int
    biggest_tile: int
    things: int
    dropped: int
    broken: int
    doubtful: int


class _Layer(NamedTuple):
    """A layer ready to be cut. props: by number, whole and as lower zooms bear them."""

    shapes: Shapes
    floor: NDArray[np.int64]
    rank: NDArray[np.int64]
    prop: NDArray[np.int64]
    props: list[dict[str, Any]]
    rank_of: NDArray[np.int64]


def build(path: Path, out: Path, tell: Tell, within: Box | None = None) -> Built:
    """Make the map of `path`; within: only this box of degrees. Raises BadInput where nothing can be made."""
    source = read(path, tell)
    box = _box(source, within, path)
    built = Built(str(out), box, source.dated, 0, 0, 0, 0, 0, source.broken, 0)
    layers = _layers(source, box, built)
    with whole(out) as draft, draft.open("wb") as file:
        writer, digest = Writer(file), hashlib.blake2b(digest_size=16)
        for zoom in range(schema.MIN_ZOOM, schema.MAX_ZOOM + 1):
            for number, data in _zoom(layers, zoom, box, built, tell):
                writer.write_tile(number, data)
                digest.update(data)
        writer.finalize(_header(box), _metadata(source, digest.hexdigest()))
    built.bytes = out.stat().st_size
    return built


def _box(source: Source, within: Box | None, path: Path) -> Box:
    west, south, east, north = source.box
    if within is not None:
        west, south = max(west, within[0]), max(south, within[1])
        east, north = min(east, within[2]), min(north, within[3])
    if west >= east or south >= north:
        raise BadInput(
            "the extract does not reach the network's area",
            where=str(path),
            rule=f"the extract spans {source.box}, the network {within} (west, south, east, north)",
            remedy="take an extract of the network's place, or leave --network out",
        )
    x0, y0, x1, y1 = cut.tile_range((west, south, east, north), schema.MAX_ZOOM)
    tiles = (x1 - x0 + 1) * (y1 - y0 + 1)
    if tiles > MOST_TILES:
        raise BadInput(
            f"the extract spans {tiles:,} tiles",
            where=str(path),
            rule=f"at most {MOST_TILES:,}, about the size of a large country",
            remedy="give --network to cut the map to its area, or take a smaller extract",
        )
    return west, south, east, north


def _layers(source: Source, box: Box, built: Built) -> dict[str, _Layer]:
    """Piles to layers in the unit square, piles emptied on the way. Coastlines become sea, and lines of the water."""
    corners = cut.mercator(np.array([[box[0], box[3]], [box[2], box[1]]]))
    piles = source.piles
    coastlines = cut.project(shapely.from_wkb(np.array(piles["coastline"].wkb, object)))
    found = coast.sea(coastlines, (*corners[0], *corners[1]))
    built.doubtful = found.doubtful
    coastline = piles.pop("coastline")
    for wkb in coastline.wkb:
        piles["waterway"].add(wkb, schema.Seen("waterway", 6, 1, (("kind", "coastline"),)))
    layers = {name: _layer(piles.pop(name)) for name in schema.LAYERS}
    built.things = sum(len(layer.shapes) for layer in layers.values())
    if len(found.faces):
        layers["water"] = _with_sea(layers["water"], found.faces)
    return layers


def _layer(pile: Pile) -> _Layer:
    shapes = shapely.from_wkb(np.array(pile.wkb, object))
    pile.wkb.clear()
    shapes = cut.project(shapes)
    if len(shapes) and shapely.get_dimensions(shapes).max() == 2:
        shapes = cut.valid(shapes)
    prop, rank = np.array(pile.prop, np.int64), np.array(pile.rank, np.int64)
    rank_of = np.zeros(len(pile.props), np.int64)
    rank_of[prop] = rank
    return _Layer(shapes, np.array(pile.floor, np.int64), rank, prop, [dict(p) for p in pile.props], rank_of)


def _with_sea(water: _Layer, faces: Shapes) -> _Layer:
    many = len(faces)
    return water._replace(
        shapes=np.concatenate((faces, water.shapes)),
        floor=np.concatenate((np.zeros(many, np.int64), water.floor)),
        rank=np.concatenate((np.zeros(many, np.int64), water.rank)),
        prop=np.concatenate((np.full(many, len(water.props)), water.prop)),
        props=[*water.props, {"kind": "sea"}],
        rank_of=np.append(water.rank_of, 0),
    )


def _zoom(
    layers: dict[str, _Layer], zoom: int, box: Box, built: Built, tell: Tell
) -> Iterator[tuple[int, bytes]]:
    """The tiles of one zoom by ascending PMTiles number: every tile of the box, an empty one where nothing lies."""
    tiles = cut.tile_range(box, zoom)
    parts: dict[tuple[int, int], list[bytes]] = {}
    for name, layer in layers.items():
        tell("cutting", zoom - schema.MIN_ZOOM, schema.MAX_ZOOM - schema.MIN_ZOOM + 1, f"zoom {zoom}, {name}")
        shapes, rank, prop, props = _shown(name, layer, zoom)
        for piece in cut.cut(shapes, zoom, tiles):
            rows = piece.rows
            data, dropped = encode.layer(name, piece.shapes, rank[rows], [props[i] for i in prop[rows]])
            built.dropped += dropped
            parts.setdefault((piece.x, piece.y), []).append(data)
    span = [(x, y) for x in range(tiles[0], tiles[2] + 1) for y in range(tiles[1], tiles[3] + 1)]
    for number, where in sorted((zxy_to_tileid(zoom, *each), each) for each in span):
        data = encode.pack(b"".join(parts.pop(where, ())))
        built.tiles += 1
        built.biggest_tile = max(built.biggest_tile, len(data))
        yield number, data
    tell("cutting", zoom + 1 - schema.MIN_ZOOM, schema.MAX_ZOOM - schema.MIN_ZOOM + 1, f"zoom {zoom}")


def _shown(
    name: str, layer: _Layer, zoom: int
) -> tuple[Shapes, NDArray[np.int64], NDArray[np.int64], list[dict[str, Any]]]:
    """What a zoom shows of a layer: shapes, their ranks, their props by number."""
    rows = np.flatnonzero(layer.floor <= zoom)
    shapes, prop, props, rank_of = layer.shapes[rows], layer.prop[rows], layer.props, layer.rank_of
    if name == "places":
        return shapes, layer.rank[rows], prop, props
    if name in schema.LINES:
        if zoom < schema.NAMES_FROM:
            props = [{k: v for k, v in each.items() if k not in ("name", "ref")} for each in props]
        prop, props, rank_of = _distinct(prop, props, rank_of)
        shapes, prop = cut.join_lines(shapes, prop)
    shapes, kept = cut.simplify(shapes, zoom, zoom == schema.MAX_ZOOM)
    prop = prop[kept]
    return shapes, rank_of[prop], prop, props


def _distinct(
    prop: NDArray[np.int64], props: list[dict[str, Any]], rank_of: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[dict[str, Any]], NDArray[np.int64]]:
    """Equal props get one number."""
    numbers: dict[tuple[tuple[str, Any], ...], int] = {}
    new = np.array([numbers.setdefault(tuple(each.items()), len(numbers)) for each in props], np.int64)
    ranks = np.zeros(len(numbers), np.int64)
    ranks[new] = rank_of
    return new[prop], [dict(each) for each in numbers], ranks


def _header(box: Box) -> dict[str, Any]:
    west, south, east, north = (round(v * 1e7) for v in box)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": 11,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


def _metadata(source: Source, digest: str) -> dict[str, Any]:
    return {
        "name": "doorward basemap",
        "description": "Streets, land, water and places for a delivery map",
        "type": "baselayer",
        "format": "pbf",
        "attribution": schema.ATTRIBUTION,
        "license": "Open Data Commons Open Database License (ODbL) 1.0",
        "dated": source.dated,
        "digest": digest,
        "vector_layers": [
            {
                "id": name,
                "fields": schema.FIELDS[name],
                "minzoom": schema.MAX_ZOOM if name == "buildings" else schema.MIN_ZOOM,
                "maxzoom": schema.MAX_ZOOM,
            }
            for name in schema.LAYERS
        ],
    }
