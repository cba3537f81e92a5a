"""Departures of a day: what leaves when, how full, how late."""

from __future__ import annotations

import numpy as np

from doorward.core.units import DAY_S
from doorward.runtime.look.shapes_pages import Departure, Linehaul
from doorward.runtime.look.tone import tone_list
from doorward.runtime.look.trips import travel
from doorward.runtime.look.view import Longs, View
from doorward.tables.journey import Holder, Status
from doorward.tables.linehaul import Body, Equipment, Lanes, NextHop, Pallets, Trips, TripStatus
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites


def linehaul(view: View, day: int | None = None) -> Linehaul:
    """Trips that depart on a local day (none: today), by departure."""
    trips, lanes = view.table(Trips), view.table(Lanes)
    begins = view.begins_s(day)
    trip = np.flatnonzero((trips.depart_s >= begins) & (trips.depart_s < begins + DAY_S))
    trip = trip[np.lexsort((trip, trips.depart_s[trip]))]
    found, lane = travel(view, trip), trips.lane[trip]
    tones, waits, fill = tone_list(found.stand), waiting(view, trip), fill_pm(view, trip)
    cost = np.where(trips.cost_c[trip] >= 0, trips.cost_c[trip], lanes.cost_c[lane])
    return Linehaul(
        view.turn,
        view.now_s,
        [
            Departure(
                trip=t,
                origin=int(lanes.origin[lane[k]]),
                dest=int(lanes.dest[lane[k]]),
                status=TripStatus(int(trips.status[t])).name.lower(),
                tone=tones[k],
                depart_s=int(trips.depart_s[t]),
                arrive_s=int(trips.arrive_s[t]),
                left_s=int(trips.left_s[t]),
                arrived_s=int(trips.arrived_s[t]),
                packages=int(trips.packages[t]),
                waiting=int(waits[k]),
                fill_pm=int(fill[k]),
                cost_c=int(cost[k]),
                late_s=int(found.late_s[k]),
                truck=truck_words(view, t),
            )
            for k, t in enumerate(trip.tolist())
        ],
    )


def fill_pm(view: View, trip: Longs) -> Longs:
    """Load of trips over what they hold, per mille: by volume or weight, whichever is fuller; of a part load on a
    partner's truck, its part of that truck, (n,)."""
    trips, lanes, kinds = view.table(Trips), view.table(Lanes), view.table(Equipment)
    lane, kind = trips.lane[trip], trips.equipment[trip].astype(np.int64)
    most_ml, most_g, listed = lanes.volume_ml[lane], lanes.weight_g[lane], kind >= 0
    most_ml[listed], most_g[listed] = kinds.volume_ml[kind[listed]], kinds.weight_g[kind[listed]]
    by_ml = trips.volume_ml[trip] * 1000 // np.maximum(1, most_ml)
    return np.asarray(np.maximum(by_ml, trips.weight_g[trip] * 1000 // np.maximum(1, most_g)))


def waiting(view: View, trip: Longs) -> Longs:
    """Packages sorted for where a trip goes that no trip has yet, (n,); counted at the next departure there only."""
    packages, pallets, trips, lanes = (
        view.table(Packages),
        view.table(Pallets),
        view.table(Trips),
        view.table(Lanes),
    )
    sites, hops = len(view.table(Sites)), view.table(NextHop)
    row = view.open[packages.status[view.open] == Status.SORTED]
    row = row[(packages.holder_kind[row] == Holder.SITE) & (packages.station[row] >= 0)]
    loaded = packages.pallet[row] >= 0
    loaded[loaded] = pallets.trip[packages.pallet[row[loaded]]] >= 0
    row = row[~loaded]
    at = packages.holder[row]
    to = hops.site[at * sites + packages.station[row]].astype(np.int64) if len(hops) else at
    pair = np.bincount(at * sites + np.maximum(0, to), to >= 0, sites * sites).astype(np.int64)
    lane = trips.lane[trip]
    key = lanes.origin[lane].astype(np.int64) * sites + lanes.dest[lane]
    ahead = np.flatnonzero(trips.status[trip] <= TripStatus.LOADED)
    ahead = ahead[np.argsort(trips.depart_s[trip[ahead]], kind="stable")]
    _, first = np.unique(key[ahead], return_index=True)
    found = np.zeros(len(trip), np.int64)
    found[ahead[first]] = pair[key[ahead[first]]]
    return found


def truck_words(view: View, trip: int) -> str:
    """What drives a trip: `electric rigid`, `light, part load on a partner's`; empty before it is settled."""
    kinds, kind = view.table(Equipment), int(view.table(Trips).equipment[trip])
    if kind < 0:
        return ""
    words = Body(int(kinds.body[kind])).name.lower()
    if kinds.electric[kind] == 1:
        words = f"electric {words}"
    return f"{words}, part load on a partner's" if kinds.shared[kind] == 1 else words
