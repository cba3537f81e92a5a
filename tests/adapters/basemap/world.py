"""A hand-made piece of OpenStreetMap, written by osmium: a town, a lake with an island, a coast, streets, a border."""

from __future__ import annotations

from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

BOX = (7.00, 50.00, 7.20, 50.10)
DATED = "2026-02-28"
LAKE = [(7.050, 50.040), (7.080, 50.040), (7.080, 50.060), (7.050, 50.060)]
ISLAND = [(7.060, 50.046), (7.070, 50.046), (7.070, 50.054), (7.060, 50.054)]
MOTORWAY = [(6.99 + 0.002 * i, 50.02 + 0.0004 * (i % 7)) for i in range(120)]
"""Zigzag, in ways of ten points; it leaves the box on both sides."""
STREET = [(7.100, 50.050), (7.104, 50.0505), (7.108, 50.050)]
COAST = [(7.1700, 49.99), (7.1720, 50.02), (7.1680, 50.05), (7.1715, 50.08), (7.1700, 50.11)]
"""Northwards: land to the left, west; sea to the right, east."""
SKERRY = [(7.185, 50.05), (7.185, 50.052), (7.188, 50.052), (7.188, 50.05)]
"""An islet, anticlockwise on the map as OpenStreetMap asks: its land is inside... to the left."""
HOUSES = 12


class Writer:
    """Numbers nodes as they come; keeps ways and relations until all nodes are written, as the format wants."""

    def __init__(self, path: Path, *, box: bool = True, dated: bool = True) -> None:
        header = osmium.io.Header()
        header.set("generator", "test")
        if dated:
            header.set("osmosis_replication_timestamp", f"{DATED}T00:00:00Z")
        if box:
            corner = osmium.osm.Location
            header.add_box(osmium.osm.Box(corner(BOX[0], BOX[1]), corner(BOX[2], BOX[3])))
        self.out = osmium.SimpleWriter(str(path), header=header)
        self.node = 0
        self.ways: list[Way] = []
        self.relations: list[Relation] = []

    def point(self, at: tuple[float, float], **tags: str) -> int:
        self.node += 1
        self.out.add_node(Node(id=self.node, location=at, tags=tags, version=1))
        return self.node

    def way(self, points: list[tuple[float, float]], *, closed: bool = False, **tags: str) -> int:
        nodes = [self.point(at) for at in points]
        return self.way_of([*nodes, nodes[0]] if closed else nodes, **tags)

    def way_of(self, nodes: list[int], **tags: str) -> int:
        self.ways.append(Way(id=len(self.ways) + 1, nodes=nodes, tags=tags, version=1))
        return len(self.ways)

    def relation(self, members: list[tuple[str, int, str]], **tags: str) -> None:
        number = len(self.relations) + 1
        self.relations.append(Relation(id=number, members=members, tags=tags, version=1))

    def close(self) -> None:
        for way in self.ways:
            self.out.add_way(way)
        for relation in self.relations:
            self.out.add_relation(relation)
        self.out.close()


def write(path: Path, *, box: bool = True, dated: bool = True) -> Path:
    """Write the whole world."""
    to = Writer(path, box=box, dated=dated)
    to.point((7.104, 50.051), place="town", name="Nether Wick", population="12 000")
    to.point((7.02, 50.08), place="hamlet", name="Far End")
    to.point((7.02, 50.09), place="town")  # without a name: no label
    chain = [to.point(at) for at in MOTORWAY]
    for i in range(0, len(chain) - 1, 10):
        to.way_of(chain[i : i + 11], highway="motorway", ref="M 1")
    to.way(STREET, highway="residential", name="Wick Street")
    to.way([(7.104, 50.0505), (7.104, 50.0515)], highway="service")
    to.way([(7.104, 50.0505), (7.105, 50.0500)], highway="service", service="parking_aisle")
    to.way([(7.101, 50.05), (7.101, 50.06)], highway="footway")
    cut = [to.point((7.110, 50.05)), to.point((7.112, 50.05)), 999_999, to.point((7.116, 50.05))]
    to.way_of([*cut, to.point((7.118, 50.05))], highway="tertiary", name="Cut Lane")
    outer, inner = to.way(LAKE, closed=True), to.way(ISLAND, closed=True)
    to.relation([("w", outer, "outer"), ("w", inner, "inner")], type="multipolygon", natural="water")
    broken = to.way([(7.12, 50.07), (7.13, 50.07), (7.13, 50.08)])
    to.relation([("w", broken, "outer")], type="multipolygon", natural="water")
    to.way([(7.01, 50.06), (7.04, 50.06), (7.04, 50.09), (7.01, 50.09)], closed=True, landuse="forest")
    for i in range(HOUSES):
        west, south = 7.1005 + 0.0005 * i, 50.0506
        ring = [
            (west, south),
            (west + 0.0002, south),
            (west + 0.0002, south + 0.0001),
            (west, south + 0.0001),
        ]
        to.way(ring, closed=True, building="yes")
    to.way(COAST, natural="coastline")
    to.way(SKERRY[::-1], closed=True, natural="coastline")
    border = to.way([(7.00, 50.095), (7.16, 50.095)])
    to.relation([("w", border, "outer")], type="boundary", boundary="administrative", admin_level="4")
    to.close()
    return path
