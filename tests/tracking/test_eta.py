"""Arrival intervals on the road: they hold as often as they say, whatever the streets do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.seed import generator
from doorward.ledger.state import State
from doorward.tables.fleet import Runs, RunStatus, Stops
from doorward.tables.journey import Event, Status
from doorward.tables.packages import Arrivals, EtaScales, EtaSet, Packages, Scans, Watch
from doorward.tables.ways import Way
from doorward.tracking.lint import lint_etas
from doorward.tracking.odds import Odds
from doorward.tracking.pace import by_station, served_s, unknown
from doorward.tracking.plan import (
    plan_etas,
    reckon,
    ride_etas,
    rows_of_runs,
    run_shift_s,
    scales_now,
)
from doorward.tracking.report import eta_coverage
from doorward.tracking.rules import TrackingRules
from doorward.tracking.transit import Partners
from tests.tracking.streets import Streets, drive_day, roll_out

RULES = TrackingRules()


def told(state: State, now: int) -> EtaSet:
    """Intervals to tell now."""
    packages, scans, runs, stops = (state.table(t) for t in (Packages, Scans, Runs, Stops))
    partners = Partners.of(state, RULES, 0)
    odds = Odds(state.table(Arrivals), partners.services, RULES.prior_arrivals)
    scale = scales_now(state.table(EtaScales))
    now_ = reckon(packages, scans, runs, stops, partners, odds, state.table(Watch), RULES, now, scale)  # type: ignore[arg-type]
    return plan_etas(now_, packages, runs, stops, RULES)  # type: ignore[arg-type]


def test_intervals_computed_now_hold_nine_times_in_ten_where_the_noise_is_as_assumed() -> None:
    """Arrivals drawn with the spread of the model (a stop, the way there, the streets, the way out): 90 % nominal."""
    n = 20_000
    rng = generator(1, "assumed")
    state = State()
    state.append(Runs.fill(n, depart_s=0, left_s=0, packages=1, status=int(RunStatus.LEFT)))
    plan = rng.integers(1_000, 50_000, n)
    state.append(Stops.fill(n, run=np.arange(n), seq=0, package=np.arange(n), plan_s=plan))
    state.append(Packages.fill(n, stop=np.arange(n), way=int(Way.OWN)))
    tables = (state.table(Packages), state.table(Runs), state.table(Stops))
    lo, hi = ride_etas(*tables, np.arange(n), RULES, 100, scales_now(EtaScales.empty()))
    ahead = plan - 100
    at = plan + rng.normal(0, np.sqrt(60**2 + 350**2 * ahead / 3600 + (0.06 * ahead) ** 2 + 240**2))
    assert ((at >= lo) & (at <= hi)).mean() == pytest.approx(0.90, abs=0.01)


@pytest.mark.parametrize(
    "streets",
    [
        Streets(step_s=20, pace=0.02, start_s=60),
        Streets(step_s=80, pace=0.05, start_s=300),
        Streets(step_s=250, pace=0.2, start_s=900),
    ],
    ids=["calm", "usual", "wild"],
)
def test_what_was_told_holds_nine_times_in_ten_after_some_days(streets: Streets) -> None:
    state = State()
    for day in range(4):
        drive_day(state, day, streets, RULES, seed=5)
    scales = state.table(EtaScales)
    seen, kept = int(scales.seen[Way.OWN]), int(scales.kept[Way.OWN])
    for day in range(4, 10):
        drive_day(state, day, streets, RULES, seed=5)
    scales = state.table(EtaScales)
    later = (scales.kept[Way.OWN] - kept) / (scales.seen[Way.OWN] - seen)
    assert 0.87 < later < 0.95  # where streets are calmer than the steps that are told, some more
    ((way, arrivals, inside, early, late, width),) = eta_coverage(state.table(Packages), state.table(Scans))
    assert way == "own" and 0.95 * state.count(Packages) < arrivals <= state.count(Packages)
    assert inside + early + late == pytest.approx(1.0) and width > 0


def test_without_learning_wild_streets_break_the_word() -> None:
    state = State()
    for day in range(4):
        drive_day(state, day, Streets(step_s=250, pace=0.2, start_s=900), RULES, seed=5, learn=False)
    ((_, _, inside, _, _, _),) = eta_coverage(state.table(Packages), state.table(Scans))
    assert inside < 0.88


def test_learning_counts_every_arrival_once_and_says_nothing_of_what_it_did_not_see() -> None:
    state = State()
    drive_day(state, 0, Streets(step_s=80), RULES, seed=2)
    scales = state.table(EtaScales)
    assert scales.seen[Way.OWN] <= state.count(Packages)
    assert scales.seen.sum() == scales.seen[Way.OWN]
    assert (scales.scale_pm[np.arange(len(Way)) != Way.OWN] == 1000).all()
    assert (scales.kept <= scales.seen).all()


def test_whoever_goes_out_is_told_anew_and_who_was_tried_hears_of_the_next() -> None:
    state = State()
    left, _ = roll_out(state, 0, 1, 3, Streets(step_s=0), 1)
    now = int(left[0]) + 60
    state.put(
        Packages, np.arange(3), eta_lo_s=now, eta_hi_s=now + 999, eta_at_s=now - 7200, status=int(Status.OUT)
    )
    state.put(Runs, np.array([0]), left_s=now - 60, status=int(RunStatus.LEFT))
    assert told(state, now).package.tolist() == [0, 1, 2]
    state.put(Packages, np.array([1]), status=int(Status.FAILED), attempts=1)
    etas = told(state, now)
    assert etas.package.tolist() == [0, 1, 2]
    assert etas.lo_s[1] > now + 4 * 3600, "the next try is not today's"


def test_a_silent_run_gets_later_by_the_clock() -> None:
    state = State()
    left, _ = roll_out(state, 0, 1, 5, Streets(step_s=0), 1)
    state.put(Runs, np.array([0]), left_s=left, status=int(RunStatus.LEFT))
    stops, runs, rows = state.table(Stops), state.table(Runs), np.arange(5)
    due, plan = int(stops.plan_s[0]), stops.plan_s
    assert run_shift_s(runs, stops, rows, plan, due - 100)[0] == 0
    assert run_shift_s(runs, stops, rows, plan, due + 700)[0] == 700
    state.put(Stops, np.array([0]), done_s=due + 800)
    assert run_shift_s(runs, state.table(Stops), rows, plan, due + 900)[0] == 800


def slow_rows(stops: Stops, stop: np.ndarray) -> list[int]:  # type: ignore[type-arg]
    runs = {int(stops.run[s]) for s in stop}
    return [i for i in range(len(stops)) if int(stops.run[i]) in runs]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12))
def test_rows_and_when_they_are_served_equal_the_slow_way(seed: int, runs: int) -> None:
    rng = generator(seed, "rows")
    sizes = rng.integers(1, 7, runs)
    run = np.repeat(rng.permutation(runs), sizes)
    counts = np.bincount(run, minlength=runs)
    seq = np.concatenate([np.sort(rng.integers(0, 4, size)) for size in sizes])
    service = rng.integers(-1, 90, len(run))
    stops = Stops.fill(len(run), run=run, seq=seq, package=np.arange(len(run)), plan_s=50, service_s=service)
    some = rng.integers(0, len(run), int(rng.integers(1, 5)))
    rows = rows_of_runs(Runs.fill(runs, packages=counts), stops, some)
    assert rows.tolist() == slow_rows(stops, some)
    for row, served in zip(rows.tolist(), served_s(stops, rows).tolist(), strict=True):
        door = [i for i in range(row + 1) if run[i] == run[row] and seq[i] == seq[row]]
        assert served == 50 + sum(max(0, int(service[i])) for i in door)


def test_streets_that_are_slow_today_are_slow_for_all_runs_of_the_station() -> None:
    """Ten vans of two stations, two hours on their way, one tenth and no tenth slower than planned; a drone."""
    runs = Runs.fill(
        21,
        station=np.arange(21) % 2,
        way=[int(Way.OWN)] * 20 + [int(Way.DRONE)],
        depart_s=0,
        drive_s=6,
        service_s=4,
    )
    n = 21 * 9
    run, seq = np.arange(n) // 9, np.arange(n) % 9
    plan = (seq + 1) * 1800
    late = np.where(run % 2 == 0, (plan - 1800) // 10, 0) + 600  # all left late: nothing of the streets
    done = np.where(seq < 5, plan + late, -1)
    stops = Stops.fill(n, run=run, seq=seq, package=np.arange(n), plan_s=plan, done_s=done)
    before, now = unknown(runs, RULES), by_station(runs, stops, np.arange(n), plan, RULES)
    assert before.sd == pytest.approx(0.6 * RULES.pace_pm / 1000) and not before.lost.any()
    worth = RULES.hour_spread_s**2 * 0.6 / 3600 / before.sd[0] ** 2
    assert now.lost[:20:2] == pytest.approx(720 * 10 / (7200 * 10 + worth))
    assert now.lost[1:20:2] == pytest.approx(0)
    assert now.lost[20] == 0 and now.sd[20] == before.sd[20]
    assert (now.sd[:20] < before.sd[:20]).all()


def test_the_linters_see_what_is_wrong() -> None:
    packages = Packages.fill(
        4, status=[int(Status.OUT), int(Status.DELIVERED), int(Status.OUT), int(Status.OUT)]
    )
    etas = EtaSet(package=[0, 1, 2, 3, 3], lo_s=[5, 50, 90, 60, 60], hi_s=[9, 60, 80, 70, 70])
    assert len(lint_etas(etas, packages, 10)) == 4


def test_the_event_before_an_arrival_is_the_going_out() -> None:
    state = State()
    drive_day(state, 0, Streets(step_s=80), RULES, seed=2)
    scans = state.table(Scans)
    arrived = scans.event == Event.DELIVERED
    assert (scans.event[scans.prev[arrived]] == Event.OUT_FOR_DELIVERY).all()
