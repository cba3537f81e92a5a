"""Tiles out of a PMTiles file, for a server: memory-mapped, with the newest ones kept at hand."""

from __future__ import annotations

import gzip
import mmap
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from pmtiles.tile import Compression, Entry, TileType, deserialize_directory, deserialize_header, find_tile
from pmtiles.tile import zxy_to_tileid as number_of

from doorward.adapters.basemap.schema import Box
from doorward.core.errors import BadInput

HEADERS = {
    "content-type": "application/vnd.mapbox-vector-tile",
    "content-encoding": "gzip",
    "cache-control": "public, max-age=86400",
}
"""Of every answer with a tile: bytes go out as they lie in the file."""

KEPT_TILES, KEPT_DIRECTORIES, DEEPEST = 1024, 64, 4


class Tiles:
    """A map file. Safe to share between threads.

    box          west, south, east, north; degrees
    zooms        first and last zoom
    attribution  must be shown on every map made of it
    dated        ISO date of the data, empty if unknown
    etag         changes with the content
    tile         (zoom, x, y) -> gzipped MVT, None outside the map
    """

    box: Box
    zooms: tuple[int, int]
    attribution: str
    dated: str
    etag: str
    tile: Callable[[int, int, int], bytes | None]

    def __init__(self, path: Path) -> None:
        """Raises BadInput where the file is no map of vector tiles, FileNotFoundError where it is missing."""
        with path.open("rb") as file:
            try:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                self._header = deserialize_header(self._map[:127])
                self.about = self._metadata()
                self._root = self._directory(self._header["root_offset"], self._header["root_length"])
            except Exception as error:  # the library raises what its bytes lead it to
                raise _no_map(path, f"{type(error).__name__}: {error}"[:120]) from error
        head = self._header
        if head["tile_type"] is not TileType.MVT or head["tile_compression"] is not Compression.GZIP:
            raise _no_map(path, "holds pictures, or tiles packed in another way")
        self.box = tuple(head[f"{side}_e7"] / 1e7 for side in ("min_lon", "min_lat", "max_lon", "max_lat"))  # type: ignore[literal-required]
        self.zooms = head["min_zoom"], head["max_zoom"]
        self.attribution = str(self.about.get("attribution", ""))
        self.dated = str(self.about.get("dated", ""))
        self.etag = str(self.about.get("digest", "")) or f"{len(self._map):x}"
        self._directory = lru_cache(KEPT_DIRECTORIES)(self._directory)  # type: ignore[method-assign]
        self.tile = lru_cache(KEPT_TILES)(self._tile)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()

    def _metadata(self) -> dict[str, Any]:
        start, length = self._header["metadata_offset"], self._header["metadata_length"]
        data = self._map[start : start + length]
        if self._header["internal_compression"] is Compression.GZIP:
            data = gzip.decompress(data)
        return msgspec.json.decode(data, type=dict[str, Any])

    def _directory(self, offset: int, length: int) -> list[Entry]:
        return deserialize_directory(self._map[offset : offset + length])

    def _tile(self, zoom: int, x: int, y: int) -> bytes | None:
        if not self.zooms[0] <= zoom <= self.zooms[1] or not (0 <= x < 1 << zoom and 0 <= y < 1 << zoom):
            return None
        number, entries = number_of(zoom, x, y), self._root
        for _ in range(DEEPEST):
            found = find_tile(entries, number)
            if found is None:
                return None
            if found.run_length:
                start = self._header["tile_data_offset"] + found.offset
                return self._map[start : start + found.length]
            entries = self._directory(self._header["leaf_directory_offset"] + found.offset, found.length)
        return None


def _no_map(path: Path, what: str) -> BadInput:
    return BadInput(
        f"is no map we can show ({what})",
        where=str(path),
        rule="a PMTiles file, version 3, of gzipped vector tiles",
        remedy="make it with `doorward map build EXTRACT.osm.pbf`",
    )
