"""Outages: clocks that stop, floors, trucks and pick-ups that feel one and the same."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.standstill import put_off, united, worked
from doorward.core.units import DAY_S, HOUR_S
from doorward.tables.linehaul import Lanes, Trips, TripStatus
from doorward.tables.outages import Outages, PlannedOutages, What
from doorward.tables.packages import PickTasks
from doorward.tables.sites import SiteKind, Sites
from doorward.tracking.standstill import plan_watch
from doorward.twin.floor import FloorRules, TwinFloor
from doorward.twin.outages import OutageRules, TwinOutages
from doorward.twin.suppliers import SupplierRules
from doorward.twin.trucks import TruckRules, TwinTrucks

SITES = Sites.fill(4, kind=[SiteKind.FC, SiteKind.STATION, SiteKind.STATION, SiteKind.LOCKER])
NEVER = OutageRules(site_ppm=0, pickups_ppm=0)
OFTEN = OutageRules(site_ppm=700_000, pickups_ppm=500_000)


def scripted(what: What, site: int, lo: int, hi: int) -> TwinOutages:
    rows = Outages.fill(1, site=site, what=int(what), from_s=lo, until_s=hi)
    return TwinOutages(1, SITES, 2, 0, rows, NEVER)


spans = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 60), st.integers(0, 25)), max_size=6)


@settings(max_examples=150, deadline=None)
@given(spans, st.integers(0, 40), st.integers(0, 60), st.integers(0, 1))
def test_clocks_equal_counting_seconds(
    rows: list[tuple[int, int, int]], begin: int, work: int, at: int
) -> None:
    table = np.array([(p, lo, lo + n) for p, lo, n in rows], np.int64).reshape(-1, 3).T
    stands = united(*table)
    still = {s for p, lo, hi in table.T.tolist() if p == at for s in range(lo, hi)}
    place = np.array([at])
    done = int(worked(np.array([begin]), np.array([begin + work]), place, stands)[0])
    second, left = begin, work
    while left:
        left -= second not in still
        second += 1
    assert done == second
    late = int(put_off(np.array([begin]), place, stands)[0])
    assert late == next(s for s in range(begin, 1000) if s not in still)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 50), st.lists(st.integers(1, 7200), min_size=1, max_size=40))
def test_told_step_by_step_is_told_once_and_whole(seed: int, day: int, steps: list[int]) -> None:
    """However often they are asked for, outages begin once, end once, and never ahead of time."""
    twin = TwinOutages(seed, SITES, 2, 0, None, OFTEN)
    now, known = day * DAY_S, Outages.empty()
    start = now
    for step in steps:
        after, now = now, now + step
        told = twin.outages(after, now)
        assert (told.from_s <= now).all() and (told.until_s <= now).all()
        seen, over, remarks = plan_watch(told, known, PlannedOutages.empty(), now)
        assert seen.outage.tolist() == list(range(len(known), len(known) + len(seen)))
        new = Outages(**{n: getattr(seen, n) for n in Outages.columns})
        every = Outages.concat([known, new])
        until = every.until_s.copy()
        assert (until[over.outage] == -1).all()
        until[over.outage] = over.until_s
        known = every.replace(until_s=until)
        assert (remarks.row >= 0).all()
    whole = twin.between(start, now)
    assert sorted(known.from_s.tolist()) == sorted(whole.from_s.tolist())
    ended = np.where(whole.until_s <= now, whole.until_s, -1)
    assert sorted(known.until_s.tolist()) == sorted(ended.tolist())
    assert not (whole.site == 3).any(), "lockers need no one"


def test_no_rates_no_outages() -> None:
    assert len(TwinOutages(3, SITES, 5, 0, None, NEVER).between(0, 40 * DAY_S)) == 0


def test_rates_are_those_of_the_rules() -> None:
    drawn = TwinOutages(3, SITES, 0, 0, None, OutageRules(site_ppm=100_000)).between(0, 2_000 * DAY_S)
    assert abs(len(drawn) - 3 * 200) < 90
    assert (drawn.until_s - drawn.from_s <= OutageRules().longest_s).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([What.CLOSED, What.PICKING, What.SORTING]))
def test_no_step_of_the_floor_ends_while_it_stands_still(seed: int, what: What) -> None:
    rng = np.random.default_rng(seed)
    start = rng.integers(0, 9_000, 60)
    pick = start + rng.integers(30, 1_800, 60)
    pack = pick + rng.integers(60, 2_000, 60)
    tasks = PickTasks.fill(
        60, package=np.arange(60), wave=0, fc=0, batch=np.arange(60), start_s=start, pick_s=pick, pack_s=pack,
        sort_s=pack + 100,
    )  # fmt: skip
    lo, hi = 3_600, 3_600 + int(rng.integers(60, 20_000))
    world = scripted(what, 0, lo, hi)
    lanes = Lanes.empty()
    plain = TwinFloor(seed, lanes, FloorRules(), SupplierRules()).times(tasks)
    held = TwinFloor(seed, lanes, FloorRules(), SupplierRules(), world).times(tasks)
    stops = ({What.CLOSED, What.PICKING}, {What.CLOSED, What.SORTING}, {What.CLOSED, What.SORTING})
    for before, after, by in zip(plain, held, stops, strict=True):
        assert (after >= before).all() and (after[before < lo] == before[before < lo]).all()
        if what in by:
            assert not ((after > lo) & (after < hi)).any()
    assert (held[0] < held[1]).all() and (held[1] < held[2]).all()


def test_trucks_wait_for_the_dock_and_at_the_gate() -> None:
    lanes = Lanes.fill(1, origin=0, dest=1)
    trips = Trips.fill(1, lane=0, depart_s=10 * HOUR_S, arrive_s=11 * HOUR_S, status=int(TripStatus.LOADED))
    rules, row = TruckRules(very_late_pm=0), np.array([0])

    def times(what: What, site: int, lo: int, hi: int) -> tuple[int, int]:
        truck = TwinTrucks(4, 0, rules, lanes, scripted(what, site, lo * HOUR_S, hi * HOUR_S))
        left, came = truck.times(trips, row)
        return int(left[0]), int(came[0])

    left, came = times(What.DEPARTURES, 0, 9, 14)
    assert 14 * HOUR_S <= left < 14 * HOUR_S + 900 < came
    left, came = times(What.CLOSED, 1, 9, 14)
    assert left < 11 * HOUR_S and 14 * HOUR_S <= came < 14 * HOUR_S + 900
    assert times(What.SORTING, 0, 9, 14) == times(What.DEPARTURES, 1, 9, 14)
