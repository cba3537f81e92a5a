"""Departures that are worth holding: for a floor that will not make its cut-off, and for what comes on a late truck."""

from __future__ import annotations

import numpy as np

from doorward.linehaul.commands import held_so_far
from doorward.linehaul.plan import next_sites
from doorward.linehaul.rules import LinehaulRules
from doorward.runtime.look.shapes import Action
from doorward.runtime.look.view import Longs, View
from doorward.runtime.look.words import clock
from doorward.tables.linehaul import Lanes, NextHop, TripHolds, Trips, TripStatus
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites

STEP_S = 300
"""Departures are held until a full five minutes."""


def for_floor(view: View, fc: int, cutoff_s: int, ends_s: int, package: Longs) -> list[Action]:
    """Hold what these packages of a building were to leave by at `cutoff_s` until their work, which ends at `ends_s`,
    is staged; nothing where that is too long, or loading has begun."""
    trips, lanes = view.table(Trips), view.table(Lanes)
    trip = np.flatnonzero((trips.depart_s == cutoff_s) & (trips.status == TripStatus.PLANNED))
    trip = trip[
        (lanes.origin[trips.lane[trip]] == fc)
        & np.isin(lanes.dest[trips.lane[trip]], _hops(view, fc, package))
    ]
    staged_s = ends_s + lanes.cutoff_s[trips.lane[trip]].astype(np.int64)
    return _hold(view, trip, staged_s)


def for_late_truck(view: View, trip: int, comes_s: int, package: Longs) -> list[Action]:
    """Hold the departures that packages on a late truck would have gone on by, had it been in time, until they can."""
    trips, lanes, rules = view.table(Trips), view.table(Lanes), view.rule(LinehaulRules)
    site = int(lanes.dest[trips.lane[trip]])
    onward = package[view.table(Packages).station[package] != site]
    if not len(onward):
        return []
    row = np.flatnonzero((lanes.origin[trips.lane] == site) & (trips.status == TripStatus.PLANNED))
    lane = trips.lane[row]
    ready_s = comes_s + rules.transfer_s + lanes.cutoff_s[lane].astype(np.int64)
    was_s = ready_s - comes_s + trips.arrive_s[trip]
    missed = (trips.depart_s[row] >= was_s) & (trips.depart_s[row] < ready_s)
    missed &= np.isin(lanes.dest[lane], _hops(view, site, onward)) & (trips.depart_s[row] > view.now_s)
    return _hold(view, row[missed], ready_s[missed])


def _hops(view: View, site: int, package: Longs) -> Longs:
    """Where these packages go next from a building."""
    station = view.table(Packages).station[package].astype(np.int64)
    return next_sites(np.full(len(station), site), station, len(view.table(Sites)), view.table(NextHop))


def _hold(view: View, trip: Longs, ready_s: Longs) -> list[Action]:
    """One action for all that can wait long enough, until the last of them is ready."""
    trips, lanes = view.table(Trips), view.table(Lanes)
    until = -(-ready_s // STEP_S) * STEP_S
    waits = until - trips.depart_s[trip] + held_so_far(view.table(TripHolds), trip)
    before = trips.depart_s[trip] - lanes.cutoff_s[trips.lane[trip]] > view.now_s
    good = (waits <= view.rule(LinehaulRules).hold_most_s) & before & (until > trips.depart_s[trip])
    if not good.any():
        return []
    last, trucks = int(until[good].max()), int(good.sum())
    what = "its truck" if trucks == 1 else f"its {trucks} trucks"
    return [Action("trip.hold", f"Hold {what} until {clock(view, last)}", trip[good].tolist(), last)]
