"""Fold trips and what is loaded on them."""

from __future__ import annotations

import numpy as np

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.journey import ON_FLOOR, Status
from doorward.tables.linehaul import (
    Lanes,
    Loaded,
    NextHop,
    Pallets,
    TripHolds,
    TripMoved,
    Trips,
    TripsCancelled,
    TripsHeld,
    TripsPlanned,
    TripsSettled,
    TripStatus,
)
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites

ON_FLOORS = np.zeros(len(Status), np.bool_)
ON_FLOORS[list(ON_FLOOR)] = True


def fold_planned(state: State, rows: TripsPlanned, at_s: int) -> None:
    """New departures, empty."""
    first = state.count(Trips)
    if not np.array_equal(rows.trip, np.arange(first, first + len(rows))):
        raise ValueError(f"trip numbers must continue at {first}")
    state.append(
        Trips.fill(
            len(rows),
            lane=rows.lane,
            depart_s=rows.depart_s,
            arrive_s=rows.arrive_s,
            status=int(TripStatus.PLANNED),
            packages=0,
            volume_ml=0,
            weight_g=0,
        )
    )


def fold_loaded(state: State, rows: Loaded, at_s: int) -> None:
    """Pallets are on trips; a pallet goes on one trip only, and only before it leaves."""
    if (state.get(Pallets, "trip", rows.pallet) >= 0).any() or len(np.unique(rows.pallet)) < len(rows):
        raise ValueError("a pallet was loaded twice")
    if (state.get(Trips, "status", rows.trip) > int(TripStatus.LOADED)).any():
        raise ValueError("a pallet was loaded on a trip that has left")
    state.put(Pallets, rows.pallet, trip=rows.trip)
    state.put(Trips, rows.trip, status=int(TripStatus.LOADED))
    state.add(
        Trips,
        rows.trip,
        packages=state.get(Pallets, "packages", rows.pallet),
        volume_ml=state.get(Pallets, "volume_ml", rows.pallet),
        weight_g=state.get(Pallets, "weight_g", rows.pallet),
    )


def fold_settled(state: State, rows: TripsSettled, at_s: int) -> None:
    """Loaded departures have their vehicle, arrival and cost."""
    if (state.get(Trips, "status", rows.trip) > int(TripStatus.LOADED)).any():
        raise ValueError("a departure was settled that has left or was cancelled")
    state.put(Trips, rows.trip, equipment=rows.equipment, arrive_s=rows.arrive_s, cost_c=rows.cost_c)


def fold_cancelled(state: State, rows: TripsCancelled, at_s: int) -> None:
    """Departures that do not run; nothing is on them."""
    if (state.get(Trips, "status", rows.trip) != int(TripStatus.PLANNED)).any():
        raise ValueError("a departure was cancelled that carries something or has left")
    state.put(Trips, rows.trip, status=int(TripStatus.CANCELLED), cost_c=0)


def fold_moved(state: State, rows: TripMoved, at_s: int) -> None:
    """Trips leave and arrive; rows in order of time, LEFT before DONE."""
    for status, column in ((TripStatus.LEFT, "left_s"), (TripStatus.DONE, "arrived_s")):
        now = rows.take(rows.status == int(status))
        if len(now):
            state.put(Trips, now.trip, status=int(status), **{column: now.at_s})


def fold_held(state: State, rows: TripsHeld, at_s: int) -> None:
    """Times of departures move, and the time that packages have which are to go by them."""
    missing = state.count(Trips) - state.count(TripHolds)
    state.append(TripHolds.fill(missing, held_s=0))
    lanes, packages, hops = state.table(Lanes), state.table(Packages), state.table(NextHop)
    row = np.flatnonzero(ON_FLOORS[packages.status] & (packages.station >= 0))
    fc, station = packages.fc[row].astype(np.int64), packages.station[row].astype(np.int64)
    next_site = hops.site[fc * state.count(Sites) + station]
    for trip, held_s in zip(rows.trip.tolist(), rows.held_s.tolist(), strict=True):
        lane = int(state.table(Trips).lane[trip])
        mine = (fc == lanes.origin[lane]) & (next_site == lanes.dest[lane])
        mine &= state.get(Packages, "leave_s", row) == int(state.table(Trips).depart_s[trip])
        state.add(Packages, row[mine], leave_s=held_s)
        one = np.array([trip])
        state.add(Trips, one, depart_s=held_s, arrive_s=held_s)
        state.add(TripHolds, one, held_s=held_s)


FOLDS: dict[type[Table], Fold] = {
    TripsPlanned: fold_planned,
    Loaded: fold_loaded,
    TripsSettled: fold_settled,
    TripsCancelled: fold_cancelled,
    TripsHeld: fold_held,
    TripMoved: fold_moved,
}
"""Facts folded here."""
