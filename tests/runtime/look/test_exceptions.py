"""The inbox: nothing twice, nothing forgotten, worst first, and each kind of trouble when it is planted."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from doorward.carriers.rules import CarriersRules
from doorward.ledger.state import State
from doorward.linehaul.rules import LinehaulRules
from doorward.runtime.look.exceptions import exceptions
from doorward.runtime.look.holds import _hops, for_floor, for_late_truck
from doorward.runtime.look.risk import cost_c, risk_of
from doorward.runtime.look.shapes import Exceptions, ExceptionShape
from doorward.runtime.look.view import Frame, View
from doorward.tables.fleet import Runs, RunStatus, Stops
from doorward.tables.journey import Holder, Status
from doorward.tables.linehaul import Lanes, Trips, TripStatus
from doorward.tables.orders import Orders, Speed
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Alarm, Alarms, Packages, Watch
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Floors
from doorward.tables.snoozes import Snoozed, key_of
from tests.runtime.look import slow

COMMANDS = {"board.optimise", "run.mend", "vehicle.out", "package.rechoose", "trip.hold", "snooze"}


def of_kind(view: View, kind: str) -> list[ExceptionShape]:
    return [item for item in exceptions(view).items if item.kind == kind]


def fresh(view: View) -> View:
    """The same tables, looked at anew after a change by hand."""
    return View(view.state, view.now_s, view.turn, view.frame)


def test_every_alarm_is_in_one_line(view: View) -> None:
    shown = exceptions(view)
    assert msgspec.json.decode(msgspec.json.encode(shown), type=Exceptions) == shown
    ids = [item.id for item in shown.items]
    assert len(set(ids)) == len(ids)
    members = [package for item in shown.items for package in item.packages]
    assert len(set(members)) == len(members)
    alarms = view.table(Alarms)
    for row in range(len(alarms)):
        package = int(alarms.package[row])
        if alarms.cleared_s[row] < 0 and int(view.table(Packages).status[package]) not in slow.OVER:
            assert package in members, Alarm(int(alarms.kind[row]))
    for item in shown.items:
        assert item.count == len(item.packages)
        assert {a.command for a in item.actions} <= COMMANDS
        assert item.title and item.cause and item.since_s <= view.now_s
    costs = [item.cost_c for item in shown.items]
    assert costs == sorted(costs, reverse=True)


def test_cost_is_chance_times_the_price_of_lateness(noon: View) -> None:
    """A package certainly late by a day, one surely in time, one told to arrive around its promise."""
    packages, rules = noon.table(Packages), noon.rule(CarriersRules)
    row = np.flatnonzero(packages.status == Status.OUT)[:3]
    now = noon.now_s
    noon.state.put(Watch, row, raised=0)
    noon.state.put(Orders, packages.order[row], speed=int(Speed.NEXT_DAY))
    noon.state.put(
        Packages, row, due_s=[now - 86_400, now + 86_400, now + 3_600], eta_at_s=now,
        eta_lo_s=[now, now, now + 1_800], eta_hi_s=[now, now + 900, now + 5_400],
    )  # fmt: skip
    late_c = rules.late_c[int(Speed.NEXT_DAY)]
    risk, cost = risk_of(noon, row), cost_c(noon, row)
    assert risk.late.tolist() == pytest.approx([1.0, 0.0, 0.5], abs=1e-3)
    assert cost[0] == pytest.approx(late_c + rules.late_day_c)
    assert cost[1] == pytest.approx(0, abs=1)
    spread_s = 1_800 / 1.645
    assert risk.days[2] == pytest.approx(spread_s * 0.39894 / 86_400, rel=1e-3)
    assert cost[2] == pytest.approx(late_c / 2 + rules.late_day_c * risk.days[2], rel=1e-3)


def test_a_broken_van_is_one_line_with_all_that_is_aboard(noon: View) -> None:
    runs, packages = noon.table(Runs), noon.table(Packages)
    run = int(np.flatnonzero((runs.status == RunStatus.LEFT) & (runs.vehicle >= 0))[0])
    stops = noon.table(Stops)
    at = {n: int(packages.stop[n]) for n in slow.open_packages(noon.state) if packages.stop[n] >= 0}
    aboard = [n for n, stop in at.items() if stops.run[stop] == run and stops.done_s[stop] < 0]
    noon.state.put(Runs, np.array([run]), status=int(RunStatus.BROKEN), ended_s=noon.now_s - 600)
    (item,) = of_kind(fresh(noon), "BROKE_DOWN")
    assert (item.id, item.row, item.packages) == (f"run-{run}-broken", run, aboard)
    assert item.since_s == noon.now_s - 600
    assert [a.command for a in item.actions] == ["vehicle.out", "board.optimise", "snooze"]
    there = slow.place(noon.state, f"r{run}", noon.now_s - 600)
    assert (item.lat, item.lon) == pytest.approx(there, abs=2e-2)


def test_a_building_that_stands_still_has_what_it_holds(noon: View) -> None:
    packages = noon.table(Packages)
    held = packages.holder[(packages.holder_kind == Holder.SITE) & (packages.status == Status.READY)]
    site = int(np.bincount(held).argmax())
    noon.state.append(
        Outages.fill(1, site=site, service=-1, what=int(What.DEPARTURES), from_s=noon.now_s - 60, until_s=-1)
    )
    noon.state.append(
        Outages.fill(1, site=site, service=-1, what=int(What.CLOSED), from_s=0, until_s=noon.now_s)
    )
    (item,) = of_kind(fresh(noon), "STANDSTILL")
    mine = [
        n for n in slow.open_packages(noon.state)
        if packages.holder_kind[n] == Holder.SITE and packages.holder[n] == site and packages.status[n] not in slow.OVER
    ]  # fmt: skip
    assert (item.site, item.packages) == (site, mine)
    assert item.since_s == noon.now_s - 60 and "no end is known" in item.cause


def test_a_truck_that_does_not_come(day_view: View) -> None:
    trips, packages = day_view.table(Trips), day_view.table(Packages)
    trip = int(packages.holder[np.flatnonzero(packages.status == Status.MOVING)[0]])
    assert trips.status[trip] == TripStatus.LEFT
    drive = int(trips.arrive_s[trip] - trips.depart_s[trip])
    left = day_view.now_s - drive - 3_600
    day_view.state.put(Trips, np.array([trip]), depart_s=left, left_s=left, arrive_s=left + drive)
    (item,) = of_kind(fresh(day_view), "TRUCK_LATE")
    assert (item.id, item.about, item.row, item.tone) == (f"trip-{trip}-late", "trip", trip, "late")
    assert (
        item.packages
        == np.flatnonzero((packages.status == Status.MOVING) & (packages.holder == trip)).tolist()
    )
    assert "60 min late" in item.title


def test_unassigned_packages_by_station_and_cause(noon: View) -> None:
    row = noon.unassigned[:3]
    packages = noon.table(Packages)
    noon.state.put(Packages, row, station=int(packages.station[row[0]]))
    noon.state.append(Remarks.about(Subject.PACKAGE, row[:2], int(Reason.NO_VEHICLE), noon.now_s))
    noon.state.append(Remarks.about(Subject.PACKAGE, row[2:], int(Reason.NO_TIME), noon.now_s))
    noon.state.append(Remarks.about(Subject.PACKAGE, row[1:2], int(Reason.NO_TIME), noon.now_s))
    found = {item.id.split("-")[-1]: item for item in of_kind(fresh(noon), "UNASSIGNED")}
    assert set(found["no_vehicle"].packages) & set(row.tolist()) == {int(row[0])}
    assert set(row[1:].tolist()) <= set(found["no_time"].packages)
    assert found["no_time"].cause == "no shift has the minutes left"


def test_a_floor_behind_its_cutoff(day_view: View) -> None:
    """Hands that pick a piece an hour."""
    assert not of_kind(day_view, "FLOOR_BEHIND")
    packages = day_view.table(Packages)
    works = np.flatnonzero(packages.status < Status.SORTED)
    day_view.state.put(Packages, works, leave_s=day_view.now_s + 3_000)
    day_view.state.put(Floors, slice(None), pick_uph=1, goods_uph=1, pack_pph=1, sort_pph=1)
    found = of_kind(fresh(day_view), "FLOOR_BEHIND")
    assert {n for item in found for n in item.packages} == set(works.tolist())
    for item in found:
        assert item.about == "site" and all(packages.fc[item.packages] == item.row)
        assert all(packages.status[item.packages] < Status.SORTED)


def test_a_truck_is_held_for_a_floor_that_is_a_little_behind(day_view: View) -> None:
    packages, trips, lanes = day_view.table(Packages), day_view.table(Trips), day_view.table(Lanes)
    ahead = trips.depart_s - lanes.cutoff_s[trips.lane] > day_view.now_s
    trip = int(np.flatnonzero(ahead & (trips.status == TripStatus.PLANNED))[0])
    fc, dest, leaves = (
        int(lanes.origin[trips.lane[trip]]),
        int(lanes.dest[trips.lane[trip]]),
        int(trips.depart_s[trip]),
    )
    staging = int(lanes.cutoff_s[trips.lane[trip]])
    going = np.flatnonzero(packages.station >= 0)
    going = going[_hops(day_view, fc, going) == dest]
    (action,) = for_floor(day_view, fc, leaves, leaves - staging + 700, going)
    assert action.rows == [trip] and 700 <= action.until_s - leaves < 1_000 and action.until_s % 300 == 0
    assert not for_floor(day_view, fc, leaves, leaves - staging - 60, going), "the work is done in time"
    assert not for_floor(day_view, fc, leaves, leaves + 7_200, going), "no truck waits for two hours"
    day_view.state.put(Trips, np.array([trip]), status=int(TripStatus.LOADED))
    assert not for_floor(fresh(day_view), fc, leaves, leaves - staging + 700, going)


def test_a_truck_is_held_for_what_comes_on_a_late_one(day_view: View) -> None:
    """One that would have been caught, and is missed by ten minutes."""
    trips, lanes = day_view.table(Trips), day_view.table(Lanes)
    rules = day_view.rule(LinehaulRules)
    onward = np.flatnonzero((trips.status == TripStatus.PLANNED) & (trips.depart_s > day_view.now_s))
    hub = lanes.origin[trips.lane[onward]]
    arrives = np.flatnonzero(trips.status < TripStatus.DONE)
    trip = next(int(t) for t in arrives if lanes.dest[trips.lane[t]] in hub)
    site = int(lanes.dest[trips.lane[trip]])
    goes = onward[hub == site][0]
    station = np.flatnonzero(day_view.table(Packages).station >= 0)
    aboard = station[_hops(day_view, site, station) == lanes.dest[trips.lane[goes]]][:5]
    assert len(aboard)
    staging = int(lanes.cutoff_s[trips.lane[goes]])
    comes_s = int(trips.depart_s[goes]) - staging - rules.transfer_s + 600
    day_view.state.put(Trips, np.array([trip]), arrive_s=comes_s - 1_200)
    (action,) = for_late_truck(fresh(day_view), trip, comes_s, aboard)
    assert goes in action.rows and 600 <= action.until_s - trips.depart_s[goes] < 900
    assert not for_late_truck(fresh(day_view), trip, comes_s - 700, aboard), "it is still caught"
    assert not for_late_truck(fresh(day_view), trip, comes_s + 7_200, aboard), "no truck waits for two hours"


def test_what_is_put_off_says_until_when_and_the_newest_word_holds(noon: View) -> None:
    out = np.flatnonzero(noon.table(Packages).status == Status.OUT)
    noon.state.put(Watch, out[:1], raised=1 << Alarm.NO_SCAN)
    first = exceptions(fresh(noon)).items[0]
    assert first.put_off_s == -1 and first.actions[-1].command == "snooze"
    now = noon.now_s
    for until_s, shown in ((now + 60, now + 60), (now + 3_600, now + 3_600), (now, -1)):
        noon.state.append(Snoozed.fill(1, what=key_of(first.id), until_s=until_s))
        items = exceptions(fresh(noon)).items
        assert {item.id: item.put_off_s for item in items if item.put_off_s >= 0 or item.id == first.id} == {
            first.id: shown
        }
        assert items[0].actions[-1].command == ("snooze" if shown < 0 else "wake")


def test_silence_by_place(noon: View) -> None:
    packages = noon.table(Packages)
    out = np.flatnonzero(packages.status == Status.OUT)
    run = int(packages.holder[out[0]])
    row = out[packages.holder[out] == run][-2:]
    later = noon.now_s + 86_400
    noon.state.put(Packages, row, due_s=later)
    noon.state.put(Watch, row, raised=1 << Alarm.NO_SCAN)
    (item,) = [i for i in of_kind(fresh(noon), "NO_SCAN") if i.about == "run"]
    assert (item.id, item.tone, item.packages) == (f"run-{run}-silent", "silent", row.tolist())


def test_nothing_is_wrong_with_nothing() -> None:
    view = View(State(), 1_772_503_200, 0, Frame("nothing"))
    assert exceptions(view) == Exceptions(0, 1_772_503_200, [])
