"""What if: the twin's day from now to midnight, once as it stands and once with something done to it, compared.

A fork is a folder in the network's: copies of network, book and of the journal as of one turn, without the vault: no
fork knows a name or an address. It runs in a process of its own, in virtual time; the network that was forked goes on.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from doorward.core.units import DAY_S
from doorward.lastmile.board.asked import Service
from doorward.lastmile.board.commands import COMMANDS as BOARD
from doorward.ledger.fork import fork as fork_journal
from doorward.ledger.read import Reader
from doorward.runtime.build import network_of
from doorward.runtime.live.prepare import open_twin
from doorward.runtime.look.reports import day_report
from doorward.runtime.look.shapes_reports import DayReport
from doorward.runtime.look.view import Frame, View
from doorward.runtime.rundir import RunDir
from doorward.twin.inject import Inject, inject

OUT_OF_SERVICE = next(command for command in BOARD if command.name == "board.service")


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done to the fork when it begins. vehicles: taken out of service, and what they were to bring released."""

    injections: list[Inject] = []
    vehicles: list[int] = []


class Measure(msgspec.Struct, frozen=True):
    """One figure of both days. better: more, less, or empty where neither is; -1: nothing to be counted."""

    name: str
    words: str
    unit: str
    better: str
    base: float
    fork: float


class Day(msgspec.Struct, frozen=True):
    """What a day came to, at its end. unassigned: packages at stations on no run."""

    report: DayReport
    unassigned: int


MEASURES = (
    ("on_time_pm", "kept of the promises that ended today", "per mille", "more"),
    ("kept", "orders in time", "orders", "more"),
    ("missed", "promises broken", "orders", "less"),
    ("placed", "orders placed today", "orders", ""),
    ("promised", "orders promised for today", "orders", ""),
    ("delivered", "packages handed over today", "packages", "more"),
    ("tried_in_vain", "tries in vain today", "tries", "less"),
    ("unassigned", "packages at stations on no run, at midnight", "packages", "less"),
    ("runs", "runs that left today", "runs", "less"),
    ("km", "kilometres of today's runs", "km", "less"),
    ("hours", "hours of today's runs on the road", "hours", "less"),
    ("cost_c_package", "cost of a package, as chosen", "cents", "less"),
    ("co2_g_package", "CO2e of a package", "g", "less"),
)


def begin_fork(source: RunDir, turn: int, into: Path) -> RunDir:
    """A folder with everything up to a turn. The source may be written meanwhile."""
    into.mkdir(parents=True)
    for name in ("network", "book"):
        shutil.copytree(source.root / name, into / name)
    made = RunDir(into)
    with Reader(source.journal) as reader:
        fork_journal(reader, into / "journal.db", turn).close()
    made.write_settings(msgspec.structs.replace(source.settings, forked_from=source.root.name))
    return made


def play(where: RunDir, change: Change, now_s: int, until_s: int, told: Callable[[int], None]) -> Day:
    """Do the change at now_s and let the day go on to its last second: what it came to. told(second) now and then."""
    ledger, roster, renew = open_twin(where)
    try:
        roster.begin(where.settings.start_s)
        while roster.next_s < now_s:  # what was due when it was forked
            roster.work_next()
        for asked in change.injections:
            desk = roster.desk(now_s, now_s)
            inject(desk, asked)
            ledger.post("twin.inject", now_s, desk.posted)
        for vehicle in change.vehicles:
            desk = roster.desk(now_s, now_s)
            OUT_OF_SERVICE.work(desk, Service(vehicle=vehicle, release=True))
            ledger.post("board.service", now_s, desk.posted, notes=desk.notes)
        renew()
        while roster.next_s <= until_s:
            second = roster.next_s
            roster.work_next()
            if roster.next_s > second:
                told(second)
        ledger.commit()
        frame = Frame.of(network_of(where), roster.rules)
        return day_of(View(ledger.state, until_s, ledger.at, frame))
    finally:
        ledger.close()


def day_of(view: View) -> Day:
    """What the day of a view came to by its moment."""
    return Day(day_report(view, (view.midnight_s + view.frame.utc_offset_s) // DAY_S), len(view.unassigned))


def compared(base: Day, fork: Day) -> Sequence[Measure]:
    """Both days, figure by figure."""
    return [
        Measure(name, words, unit, better, _figure(base, name), _figure(fork, name))
        for name, words, unit, better in MEASURES
    ]


def _figure(day: Day, name: str) -> float:
    for part in (day, day.report, day.report.road):
        if hasattr(part, name):
            return float(getattr(part, name))
    raise AssertionError(f"no day has {name}")
