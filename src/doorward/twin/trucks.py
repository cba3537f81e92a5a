"""The twin's linehaul trucks: departures a little late, traffic by hour and luck, some trailers very late."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import hour_of_day
from doorward.core.seed import below, normal, uniform
from doorward.core.travel import RUSH
from doorward.tables.linehaul import Lanes, TripMoved, Trips, TripStatus
from doorward.tables.outages import What
from doorward.tables.sites import Sites
from doorward.twin.outages import TwinOutages
from doorward.twin.roads import TwinRoads

Ints = NDArray[np.int64]


class TruckRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The twin's trucks."""

    dock_s: int = 300
    """Mean delay of a departure, exponential, seconds."""
    spread_pm: int = 60
    """Standard deviation of the driving time, thousandths of the planned one."""
    rush_pm: int = 300
    """Share of the city traffic curve that a truck meets, per mille (most of the way is driven outside)."""
    very_late_pm: int = 12
    """Share of trailers that are very late (tyre, missing driver), per mille."""
    very_late_s: int = 7_200
    """Such a trailer departs between a quarter of this and one and a quarter later."""


class TwinTrucks:
    """`ports.trucks.Trucks` by seed."""

    def __init__(
        self,
        seed: int,
        utc_offset_s: int,
        rules: TruckRules,
        lanes: Lanes | None = None,
        outages: TwinOutages | None = None,
        roads: TwinRoads | None = None,
        sites: Sites | None = None,
    ) -> None:
        self.seed, self.utc_offset_s, self.rules = seed, utc_offset_s, rules
        self.lanes, self.outages, self.roads, self.sites = lanes, outages, roads, sites

    def times(self, trips: Trips, row: Ints) -> tuple[Ints, Ints]:
        """When these trips really leave and arrive: held while docks stand still, at the gate while it is shut."""
        rules, planned = self.rules, trips.depart_s[row]
        late = -rules.dock_s * np.log1p(-uniform(self.seed, "trucks/dock", row))
        stuck = below(self.seed, "trucks/stuck", rules.very_late_pm / 1000, row)
        late += stuck * rules.very_late_s * (0.25 + uniform(self.seed, "trucks/how", row))
        left = planned + late.astype(np.int64)
        lanes = self.lanes
        if self.outages is not None and lanes is not None:
            gap_s = rules.dock_s
            left = self.outages.put_off(left, lanes.origin[trips.lane[row]], What.DEPARTURES, gap_s=gap_s)
        drive = trips.arrive_s[row] - planned
        rush = 1.0 + (RUSH[hour_of_day(left, self.utc_offset_s)] - 1.0) * rules.rush_pm / 1000
        luck = 1.0 + np.clip(normal(self.seed, "trucks/road", row) * rules.spread_pm / 1000, -0.15, 1.0)
        came = left + np.maximum(60, drive * rush * luck * self._road(trips.lane[row], left)).astype(np.int64)
        if self.outages is not None and lanes is not None:
            came = self.outages.put_off(came, lanes.dest[trips.lane[row]], gap_s=rules.dock_s)
        return left, came

    def _road(self, lane: NDArray[np.int32], left: Ints) -> NDArray[np.float64]:
        """Weather of the hour along the way, and incidents near both ends (most of the way is driven outside)."""
        if self.roads is None or self.lanes is None or self.sites is None:
            return np.ones(len(left))
        sites, ends, out = self.sites, (self.lanes.origin[lane], self.lanes.dest[lane]), np.ones(len(left))
        for end in ends:
            near = self.roads.incident(sites.lat_udeg[end], sites.lon_udeg[end], left)
            wet = self.roads.slow(sites.region[end], left)
            out += 0.5 * (wet - 1.0) + (near - 1.0) * self.rules.rush_pm / 1000
        return out

    def moved(self, trips: Trips, row: Ints, now_s: int) -> TripMoved:
        """What these open trips have done by now; LEFT comes before DONE."""
        left, arrived = self.times(trips, row)
        leaves = (trips.status[row] < int(TripStatus.LEFT)) & (left <= now_s)
        arrives = arrived <= now_s
        return TripMoved(
            trip=np.r_[row[leaves], row[arrives]],
            status=np.r_[
                np.full(int(leaves.sum()), int(TripStatus.LEFT)),
                np.full(int(arrives.sum()), int(TripStatus.DONE)),
            ],
            at_s=np.r_[left[leaves], arrived[arrives]],
        )
