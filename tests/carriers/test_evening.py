"""Evenings in the choice of a way: gig drivers take what comes too late for the vans, and no more than fits."""

from __future__ import annotations

import numpy as np

from doorward.tables.journey import Status
from doorward.tables.orders import Orders, Speed
from doorward.tables.packages import Packages
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.ways import Bills, Way, WayCapacity
from tests.carriers.world import MONDAY_S, state_with, turn

N = 600
EVENING = {"evening_plan_s": 63_900, "evening_s": 64_800, "evening_route_s": 4_500}
TWO_S = MONDAY_S + 14 * 3_600


def chosen(**rules: int) -> tuple[Packages, Bills, WayCapacity]:
    """Same-day packages that are at their stations at two in the afternoon: the last wave of vans is planned."""
    state = state_with(4, N, due_s=MONDAY_S + 21 * 3_600, status=int(Status.READY))
    state.put(Orders, slice(None), speed=int(Speed.SAME_DAY), due_s=MONDAY_S + 21 * 3_600, consent=0)
    stations = np.flatnonzero(state.table(Sites).kind == SiteKind.STATION)
    here = stations[np.arange(N) % len(stations)]
    state.put(Packages, slice(None), weight_g=900, holder=here, station=here, flags=0)
    turn(state, "carriers.open", MONDAY_S + 600, **rules)
    turn(state, "carriers.choose", TWO_S, **rules)
    return state.table(Packages), state.table(Bills), state.table(WayCapacity)


def test_what_misses_the_vans_goes_in_the_evening_within_its_room() -> None:
    packages, bills, capacity = chosen(**EVENING)
    evening = (capacity.way == Way.FLEX) & (capacity.slot_s == EVENING["evening_s"])
    room = capacity.limit[evening & (capacity.day == capacity.day[0])].sum()
    assert (capacity.taken[evening] <= capacity.limit[evening]).all()
    mine = np.flatnonzero((packages.way == Way.FLEX) & (bills.opening >= 0))
    assert (capacity.slot_s[bills.opening[mine]] == EVENING["evening_s"]).all()
    assert len(mine) == min(N, room) == capacity.taken[evening].sum() > 100
    assert (bills.late_pm[mine] < 200).all() and (bills.late_pm[packages.way == Way.OWN] > 900).all()
    assert (bills.pool[mine] == -1).all(), "they compete with no wave of vans"


def test_without_an_evening_everything_is_late() -> None:
    packages, bills, capacity = chosen()
    assert (capacity.slot_s[capacity.way == Way.FLEX] < EVENING["evening_s"]).all()
    assert (bills.late_pm[packages.way >= 0] > 900).all()
