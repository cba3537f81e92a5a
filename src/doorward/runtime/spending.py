"""What the deliveries of a run really cost: what drove, what was paid, what partners charged. Sums over the tables.

The choice of a way weighs estimates made before anything has moved (`Packages.bill_c`: a van's marginal minutes, a
truck at its usual fill). This is the other side of the book, of the same packages.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorward.core.units import HOUR_S
from doorward.ledger.state import State
from doorward.tables.fleet import Runs, Vehicles
from doorward.tables.flex import Blocks, BlockStatus, Statements
from doorward.tables.journey import Status
from doorward.tables.linehaul import Lanes, Trips, TripStatus
from doorward.tables.packages import Packages
from doorward.tables.ways import PARTNERS, Way


class Spent(NamedTuple):
    """Cents of a run by who was paid; buildings and their people are not in it."""

    linehaul_c: int
    """Departures that left, at their tariff."""
    vans_c: int
    """Own and contractors' vans: the planned cost of runs that left, and what they drove and worked beyond it."""
    craft_c: int
    """Drones and sidewalk robots, likewise."""
    gig_c: int
    """Pay statements of gig blocks; blocks worked but not yet settled at their base pay."""
    partners_c: int
    """Partner carriers: the rate of each package, as rated when it was chosen."""

    @property
    def total_c(self) -> int:
        """All of it."""
        return sum(self)


def spent(state: State) -> Spent:
    """Money spent on the way to the door, in cents."""
    packages = state.table(Packages)
    partner = np.isin(packages.way, PARTNERS) & (packages.status != Status.CANCELLED)
    return Spent(
        _linehaul_c(state),
        _runs_c(state, (Way.OWN, Way.DSP, Way.LOCKER)),
        _runs_c(state, (Way.DRONE, Way.ROBOT)),
        _gig_c(state),
        int(np.maximum(packages.bill_c[partner], 0).sum()),
    )


def _linehaul_c(state: State) -> int:
    trips, lanes = state.table(Trips), state.table(Lanes)
    left = trips.take(np.isin(trips.status, (TripStatus.LEFT, TripStatus.DONE)))
    return int(np.where(left.cost_c >= 0, left.cost_c, lanes.cost_c[left.lane]).astype(np.int64).sum())


def _runs_c(state: State, ways: tuple[Way, ...]) -> int:
    """Runs that left: as planned, and for those that ended the time and distance they took more (or less)."""
    runs, vehicles = state.table(Runs), state.table(Vehicles)
    out = runs.take(np.isin(runs.way, ways) & (runs.left_s >= 0) & (runs.vehicle >= 0))
    over = (out.ended_s >= 0) & (out.actual_m >= 0)
    late_s = np.where(over, (out.ended_s - out.left_s) - (out.back_s - out.depart_s), 0)
    more_m = np.where(over, out.actual_m.astype(np.int64) - out.dist_m, 0)
    more_c = vehicles.hour_c[out.vehicle] * late_s / HOUR_S + vehicles.km_mc[out.vehicle] * more_m / 1000
    return int(np.rint(np.maximum(0.0, out.cost_c + more_c)).sum())


def _gig_c(state: State) -> int:
    blocks, paid = state.table(Blocks), state.table(Statements)
    worked = np.isin(blocks.status, (BlockStatus.WORKED, BlockStatus.CHECKED_IN))
    worked[paid.block] = False
    return int(paid.total_c.astype(np.int64).sum() + blocks.pay_c[worked].astype(np.int64).sum())
