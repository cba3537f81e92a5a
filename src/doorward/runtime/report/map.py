"""The map of the report: zones, sites, lanes and routes as SVG in a plane around the network's middle."""

from __future__ import annotations

from html import escape

import numpy as np
from numpy.typing import NDArray

from doorward.adapters.geojson import route_lines
from doorward.core.geo import plane_m
from doorward.ledger.state import State
from doorward.tables.fleet import Runs
from doorward.tables.linehaul import Lanes
from doorward.tables.orders import Orders
from doorward.tables.sites import SiteKind, Sites, Zones
from doorward.tables.ways import Way

WIDTH, HEIGHT = 1040, 640
MOST_POINTS = 60_000
"""Points of routes drawn at most; a larger run draws every k-th route, and says so."""
STROKE = {Way.OWN: 1, Way.DSP: 2, Way.FLEX: 3, Way.LOCKER: 4, Way.DRONE: 6, Way.ROBOT: 5}


class _Plane:
    """Degrees to pixels: fits all sites and most doorsteps, keeps angles."""

    def __init__(self, state: State) -> None:
        sites, orders = state.table(Sites), state.table(Orders)
        lat = np.concatenate([sites.lat_udeg, orders.lat_udeg])
        lon = np.concatenate([sites.lon_udeg, orders.lon_udeg])
        self.lat0, self.lon0 = int(np.median(lat)), int(np.median(lon))
        east, north = plane_m(lat, lon, self.lat0, self.lon0)
        self.west, self.east = np.percentile(east, [0.3, 99.7])
        self.south, self.north = np.percentile(north, [0.3, 99.7])
        self.scale = 0.92 * min(
            WIDTH / max(1, self.east - self.west), HEIGHT / max(1, self.north - self.south)
        )

    def __call__(
        self, lat: NDArray[np.int32], lon: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        east, north = plane_m(lat, lon, self.lat0, self.lon0)
        x = WIDTH / 2 + (east - (self.west + self.east) / 2) * self.scale
        y = HEIGHT / 2 - (north - (self.south + self.north) / 2) * self.scale
        return x, y


def network_map(state: State) -> str:
    """Zones by orders, lanes, routes by way (switched by radio buttons, no script), sites and their names."""
    plane = _Plane(state)
    body = _zones(state, plane) + _lanes(state, plane)
    groups, drawn, total = _routes(state, plane)
    ways = sorted(groups)
    rules = "".join(f"#w{w}:checked~svg .g:not(.w{w}){{display:none}}" for w in ways)
    radio = '<input type="radio" name="way" id="w{0}" class="way"{2}><label for="w{0}" class="pick">{3}{1}</label>'
    picks = radio.format("all", "all ways", " checked", "")
    picks += "".join(
        radio.format(w, Way(w).name.lower(), "", f'<i class="c{STROKE.get(Way(w), 1)}"></i>') for w in ways
    )
    routes = "".join(f'<g class="g w{w}">{groups[w]}</g>' for w in ways)
    words = f"{drawn:,} of {total:,} runs drawn." if drawn < total else f"{total:,} runs."
    return (
        f"<style>{rules}</style><div>{picks}"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" class="map" role="img" aria-label="Map of sites, lanes and routes">'
        f"{body}{routes}{_sites(state, plane)}</svg></div>"
        "<p>Squares are fulfillment centers, hexagons sort centers, houses delivery stations, small squares "
        f"lockers. {words}"
        " Straight lines join doorsteps; driving follows a distance curve, not a road map.</p>"
    )


def _zones(state: State, plane: _Plane) -> str:
    zones, orders = state.table(Zones), state.table(Orders)
    count = np.bincount(orders.zone, minlength=len(zones))
    x, y = plane(zones.lat_udeg, zones.lon_udeg)
    top = max(1, int(count.max(initial=0)))
    return "".join(
        f'<circle class="zone" cx="{x[i]:.1f}" cy="{y[i]:.1f}" r="{2 + 15 * np.sqrt(count[i] / top):.1f}">'
        f"<title>{escape(str(zones.name[i]))}: {count[i]:,} orders</title></circle>"
        for i in np.flatnonzero(count)
    )


def _lanes(state: State, plane: _Plane) -> str:
    sites, lanes = state.table(Sites), state.table(Lanes)
    x, y = plane(sites.lat_udeg, sites.lon_udeg)
    pairs = sorted(
        {(min(a, b), max(a, b)) for a, b in zip(lanes.origin.tolist(), lanes.dest.tolist(), strict=True)}
    )
    return "".join(
        f'<line class="lane" x1="{x[a]:.1f}" y1="{y[a]:.1f}" x2="{x[b]:.1f}" y2="{y[b]:.1f}"/>'
        for a, b in pairs
    )


def _routes(state: State, plane: _Plane) -> tuple[dict[int, str], int, int]:
    runs, lines = state.table(Runs), route_lines(state)
    points = sum(len(line) for _, line in lines)
    every = max(1, -(-points // MOST_POINTS))
    groups: dict[int, list[str]] = {}
    for run, line in lines[::every]:
        place = np.round(np.array(line) * 1e6).astype(np.int32)
        x, y = plane(place[:, 1], place[:, 0])
        path = "M" + " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        way = int(runs.way[run])
        groups.setdefault(way, []).append(f'<path class="route s{STROKE.get(Way(way), 1)}" d="{path}"/>')
    return {w: "".join(p) for w, p in groups.items()}, len(lines[::every]), len(lines)


def _sites(state: State, plane: _Plane) -> str:
    sites = state.table(Sites)
    x, y = plane(sites.lat_udeg, sites.lon_udeg)
    parts = []
    for i in range(len(sites))[::-1]:
        a, b, kind = x[i], y[i], SiteKind(int(sites.kind[i]))
        name = escape(str(sites.name[i]))
        if kind is SiteKind.LOCKER:
            parts.append(
                f'<rect class="locker" x="{a - 3:.1f}" y="{b - 3:.1f}" width="6" height="6">'
                f"<title>{name}</title></rect>"
            )
            continue
        outlines: dict[SiteKind, list[tuple[float, float]]] = {
            SiteKind.FC: [(-8, -8), (8, -8), (8, 8), (-8, 8)],
            SiteKind.SORT: [(-9, 0), (-4.5, -8), (4.5, -8), (9, 0), (4.5, 8), (-4.5, 8)],
            SiteKind.STATION: [(0, -9), (8, -2), (8, 8), (-8, 8), (-8, -2)],
        }
        dots = " ".join(f"{a + dx:.1f},{b + dy:.1f}" for dx, dy in outlines[kind])
        parts.append(f'<polygon class="site" points="{dots}"><title>{name}</title></polygon>')
        parts.append(f'<text x="{a + 12:.1f}" y="{b + 4:.1f}">{name}</text>')
    return "".join(parts)
