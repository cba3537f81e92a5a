"""Departures that are held: their times and their packages' move together, and back; what cannot wait is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from doorward.core.errors import BadInput, Refused
from doorward.core.table import Table
from doorward.core.units import DAY_S
from doorward.ledger.state import State
from doorward.linehaul.commands import Hold, Release, do_hold, do_release
from doorward.linehaul.rules import LinehaulRules
from doorward.linehaul.service import timetable
from doorward.linehaul.state import FOLDS
from doorward.tables.journey import Status
from doorward.tables.linehaul import Lanes, NextHop, TripHolds, Trips, TripsHeld, TripsPlanned, TripStatus
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites

NOON_S = 1_772_539_200
LEAVES_S = NOON_S + 7_200


@dataclass
class Bench:
    """A desk on tables in memory: what is posted is folded by `post`."""

    state: State
    now_s: int = NOON_S
    utc_offset_s: int = 0
    posted: list[Table] = field(default_factory=list)

    def table(self, kind: type[Any]) -> Any:
        return self.state.table(kind)

    def next(self, kind: type[Any]) -> int:
        return self.state.count(kind)

    def rule(self, kind: type[Any]) -> Any:
        return kind()

    def post(self, *facts: Table) -> None:
        for fact in facts:
            if len(fact):
                FOLDS[type(fact)](self.state, fact, self.now_s)


@pytest.fixture
def bench() -> Bench:
    """Two lanes out of site 0, to 1 and to 2, that leave at the same second; three packages work towards them, and one
    towards the next day's."""
    state = State()
    state.append(Sites.fill(3))
    state.append(
        Lanes.fill(2, origin=0, dest=[1, 2], depart_s=14 * 3_600, cutoff_s=1_800, drive_s=3_600, days=127)
    )
    hops = np.full(9, -1)
    hops[[1, 2]] = 1, 2
    state.append(NextHop.fill(9, site=hops))
    state.append(Packages.fill(
        4, fc=0, station=[1, 1, 2, 1], status=[Status.PLANNED, Status.PACKED, Status.PLANNED, Status.PLANNED],
        leave_s=[LEAVES_S, LEAVES_S, LEAVES_S, LEAVES_S + DAY_S],
    ))  # fmt: skip
    made = Bench(state)
    made.post(TripsPlanned.fill(2, trip=[0, 1], lane=[0, 1], depart_s=LEAVES_S, arrive_s=LEAVES_S + 3_600))
    return made


def times(bench: Bench) -> list[list[int]]:
    trips = bench.table(Trips)
    return [trips.depart_s.tolist(), trips.arrive_s.tolist(), bench.table(Packages).leave_s.tolist()]


def test_a_held_truck_moves_with_what_goes_by_it_and_back(bench: Bench) -> None:
    before = times(bench)
    held = do_hold(bench, Hold(trips=[0], until_s=LEAVES_S + 1_200))  # type: ignore[arg-type]
    assert (held.depart_s, held.arrive_s) == ([LEAVES_S + 1_200], [LEAVES_S + 4_800])
    depart, arrive, leave = times(bench)
    assert depart == [LEAVES_S + 1_200, LEAVES_S] and arrive == [LEAVES_S + 4_800, LEAVES_S + 3_600]
    assert leave == [LEAVES_S + 1_200, LEAVES_S + 1_200, LEAVES_S, LEAVES_S + DAY_S], "only its own packages"
    assert bench.table(TripHolds).held_s.tolist() == [1_200, 0]
    do_hold(bench, Hold(trips=[0], until_s=LEAVES_S + 2_700))  # type: ignore[arg-type]
    do_release(bench, Release(trips=[0]))  # type: ignore[arg-type]
    assert times(bench) == before and not bench.table(TripHolds).held_s.any()


def test_the_timetable_does_not_plan_a_held_departure_once_more(bench: Bench) -> None:
    timetable(bench)  # type: ignore[arg-type]
    planned = bench.state.count(Trips)
    do_hold(bench, Hold(trips=[0, 1], until_s=LEAVES_S + 600))  # type: ignore[arg-type]
    timetable(bench)  # type: ignore[arg-type]
    assert bench.state.count(Trips) == planned


def test_what_cannot_wait_is_refused_in_words(bench: Bench) -> None:
    most = LinehaulRules().hold_most_s
    for trips, until_s, words in (
        ([0], LEAVES_S, "until after it was to leave"), ([0], LEAVES_S + most + 1, "behind the timetable"),
        ([9], LEAVES_S + 60, "no trip 9"), ([], LEAVES_S + 60, "at once"),
    ):  # fmt: skip
        with pytest.raises(BadInput, match=words):
            do_hold(bench, Hold(trips=trips, until_s=until_s))  # type: ignore[arg-type]
    bench.post(TripsHeld.fill(1, trip=0, held_s=most))
    with pytest.raises(BadInput, match="behind the timetable"):
        do_hold(bench, Hold(trips=[0], until_s=LEAVES_S + most + 60))  # type: ignore[arg-type]
    with pytest.raises(Refused, match="is not held"):
        do_release(bench, Release(trips=[1]))  # type: ignore[arg-type]
    bench.now_s = LEAVES_S - 900  # by the timetable its loading has begun
    with pytest.raises(Refused, match="would have been loaded"):
        do_release(bench, Release(trips=[0]))  # type: ignore[arg-type]
    bench.state.put(Trips, np.array([1]), status=int(TripStatus.LOADED))
    with pytest.raises(Refused, match="is LOADED"):
        do_hold(bench, Hold(trips=[1], until_s=LEAVES_S + 60))  # type: ignore[arg-type]
