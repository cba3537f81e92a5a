"""Independent checks of trailers and transfers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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


def lint_trips(trips: Trips, pallets: Pallets, lanes: Lanes, kinds: Equipment) -> list[str]:
    """Every breach in the departures of a whole run, in words: O(trips + pallets).

    A departure carries exactly its pallets, from where it begins to where it goes, within what drives it; it is paid by
    that vehicle's tariff; it leaves no sooner than planned, arrives after it left, and one that does not run is empty.
    """
    on = pallets.trip >= 0
    trip, lane = pallets.trip[on], trips.lane[pallets.trip[on]]
    astray = (pallets.site[on] != lanes.origin[lane]) | (pallets.dest[on] != lanes.dest[lane])
    faults = [f"pallet {row} is on a trip that goes elsewhere" for row in np.flatnonzero(on)[astray].tolist()]
    for column in ("packages", "volume_ml", "weight_g"):
        sums = np.zeros(len(trips), np.int64)
        np.add.at(sums, trip, getattr(pallets, column)[on].astype(np.int64))
        wrong = np.flatnonzero(sums != getattr(trips, column))
        faults += [
            f"trip {row} says {column} {getattr(trips, column)[row]}, its pallets {sums[row]}"
            for row in wrong
        ]
    runs = (trips.status != int(TripStatus.PLANNED)) & (trips.status != int(TripStatus.CANCELLED))
    left, done = trips.status >= int(TripStatus.LEFT), trips.status == int(TripStatus.DONE)
    row = np.flatnonzero(runs)
    most_ml, most_g, cost_c, of_lane = _tariff(trips, row, lanes, kinds)

    def say(bad: NDArray[np.bool_], among: NDArray[np.int64], what: str) -> None:
        faults.extend(f"trip {each} {what}" for each in among[bad].tolist())

    every = np.arange(len(trips))
    say(~runs & (trips.packages > 0), every, "does not run and is not empty")
    say(trips.packages[row] <= 0, row, "drives air")
    say(trips.volume_ml[row] > most_ml, row, "is over its volume")
    say(trips.weight_g[row] > most_g, row, "is over its weight")
    say(~of_lane, row, "is driven by equipment of another lane")
    say(trips.cost_c[row] != cost_c, row, "is not paid by its tariff")
    say(runs & left & (trips.left_s < trips.depart_s), every, "left before its time")
    say(done & (trips.arrived_s <= trips.left_s), every, "arrived before it left")
    return faults


def _tariff(
    trips: Trips, row: NDArray[np.int64], lanes: Lanes, kinds: Equipment
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """(volume, weight, cents, whether it is of this lane) of what drives these departures: the tariff as it is told."""
    most_ml, most_g, cost_c, of_lane = [], [], [], []
    for trip in row.tolist():
        lane, kind = int(trips.lane[trip]), int(trips.equipment[trip])
        if kind < 0:
            most_ml.append(int(lanes.volume_ml[lane]))
            most_g.append(int(lanes.weight_g[lane]))
            cost_c.append(int(lanes.cost_c[lane]))
            of_lane.append(True)
            continue
        charged_g = max(
            int(trips.weight_g[trip]), int(trips.volume_ml[trip]) * int(kinds.dense_g_l[kind]) // 1000
        )
        by_weight_c = charged_g * int(kinds.tonne_c[kind]) // 1_000_000 if kinds.shared[kind] else 0
        most_ml.append(int(kinds.volume_ml[kind]))
        most_g.append(int(kinds.weight_g[kind]))
        cost_c.append(max(int(kinds.cost_c[kind]), by_weight_c))
        of_lane.append(int(kinds.lane[kind]) == lane)
    return (
        np.array(most_ml, np.int64), np.array(most_g, np.int64), np.array(cost_c, np.int64), np.array(of_lane, bool),
    )  # fmt: skip
