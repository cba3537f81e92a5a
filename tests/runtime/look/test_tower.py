"""The tower's figures against slow versions, at several moments of a day; and what must add up."""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np

from doorward.core.units import DAY_S, HOUR_S
from doorward.ledger.state import State
from doorward.runtime.look.held import held
from doorward.runtime.look.network import network_shape
from doorward.runtime.look.overview import overview
from doorward.runtime.look.positions import Pings, heading, positions
from doorward.runtime.look.runs import run_detail, runs_of
from doorward.runtime.look.shapes import NetworkShape, Overview, Positions, RunDetail, Runs, Shape
from doorward.runtime.look.tone import Stand, tone_list
from doorward.runtime.look.view import Frame, View
from doorward.runtime.look.words import stage_word
from doorward.tables import fleet
from doorward.tables.board import OutOfService
from doorward.tables.fleet import RunStatus, Stops
from doorward.tables.journey import Holder, Status
from doorward.tables.packages import Alarm, Packages, Watch
from doorward.tables.sites import Sites
from tests.runtime.look import slow
from tests.runtime.look.conftest import HOURS, Day, seen


def same_again(shape: Shape) -> None:
    """A shape survives its journey as JSON."""
    body = msgspec.json.encode(shape)
    assert msgspec.json.decode(body, type=type(shape)) == shape


def test_overview_counts_as_one_by_one(view: View) -> None:
    state, shown, packages = view.state, overview(view), view.table(Packages)
    tones = {n: slow.tone(state, n, view.now_s) for n in slow.open_packages(state)}
    count = Counter(tones.values())
    assert tone_list(view.tones) == list(tones.values())
    assert (shown.at_risk, shown.late, shown.silent) == tuple(count[t] for t in ("at_risk", "late", "silent"))
    stages = Counter(stage_word(int(packages.status[n])) for n in tones)
    assert {s.stage: s.packages for s in shown.stages} == stages
    for part, group in (("at_risk", "at_risk"), ("late", "late")):
        assert sum(getattr(s, part) for s in shown.stages) == count[group]
    held_at = Counter(int(packages.holder[n]) for n in tones if packages.holder_kind[n] == Holder.SITE)
    assert {s.site: s.packages for s in shown.sites} == held_at
    waits = [n for n in tones if packages.status[n] == Status.READY and packages.stop[n] < 0]
    assert shown.unassigned == len(waits)
    midnight = view.now_s + DAY_S - (view.now_s + view.frame.utc_offset_s) % DAY_S
    assert shown.unassigned_today == sum(0 <= packages.due_s[n] < midnight for n in waits)
    runs = view.table(fleet.Runs)
    assert shown.vehicles_out == sum(int(s) == RunStatus.LEFT for s in runs.status)
    same_again(shown)


def test_promises_of_the_day_add_up(view: View) -> None:
    midnight = view.now_s - (view.now_s + view.frame.utc_offset_s) % DAY_S
    told = slow.promised(view.state, midnight, view.now_s)
    count, shown, mine = Counter(told.values()), overview(view), held(view)
    assert mine.order.tolist() == list(told)
    assert (shown.promised_today, shown.kept_today, shown.missed_today) == (
        len(told), count["kept"], count["missed"],
    )  # fmt: skip
    assert not (mine.kept & mine.missed).any()
    assert int((~mine.kept & ~mine.missed).sum()) == count["open"]
    decided = count["kept"] + count["missed"]
    assert shown.on_time_pm == (1000 * count["kept"] // decided if decided else -1)
    if told:
        assert (
            count["kept"] / len(told)
            <= (shown.forecast_pm + 1) / 1000
            <= 1 - count["missed"] / len(told) + 0.002
        )


def test_stages_hold_every_open_package_and_cutoffs_are_ahead(view: View) -> None:
    shown = overview(view)
    assert sum(s.packages for s in shown.stages) == len(view.open) == len(slow.open_packages(view.state))
    assert sum(s.packages for s in shown.sites) <= len(view.open)
    if shown.next_cutoff is not None:
        assert shown.next_cutoff.cutoff_s >= view.now_s
        assert shown.next_cutoff.staged <= shown.next_cutoff.packages
        assert shown.next_cutoff.slack_s <= shown.next_cutoff.cutoff_s - view.now_s


def test_the_day_has_what_the_tests_look_at(states: dict[int, State], day: Day) -> None:
    """Vans, trucks, tones of every kind but silence: else the comparisons would compare nothing."""
    views = [View(s, day.start_s + h * HOUR_S, 0, day.frame) for h, s in states.items()]
    assert max(sum(i[0] == "r" for i in positions(v).id) for v in views) >= 5
    assert max(sum(i[0] == "t" for i in positions(v).id) for v in views) >= 1
    assert {t for v in views for t in tone_list(v.tones)} >= {"done", "on_time", "at_risk"}
    assert any(overview(v).kept_today and overview(v).on_time_pm >= 0 for v in views)


def test_positions_are_where_the_slow_version_puts_them(view: View) -> None:
    shown = positions(view)
    assert shown.id == slow.on_road(view.state)
    for name, lat, lon, estimated, age in zip(
        shown.id, shown.lat, shown.lon, shown.estimated, shown.age_s, strict=True
    ):
        there = slow.place(view.state, name, view.now_s)
        assert abs(lat - there[0]) < 3e-6 and abs(lon - there[1]) < 3e-6, name
        assert estimated and age >= 0
    assert all(0 <= turn < 360 for turn in shown.heading)
    same_again(shown)


def test_runs_add_up(view: View) -> None:
    shown, stops = runs_of(view), view.table(Stops)
    same_again(shown)
    for bar in shown.runs:
        mine = np.flatnonzero(stops.run == bar.run)
        outcome = stops.outcome[mine]
        assert bar.delivered == sum(slow.good(int(o)) for o in outcome)
        assert bar.delivered + bar.failed == int((outcome >= 0).sum())
        assert len(bar.plan_s) == len(bar.done_s) == len(bar.door_late) == len(set(stops.seq[mine].tolist()))
        if bar.left_s >= 0:
            assert bar.shift_s == slow.shift_s(view.state, bar.run, view.now_s)
        waits = [d for d, done in zip(bar.door_late, bar.done_s, strict=True) if done < 0]
        assert bar.late <= sum(waits)
        if bar.status == "done":
            assert (bar.tone, bar.next_s) == ("done", -1)
    starts = [(bar.station, bar.depart_s) for bar in shown.runs]
    assert starts == sorted(starts)


def test_a_run_in_detail_is_its_bar_and_its_doors(noon: View) -> None:
    bars = runs_of(noon).runs
    assert bars
    for bar in bars[:6]:
        detail = run_detail(noon, bar.run)
        same_again(detail)
        assert detail.bar == bar
        assert [d.plan_s for d in detail.doors] == bar.plan_s
        assert [d.done_s for d in detail.doors] == bar.done_s
        assert sum(len(d.packages) for d in detail.doors) == bar.packages
        assert detail.volume_ml <= detail.room_ml and detail.weight_g <= detail.room_g
        for door in detail.doors:
            assert (door.outcome == "") == (door.done_s < 0)
            tones = {slow.tone(noon.state, p, noon.now_s) for p in door.packages}
            assert door.done_s >= 0 or door.tone in tones


def test_what_is_read_from_the_journal_is_what_was_seen_live(day: Day) -> None:
    """Each state opened at its turn; and one replica that follows the journal from turn to turn."""
    first = day.live[HOURS[0]][0]
    with day.open(first) as replica:
        for hour, (turn, bytes_) in day.live.items():
            now_s = day.start_s + hour * HOUR_S
            replica.replay(turn)
            assert seen(View(replica.state, now_s, turn, day.frame)) == bytes_
            with day.open(turn) as ledger:
                assert seen(View(ledger.state, now_s, turn, day.frame)) == bytes_


def test_an_empty_network_has_empty_shapes() -> None:
    view = View(State(), 1_772_503_200, 0, Frame("nothing"))
    for shape in (overview(view), positions(view), runs_of(view), network_shape(view)):
        same_again(shape)
    assert overview(view) == Overview(
        0, 1_772_503_200, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0, 0, 0, 0, 0, 0, -1, -1, None, [], []
    )
    assert positions(view) == Positions(0, 1_772_503_200, [], [], [], [], [], [], [], [])
    assert runs_of(view) == Runs(0, 1_772_503_200, [])
    assert network_shape(view).bounds == (0.0, 0.0, 0.0, 0.0)


def test_the_network_stands_still(day: Day, noon: View) -> None:
    shape, sites = network_shape(noon), noon.table(Sites)
    same_again(shape)
    assert [s.name for s in shape.sites] == sites.name.tolist()
    west, south, east, north = shape.bounds
    assert all(south <= s.lat <= north and west <= s.lon <= east for s in shape.sites)
    assert sum(len(lane.departs_s) for lane in shape.lanes) > len(shape.lanes)
    assert all(lane.departs_s == sorted(lane.departs_s) for lane in shape.lanes)
    run = int(np.flatnonzero((noon.table(fleet.Runs).vehicle >= 0) & (noon.table(fleet.Runs).status == 1))[0])
    noon.state.put(fleet.Runs, np.array([run]), status=int(RunStatus.BROKEN), ended_s=noon.now_s - 60)
    out = [v.vehicle for v in network_shape(noon).vehicles if v.out]
    broken = int(noon.table(fleet.Runs).vehicle[run])
    assert out == [broken]
    away = 1 if broken != 1 else 2  # taken out of service by a dispatcher
    since = [noon.now_s if vehicle == away else -1 for vehicle in range(3)]
    noon.state.load(OutOfService.fill(3, since_s=since, max_stops=20))
    assert [v.vehicle for v in network_shape(noon).vehicles if v.out] == sorted({broken, away})


def test_the_law_of_tones(noon: View) -> None:
    """Planted one after the other on one package that is out: the law's order of precedence."""
    packages = noon.table(Packages)
    row = np.flatnonzero(packages.status == Status.OUT)[:1]
    noon.state.put(Watch, row, raised=0)
    noon.state.put(Packages, row, due_s=noon.now_s + 9_000, eta_lo_s=noon.now_s, eta_hi_s=noon.now_s + 900)

    def stand() -> Stand:
        return Stand(int(noon.tones_of(row)[0]))

    assert stand() == Stand.ON_TIME
    for raised, expected in (
        ({Alarm.NO_SCAN}, Stand.SILENT),
        ({Alarm.NO_SCAN, Alarm.WILL_BE_LATE}, Stand.AT_RISK),
        ({Alarm.MISSED_CUTOFF}, Stand.AT_RISK),
        ({Alarm.LATE, Alarm.NO_SCAN}, Stand.LATE),
    ):
        noon.state.put(Watch, row, raised=sum(1 << a for a in raised))
        assert stand() == expected, raised
    noon.state.put(Watch, row, raised=0)
    noon.state.put(Packages, row, eta_hi_s=noon.now_s + 9_001)
    assert stand() == Stand.AT_RISK
    noon.state.put(Packages, row, due_s=noon.now_s - 1)
    assert stand() == Stand.LATE
    for status in (Status.DELIVERED, Status.AT_LOCKER, Status.RETURNING, Status.LOST):
        noon.state.put(Packages, row, status=int(status))
        assert stand() == Stand.DONE


def test_pings_override_until_the_next_fact(noon: View) -> None:
    before = positions(noon)
    run = int(before.id[0][1:])
    last = noon.now_s - before.age_s[0]
    lat = np.array([47_000_000, 47_100_000, 47_200_000])

    def told(*at_s: int) -> Positions:
        pings = Pings(np.full(len(at_s), run), np.array(at_s), lat[: len(at_s)], lat[: len(at_s)])
        return positions(noon, pings)

    newest = told(last, noon.now_s, noon.now_s - 10)
    assert (newest.lat[0], newest.age_s[0], newest.estimated[0]) == (47.1, 0, False)
    assert (newest.lat[1:], newest.estimated[1:]) == (before.lat[1:], before.estimated[1:])
    assert told(last - 1) == before, "older than the last door done"
    assert told(noon.now_s + 1) == before, "from the future"


def test_headings() -> None:
    for a, b, degrees in (
        ((47.0, 8.0), (47.1, 8.0), 0),
        ((47.0, 8.0), (47.0, 8.1), 90),
        ((47.0, 8.0), (46.9, 8.0), 180),
        ((47.0, 8.0), (47.0, 7.9), 270),
        ((0.0, 179.95), (0.0, -179.95), 90),
        ((60.0, 10.0), (60.05, 10.1), None),
    ):
        micro = [np.array([round(x * 1e6)]) for x in (*a, *b)]
        found = int(heading(*micro)[0])
        assert abs((found - slow.bearing(a, b) + 180) % 360 - 180) < 1.5
        assert degrees is None or found == degrees


def test_shapes_are_of_their_type(noon: View) -> None:
    """The decoder refuses what is not as the contract says: a number where a word should be would show here."""
    for shape, kind in (
        (overview(noon), Overview),
        (positions(noon), Positions),
        (runs_of(noon), Runs),
        (run_detail(noon, 0), RunDetail),
        (network_shape(noon), NetworkShape),
    ):
        msgspec.json.decode(msgspec.json.encode(shape), type=kind)
