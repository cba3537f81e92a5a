"""The pages against slow versions: orders, search, a building, a station, linehaul, the board."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from doorward.core.errors import BadInput
from doorward.core.units import DAY_S, HOUR_S
from doorward.runtime.look.board import board
from doorward.runtime.look.center import center_shape
from doorward.runtime.look.linehaul import linehaul
from doorward.runtime.look.orders import STATUSES, order_detail, order_page
from doorward.runtime.look.packages import sscc
from doorward.runtime.look.search import search
from doorward.runtime.look.station import station_shape
from doorward.runtime.look.view import View
from doorward.tables.doorstep import Outcome
from doorward.tables.fleet import Runs, RunStatus, Stops
from doorward.tables.journey import ENDED, ON_FLOOR, Event, Holder, Status
from doorward.tables.linehaul import Lanes, Trips
from doorward.tables.orders import Lines, LineStatus, Orders, OrderStatus
from doorward.tables.packages import Labels, Packages, Scans
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.stock import Stock
from tests.runtime.look import slow
from tests.runtime.look.test_tower import same_again

RANK = ("", "done", "on_time", "silent", "at_risk", "late")
UNBOXED = (LineStatus.WAITING, LineStatus.BACKORDERED, LineStatus.SOURCED)


def sites_of(view: View, kind: SiteKind) -> list[int]:
    sites = view.table(Sites)
    return [s for s in range(len(sites)) if sites.kind[s] == kind]


def status_of(view: View, order: int) -> str:
    """How an order stands, from its own lines and packages."""
    orders, lines, packages = view.table(Orders), view.table(Lines), view.table(Packages)
    first = OrderStatus(int(orders.status[order]))
    plain = {
        OrderStatus.PLACED: "placed", OrderStatus.QUOTED: "quoted", OrderStatus.REFUSED: "refused",
        OrderStatus.EXPIRED: "expired",
    }  # fmt: skip
    if first in plain:
        return plain[first]
    own = [Status(int(s)) for s in packages.status[packages.order == order]]
    waits = any(LineStatus(int(s)) in UNBOXED for s in lines.status[lines.order == order])
    if waits or any(s not in ENDED for s in own):
        return "open"
    if Status.DELIVERED in own:
        return "delivered"
    return "returned" if Status.RETURNED in own else "cancelled"


def test_every_order_stands_as_its_lines_and_packages_do(view: View) -> None:
    packages, seen, cursor = view.table(Packages), [], ""
    while True:
        page = order_page(view, cursor=cursor, limit=97)
        same_again(page)
        seen += page.items
        if not (cursor := page.cursor):
            break
    assert [each.order for each in seen] == list(range(view.state.count(Orders)))[::-1]
    for each in seen[:: max(1, len(seen) // 150)]:
        assert each.status == status_of(view, each.order)
        own = np.flatnonzero(packages.order == each.order)
        kept = [int(p) for p in own if packages.status[p] != Status.CANCELLED]
        assert each.packages == len(kept)
        assert each.delivered == sum(packages.status[p] in (Status.DELIVERED, Status.AT_LOCKER) for p in kept)
        if each.status == "open":
            worst = max((RANK.index(slow.tone(view.state, p, view.now_s)) for p in kept), default=0)
            assert RANK.index(each.tone) >= worst or packages.status[own].min() in ENDED
    counts = Counter(each.status for each in seen)
    for status in STATUSES:
        some = order_page(view, status=status, limit=500).items
        assert len(some) == min(500, counts[status]) and {each.status for each in some} <= {status}
    late = [each.order for each in seen if each.tone == "late"]
    assert [each.order for each in order_page(view, tone="late", limit=500).items] == late[:500]


def test_a_page_refuses_what_cannot_be(view: View) -> None:
    for bad in (
        {"status": "lost"},
        {"tone": "red"},
        {"limit": 0},
        {"limit": 501},
        {"cursor": "x"},
        {"cursor": "²"},
    ):
        with pytest.raises(BadInput) as refused:
            order_page(view, **bad)  # type: ignore[arg-type]
        assert refused.value.where == next(iter(bad)) and refused.value.remedy
    assert order_page(view, cursor="0").items == [] and order_page(view, shop=5).items == []
    with pytest.raises(BadInput):
        order_detail(view, view.state.count(Orders))
    with pytest.raises(BadInput):
        order_detail(view, 0, shop=5)


def test_an_order_has_its_lines_and_packages(noon: View) -> None:
    lines, packages = noon.table(Lines), noon.table(Packages)
    for order in range(0, noon.state.count(Orders), 11):
        shown = order_detail(noon, order)
        same_again(shown)
        assert [line.line for line in shown.lines] == np.flatnonzero(lines.order == order).tolist()
        assert [p.package for p in shown.packages] == np.flatnonzero(packages.order == order).tolist()
        times = [moment.at_s for moment in shown.story]
        assert times == sorted(times) and all(at <= noon.now_s for at in times)
        assert shown.row == order_page(noon, cursor=str(order + 1), limit=1).items[0]


def test_what_is_typed_is_found(noon: View) -> None:
    labels, packages, sites = noon.table(Labels), noon.table(Packages), noon.table(Sites)
    labelled = [p for p in range(len(labels)) if labels.serial[p] >= 0][::17]
    for package in labelled:
        number = sscc(noon, package)
        for typed in (number, f"(00) {number}", " ".join((number[:4], number[4:]))):
            assert [(h.kind, h.row) for h in search(noon, typed)] == [("package", package)], typed
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        assert search(noon, wrong) == [], "the check digit counts"
    for kind, table in (("run", Runs), ("order", Orders), ("package", Packages), ("trip", Trips)):
        last = noon.state.count(table) - 1
        for typed in (f"{kind} {last}", f"{kind.upper()}#{last}"):
            assert (kind, last) in [(h.kind, h.row) for h in search(noon, typed)]
        assert search(noon, f"{kind} {last + 1}") == []
    for site in range(len(sites)):
        name = str(sites.name[site])
        assert ("site", site) in [(h.kind, h.row) for h in search(noon, name.upper(), limit=500)]
    assert len(search(noon, "1", limit=3)) <= 3
    assert search(noon, "") == search(noon, "   ") == [] and search(noon, "x" * 10_000) == []
    assert search(noon, "run 1", shop=0) == [], "a shop finds orders and packages of its own only"
    assert all(int(packages.order[h.row]) >= 0 for h in search(noon, "1") if h.kind == "package")


def test_a_building_counts_its_floor(view: View) -> None:
    packages, scans, stock = view.table(Packages), view.table(Scans), view.table(Stock)
    for site in sites_of(view, SiteKind.FC):
        shown = center_shape(view, site)
        same_again(shown)
        here = [
            Status(int(packages.status[p]))
            for p in range(len(packages))
            if packages.fc[p] == site
            and packages.holder_kind[p] == Holder.SITE
            and packages.holder[p] == site
        ]
        stands = Counter(here)
        assert (shown.released, shown.picked, shown.packed, shown.staged) == tuple(
            stands[s] for s in (Status.RELEASED, Status.PICKED, Status.PACKED, Status.SORTED)
        )
        hours = [0] * 24
        for s in np.flatnonzero((scans.event == Event.PICKED) & (scans.site == site)):
            hour = (int(scans.at_s[s]) - shown.hours_s[0]) // HOUR_S
            if 0 <= hour < 24:
                hours[hour] += int(packages.units[scans.package[s]])
        assert shown.hours_units == hours
        assert sum(c.packages for c in shown.cutoffs) <= sum(stands[s] for s in ON_FLOOR)
        for c in shown.cutoffs:
            assert c.packages >= c.released + c.picked + c.packed + c.staged
        skus = len(stock) // len(sites_of(view, SiteKind.FC))
        mine = slice(site * skus, (site + 1) * skus)
        assert shown.on_hand == int(stock.on_hand[mine].sum()) >= shown.reserved
        assert shown.reserved == int(stock.reserved[mine].sum())
    with pytest.raises(BadInput, match="is no fulfillment center"):
        center_shape(view, sites_of(view, SiteKind.STATION)[0])


def test_a_station_counts_what_it_has_and_did(view: View) -> None:
    packages, runs, stops = view.table(Packages), view.table(Runs), view.table(Stops)
    for site in sites_of(view, SiteKind.STATION):
        shown = station_shape(view, site)
        same_again(shown)
        stands = Counter(Status(int(s)) for s in packages.status[packages.station == site])
        assert shown.inbound == sum(stands[s] for s in Status if s < Status.READY)
        assert shown.ready == stands[Status.READY] and shown.out == stands[Status.OUT] + stands[Status.FAILED]
        done = [
            Outcome(int(stops.outcome[s]))
            for s in range(len(stops))
            if runs.station[stops.run[s]] == site and stops.done_s[s] >= view.midnight_s
        ]
        good = sum(outcome in (Outcome.DELIVERED, Outcome.STORED) for outcome in done)
        assert (shown.delivered_today, shown.failed_today) == (good, len(done) - good)
        assert shown.vehicles_out == sum(
            runs.station[r] == site and runs.status[r] == RunStatus.LEFT for r in range(len(runs))
        )
        assert 0 <= shown.blocks_taken <= shown.blocks and shown.unassigned <= shown.ready
    with pytest.raises(BadInput, match="is no delivery station"):
        station_shape(view, -1)


def test_departures_of_a_day_are_all_there_by_time(view: View) -> None:
    trips, lanes = view.table(Trips), view.table(Lanes)
    for day in (None, view.day + 1):
        shown = linehaul(view, day)
        same_again(shown)
        begins = view.midnight_s + (DAY_S if day is not None else 0)
        mine = [t for t in range(len(trips)) if begins <= trips.depart_s[t] < begins + DAY_S]
        assert [d.trip for d in shown.departures] == sorted(mine, key=lambda t: (int(trips.depart_s[t]), t))
        for d in shown.departures:
            assert (d.origin, d.dest) == (lanes.origin[trips.lane[d.trip]], lanes.dest[trips.lane[d.trip]])
            assert d.fill_pm >= 0 and d.waiting >= 0 and d.late_s >= 0
        standing = view.table(Packages)
        sorted_ = (standing.status == Status.SORTED) & (standing.holder_kind == Holder.SITE)
        assert sum(d.waiting for d in shown.departures) <= int(sorted_.sum())


def test_the_board_shows_the_pool_and_the_runs_that_are_not_over(view: View) -> None:
    packages, runs = view.table(Packages), view.table(Runs)
    for site in sites_of(view, SiteKind.STATION):
        shown = board(view, site)
        same_again(shown)
        pool = [
            p
            for p in range(len(packages))
            if packages.status[p] == Status.READY and packages.stop[p] < 0 and packages.station[p] == site
        ]
        assert [each.package for each in shown.unassigned] == sorted(
            pool, key=lambda p: (int(packages.due_s[p]), p)
        )
        live = (RunStatus.PLANNED, RunStatus.LEFT, RunStatus.BROKEN)
        assert sorted(run.bar.run for run in shown.runs) == [
            r for r in range(len(runs)) if runs.station[r] == site and runs.status[r] in live
        ]
        on_runs = [p for run in shown.runs for door in run.doors for p in door.packages]
        assert not set(on_runs) & set(pool)
