"""The map of the report: zones, sites, lanes and routes as SVG in a plane around the network's middle."""

from __future__ import annotations

from html import escape

import numpy as np
from numpy.typing import NDArray

from doorward.adapters.geojson import route_lines
from doorward.core.geo import plane_m
from doorward.ledger.state import State
from doorward.runtime.report.figures import late_by_zone
from doorward.runtime.report.story import WAY_WORDS
from doorward.tables.fleet import Runs
from doorward.tables.linehaul import Lanes
from doorward.tables.orders import Orders
from doorward.tables.sites import SiteKind, Sites, Zones
from doorward.tables.ways import Way

WIDTH, HEIGHT = 1040, 680
MOST_POINTS = 60_000
"""Points of routes drawn at most; a larger run draws every k-th route, and says so."""
STROKE = {Way.OWN: 1, Way.DSP: 2, Way.FLEX: 3, Way.LOCKER: 4, Way.DRONE: 6, Way.ROBOT: 5}


class _Plane:
    """Degrees to pixels: fits all buildings and the zones that a station serves, keeps angles."""

    def __init__(self, state: State) -> None:
        sites, zones = state.table(Sites), state.table(Zones)
        own = zones.station >= 0
        lat = np.concatenate([sites.lat_udeg, zones.lat_udeg[own]])
        lon = np.concatenate([sites.lon_udeg, zones.lon_udeg[own]])
        self.lat0, self.lon0 = int(np.median(lat)), int(np.median(lon))
        reach = np.concatenate([np.zeros(len(sites)), zones.radius_m[own]])
        east, north = plane_m(lat, lon, self.lat0, self.lon0)
        self.west, self.east = float((east - reach).min()), float((east + reach).max())
        self.south, self.north = float((north - reach).min()), float((north + reach).max())
        wide, tall = max(1.0, self.east - self.west), max(1.0, self.north - self.south)
        self.scale = 0.94 * min(WIDTH / wide, HEIGHT / tall)
        self.height = int(max(360, min(HEIGHT, tall * self.scale + 60)))

    def __call__(
        self, lat: NDArray[np.int32], lon: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        east, north = plane_m(lat, lon, self.lat0, self.lon0)
        x = WIDTH / 2 + (east - (self.west + self.east) / 2) * self.scale
        y = self.height / 2 - (north - (self.south + self.north) / 2) * self.scale
        return x, y


def network_map(state: State) -> str:
    """Zones by orders, lanes, routes by way or lateness by zone (switched by radio buttons, no script), sites."""
    plane = _Plane(state)
    groups, drawn, total = _routes(state, plane)
    ways = sorted(groups)
    rules = "".join(f"#w{w}:checked~.scroll .g:not(.w{w}){{display:none}}" for w in [*ways, "late", "none"])
    picks = _pick("all", "all routes", checked=True)
    picks += "".join(_pick(str(w), WAY_WORDS[Way(w)], f"c{STROKE.get(Way(w), 1)}") for w in ways)
    picks += _pick("none", "no routes") + _pick("late", "\u25c6 lateness")
    routes = "".join(f'<g class="g w{w}" transform="scale(.1)">{groups[w]}</g>' for w in ways)
    late = f'<g class="g wlate">{_late(state, plane)}</g>'
    out = _outside(state, plane)
    far = f" {out:,} zones that partner carriers serve lie outside." if out else ""
    words = f"{drawn:,} of {total:,} routes drawn." if drawn < total else f"{total:,} routes."
    return (
        f'<style>{rules}</style><div class="mapbox">{picks}<div class="scroll" tabindex="0">'
        f'<svg viewBox="0 0 {WIDTH} {plane.height}" class="map" role="img"><title>Sites, lanes, routes, zones</title>'
        f"{_zones(state, plane)}{_lanes(state, plane)}{routes}{late}{_sites(state, plane)}{_scale(plane)}"
        "</svg></div></div>"
        '<p class="note">\u25a0 fulfillment center \u00b7 \u2b22 sort center \u00b7 \u2302 delivery station \u00b7 '
        "\u25aa parcel locker \u00b7 grey discs: orders by zone \u00b7 lateness: share of packages delivered late, "
        f"\u25cf under 2 %, \u25b2 under 10 %, \u25c6 above. {words} "
        f"Straight lines join doorsteps; driving follows a distance curve, not a road map. Hover for names.{far}</p>"
    )


def _outside(state: State, plane: _Plane) -> int:
    """Zones with orders that the map does not show."""
    zones = state.table(Zones)
    x, y = plane(zones.lat_udeg, zones.lon_udeg)
    seen = (x >= 0) & (x <= WIDTH) & (y >= 0) & (y <= plane.height)
    count = np.bincount(state.table(Orders).zone, minlength=len(zones))
    return int(((count > 0) & ~seen).sum())


def _pick(key: str, name: str, kind: str = "", *, checked: bool = False) -> str:
    """A radio button and its label."""
    line = f'<i class="{kind}"></i>' if kind else ""
    on = " checked" if checked else ""
    return (
        f'<input type="radio" name="way" id="w{key}" class="way"{on}>'
        f'<label for="w{key}" class="pick">{line}{escape(name)}</label>'
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


def _late(state: State, plane: _Plane) -> str:
    """Zones again, coloured by the share of packages that came late."""
    zones = state.table(Zones)
    done, late = late_by_zone(state)
    x, y = plane(zones.lat_udeg, zones.lon_udeg)
    top = max(1, int(done.max(initial=0)))
    parts = []
    for i in np.flatnonzero(done).tolist():
        share = late[i] / done[i]
        r = 3 + 14 * float(np.sqrt(done[i] / top))
        said = f"{zones.name[i]}: {late[i]:,} of {done[i]:,} late, {100 * share:.1f} %"
        parts.append(_mark(float(x[i]), float(y[i]), r, share, said))
    return "".join(parts)


def _mark(x: float, y: float, r: float, share: float, words: str) -> str:
    """A zone's lateness: green circle, amber triangle, red diamond; never colour alone."""
    title = f"<title>{escape(words)}</title>"
    if share < 0.02:
        return f'<circle class="ok late" cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}">{title}</circle>'
    corners = (
        ((0, -1.15), (1.05, 0.75), (-1.05, 0.75))
        if share < 0.1
        else ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0))
    )
    dots = " ".join(f"{x + r * dx:.1f},{y + r * dy:.1f}" for dx, dy in corners)
    return f'<polygon class="{"warn" if share < 0.1 else "bad"} late" points="{dots}">{title}</polygon>'


def _scale(plane: _Plane) -> str:
    """A bar of a round number of kilometres."""
    km = next((k for k in (500, 200, 100, 50, 20, 10, 5, 2, 1) if k * 1000 * plane.scale < WIDTH / 4), 1)
    wide, y = km * 1000 * plane.scale, plane.height - 18
    line = f'<path d="M20,{y - 5}v5h{wide:.1f}v-5" class="scalebar"/>'
    return f'{line}<text x="{26 + wide:.1f}" y="{y + 2}">{km} km</text>'


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
    """Paths by way in tenths of a pixel, as steps from point to point: a third of the size of full coordinates."""
    runs, lines = state.table(Runs), route_lines(state)
    points = sum(len(line) for _, line in lines)
    every = max(1, -(-points // MOST_POINTS))
    shown = lines[::every]
    groups: dict[int, list[str]] = {}
    if not shown:
        return {}, 0, 0
    place = np.round(np.concatenate([np.array(line) for _, line in shown]) * 1e6).astype(np.int32)
    x, y = plane(place[:, 1], place[:, 0])
    at = np.rint(10 * np.stack([x, y], axis=1)).astype(np.int64)
    begin = 0
    for run, line in shown:
        mine = at[begin : begin + len(line)]
        begin += len(line)
        steps = np.diff(mine, axis=0)
        tail = " ".join(f"{a},{b}" for a, b in steps[steps.any(axis=1)].tolist())
        way = int(runs.way[run])
        words = f"run {run}: {runs.stops[run]} stops, {runs.packages[run]} packages, {runs.dist_m[run] / 1000:.1f} km"
        groups.setdefault(way, []).append(
            f'<path class="route s{STROKE.get(Way(way), 1)}" d="M{mine[0, 0]},{mine[0, 1]}l{tail or "0,0"}">'
            f"<title>{words}</title></path>"
        )
    return {w: "".join(p) for w, p in groups.items()}, len(shown), len(lines)


def _sites(state: State, plane: _Plane) -> str:
    sites = state.table(Sites)
    x, y = plane(sites.lat_udeg, sites.lon_udeg)
    parts = []
    labels = _labels(sites, x, y)
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
    parts += [f'<text x="{a:.1f}" y="{b:.1f}">{escape(name)}</text>' for a, b, name in labels]
    return "".join(parts)


def _labels(sites: Sites, x: NDArray[np.float64], y: NDArray[np.float64]) -> list[tuple[float, float, str]]:
    """Names where they cover neither a building nor another name; the rest are told on hover.

    Greedy: sort centers choose first, then fulfillment centers, then stations; right, left, below, above.
    """
    rank = {SiteKind.SORT: 0, SiteKind.FC: 1, SiteKind.STATION: 2}
    big = [i for i in range(len(sites)) if SiteKind(int(sites.kind[i])) in rank]
    taken = [(x[i] - 7.0, y[i] - 7.0, x[i] + 7.0, y[i] + 7.0) for i in big]
    placed = []
    for i in sorted(big, key=lambda i: (rank[SiteKind(int(sites.kind[i]))], i)):
        name, a, b = str(sites.name[i]), float(x[i]), float(y[i])
        wide = 6.4 * len(name)
        for left, base in (
            (a + 12, b + 4),
            (a - 12 - wide, b + 4),
            (a - wide / 2, b + 21),
            (a - wide / 2, b - 12),
        ):
            box = (left, base - 10.0, left + wide, base + 3.0)
            inside = left > 0 and left + wide < WIDTH
            if inside and not any(
                box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken
            ):
                taken.append(box)
                placed.append((left, base, name))
                break
    return placed
