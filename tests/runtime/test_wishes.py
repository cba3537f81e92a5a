"""What recipients ask for comes true: the counter, a locker, another day. A small twin goes on for three days."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from doorward.carriers.rules import CarriersRules
from doorward.carriers.waiting import nearest_locker
from doorward.core.errors import BadInput, Refused
from doorward.core.units import DAY_S, HOUR_S
from doorward.delivery.commands import DayFor, WishFor, reschedule, wish
from doorward.delivery.state import movable
from doorward.ledger.desk import Desk
from doorward.ledger.ledger import Ledger
from doorward.runtime.checks import violations
from doorward.runtime.live.prepare import open_twin, prepare_live
from doorward.runtime.request import Request
from doorward.runtime.roster import Roster
from doorward.tables.journey import ENDED, Event, Holder, Status
from doorward.tables.orders import Orders, OrderStatus
from doorward.tables.packages import Packages, Scans
from doorward.tables.sites import Sites, Zones
from doorward.tables.ways import Way

WISHED_H, EACH = 20, 12


class Day:
    """A twin in this process."""

    def __init__(self, folder: Path) -> None:
        where = prepare_live(Request(network="metro", seed=3, scale=0.04), folder, lambda *_: None)
        self.start_s = where.settings.start_s
        opened = open_twin(where)
        self.ledger: Ledger = opened[0]
        self.roster: Roster = opened[1]
        self.roster.begin(self.start_s)
        self.asked: dict[str, list[int]] = {}
        self.asked_s = 0

    def go(self, until_s: int) -> None:
        while self.roster.next_s <= until_s:
            self.roster.work_next()

    def desk(self) -> Desk:
        return self.roster.desk(self.roster.next_s - 1, self.roster.next_s - 1)

    def ask(self, work: Any, asked: Any) -> Any:
        desk = self.desk()
        answer = work(desk, asked)
        self.ledger.post("asked", desk.now_s, desk.posted, notes=desk.notes)
        return answer

    @property
    def packages(self) -> Packages:
        return self.ledger.state.table(Packages)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Orders of the evening, asked for in three ways, and two days after."""
    made = Day(tmp_path_factory.mktemp("wishes") / "net")
    made.go(made.start_s + WISHED_H * HOUR_S)
    packages, orders = made.packages, made.ledger.state.table(Orders)
    free = np.flatnonzero(packages.status <= Status.READY)
    free = free[movable(packages, free) & (orders.status[packages.order[free]] == OrderStatus.ACCEPTED)]
    order = np.unique(packages.order[free])
    whole = np.isin(order, packages.order[~np.isin(np.arange(len(packages)), free)], invert=True)
    chosen = order[whole][: 3 * EACH].tolist()
    assert len(chosen) == 3 * EACH
    kinds = ("pick_up", "locker", "another_day")
    made.asked = {kind: chosen[i::3] for i, kind in enumerate(kinds)}
    made.asked_s = made.desk().now_s
    for kind in kinds[:2]:
        for number in made.asked[kind]:
            made.ask(wish, WishFor(order=number, wish=kind))  # type: ignore[arg-type]
    for number in made.asked["another_day"]:
        made.ask(reschedule, DayFor(order=number, day=local(made, 2)))
    made.go(made.start_s + 3 * DAY_S + 2 * HOUR_S)
    yield made
    made.ledger.close()


def local(day: Day, ahead: int) -> str:
    at_s = day.start_s + ahead * DAY_S + day.roster.utc_offset_s
    return str(np.datetime64(at_s, "s").astype("datetime64[D]"))


def history(day: Day, package: int) -> list[tuple[int, Event, int]]:
    """(at_s, event, site) since the wishes, oldest first."""
    scans, row, found = day.ledger.state.table(Scans), int(day.packages.last_scan[package]), []
    while row >= 0 and int(scans.at_s[row]) > day.asked_s:
        found.append((int(scans.at_s[row]), Event(int(scans.event[row])), int(scans.site[row])))
        row = int(scans.prev[row])
    return found[::-1]


def mine(day: Day, kind: str) -> list[int]:
    return [int(row) for row in np.flatnonzero(np.isin(day.packages.order, day.asked[kind]))]


def test_what_is_fetched_waits_at_its_station_and_goes_on_no_van(day: Day) -> None:
    packages, stored = day.packages, 0
    for package in mine(day, "pick_up"):
        events = history(day, package)
        assert Event.OUT_FOR_DELIVERY not in [event for _, event, _ in events]
        at = [site for _, event, site in events if event == Event.STORED]
        assert at in ([], [int(packages.station[package])])
        stored += len(at)
        if at and packages.status[package] == Status.AT_LOCKER:
            assert packages.holder_kind[package] == Holder.SITE and packages.holder[package] == at[0]
    assert stored >= EACH // 2


def test_a_locker_that_has_room_is_found(day: Day) -> None:
    state, packages = day.ledger.state, day.packages
    orders, sites = state.table(Orders), state.table(Sites)
    most, went = CarriersRules().locker_m, 0
    for package in mine(day, "locker"):
        order = packages.order[[package]]
        cells = np.where(sites.station >= 0, sites.capacity, -1)
        station = state.table(Zones).station[orders.zone[order]]
        _, metres = nearest_locker(
            orders.lat_udeg[order], orders.lon_udeg[order], station, sites, cells.astype(np.int64)
        )
        if packages.way[package] == Way.LOCKER:
            went += 1
            assert metres[0] <= most
        elif metres[0] > most:
            assert packages.way[package] != Way.LOCKER, "none in reach: it comes to the door"
    assert went >= 2


def test_another_day_is_kept_and_not_before(day: Day) -> None:
    """The orders' windows moved, nobody comes before, and most come then."""
    packages, orders = day.packages, day.ledger.state.table(Orders)
    midnight_s, came = day.start_s + 2 * DAY_S, 0
    for package in mine(day, "another_day"):
        assert (
            packages.due_lo_s[package] == orders.due_lo_s[packages.order[package]] == midnight_s + 8 * HOUR_S
        )
        for at_s, event, _ in history(day, package):
            if event == Event.OUT_FOR_DELIVERY:
                assert at_s >= midnight_s
            if event == Event.DELIVERED:
                assert at_s >= midnight_s + 8 * HOUR_S
                came += at_s <= int(packages.due_s[package])
    assert came >= EACH * 3 // 4


def test_the_books_balance(day: Day) -> None:
    assert not violations(day.ledger.state)


def test_what_cannot_be_is_refused(day: Day) -> None:
    packages = day.packages
    number = int(packages.order[np.flatnonzero(np.isin(packages.status, ENDED))[0]])
    if np.isin(packages.status[packages.order == number], ENDED).all():
        with pytest.raises(Refused):
            day.ask(reschedule, DayFor(order=number, day=local(day, 5)))
    free = np.flatnonzero(packages.status <= Status.READY)
    number = int(packages.order[free[movable(packages, free)][-1]])
    for bad in (local(day, 0), local(day, 30), "2026-02-31"):
        with pytest.raises(BadInput):
            day.ask(reschedule, DayFor(order=number, day=bad))
    out = np.flatnonzero(packages.carrier >= 0)
    for package in out[~np.isin(packages.status[out], ENDED)][:1]:
        one = int(packages.order[package])
        if (packages.order == one).sum() == 1:
            with pytest.raises(Refused):
                day.ask(wish, WishFor(order=one, wish="locker"))
