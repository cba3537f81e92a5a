"""The look of the basemap as a MapLibre style (MapLibre Style Specification 8): muted, roads thin, labels few.

Labels need no glyph server: where a style names no `glyphs`, MapLibre GL (6 and later) draws every letter in the
browser from the page's own fonts. A `glyphs_url` is only for other renderers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from doorward.adapters.basemap.palette import PALETTES, Palette, Theme
from doorward.adapters.basemap.schema import ATTRIBUTION, MAX_ZOOM, MIN_ZOOM, Box

SOURCE = "basemap"
FONT, FONT_STRONG = ["Inter Variable", "Inter", "sans-serif"], ["Inter Medium", "Inter Variable", "Inter"]
"""Families of the page; MapLibre takes the weight from the first name, and the first family that is there."""

Layer = dict[str, Any]

_WIDTHS: dict[str, tuple[tuple[float, float], ...]] = {
    "motorway": ((6, 0.5), (9, 1.1), (12, 2.0), (14, 3.4), (18, 16)),
    "trunk": ((7, 0.5), (9, 0.9), (12, 1.7), (14, 3.0), (18, 15)),
    "primary": ((8, 0.4), (11, 1.0), (12, 1.4), (14, 2.6), (18, 13)),
    "secondary": ((10, 0.4), (12, 1.0), (14, 2.2), (18, 12)),
    "tertiary": ((11, 0.3), (12, 0.7), (14, 1.7), (18, 10)),
    "residential": ((12, 0.25), (13, 0.5), (14, 1.1), (16, 3.4), (18, 9)),
    "service": ((14, 0.4), (16, 1.6), (18, 4.5)),
    "pedestrian": ((14, 0.4), (16, 1.6), (18, 4.5)),
}
"""Zoom and pixels by class of road; a slip road takes two thirds."""


def style(
    theme: Theme,
    tiles_url: str,
    glyphs_url: str = "",
    *,
    box: Box | None = None,
    dated: str = "",
) -> dict[str, Any]:
    """A style for the tiles at `tiles_url` (with {z}, {x}, {y}).

    box    of the map, degrees: nothing is asked for outside it
    dated  date of the data, told beside the attribution
    """
    source: dict[str, Any] = {
        "type": "vector",
        "tiles": [tiles_url],
        "minzoom": MIN_ZOOM,
        "maxzoom": MAX_ZOOM,
        "attribution": attribution(dated),
    }
    if box is not None:
        source["bounds"] = list(box)
    colours = PALETTES[theme]
    made: dict[str, Any] = {
        "version": 8,
        "name": f"doorward {theme}",
        "sources": {SOURCE: source},
        "layers": [*_ground(colours), *_roads(colours), *_labels(colours)],
    }
    if glyphs_url:
        made["glyphs"] = glyphs_url
    return made


def attribution(dated: str) -> str:
    """What the licence asks to be shown, with the age of the data."""
    link = f'<a href="https://www.openstreetmap.org/copyright">{ATTRIBUTION}</a>'
    return f"{link}, {dated}" if dated else link


def background(colours: Palette) -> Layer:
    """Land, everywhere."""
    return {"id": "land", "type": "background", "paint": {"background-color": colours.land}}


def _ground(c: Palette) -> list[Layer]:
    fade = ["interpolate", ["linear"], ["zoom"], 6, 0.6, 12, 1]
    return [
        background(c),
        _fill("built", "landuse", c.built, ["==", ["get", "kind"], "built"]),
        _fill("industrial", "landuse", c.industrial, ["==", ["get", "kind"], "industrial"]),
        _fill("green", "landuse", c.green, ["==", ["get", "kind"], "green"]),
        _fill("water", "water", c.water, None),
        _line("shore", "waterway", c.shore, 0.6, ["==", ["get", "kind"], "coastline"]),
        _line(
            "waterway",
            "waterway",
            c.water,
            by_zoom(((9, 0.6), (12, 1.2), (14, 2.2), (18, 8))),
            ["!=", ["get", "kind"], "coastline"],
        ),
        {**_fill("building", "buildings", c.building, None), "minzoom": 14.5},
        {
            **_line(
                "border", "boundaries", c.border, by_zoom(((6, 0.7), (14, 1.4))), ["<=", ["get", "level"], 4]
            ),
            "paint": {
                "line-color": c.border,
                "line-width": by_zoom(((6, 0.7), (14, 1.4))),
                "line-dasharray": [4, 2, 1, 2],
                "line-opacity": fade,
            },
        },
        {
            **_line("district", "boundaries", c.border, 0.7, [">", ["get", "level"], 4]),
            "minzoom": 10,
            "paint": {
                "line-color": c.border,
                "line-width": 0.7,
                "line-dasharray": [1, 3],
                "line-opacity": 0.55,
            },
        },
    ]


def _roads(c: Palette) -> list[Layer]:
    kind: list[Any] = ["get", "kind"]
    small = ["in", kind, ["literal", ["residential", "service", "pedestrian"]]]
    great = ["in", kind, ["literal", ["motorway", "trunk"]]]
    middle = ["all", ["!", small], ["!", great]]
    rail = _line("rail", "rail", c.rail, by_zoom(((9, 0.5), (14, 1.2), (18, 3))), None)
    cased = _line("casing", "roads", c.casing, _road_width(1.5), ["!", small])
    edge = _line("edge", "roads", c.casing, _road_width(0.9), small)
    return [
        {**edge, "minzoom": 12},
        {**_line("street", "roads", c.street, _road_width(0), small), "minzoom": 12},
        rail,
        cased,
        _line("road", "roads", c.road, _road_width(0), middle),
        _line("main", "roads", c.main, _road_width(0), great),
    ]


def _labels(c: Palette) -> list[Layer]:
    name = ["get", "name"]
    street: Layer = {
        "id": "street-name",
        "type": "symbol",
        "source": SOURCE,
        "source-layer": "roads",
        "minzoom": 15,
        "filter": ["all", ["has", "name"], ["!=", ["get", "kind"], "service"]],
        "layout": {
            "symbol-placement": "line",
            "symbol-spacing": 420,
            "text-field": name,
            "text-font": FONT,
            "text-size": ["interpolate", ["linear"], ["zoom"], 15, 10, 18, 13],
            "text-padding": 12,
        },
        "paint": _ink(c.faint, c.halo),
    }
    places = [
        _place(
            "quarter",
            ["in", ["get", "kind"], ["literal", ["suburb", "quarter"]]],
            c.faint,
            c.halo,
            11.5,
            10,
            13,
        ),
        _place("village", ["==", ["get", "kind"], "village"], c.faint, c.halo, 11, 11, 14),
        _place("town", ["==", ["get", "kind"], "town"], c.text, c.halo, 8, 11, 16),
        _place("city", ["==", ["get", "kind"], "city"], c.text, c.halo, 6, 13, 20),
    ]
    places[0]["layout"] |= {"text-transform": "uppercase", "text-letter-spacing": 0.08}
    for each in places[2:]:
        each["layout"]["text-font"] = FONT_STRONG
    return [street, *places]


def _place(name: str, which: list[Any], ink: str, halo: str, floor: float, low: float, high: float) -> Layer:
    return {
        "id": name,
        "type": "symbol",
        "source": SOURCE,
        "source-layer": "places",
        "minzoom": floor,
        "maxzoom": 16,
        "filter": which,
        "layout": {
            "text-field": ["get", "name"],
            "text-font": FONT,
            "text-size": ["interpolate", ["linear"], ["zoom"], floor, low, 15, high],
            "text-max-width": 8,
            "text-padding": 14,
            "symbol-sort-key": ["-", 0, ["get", "rank"]],
        },
        "paint": _ink(ink, halo),
    }


def _ink(ink: str, halo: str) -> dict[str, Any]:
    return {"text-color": ink, "text-halo-color": halo, "text-halo-width": 1.2}


def _fill(name: str, layer: str, colour: str, which: list[Any] | None) -> Layer:
    made: Layer = {
        "id": name,
        "type": "fill",
        "source": SOURCE,
        "source-layer": layer,
        "paint": {"fill-color": colour},
    }
    if which is not None:
        made["filter"] = which
    return made


def _line(name: str, layer: str, colour: str, width: Any, which: list[Any] | None) -> Layer:
    made: Layer = {
        "id": name,
        "type": "line",
        "source": SOURCE,
        "source-layer": layer,
        "layout": {"line-cap": "round", "line-join": "round"},
        "paint": {"line-color": colour, "line-width": width},
    }
    if which is not None:
        made["filter"] = which
    return made


def by_zoom(stops: tuple[tuple[float, float], ...]) -> list[Any]:
    """Widths between the stops grow by a constant factor a zoom."""
    return ["interpolate", ["exponential", 1.5], ["zoom"], *(v for stop in stops for v in stop)]


def _road_width(more: float) -> list[Any]:
    """Pixels by zoom and class; `more` pixels for the casing beneath."""
    zooms = sorted({zoom for stops in _WIDTHS.values() for zoom, _ in stops})
    made: list[Any] = ["interpolate", ["exponential", 1.5], ["zoom"]]
    for zoom in zooms:
        by_class: list[Any] = ["match", ["get", "kind"]]
        for kind, stops in _WIDTHS.items():
            by_class += [kind, round(_at(stops, zoom), 2)]
        slip = ["case", ["has", "link"], 0.66, 1]
        made += [zoom, ["+", ["*", [*by_class, 1], slip], more]]
    return made


def _at(stops: tuple[tuple[float, float], ...], zoom: float) -> float:
    """Width at a zoom between the stops; the first one's before, the last one's after."""
    if zoom <= stops[0][0]:
        return stops[0][1]
    for (low, a), (high, b) in pairwise(stops):
        if zoom <= high:
            return a + (b - a) * (math.pow(1.5, zoom - low) - 1) / (math.pow(1.5, high - low) - 1)
    return stops[-1][1]


def layer_names(made: Mapping[str, Any]) -> list[str]:
    """Ids of a style's layers, lowest first: where to put our own things between."""
    return [str(each["id"]) for each in made["layers"]]
