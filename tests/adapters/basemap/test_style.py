"""The look: every layer of the tiles is drawn, colours keep away from those of a status, labels can be read."""

from __future__ import annotations

import colorsys
import math
from typing import get_args

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon

from doorward.adapters.basemap import schema
from doorward.adapters.basemap.fallback import area_of, network_style
from doorward.adapters.basemap.hull import outlines
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
@pytest.mark.parametrize("island", [False, True])
def test_without_a_map_the_network_draws_itself(theme: Theme, island: bool) -> None:
    network = shape_of("metro")
    made = network_style(network, theme, island=island)
    lanes, towns = (made["sources"][k]["data"]["features"] for k in ("lanes", "towns"))
    assert {frozenset(f["properties"].values()) for f in lanes} == {
        frozenset((lane.origin, lane.dest)) for lane in network.lanes
    }
    assert 3 <= len(towns) < len(network.zones), "forty zones of a town are one name"
    assert made["layers"][0]["type"] == "background"
    assert {each["source"] for each in made["layers"][1:]} == set(made["sources"])
    assert ("land" in made["sources"]) == island, "no coast is drawn around a real place"


def test_the_served_land_holds_every_zone_and_lies_on_the_island() -> None:
    network = shape_of("metro")
    sources = network_style(network, island=True)["sources"]
    served, land = (
        shapely.union_all([shapely.geometry.shape(f["geometry"]) for f in sources[k]["data"]["features"]])
        for k in ("served", "land")
    )
    assert shapely.covers(land, served)
    assert all(served.contains(Point(zone.lon, zone.lat)) for zone in network.zones)


discs = st.lists(
    st.tuples(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.floats(800, 9_000)), min_size=1, max_size=7
)


@settings(max_examples=40, deadline=None)
@given(discs, st.floats(-60, 60), st.floats(1.1, 2.5))
def test_an_outline_holds_its_circles(
    spots: list[tuple[float, float, float]], lat: float, grown: float
) -> None:
    places = [(lat + north, 10 + east, radius) for north, east, radius in spots]
    rings = outlines(*zip(*places, strict=True), grown)
    areas = [Polygon(ring) for ring in rings]
    assert all(area.is_valid and area.exterior.is_ccw for area in areas)
    whole = shapely.union_all(areas)
    for north, east, radius in places:
        for turn in range(0, 360, 30):
            up = radius * math.cos(math.radians(turn)) / 111_195
            right = radius * math.sin(math.radians(turn)) / 111_195 / math.cos(math.radians(north))
            assert whole.contains(Point(east + right, north + up))


def test_a_circle_alone_is_as_wide_as_it_says() -> None:
    (ring,) = outlines([41.0], [12.0], [5_000.0], 1.2)
    far = [float(crow_m(41_000_000, 12_000_000, round(lat * 1e6), round(lon * 1e6))) for lon, lat in ring]
    assert ring[0] == ring[-1]
    assert 0.97 * 6_000 <= min(far) <= max(far) <= 1.03 * 6_000


def test_circles_far_apart_are_apart_and_a_gap_between_is_filled() -> None:
    assert len(outlines([41.0, 44.0], [12.0, 12.0], [5_000.0, 5_000.0], 1.2)) == 2
    turn = [2 * math.pi * i / 12 for i in range(12)]
    circle = [0.1 * math.cos(a) for a in turn], [0.1 * math.sin(a) for a in turn]
    (ring,) = outlines(*circle, [4_000.0] * 12, 1.1)
    assert Polygon(ring).contains(Point(0, 0))
    assert outlines([], [], [], 1.2) == []
