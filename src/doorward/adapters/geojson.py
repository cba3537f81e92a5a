"""Sites, lanes and routes as GeoJSON (RFC 7946): longitude first, WGS 84, a FeatureCollection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from doorward.ledger.drafts import whole
from doorward.ledger.state import State
from doorward.tables.fleet import Runs, Stops, withdrawn
from doorward.tables.linehaul import Lanes
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.ways import Way


def write_geojson(state: State, path: Path) -> int:
    """Write the map of a run; returns the number of features."""
    features = [*_sites(state), *_lanes(state), *_routes(state)]
    with whole(path) as draft:
        draft.write_bytes(msgspec.json.encode({"type": "FeatureCollection", "features": features}))
    return len(features)


def route_lines(state: State) -> list[tuple[int, list[list[float]]]]:
    """(run, [[lon, lat], ...]) from the station through the doorsteps and back, one point a doorstep."""
    sites, runs, stops = state.table(Sites), state.table(Runs), state.table(Stops)
    orders, packages = state.table(Orders), state.table(Packages)
    lines = []
    order = np.lexsort((stops.seq, stops.run))
    order = order[~withdrawn(runs)[stops.run[order]]]
    if not len(order):
        return []
    cuts = np.flatnonzero(np.diff(stops.run[order])) + 1
    for rows in np.split(order, cuts):
        run = int(stops.run[rows[0]])
        rows = rows[np.r_[True, np.diff(stops.seq[rows]) != 0]]
        station = int(runs.station[run])
        door = packages.order[stops.package[rows]]
        locker = packages.locker[stops.package[rows]]
        lat, lon = orders.lat_udeg[door].copy(), orders.lon_udeg[door].copy()
        boxed = locker >= 0
        lat[boxed], lon[boxed] = sites.lat_udeg[locker[boxed]], sites.lon_udeg[locker[boxed]]
        home = _point(sites.lat_udeg[station], sites.lon_udeg[station])
        doors = [_point(a, b) for a, b in zip(lat, lon, strict=True)]
        lines.append((run, [home, *doors, home]))
    return lines


def _sites(state: State) -> list[dict[str, Any]]:
    sites = state.table(Sites)
    return [
        _feature(
            {"type": "Point", "coordinates": _point(sites.lat_udeg[i], sites.lon_udeg[i])},
            {"kind": SiteKind(int(sites.kind[i])).name.lower(), "name": str(sites.name[i]), "site": i},
        )
        for i in range(len(sites))
    ]


def _lanes(state: State) -> list[dict[str, Any]]:
    sites, lanes = state.table(Sites), state.table(Lanes)
    pairs = sorted({(int(a), int(b)) for a, b in zip(lanes.origin, lanes.dest, strict=True)})
    return [
        _feature(
            {
                "type": "LineString",
                "coordinates": [_point(sites.lat_udeg[s], sites.lon_udeg[s]) for s in (a, b)],
            },
            {"kind": "lane", "from": str(sites.name[a]), "to": str(sites.name[b])},
        )
        for a, b in pairs
    ]


def _routes(state: State) -> list[dict[str, Any]]:
    runs = state.table(Runs)
    return [
        _feature(
            {"type": "LineString", "coordinates": line},
            {
                "kind": "route",
                "run": run,
                "way": Way(int(runs.way[run])).name.lower(),
                "packages": int(runs.packages[run]),
                "dist_m": int(runs.dist_m[run]),
                "depart_s": int(runs.depart_s[run]),
            },
        )
        for run, line in route_lines(state)
    ]


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _point(lat_udeg: int, lon_udeg: int) -> list[float]:
    return [round(int(lon_udeg) / 1e6, 6), round(int(lat_udeg) / 1e6, 6)]
