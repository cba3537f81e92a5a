"""The look: every layer of the tiles is drawn, colours keep away from those of a status, labels can be read."""

from __future__ import annotations

import colorsys
from typing import get_args

import pytest

from doorward.adapters.basemap import schema
from doorward.adapters.basemap.fallback import area_of, network_style
from doorward.adapters.basemap.palette import PALETTES, Theme
from doorward.adapters.basemap.style import SOURCE, style
from doorward.core.geo import crow_m
from doorward.runtime.config import load_network
from doorward.runtime.look.shapes import LaneShape, NetworkShape, SiteShape, ZoneShape

THEMES: tuple[Theme, ...] = get_args(Theme)


def light(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_every_layer_of_the_tiles_is_drawn_and_no_other(theme: Theme) -> None:
    made = style(theme, "/tiles/{z}/{x}/{y}")
    assert {each["source-layer"] for each in made["layers"] if "source-layer" in each} == set(schema.LAYERS)
    names = [each["id"] for each in made["layers"]]
    assert len(names) == len(set(names))
    source = made["sources"][SOURCE]
    assert (source["minzoom"], source["maxzoom"]) == (6, 14)
    assert "glyphs" not in made
    assert style(theme, "/t", "/g/{fontstack}/{range}")["glyphs"] == "/g/{fontstack}/{range}"


def test_the_licence_is_told_with_the_age_of_the_data() -> None:
    told = style("dark", "/t", dated="2026-02-28")["sources"][SOURCE]["attribution"]
    assert "© OpenStreetMap contributors" in told
    assert told.endswith(", 2026-02-28")


@pytest.mark.parametrize("theme", THEMES)
def test_labels_can_be_read_on_every_ground(theme: Theme) -> None:
    colours = PALETTES[theme]
    for ground in (
        colours.land,
        colours.water,
        colours.green,
        colours.built,
        colours.industrial,
        colours.halo,
    ):
        assert contrast(colours.text, ground) >= 4.5
        assert contrast(colours.faint, ground) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_ground_is_muted(theme: Theme) -> None:
    for name, colour in PALETTES[theme]._asdict().items():
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        chroma = max(red, green, blue) - min(red, green, blue)
        assert chroma <= 0.25, f"{name} is loud"
        hue = colorsys.rgb_to_hsv(red, green, blue)[0] * 360
        assert chroma < 0.03 or 100 < hue < 250, f"{name} is not of the slate's side of the wheel"


def shape_of(name: str) -> NetworkShape:
    """The parts of a network that the fallback looks at."""
    read = load_network(name)
    sites, zones, lanes = read.sites, read.zones, read.lanes
    return NetworkShape(
        name=name,
        currency="",
        utc_offset_s=0,
        bounds=area_of(sites, zones),
        regions=[],
        sites=[
            SiteShape(i, str(sites.name[i]), "fc", sites.lat_udeg[i] / 1e6, sites.lon_udeg[i] / 1e6, 0, -1, 0)
            for i in range(len(sites))
        ],
        zones=[
            ZoneShape(
                i,
                str(zones.name[i]),
                zones.lat_udeg[i] / 1e6,
                zones.lon_udeg[i] / 1e6,
                int(zones.radius_m[i]),
                int(zones.station[i]),
                bool(zones.rural[i]),
            )
            for i in range(len(zones))
        ],
        lanes=[LaneShape(int(a), int(b), 0, []) for a, b in zip(lanes.origin, lanes.dest, strict=True)],
        vehicles=[],
        services=[],
    )


@pytest.mark.parametrize("theme", THEMES)
def test_without_a_map_the_network_draws_itself(theme: Theme) -> None:
    network = shape_of("metro")
    made = network_style(network, theme)
    served, lanes, towns = (made["sources"][k]["data"]["features"] for k in ("served", "lanes", "towns"))
    assert len(served) == len(network.zones)
    assert {frozenset(f["properties"].values()) for f in lanes} == {
        frozenset((lane.origin, lane.dest)) for lane in network.lanes
    }
    assert 3 <= len(towns) < len(network.zones), "forty zones of a town are one name"
    west, south, east, north = network.bounds
    for feature in served:
        for lon, lat in feature["geometry"]["coordinates"][0]:
            assert west <= lon <= east
            assert south <= lat <= north
    assert made["layers"][0]["type"] == "background"
    assert all(each.get("source", "served") in made["sources"] for each in made["layers"])


def test_a_circle_is_as_wide_as_it_says() -> None:
    network = shape_of("metro")
    zone = network.zones[0]
    ring = network_style(network)["sources"]["served"]["data"]["features"][0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    far = [
        float(crow_m(round(zone.lat * 1e6), round(zone.lon * 1e6), round(lat * 1e6), round(lon * 1e6)))
        for lon, lat in ring
    ]
    assert min(far) >= 0.985 * zone.radius_m
    assert max(far) <= 1.015 * zone.radius_m
