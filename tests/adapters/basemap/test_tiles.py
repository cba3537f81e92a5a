"""The server's side: the same tiles as another reader finds, kept at hand, from sound files only."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path

import pytest
from pmtiles.reader import MemorySource, Reader, all_tiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from doorward.adapters.basemap.build import Built
from doorward.adapters.basemap.tiles import HEADERS, Tiles
from doorward.core.errors import BadInput


def test_every_tile_is_the_one_the_library_reads(built: Built, tiles: Tiles) -> None:
    theirs = {where: data for where, data in all_tiles(MemorySource(Path(built.path).read_bytes()))}
    assert len(theirs) == built.tiles
    assert all(tiles.tile(*where) == data for where, data in theirs.items())
    assert all(tiles.tile(*where) is tiles.tile(*where) for where in theirs), "kept at hand"
    assert (
        json.loads(json.dumps(tiles.about)) == Reader(MemorySource(Path(built.path).read_bytes())).metadata()
    )


def test_the_headers_say_how_tiles_are_packed(tiles: Tiles) -> None:
    tile = tiles.tile(6, 33, 21)
    assert tile is not None
    assert HEADERS["content-encoding"] == "gzip"
    assert gzip.decompress(tile)[0] == 3 << 3 | 2, "field 3 of the message, a layer"


def test_a_map_with_many_leaves_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.pmtiles"
    with path.open("wb") as file:
        writer = Writer(file)
        where = [(9, x, y) for x in range(256) for y in range(80)]
        for number, (z, x, y) in sorted((zxy_to_tileid(*each), each) for each in where):
            writer.write_tile(number, b"%d/%d/%d" % (z, x, y) + b"." * (zlib.crc32(b"%d" % number) % 4000))
        writer.finalize({"tile_type": TileType.MVT, "tile_compression": Compression.GZIP}, {})
    tiles = Tiles(path)
    assert tiles._header["leaf_directory_length"] > 0
    for z, x, y in where[::97]:
        assert (tiles.tile(z, x, y) or b"").startswith(b"%d/%d/%d" % (z, x, y))
    assert tiles.tile(9, 300, 10) is None


@pytest.mark.parametrize(
    "content", [b"", b"PMTiles\x02" + b"\0" * 200, b"PMTiles\x03" + b"\xff" * 200, b"hello" * 99]
)
def test_what_is_no_map_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.pmtiles"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="no map we can show"):
        Tiles(path)


def test_a_map_of_pictures_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pictures.pmtiles"
    with path.open("wb") as file:
        writer = Writer(file)
        writer.write_tile(0, b"png")
        writer.finalize({"tile_type": TileType.PNG, "tile_compression": Compression.NONE}, {})
    with pytest.raises(BadInput, match="pictures"):
        Tiles(path)
