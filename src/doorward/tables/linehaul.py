"""Lanes (the timetable), trips (its departures) and pallets."""

from __future__ import annotations

from enum import IntEnum

from doorward.core.table import I1, I4, I8, Table


class Lanes(Table):
    """The timetable between sites, one row a daily departure.

    origin, dest  (n,)  rows in Sites
    depart_s      (n,)  second of the local day; cut-off for staging is `cutoff_s` earlier
    cutoff_s      (n,)
    drive_s       (n,)  planned driving and handling time
    dist_m        (n,)
    volume_ml, weight_g (n,)  of the trailer
    cost_c        (n,)  of one departure
    days          (n,)  bit mask of weekdays, bit 0 Monday
    electric      (n,)  1 battery truck
    """

    origin: I4
    dest: I4
    depart_s: I4
    cutoff_s: I4
    drive_s: I4
    dist_m: I4
    volume_ml: I8
    weight_g: I8
    cost_c: I4
    days: I1
    electric: I1


class TripStatus(IntEnum):
    """Where a departure stands."""

    PLANNED = 0
    LOADED = 1
    LEFT = 2
    DONE = 3


class Trips(Table):
    """Departures, row = trip. Volume and weight are those loaded. left_s, arrived_s: -1 before."""

    lane: I4
    depart_s: I8
    arrive_s: I8
    status: I1
    packages: I4
    volume_ml: I8
    weight_g: I8
    left_s: I8
    arrived_s: I8


class Pallets(Table):
    """Pallets and bags, row = pallet: built at `site` for `dest`, closed at closed_s (-1 open), on `trip` (-1 none)."""

    site: I4
    dest: I4
    opened_s: I8
    closed_s: I8
    packages: I4
    volume_ml: I8
    weight_g: I8
    trip: I4


# ---- facts -----------------------------------------------------------------------------------------------------


class TripsPlanned(Table):
    """Fact (linehaul): departures of a day; numbers continue Trips."""

    trip: I4
    lane: I4
    depart_s: I8
    arrive_s: I8


class PalletsBuilt(Table):
    """Fact (fulfillment, linehaul): pallets; numbers continue Pallets."""

    pallet: I4
    site: I4
    dest: I4
    packages: I4
    volume_ml: I8
    weight_g: I8
    opened_s: I8
    closed_s: I8


class Loaded(Table):
    """Fact (linehaul): pallets assigned to trips."""

    pallet: I4
    trip: I4


class TripMoved(Table):
    """Fact (linehaul): a trip left (status LEFT) or arrived (DONE) at at_s."""

    trip: I4
    status: I1
    at_s: I8


class NextHop(Table):
    """Dense (site, dest site) -> the next site on the way by timetable; -1 no way. Row = site * len(Sites) + dest.

    dist_m, time_s (n,) of the whole way, waiting included (mean); reference data derived from Lanes.
    """

    site: I4
    time_s: I4
    dist_m: I4
