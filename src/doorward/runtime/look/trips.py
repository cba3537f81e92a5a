"""Trips as they are now: when each is expected, and how it stands against its timetable and its packages' promises."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorward.linehaul.rules import LinehaulRules
from doorward.runtime.look.tone import Stand, Tones, worst
from doorward.runtime.look.view import Longs, View
from doorward.tables.journey import Holder, Status
from doorward.tables.linehaul import Pallets, Trips, TripStatus
from doorward.tables.packages import Packages


class Travel(NamedTuple):
    """Of trips (n,): late_s expected (or true) arrival behind the timetable, at least 0; stand (Stand)

    package (p,) rows of Packages on them or staged for them; of (p,) place of each one's trip in the trips asked for
    """

    late_s: Longs
    stand: Tones
    package: Longs
    of: Longs


def travel(view: View, trip: Longs) -> Travel:
    """How these trips stand; trip (n,) rows of Trips, each once."""
    trips = view.table(Trips)
    drive_s = trips.arrive_s[trip] - trips.depart_s[trip]
    status, left = trips.status[trip], trips.left_s[trip]
    leaves = np.where(left >= 0, left, np.maximum(view.now_s, trips.depart_s[trip]))
    comes = np.where(trips.arrived_s[trip] >= 0, trips.arrived_s[trip], leaves + drive_s)
    under_way = (left >= 0) & (trips.arrived_s[trip] < 0)
    comes[under_way] = np.maximum(comes[under_way], view.now_s)
    late_s = np.maximum(0, comes - trips.arrive_s[trip])
    late_s[status == TripStatus.CANCELLED] = 0
    place = np.full(len(trips), -1, np.int64)
    place[trip] = np.arange(len(trip))
    package, on = riding(view)
    mine = place[on] >= 0
    package, of = package[mine], place[on[mine]]
    stand = worst(view.tones_of(package), of, len(trip))
    stand = np.maximum(stand, Stand.ON_TIME).astype(np.int8)
    stand[late_s > view.rule(LinehaulRules).late_s] = Stand.LATE
    stand[status == TripStatus.DONE] = Stand.DONE
    stand[status == TripStatus.CANCELLED] = Stand.NONE
    return Travel(np.asarray(late_s, np.int64), stand, package, of)


def riding(view: View) -> tuple[Longs, Longs]:
    """(packages on a trailer or staged on a pallet for one, their trip). O(open packages)."""
    packages, pallets = view.table(Packages), view.table(Pallets)
    open_ = view.open
    status = packages.status[open_]
    road = open_[(status == Status.MOVING) & (packages.holder_kind[open_] == Holder.TRIP)]
    staged = open_[(status == Status.SORTED) & (packages.pallet[open_] >= 0)]
    trip = pallets.trip[packages.pallet[staged]].astype(np.int64)
    staged, trip = staged[trip >= 0], trip[trip >= 0]
    return np.r_[road, staged], np.r_[packages.holder[road], trip]
