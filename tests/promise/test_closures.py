"""Promises around standstills: never sooner for them, later where they bite, untouched where they do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.timetable import NEVER
from doorward.core.units import DAY_S, HOUR_S
from doorward.ledger.state import State
from doorward.promise import closures as c
from doorward.promise.rules import PromiseRules
from doorward.promise.ways import Ways, plan_ways
from doorward.tables.linehaul import Lanes
from doorward.tables.orders import Quoted, Speed
from doorward.tables.outages import Outages, PlannedOutages, What
from doorward.tables.sites import Floors, Sites
from doorward.tables.ways import Services
from tests.promise.test_quotes import NINE, quoted, served
from tests.promise.worlds import MIDNIGHT_S, OFFSET_S, network

RULES = PromiseRules()


def ways(state: State, closures: c.Closures = (), now_s: int = NINE) -> Ways:
    tables = (state.table(kind) for kind in (Sites, Floors, Lanes, Services))
    return plan_ways(*tables, RULES, now_s, OFFSET_S, closures)  # type: ignore[arg-type]


def planned(state: State, *rows: tuple[int, What, int, int], service: int = -1) -> None:
    """Announce outages (site, what, from_s, until_s)."""
    site, what, from_s, until_s = np.array(rows, np.int64).T
    state.load(
        PlannedOutages.fill(len(rows), site=site, service=service, what=what, from_s=from_s, until_s=until_s)
    )


spans = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(What), st.integers(-12, 72), st.integers(1, 40)), max_size=4
)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 30), spans=spans)
def test_no_way_becomes_sooner_and_none_leads_through_a_closed_gate(seed: int, spans: list) -> None:  # type: ignore[type-arg]
    state = network(seed)
    rows = tuple(
        (site, -1, int(what), MIDNIGHT_S + lo * HOUR_S, MIDNIGHT_S + (lo + long) * HOUR_S)
        for site, what, lo, long in spans
    )
    around = tuple(sorted(rows, key=lambda r: r[3]))
    free, bound = ways(state), ways(state, around)
    assert (bound.door_s >= free.door_s).all() and (bound.pick_s >= free.pick_s).all()
    stations = np.flatnonzero(state.table(Sites).kind == 2)
    route = np.asarray(RULES.route_s)[bound.door_late.astype(int)]
    for site, _, what, lo, hi in around:
        if what in c.DOCKS and site in stations:
            at = (bound.door_s - route)[:, :, np.searchsorted(stations, site)]
            assert not ((at >= lo) & (at < hi)).any(), "a van leaves a station that stands still"


def test_what_lies_in_the_past_or_beyond_changes_nothing() -> None:
    state = served(3)
    planned(
        state,
        (4, What.CLOSED, NINE - 9000, NINE - 60),
        (4, What.CLOSED, NINE + 40 * DAY_S, NINE + 41 * DAY_S),
    )
    plan = state.table(PlannedOutages)
    assert c.known_closures(Outages.empty(), plan, RULES, NINE, NINE + 21 * DAY_S) == ()


def test_an_announced_closure_moves_the_promises_of_that_station_only() -> None:
    def dates(close: bool) -> tuple[Quoted, np.ndarray]:
        state = served(4)
        if close:
            planned(state, (4, What.CLOSED, MIDNIGHT_S + DAY_S, MIDNIGHT_S + 2 * DAY_S))
        made = quoted(state, 3, 40, NINE, speed=Speed.STANDARD, lines=1)
        return made, (made.due_s + OFFSET_S) // DAY_S

    (before, day), (after, later) = dates(False), dates(True)
    tomorrow = (MIDNIGHT_S + DAY_S + OFFSET_S) // DAY_S
    there = before.klass == 4
    assert there.any() and (day[there] == tomorrow).all()
    assert (later[there] > tomorrow).all(), "nothing is promised from a station that stands still"
    other = before.klass != 4
    assert (before.due_s[other] == after.due_s[other]).all()


def test_a_standstill_without_a_known_end_is_guessed_to_the_full_hour() -> None:
    told = Outages.fill(1, site=4, service=-1, what=What.CLOSED, from_s=NINE - 600, until_s=-1)
    ((site, _, _, lo, hi),) = c.known_closures(told, PlannedOutages.empty(), RULES, NINE + 1, NINE + DAY_S)
    assert (site, lo, hi) == (4, NINE - 600, NINE + 3 * HOUR_S)


def test_a_partner_that_does_not_come_comes_the_next_day_it_does() -> None:
    pick = np.full((2, 1, 2), NINE, np.int64)
    stop = ((-1, 1, int(What.PICKUPS), NINE - 60, NINE + DAY_S + 60),)
    assert c.picked_up(stop, pick, NEVER).tolist() == [[[NINE, NINE + 2 * DAY_S]]] * 2
    gone = ((0, -1, int(What.CLOSED), NINE - 60, NINE + 99 * DAY_S),)
    assert c.picked_up(gone, pick, NEVER).tolist() == [[[NEVER, NEVER]], [[NINE, NINE]]]


def test_room_shrinks_by_the_hours_that_are_gone() -> None:
    sites = network(1).table(Sites)
    limit = np.full((3, 15), 1000, np.int64)  # 3 FCs, 3 linehaul, 3 stations, 3 late waves, 3 evenings
    lo, hi = MIDNIGHT_S + DAY_S + RULES.wave_s[0], MIDNIGHT_S + DAY_S + RULES.wave_s[1]
    closed = (
        (0, -1, int(What.PICKING), MIDNIGHT_S + 6 * HOUR_S, MIDNIGHT_S + 12 * HOUR_S),
        (4, -1, 0, lo, hi),
    )
    out = c.shrink(limit, closed, sites, RULES, NINE, OFFSET_S)
    changed = {(int(d), int(p)): int(out[d, p]) for d, p in np.argwhere(out != limit)}
    share = 1 - (RULES.wave_s[1] - RULES.wave_s[0]) / (RULES.window_hi_s[-1] - RULES.wave_s[0])
    evening = {(1, 12): pytest.approx(1000 * share, abs=1)}
    assert changed == {(0, 0): 750, (1, 6): 0, (1, 9): pytest.approx(1000 * share, abs=1)} | evening


def test_a_truck_waits_for_the_docks_and_outside_the_gate() -> None:
    state = served(2)
    free = ways(state)
    shut = ((3, -1, int(What.CLOSED), MIDNIGHT_S, MIDNIGHT_S + 3 * DAY_S),)  # the sort center
    bound = ways(state, shut)
    out = free.door_day >= 0
    assert out.any() and (bound.door_s[out] >= MIDNIGHT_S + 3 * DAY_S).all()
