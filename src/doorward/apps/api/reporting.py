"""Routes of those who report: floors, docks, trucks, drivers, carriers. What is answered is durable, positions apart.

Good rows go in, each bad one is answered with its place, field, rule and remedy. Reports may come late, twice and out
of order: what follows from them does not depend on it.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from litestar import Request, get, post

from doorward.access.rights import packages_told, runs_seen
from doorward.apps.api.live import Live
from doorward.apps.api.orders_in import Intake
from doorward.apps.api.pinging import Pings
from doorward.apps.api.problems import Trouble, missing
from doorward.apps.api.reporting_docs import body_of
from doorward.apps.api.reports_in import (
    EVENTS,
    LEFTS,
    OUTCOMES,
    CountIn,
    PingIn,
    Read,
    Reader,
    ReceiptIn,
    RowFault,
    RunReportIn,
    ScanIn,
    TripReportIn,
    by_label,
    counts,
    own_scans,
    pings,
    receipts,
    scanned_packages,
    scans,
    unusable,
    whole,
)
from doorward.apps.api.who import Who
from doorward.apps.api.writing import Key, key_of
from doorward.fulfillment.rules import FulfillmentRules
from doorward.inventory.commands import Counted, ReceivedNow
from doorward.ledger.state import State
from doorward.tables.fleet import Runs, RunStatus
from doorward.tables.items import Items
from doorward.tables.linehaul import Trips, TripStatus
from doorward.tables.packages import Labels, Packages
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.stock import Purchases
from doorward.tracking.commands import BadRow, Heard, Report, RunReport, TripReport
from doorward.tracking.rules import TrackingRules

Body = Request[Any, Any, Any]
PAGE = 500


class HeardAnswer(msgspec.Struct, frozen=True):
    """taken: written down; known: reported before, nothing new; errors: set aside. They add up to what was sent."""

    turn: int
    taken: int
    known: int
    errors: list[RowFault]


class PingsAnswer(msgspec.Struct, frozen=True):
    """taken: on the map within a second (of one run every ten seconds); idle: of vehicles on no run, passed over."""

    taken: int
    idle: int
    errors: list[RowFault]


class ReceiptsAnswer(msgspec.Struct, frozen=True):
    """received: purchases closed; known: closed before."""

    turn: int
    received: int
    known: int
    errors: list[RowFault]


class CountsAnswer(msgspec.Struct, frozen=True):
    """Pieces found that the books did not have, and written off; those promised to orders are not written off."""

    turn: int
    found: int
    written_off: int
    errors: list[RowFault]


class PurchaseOut(msgspec.Struct, frozen=True):
    """Goods that were bought and have not come yet: for which building, how many pieces, when they are due."""

    purchase: int
    site: int
    sku: str
    units: int
    due_s: int


class PurchasePage(msgspec.Struct, frozen=True):
    """A page of them; cursor: asks for the next one, empty at the end."""

    turn: int
    items: list[PurchaseOut]
    cursor: str


_scans, _pings, _receipts, _counts = Reader(ScanIn), Reader(PingIn), Reader(ReceiptIn), Reader(CountIn)


@post(
    "/scans",
    opt={"scope": "SCANS_WRITE"},
    status_code=200,
    summary="Report scans",
    operation_class=body_of(ScanIn),
)
async def post_scans(request: Body, live: Live, who: Who, idempotency: Key = "") -> HeardAnswer:
    """One scan or an array of up to 10,000. A contractor reports on the packages of its runs, a carrier on those given
    to it. A scan that was reported before is known, however often it comes."""
    found = _scans.read(await request.body())
    by_label(found, live.replica.state.table(Labels), live.replica.rules[FulfillmentRules])
    own_scans(found, live.replica.state, who.org)
    asked = scans(found)
    if not found.rows:
        raise unusable(whole(found))
    done = await live.ask("tracking.report", asked, key=key_of(who, idempotency), asker=who.row)
    return _heard(found, done.turn, msgspec.msgpack.decode(done.body, type=Heard))


@post("/positions", opt={"scope": "SCANS_WRITE"}, status_code=202, summary="Report positions",
      operation_class=body_of(PingIn))  # fmt: skip
async def post_positions(request: Body, live: Live, who: Who, waiting: Pings) -> PingsAnswer:
    """One position or an array of up to 10,000, of vehicles or of runs. Accepted, not yet durable: within a second the
    newest one of each run is on the map, and in the journal."""
    found, replica = _pings.read(await request.body()), live.replica
    latest_s = replica.now_s() + replica.rules[TrackingRules].ahead_s
    told = pings(found, replica.state, who.org, latest_s)
    if not len(told):
        raise unusable(whole(found))
    idle = told[:, 0] < 0
    waiting.take(told[~idle])
    return PingsAnswer(int((~idle).sum()), int(idle.sum()), whole(found))


@get("/stock/purchases", opt={"scope": "STOCK_WRITE"}, summary="Goods that are to come")
async def purchases_(live: Live, who: Who, site: int = -1, cursor: str = "") -> PurchasePage:
    """Purchases that are not received, oldest first."""
    _operators(who)
    table, items = live.replica.state.table(Purchases), live.replica.state.table(Items)
    after = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 18 else -1
    row = np.flatnonzero((table.received_s < 0) & ((table.fc == site) | (site < 0)))
    row = row[row > after]
    page = [
        PurchaseOut(
            r, int(table.fc[r]), str(items.name[table.sku[r]]), int(table.units[r]), int(table.due_s[r])
        )
        for r in row[:PAGE].tolist()
    ]
    return PurchasePage(live.replica.turn, page, str(page[-1].purchase) if len(row) > PAGE else "")


@post("/stock/receipts", opt={"scope": "STOCK_WRITE"}, status_code=200, summary="Report goods that came",
      operation_class=body_of(ReceiptIn))  # fmt: skip
async def post_receipts(request: Body, live: Live, who: Who, idempotency: Key = "") -> ReceiptsAnswer:
    """One receipt or an array of up to 10,000. A purchase received before is passed over."""
    _operators(who)
    found = _receipts.read(await request.body())
    asked = receipts(found, live.replica.state)
    if not found.rows:
        raise unusable(whole(found))
    done = await live.ask("inventory.receive", asked, key=key_of(who, idempotency), asker=who.row)
    said = msgspec.msgpack.decode(done.body, type=ReceivedNow)
    return ReceiptsAnswer(done.turn, said.received, said.known, whole(found))


@post("/stock/counts", opt={"scope": "STOCK_WRITE"}, status_code=200, summary="Report what was counted",
      operation_class=body_of(CountIn))  # fmt: skip
async def post_counts(
    request: Body, live: Live, intake: Intake, who: Who, idempotency: Key = ""
) -> CountsAnswer:
    """One bin or an array of up to 10,000. The books are put right at once."""
    _operators(who)
    found = _counts.read(await request.body())
    fcs = int((live.replica.state.table(Sites).kind == SiteKind.FC).sum())
    asked = counts(found, fcs, intake.skus)
    if not found.rows:
        raise unusable(whole(found))
    done = await live.ask("inventory.count", asked, key=key_of(who, idempotency), asker=who.row)
    said = msgspec.msgpack.decode(done.body, type=Counted)
    return CountsAnswer(done.turn, said.found, said.written_off, whole(found))


@post("/runs/{run:int}/reports", opt={"scope": "SCANS_WRITE"}, status_code=200, summary="Report on a run")
async def post_run(
    run: int, data: list[RunReportIn], live: Live, who: Who, idempotency: Key = ""
) -> HeardAnswer:
    """What its driver says, in one or several reports: left, stops done (delivered, stored) or failed (attempted, with
    the outcome), broken down, back. A contractor reports on runs of its own vehicles."""
    state = live.replica.state
    if not 0 <= run < state.count(Runs) or not runs_seen(state, who.org)[run]:
        raise missing(f"run {run}")
    key = key_of(who, idempotency)
    found: Read[Any] = Read(list(data), np.arange(len(data)), [])
    rules = live.replica.rules[FulfillmentRules]
    at_doors, of_run = _doors(found, run, state, who.org, rules), _moves(data, run)
    turn, taken, known = live.replica.turn, 0, 0
    for name, asked, places in (("tracking.report", *at_doors), ("tracking.run_report", *of_run)):
        if not places:
            continue
        named = f"{key}/{name}" if key else ""
        done = await live.ask(name, asked, key=named, asker=who.row)
        heard = msgspec.msgpack.decode(done.body, type=Heard)
        found.faults += [_fault(bad, places[bad.row]) for bad in heard.bad]
        turn, taken, known = done.turn, taken + heard.taken, known + heard.known
    if not taken and not known:
        raise unusable(
            whole(found) or [RowFault("nothing is reported", "", "one report at least", "see /docs")]
        )
    return HeardAnswer(turn, taken, known, whole(found))


@post("/trips/{trip:int}/reports", opt={"scope": "SCANS_WRITE"}, status_code=200, summary="Report on a trip")
async def post_trip(
    trip: int, data: list[TripReportIn], live: Live, who: Who, idempotency: Key = ""
) -> HeardAnswer:
    """It left, it arrived."""
    if not who.operator or not 0 <= trip < live.replica.state.count(Trips):
        raise missing(f"trip {trip}")
    found: Read[Any] = Read(list(data), np.arange(len(data)), [])
    if not data:
        raise unusable([RowFault("nothing is reported", "", "one report at least", "see /docs")])
    status = {"left": int(TripStatus.LEFT), "arrived": int(TripStatus.DONE)}
    asked = TripReport(
        trip=[trip] * len(data),
        status=[status[each.what] for each in data],
        at_s=[each.at_s for each in data],
    )
    done = await live.ask("tracking.trip_report", asked, key=key_of(who, idempotency), asker=who.row)
    return _heard(found, done.turn, msgspec.msgpack.decode(done.body, type=Heard))


def _operators(who: Who) -> None:
    if not who.operator:
        raise Trouble(403, "the stock is the operator's", remedy="ask the operator to report it")


def _fault(bad: BadRow, row: int) -> RowFault:
    return RowFault(bad.what, bad.field, bad.rule, bad.remedy, row)


def _heard(found: Read[Any], turn: int, said: Heard) -> HeardAnswer:
    """The command's answer with the rows' places in the request. Trouble 422 if nothing of it can be used."""
    found.faults += [_fault(bad, int(found.place[bad.row])) for bad in said.bad]
    if not said.taken and not said.known:
        raise unusable(whole(found))
    return HeardAnswer(turn, said.taken, said.known, whole(found))


RUN_SAYS = {"left": RunStatus.LEFT, "broke_down": RunStatus.BROKEN, "back": RunStatus.DONE}


def _moves(data: list[RunReportIn], run: int) -> tuple[RunReport, list[int]]:
    """What is said of the run itself, and in which reports."""
    places = [i for i, each in enumerate(data) if each.what in RUN_SAYS]
    return RunReport(
        run=[run] * len(places),
        status=[int(RUN_SAYS[data[i].what]) for i in places],
        at_s=[data[i].at_s for i in places],
        metres=[data[i].metres for i in places],
    ), places


def _doors(
    found: Read[RunReportIn], run: int, state: State, org: int, rules: FulfillmentRules
) -> tuple[Report, list[int]]:
    """What is said of packages at doors, and in which reports; packages that are not the asker's are set aside."""
    rows: list[tuple[int, int]] = []
    for i, each in enumerate(found.rows):
        if each.what in RUN_SAYS:
            continue
        if not each.packages and not each.ssccs:
            found.faults.append(
                RowFault("a stop without packages", "packages", "one at least", "say whom it is about", i)
            )
        labels = state.table(Labels)
        given = np.r_[np.array(each.packages, np.int64), scanned_packages(each.ssccs, labels, rules)]
        there = (given >= 0) & (given < state.count(Packages))
        there[there] = packages_told(state, org, given[there])
        names = [f"package {p}" for p in each.packages] + [f"sscc {s}" for s in each.ssccs]
        rows += [(i, package) for package in given[there].tolist()]
        found.faults += [
            RowFault(names[k], "packages", "a package of yours", "send what stands on its label", i)
            for k in np.flatnonzero(~there).tolist()
        ]
    said = [found.rows[i] for i, _ in rows]
    return Report(
        package=[package for _, package in rows],
        event=[EVENTS[each.what] for each in said],
        at_s=[each.at_s for each in said],
        ref=[run] * len(rows),
        outcome=[OUTCOMES[each.outcome] for each in said],
        left=[LEFTS[each.left] for each in said],
    ), [i for i, _ in rows]


ROUTES = [post_scans, post_positions, purchases_, post_receipts, post_counts, post_run, post_trip]
