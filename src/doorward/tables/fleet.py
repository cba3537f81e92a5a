"""Vehicles, runs and stops: everything that leaves a station for doorsteps, be it van, car, drone or robot."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import I1, I2, I4, I8, Table, Text


class Vehicles(Table):
    """Vehicles that the network can plan with (gig drivers' cars are in Drivers), row = vehicle.

    station (n,); way (n,) OWN, DSP, DRONE or ROBOT
    volume_ml, weight_g, max_stops (n,)
    shift_lo_s, shift_hi_s (n,) seconds of the local day; break_s (n,) unpaid break inside the shift
    range_m  (n,) what a tank or battery carries; electric (n,) 1 battery
    fixed_c  (n,) a run costs at least this; hour_c (n,) crew; km_mc (n,) thousandths of a cent per metre
    wh_km, co2_ug_m (n,) battery draw per km; well-to-wheel micrograms per metre
    barred (n,) bits of orders.Access: doors with one of them it cannot serve; 0 or -1 none
    """

    name: Text
    station: I4
    way: I1
    volume_ml: I8
    weight_g: I8
    max_stops: I4
    shift_lo_s: I4
    shift_hi_s: I4
    break_s: I4
    range_m: I4
    electric: I1
    fixed_c: I4
    hour_c: I4
    km_mc: I4
    wh_km: I4
    co2_ug_m: I4
    barred: I1


class RunStatus(IntEnum):
    """Where a run stands."""

    PLANNED = 0
    LEFT = 1
    BROKEN = 2
    DONE = 3


class Runs(Table):
    """Runs: one vehicle, one departure from a station, its stops, and back. Row = run.

    way, station (n,); vehicle (n,) row in Vehicles, -1 for a gig block; block (n,) row in Blocks, -1
    depart_s, back_s (n,) planned; left_s, ended_s (n,) actual, -1 before; a BROKEN run's ended_s is when it stopped
    dist_m (n,) planned, actual_m (n,) driven, -1 before its end; drive_s, service_s (n,) planned
    packages, stops, volume_ml, weight_g (n,)
    cost_c (n,) planned cost of the run; status (n,) RunStatus
    before (n,) the run that this one goes on with on the road, same vehicle; -1: left a station. A run that another
           goes on with is DONE; what was tried in vain on it is still aboard
    """

    way: I1
    station: I4
    vehicle: I4
    block: I4
    depart_s: I8
    back_s: I8
    left_s: I8
    ended_s: I8
    dist_m: I4
    drive_s: I4
    service_s: I4
    packages: I4
    stops: I4
    volume_ml: I8
    weight_g: I8
    cost_c: I4
    status: I1
    actual_m: I4
    before: I4


def withdrawn(runs: Runs) -> NDArray[np.bool_]:
    """Runs that ended without leaving: a dispatcher rewrote them (tables/board.py). They were never driven."""
    return np.asarray((runs.status == RunStatus.DONE) & (runs.left_s < 0))


class Stops(Table):
    """Stops of runs, one row a package; packages of one doorstep share `seq`. Rows of a run stand together by seq.

    run, seq, package (n,); leg_m, leg_s (n,) planned from the stop before (0 for further packages of the same door)
    plan_s (n,) planned arrival; service_s (n,) planned handling
    done_s (n,) -1 before; outcome (n,) delivery.Outcome, -1 before
    """

    run: I4
    seq: I2
    package: I8
    leg_m: I4
    leg_s: I4
    plan_s: I8
    service_s: I4
    done_s: I8
    outcome: I1


class NoFly(Table):
    """Circles where drones may not fly: lat_udeg, lon_udeg, radius_m, from_s and to_s seconds of the local day."""

    lat_udeg: I4
    lon_udeg: I4
    radius_m: I4
    from_s: I4
    to_s: I4


class Visits(Table):
    """Stops visited, as the fleet tells: row in Stops, at_s, outcome (doorstep.Outcome), left (doorstep.Left)."""

    stop: I8
    at_s: I8
    outcome: I1
    left: I1


# ---- facts -----------------------------------------------------------------------------------------------------


class RunsPlanned(Table):
    """Fact (lastmile, flex, drones, sidewalk): runs; numbers continue Runs. `before` as there, -1 from a station."""

    run: I4
    way: I1
    station: I4
    vehicle: I4
    block: I4
    depart_s: I8
    back_s: I8
    dist_m: I4
    drive_s: I4
    service_s: I4
    packages: I4
    stops: I4
    volume_ml: I8
    weight_g: I8
    cost_c: I4
    before: I4


class StopsPlanned(Table):
    """Fact (the same rooms): their stops; rows continue Stops. `Packages.stop` follows."""

    run: I4
    seq: I2
    package: I8
    leg_m: I4
    leg_s: I4
    plan_s: I8
    service_s: I4


class RunMoved(Table):
    """Fact (delivery; lastmile: DONE, another run goes on): a run left, broke down or came back, at at_s;
    actual_m driven so far, -1 when it leaves."""

    run: I4
    status: I1
    at_s: I8
    actual_m: I4


class StopDone(Table):
    """Fact (delivery): what happened at a stop. `stop` is the row in Stops."""

    stop: I8
    done_s: I8
    outcome: I1
