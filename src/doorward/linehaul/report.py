"""Figures of the middle mile: pure functions from tables to small tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import I2, I4, I8, Table
from doorward.tables.linehaul import Equipment, Lanes, Pallets, Trips, TripStatus


class LaneFill(Table):
    """Departures between two buildings and how full they were.

    origin, dest (n,); trips (n,) that left with our own vehicles; shared (n,) that left as part loads on a partner's
    idle (n,) cancelled, nothing to carry; held (n,) cancelled for a later one; packages (n,) carried, part loads too
    volume_pm, weight_pm (n,) load over capacity of our own vehicles that left, per mille; -1 none
    late_s (n,) mean lateness of arrivals (early ones count as 0); pallets (n,) loaded; cost_c (n,) of all that left
    """

    origin: I4
    dest: I4
    trips: I4
    shared: I4
    idle: I4
    held: I4
    packages: I8
    volume_pm: I2
    weight_pm: I2
    late_s: I4
    pallets: I4
    cost_c: I8


def lane_fill(
    trips: Trips, lanes: Lanes, pallets: Pallets, kinds: Equipment, held: NDArray[np.int64]
) -> LaneFill:
    """Figures of every pair of buildings with a departure that left or was cancelled, by origin and destination.

    held: trips that were cancelled for a later one.
    """
    row = np.flatnonzero(trips.status >= int(TripStatus.LEFT))
    lane, kind = trips.lane[row], trips.equipment[row].astype(np.int64)
    wide = int(max(lanes.origin.max(initial=0), lanes.dest.max(initial=0))) + 1
    key, member = np.unique(
        lanes.origin[lane].astype(np.int64) * wide + lanes.dest[lane], return_inverse=True
    )

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(member, weights=values, minlength=len(key)).astype(np.int64)

    gone = trips.status[row] != int(TripStatus.CANCELLED)
    most_ml, most_g, shared = lanes.volume_ml[lane], lanes.weight_g[lane], np.zeros(len(row), bool)
    listed = kind >= 0
    if listed.any():
        most_ml = np.where(listed, kinds.volume_ml[kind], most_ml)
        most_g = np.where(listed, kinds.weight_g[kind], most_g)
        shared = listed & (kinds.shared[kind] == 1)
    own = gone & ~shared
    waits = np.isin(row, held) & ~gone
    came = trips.status[row] == int(TripStatus.DONE)
    late = np.where(came, np.maximum(trips.arrived_s[row] - trips.arrive_s[row], 0), 0)
    cost = np.where(trips.cost_c[row] >= 0, trips.cost_c[row], lanes.cost_c[lane])
    loaded = pallets.trip[pallets.trip >= 0]
    room_ml, room_g = total(most_ml * own), total(most_g * own)
    return LaneFill.fill(
        len(key),
        origin=key // wide,
        dest=key % wide,
        trips=total(own),
        shared=total(gone & shared),
        idle=total(~gone & ~waits),
        held=total(waits),
        packages=total(trips.packages[row] * gone),
        volume_pm=np.where(
            room_ml > 0, total(trips.volume_ml[row] * own) * 1000 // np.maximum(room_ml, 1), -1
        ),
        weight_pm=np.where(room_g > 0, total(trips.weight_g[row] * own) * 1000 // np.maximum(room_g, 1), -1),
        late_s=total(late) // np.maximum(total(came), 1),
        pallets=total(np.bincount(loaded, minlength=len(trips))[row] * gone),
        cost_c=total(cost * gone),
    )
