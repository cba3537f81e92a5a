"""What of OpenStreetMap a calm logistics map shows, in which layer and from which zoom on.

Tags after wiki.openstreetmap.org/wiki/Map_features. Everything not named here is left out: a tired dispatcher needs
water, green, streets and a few names, not shops and benches.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

ATTRIBUTION = "© OpenStreetMap contributors"
"""What the licence (ODbL 1.0) asks every map of this data to say."""

Box = tuple[float, float, float, float]
"""West, south, east, north; degrees WGS 84."""

FARTHEST = 85.0
"""Web Mercator ends near 85.05 degrees; nobody delivers beyond."""

MIN_ZOOM, MAX_ZOOM = 6, 14
NAMES_FROM = 12
"""From this zoom on streets carry their names; below, streets of one class are joined to longer lines."""


class Seen(NamedTuple):
    """One thing on the map. floor: first zoom that shows it; rank: greater is drawn later, or labelled first."""

    layer: str
    floor: int
    rank: int
    props: tuple[tuple[str, str | int], ...]


POLYGONS = ("landuse", "water", "buildings")
LINES = ("waterway", "coastline", "roads", "rail", "boundaries")
LAYERS = ("landuse", "water", "waterway", "buildings", "boundaries", "rail", "roads", "places")
"""In the order of their drawing; coastlines become part of the water."""

FIELDS: dict[str, dict[str, str]] = {
    "landuse": {"kind": "green, built or industrial"},
    "water": {"kind": "water or sea"},
    "waterway": {"kind": "river, canal, stream or coastline"},
    "buildings": {},
    "boundaries": {"level": "OpenStreetMap's admin_level: 2 country ... 8 municipality"},
    "rail": {"kind": "rail, siding or light"},
    "roads": {"kind": "motorway ... service", "link": "1 on a slip road", "name": "name", "ref": "number"},
    "places": {
        "kind": "city, town, village, suburb or quarter",
        "name": "name",
        "rank": "greater is labelled first",
    },
}

_ROADS = {
    "motorway": (6, 9),
    "trunk": (7, 8),
    "primary": (8, 7),
    "secondary": (10, 6),
    "tertiary": (11, 5),
    "residential": (12, 4),
    "service": (14, 2),
    "pedestrian": (14, 1),
}
_SAME_AS = {"unclassified": "residential", "living_street": "residential", "road": "residential"}
_NO_ROAD_FOR_US = frozenset({"driveway", "parking_aisle", "drive-through", "emergency_access"})
_GREEN = {
    "landuse": {
        "forest", "meadow", "village_green", "recreation_ground", "cemetery", "orchard", "vineyard", "allotments",
    },
    "natural": {"wood", "scrub", "heath", "grassland"},
    "leisure": {"park", "golf_course", "garden", "pitch", "common"},
}  # fmt: skip
_BUILT = {"residential", "commercial", "retail"}
_INDUSTRIAL = {"industrial", "port", "harbour", "railway", "depot"}
_WATER = {
    "natural": {"water"},
    "waterway": {"riverbank", "dock"},
    "landuse": {"reservoir", "basin"},
    "leisure": {"marina"},
}
_WATERWAYS = {"river": 9, "canal": 11, "stream": 13}
_RAIL = {
    "rail": (9, "rail"),
    "narrow_gauge": (10, "rail"),
    "light_rail": (12, "light"),
    "tram": (13, "light"),
}
_SIDINGS = frozenset({"yard", "siding", "spur", "crossover"})
_PLACES = {
    "city": (6, 5),
    "town": (8, 4),
    "village": (11, 3),
    "suburb": (11, 2),
    "quarter": (13, 1),
    "neighbourhood": (13, 1),
    "hamlet": (13, 1),
}
_LEVELS = {2: 6, 3: 6, 4: 6, 5: 8, 6: 8, 7: 10, 8: 11}

AREA_KEYS = ("natural", "landuse", "leisure", "waterway", "building", "aeroway")
LINE_KEYS = ("highway", "railway", "waterway", "natural")


def area(tags: Mapping[str, str]) -> Seen | None:
    """What an area is on our map, if anything. Water wins over green, green over built."""
    if any(tags.get(key) in values for key, values in _WATER.items()):
        return (
            None
            if tags.get("leisure") == "marina" and "natural" not in tags
            else _land("water", "water", 6, 3)
        )
    if any(tags.get(key) in values for key, values in _GREEN.items()):
        small = tags.get("leisure") in {"garden", "pitch"}
        return _land("landuse", "green", 13 if small else 6, 3)
    if tags.get("landuse") in _INDUSTRIAL or tags.get("aeroway") == "aerodrome":
        return _land("landuse", "industrial", 10, 2)
    if tags.get("landuse") in _BUILT:
        return _land("landuse", "built", 8, 1)
    if tags.get("building", "no") != "no":
        return Seen("buildings", 14, 0, ())
    return None


def line(tags: Mapping[str, str]) -> Seen | None:
    """What a way is on our map, if anything."""
    if "highway" in tags:
        return _road(tags)
    if "railway" in tags:
        return _railway(tags)
    if tags.get("natural") == "coastline":
        return Seen("coastline", 6, 0, (("kind", "coastline"),))
    kind = tags.get("waterway", "")
    if kind in _WATERWAYS and tags.get("tunnel", "no") == "no":
        return Seen("waterway", _WATERWAYS[kind], 0, (("kind", kind),))
    return None


def place(tags: Mapping[str, str]) -> Seen | None:
    """What a named node is on our map, if anything. rank: by kind first, then by people."""
    kind, name = tags.get("place", ""), tags.get("name", "").strip()
    if tags.get("capital") == "yes":
        kind = "city"  # Vaduz is a village of its country, and its capital
    if kind not in _PLACES or not name:
        return None
    floor, weight = _PLACES[kind]
    people = tags.get("population", "").replace(" ", "").replace(",", "")
    count = int(people) if people.isascii() and people.isdigit() and len(people) < 10 else 0
    rank = weight * 100 + min(99, 3 * count.bit_length())
    shown = "quarter" if weight == 1 else kind
    return Seen("places", floor, rank, (("kind", shown), ("name", name[:80]), ("rank", rank)))


def boundary(level: str) -> Seen | None:
    """A border by its admin_level (a number in words), if we draw it."""
    number = int(level) if level.isascii() and level.isdigit() and len(level) < 3 else 0
    if number not in _LEVELS:
        return None
    return Seen("boundaries", _LEVELS[number], 10 - number, (("level", number),))


def _land(layer: str, kind: str, floor: int, rank: int) -> Seen:
    return Seen(layer, floor, rank, (("kind", kind),))


def _road(tags: Mapping[str, str]) -> Seen | None:
    kind = tags["highway"]
    link = kind.endswith("_link")
    kind = kind.removesuffix("_link")
    kind = _SAME_AS.get(kind, kind)
    if kind not in _ROADS or tags.get("area") == "yes" or tags.get("service") in _NO_ROAD_FOR_US:
        return None
    floor, rank = _ROADS[kind]
    props: list[tuple[str, str | int]] = [("kind", kind)]
    if link:
        floor, rank = max(11, floor + 3), rank - 1
        props.append(("link", 1))
    props += [(key, tags[key][:80]) for key in ("name", "ref") if tags.get(key)]
    return Seen("roads", floor, rank, tuple(props))


def _railway(tags: Mapping[str, str]) -> Seen | None:
    kind = tags["railway"]
    if kind not in _RAIL or tags.get("tunnel", "no") not in {"no", "building_passage"}:
        return None
    floor, shown = _RAIL[kind]
    if tags.get("service") in _SIDINGS:
        return Seen("rail", 13, 0, (("kind", "siding"),))
    return Seen("rail", floor, 1, (("kind", shown),))
