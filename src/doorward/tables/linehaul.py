"""Lanes (the timetable), trips (its departures) and pallets."""

from __future__ import annotations

from enum import IntEnum

from doorward.core.table import I1, I2, I4, I8, Table


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


class Body(IntEnum):
    """What kind of vehicle drives, for its emissions: articulated, rigid of 7.5 to 17 t, rigid of 3.5 to 7.5 t, van."""

    ARTIC = 0
    RIGID = 1
    LIGHT = 2
    VAN = 3


class Equipment(Table):
    """What may drive a lane's departures; a lane without a row here is driven by what Lanes says.

    lane (n,) row in Lanes; rows of a lane stand together
    truck (n,) number of its kind, in the order of the network file
    volume_ml, weight_g (n,); drive_s (n,) planned driving and handling time; body (n,) Body; electric (n,) 1 battery
    cost_c (n,) of one departure; of a shared truck the least charge
    tonne_c (n,) shared: cents for a chargeable tonne over the whole lane; else 0
    dense_g_l (n,) shared: a litre is charged at least as so many grams
    shared (n,) 1 a partner's truck on which only the place is bought, 0 a vehicle of our own
    """

    lane: I4
    truck: I2
    volume_ml: I8
    weight_g: I8
    drive_s: I4
    cost_c: I4
    tonne_c: I4
    dense_g_l: I4
    body: I1
    shared: I1
    electric: I1


class TripStatus(IntEnum):
    """Where a departure stands."""

    PLANNED = 0
    LOADED = 1
    LEFT = 2
    DONE = 3
    CANCELLED = 4


class Trips(Table):
    """Departures, row = trip. Volume and weight are those loaded. left_s, arrived_s: -1 before.

    equipment (n,) row in Equipment that drives it, -1 the lane's own truck; cost_c (n,) of it, -1 not settled
    """

    lane: I4
    depart_s: I8
    arrive_s: I8
    status: I1
    packages: I4
    volume_ml: I8
    weight_g: I8
    left_s: I8
    arrived_s: I8
    equipment: I4
    cost_c: I4


class TripHolds(Table):
    """Departures that are held, row = trip; there may be fewer rows than trips: held_s (n,) how much later than by the
    timetable they are to leave; `Trips.depart_s` and arrive_s have it in them."""

    held_s: I4


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


class TripsSettled(Table):
    """Fact (linehaul): what drives a loaded departure (row in Equipment, -1 the lane's own), its arrival and cost."""

    trip: I4
    equipment: I4
    arrive_s: I8
    cost_c: I4


class TripsCancelled(Table):
    """Fact (linehaul): departures that do not run: reason NO_LOAD, or HELD for a later one that keeps the promises."""

    trip: I4
    reason: I2


class TripsHeld(Table):
    """Fact (linehaul): departures are to leave by held_s later than they were (earlier where it is negative), and to
    arrive so; what works towards them has as much more time (`Packages.leave_s`)."""

    trip: I4
    held_s: I4


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
