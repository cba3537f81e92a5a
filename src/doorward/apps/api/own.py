"""What an organisation sees of shapes that tell the whole network: the operator all, a contractor what is its own."""

from __future__ import annotations

import msgspec
import numpy as np

from doorward.access.rights import packages_seen, runs_seen
from doorward.apps.api.problems import missing
from doorward.apps.api.who import Who
from doorward.ledger.state import State
from doorward.runtime.look.shapes import NetworkShape, Positions, RunDetail, Runs
from doorward.runtime.look.shapes_pages import Board
from doorward.tables.fleet import Vehicles
from doorward.tables.people import Responsible


def own_vehicles(state: State, org: int) -> list[int]:
    """Vehicles that a contractor answers for."""
    found: list[int] = np.flatnonzero(state.table(Responsible).org[: state.count(Vehicles)] == org).tolist()
    return found


def own_stations(state: State, org: int) -> set[int]:
    """Stations that a contractor's vehicles leave from."""
    return set(state.table(Vehicles).station[own_vehicles(state, org)].tolist())


def own_network(who: Who, state: State, found: NetworkShape) -> NetworkShape:
    """Its vehicles, their stations and what those serve; nothing of partners, lanes and other buildings."""
    if who.operator:
        return found
    vehicles, stations = set(own_vehicles(state, who.org)), own_stations(state, who.org)
    sites = [site for site in found.sites if site.site in stations]
    zones = [zone for zone in found.zones if zone.station in stations]
    places = [(site.lon, site.lat) for site in sites] + [(zone.lon, zone.lat) for zone in zones]
    lon, lat = zip(*places, strict=True) if places else ((0.0,), (0.0,))
    return msgspec.structs.replace(
        found, bounds=(min(lon), min(lat), max(lon), max(lat)), sites=sites, zones=zones, lanes=[], services=[],
        vehicles=[vehicle for vehicle in found.vehicles if vehicle.vehicle in vehicles],
    )  # fmt: skip


def own_board(who: Who, state: State, found: Board) -> Board:
    """Its runs; the pool is the operator's. Trouble 404 for a station that is none of its."""
    if who.operator:
        return found
    seen = runs_seen(state, who.org)
    runs = [own_doors(who, state, run) for run in found.runs if seen[run.bar.run]]
    if not runs and found.station not in own_stations(state, who.org):
        raise missing(f"station {found.station}")
    return msgspec.structs.replace(found, unassigned=[], runs=runs)


def own_runs(who: Who, state: State, found: Runs) -> Runs:
    """The runs that the asker sees."""
    if who.operator:
        return found
    seen = runs_seen(state, who.org)
    return msgspec.structs.replace(found, runs=[bar for bar in found.runs if seen[bar.run]])


def own_doors(who: Who, state: State, found: RunDetail) -> RunDetail:
    """A contractor sees where a door is while it has a package for it as things stand now; else the area."""
    if who.operator:
        return found
    doors = [
        door
        if packages_seen(state, who.org, np.array(door.packages, np.int64)).any()
        else msgspec.structs.replace(door, lat=round(door.lat, 2), lon=round(door.lon, 2))
        for door in found.doors
    ]
    return msgspec.structs.replace(found, doors=doors)


def own_positions(who: Who, state: State, found: Positions) -> Positions:
    """The vehicles that the asker sees; trucks are the operator's."""
    if who.operator:
        return found
    seen = runs_seen(state, who.org)
    keep = [i for i, each in enumerate(found.id) if each[0] == "r" and seen[int(each[1:])]]
    columns = {
        f: [getattr(found, f)[i] for i in keep]
        for f in Positions.__struct_fields__
        if isinstance(getattr(found, f), list)
    }
    return msgspec.structs.replace(found, **columns)
