"""Figures of the middle mile: pure functions from tables to small tables."""

from __future__ import annotations

import numpy as np

from doorward.core.table import I2, I4, I8, Table
from doorward.tables.linehaul import Lanes, Pallets, Trips, TripStatus


class LaneFill(Table):
    """Fill of the trailers between two buildings, all departures together.

    origin, dest (n,); trips (n,) that left; idle (n,) of them without a package; packages (n,)
    volume_pm, weight_pm (n,) load over capacity of the trips that left, per mille
    late_s (n,) mean lateness of arrivals (early ones count as 0); pallets (n,) loaded
    """

    origin: I4
    dest: I4
    trips: I4
    idle: I4
    packages: I8
    volume_pm: I2
    weight_pm: I2
    late_s: I4
    pallets: I4


def lane_fill(trips: Trips, lanes: Lanes, pallets: Pallets) -> LaneFill:
    """Figures of every pair of buildings that a trip has left for, by origin and destination."""
    left = np.flatnonzero(trips.status >= int(TripStatus.LEFT))
    lane = trips.lane[left]
    wide = int(max(lanes.origin.max(initial=0), lanes.dest.max(initial=0))) + 1
    key, member = np.unique(
        lanes.origin[lane].astype(np.int64) * wide + lanes.dest[lane], return_inverse=True
    )

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(member, weights=values, minlength=len(key)).astype(np.int64)

    came = trips.status[left] == int(TripStatus.DONE)
    late = np.where(came, np.maximum(trips.arrived_s[left] - trips.arrive_s[left], 0), 0)
    loaded = pallets.trip[pallets.trip >= 0]
    on = np.bincount(loaded, minlength=len(trips))[left]
    return LaneFill.fill(
        len(key),
        origin=key // wide,
        dest=key % wide,
        trips=total(np.ones(len(left))),
        idle=total(trips.packages[left] == 0),
        packages=total(trips.packages[left]),
        volume_pm=total(trips.volume_ml[left]) * 1000 // np.maximum(total(lanes.volume_ml[lane]), 1),
        weight_pm=total(trips.weight_g[left]) * 1000 // np.maximum(total(lanes.weight_g[lane]), 1),
        late_s=total(late) // np.maximum(total(came), 1),
        pallets=total(on),
    )
