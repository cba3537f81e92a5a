"""Commands of the tracking room: what floors, trucks, drivers and carriers report. Columns, never a loop over scans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.core.errors import BadInput
from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.tables.doorstep import Left, Outcome
from doorward.tables.fleet import Runs, RunStatus
from doorward.tables.journey import Event
from doorward.tables.linehaul import Trips, TripStatus
from doorward.tables.packages import Packages
from doorward.tables.remarks import Reason
from doorward.tables.reports import (
    Pinged,
    Reported,
    ReportHeads,
    Reports,
    RunPings,
    RunReported,
    RunsTold,
    TripReported,
    TripsTold,
    rows_about,
    told,
)
from doorward.tables.sites import Sites
from doorward.tracking.rules import TrackingRules

Flags = NDArray[np.bool_]
MOST_AT_ONCE = 10_000
"""Reports in one turn."""
REPORTED = (
    *(Event.PICKED, Event.PACKED, Event.SORTED, Event.DEPARTED, Event.ARRIVED, Event.INDUCTED),
    *(Event.OUT_FOR_DELIVERY, Event.DELIVERED, Event.ATTEMPTED, Event.BROUGHT_BACK, Event.STORED),
    *(Event.COLLECTED, Event.HANDED_OVER, Event.CARRIER_MOVED, Event.SENT_BACK, Event.RETURN_STARTED),
    Event.LOST,
)
"""Events that somebody outside sees. The others are decisions: the network makes them itself."""
KEY = ("package", "event", "at_s", "site", "ref")
"""What makes two reports the same one."""
OUTCOMES = np.zeros((len(Event), len(Outcome) + 1), np.bool_)  # [event, outcome]; the last column: -1, none
OUTCOMES[:, -1] = OUTCOMES[Event.ATTEMPTED] = True
OUTCOMES[Event.DELIVERED, Outcome.DELIVERED] = OUTCOMES[Event.STORED, Outcome.STORED] = True
OUTCOMES[Event.ATTEMPTED, [Outcome.DELIVERED, Outcome.STORED, -1]] = False


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Scans, as columns of `tables.reports.Reported`; the last six may be left out (none of them is told)."""

    package: list[int]
    event: list[int]
    at_s: list[int]
    site: list[int] = []
    ref: list[int] = []
    reason: list[int] = []
    outcome: list[int] = []
    left: list[int] = []
    device: list[int] = []
    sequence: list[int] = []


class BadRow(msgspec.Struct, frozen=True):
    """A row that was set aside, and the column that broke the rule."""

    row: int
    what: str
    rule: str
    remedy: str
    field: str = ""


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """taken: written down; known: had been reported before; bad: set aside. They add up to what was sent."""

    taken: int
    known: int
    bad: list[BadRow]


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """Runs that left (status 1), broke down (2) or came back (3), as columns; metres by the odometer, if told."""

    run: list[int]
    status: list[int]
    at_s: list[int]
    metres: list[int] = []


class TripReport(msgspec.Struct, frozen=True, kw_only=True):
    """Trips that left (status 2) or arrived (3), as columns."""

    trip: list[int]
    status: list[int]
    at_s: list[int]


class Ping(msgspec.Struct, frozen=True, kw_only=True):
    """Where vehicles of runs were, as columns of `tables.reports.Pinged`."""

    run: list[int]
    at_s: list[int]
    lat_udeg: list[int]
    lon_udeg: list[int]


class _Sieve:
    """Rows that are good so far, and why the others are not: each by the first rule that it breaks."""

    def __init__(self, rows: int) -> None:
        self.good, self.bad = np.ones(rows, np.bool_), list[BadRow]()

    def keep(self, good: Flags, column: str, values: NDArray[np.int64], rule: str, remedy: str) -> None:
        for row in np.flatnonzero(self.good & ~good).tolist():
            self.bad.append(BadRow(row, f"{column} {values[row]}", rule, remedy, column))
        self.good &= good

    def time(self, at_s: NDArray[np.int64], desk: Desk) -> None:
        ahead_s = desk.rule(TrackingRules).ahead_s
        latest = desk.now_s + ahead_s
        self.keep((at_s > 0) & (at_s <= latest), "at_s", at_s,
                  f"Unix seconds, at most {ahead_s} s ahead of {desk.now_s}", "set the device's clock")  # fmt: skip

    def answer(self, taken: int) -> Heard:
        known = int(self.good.sum()) - taken
        return Heard(taken=taken, known=known, bad=sorted(self.bad, key=lambda bad: bad.row))


def report(desk: Desk, asked: Report) -> Heard:
    """Write scans down as they were reported, each once, ever; impossible ones are set aside and told.

    BadInput if the columns do not fit together. What follows from the reports is the services' to say.
    """
    column = _columns(asked, ("package", "event", "at_s"))
    sieve, limit = _Sieve(len(column["package"])), (1 << 31) - 1
    keep, package, event = sieve.keep, column["package"], column["event"]
    packages, sites = desk.next(Packages), desk.next(Sites)
    keep((package >= 0) & (package < packages), "package", package, f"0 to {packages - 1}",
         "send the number on its label")  # fmt: skip
    keep(np.isin(event, REPORTED), "event", event, "one that somebody outside sees",
         "leave it out: the network decides it")  # fmt: skip
    sieve.time(column["at_s"], desk)
    keep((column["site"] >= -1) & (column["site"] < sites), "site", column["site"], f"-1 to {sites - 1}",
         "-1 where no building is told")  # fmt: skip
    keep(np.abs(column["ref"]) <= limit, "ref", column["ref"], "a run, trip or site", "-1 where none is told")
    column["reason"][column["reason"] < 0] = 0
    keep(np.isin(column["reason"], list(Reason)), "reason", column["reason"], "a remark's reason", "0: none")
    for name, most in (("outcome", len(Outcome)), ("left", len(Left))):
        keep((column[name] >= -1) & (column[name] < most), name, column[name], f"-1 to {most - 1}",
             "-1 where it is no door event")  # fmt: skip
    safe = np.where(sieve.good, event, 0), np.where(sieve.good, column["outcome"], -1)
    keep(OUTCOMES[safe] | ~sieve.good, "outcome", column["outcome"], "what the event says",
         "an ATTEMPTED scan says why: not home, refused, address, locker full, no access")  # fmt: skip
    rows = Reported(**{name: values[sieve.good] for name, values in column.items()})
    rows = rows.take(_new(desk, rows))
    desk.post(rows)
    return sieve.answer(len(rows))


def _new(desk: Desk, rows: Reported) -> NDArray[np.int64]:
    """Rows that were never reported before, also not earlier in this batch; in their order."""
    order = np.lexsort([getattr(rows, name) for name in KEY])
    same = np.ones(max(0, len(rows) - 1), np.bool_)
    for name in KEY:
        values = getattr(rows, name)[order]
        same &= values[1:] == values[:-1]
    fresh = np.ones(len(rows), np.bool_)
    fresh[order[1:][same]] = False  # lexsort is stable: the first of several stays
    reports = desk.table(Reports)
    old, mine = rows_about(reports, desk.table(ReportHeads), rows.package)
    again = np.ones(len(old), np.bool_)
    for name in KEY:
        again &= getattr(reports, name)[old] == getattr(rows, name)[mine]
    fresh[mine[again]] = False
    return np.flatnonzero(fresh)


def run_report(desk: Desk, asked: RunReport) -> Heard:
    """Write down what runs did; what changes nothing is known already."""
    column = _columns(asked, ("run", "status", "at_s"))
    sieve, limit = _Sieve(len(column["run"])), desk.next(Runs)
    _numbered(sieve, "run", column["run"], limit)
    status = column["status"]
    sieve.keep((status >= RunStatus.LEFT) & (status <= RunStatus.DONE), "status", status,
               "1 left, 2 broke down, 3 came back", "send one of these")  # fmt: skip
    sieve.time(column["at_s"], desk)
    sieve.keep(
        (column["metres"] >= -1) & (column["metres"] < 1 << 31), "metres", column["metres"], "-1 or more",
        "-1 where it is not known",
    )  # fmt: skip
    rows = RunReported(**{name: values[sieve.good] for name, values in column.items()})
    table = desk.table(RunsTold)
    before = [told(getattr(table, n), rows.run.astype(np.int64)) for n in ("left_s", "broken_s", "done_s")]
    now = np.choose(rows.status - int(RunStatus.LEFT), before) if len(rows) else rows.at_s
    farther = rows.metres > told(table.metres.astype(np.int64), rows.run.astype(np.int64))
    rows = rows.take((now < 0) | (rows.at_s < now) | farther)
    desk.post(rows)
    return sieve.answer(len(rows))


def trip_report(desk: Desk, asked: TripReport) -> Heard:
    """Write down what trips did; what changes nothing is known already."""
    column = _columns(asked, ("trip", "status", "at_s"))
    sieve = _Sieve(len(column["trip"]))
    _numbered(sieve, "trip", column["trip"], desk.next(Trips))
    status = column["status"]
    sieve.keep(np.isin(status, (TripStatus.LEFT, TripStatus.DONE)), "status", status, "2 left, 3 arrived",
               "send one of these")  # fmt: skip
    sieve.time(column["at_s"], desk)
    rows = TripReported(**{name: values[sieve.good] for name, values in column.items()})
    table, trip = desk.table(TripsTold), rows.trip.astype(np.int64)
    now = np.where(rows.status == TripStatus.LEFT, told(table.left_s, trip), told(table.arrived_s, trip))
    rows = rows.take((now < 0) | (rows.at_s < now))
    desk.post(rows)
    return sieve.answer(len(rows))


def ping(desk: Desk, asked: Ping) -> Heard:
    """Write down where vehicles are; a place older than the one known is passed over."""
    column = _columns(asked, ("run", "at_s", "lat_udeg", "lon_udeg"))
    sieve = _Sieve(len(column["run"]))
    _numbered(sieve, "run", column["run"], desk.next(Runs))
    sieve.time(column["at_s"], desk)
    for name, most in (("lat_udeg", 90_000_000), ("lon_udeg", 180_000_000)):
        sieve.keep(np.abs(column[name]) <= most, name, column[name], f"-{most} to {most}", "microdegrees")
    rows = Pinged(**{name: values[sieve.good] for name, values in column.items()})
    rows = rows.take(rows.at_s > told(desk.table(RunPings).at_s, rows.run.astype(np.int64)))
    desk.post(rows)
    return sieve.answer(len(rows))


def _numbered(sieve: _Sieve, name: str, values: NDArray[np.int64], limit: int) -> None:
    sieve.keep(
        (values >= 0) & (values < limit), name, values, f"0 to {limit - 1}", f"send the {name}'s number"
    )


def _columns(asked: Report | RunReport | TripReport | Ping, needed: Sequence[str]) -> dict[str, Any]:
    """The columns as arrays of int64; those left out are -1 throughout."""
    rows = len(getattr(asked, needed[0]))
    if not 1 <= rows <= MOST_AT_ONCE:
        raise BadInput(f"{rows} reports", where=needed[0], rule=f"1 to {MOST_AT_ONCE} at once")
    out: dict[str, Any] = {}
    for name in asked.__struct_fields__:
        given = getattr(asked, name)
        if len(given) != rows and (given or name in needed):
            raise BadInput(
                f"{len(given)} values in {name}, {rows} in {needed[0]}",
                where=name,
                rule="one value a report in each column",
            )
        try:
            out[name] = np.array(given, np.int64) if given else np.full(rows, -1, np.int64)
        except OverflowError as error:
            raise BadInput("a number beyond 64 bits", where=name, rule="whole numbers of 64 bits") from error
    return out


COMMANDS: list[Command] = [
    Command("tracking.report", Report, report),
    Command("tracking.run_report", RunReport, run_report),
    Command("tracking.trip_report", TripReport, trip_report),
    Command("tracking.ping", Ping, ping),
]
