"""EPCIS 2.0 and CBV 2.0 by rules of our own: what the export must obey, checked where the GS1 schema is not at hand."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from doorward.apps.cli.main import app
from doorward.runtime.build import open_state
from doorward.runtime.rundir import RunDir
from doorward.tables.journey import JOURNEY
from doorward.tables.packages import Scans

Event = dict[str, Any]
BIZ_STEPS = set(
    [
        "accepting",
        "arriving",
        "assembling",
        "collecting",
        "commissioning",
        "consigning",
        "creating_class_instance",
        "cycle_counting",
        "decommissioning",
        "departing",
        "destroying",
        "disassembling",
        "dispensing",
        "encoding",
        "entering_exiting",
        "holding",
        "inspecting",
        "installing",
        "killing",
        "loading",
        "other",
        "packing",
        "picking",
        "receiving",
        "removing",
        "repackaging",
        "repairing",
        "replacing",
        "reserving",
        "retail_selling",
        "sampling",
        "sensor_reporting",
        "shipping",
        "staging_outbound",
        "stock_taking",
        "stocking",
        "storing",
        "transporting",
        "unloading",
        "unpacking",
        "void_shipping",
    ]
)
"""CBV 2.0, section 7.1."""
DISPOSITIONS = set(
    [
        "active",
        "available",
        "completeness_inferred",
        "completeness_verified",
        "conformant",
        "container_closed",
        "container_open",
        "damaged",
        "destroyed",
        "dispensed",
        "disposed",
        "encoded",
        "expired",
        "in_progress",
        "in_transit",
        "inactive",
        "mismatch_class",
        "mismatch_instance",
        "mismatch_quantity",
        "needs_replacement",
        "no_pedigree_match",
        "non_conformant",
        "non_sellable_other",
        "partially_dispensed",
        "recalled",
        "reserved",
        "retail_sold",
        "returned",
        "sellable_accessible",
        "sellable_not_accessible",
        "stolen",
        "unavailable",
        "unknown",
    ]
)
"""CBV 2.0, section 7.2."""
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
FIELDS = {
    "type", "eventID", "eventTime", "eventTimeZoneOffset", "recordTime", "action", "bizStep", "disposition", "epcList",
    "quantityList", "readPoint", "bizLocation", "bizTransactionList", "sourceList", "destinationList", "ilmd",
    "persistentDisposition", "sensorElementList", "errorDeclaration", "certificationInfo",
}  # fmt: skip
"""Of an ObjectEvent, EPCIS 2.0 section 7.4.2; others would need a namespace."""
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)")
OFFSET = re.compile(r"[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")


def checked_digits(digits: str) -> bool:
    """GS1 General Specifications 7.9: from the right, the digits before the check digit weigh 3, 1, 3 ..."""
    weighed = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits[:-1])))
    return (10 - weighed % 10) % 10 == int(digits[-1])


def uri_faults(uri: object) -> list[str]:
    """An absolute URI; of GS1's own kinds (SSCC 00, GLN 414) as many digits as the key has, and the check digit."""
    if not isinstance(uri, str) or not URI.fullmatch(uri):
        return [f"no URI: {uri}"]
    if uri.startswith("https://id.gs1.org/"):
        found = re.fullmatch(r"https://id\.gs1\.org/(?:00/(\d{18})|414/(\d{13})(?:/254/\S+)?)", uri)
        if not found:
            return [f"no SSCC or GLN: {uri}"]
        return [] if checked_digits(found[1] or found[2]) else [f"check digit: {uri}"]
    if uri.startswith("urn:epc:"):
        found = re.fullmatch(r"urn:epc:id:(?:sscc|sgln):(\d{6,12})\.(\d+)(?:\.\S+)?", uri)
        size = 17 if ":sscc:" in uri else 12
        return [] if found and len(found[1]) + len(found[2]) == size else [f"no EPC URI: {uri}"]
    return []


def event_faults(event: Event) -> list[str]:
    """What breaks the rules in one event."""
    missing = {"type", "eventTime", "eventTimeZoneOffset", "action"} - event.keys()
    if missing:
        return [f"without {sorted(missing)}"]
    found = [f"unknown field {name}" for name in event.keys() - FIELDS]
    if event["type"] != "ObjectEvent":
        found.append(f"eventType {event['type']}")
    if event["action"] not in ("ADD", "OBSERVE", "DELETE"):
        found.append(f"action {event['action']}")
    if not OFFSET.fullmatch(str(event["eventTimeZoneOffset"])):
        found.append(f"eventTimeZoneOffset {event['eventTimeZoneOffset']}")
    at = str(event["eventTime"])
    if not TIME.fullmatch(at):
        found.append(f"eventTime {at}")
    elif not at.endswith(("Z", str(event["eventTimeZoneOffset"]))):
        found.append("eventTime and eventTimeZoneOffset differ")
    if not event.get("epcList") and not event.get("quantityList"):
        found.append("neither epcList nor quantityList")
    epcs = event.get("epcList", [])
    if len(set(epcs)) < len(epcs):
        found.append("an EPC twice")
    if event.get("bizStep", "other") not in BIZ_STEPS:
        found.append(f"bizStep {event['bizStep']}")
    if event.get("disposition", "unknown") not in DISPOSITIONS:
        found.append(f"disposition {event['disposition']}")
    places = [event[name] for name in ("readPoint", "bizLocation") if name in event]
    if any(set(place) != {"id"} for place in places):
        found.append("a place has an id and nothing else")
    for uri in [*epcs, *(place.get("id") for place in places)]:
        found += uri_faults(uri)
    return found


def faults(document: dict[str, Any]) -> list[str]:
    """What breaks the rules in a whole document."""
    missing = {"@context", "type", "schemaVersion", "creationDate", "epcisBody"} - document.keys()
    if missing:
        return [f"without {sorted(missing)}"]
    context, found = document["@context"], []
    if CONTEXT not in (context if isinstance(context, list) else [context]):
        found.append("@context")
    if document["type"] != "EPCISDocument":
        found.append("type")
    if not re.fullmatch(r"2(\.\d+)*", str(document["schemaVersion"])):
        found.append("schemaVersion")
    if not TIME.fullmatch(str(document["creationDate"])):
        found.append("creationDate")
    if set(document["epcisBody"]) != {"eventList"}:
        return [*found, "epcisBody"]
    return [*found, *(fault for event in document["epcisBody"]["eventList"] for fault in event_faults(event))]


@pytest.fixture(scope="module")
def document(day_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("epcis") / "events.jsonld"
    done = CliRunner().invoke(app, ["export", "epcis", "--run", str(day_dir), "--out", str(out)])
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return told


def test_the_small_day_obeys_every_rule(document: dict[str, Any], day_dir: Path) -> None:
    assert faults(document) == []
    events = document["epcisBody"]["eventList"]
    assert len(events) > 1000
    with open_state(RunDir(day_dir)) as state:
        assert sum(len(event["epcList"]) for event in events) == state.count(Scans), "every scan, once"
    labelled = {uri for event in events for uri in event["epcList"] if "/00/" in uri}
    assert len(labelled) > 100
    times = [datetime.fromisoformat(event["eventTime"]) for event in events]
    assert times == sorted(times)


def test_every_event_of_the_journey_has_words_of_the_vocabulary() -> None:
    """Also those that the small day did not see."""
    assert {rule.biz_step for rule in JOURNEY.values()} <= BIZ_STEPS
    assert {rule.disposition for rule in JOURNEY.values()} <= DISPOSITIONS


def first(document: dict[str, Any]) -> Event:
    event: Event = document["epcisBody"]["eventList"][0]
    return event


BREAKS: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("context", lambda d: d.update({"@context": ["https://example.org"]}), "@context"),
    ("version", lambda d: d.update(schemaVersion="1.2"), "schemaVersion"),
    ("created", lambda d: d.update(creationDate="2026-03-02"), "creationDate"),
    ("no-body", lambda d: d.pop("epcisBody"), "without ['epcisBody']"),
    ("kind", lambda d: first(d).update(type="Object"), "eventType Object"),
    ("action", lambda d: first(d).update(action="LOOK"), "action LOOK"),
    ("no-action", lambda d: first(d).pop("action"), "without ['action']"),
    ("local", lambda d: first(d).update(eventTime="2026-03-02T10:00:00"), "eventTime 2026"),
    ("offset", lambda d: first(d).update(eventTimeZoneOffset="+1:00"), "eventTimeZoneOffset +1:00"),
    ("step", lambda d: first(d).update(bizStep="urn:epcglobal:cbv:bizstep:packing"), "bizStep"),
    ("disposition", lambda d: first(d).update(disposition="lost"), "disposition lost"),
    ("nothing", lambda d: first(d).update(epcList=[]), "neither"),
    ("plain", lambda d: first(d).update(epcList=["package 7"]), "no URI"),
    ("digit", lambda d: first(d).update(epcList=["https://id.gs1.org/00/106141412345678909"]), "check digit"),
    ("short", lambda d: first(d).update(epcList=["https://id.gs1.org/00/10614141234567"]), "no SSCC"),
    (
        "gln",
        lambda d: first(d).update(readPoint={"id": "https://id.gs1.org/414/9521321000019"}),
        "check digit",
    ),
    ("place", lambda d: first(d).update(bizLocation={"name": "dock"}), "a place"),
    ("own", lambda d: first(d).update(weight=3), "unknown field weight"),
]


@pytest.mark.parametrize(("break_it", "told"), [b[1:] for b in BREAKS], ids=[b[0] for b in BREAKS])
def test_the_rules_find_what_is_broken(
    document: dict[str, Any], break_it: Callable[[dict[str, Any]], object], told: str
) -> None:
    small = document | {"epcisBody": {"eventList": copy.deepcopy(document["epcisBody"]["eventList"][:3])}}
    assert faults(small) == []
    break_it(small)
    assert any(told in fault for fault in faults(small)), faults(small)


def test_check_digits_known_from_the_standards() -> None:
    """The examples of GS1's own documents: SSCC and GLN."""
    assert checked_digits("106141412345678908") and not checked_digits("106141412345678909")
    assert checked_digits("0614141000012") and not checked_digits("0614141000013")


def test_the_vocabulary_is_that_of_the_published_schema(shared_data: Path) -> None:
    schema = json.loads((shared_data / "epcis" / "EPCIS-JSON-Schema.json").read_text())
    listed = [set(each) for each in lists_of(schema, "enum")]
    assert BIZ_STEPS in listed and DISPOSITIONS in listed


def lists_of(node: object, name: str) -> list[list[str]]:
    """All values of a key, anywhere in a schema."""
    if isinstance(node, list):
        return [found for each in node for found in lists_of(each, name)]
    if not isinstance(node, dict):
        return []
    here = [node[name]] if isinstance(node.get(name), list) else []
    return here + [found for each in node.values() for found in lists_of(each, name)]
