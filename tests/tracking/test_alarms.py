"""Alarms and odds: known quantiles come back, chances equal the slow way, alarms rise once and clear."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.seed import generator
from doorward.core.table import Table
from doorward.ledger.state import State
from doorward.tables.fleet import Runs, Stops
from doorward.tables.flex import Blocks, BlockStatus
from doorward.tables.journey import Event, Holder, Status
from doorward.tables.linehaul import Lanes, Pallets, Trips, TripStatus
from doorward.tables.packages import Alarm, Alarms, Arrivals, Gaps, Packages, PickTasks, Scanned, Scans, Watch
from doorward.tables.ways import Services, Way
from doorward.tracking import odds, silence
from doorward.tracking.alarms import missed_cutoff, silent
from doorward.tracking.lint import lint_alarms
from doorward.tracking.odds import Odds, Stage
from doorward.tracking.rules import TrackingRules
from doorward.tracking.service import tell
from doorward.tracking.state import FOLDS, fold_scanned
from doorward.tracking.transit import Hours
from tests.modes import desk_at, turn

RULES, H = TrackingRules(), 3600


def seen(kind: type[Table], size: int, rows: np.ndarray) -> Table:  # type: ignore[type-arg]
    return kind.fill(size, seen=np.bincount(rows, minlength=size))


def learnt(after_s: np.ndarray, stage: Stage = Stage.PROMISED) -> Odds:  # type: ignore[type-arg]
    n = len(after_s)
    rows = odds.row_of(np.full(n, int(stage)), np.full(n, int(Way.OWN)), after_s)
    return Odds(seen(Arrivals, odds.CELLS * odds.BINS, rows), Services.empty(), 1)  # type: ignore[arg-type]


def test_quantiles_and_chances_of_a_known_stream_come_back() -> None:
    after = generator(3, "known").normal(0.5, 0.2, 50_000)
    cells = learnt(after)
    stage, way = np.zeros(40, np.int64), np.zeros(40, np.int64)
    now = np.linspace(0, 0.9, 40)
    due = now + 0.2
    chance = cells.late(stage, way, now, due)
    slow = [(after > d).sum() / (after > t).sum() for t, d in zip(now, due, strict=True)]
    assert chance == pytest.approx(slow, abs=0.01)
    for q in (0.05, 0.5, 0.95):
        fast = cells.quantile(stage, way, now, q)
        assert fast == pytest.approx([np.quantile(after[after > t], q) for t in now], abs=0.03)


def test_without_arrivals_the_prior_speaks_and_waiting_never_helps() -> None:
    cells = Odds(Arrivals.empty(), Services.empty(), 40)
    for stage in Stage:
        now = np.arange(-20, 20, 0.5)
        same = np.full(len(now), int(stage))
        chance = cells.late(same, same * 0, now, now * 0 + 21)
        assert (np.diff(chance) >= -1e-9).all() and (chance >= 0).all() and (chance <= 1 + 1e-9).all()
    one = np.array([int(Stage.PROMISED)])
    assert cells.late(one, one * 0, one * 0.0, one + 1.0)[0] < 0.05


def test_silence_allows_the_stated_quantile_of_what_was_seen() -> None:
    delays = generator(4, "gaps").exponential(2_000, 60_000).astype(np.int64)
    status, place = np.full(len(delays), int(Status.MOVING)), np.full(len(delays), 7)
    cells = silence.Cells.of(5, 8, 2)
    gaps = seen(Gaps, cells.cells * silence.BINS, silence.row_of(cells, status, place, delays))
    got = int(silence.allowed_s(gaps, cells, RULES, status[:1], place[:1])[0])  # type: ignore[arg-type]
    true = np.quantile(delays, 0.995)
    assert true <= got <= true * silence.GROWTH
    prior = int(silence.allowed_s(Gaps.empty(), cells, RULES, status[:1], place[:1])[0])
    assert RULES.silence_road_s <= prior <= RULES.silence_road_s * silence.GROWTH


def waiting(n: int = 3) -> State:
    """n packages SORTED at FC 0 on pallet 0, booked on trip 0, which leaves at 10 h."""
    state = State()
    state.append(
        Packages.fill(
            n, order=np.arange(n), fc=0, status=int(Status.SORTED), holder_kind=0, holder=0, attempts=0, way=0,
            leave_s=10 * H, due_lo_s=30 * H, due_s=43 * H, pallet=0, last_scan=np.arange(n),
        )
    )  # fmt: skip
    state.append(
        Scans.fill(n, package=np.arange(n), at_s=0, event=int(Event.SORTED), site=0, ref=0, reason=0)
    )
    state.append(Pallets.fill(1, site=0, dest=1, trip=0))
    state.append(Lanes.fill(1, origin=0, dest=1))
    state.append(Trips.fill(1, lane=0, depart_s=10 * H, arrive_s=14 * H, status=int(TripStatus.LOADED)))
    return state


def test_a_pallet_that_waits_for_its_departure_is_not_silent_and_a_trailer_leaving_late_has_not_left_without_it() -> (
    None
):
    state = waiting()
    row = np.arange(3)
    tables = [state.table(t) for t in (Packages, PickTasks, Pallets, Trips, Runs, Stops)]
    waves = silence.Waves.of(RULES, 0)
    due = silence.expected_s(*tables, Blocks.empty(), waves, row, tables[0].status, row * 0, row * 0 - 1)  # type: ignore[arg-type,attr-defined]
    assert (due == 10 * H).all()
    late = 12 * H
    missed = missed_cutoff(tables[0], tables[2], tables[3], tables[1], row, RULES.cutoff_grace_s, late)  # type: ignore[arg-type]
    assert not missed.any()
    state.put(Trips, np.array([0]), status=int(TripStatus.LEFT))
    missed = missed_cutoff(
        tables[0], tables[2], state.table(Trips), tables[1], row, RULES.cutoff_grace_s, late
    )  # type: ignore[arg-type]
    assert missed.all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 40 * 86_400), st.integers(0, 2 * 86_400), st.integers(-12, 12))
def test_the_clock_of_delivery_hours_stands_at_night_and_never_goes_back(
    at: int, more: int, zone: int
) -> None:
    hours = Hours(8 * H, 20 * H, zone * H)
    times = np.array([at, at + more]) + 20_000 * 86_400
    shown = hours.reckoned_s(times)
    assert shown[0] <= shown[1] <= shown[0] + 2 * more + 1
    local = (times + zone * H) % 86_400
    inside = (local >= 8 * H) & (local < 20 * H)
    assert (np.abs(hours.real_s(shown) - times)[inside] <= 1).all()
    assert ((shown[~inside] + zone * H) % 86_400 == 0).all()


def test_odds_with_a_partner_come_back_from_its_card() -> None:
    """Transits drawn from the log-normal of a card: the prior alone gives their chances."""
    services = Services.fill(1, way=int(Way.POST), transit_p50_s=44 * H, transit_p90_s=66 * H)
    cells = Odds(Arrivals.empty(), services, 400)
    transit = np.exp(generator(8, "card").normal(0, np.log(1.5) / 1.2816, 100_000))
    stage = np.full(1, int(Stage.HANDED))
    for due in (0.8, 1.0, 1.3, 1.6):
        told = cells.late(stage, np.full(1, int(Way.POST)), np.zeros(1), np.full(1, due))[0]
        assert told == pytest.approx((transit > due).mean(), abs=0.06)


def test_who_waits_at_a_station_is_expected_to_leave_with_the_wave_that_is_planned_next() -> None:
    waves, day = silence.Waves.of(RULES, 0), 24 * H
    plan = np.array(RULES.plan_s)
    leave = plan + RULES.load_s
    ready = np.r_[plan, plan + 1, 0, day - 1]
    assert waves.departs_s(ready).tolist() == [*leave, leave[1], day + leave[0], leave[0], day + leave[0]]
    weekdays = waves._replace(delivery_days=0b11111)
    friday = 1 * day  # 1970-01-02
    assert weekdays.departs_s(np.array([friday, friday + 20 * H])).tolist() == [
        friday + leave[0],
        friday + 3 * day + leave[0],
    ]


def test_who_was_tried_goes_out_on_another_day_and_gig_packages_wait_for_the_last_block_in_time() -> None:
    ways = [Way.OWN, Way.OWN, Way.OWN, Way.FLEX, Way.FLEX, Way.DRONE]
    n, day, leave = len(ways), 24 * H, RULES.plan_s[0] + RULES.load_s
    packages = Packages.fill(
        n, way=ways, station=[1, 1, 1, 1, 2, 1], due_lo_s=[0, 0, day + 9 * H, 0, 0, 9 * H], due_s=20 * H,
        status=int(Status.READY),
    )  # fmt: skip
    blocks = Blocks.fill(
        5, station=[1, 1, 1, 1, 3], start_s=[16 * H, 18 * H, 19 * H, 21 * H, 17 * H],
        status=[BlockStatus.OPEN, BlockStatus.CLAIMED, BlockStatus.UNFILLED, BlockStatus.OPEN, BlockStatus.OPEN],
    )  # fmt: skip
    tried = np.array([-1, 7 * H, -1, -1, -1, -1])
    due = silence.ready_due_s(
        packages, blocks, silence.Waves.of(RULES, 0), np.arange(n), np.full(n, 8 * H), tried
    )
    assert due.tolist() == [leave, day + leave, day + leave, 18 * H, leave, 9 * H]


def test_who_is_left_after_the_days_last_wave_is_planned_comes_on_another_day() -> None:
    """At the station with and without a stop; on the last trailer, there before and after the wave; on another one."""
    day, last = 24 * H, RULES.plan_s[-1]
    packages = Packages.fill(
        6, way=int(Way.DSP), station=1, due_lo_s=9 * H, due_s=20 * H, stop=[-1, 5, -1, -1, -1, -1],
        status=[int(Status.READY)] * 2 + [int(Status.MOVING)] * 3 + [int(Status.READY)],
        holder_kind=[int(Holder.SITE)] * 2 + [int(Holder.TRIP)] * 3 + [int(Holder.SITE)],
        holder=[1, 1, 0, 1, 2, 2],
    )  # fmt: skip
    trips = Trips.fill(3, lane=[0, 0, 1], arrive_s=[last - H, last + H, last + H])
    lanes = Lanes.fill(2, origin=0, dest=[1, 2])
    waves, row = silence.Waves.of(RULES, 0), np.arange(6)
    early = silence.put_off_s(packages, trips, lanes, waves, row, last - 2 * H)
    late = silence.put_off_s(packages, trips, lanes, waves, row, last + 1)
    assert early.tolist() == [0, 0, 0, day, 0, 0]
    assert late.tolist() == [day, 0, day, day, 0, 0]


def test_silence_about_a_package_told_of_as_late_must_mean_more() -> None:
    state, row = waiting(), np.arange(3)
    packages, empty = state.table(Packages), state.table(PickTasks)
    cells = silence.Cells.of(2, 2, 2)

    def hits(told: bool, now_s: int) -> int:
        quiet = silent(
            packages, state.table(Scans), empty, state.table(Pallets), state.table(Trips), state.table(Runs),
            state.table(Stops), Blocks.empty(), silence.Waves.of(RULES, 0), Gaps.empty(), cells, row,
            np.full(3, told), RULES, now_s,
        )  # fmt: skip
        return int(quiet[0].sum())

    assert (hits(False, 18 * H), hits(True, 18 * H), hits(True, 35 * H)) == (3, 0, 3)


def test_alarms_rise_once_and_clear_when_the_scan_comes() -> None:
    state = waiting()
    state.put(Trips, np.array([0]), status=int(TripStatus.LEFT))
    for hour in range(11, 60):
        for _ in range(2):  # a second pass at the same time has nothing new to say
            desk = desk_at(state, hour * H, {}, RULES)
            tell(desk)
            raised = [fact for fact in desk.posted if isinstance(fact, Alarms)]
            turn(desk, FOLDS)
        assert not raised
    alarms = state.table(Alarms)
    assert lint_alarms(alarms) == []
    kinds = np.bincount(alarms.kind, minlength=4).tolist()
    assert [kinds[kind] for kind in (Alarm.WILL_BE_LATE, Alarm.LATE, Alarm.MISSED_CUTOFF)] == [3, 0, 3]
    assert (alarms.cleared_s[alarms.kind == Alarm.WILL_BE_LATE] < 0).all()  # told, and it came so
    assert (alarms.minutes[alarms.kind == Alarm.WILL_BE_LATE] > 0).all()
    state.append(Trips.fill(1, lane=0, depart_s=60 * H, arrive_s=64 * H, status=int(TripStatus.LEFT)))
    left = Scanned(package=[0], at_s=[60 * H], event=[int(Event.DEPARTED)], site=[-1], ref=[1], reason=[0])
    fold_scanned(state, left, 60 * H)
    desk = desk_at(state, 60 * H, {}, RULES)
    tell(desk)
    turn(desk, FOLDS)
    assert int(state.table(Watch).raised[0]) == 1 << Alarm.WILL_BE_LATE
    assert int((state.table(Alarms).cleared_s == 60 * H).sum()) >= 2
    assert len(lint_alarms(Alarms.concat([state.table(Alarms)] * 2))) > 0
