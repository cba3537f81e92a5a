"""The carbon ledger: parts add up to the whole to the milligram, and are borne by those who were there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.units import DAY_S, HOUR_S
from doorward.footprint import lint, report
from doorward.footprint.plan import plan_shares
from doorward.footprint.rules import METHODS, FootprintRules
from doorward.footprint.state import return_mg
from doorward.ledger.state import State
from doorward.tables.fleet import Runs, RunStatus
from doorward.tables.footprint import DataClass, LegKind, Legs, PackageFootprint, Shares, Split
from doorward.tables.journey import Event
from doorward.tables.linehaul import Trips
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scans
from tests.footprint.worlds import Days, draw_days, network
from tests.modes import MIDNIGHT_S

RULES = FootprintRules()


def leg_of(state: State, kind: LegKind, ref: int) -> int:
    legs = state.table(Legs)
    return int(np.flatnonzero((legs.kind == kind) & (legs.ref == ref))[0])


def shares_of(state: State, leg: int) -> list[tuple[int, int]]:
    shares = state.table(Shares)
    mine = shares.leg == leg
    return list(zip(shares.package[mine].tolist(), shares.co2_mg[mine].tolist(), strict=True))


def by_hand() -> Days:
    """Two packages on one way: packed, two trailers, a van to the door; a third goes by post."""
    days = Days(network(), 0)
    days.state.load(Orders.fill(3, lat_udeg=40_300_000, lon_udeg=150_000))
    days.state.load(
        Packages.fill(
            3,
            order=[0, 1, 2],
            fc=0,
            box=[0, 1, 0],
            station=[3, 3, -1],
            weight_g=1000,
            packed_g=[1000, 3000, 500],
            carrier=[-1, -1, 0],
            co2_mg=[-1, -1, 777_777],
        )
    )
    at = MIDNIGHT_S
    for p in (0, 1, 2):
        days.add(at + 5 * HOUR_S + 60, Event.PACKED, p, site=0)
    days.add(at + 7 * HOUR_S, Event.HANDED_OVER, 2, ref=0)
    for p in (0, 1):
        days.add(at + 6 * HOUR_S, Event.DEPARTED, p, site=0, ref=0)
        days.add(at + 8 * HOUR_S, Event.ARRIVED, p, site=2, ref=0)
        days.add(at + 9 * HOUR_S, Event.DEPARTED, p, site=2, ref=1)
        days.add(at + 11 * HOUR_S, Event.ARRIVED, p, site=3, ref=1)
        days.add(at + 11 * HOUR_S + 60, Event.INDUCTED, p, site=3)
        days.add(at + 12 * HOUR_S + 9, Event.OUT_FOR_DELIVERY, p, ref=0)
    days.state.load(Trips.fill(2, lane=[0, 2], packages=2, weight_g=90_000, status=0))
    days.trips = [
        {"left_s": at + 6 * HOUR_S, "ended_s": at + 8 * HOUR_S, "end": 3},
        {"left_s": at + 9 * HOUR_S, "ended_s": at + 11 * HOUR_S, "end": 3},
    ]
    days.state.load(
        Runs.fill(1, station=3, vehicle=0, block=-1, dist_m=20_000, depart_s=at, back_s=at, status=0)
    )
    days.runs = [
        {
            "left_s": at + 12 * HOUR_S + 9,
            "ended_s": at + 15 * HOUR_S,
            "end": int(RunStatus.DONE),
            "actual_m": 21_001,
        }
    ]
    return days


def test_a_day_by_hand() -> None:
    state = by_hand().live(RULES, 26)
    legs = state.table(Legs)
    total = legs.wtt_mg + legs.ttw_mg
    assert lint.lint_ledger(state) == []
    # the van: 21,001 m at its own 312,000 ug/m = 6,552,312 mg, halves
    van = leg_of(state, LegKind.LAST_MILE, 0)
    assert total[van] == 21_001 * 312
    assert shares_of(state, van) == [(0, 3_276_156), (1, 3_276_156)]
    # the first trailer: 10 % laden out and empty back over 31 km
    out = leg_of(state, LegKind.LINEHAUL, 0)
    by_kg = 31 * (2 * (0.15162 + 0.64659) + 0.1 * (0.25157 - 0.15162 + 1.06414 - 0.64659))
    assert total[out] == pytest.approx(by_kg * 1e6, abs=2)
    # the boxes: 90 g board and 4 g film; 310 and 11
    box = dict(shares_of(state, leg_of(state, LegKind.PACKAGING, 0)))
    assert box[0] == box[2] == (90 * 1_199_725 + 4 * 2_916_505) // 1000
    assert box[1] == (310 * 1_199_725 + 11 * 2_916_505) // 1000
    # the post as quoted
    assert shares_of(state, leg_of(state, LegKind.CARRIER, 0)) == [(2, 777_777)]
    # FC 0: its year's 900 kWh a day over 700 packages a day
    fc = leg_of(state, LegKind.FC, 0)
    assert legs.wh[fc] == 3 * 1285 and total[fc] == 3 * 1285 * 245_400 // 1000
    drawn = [(0, 900_000 * 26 // 24, 3 * 1285), (1, 1_300_000 * 26 // 24, 0)]
    assert report.fc_energy(state, MIDNIGHT_S + 26 * HOUR_S, 0) == drawn
    assert [p for p, _ in shares_of(state, fc)] == [0, 1, 2]
    prints = state.table(PackageFootprint)
    assert prints.last_mile_mg.tolist() == [3_276_156, 3_276_156, 0]
    assert prints.carrier_mg.tolist() == [0, 0, 777_777]
    assert report.balance(state).off_mg == 0 and report.balance(state).unborne_mg == 0


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 60), st.sampled_from(METHODS), st.sampled_from([0, 700]))
def test_shares_add_up_to_their_legs_whatever_happens(seed: int, n: int, method: str, fill_pm: int) -> None:
    days = draw_days(n, seed)
    state = days.live(FootprintRules(method=method, fc_fill_pm=fill_pm))
    assert lint.lint_ledger(state) == []
    found = report.balance(state)
    assert found.off_mg == 0
    legs, runs = state.table(Legs), state.table(Runs)
    ended = np.isin(runs.status, (RunStatus.DONE, RunStatus.BROKEN))
    assert sorted(legs.ref[legs.kind == LegKind.LAST_MILE].tolist()) == np.flatnonzero(ended).tolist()
    assert (legs.packages > 0).all(), "every leg here had somebody aboard"
    assert sum(mg for _, mg, _ in report.by_class(state)) == found.legs_mg


def test_a_run_that_breaks_down_has_its_leg_and_so_has_the_rescuer() -> None:
    days = draw_days(60, 5)
    state = days.live(RULES)
    broken = [i for i, r in enumerate(days.runs) if r["end"] == RunStatus.BROKEN]
    assert broken, "the seed has breakdowns"
    for run in broken:
        rescuer = next(i for i, r in enumerate(days.runs) if r["rescue"] == run + 1)
        first, second = (shares_of(state, leg_of(state, LegKind.LAST_MILE, each)) for each in (run, rescuer))
        assert {p for p, _ in first} == {p for p, _ in second}, "who rode on both bears both"


def test_a_failed_attempt_is_one_more_leg_and_one_more_pass_through_the_station() -> None:
    days = draw_days(60, 7)
    state = days.live(RULES)
    scans, legs, shares = state.table(Scans), state.table(Legs), state.table(Shares)
    tries = np.bincount(
        scans.package[np.isin(scans.event, (Event.OUT_FOR_DELIVERY, Event.TRANSFERRED))], minlength=60
    )
    rode = np.bincount(shares.package[legs.kind[shares.leg] == LegKind.LAST_MILE], minlength=60)
    assert rode.tolist() == tries.tolist() and rode.max() > 1
    passed = int(np.isin(scans.event, (Event.INDUCTED, Event.BROUGHT_BACK)).sum())
    assert legs.wh[legs.kind == LegKind.STATION].sum() == passed * RULES.station_wh_per_package


def test_what_an_fc_drew_at_night_is_borne_by_the_whole_day() -> None:
    days = draw_days(80, 3)
    state = days.live(FootprintRules(fc_fill_pm=0), 49)
    assert lint.lint_ledger(state) == []
    legs = state.table(Legs)
    fc = legs.kind == LegKind.FC
    assert ((legs.at_s[fc] - MIDNIGHT_S) % DAY_S == 0).all(), "closed at midnight"
    assert legs.wh[fc].sum() == 2 * (900_000 + 1_300_000), "two days of both, no hour left out"
    for leg in np.flatnonzero(fc):
        mine = [mg for _, mg in shares_of(state, int(leg))]
        assert max(mine) - min(mine) <= 1


def test_a_package_sent_back_bears_its_way_back() -> None:
    days = draw_days(80, 11)
    state = days.live(RULES)
    back = np.flatnonzero(state.table(Legs).kind == LegKind.RETURN)
    assert len(back)
    for leg in back:
        for package, mg in shares_of(state, int(leg)):
            assert mg == return_mg(state, np.array([package]))[0]


def test_battery_drone_and_gig_legs() -> None:
    state = draw_days(200, 2).live(RULES)
    legs, runs = state.table(Legs), state.table(Runs)
    for leg in np.flatnonzero(legs.kind == LegKind.LAST_MILE):
        run, metres = int(legs.ref[leg]), int(legs.dist_m[leg])
        vehicle, block = int(runs.vehicle[run]), int(runs.block[run])
        assert metres == (runs.actual_m[run] if runs.actual_m[run] >= 0 else runs.dist_m[run])
        if vehicle >= 1:  # battery: its own draw, or what DEFRA implies; no tailpipe
            used = metres * {1: 320, 2: 430, 3: 40}[vehicle] // 1000
            assert legs.wh[leg] == used + used // 10 and legs.ttw_mg[leg] == 0
            assert legs.wtt_mg[leg] == legs.wh[leg] * 245_400 // 1000
        elif vehicle < 0:  # gig: the driver's own car, else an average one
            ug_m = 210_000 if block == 0 else 45_990 + 162_720
            assert legs.wtt_mg[leg] + legs.ttw_mg[leg] == metres * ug_m // 1000
        known = runs.actual_m[run] >= 0 and (vehicle in (0, 1, 3) or block == 0)
        assert legs.basis[leg] == (DataClass.MODELLED if known else DataClass.DEFAULT)


def test_closing_later_finds_the_same_members() -> None:
    """Services that were down for five hours catch up with the same legs of vehicles."""
    often, seldom = draw_days(50, 9), draw_days(50, 9)
    a = often.live(RULES)
    for _ in range(16):
        seldom.happen(seldom.now_s + 5 * HOUR_S)
        seldom.work(RULES)
    b = seldom.state
    for kind in (LegKind.LAST_MILE, LegKind.LINEHAUL):
        for ref in a.table(Legs).ref[a.table(Legs).kind == kind].tolist():
            assert shares_of(a, leg_of(a, kind, ref)) == shares_of(b, leg_of(b, kind, ref))


def test_worked_round_of_glec() -> None:
    """GLEC Framework 3.2, collection and delivery round: 4.8 l of diesel = 15.734 kg over 0.3631 tkm of direct
    distances; the item of 250 g with 0.0024 tkm bears 103.997 g."""
    legs = Legs.fill(
        1,
        kind=int(LegKind.LAST_MILE),
        dist_m=0,
        wtt_mg=0,
        ttw_mg=15_734_000,
        by_mass=int(Split.MASS_DISTANCE),
    )
    kg_m = np.array([2_400, 363_100 - 2_400])
    shares = plan_shares(legs, 0, np.zeros(2, np.int64), np.arange(2), kg_m, np.full(2, -1))
    assert shares.co2_mg.sum() == 15_734_000
    assert round(shares.co2_mg[0] / 1000, 3) == 103.997


def test_mass_distance_goes_straight_from_station_to_door() -> None:
    days = by_hand()
    days.state.put(Orders, np.array([0]), lat_udeg=40_270_000 + 100_000)  # 11.1 km north of station 3
    days.state.put(Orders, np.array([1]), lat_udeg=40_270_000 + 200_000)  # twice as far, three times as heavy
    state = days.live(FootprintRules(method="mass_distance"), 20)
    (_, near), (_, far) = shares_of(state, leg_of(state, LegKind.LAST_MILE, 0))
    assert far / near == pytest.approx(6.0, rel=0.001)
    (_, light), (_, heavy) = shares_of(state, leg_of(state, LegKind.LINEHAUL, 0))
    assert heavy / light == pytest.approx(3.0, rel=0.001)
    assert lint.lint_ledger(state) == []


def test_the_market_based_view_leaves_the_ledger_alone() -> None:
    state = draw_days(60, 4).live(RULES)
    here = report.by_view(state, RULES)[-1]
    green = report.by_view(state, FootprintRules(renewable_pm=1000))[-1]
    assert here[2] == here[3] == green[2] == report.balance(state).legs_mg
    assert green[2] - green[3] == pytest.approx(state.table(Legs).wh.sum() * 177, abs=len(state.table(Legs)))
    assert report.empty_departures(state)[0] == 1


def test_the_linter_sees_what_is_wrong() -> None:
    state = draw_days(30, 6).live(RULES)
    shares = state.table(Shares)
    state.put(Shares, np.array([0]), co2_mg=shares.co2_mg[0] + 1)
    state.put(Shares, np.array([len(shares) - 1]), package=(shares.package[-1] + 1) % 30)
    state.put(Legs, np.array([3]), packages=99)
    words = " ".join(lint.lint_ledger(state))
    assert "its packages" in words and "were not on it" in words and "says 99 packages" in words
    assert "PackageFootprint" in words


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "guess"},
        {"charge_by": "luck"},
        {"grid_mg_wh": (1, 2)},
        {"fc_close_hours": 0},
        {"fc_fill_pm": -1},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        FootprintRules(**wrong)  # type: ignore[arg-type]
