"""Where everything that moves is now.

A run that has left is between the last door done (at first: its station, or where the run that it goes on with was) and
its next door, straight, at the share of the time between that fact and the arrival expected there (plan, shifted by how
late the run is); after its last door on the way back. A broken run stays where it stopped, while packages are aboard.
A trip is on the line between its buildings, by its planned drive; overdue it stands at the gate. Pings override.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorward.runtime.look.doors import Doors, degrees, doors_of
from doorward.runtime.look.shapes import Positions
from doorward.runtime.look.tone import Tones, tone_list
from doorward.runtime.look.trips import travel
from doorward.runtime.look.view import Flags, Longs, View
from doorward.tables.fleet import Runs, RunStatus
from doorward.tables.linehaul import Lanes, Trips, TripStatus
from doorward.tables.reports import RunPings
from doorward.tables.sites import Sites
from doorward.tables.ways import Way

KINDS = {
    Way.OWN: "van", Way.DSP: "contractor", Way.FLEX: "gig", Way.LOCKER: "van", Way.DRONE: "drone", Way.ROBOT: "robot",
}  # fmt: skip
KIND = [KINDS.get(way, "van") for way in Way]
FULL = 360_000_000
"""Microdegrees once round."""


class Pings(NamedTuple):
    """Positions told from the road, (n,): run, at_s, lat and lon in microdegrees; the newest of each run counts."""

    run: Longs
    at_s: Longs
    lat_udeg: Longs
    lon_udeg: Longs


class _Moves(NamedTuple):
    """Moves from a place and time to a place and time, (n,)."""

    lat: Longs
    lon: Longs
    from_s: Longs
    to_lat: Longs
    to_lon: Longs
    to_s: Longs
    now_s: Longs

    def now(self) -> tuple[Longs, Longs]:
        """Where each is, microdegrees."""
        share = (self.now_s - self.from_s) / np.maximum(1, self.to_s - self.from_s)
        share = np.clip(share, 0.0, 1.0)
        turn = (self.to_lon - self.lon + FULL // 2) % FULL - FULL // 2
        lat = self.lat + np.rint((self.to_lat - self.lat) * share).astype(np.int64)
        lon = self.lon + np.rint(turn * share).astype(np.int64)
        return lat, np.asarray((lon + FULL // 2) % FULL - FULL // 2, np.int64)


def heading(lat: Longs, lon: Longs, to_lat: Longs, to_lon: Longs) -> Longs:
    """Degrees clockwise from north, 0 to 359, towards a place near by; all microdegrees. 0 where there is no way."""
    turn = (to_lon - lon + FULL // 2) % FULL - FULL // 2
    east = turn * np.cos(np.radians((lat + to_lat) * 0.5e-6))
    return np.asarray(np.rint(np.degrees(np.arctan2(east, to_lat - lat))).astype(np.int64) % 360)


def positions(view: View, pings: Pings | None = None) -> Positions:
    """All runs and trips on the road; runs first, by number. O(their stops and the open packages)."""
    run, doors = _on_road(view)
    moves, aim = _runs(view, run, doors)
    lat, lon = moves.now()
    ways = view.table(Runs).way[run]
    age = view.now_s - moves.from_s
    stood = view.table(Runs).ended_s[run] >= 0
    age[stood] = view.now_s - view.table(Runs).ended_s[run][stood]
    told = np.zeros(len(run), np.bool_)
    pings = _reported(view) if pings is None else pings
    if len(pings.run):
        told = _override(view, run, pings, moves.from_s, lat, lon, age)
    turn = heading(lat, lon, moves.to_lat, moves.to_lon)
    there = (lat == moves.to_lat) & (lon == moves.to_lon)
    turn[there] = heading(moves.lat, moves.lon, moves.to_lat, moves.to_lon)[there]
    trip, trucks = _trips(view)
    truck_lat, truck_lon = trucks.now()
    bearing = heading(trucks.lat, trucks.lon, trucks.to_lat, trucks.to_lon)
    stand: Tones = np.r_[aim, travel(view, trip).stand]
    estimated: Flags = np.r_[~told, np.ones(len(trip), np.bool_)]
    return Positions(
        turn=view.turn,
        now_s=view.now_s,
        id=[f"r{n}" for n in run.tolist()] + [f"t{n}" for n in trip.tolist()],
        kind=[KIND[way] for way in ways.tolist()] + ["truck"] * len(trip),
        lat=degrees(np.r_[lat, truck_lat]),
        lon=degrees(np.r_[lon, truck_lon]),
        heading=np.r_[turn, bearing].tolist(),
        tone=tone_list(stand),
        age_s=np.maximum(0, np.r_[age, view.now_s - trucks.from_s]).tolist(),
        estimated=estimated.tolist(),
    )


def _reported(view: View) -> Pings:
    """What was reported."""
    table = view.table(RunPings)
    run = np.flatnonzero(table.at_s >= 0)
    return Pings(
        run, table.at_s[run], table.lat_udeg[run].astype(np.int64), table.lon_udeg[run].astype(np.int64)
    )


def _on_road(view: View) -> tuple[Longs, Doors]:
    """Runs that have left and are not back, and broken ones with packages aboard; with their doors."""
    runs = view.table(Runs)
    run = np.flatnonzero((runs.status == RunStatus.LEFT) | (runs.status == RunStatus.BROKEN))
    doors = doors_of(view, run)
    broken = runs.status[run] == RunStatus.BROKEN
    if not (broken & (doors.first_open < 0)).any():
        return run, doors
    run = run[~broken | (doors.first_open >= 0)]
    return run, doors_of(view, run)


def _runs(view: View, run: Longs, doors: Doors) -> tuple[_Moves, Tones]:
    """The present leg of each run, and how each stands."""
    runs, sites = view.table(Runs), view.table(Sites)
    done, ahead, station = doors.last_done, doors.first_open, runs.station[run]
    home_lat, home_lon = sites.lat_udeg[station].astype(np.int64), sites.lon_udeg[station].astype(np.int64)
    lat, lon = home_lat.copy(), home_lon.copy()
    from_s = np.where(runs.left_s[run] >= 0, runs.left_s[run], runs.depart_s[run])
    some = np.flatnonzero(done >= 0)
    lat[some], lon[some] = doors.lat[done[some]], doors.lon[done[some]]
    from_s[some] = np.maximum(from_s[some], doors.done_s[done[some]])
    taken_over = np.flatnonzero((done < 0) & (runs.before[run] >= 0))
    if len(taken_over):
        lat[taken_over], lon[taken_over] = _left_off(view, run[taken_over], lat[taken_over], lon[taken_over])
    to_lat, to_lon = home_lat, home_lon
    to_s = runs.back_s[run] + doors.shift_s
    more = np.flatnonzero(ahead >= 0)
    to_lat[more], to_lon[more] = doors.lat[ahead[more]], doors.lon[ahead[more]]
    to_s[more] = doors.plan_s[ahead[more]] + doors.shift_s[more]
    stopped = runs.ended_s[run]
    until = np.where(stopped >= 0, np.minimum(view.now_s, stopped), view.now_s)
    return _Moves(lat, lon, from_s, to_lat, to_lon, to_s, until), doors.stand


def _left_off(view: View, run: Longs, lat: Longs, lon: Longs) -> tuple[Longs, Longs]:
    """Where runs that go on with another began: at the newest door of those before them; else as given (station)."""
    runs = view.table(Runs)
    lat, lon = lat.copy(), lon.copy()
    who, before = np.arange(len(run)), runs.before[run].astype(np.int64)
    while len(who):
        asked, back = np.unique(before, return_inverse=True)
        doors = doors_of(view, asked)
        done = doors.last_done[back]
        some = done >= 0
        lat[who[some]], lon[who[some]] = doors.lat[done[some]], doors.lon[done[some]]
        who, before = who[~some], runs.before[before[~some]].astype(np.int64)
        who, before = who[before >= 0], before[before >= 0]
    return lat, lon


def _override(
    view: View, run: Longs, pings: Pings, from_s: Longs, lat: Longs, lon: Longs, age: Longs
) -> Flags:
    """Put runs where they were told to be, unless a door was done since; returns which were, (runs,)."""
    place = np.full(len(view.table(Runs)), -1, np.int64)
    place[run] = np.arange(len(run))
    seen = np.flatnonzero((pings.at_s <= view.now_s) & (pings.run >= 0) & (pings.run < len(place)))
    seen = seen[np.argsort(pings.at_s[seen], kind="stable")]
    at = place[pings.run[seen]]
    mine = at >= 0
    newest = np.full(len(run), -1, np.int64)
    newest[at[mine]] = seen[mine]
    told = newest >= 0
    told[told] = pings.at_s[newest[told]] >= from_s[told]
    ping = newest[told]
    lat[told], lon[told] = pings.lat_udeg[ping], pings.lon_udeg[ping]
    age[told] = view.now_s - pings.at_s[ping]
    return told


def _trips(view: View) -> tuple[Longs, _Moves]:
    """Trips on the road, and the way of each."""
    trips, lanes, sites = view.table(Trips), view.table(Lanes), view.table(Sites)
    trip = np.flatnonzero(trips.status == TripStatus.LEFT)
    lane, left = trips.lane[trip], trips.left_s[trip]
    origin, dest = lanes.origin[lane], lanes.dest[lane]
    lat, lon = sites.lat_udeg.astype(np.int64), sites.lon_udeg.astype(np.int64)
    comes = left + trips.arrive_s[trip] - trips.depart_s[trip]
    now = np.full(len(trip), view.now_s, np.int64)
    return trip, _Moves(lat[origin], lon[origin], left, lat[dest], lon[dest], comes, now)
