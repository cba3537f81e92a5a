"""Reports as they come in by HTTP: good rows to the columns of rooms' commands, each bad one with its fault."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from doorward.access.rights import OPERATOR, kind_of, packages_told, runs_seen
from doorward.apps.api.problems import Fault, Trouble
from doorward.fulfillment.label.reading import BAD_CHECK, ELSEWHERE, NO_SSCC, labelled, serials
from doorward.fulfillment.rules import FulfillmentRules
from doorward.inventory.commands import MOST_UNITS, Count, Receive
from doorward.ledger.state import State
from doorward.tables.doorstep import Left, Outcome
from doorward.tables.fleet import Runs, RunStatus
from doorward.tables.journey import Event
from doorward.tables.packages import Labels, Packages
from doorward.tables.people import OrgKind
from doorward.tables.remarks import Reason
from doorward.tables.stock import Purchases
from doorward.tracking.commands import Report

T = TypeVar("T", bound=msgspec.Struct)
Flags = NDArray[np.bool_]
MOST = 10_000
"""Rows in one request."""

EventName = Literal[
    "picked", "packed", "sorted", "departed", "arrived", "inducted", "out_for_delivery", "delivered", "attempted",
    "brought_back", "stored", "collected", "handed_over", "carrier_moved", "sent_back", "return_started", "lost",
]  # fmt: skip
OutcomeName = Literal[
    "", "delivered", "not_home", "refused", "bad_address", "stored", "locker_full", "no_access"
]
LeftName = Literal[
    "", "nowhere", "in_hand", "at_door", "neighbour", "reception", "safe_place", "locker_cell", "mailbox"
]
Row = Annotated[int, Meta(ge=0, le=(1 << 31) - 1)]
MaybeRow = Annotated[int, Meta(ge=-1, le=(1 << 31) - 1)]
Big = Annotated[int, Meta(ge=-1, le=(1 << 53) - 1)]
At = Annotated[int, Meta(ge=1, le=1 << 40, examples=[1_795_432_375])]
EVENTS = {event.name.lower(): int(event) for event in Event}
OUTCOMES = {"": -1, **{outcome.name.lower(): int(outcome) for outcome in Outcome}}
LEFTS = {"": -1, **{left.name.lower(): int(left) for left in Left}}
REASONS = {"": 0, **{reason.name.lower(): int(reason) for reason in Reason}}
_AT = re.compile(r" - at `\$(\[\.\.\.\])?\.?(?P<field>[^`]*)`$")


Scanned = Annotated[str, Meta(max_length=40, examples=["(00)306141410000012047"])]


class ScanIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """Something that happened to a package, named by its number or by the SSCC on its label.

    at_s      Unix seconds when it happened, however late it is told
    site      row of the building where it happened; -1 none
    ref       the run (at the door, out for delivery, brought back), the trip (departed, arrived) or the building that
              it was sorted to; -1 not told
    outcome   of an attempt: why not;  left: where a delivered package is;  reason: why it was lost or sent on
    device, sequence  who says it, and its count of what it said
    """

    event: EventName
    at_s: At
    package: Annotated[int, Meta(ge=-1, le=(1 << 53) - 1, examples=[1204])] = -1
    sscc: Scanned = ""
    site: MaybeRow = -1
    ref: MaybeRow = -1
    outcome: OutcomeName = ""
    left: LeftName = ""
    reason: str = ""
    device: Big = -1
    sequence: Big = -1


class PingIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """Where a vehicle is: its row in `GET /api/v1/network`, or the run that it drives."""

    at_s: At
    lat: Annotated[float, Meta(ge=-90, le=90, examples=[41.64])]
    lon: Annotated[float, Meta(ge=-180, le=180, examples=[-30.05])]
    vehicle: MaybeRow = -1
    run: MaybeRow = -1


class ReceiptIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A purchase (`GET /api/v1/stock/purchases`) that reached its dock, and the pieces counted."""

    purchase: Row
    units: Annotated[int, Meta(ge=0, le=MOST_UNITS, examples=[48])]


class CountIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Pieces of an article that lie in a fulfillment center (its row in `GET /api/v1/network`) now."""

    site: Row
    sku: Annotated[str, Meta(min_length=1, max_length=200, examples=["books-00007"])]
    units: Annotated[int, Meta(ge=0, le=MOST_UNITS, examples=[120])]


class RunReportIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a driver says of a run: it left, a stop was done or failed, it broke down, it is back.

    packages, ssccs: at a stop, whom it is about;  metres: by the odometer, -1 not read
    """

    what: Literal["left", "delivered", "attempted", "stored", "broke_down", "back"]
    at_s: At
    packages: Annotated[list[Row], Meta(max_length=1_000)] = []
    ssccs: Annotated[list[Scanned], Meta(max_length=1_000)] = []
    outcome: OutcomeName = ""
    left: LeftName = ""
    metres: MaybeRow = -1


class TripReportIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a truck's driver or a dock says of a trip."""

    what: Literal["left", "arrived"]
    at_s: At


class RowFault(Fault, frozen=True, omit_defaults=False):
    """What is wrong with one row of a request. row: its place, from 0."""

    row: int = 0


class Read(msgspec.Struct, Generic[T]):
    """Rows that could be read, their places in the request, and the faults of the others."""

    rows: list[T]
    place: NDArray[np.int64]
    faults: list[RowFault]

    def drop(self, bad: Flags, field: str, words: Sequence[Any], rule: str, remedy: str) -> Flags:
        """Set rows aside; words: what stands there, by row. Returns which stay."""
        for i in np.flatnonzero(bad).tolist():
            self.faults.append(RowFault(f"{field} {words[i]}", field, rule, remedy, int(self.place[i])))
        keep = np.flatnonzero(~bad)
        if len(keep) < len(self.rows):
            self.rows = [self.rows[i] for i in keep.tolist()]
            self.place = self.place[keep]
        return ~bad


class Reader(Generic[T]):
    """Reads one row or an array of up to 10,000."""

    def __init__(self, kind: type[T]) -> None:
        self._one = msgspec.json.Decoder(kind)
        self._many = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]
        self._raw = msgspec.json.Decoder(list[msgspec.Raw])

    def read(self, body: bytes) -> Read[T]:
        """Trouble 400 for what is no JSON; 422 for too many."""
        try:
            many = body.lstrip()[:1] == b"["
            rows = self._many.decode(body) if many else [self._one.decode(body)]
            found = Read(rows, np.arange(len(rows)), [])
        except msgspec.ValidationError:
            found = self._piecewise(body, many)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise Trouble(400, str(error)[:300], rule="an object, or an array of such objects") from error
        count = len(found.rows) + len(found.faults)
        if not 1 <= count <= MOST:
            raise Trouble(422, f"{count:,} rows", rule=f"1 to {MOST:,} in a request", remedy="send several")
        return found

    def _piecewise(self, body: bytes, many: bool) -> Read[T]:
        """Row by row: the good ones, and what is wrong with each of the others."""
        raws = self._raw.decode(body) if many else [msgspec.Raw(body)]
        good, place, faults = list[T](), list[int](), list[RowFault]()
        for row, raw in enumerate(raws[: MOST + 1]):
            try:
                good.append(self._one.decode(raw))
                place.append(row)
            except msgspec.MsgspecError as error:
                text, at = str(error), _AT.search(str(error))
                said, field = (text[: at.start()], at["field"]) if at else (text, "")
                faults.append(
                    RowFault(said, field, "as /docs describes it", "correct it and send it again", row)
                )
        return Read(good, np.array(place, np.int64), faults)


def whole(found: Read[Any]) -> list[RowFault]:
    """The faults in the order of the rows."""
    return sorted(found.faults, key=lambda fault: fault.row)


def unusable(faults: list[RowFault]) -> Trouble:
    """422: not one row could be used."""
    first = faults[0]
    return Trouble(
        422, first.detail if len(faults) == 1 else f"none of {len(faults):,} rows can be used", field=first.field,
        rule=first.rule, remedy=first.remedy, errors=list(faults),
    )  # fmt: skip


WRONG_LABEL = {
    NO_SSCC: "an SSCC of 18 digits, also with (00) or as a scanner sends it",
    BAD_CHECK: "an SSCC whose last digit is its GS1 check digit",
    ELSEWHERE: "an SSCC on the printed label of a package of yours",
}
# ---- who may say what --------------------------------------------------------------------------------------------

SAID_BY = {
    OrgKind.CONTRACTOR: {"inducted", "out_for_delivery", "delivered", "attempted", "stored", "brought_back"},
    OrgKind.CARRIER: {"handed_over", "carrier_moved", "delivered", "attempted", "return_started", "lost"},
}


def by_label(found: Read[ScanIn], labels: Labels, rules: FulfillmentRules) -> None:
    """Number the packages that are named by SSCC. Set aside rows that name one twice or not at all, and labels that
    are not ours."""
    if all(scan.package >= 0 and not scan.sscc for scan in found.rows):
        return
    named = np.array([(scan.package >= 0) + (scan.sscc != "") for scan in found.rows], np.int64)
    said = [f"{scan.package}, sscc {scan.sscc!r}" for scan in found.rows]
    found.drop(named != 1, "package", said, "either a package or an sscc", "send the one that you have")
    scanned = np.array([i for i, scan in enumerate(found.rows) if scan.sscc], np.int64)
    wrong = np.zeros(len(found.rows), np.int64)
    wrong[scanned] = packages = scanned_packages(
        [found.rows[i].sscc for i in scanned.tolist()], labels, rules
    )
    for i, package in zip(scanned.tolist(), packages.tolist(), strict=True):
        found.rows[i] = msgspec.structs.replace(found.rows[i], package=package)
    for code in WRONG_LABEL:
        wrong = wrong[_not_ours(found, wrong == code, code)]


def _not_ours(found: Read[ScanIn], bad: Flags, code: int) -> Flags:
    words = [scan.sscc for scan in found.rows]
    return found.drop(bad, "sscc", words, WRONG_LABEL[code], "scan its label again, or send its number")


def scanned_packages(texts: Sequence[str], labels: Labels, rules: FulfillmentRules) -> NDArray[np.int64]:
    """The package of each SSCC, (n,); a code of WRONG_LABEL where there is none."""
    serial = serials(texts, extension=rules.sscc_extension, prefix=rules.sscc_prefix)
    package = labelled(labels, serial, rules.sscc_prefix)
    return np.where(serial < 0, serial, np.where(package < 0, ELSEWHERE, package))


def own_scans(found: Read[ScanIn], state: State, org: int) -> None:
    """Set aside what is not for this organisation to say: others' packages look as if there were none."""
    if org == OPERATOR:
        return
    package = np.array([scan.package for scan in found.rows], np.int64)
    there = package < state.count(Packages)
    seen = np.zeros(len(package), np.bool_)
    seen[there] = packages_told(state, org, package[there])
    scanned = np.array([scan.sscc != "" for scan in found.rows], np.bool_)
    keep = _not_ours(found, ~seen & scanned, ELSEWHERE)  # others' labels look as if nobody had printed them
    package, seen = package[keep], seen[keep]
    found.drop(~seen, "package", package.tolist(), "a package of yours", "send the number on its label")
    mine: set[str] = SAID_BY.get(kind_of(state, org), set())
    words = [scan.event for scan in found.rows]
    found.drop(np.array([w not in mine for w in words], np.bool_), "event", words,
               f"one of {', '.join(sorted(mine))}", "leave it to who sees it")  # fmt: skip
    ref, runs = np.array([scan.ref for scan in found.rows], np.int64), runs_seen(state, org)
    known = (ref >= 0) & (ref < len(runs))
    other = ref >= 0
    other[known] = ~runs[ref[known]]
    found.drop(other, "ref", ref.tolist(), "a run of yours, or -1", "leave it out")


def scans(found: Read[ScanIn]) -> Report:
    """As columns of `tracking.report`; unknown reasons are set aside."""
    if any(scan.reason for scan in found.rows):
        bad = np.array([scan.reason not in REASONS for scan in found.rows], np.bool_)
        found.drop(bad, "reason", [s.reason for s in found.rows], "a remark's reason", "leave it out")
    rows = found.rows
    return Report(
        package=[s.package for s in rows],
        event=[EVENTS[s.event] for s in rows],
        at_s=[s.at_s for s in rows],
        site=[s.site for s in rows],
        ref=[s.ref for s in rows],
        reason=[REASONS[s.reason] for s in rows],
        outcome=[OUTCOMES[s.outcome] for s in rows],
        left=[LEFTS[s.left] for s in rows],
        device=[s.device for s in rows],
        sequence=[s.sequence for s in rows],
    )


def receipts(found: Read[ReceiptIn], state: State) -> Receive:
    """As columns of `inventory.receive`."""
    most, given = state.count(Purchases), np.array([r.purchase for r in found.rows], np.int64)
    good = found.drop(
        given >= most, "purchase", given.tolist(), "an open purchase", "see GET /stock/purchases"
    )
    given = given[good]
    again = _again(given)
    found.drop(again, "purchase", given.tolist(), "once in a request", "add its pieces up")
    return Receive(purchase=[r.purchase for r in found.rows], units=[r.units for r in found.rows])


def counts(found: Read[CountIn], fcs: int, skus: Mapping[str, int]) -> Count:
    """As columns of `inventory.count`."""
    site = [row.site for row in found.rows]
    found.drop(
        np.array(site) >= fcs, "site", site, f"a fulfillment center, 0 to {fcs - 1}", "see GET /network"
    )
    names = [row.sku for row in found.rows]
    unknown = np.array([name not in skus for name in names], np.bool_)
    found.drop(unknown, "sku", names, "an article of the catalogue", "see GET /api/v1/items")
    sku = np.array([skus[row.sku] for row in found.rows], np.int64)
    bins = np.array([row.site for row in found.rows], np.int64) * max(1, len(skus)) + sku
    found.drop(_again(bins), "sku", [r.sku for r in found.rows], "once in a request", "add it up")
    return Count(
        fc=[r.site for r in found.rows],
        sku=[skus[r.sku] for r in found.rows],
        units=[r.units for r in found.rows],
    )


def pings(found: Read[PingIn], state: State, org: int, latest_s: int) -> NDArray[np.int64]:
    """(rows, 4) run, at_s, lat and lon in microdegrees; run -1 where a vehicle is on no run that has left."""
    late = np.array([ping.at_s > latest_s for ping in found.rows], np.bool_)
    found.drop(late, "at_s", [p.at_s for p in found.rows], f"at most {latest_s}", "set the device's clock")
    runs = state.table(Runs)
    seen = runs_seen(state, org)
    run = np.array([ping.run for ping in found.rows], np.int64)
    vehicle = np.array([ping.vehicle for ping in found.rows], np.int64)
    run = np.where(run < 0, driven(runs, vehicle), run)
    strange = (run >= len(runs)) | ((run < 0) & (vehicle < 0))
    known = (run >= 0) & ~strange
    strange[known] = ~seen[run[known]]
    said = [f"run {p.run}, vehicle {p.vehicle}" for p in found.rows]
    good = found.drop(strange, "vehicle", said, "a vehicle or a run of yours", "see GET /api/v1/runs")
    told = [(p.at_s, round(p.lat * 1e6), round(p.lon * 1e6)) for p in found.rows]
    return np.column_stack([run[good], np.array(told, np.int64).reshape(-1, 3)])


def driven(runs: Runs, vehicle: NDArray[np.int64]) -> NDArray[np.int64]:
    """The run that each vehicle has left with, -1 none."""
    out = np.flatnonzero((runs.status == RunStatus.LEFT) & (runs.vehicle >= 0))
    now = np.full(
        int(runs.vehicle.max(initial=-1)) + 1, -1, np.int64
    )  # never by what was sent: it may be any number
    now[runs.vehicle[out]] = out
    known = (vehicle >= 0) & (vehicle < len(now))
    found = np.full(len(vehicle), -1, np.int64)
    found[known] = now[vehicle[known]]
    return found


def _again(values: NDArray[np.int64]) -> Flags:
    """Which stood earlier already."""
    again = np.ones(len(values), np.bool_)
    again[np.unique(values, return_index=True)[1]] = False
    return again
