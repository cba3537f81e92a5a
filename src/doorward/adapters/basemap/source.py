"""Reads an OpenStreetMap file with osmium: what we show of it, its box and its date.

Areas are assembled by osmium from closed ways and multipolygon relations, with their holes; one that the extract cuts
open has no ring and is left out (and counted), so it shows as land rather than as a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import osmium
import shapely

from doorward.adapters.basemap import schema
from doorward.adapters.basemap.schema import FARTHEST, Box, Seen
from doorward.core.errors import BadInput

Tell = Callable[[str, int, int, str], None]


@dataclass
class Pile:
    """Things of one layer: geometry as WKB in degrees, first zoom, rank, and the row of `props` they bear."""

    wkb: list[bytes] = field(default_factory=list)
    floor: list[int] = field(default_factory=list)
    rank: list[int] = field(default_factory=list)
    prop: list[int] = field(default_factory=list)
    props: dict[tuple[tuple[str, str | int], ...], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.wkb)

    def add(self, wkb: bytes, seen: Seen) -> None:
        """One more thing."""
        self.wkb.append(wkb)
        self.floor.append(seen.floor)
        self.rank.append(seen.rank)
        self.prop.append(self.props.setdefault(seen.props, len(self.props)))


@dataclass
class Source:
    """What was read. dated: ISO date of the data, empty if the file does not say; broken: areas and ways left out."""

    box: Box
    dated: str
    piles: dict[str, Pile]
    broken: int


def read(path: Path, tell: Tell) -> Source:
    """Read an .osm.pbf or .osm file. Raises BadInput where it is none or holds no streets."""
    if not path.is_file():
        raise BadInput("there is no such file", where=str(path), remedy="name an .osm.pbf extract")
    try:
        return _read(path, tell)
    except (RuntimeError, ValueError) as error:
        raise BadInput(
            f"cannot be read as OpenStreetMap data ({str(error).splitlines()[0][:120]})",
            where=str(path),
            rule="an .osm.pbf or .osm file, complete",
            remedy="fetch the extract again and compare its checksum",
        ) from error


def _read(path: Path, tell: Tell) -> Source:
    reader = osmium.io.Reader(str(path), osmium.osm.NOTHING)
    header = reader.header()
    reader.close()
    try:
        source = _filled(path, _date(header), tell)
    except RuntimeError as error:
        if "out of order" not in str(error):
            raise
        with TemporaryDirectory() as folder:
            source = _filled(_in_order(path, Path(folder)), _date(header), tell)
    stated = header.box()
    if stated.valid() and stated.top_right.lon > stated.bottom_left.lon:
        low, high = stated.bottom_left, stated.top_right
        source.box = (low.lon, max(-FARTHEST, low.lat), high.lon, min(FARTHEST, high.lat))
    else:
        source.box = _bounds(source, path)
    return source


def _in_order(path: Path, folder: Path) -> Path:
    """The file with its things in the order of their numbers, which areas need; the whole of it passes memory."""
    tidy, sorter = folder / "sorted.osm.pbf", osmium.MergeInputReader()
    sorter.add_file(str(path))
    with osmium.SimpleWriter(str(tidy)) as writer:
        sorter.apply(writer, simplify=False)
    return tidy


def _filled(path: Path, dated: str, tell: Tell) -> Source:
    tell("reading", 0, 3, "borders")
    borders = _borders(path)
    source = Source((0.0, 0.0, 0.0, 0.0), dated, {name: Pile() for name in _PILES}, 0)
    newest = _features(path, source, tell)
    source.dated = source.dated or newest
    tell("reading", 2, 3, "borders")
    if borders:
        _border_lines(path, borders, source)
    count = sum(len(pile) for pile in source.piles.values())
    tell("reading", 3, 3, f"{count:,} things")
    return source


TOLD_EVERY = 20_000
"""Things between two words about the progress."""

_BROKEN = (RuntimeError, ValueError, osmium.InvalidLocationError)
"""What osmium raises where a thing has no shape, or lacks points."""

_PILES = (*schema.POLYGONS, *schema.LINES, "places")


def _date(header: Any) -> str:
    said = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    return said[:10] if len(said) >= 10 and said[:4].isdigit() else ""


def _features(path: Path, source: Source, tell: Tell) -> str:
    """Fill the piles; returns the newest date of a thing shown, if the file itself states none."""
    keys = {*schema.AREA_KEYS, *schema.LINE_KEYS, "place"}
    areas = osmium.filter.KeyFilter(*schema.AREA_KEYS)
    wkb: Any = osmium.geom.WKBFactory()
    newest = ""
    things: Any = (
        osmium.FileProcessor(str(path)).with_areas(areas).with_filter(osmium.filter.KeyFilter(*keys))
    )
    look_for_date = not source.dated
    for count, thing in enumerate(things):
        if count % TOLD_EVERY == 0:
            tell("reading", 1, 3, f"{count:,} things seen")
        if thing.is_node():
            seen = schema.place(_tags(thing))
            make = wkb.create_point
        elif thing.is_way():
            seen = schema.line(_tags(thing))
            make = wkb.create_linestring
        elif thing.is_area():
            seen = schema.area(_tags(thing))
            make = wkb.create_multipolygon
        else:
            continue
        if seen is None:
            continue
        try:
            made = bytes.fromhex(make(thing))
        except _BROKEN:
            source.broken += _patched(thing, seen, source)
            continue
        source.piles[seen.layer].add(made, seen)
        if look_for_date and not thing.is_area():
            newest = max(newest, _day(thing))
    return newest


def _patched(thing: Any, seen: Seen, source: Source) -> int:
    """A way that leaves the extract keeps the stretches inside; returns 1 if nothing of the thing is left."""
    if not thing.is_way():
        return 1
    kept = 0
    for stretch in _stretches(thing.nodes):
        source.piles[seen.layer].add(shapely.to_wkb(shapely.linestrings(stretch)), seen)
        kept += 1
    return int(not kept)


def _stretches(nodes: Any) -> Iterator[list[tuple[float, float]]]:
    stretch: list[tuple[float, float]] = []
    for node in nodes:
        if node.location.valid():
            stretch.append((node.location.lon, node.location.lat))
            continue
        if len(set(stretch)) > 1:
            yield stretch
        stretch = []
    if len(set(stretch)) > 1:
        yield stretch


def _tags(thing: Any) -> Mapping[str, str]:
    return {tag.k: tag.v for tag in thing.tags}


def _day(thing: Any) -> str:
    day: str = thing.timestamp.date().isoformat()
    return day if day > "2004" else ""  # OpenStreetMap began in 2004; extracts without dates say 1970


def _borders(path: Path) -> dict[int, str]:
    """Way number -> its strongest admin_level, of every administrative relation."""
    levels: dict[int, str] = {}
    found: Any = osmium.FileProcessor(str(path), osmium.osm.RELATION)
    for relation in found.with_filter(osmium.filter.TagFilter(("boundary", "administrative"))):
        level = relation.tags.get("admin_level", "")
        if schema.boundary(level) is None:
            continue
        for member in relation.members:
            if member.type == "w":
                levels[member.ref] = min(levels.get(member.ref, level), level, key=int)
    return levels


def _border_lines(path: Path, borders: Mapping[int, str], source: Source) -> None:
    """Most ways of a border bear no tag of their own, so they are found by number. Borders at sea are left out."""
    wkb: Any = osmium.geom.WKBFactory()
    ways: Any = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(osmium.filter.IdFilter(borders))
    for way in ways:
        seen = schema.boundary(borders[way.id])
        if seen is None or way.tags.get("maritime") == "yes" or way.tags.get("natural") == "coastline":
            continue
        try:
            source.piles["boundaries"].add(bytes.fromhex(wkb.create_linestring(way)), seen)
        except _BROKEN:
            source.broken += _patched(way, seen, source)


def _bounds(source: Source, path: Path) -> Box:
    """The box of the streets, where the file states none."""
    streets = source.piles["roads"]
    if not len(streets):
        raise BadInput(
            "holds no streets", where=str(path), rule="a map needs streets", remedy="take another extract"
        )
    west, south, east, north = (
        float(v) for v in shapely.total_bounds(shapely.from_wkb(np.array(streets.wkb)))
    )
    return west, max(-FARTHEST, south), east, min(FARTHEST, north)
