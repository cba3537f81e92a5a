"""EPCIS 2.0 events of others (GS1, JSON-LD: a document, a list of events, or one) as scans of our packages.

An event's business step may stand for several of our events ("receiving": inducted, brought back, returned). Which one
is meant follows from the law of the journey: only one of them may come after what the package did before. Where two
may, the event is refused rather than guessed. Each event is a scan, or an error that says why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from doorward.adapters.epcis import action_of, site_urn
from doorward.core.errors import BadInput
from doorward.fulfillment.label.reading import package_of
from doorward.fulfillment.label.sscc import DIGITS, check_digit
from doorward.ledger.state import State
from doorward.tables.journey import JOURNEY, Event, Status
from doorward.tables.packages import Labels, Packages
from doorward.tables.sites import Sites

MOST_EVENTS, MOST_EPCS = 10_000, 10_000
_LINK = re.compile(r"https?://[^/\s]+/(?:[^?#\s]*/)?00/(\d{18})(?:[/?#].*)?")
_EPC = re.compile(r"urn:epc:id:sscc:(\d{4,12})\.(\d)(\d+)")
_OWN = re.compile(r"urn:doorward:package:(\d{1,18})")
_WORD = re.compile(
    r"(?:urn:epcglobal:cbv:(?:bizstep|disp):|(?:https?://\S+/|cbv:|gs1:)(?:BizStep|Disp)-)?([a-z_]+)"
)


class CaptureError(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one event. index: its place in the list, from 0."""

    index: int
    field: str
    what: str
    rule: str
    remedy: str


class Captured(msgspec.Struct, frozen=True, kw_only=True):
    """Scans as columns, in the order in which they happened, and the events that are none.

    package, event (journey.Event), at_s (Unix s), site (row in Sites, -1 none), ref (-1), reason (0), all equally long
    index   of the event that each came from
    """

    package: list[int]
    event: list[int]
    at_s: list[int]
    site: list[int]
    ref: list[int]
    reason: list[int]
    index: list[int]
    errors: list[CaptureError]


def capture(
    body: bytes, state: State, prefix: str, extension: int, seen: Callable[[int], bool] = lambda package: True
) -> Captured:
    """Read events. prefix, extension: of the labels' SSCC; seen: whether who sends them may know of a package, others
    are none of ours. BadInput if it is no EPCIS JSON at all."""
    known = Known(state, prefix, extension, seen)
    read: list[tuple[int, int, dict[str, Any]]] = []
    errors: list[CaptureError] = []
    for index, each in enumerate(_list(body)):
        try:
            one = _object(each)
            read.append((_time(one), index, one))
        except BadInput as error:
            errors.append(_error(index, error))
    rows: list[tuple[int, int, int, int, int]] = []
    for at_s, index, each in sorted(read, key=lambda one: one[:2]):
        try:
            rows += [(p, e, at_s, s, index) for p, e, s in known.scans(each)]
        except BadInput as error:
            errors.append(_error(index, error))
    package, event, when, site, of = (
        (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 5
    )
    return Captured(
        package=package, event=event, at_s=when, site=site, ref=[-1] * len(rows), reason=[0] * len(rows), index=of,
        errors=sorted(errors, key=lambda e: e.index),
    )  # fmt: skip


@dataclass
class Known:
    """What names mean, and where each package stands after the events read so far."""

    state: State
    prefix: str
    extension: int
    seen: Callable[[int], bool] = lambda package: True
    sites: dict[str, list[int]] = field(init=False)
    status: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sites = {}
        for row, name in enumerate(self.state.table(Sites).name.tolist()):
            self.sites.setdefault(site_urn(str(name)), []).append(row)

    def scans(self, each: dict[str, Any]) -> list[tuple[int, int, int]]:
        """(package, event, site) of all packages of an event, or BadInput for all of them."""
        kind, action = each.get("type"), each.get("action")
        if kind not in ("ObjectEvent", "AggregationEvent"):
            raise BadInput(f"{kind!r}", where="type", rule="ObjectEvent or AggregationEvent")
        if action not in ("ADD", "OBSERVE", "DELETE"):
            raise BadInput(f"{action!r}", where="action", rule="ADD, OBSERVE or DELETE")
        if "errorDeclaration" in each:
            raise BadInput(
                "takes an earlier event back", where="errorDeclaration", rule="scans stand for good",
                remedy="send the event that is true now",
            )  # fmt: skip
        name = "epcList" if kind == "ObjectEvent" else "childEPCs"
        epcs = each.get(name)
        if (
            not isinstance(epcs, list)
            or not 1 <= len(epcs) <= MOST_EPCS
            or len(set(map(str, epcs))) < len(epcs)
        ):
            raise BadInput(
                "no list of packages", where=name, rule=f"1 to {MOST_EPCS:,} identifiers, each once"
            )
        packages = [self.package(epc, name) for epc in epcs]
        if twice := [p for p, n in Counter(packages).items() if n > 1]:
            raise BadInput(f"package {twice[0]} twice", where=name, rule="each package once")
        site, may = self._site(each), _meant(each, action if kind == "ObjectEvent" else "OBSERVE")
        events = [self._event(package, may) for package in packages]
        for package, event in zip(packages, events, strict=True):
            self.status[package] = int(JOURNEY[event].after)
        return [(package, int(event), site) for package, event in zip(packages, events, strict=True)]

    def package(self, epc: object, where: str) -> int:
        """The package of an identifier; BadInput if it is none of ours, or not for the asker to know."""
        text, count = str(epc), self.state.count(Packages)
        if (own := _OWN.fullmatch(text)) and int(own[1]) < count and self.seen(int(own[1])):
            return int(own[1])
        link, urn = _LINK.fullmatch(text), _EPC.fullmatch(text)
        digits = link[1] if link else f"{urn[2]}{urn[1]}{urn[3]}" if urn else ""
        if link and check_digit(digits[:-1]) != int(digits[-1]):
            raise BadInput(f"{text}: its check digit is wrong", where=where, rule="SSCC, GS1 section 7.9.1")
        if urn and len(digits) == DIGITS - 1:  # EPC URIs bear no check digit
            digits += str(check_digit(digits))
        labels = self.state.table(Labels)
        package = package_of(labels, digits, extension=self.extension, prefix=self.prefix)
        if package >= 0 and self.seen(package):
            return package
        raise BadInput(
            f"{text} is no package of ours", where=where,
            rule="SSCC of a label as GS1 Digital Link (/00/...) or EPC URI, or urn:doorward:package:N",
            remedy="send the identifier that the label bears",
        )  # fmt: skip

    def _site(self, each: dict[str, Any]) -> int:
        place = each.get("readPoint", each.get("bizLocation"))
        if place is None:
            return -1
        rows = self.sites.get(str(place.get("id")) if isinstance(place, dict) else "", [])
        if len(rows) != 1:
            raise BadInput(
                f"{place!r} is no building of ours", where="readPoint", rule="urn:doorward:site:NAME",
                remedy="name it as the export does, or leave it out on the road",
            )  # fmt: skip
        return rows[0]

    def _event(self, package: int, may: list[Event]) -> Event:
        before = self.status.get(package, int(self.state.table(Packages).status[package]))
        fits = [event for event in may if before in JOURNEY[event].before]
        if len(fits) == 1:
            return fits[0]
        found = " or ".join(e.name.lower() for e in fits) or "nothing that may follow"
        raise BadInput(
            f"package {package} is {Status(before).name.lower()}: this would be {found}", where="bizStep",
            rule="the journey allows exactly one meaning (`doorward journey`)",
            remedy="report what came before first; where two are meant, report the scan by our own API",
        )  # fmt: skip


def _meant(each: dict[str, Any], action: str) -> list[Event]:
    """The events that step, disposition and action may stand for."""
    step, disposition = _word(each, "bizStep"), _word(each, "disposition")
    found = [event for event, rule in JOURNEY.items() if rule.biz_step == step]
    if not found:
        steps = sorted({rule.biz_step for rule in JOURNEY.values()})
        raise BadInput(f"{step!r}", where="bizStep", rule=f"one of {', '.join(steps)}")
    if disposition:
        found = [event for event in found if JOURNEY[event].disposition == disposition]
        if not found:
            raise BadInput(
                f"{disposition!r} with {step}", where="disposition", rule="as CBV pairs them, or none"
            )
    return [event for event in found if action_of(event) == action]


def _word(each: dict[str, Any], name: str) -> str:
    text = each.get(name, "")
    found = _WORD.fullmatch(text) if isinstance(text, str) else None
    return found[1] if found else str(text)


def _object(each: object) -> dict[str, Any]:
    if not isinstance(each, dict):
        raise BadInput("not an object", where="event", rule="an event is a JSON object")
    return each


def _time(each: dict[str, Any]) -> int:
    text = each.get("eventTime")
    try:
        at = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise BadInput(
            f"{text!r}", where="eventTime", rule="date and time with zone, as 2026-01-31T12:00:00Z"
        )
    offset = each.get("eventTimeZoneOffset")
    if not isinstance(offset, str) or not re.fullmatch(r"[+-](?:0\d|1[0-4]):[0-5]\d", offset):
        raise BadInput(f"{offset!r}", where="eventTimeZoneOffset", rule="as +01:00")
    return int(at.timestamp())


def _list(body: bytes) -> list[object]:
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise BadInput(str(error), where="body", rule="JSON") from error
    if isinstance(found, dict) and found.get("type") == "EPCISDocument":
        inside = found.get("epcisBody")
        if not str(found.get("schemaVersion", "")).startswith("2."):
            raise BadInput(f"{found.get('schemaVersion')!r}", where="schemaVersion", rule="2.0")
        found = inside.get("eventList") if isinstance(inside, dict) else None
    elif isinstance(found, dict):
        found = [found]
    if not isinstance(found, list) or len(found) > MOST_EVENTS:
        raise BadInput(
            "no list of events", where="epcisBody.eventList", rule=f"at most {MOST_EVENTS:,} events",
            remedy="send an EPCISDocument, a list of events, or one event",
        )  # fmt: skip
    return found


def _error(index: int, error: BadInput) -> CaptureError:
    return CaptureError(index=index, field=error.where, what=error.what, rule=error.rule, remedy=error.remedy)
