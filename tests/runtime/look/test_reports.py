"""What days came to, against the same reckoned package by package."""

from __future__ import annotations

import msgspec

from doorward.core.units import DAY_S
from doorward.runtime.look.reports import day_report, reports
from doorward.runtime.look.shapes_reports import Reports
from doorward.runtime.look.view import View
from doorward.tables.fleet import Runs, Stops
from doorward.tables.journey import Event, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.ways import Way
from tests.runtime.look import slow


def days(view: View) -> list[int]:
    """Today and yesterday."""
    today = (view.now_s + view.frame.utc_offset_s) // DAY_S
    return [today, today - 1]


def test_a_day_is_what_its_promises_came_to(view: View) -> None:
    packages, state = view.table(Packages), view.state
    for day in days(view):
        begins_s = day * DAY_S - view.frame.utc_offset_s
        told, shown = slow.promised(state, begins_s, view.now_s), day_report(view, day)
        ends = list(told.values())
        assert (shown.promised, shown.kept, shown.missed) == (
            len(ends),
            ends.count("kept"),
            ends.count("missed"),
        )
        mine = [
            n
            for n in range(len(packages))
            if packages.order[n] in told and packages.status[n] != Status.CANCELLED
        ]
        for way in Way:
            of = [n for n in mine if packages.way[n] == way]
            share = shown.ways.get(way.name.lower())
            assert (share.packages if share else 0) == len(of)
            if share:
                got = {n: slow.handed_s(state, n) for n in of}
                assert share.delivered == sum(at >= 0 for at in got.values())
                assert share.in_time == sum(0 <= at <= packages.due_s[n] for n, at in got.items())
                assert share.cost_c == sum(int(packages.bill_c[n]) for n in of)
        assert sum(each.packages for each in shown.stations.values()) == sum(
            packages.station[n] >= 0 for n in mine
        )


def test_doors_and_roads_of_a_day(view: View) -> None:
    scans, runs, stops = view.table(Scans), view.table(Runs), view.table(Stops)
    for day in days(view):
        begins_s, shown = day * DAY_S - view.frame.utc_offset_s, day_report(view, day)
        there = [n for n in range(len(scans)) if begins_s <= scans.at_s[n] < begins_s + DAY_S]
        assert shown.delivered == sum(scans.event[n] in (Event.DELIVERED, Event.STORED) for n in there)
        assert shown.tried_in_vain == sum(scans.event[n] == Event.ATTEMPTED for n in there)
        left = {n for n in range(len(runs)) if begins_s <= runs.left_s[n] < begins_s + DAY_S}
        doors = {(int(stops.run[n]), int(stops.seq[n])) for n in range(len(stops))
                 if stops.run[n] in left and stops.done_s[n] >= 0}  # fmt: skip
        assert shown.road is not None
        assert (shown.road.runs, shown.road.doors) == (len(left), len(doors))
        assert shown.placed == sum(
            begins_s <= at < begins_s + DAY_S for at in view.table(Orders).at_s.tolist()
        )


def test_a_shipper_s_report_is_of_its_orders_alone(noon: View) -> None:
    """All orders here are the operator's own: the report of a shop is empty, the operator's own (-1) is whole."""
    whole, none, own = (reports(noon, 3, shop) for shop in (None, 5, -1))
    assert msgspec.json.decode(msgspec.json.encode(whole), type=Reports) == whole
    assert len(whole.days) == 3 and [d.day for d in whole.days] == sorted(
        (d.day for d in whole.days), reverse=True
    )
    for a, b, c in zip(whole.days, none.days, own.days, strict=True):
        assert (b.placed, b.promised, b.delivered, b.ways, b.road) == (0, 0, 0, {}, None)
        assert msgspec.structs.replace(a, road=None) == c
    assert whole.days[0].promised > 0 and whole.days[0].kept + whole.days[0].missed > 0


def test_a_day_that_is_over_says_so(noon: View) -> None:
    today, yesterday = days(noon)
    assert not day_report(noon, today).ended and day_report(noon, yesterday).ended
