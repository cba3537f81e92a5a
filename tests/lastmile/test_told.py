"""Who stays behind at a wave is told why: no vans, docks that stand still, gig drivers who do not come."""

from __future__ import annotations

import numpy as np
import pytest

from doorward.lastmile.lint import lint_wave
from doorward.lastmile.service import plan
from doorward.ledger.state import State
from doorward.tables.fleet import Runs, StopsPlanned, Vehicles
from doorward.tables.flex import Blocks, BlockStatus
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Packages, Scans
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.ways import Bills, Way, WayDropped
from tests.lastmile.test_service import HOUR, WAVE_S, desk, gig_world, posted, station
from tests.modes import MIDNIGHT_S


def stand_still(state: State, what: What, until_s: int) -> None:
    state.append(
        Outages.fill(1, site=1, service=-1, what=int(what), from_s=MIDNIGHT_S + 6 * HOUR, until_s=until_s)
    )


def told(state: State, at_s: int = WAVE_S) -> Remarks:
    at = desk(state, at_s)
    plan(at)
    assert len(posted(at, StopsPlanned)) == 0
    return posted(at, Remarks)


@pytest.mark.parametrize("way", [Way.OWN, Way.DSP, Way.LOCKER])
@pytest.mark.parametrize("what", [What.CLOSED, What.DEPARTURES])
def test_docks_that_stand_still_at_a_wave(way: Way, what: What) -> None:
    state = station(30, way=way)
    stand_still(state, what, WAVE_S + HOUR)
    remarks = told(state)
    assert remarks.row.tolist() == list(range(30)) and set(remarks.reason.tolist()) == {Reason.STANDSTILL}
    assert set(remarks.limit.tolist()) == {1} and set(remarks.short.tolist()) == {HOUR}
    assert len(told(state, WAVE_S + 900)) == 0, "once a wave, not at every call"


def test_nobody_knows_until_when_and_an_outage_of_the_sorter_does_not_stop_vans() -> None:
    state = station(30)
    stand_still(state, What.CLOSED, -1)
    stand_still(state, What.DEPARTURES, WAVE_S + HOUR)
    assert set(told(state).short.tolist()) == {-1}
    state = station(30)
    stand_still(state, What.SORTING, WAVE_S + HOUR)
    at = desk(state, WAVE_S)
    plan(at)
    assert sorted(posted(at, StopsPlanned).package.tolist()) == list(range(30))


def test_no_van_on_duty_and_no_van_at_all() -> None:
    state = station(30)
    vehicles = state.table(Vehicles)
    state.put(Vehicles, np.arange(len(vehicles)), shift_lo_s=2 * HOUR, shift_hi_s=4 * HOUR)
    assert told(state).row.tolist() == list(range(30)) and set(told(state).reason.tolist()) == {
        Reason.NO_VEHICLE
    }
    state.put(Vehicles, np.arange(len(vehicles)), station=0, shift_hi_s=20 * HOUR)
    assert told(state).row.tolist() == list(range(30)) and set(told(state).reason.tolist()) == {
        Reason.NO_VEHICLE
    }


def test_gig_packages_of_a_station_that_stands_still() -> None:
    state = gig_world(BlockStatus.CHECKED_IN, 40)
    stand_still(state, What.DEPARTURES, WAVE_S + HOUR)
    remarks = told(state)
    assert remarks.row.tolist() == list(range(40)) and set(remarks.reason.tolist()) == {Reason.STANDSTILL}


def test_gig_packages_without_any_other_way_hear_of_it_at_each_wave() -> None:
    state = gig_world(BlockStatus.NO_SHOW, 40)
    state.load(Bills.fill(40, gates=1 << int(Way.FLEX)))
    at = desk(state, WAVE_S)
    plan(at)
    remarks = posted(at, Remarks)
    assert len(posted(at, WayDropped)) == 0
    assert remarks.row.tolist() == list(range(40)) and set(remarks.reason.tolist()) == {Reason.NO_DRIVER}
    assert len(told(state, WAVE_S + 900)) == 0


def test_the_check_finds_who_was_forgotten() -> None:
    state = gig_world(BlockStatus.NO_SHOW, 40)
    state.put(Packages, np.arange(0, 40, 2), way=int(Way.OWN))
    tables = state.table(Packages), state.table(Scans), state.table(Blocks), state.table(Runs)
    about = Remarks.about(Subject.PACKAGE, np.arange(40), Reason.NO_TIME, WAVE_S)
    lint_wave(*tables, [about], MIDNIGHT_S, WAVE_S)
    for forgotten in (0, 1):
        rest = about.take(about.row != forgotten)
        with pytest.raises(ValueError, match=f"1 packages, first: {forgotten}"):
            lint_wave(*tables, [rest], MIDNIGHT_S, WAVE_S)
    with pytest.raises(ValueError, match="40 packages"):
        lint_wave(*tables, [about.replace(subject=np.full(40, int(Subject.ORDER)))], MIDNIGHT_S, WAVE_S)
    state.put(Blocks, np.array([0]), status=int(BlockStatus.CLAIMED))
    tables = state.table(Packages), state.table(Scans), state.table(Blocks), state.table(Runs)
    lint_wave(*tables, [about.take(about.row % 2 == 0)], MIDNIGHT_S, WAVE_S)
    state.put(Packages, np.arange(40), due_lo_s=MIDNIGHT_S + 30 * HOUR)
    lint_wave(state.table(Packages), *tables[1:], [], MIDNIGHT_S, WAVE_S)
