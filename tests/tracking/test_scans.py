"""Folding scans: the law, the chain of history, places; arrival intervals and alarms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core import seed as draws
from doorward.ledger.state import State
from doorward.tables.fleet import Runs, Stops
from doorward.tables.journey import JOURNEY, Event, Holder, Status
from doorward.tables.packages import Arrivals, EtaScales, Packages, Scanned, Scans, Watch
from doorward.tracking.odds import Odds
from doorward.tracking.plan import plan_etas, reckon, scales_now
from doorward.tracking.rules import TrackingRules
from doorward.tracking.state import fold_scanned, rounds
from doorward.tracking.transit import Partners


def world(n: int) -> State:
    """n packages just planned at site 0, each with its first scan."""
    state = State()
    state.append(
        Packages.fill(
            n,
            order=np.arange(n),
            status=0,
            holder_kind=0,
            holder=0,
            attempts=0,
            last_scan=np.arange(n),
            due_s=90_000,
        )
    )
    state.append(Scans.fill(n, package=np.arange(n), at_s=0, event=0, site=0, reason=0))
    return state


def scan(package: int, event: Event, at_s: int, site: int = 0, ref: int = 5) -> Scanned:
    return Scanned(package=[package], at_s=[at_s], event=[event], site=[site], ref=[ref], reason=[0])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 8))
def test_random_lawful_walks_keep_one_place_and_a_whole_history(seed: int, n: int) -> None:
    state = world(n)
    walked: dict[int, list[Event]] = {i: [Event.PLANNED] for i in range(n)}
    for step in range(30):
        package = int(draws.uniform(seed, "who", step)[0] * n)
        status = Status(int(state.table(Packages).status[package]))
        choices = [e for e, rule in JOURNEY.items() if status in rule.before]
        if choices:
            event = choices[int(draws.uniform(seed, "what", step)[0] * len(choices))]
            fold_scanned(state, scan(package, event, step), step)
            walked[package].append(event)
            packages = state.table(Packages)
            assert packages.status[package] == JOURNEY[event].after
            assert Holder(int(packages.holder_kind[package])) is JOURNEY[event].holder
            assert packages.holder[package] >= 0
    scans, packages = state.table(Scans), state.table(Packages)
    for package, events in walked.items():
        row, back = int(packages.last_scan[package]), []
        while row >= 0:
            back.append(Event(int(scans.event[row])))
            row = int(scans.prev[row])
        assert back[::-1] == events


def test_several_scans_of_one_package_in_one_fact_apply_in_order() -> None:
    one, two = world(1), world(1)
    steps = [Event.RELEASED, Event.PICKED, Event.PACKED, Event.SORTED, Event.DEPARTED, Event.ARRIVED]
    for at, event in enumerate(steps):
        fold_scanned(one, scan(0, event, at), at)
    fold_scanned(two, Scanned.concat([scan(0, event, at) for at, event in enumerate(steps)]), 9)
    assert one.table(Scans).equals(two.table(Scans))
    assert one.table(Packages).equals(two.table(Packages))


def test_what_the_law_forbids_stops_the_turn() -> None:
    with pytest.raises(ValueError, match="package 1 is PLANNED: DELIVERED is not allowed then"):
        fold_scanned(world(2), scan(1, Event.DELIVERED, 3), 3)
    with pytest.raises(ValueError, match="before it happened"):
        fold_scanned(world(2), scan(1, Event.RELEASED, 30), 3)


@given(st.lists(st.integers(0, 5), max_size=30))
def test_rounds_count_earlier_rows_of_the_same_package(package: list[int]) -> None:
    slow = [package[:i].count(p) for i, p in enumerate(package)]
    assert rounds(np.array(package, np.int64)).tolist() == slow


def out_for_delivery() -> State:
    """One run of three stops, planned for 1000, 2000 and 3000; the first was done 300 s late."""
    state = world(3)
    state.put(Packages, np.arange(3), status=Status.OUT, stop=np.arange(3))
    state.put(Packages, np.array([0]), status=Status.DELIVERED)
    state.append(Runs.fill(1, status=1, depart_s=500, left_s=500, packages=3))
    state.append(Stops.fill(3, run=0, seq=[0, 1, 2], package=[0, 1, 2], plan_s=[1000, 2000, 3000]))
    state.put(Stops, np.array([0]), done_s=1300)
    return state


def test_arrival_follows_the_run_and_widens_with_the_way_ahead() -> None:
    state, rules = out_for_delivery(), TrackingRules()
    packages, scans, runs, stops = (state.table(t) for t in (Packages, Scans, Runs, Stops))
    partners = Partners.of(state, rules, 0)
    odds = Odds(state.table(Arrivals), partners.services, rules.prior_arrivals)
    scale = scales_now(state.table(EtaScales))
    now = reckon(packages, scans, runs, stops, partners, odds, state.table(Watch), rules, 1300, scale)  # type: ignore[arg-type]
    etas = plan_etas(now, packages, runs, stops, rules)  # type: ignore[arg-type]
    assert etas.package.tolist() == [1, 2]
    assert ((etas.lo_s + etas.hi_s) // 2 == [2300, 3300]).all()
    width = etas.hi_s - etas.lo_s
    assert width[1] > width[0] > 0
