"""What stands still while the network runs: buildings, zones, lanes, vehicles, partners' services."""

from __future__ import annotations

import numpy as np

from doorward.core.geo import EARTH_M
from doorward.runtime.look.doors import degrees
from doorward.runtime.look.shapes import (
    LaneShape,
    NetworkShape,
    ServiceShape,
    SiteShape,
    VehicleShape,
    ZoneShape,
)
from doorward.runtime.look.view import View
from doorward.tables.board import OutOfService
from doorward.tables.fleet import Runs, RunStatus, Vehicles
from doorward.tables.linehaul import Lanes
from doorward.tables.sites import SiteKind, Sites, Zones
from doorward.tables.ways import Services, Way


def network_shape(view: View) -> NetworkShape:
    """The network as its tables stand; names and currency from the frame."""
    frame = view.frame
    return NetworkShape(
        name=frame.name,
        currency=frame.currency,
        utc_offset_s=frame.utc_offset_s,
        bounds=_bounds(view),
        regions=list(frame.regions),
        sites=[site_shape(view, row) for row in range(len(view.table(Sites)))],
        zones=_zones(view),
        lanes=_lanes(view),
        vehicles=_vehicles(view),
        services=_services(view),
    )


def site_shape(view: View, row: int) -> SiteShape:
    """One building."""
    sites = view.table(Sites)
    return SiteShape(
        site=row,
        name=str(sites.name[row]),
        kind=SiteKind(int(sites.kind[row])).name.lower(),
        lat=round(int(sites.lat_udeg[row]) * 1e-6, 6),
        lon=round(int(sites.lon_udeg[row]) * 1e-6, 6),
        region=int(sites.region[row]),
        station=int(sites.station[row]),
        capacity=int(sites.capacity[row]),
    )


def site_name(view: View, row: int) -> str:
    """A building's name; empty for none."""
    return str(view.table(Sites).name[row]) if row >= 0 else ""


def _bounds(view: View) -> tuple[float, float, float, float]:
    """West, south, east, north of all buildings and of the zones that a station serves; degrees, 0 without any."""
    sites, zones = view.table(Sites), view.table(Zones)
    own = np.flatnonzero(zones.station >= 0)
    lat = np.r_[sites.lat_udeg, zones.lat_udeg[own]] * 1e-6
    lon = np.r_[sites.lon_udeg, zones.lon_udeg[own]] * 1e-6
    if not len(lat):
        return 0.0, 0.0, 0.0, 0.0
    reach = np.r_[np.zeros(len(sites)), zones.radius_m[own]] / EARTH_M
    high = np.degrees(reach)
    wide = high / np.maximum(0.01, np.cos(np.radians(lat)))
    west, east = float((lon - wide).min()), float((lon + wide).max())
    south, north = float((lat - high).min()), float((lat + high).max())
    return round(west, 6), round(south, 6), round(east, 6), round(north, 6)


def _zones(view: View) -> list[ZoneShape]:
    zones = view.table(Zones)
    lat, lon = degrees(zones.lat_udeg), degrees(zones.lon_udeg)
    return [
        ZoneShape(
            row, str(zones.name[row]), lat[row], lon[row], int(zones.radius_m[row]), int(zones.station[row]),
            bool(zones.rural[row] == 1),
        )
        for row in range(len(zones))
    ]  # fmt: skip


def _lanes(view: View) -> list[LaneShape]:
    lanes = view.table(Lanes)
    found: dict[tuple[int, int], LaneShape] = {}
    for row in np.lexsort((lanes.depart_s, lanes.dest, lanes.origin)).tolist():
        pair = int(lanes.origin[row]), int(lanes.dest[row])
        shape = found.setdefault(pair, LaneShape(*pair, int(lanes.dist_m[row]), []))
        shape.departs_s.append(int(lanes.depart_s[row]))
    return list(found.values())


def _vehicles(view: View) -> list[VehicleShape]:
    """All of them; `out` are those out of service, and those that broke down and have not been towed home."""
    vehicles, runs, away = view.table(Vehicles), view.table(Runs), view.table(OutOfService)
    out = np.zeros(len(vehicles), np.bool_)
    out[: len(away)] = away.since_s >= 0
    out[runs.vehicle[(runs.status == RunStatus.BROKEN) & (runs.vehicle >= 0)]] = True
    return [
        VehicleShape(
            row, str(vehicles.name[row]), Way(int(vehicles.way[row])).name.lower(), int(vehicles.station[row]),
            bool(out[row]),
        )
        for row in range(len(vehicles))
    ]  # fmt: skip


def _services(view: View) -> list[ServiceShape]:
    services = view.table(Services)
    return [
        ServiceShape(row, str(services.name[row]), Way(int(services.way[row])).name.lower())
        for row in range(len(services))
    ]
