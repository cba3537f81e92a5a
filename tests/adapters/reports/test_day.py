"""A twin's day told again by reports: the same services, asked of a world that only knows what was said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from doorward.adapters.reports.world import reported_world
from doorward.ledger.ledger import Ledger
from doorward.ports.world import World
from doorward.runtime.book import load_book, prepare
from doorward.runtime.build import all_folds, all_services, network_of, reference_tables, twin_world
from doorward.runtime.checks import violations
from doorward.runtime.config import rules_from
from doorward.runtime.live.prepare import opener
from doorward.runtime.request import Request
from doorward.runtime.roster import Roster
from doorward.runtime.rules import RULES
from doorward.tables.fleet import RunMoved, Runs, StopDone, Stops
from doorward.tables.journey import Event, Status
from doorward.tables.linehaul import TripMoved, Trips
from doorward.tables.packages import Packages, Scanned
from doorward.tables.reports import Reported, RunReported, TripReported
from doorward.tables.stock import Stock
from doorward.tracking.commands import Report, RunReport, TripReport, report, run_report, trip_report
from doorward.twin.floor import FloorRules

HOURS = 48
HEARD = ("fulfillment.floor", "linehaul.move", "carriers.track", "delivery.follow", "delivery.resolve")
"""Services whose scans somebody outside saw; of the others, only their decisions are known."""
SEEN = (
    *(Event.PICKED, Event.PACKED, Event.SORTED, Event.DEPARTED, Event.ARRIVED, Event.OUT_FOR_DELIVERY),
    *(Event.DELIVERED, Event.ATTEMPTED, Event.BROUGHT_BACK, Event.STORED, Event.COLLECTED),
    *(Event.CARRIER_MOVED, Event.SENT_BACK, Event.LOST),
)


class Spy:
    """Stands before a ledger and keeps what services post."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.kept = ledger, list[tuple[str, Any]]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)

    def post(self, service: str, at_s: int, facts: Any, *rest: Any, **more: Any) -> int:
        stop_run = {}
        for fact in facts:
            if isinstance(fact, StopDone):
                stops = self.ledger.table(Stops)
                stop_run = dict(zip(stops.package[fact.stop].tolist(),
                                    zip(stops.run[fact.stop].tolist(), fact.outcome.tolist(), strict=True),
                                    strict=True))  # fmt: skip
        for fact in facts:
            if service in HEARD and isinstance(fact, Scanned):
                self.kept.append(("scan", self.reports(service, fact, stop_run)))
            if service == "delivery.follow" and isinstance(fact, RunMoved):
                self.kept.append(("run", RunReported(run=fact.run, status=fact.status, at_s=fact.at_s,
                                                     metres=fact.actual_m)))  # fmt: skip
            if service == "linehaul.move" and isinstance(fact, TripMoved):
                self.kept.append(("trip", TripReported(trip=fact.trip, status=fact.status, at_s=fact.at_s)))
        return self.ledger.post(service, at_s, facts, *rest, **more)

    def reports(self, service: str, scans: Scanned, door: dict[int, tuple[int, int]]) -> Reported:
        """What devices sent when these scans were made."""
        carrier = (service == "carriers.track") & np.isin(scans.event, (Event.RETURN_STARTED,))
        scans = scans.take(np.isin(scans.event, SEEN) | carrier)
        packages, stops = self.ledger.table(Packages), self.ledger.table(Stops)
        ref, outcome, left = scans.ref.copy(), np.full(len(scans), -1), np.full(len(scans), -1)
        if service == "delivery.follow":
            for row in range(len(scans)):
                package, event = int(scans.package[row]), Event(int(scans.event[row]))
                if event in (Event.DELIVERED, Event.ATTEMPTED, Event.STORED):
                    ref[row], outcome[row] = door[package]
                    left[row] = scans.ref[row] if event is Event.DELIVERED else -1
                elif event is Event.BROUGHT_BACK:
                    ref[row] = stops.run[packages.stop[package]]
        return Reported.fill(
            len(scans), package=scans.package, event=scans.event, at_s=scans.at_s, site=scans.site, ref=ref,
            reason=scans.reason, outcome=outcome, left=left,
        )  # fmt: skip


def rows_by_time(kept: list[tuple[str, Any]]) -> list[tuple[int, Any]]:
    """One report each, by when it happened."""
    rows = [(int(at), fact.take([n])) for _, fact in kept for n, at in enumerate(fact.at_s)]
    return sorted(rows, key=lambda row: row[0])


class Day:
    """One network and its orders, opened as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        request = Request(network="metro", days=1, seed=5, scale=0.01, out=folder / "base")
        self.where = prepare(request, lambda *_: None)
        self.folder = folder
        self.network, self.book = network_of(self.where), load_book(self.where)
        self.rules: dict[type[Any], Any] = dict(rules_from(self.network, RULES))
        # what scans cannot tell is left out: missing pieces, weights, wrong chutes, wrong counts
        self.rules[FloorRules] = FloorRules(short_ppm=0, damage_ppm=0, missort_ppm=0, scale_pm=0, wrong_ppm=0)

    def open(self, name: str) -> Ledger:
        return Ledger.open(
            self.folder / name, all_folds(), reference_tables(self.network, self.book, self.where)
        )

    def twin(self, ledger: Ledger) -> World:
        return twin_world(self.network, self.book, ledger.state, self.rules, 5)

    def roster(self, ledger: Any, world: World) -> Roster:
        return Roster(
            ledger, world, self.rules, all_services(), seed=5, utc_offset_s=self.network.utc_offset_s
        )

    @property
    def start_s(self) -> int:
        return self.where.settings.start_s


def final(ledger: Ledger) -> dict[str, Any]:
    packages, stops, runs = ledger.table(Packages), ledger.table(Stops), ledger.table(Runs)
    trips, stock = ledger.table(Trips), ledger.table(Stock)
    columns = {
        "status": packages.status, "ended": packages.ended_s, "holder": packages.holder,
        "attempts": packages.attempts, "outcome": stops.outcome, "done": stops.done_s,
        "run": runs.status, "back": runs.ended_s, "trip": trips.status, "came": trips.arrived_s,
        "on_hand": stock.on_hand, "shipped": stock.shipped, "returned": stock.returned,
    }  # fmt: skip
    return {name: np.array(column) for name, column in columns.items()}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Day, dict[str, Any], list[tuple[int, Any]]]:
    made = Day(tmp_path_factory.mktemp("reports"))
    with made.open("twin") as ledger:
        spy = Spy(ledger)
        roster = made.roster(spy, made.twin(ledger))
        roster.begin(made.start_s)
        while roster.next_s <= made.start_s + HOURS * 3_600:
            roster.work_next()
        ledger.commit()
        assert violations(ledger.state) == []
        return made, final(ledger), rows_by_time(spy.kept)


def tell(roster: Roster, due: list[Any], rng: np.random.Generator | None) -> None:
    """Post what is due; with `rng` by command: each one to three times, shuffled, in batches of random size."""
    ledger, now_s = roster.ledger, roster.next_s
    if rng is None:
        ledger.post("reports", now_s, due)
        return
    due = [due[n] for n in rng.permutation(np.repeat(np.arange(len(due)), rng.integers(1, 4, len(due))))]
    while due:
        size = int(rng.integers(1, 60))
        batch, due = due[:size], due[size:]
        for kind, takes, work in (
            (Reported, Report, report), (RunReported, RunReport, run_report),
            (TripReported, TripReport, trip_report),
        ):  # fmt: skip
            rows = [fact for fact in batch if isinstance(fact, kind)]
            if rows:
                fact: Any = type(rows[0]).concat(rows)
                desk = roster.desk(now_s, now_s)
                columns = {name: getattr(fact, name).tolist() for name in fact.columns}
                answer = work(desk, takes(**columns))  # type: ignore[operator]
                assert answer.bad == [] and answer.taken + answer.known == len(fact)
                ledger.post("reports", now_s, desk.posted)


@pytest.mark.parametrize("seed", [None, 1])
def test_the_day_told_again_ends_as_the_twin_did(
    day: tuple[Day, dict[str, Any], list[tuple[int, Any]]], seed: int | None
) -> None:
    """As it happened; and doubled, tripled, shuffled between two polls, in batches of random size."""
    made, twin, rows = day
    rng = None if seed is None else np.random.default_rng(seed)
    assert {type(fact) for _, fact in rows} == {Reported, RunReported, TripReported} and len(rows) > 1_000
    assert (twin["status"] == Status.DELIVERED).sum() > 100
    with made.open(f"told-{seed}") as ledger:
        simulated, said = made.twin(ledger), reported_world(ledger.state, len(made.network.regions))
        # orders, drivers' phones, weather and docks are those of the twin's day; the journey is what was reported
        said.floor.arrivals, said.floor.counted = simulated.floor.arrivals, simulated.floor.counted  # type: ignore[method-assign]
        world = replace(
            said, storefront=simulated.storefront, crew=simulated.crew, weather=simulated.weather,
            outages=simulated.outages,
        )  # fmt: skip
        roster = made.roster(ledger, world)
        roster.begin(made.start_s)
        fed = 0
        while roster.next_s <= made.start_s + HOURS * 3_600:
            due = []
            while fed < len(rows) and rows[fed][0] <= roster.next_s:
                due.append(rows[fed][1])
                fed += 1
            if due:
                tell(roster, due, rng)
            roster.work_next()
        ledger.commit()
        assert violations(ledger.state) == []
        told = final(ledger)
    for name, column in twin.items():
        assert len(column) == len(told[name]), name
        differ = np.flatnonzero(column != told[name])
        assert not len(differ), (name, differ[:5], column[differ[:5]], told[name][differ[:5]])


def test_a_real_network_works_while_nothing_is_reported(
    day: tuple[Day, dict[str, Any], list[tuple[int, Any]]],
) -> None:
    made, _, _ = day
    ledger, roster, _ = opener(made.where, "live")()
    with ledger:
        roster.begin(made.start_s)
        while roster.next_s <= made.start_s + 2 * 3_600:
            roster.work_next()
        assert ledger.table(Stock).on_hand.any() and not len(ledger.table(Packages))
        assert violations(ledger.state) == []
