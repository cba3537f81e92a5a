"""Trucks and fleet by what they report: `ports.trucks.Trucks`, `ports.fleet.Fleet`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.adapters.reports.said import about, earliest, newest
from doorward.ledger.state import State
from doorward.tables.doorstep import Left, Outcome
from doorward.tables.fleet import RunMoved, Runs, RunStatus, Stops, Visits
from doorward.tables.journey import Event, Holder, Status
from doorward.tables.linehaul import Lanes, Pallets, TripMoved, Trips, TripStatus
from doorward.tables.packages import Packages, Scans
from doorward.tables.reports import FAR_S, Reports, RunsTold, TripsTold, told

Longs = NDArray[np.int64]
DOOR = (Event.DELIVERED, Event.ATTEMPTED, Event.STORED)


def _by(column: Longs, row: Longs, now_s: int) -> Longs:
    """Times told, FAR_S where none is told or it is still to come."""
    at = told(column, row)
    return np.where((at >= 0) & (at <= now_s), at, FAR_S)


class ReportedTrucks:
    """By trip reports; DEPARTED and ARRIVED scans of a trip's packages stand for missing ones."""

    def __init__(self, state: State) -> None:
        self.state = state

    def moved(self, trips: Trips, row: Longs, now_s: int) -> TripMoved:
        """LEFT before DONE; a trip that arrived has left, at the latest then."""
        table = self.state.table(TripsTold)
        left, came = _by(table.left_s, row, now_s), _by(table.arrived_s, row, now_s)
        gone, here, last = self._scanned(trips, row, now_s)
        left, came = np.minimum(left, gone), np.minimum(came, here)
        left = np.where(np.minimum(left, came) < FAR_S, np.maximum(np.minimum(left, came), last), FAR_S)
        leaves, arrives = (trips.status[row] < TripStatus.LEFT) & (left < FAR_S), came < FAR_S
        was = np.where(trips.left_s[row] >= 0, trips.left_s[row], np.where(leaves, left, 0))
        came = np.maximum(came, was)  # a clock that lags behind that of the dock
        return TripMoved(
            trip=np.r_[row[leaves], row[arrives]],
            status=np.r_[
                np.full(int(leaves.sum()), TripStatus.LEFT), np.full(int(arrives.sum()), TripStatus.DONE)
            ],
            at_s=np.r_[left[leaves], came[arrives]],
        )

    def _scanned(self, trips: Trips, row: Longs, now_s: int) -> tuple[Longs, Longs, Longs]:
        """When a package of each trip was scanned on departure, at its destination, and last by our books."""
        packages, lanes = self.state.table(Packages), self.state.table(Lanes)
        staged = np.flatnonzero((packages.status == Status.SORTED) & (packages.pallet >= 0))
        on = self.state.table(Pallets).trip[packages.pallet[staged]].astype(np.int64)
        road = np.flatnonzero((packages.status == Status.MOVING) & (packages.holder_kind == Holder.TRIP))
        package, trip = np.r_[staged, road], np.r_[on, packages.holder[road]]
        open_ = np.isin(trip, row)
        package, trip = package[open_], trip[open_]
        reports, owner = about(self.state, package, now_s)
        mine = trip[owner]
        named = (reports.ref == mine) | (reports.ref < 0)
        place = np.searchsorted(row, mine)
        lane = trips.lane[mine]
        away = named & (reports.event == Event.DEPARTED) & (reports.site == lanes.origin[lane])
        here = named & (reports.event == Event.ARRIVED) & (reports.site == lanes.dest[lane])
        last, scans = np.zeros(len(row), np.int64), self.state.table(Scans)
        np.maximum.at(last, np.searchsorted(row, trip), scans.at_s[packages.last_scan[package]])
        return (
            earliest(len(row), place[away], reports.at_s[away]),
            earliest(len(row), place[here], reports.at_s[here]),
            last,
        )


class ReportedFleet:
    """By door scans and run reports. A run with a door scan has left."""

    def __init__(self, state: State) -> None:
        self.state = state

    def progress(
        self, runs: Runs, run: Longs, stops: Stops, stop: Longs, now_s: int
    ) -> tuple[RunMoved, Visits]:
        """See the port. `stop` ascends. Cost grows with the open stops and what was reported of their packages.

        A door scan belongs to the run that it names; one that names none, to the package's run.
        DONE is told by a run report or by a BROUGHT_BACK scan that names the run. While doors of the run are not heard
        of it is held for `HOLD_S`: late scans of deliveries must not find their packages booked back at the station.
        """
        table, packages = self.state.table(RunsTold), self.state.table(Packages)
        left, broke, done = (
            _by(column, run, now_s) for column in (table.left_s, table.broken_s, table.done_s)
        )
        current = packages.stop[stops.package[stop]] == stop
        ready = np.isin(packages.status[stops.package[stop]], (Status.READY, Status.OUT))
        stop = stop[current & ready]
        package, of = stops.package[stop], stops.run[stop].astype(np.int64)
        reports, owner = about(self.state, package, now_s)
        nameless = (reports.ref < 0) & (reports.at_s >= runs.depart_s[of[owner]] - EARLY_S)
        mine = (reports.ref == of[owner]) | nameless
        place = np.searchsorted(run, of[owner])
        out = mine & np.isin(reports.event, (*DOOR, Event.OUT_FOR_DELIVERY))
        left = np.minimum(left, earliest(len(run), place[out], reports.at_s[out]))
        left = np.minimum(left, np.minimum(done, broke))
        back = mine & (reports.event == Event.BROUGHT_BACK) & (reports.ref >= 0)
        done = np.minimum(done, earliest(len(run), place[back], reports.at_s[back]))
        left = np.minimum(left, done)
        since, at = self.state.table(Scans).at_s[packages.last_scan[package]], np.searchsorted(run, of)
        last = np.zeros(len(run), np.int64)
        np.maximum.at(last, at, since)  # what our own books date later (sort-in) holds: scans never go back
        left = np.where(left < FAR_S, np.maximum(left, last), FAR_S)
        visits = self._visits(stop, reports.take(mine), owner[mine])
        seen = np.searchsorted(stop, visits.stop)
        visits = visits.replace(at_s=np.maximum(visits.at_s, np.maximum(since, left[at])[seen]))
        np.maximum.at(last, at[seen], visits.at_s)
        told = np.zeros(len(stop), np.bool_)
        told[owner[mine & np.isin(reports.event, (*DOOR, Event.BROUGHT_BACK))]] = True
        waits = np.bincount(at[~told], minlength=len(run)) > 0
        done = np.where(waits & (now_s < done + HOLD_S), FAR_S, done)
        done = np.where(done < FAR_S, np.maximum(done, last), FAR_S)
        return self._moved(runs, run, left, broke, done), visits

    def _visits(self, stop: Longs, reports: Reports, owner: Longs) -> Visits:
        """The newest door scan of each stop's package is what came of it."""
        door = np.flatnonzero(np.isin(reports.event, DOOR))
        door = door[newest(owner[door])]
        event, left = reports.event[door], reports.left[door]
        outcome = np.where(event == Event.DELIVERED, Outcome.DELIVERED, reports.outcome[door])
        outcome = np.where(event == Event.STORED, Outcome.STORED, outcome)
        left = np.where((event == Event.DELIVERED) & (left < 0), Left.IN_HAND, left)
        left = np.where(event == Event.STORED, Left.LOCKER_CELL, left)
        left = np.where(event == Event.ATTEMPTED, Left.NOWHERE, left)
        return Visits(stop=stop[owner[door]], at_s=reports.at_s[door], outcome=outcome, left=left)

    def _moved(self, runs: Runs, run: Longs, left: Longs, broke: Longs, done: Longs) -> RunMoved:
        """LEFT, then BROKEN, then DONE; each once, none before the one before it."""
        status, metres = runs.status[run], told(self.state.table(RunsTold).metres.astype(np.int64), run)
        driven = np.where(metres >= 0, metres, runs.dist_m[run])
        since = np.where(runs.left_s[run] >= 0, runs.left_s[run], 0)
        over = np.where(status == RunStatus.BROKEN, np.maximum(since, runs.ended_s[run]), since)
        parts = []
        for event, at, which in (
            (RunStatus.LEFT, left, (status == RunStatus.PLANNED) & (left < FAR_S)),
            (RunStatus.BROKEN, broke, (status < RunStatus.BROKEN) & (broke < FAR_S) & (done == FAR_S)),
            (RunStatus.DONE, done, done < FAR_S),
        ):
            row = np.flatnonzero(which)
            metre = np.full(len(row), -1) if event is RunStatus.LEFT else driven[row]
            parts.append(
                RunMoved(
                    run=run[row].astype(np.int32),
                    status=np.full(len(row), event),
                    at_s=np.maximum(at[row], over[row]),
                    actual_m=metre,
                )
            )
        return RunMoved.concat(parts)


HOLD_S = 7_200
"""How late a door scan may be that still finds its run open."""
EARLY_S = 7_200
"""A door scan this long before its run was to leave belongs to an earlier try."""
