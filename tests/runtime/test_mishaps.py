"""Each mishap of the floor, made frequent, followed to its end through a whole small day."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from doorward.ledger.read import Reader
from doorward.ledger.state import State
from doorward.runtime.build import open_state
from doorward.runtime.checks import violations
from doorward.runtime.request import Request
from doorward.runtime.results import OPEN, first_delivery_s, order_ends
from doorward.runtime.run import start_run
from doorward.runtime.rundir import RunDir
from doorward.tables.journey import ENDED, Event, Status
from doorward.tables.linehaul import Pallets
from doorward.tables.orders import Lines, LineStatus, Orders, OrderStatus
from doorward.tables.packages import Contents, Labels, Packages, Scans
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.stock import COUNT_LESS, DAMAGED, PICKED, Stock, StockMoved
from tests.runtime.conftest import silent
from tests.runtime.test_pallets import pallet_faults

NETWORK = Path(__file__).parents[2] / "networks" / "metro.toml"
QUIET = {"short_ppm": 0, "damage_ppm": 0, "missort_ppm": 0, "wrong_ppm": 0}
HOME = (Status.DELIVERED, Status.RETURNED, Status.RETURNING)
OFTEN = {"short_ppm": 150_000, "damage_ppm": 150_000, "missort_ppm": 200_000, "wrong_ppm": 250_000}


def events_of(state: State, package: int) -> tuple[tuple[Event, int, int], ...]:
    """(event, site, second) of a package's history, oldest first."""
    scans, row, found = state.table(Scans), int(state.table(Packages).last_scan[package]), []
    while row >= 0:
        found.append((Event(int(scans.event[row])), int(scans.site[row]), int(scans.at_s[row])))
        row = int(scans.prev[row])
    return tuple(reversed(found))


def about(state: State, subject: Subject, reason: Reason) -> Remarks:
    remarks = state.table(Remarks)
    return remarks.take(np.flatnonzero((remarks.subject == subject) & (remarks.reason == reason)))


def moved(where: RunDir, *why: int) -> int:
    """Units that left the books for these reasons, by the journal."""
    reader = Reader(where.journal)
    facts = [fact.table(StockMoved) for turn in reader.turns(fact=StockMoved) for fact in turn.facts]
    reader.close()
    return sum(int(fact.units[np.isin(fact.why, why)].sum()) for fact in facts)


def arrived(state: State) -> np.ndarray:
    """Units of each line (lines,) that came to their customer, kept or not, or could not be handed over."""
    lines, packages, contents = state.table(Lines), state.table(Packages), state.table(Contents)
    back = np.isin(packages.status, (Status.RETURNED, Status.RETURNING))
    units = np.zeros(len(lines), np.int64)
    row = np.flatnonzero(((first_delivery_s(state) >= 0) | back)[contents.package])
    np.add.at(units, contents.line[row], contents.units[row])
    return units


def pieces_missing(state: State, where: RunDir, reason: Reason) -> int:
    """Short and broken pieces: written off, the line comes from elsewhere, loses them, or is cancelled and says why."""
    told, lines, packages = about(state, Subject.LINE, reason), state.table(Lines), state.table(Packages)
    books = DAMAGED if reason is Reason.DAMAGED else COUNT_LESS
    assert moved(where, books) >= told.short.sum() > 0, "what is missing is written off"
    contents, got = state.table(Contents), arrived(state)
    again = 0
    for line, at_s in zip(told.row.tolist(), told.at_s.tolist(), strict=True):
        boxes = contents.package[contents.line == line]
        before = [p for p in boxes.tolist() if events_of(state, p)[0][2] < at_s]
        emptied = [p for p in before if packages.units[p] == 0]
        for package in emptied:
            assert packages.status[package] == Status.CANCELLED
            assert events_of(state, package)[-1][0] == Event.CANCELLED
        if lines.status[line] == LineStatus.CANCELLED:
            assert lines.reason[line] > 0 and got[line] == 0, "who gets nothing is told why"
        else:
            assert got[line] + max(0, int(lines.dropped[line])) == lines.units[line]
            again += len(before) < len(boxes)
    assert again > len(told) // 4, "most lines are found elsewhere or again"
    return len(told)


def weight_off(state: State) -> int:
    """A package of a wrong weight gets no label, is opened, weighed again, and then goes its way like any other."""
    told, packages = about(state, Subject.PACKAGE, Reason.WEIGHT_MISMATCH), state.table(Packages)
    for package, at_s in zip(told.row.tolist(), told.at_s.tolist(), strict=True):
        packed = [at for event, _, at in events_of(state, package) if event == Event.PACKED]
        assert len(packed) == 1 and packed[0] >= at_s - 300, "packed once, after it was opened"
        off = abs(int(packages.packed_g[package]) - int(packages.weight_g[package]))
        assert off <= max(40, packages.weight_g[package] * 3 // 100), "the weight after recounting stands"
        assert state.table(Labels).serial[package] == package
        assert packages.status[package] in HOME
    assert len(np.unique(told.row)) == len(told), "nobody is stopped twice"
    return len(told)


def missorted(state: State) -> int:
    """A package at a wrong chute rides to the wrong building, is sorted on there and reaches its own station."""
    packages, pallets = state.table(Packages), state.table(Pallets)
    strays = 0
    for package in about(state, Subject.PACKAGE, Reason.MISSORT).row.tolist():
        events = events_of(state, package)
        visited = [site for event, site, _ in events if event == Event.ARRIVED]
        station = int(packages.station[package])
        assert visited[0] != station and visited[-1] == station
        assert [event for event, _, _ in events].count(Event.SORTED) == len(visited)
        inducted = [site for event, site, _ in events if event == Event.INDUCTED]
        assert set(inducted) == {station}, "it is taken in by its own station only"
        assert pallets.dest[packages.pallet[package]] == station
        assert packages.status[package] in HOME
        strays += 1
    return strays


@pytest.mark.parametrize("kind", OFTEN)
def test_a_mishap_is_recovered_from(kind: str, tmp_path: Path) -> None:
    rates = "\n".join(f"{name} = {rate}" for name, rate in (QUIET | {kind: OFTEN[kind]}).items())
    network = tmp_path / "network.toml"
    network.write_text(f"{NETWORK.read_text()}\n[twin.customers]\nsendback_pm = 0\n[twin.floor]\n{rates}\n")
    out = RunDir(tmp_path / "run")
    result = start_run(Request(network=str(network), scale=0.005, seed=3, out=out.root), silent)
    assert result["violations"] == [] and result["orders"] > 80
    assert pallet_faults(out) == []
    with open_state(out) as state:
        _all_well(state, out)
        count = {
            "short_ppm": lambda: pieces_missing(state, out, Reason.SHORT_PICK),
            "damage_ppm": lambda: pieces_missing(state, out, Reason.DAMAGED),
            "missort_ppm": lambda: missorted(state),
            "wrong_ppm": lambda: weight_off(state),
        }[kind]()
        assert count >= 8, "too quiet to show anything"
        reasons = (Reason.SHORT_PICK, Reason.DAMAGED, Reason.MISSORT, Reason.WEIGHT_MISMATCH)
        for other, reason in zip(OFTEN, reasons, strict=True):
            told = [about(state, subject, reason) for subject in (Subject.LINE, Subject.PACKAGE)]
            assert other == kind or sum(map(len, told)) == 0, "only this mishap happened"


def _all_well(state: State, where: RunDir) -> None:
    """Every order has its end, no unit is lost, and every customer got what was not cancelled or dropped."""
    assert violations(state) == []
    stock, packages = state.table(Stock), state.table(Packages)
    assert np.isin(packages.status, ENDED).all() and (order_ends(state) != OPEN).all()
    assert moved(where, PICKED) == stock.shipped.sum()
    lines, orders = state.table(Lines), state.table(Orders)
    mine = (orders.status == OrderStatus.ACCEPTED)[lines.order]
    short = arrived(state) + np.maximum(lines.dropped, 0) - lines.units
    waits = (LineStatus.WAITING, LineStatus.BACKORDERED, LineStatus.SOURCED)
    assert not (mine & np.isin(lines.status, waits)).any()
    whole = mine & (lines.status != LineStatus.CANCELLED)
    assert (short[whole] == 0).all(), (
        "a line that was not cancelled came whole, but for what it was told to lose"
    )
    assert (lines.reason[mine & (lines.status == LineStatus.CANCELLED)] > 0).all()
