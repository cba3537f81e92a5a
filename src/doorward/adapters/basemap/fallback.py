"""A plain map from the network alone, for towers without a map file: served land, lanes, names of towns.

It claims nothing that the network does not say: where doors are (a smooth outline around the zones' circles), which
buildings are joined by departures (straight lines, not roads), and what the zones are called.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from doorward.adapters.basemap.hull import Ring, outlines
from doorward.adapters.basemap.palette import PALETTES, Palette, Theme
from doorward.adapters.basemap.schema import FARTHEST, Box
from doorward.adapters.basemap.style import FONT, background, by_zoom
from doorward.tables.sites import Sites, Zones

METRE_DEG = 360.0 / 40_075_017.0
"""Degrees of latitude in a metre (of the equator of WGS 84: plenty for circles of kilometres)."""

SERVED, COAST = 1.15, 2.4
"""How far the served land, and an invented island, reach around a circle of doors, in its radii."""

MARGIN_M = 4_000
"""What a map shows beyond the outermost doors."""


class Zone(Protocol):
    """A circle of doors; degrees and metres."""

    @property
    def zone(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...
    @property
    def radius_m(self) -> int: ...
    @property
    def station(self) -> int: ...


class Site(Protocol):
    """A building; degrees."""

    @property
    def site(self) -> int: ...
    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...


class Lane(Protocol):
    """Departures between two buildings."""

    @property
    def origin(self) -> int: ...
    @property
    def dest(self) -> int: ...


class Network(Protocol):
    """What the fallback needs of a network; `NetworkShape` of the API has it."""

    @property
    def zones(self) -> Sequence[Zone]: ...
    @property
    def sites(self) -> Sequence[Site]: ...
    @property
    def lanes(self) -> Sequence[Lane]: ...


def network_style(network: Network, theme: Theme = "dark", *, island: bool = False) -> dict[str, Any]:
    """A MapLibre style that needs no tiles and no other file: its data stand in it as GeoJSON.

    island  the network is invented, so is its land: a coast is drawn around it, and sea beyond; never of a real place
    """
    colours = PALETTES[theme]
    circles = (
        [zone.lat for zone in network.zones],
        [zone.lon for zone in network.zones],
        [float(zone.radius_m) for zone in network.zones],
    )
    sources = {
        "served": _source(_areas(outlines(*circles, SERVED))),
        "lanes": _source(_lanes(network)),
        "towns": _source(_towns(network.zones)),
    }
    if island:
        sources["land"] = _source(_areas(outlines(*circles, COAST)))
    return {
        "version": 8,
        "name": f"doorward network {theme}",
        "sources": sources,
        "layers": [*_ground(colours, island), *_layers(colours)],
    }


def area_of(sites: Sites, zones: Zones) -> Box:
    """Degrees that hold every building and every door of a network, and a margin around them."""
    spots = [
        (lat / 1e6, lon / 1e6, reach)
        for lat, lon, reach in [
            *zip(zones.lat_udeg.tolist(), zones.lon_udeg.tolist(), zones.radius_m.tolist(), strict=True),
            *(
                (lat, lon, 0)
                for lat, lon in zip(sites.lat_udeg.tolist(), sites.lon_udeg.tolist(), strict=True)
            ),
        ]
    ]
    high = [(reach + MARGIN_M) * METRE_DEG for _, _, reach in spots]
    wide = [up / _shrink(lat) for up, (lat, _, _) in zip(high, spots, strict=True)]
    return (
        max(-180.0, min(lon - by for (_, lon, _), by in zip(spots, wide, strict=True))),
        max(-FARTHEST, min(lat - by for (lat, _, _), by in zip(spots, high, strict=True))),
        min(180.0, max(lon + by for (_, lon, _), by in zip(spots, wide, strict=True))),
        min(FARTHEST, max(lat + by for (lat, _, _), by in zip(spots, high, strict=True))),
    )


def _shrink(lat: float) -> float:
    """How much shorter a degree of longitude is here than at the equator."""
    return max(0.05, math.cos(math.radians(lat)))


def _areas(rings: Iterable[Ring]) -> Iterator[dict[str, Any]]:
    return (_feature("Polygon", [ring], {}) for ring in rings)


def _lanes(network: Network) -> list[dict[str, Any]]:
    spot = {site.site: [site.lon, site.lat] for site in network.sites}
    pairs = sorted({(min(lane.origin, lane.dest), max(lane.origin, lane.dest)) for lane in network.lanes})
    return [
        _feature("LineString", [spot[a], spot[b]], {"origin": a, "dest": b})
        for a, b in pairs
        if a != b and a in spot and b in spot
    ]


def _towns(zones: Iterable[Zone]) -> list[dict[str, Any]]:
    """One label for the zones of one name: `Oldport 1` to `Oldport 40` are Oldport, in their middle."""
    towns: dict[str, list[Zone]] = {}
    for zone in zones:
        town = zone.name.rstrip("0123456789").strip() or zone.name
        towns.setdefault(town, []).append(zone)
    return [
        _feature("Point", list(_middle(members)), {"name": town, "zones": len(members)})
        for town, members in sorted(towns.items())
        if town
    ]


def _middle(zones: Sequence[Zone]) -> tuple[float, float]:
    many = len(zones)
    return round(sum(z.lon for z in zones) / many, 6), round(sum(z.lat for z in zones) / many, 6)


def _ground(c: Palette, island: bool) -> list[dict[str, Any]]:
    """Land everywhere; or sea, an island in it and a shoal around its coast."""
    served = {"id": "served", "type": "fill", "source": "served", "paint": {"fill-color": c.built}}
    edge: dict[str, Any] = {
        "id": "served-edge",
        "type": "line",
        "source": "served",
        "layout": {"line-join": "round"},
        "paint": {"line-color": c.border, "line-width": 1, "line-opacity": 0.7},
    }
    if not island:
        return [background(c), served, edge]
    shoal = by_zoom(((5, 2), (9, 14), (13, 60)))
    return [
        {"id": "sea", "type": "background", "paint": {"background-color": c.water}},
        {
            "id": "shoal",
            "type": "line",
            "source": "land",
            "layout": {"line-join": "round"},
            "paint": {"line-color": c.shore, "line-width": shoal, "line-blur": shoal, "line-opacity": 0.5},
        },
        {"id": "land", "type": "fill", "source": "land", "paint": {"fill-color": c.land}},
        {"id": "shore", "type": "line", "source": "land", "paint": {"line-color": c.shore, "line-width": 1}},
        served,
        {**edge, "paint": {**edge["paint"], "line-opacity": 0.35}},
    ]


def _layers(c: Palette) -> list[dict[str, Any]]:
    return [
        {
            "id": "lane",
            "type": "line",
            "source": "lanes",
            "layout": {"line-cap": "round"},
            "paint": {
                "line-color": c.border,
                "line-width": ["interpolate", ["linear"], ["zoom"], 7, 0.8, 13, 2],
                "line-dasharray": [1, 3],
            },
        },
        {
            "id": "town",
            "type": "symbol",
            "source": "towns",
            "layout": {
                "text-field": ["get", "name"],
                "text-font": FONT,
                "text-size": ["interpolate", ["linear"], ["zoom"], 7, 11, 13, 16],
                "text-padding": 12,
                "symbol-sort-key": ["-", 0, ["get", "zones"]],
            },
            "paint": {"text-color": c.faint, "text-halo-color": c.halo, "text-halo-width": 1.2},
        },
    ]


def _source(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "geojson", "data": {"type": "FeatureCollection", "features": list(features)}}


def _feature(kind: str, coordinates: Any, props: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": props}
