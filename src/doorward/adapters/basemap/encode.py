"""Pieces of a tile as Mapbox Vector Tile layers (MVT 2.1), each held to a budget of bytes."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely
from numpy.typing import NDArray

from doorward.adapters.basemap.cut import EXTENT, Shapes

TILE_BYTES = 500_000
"""Most bytes of a tile on the wire. Slower to load than to look at, beyond."""

BUDGET = {
    "landuse": 90_000,
    "water": 90_000,
    "waterway": 30_000,
    "buildings": 130_000,
    "boundaries": 20_000,
    "rail": 20_000,
    "roads": 110_000,
    "places": 10_000,
}
"""Bytes, packed, that a layer may take of a tile; together they are TILE_BYTES."""


def pack(data: bytes) -> bytes:
    """Gzip without a time in it: equal tiles are equal bytes."""
    return gzip.compress(data, 6, mtime=0)


def layer(
    name: str, shapes: Shapes, rank: NDArray[np.int64], props: Sequence[dict[str, Any]]
) -> tuple[bytes, int]:
    """One layer of one tile, and how many of its shapes had to go for the budget: the least first.

    Drawn by rank, least first, so that a motorway lies above the streets it crosses.
    """
    order = np.argsort(rank, kind="stable")
    size = shapely.area(shapes) + shapely.length(shapes)
    left = np.ones(len(shapes), bool)
    while True:
        data = _encode(name, [(shapes[i], props[i]) for i in order if left[i]])
        dropped = len(shapes) - int(left.sum())
        if len(data) <= BUDGET[name] or len(pack(data)) <= BUDGET[name]:
            return data, dropped
        worth = np.lexsort((size, rank))
        worth = worth[left[worth]]
        left[worth[: max(1, len(worth) // 4)]] = False


def _encode(name: str, things: Sequence[tuple[Any, dict[str, Any]]]) -> bytes:
    encoded: bytes = mapbox_vector_tile.encode(
        [{"name": name, "features": [{"geometry": shape, "properties": props} for shape, props in things]}],
        default_options={
            "extents": EXTENT,
            "y_coord_down": True,
            "check_winding_order": False,  # pieces come valid and wound
        },
    )
    return encoded
