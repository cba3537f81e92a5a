"""A whole day, end to end: nothing lost, every order accounted for, the same again from the same seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from doorward.footprint.lint import lint_ledger
from doorward.linehaul.lint import lint_trips
from doorward.runtime.build import all_folds, open_ledger
from doorward.runtime.checks import violations
from doorward.runtime.request import Request
from doorward.runtime.results import ENDS, order_ends, summary
from doorward.runtime.run import start_run
from doorward.runtime.rundir import RunDir
from doorward.tables.footprint import LegKind, Legs, Shares
from doorward.tables.journey import Event, Status
from doorward.tables.linehaul import Equipment, Lanes, Pallets, Trips, TripStatus
from doorward.tables.orders import Lines, LineStatus, Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.stock import Stock
from tests.runtime.conftest import SCALE, SEED, silent

Day = tuple[RunDir, dict[str, Any]]


def test_every_order_of_the_input_has_an_end(small_day: Day) -> None:
    _, result = small_day
    assert result["orders"] == sum(result[end] for end in ENDS) > 300
    assert result["violations"] == []
    assert result["open"] < 0.03 * result["orders"], "only returns may still be on their way"
    assert result["delivered"] > 0.75 * result["orders"]


def test_the_checks_find_what_is_planted(small_day: Day) -> None:
    """A checker that cannot fail checks nothing: break each invariant by hand."""
    where, _ = small_day
    for table, column, words in (
        (Packages, "holder_kind", "holder"),
        (Packages, "status", "explain the status"),
        (Stock, "on_hand", "received"),
        (Stock, "reserved", "reserved"),
        (Lines, "status", "line"),
    ):
        ledger = open_ledger(where)
        old = ledger.state.get(table, column, np.array([0]))
        ledger.state.put(table, np.array([0]), **{column: (old + 1) % 3})
        assert any(words in sentence for sentence in violations(ledger.state)), (table, column)
        ledger.close()


def test_the_tables_read_back_are_those_of_the_run(small_day: Day) -> None:
    where, result = small_day
    ledger = open_ledger(where)
    assert ledger.head() == (result["journal_turns"], result["journal_digest"])
    again = summary(ledger.state)
    assert again == {name: result[name] for name in again}
    ledger.close()


def test_replay_without_checkpoints_gives_the_same_tables(small_day: Day, tmp_path: Path) -> None:
    import shutil

    where, _ = small_day
    bare = tmp_path / "bare"
    shutil.copytree(where.root, bare, ignore=shutil.ignore_patterns("checkpoint-*", "anchor.json"))
    one, two = open_ledger(where), open_ledger(RunDir(bare))
    for kind in one.state.kinds():
        assert one.state.table(kind).equals(two.state.table(kind)), kind.__name__
    one.close()
    two.close()


def test_the_same_seed_gives_the_same_digest_in_any_number_of_processes_and_another_does_not(
    small_day: Day, tmp_path: Path
) -> None:
    _, first = small_day
    same = start_run(
        Request(network="metro", scale=SCALE, seed=SEED, out=tmp_path / "same", workers=2), silent
    )
    assert same["journal_digest"] == first["journal_digest"]
    other = start_run(Request(network="metro", scale=SCALE, seed=SEED + 1, out=tmp_path / "other"), silent)
    assert other["journal_digest"] != first["journal_digest"]


def test_packages_add_up_to_their_legs(small_day: Day) -> None:
    where, _ = small_day
    ledger = open_ledger(where)
    legs, shares = ledger.table(Legs), ledger.table(Shares)
    given = np.zeros(len(legs), np.int64)
    np.add.at(given, shares.leg, shares.co2_mg)
    bearing = np.bincount(shares.leg, minlength=len(legs)) > 0
    assert (given[bearing] == (legs.wtt_mg + legs.ttw_mg)[bearing]).all()
    assert set(legs.kind.tolist()) >= {LegKind.FC, LegKind.LINEHAUL, LegKind.LAST_MILE, LegKind.PACKAGING}
    ledger.close()


def test_the_linters_of_linehaul_and_footprint_find_nothing_in_a_whole_run(small_day: Day) -> None:
    where, _ = small_day
    ledger = open_ledger(where)
    trips, pallets = ledger.table(Trips), ledger.table(Pallets)
    lanes, kinds = ledger.table(Lanes), ledger.table(Equipment)
    assert (trips.status == int(TripStatus.DONE)).sum() > 20
    assert lint_trips(trips, pallets, lanes, kinds) == []
    assert lint_ledger(ledger.state) == []
    ledger.close()


def test_every_delivered_package_has_a_whole_history(small_day: Day) -> None:
    where, _ = small_day
    ledger = open_ledger(where)
    packages, scans = ledger.table(Packages), ledger.table(Scans)
    for package in np.flatnonzero(packages.status == Status.DELIVERED):
        events = scans.event[scans.package == package].tolist()
        assert events[0] == Event.PLANNED
        assert {Event.RELEASED, Event.PICKED, Event.PACKED, Event.SORTED} < set(events)
        assert events[-1] in (Event.DELIVERED, Event.COLLECTED)
    ledger.close()


def test_cancelled_lines_say_why(small_day: Day) -> None:
    where, _ = small_day
    ledger = open_ledger(where)
    lines, orders = ledger.table(Lines), ledger.table(Orders)
    gone = lines.status == LineStatus.CANCELLED
    assert ((lines.reason[gone] > 0) | (orders.reason[lines.order[gone]] > 0)).all()
    assert len(order_ends(ledger.state)) == len(orders)
    ledger.close()


def test_the_result_file_and_the_report_are_there(small_day: Day) -> None:
    where, result = small_day
    kept = msgspec.json.decode((where.root / "result.json").read_bytes())
    assert kept["journal_digest"] == result["journal_digest"]
    page = (where.root / "report.html").read_text()
    assert "http" not in page.replace("http-equiv", ""), "the report must not fetch anything"
    for title in ("Map", "Funnel", "Promises", "Ways to the door", "Backlog", "Carbon", "Exceptions"):
        assert f">{title}</h2>" in page


def test_every_fact_has_one_fold() -> None:
    assert len(all_folds()) > 40


@pytest.mark.parametrize("wanted", ["0", "17"])
def test_stories_are_told(small_day: Day, wanted: str) -> None:
    from doorward.fulfillment.rules import FulfillmentRules
    from doorward.runtime.history import find_package, order_story, package_story

    where, _ = small_day
    ledger = open_ledger(where)
    story = package_story(ledger.state, find_package(ledger.state, wanted, FulfillmentRules()))
    assert story["history"][0]["event"] == "PLANNED"
    assert [m["at_s"] for m in story["history"]] == sorted(m["at_s"] for m in story["history"])
    whole = order_story(ledger.state, wanted)
    assert whole["lines"]
    ledger.close()
