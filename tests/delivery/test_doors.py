"""Visits, lockers, attempts and returns, on hand-made and on random worlds."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from doorward.core import seed as draws
from doorward.delivery.lint import lint
from doorward.delivery.plan import fill_lockers, follow_scans, give_up, offer_lockers, proofs_of
from doorward.delivery.rules import DeliveryRules
from doorward.delivery.service import resolve
from doorward.ledger.desk import Desk
from doorward.ledger.state import State
from doorward.tables.doorstep import Left, Outcome, Proof
from doorward.tables.fleet import RunMoved, Runs, RunStatus, Stops, Visits
from doorward.tables.journey import Event, Status
from doorward.tables.orders import LEAVE_OK, LOCKER_OK, Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.remarks import Reason
from doorward.tables.sites import Sites
from doorward.tables.ways import Way, WayDropped
from doorward.tracking.state import fold_scanned
from doorward.twin.fleet import FleetRules, TwinFleet

RULES = DeliveryRules()
DEPART = 1_000_000


def world(runs: int, each: int, *, locker: int = -1, consent: int = LEAVE_OK) -> State:
    """`runs` vans with `each` packages, one order each, a stop every 300 s from DEPART. Site 0 is the station."""
    n = runs * each
    state = State()
    state.load(Sites.fill(2, name=["station", "locker"], kind=[2, 3], capacity=[1000, 2]))
    state.append(Orders.fill(n, consent=consent, due_s=DEPART + 9 * 3600))
    state.append(
        Packages.fill(
            n,
            order=np.arange(n),
            status=int(Status.READY),
            holder_kind=0,
            holder=0,
            attempts=0,
            stop=np.arange(n),
            way=int(Way.LOCKER if locker >= 0 else Way.OWN),
            locker=locker,
            value_c=np.where(np.arange(n) % 5 == 0, 50_000, 900),
            last_scan=np.arange(n),
            due_s=DEPART + 9 * 3600,
        )
    )
    state.append(
        Scans.fill(n, package=np.arange(n), at_s=DEPART - 600, event=int(Event.INDUCTED), site=0, reason=0)
    )
    seq = np.tile(np.arange(each), runs)
    state.append(
        Stops.fill(
            n,
            run=np.repeat(np.arange(runs), each),
            seq=seq,
            package=np.arange(n),
            leg_m=1000,
            leg_s=200,
            plan_s=DEPART + 200 + 300 * seq,
            service_s=100,
        )
    )
    back = DEPART + 300 * each + 200
    state.append(
        Runs.fill(
            runs,
            way=0,
            station=0,
            vehicle=np.arange(runs),
            depart_s=DEPART,
            back_s=back,
            dist_m=1000 * each,
            status=0,
        )
    )
    return state


def drive(state: State, fleet: TwinFleet, until_s: int) -> list[str]:
    """Follow the fleet tick by tick as the service does; returns what the linter says."""
    wrong: list[str] = []
    for now in range(DEPART, until_s, 300):
        runs, stops, packages = state.table(Runs), state.table(Stops), state.table(Packages)
        run = np.flatnonzero(runs.status != RunStatus.DONE)
        rows = np.flatnonzero((stops.done_s < 0) & (runs.status[stops.run] != RunStatus.BROKEN))
        moved, visits = fleet.progress(runs, run, stops, rows, now)
        assert (moved.at_s <= now).all() and (visits.at_s <= now).all()
        visits = fill_lockers(visits, stops, packages, state.table(Sites))
        scans = follow_scans(moved, visits, stops, packages, runs)
        wrong += lint(scans, packages)
        for status in (RunStatus.LEFT, RunStatus.BROKEN, RunStatus.DONE):
            mine = moved.take(moved.status == status)
            column = "left_s" if status is RunStatus.LEFT else "ended_s"
            state.put(Runs, mine.run, status=int(status), actual_m=mine.actual_m, **{column: mine.at_s})
        state.put(Stops, visits.stop, done_s=visits.at_s, outcome=visits.outcome)
        if len(scans):
            fold_scanned(state, scans, now)
    return wrong


@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 25))
def test_a_day_of_random_runs_is_lawful_and_nothing_is_left_behind(seed: int, runs: int, each: int) -> None:
    state = world(runs, each)
    fleet = TwinFleet(seed, state, 0, FleetRules(broken_pm=300))
    assert drive(state, fleet, DEPART + 8 * 3600) == []
    packages = state.table(Packages)
    assert np.isin(packages.status, (Status.DELIVERED, Status.READY)).all()
    assert (packages.holder[packages.status == Status.READY] == 0).all()
    assert (state.table(Runs).status == RunStatus.DONE).all()


def test_the_fleet_tells_the_same_however_often_it_is_asked() -> None:
    often, once = world(3, 20), world(3, 20)
    drive(often, TwinFleet(7, often, 0), DEPART + 5 * 3600)
    fleet = TwinFleet(7, once, 0)
    moved, visits = fleet.progress(
        once.table(Runs), np.arange(3), once.table(Stops), np.arange(60), DEPART + 5 * 3600
    )
    done = often.table(Stops)
    assert np.array_equal(np.sort(visits.at_s), np.sort(done.done_s[done.done_s >= 0]))
    assert set(moved.status.tolist()) == {RunStatus.LEFT, RunStatus.DONE}


def test_plans_are_right_on_average() -> None:
    state = world(300, 40)
    fleet = TwinFleet(3, state, 0, FleetRules(broken_pm=0, depart_late_s=0, traffic_pm=0))
    _, visits = fleet.progress(
        state.table(Runs), np.arange(300), state.table(Stops), np.arange(12_000), DEPART + 86_400
    )
    stops = state.table(Stops)
    late = visits.at_s - stops.plan_s[visits.stop] - stops.service_s[visits.stop]
    assert abs(float(late.mean())) < 60


def test_a_full_locker_takes_no_more() -> None:
    state = world(1, 5, locker=1)
    drive(state, TwinFleet(1, state, 0, FleetRules(bad_address_pm=0, broken_pm=0)), DEPART + 3 * 3600)
    status = state.table(Packages).status
    assert (status == Status.AT_LOCKER).sum() == 2
    assert (status == Status.READY).sum() == 3
    full = state.table(Scans).reason == Reason.LOCKER_FULL
    assert full.sum() == 3


def attempted(tries: int, reason: Reason, consent: int = 0) -> State:
    """One package back at the station after `tries` failed attempts, the last for `reason`."""
    state = world(1, 1, consent=consent)
    state.append(
        Scans.fill(1, package=0, at_s=DEPART, event=int(Event.ATTEMPTED), reason=int(reason), prev=0)
    )
    state.append(Scans.fill(1, package=0, at_s=DEPART + 9, event=int(Event.BROUGHT_BACK), reason=0, prev=1))
    state.put(Packages, np.array([0]), attempts=tries, stop=-1, last_scan=2)
    return state


def test_when_a_package_goes_back() -> None:
    for tries, reason, goes in (
        (1, Reason.NOT_HOME, False),
        (2, Reason.NOT_HOME, False),
        (3, Reason.NOT_HOME, True),
        (1, Reason.REFUSED_BY_CUSTOMER, True),
        (1, Reason.BAD_ADDRESS, False),
        (2, Reason.BAD_ADDRESS, True),
    ):
        state = attempted(tries, reason)
        back = give_up(state.table(Packages), state.table(Scans), RULES, DEPART + 99)
        assert bool(len(back)) is goes, (tries, reason)
        if goes:
            told = Reason.ATTEMPTS_USED if tries == RULES.max_attempts else reason
            assert back.reason[0] == told


def test_a_locker_is_offered_to_those_who_allow_it() -> None:
    none = np.empty(0, np.int64)
    for tries, consent, offered in ((1, LOCKER_OK, False), (2, LOCKER_OK, True), (2, 0, False)):
        state = attempted(tries, Reason.NOT_HOME, consent)
        drops = offer_lockers(state.table(Packages), state.table(Orders), none, RULES)
        assert bool(len(drops)) is offered


def test_a_locker_is_offered_once_even_if_another_home_way_is_chosen_instead() -> None:
    state = attempted(2, Reason.NOT_HOME, LOCKER_OK)
    dropped = []
    for now_s in range(DEPART - DEPART % 900, DEPART + 4 * 3600, 900):
        desk = Desk(
            state,
            SimpleNamespace(),
            {DeliveryRules: RULES},
            seed=1,
            utc_offset_s=0,
            now_s=now_s,
            after_s=now_s - 900,
        )  # type: ignore[arg-type]
        resolve(desk)
        for fact in desk.posted:
            assert isinstance(fact, WayDropped)
            dropped.append(now_s)
            state.put(Packages, fact.package, way=int(Way.DSP))
    assert len(dropped) == 1
    assert dropped[0] >= DEPART + 9 + 300


def test_dear_goods_are_signed_for() -> None:
    state = world(1, 10)
    visits = Visits.fill(
        10, stop=np.arange(10), at_s=DEPART, outcome=int(Outcome.DELIVERED), left=int(Left.IN_HAND)
    )
    proofs = proofs_of(visits, state.table(Stops), state.table(Packages), state.table(Orders), RULES)
    assert (proofs.kind == Proof.SIGNATURE).tolist() == [i % 5 == 0 for i in range(10)]


def test_departures_and_returns_without_visits() -> None:
    state = world(1, 3)
    moved = RunMoved.fill(
        2, run=0, status=[int(RunStatus.LEFT), int(RunStatus.DONE)], at_s=[DEPART, DEPART + 9]
    )
    scans = follow_scans(
        moved, Visits.empty(), state.table(Stops), state.table(Packages), Runs.fill(1, station=0)
    )
    assert scans.event.tolist() == [Event.OUT_FOR_DELIVERY] * 3 + [Event.BROUGHT_BACK] * 3
    assert lint(scans, state.table(Packages)) == []
    broken = scans.replace(event=np.full(6, int(Event.DELIVERED)))
    assert lint(broken, state.table(Packages)), "the linter can fail"


def test_luck_at_doors_is_near_its_shares() -> None:
    n = 4000
    state = world(1, n, consent=0)
    state.put(Orders, np.arange(n), consent=np.where(draws.uniform(1, "c", np.arange(n)) < 0.8, LEAVE_OK, 0))
    fleet = TwinFleet(5, state, 0, FleetRules(broken_pm=0))
    rows = np.arange(n)
    at = np.full(n, 43_200, np.int64)
    visits = fleet._visits(state.table(Runs), np.zeros(n, np.int64), state.table(Stops), rows, at)
    failed = float((visits.outcome != Outcome.DELIVERED).mean())
    assert 0.015 < failed < 0.05
