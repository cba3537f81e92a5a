"""Independent checks of trailers and transfers."""

from __future__ import annotations

import numpy as np

from doorward.tables.linehaul import Equipment, Lanes, Loaded, Pallets, Trips, TripsSettled, TripStatus


def lint_loads(loaded: Loaded, pallets: Pallets, trips: Trips, lanes: Lanes) -> list[str]:
    """Every breach of a loading plan, in words: places, limits, one trip a pallet, only before it leaves."""
    faults = []
    if len(np.unique(loaded.pallet)) < len(loaded):
        faults.append("a pallet is on two trips")
    for pallet, trip in zip(loaded.pallet.tolist(), loaded.trip.tolist(), strict=True):
        lane = trips.lane[trip]
        if pallets.trip[pallet] >= 0:
            faults.append(f"pallet {pallet} was on trip {pallets.trip[pallet]} already")
        if (pallets.site[pallet], pallets.dest[pallet]) != (lanes.origin[lane], lanes.dest[lane]):
            faults.append(f"pallet {pallet} is not where trip {trip} begins or does not go there")
        if trips.status[trip] > int(TripStatus.LOADED):
            faults.append(f"trip {trip} has left")
    for trip in np.unique(loaded.trip).tolist():
        lane, mine = trips.lane[trip], loaded.pallet[loaded.trip == trip]
        if pallets.volume_ml[mine].sum() + trips.volume_ml[trip] > lanes.volume_ml[lane]:
            faults.append(f"trip {trip} is over its volume")
        if pallets.weight_g[mine].sum() + trips.weight_g[trip] > lanes.weight_g[lane]:
            faults.append(f"trip {trip} is over its weight")
    return faults


def lint_settled(settled: TripsSettled, trips: Trips, lanes: Lanes, kinds: Equipment) -> list[str]:
    """Every breach of a settlement, in words, after its fold: kinds of the lane, the load fits, something is on it."""
    faults = []
    for trip, kind in zip(settled.trip.tolist(), settled.equipment.tolist(), strict=True):
        lane = int(trips.lane[trip])
        if kind >= 0 and kinds.lane[kind] != lane:
            faults.append(f"trip {trip} is driven by equipment of lane {kinds.lane[kind]}, not {lane}")
        most_ml = kinds.volume_ml[kind] if kind >= 0 else lanes.volume_ml[lane]
        most_g = kinds.weight_g[kind] if kind >= 0 else lanes.weight_g[lane]
        if trips.volume_ml[trip] > most_ml or trips.weight_g[trip] > most_g:
            faults.append(f"trip {trip} carries more than its vehicle holds")
        if trips.packages[trip] <= 0:
            faults.append(f"trip {trip} drives air")
    return faults
