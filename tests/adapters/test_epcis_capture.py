"""What we export can be captured again; what others send is a scan, or an error that says why."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.adapters.epcis import events
from doorward.adapters.epcis_capture import Captured, capture
from doorward.core.errors import BadInput
from doorward.ledger.state import State
from doorward.tables.journey import JOURNEY, Event, Status
from doorward.tables.packages import Labels, Packages, Scans
from doorward.tables.sites import Sites

PREFIX, EXTENSION = "4012345", 3
TWO_MEANINGS = (Event.TRANSFERRED, Event.ATTEMPTED)
"""Both may follow `out`, under one business step: captured only where the status leaves one of them."""


def world(packages: int, labelled: int) -> State:
    state = State()
    state.load(Sites.fill(2, name=["North Hub", "Station 1"]))
    state.load(Packages.fill(packages, status=Status.PLANNED))
    state.load(Labels.fill(packages, serial=[n if n < labelled else -1 for n in range(packages)]))
    return state


@st.composite
def journeys(draw: st.DrawFn) -> list[tuple[int, int, int, int]]:
    """(package, event, at_s, site) along the law of the journey, times rising for each package."""
    rows = []
    for package in range(draw(st.integers(1, 4))):
        status, at_s = Status.PLANNED, 1_700_000_000
        for _ in range(draw(st.integers(0, 9))):
            may = [e for e, rule in JOURNEY.items() if status in rule.before and e not in TWO_MEANINGS]
            if not may:
                break
            event = draw(st.sampled_from(may))
            at_s += draw(st.integers(1, 3))
            rows.append((package, int(event), at_s, draw(st.integers(-1, 1))))
            status = JOURNEY[event].after
    return rows


@settings(max_examples=80)
@given(journeys(), st.integers(0, 4), st.sampled_from([0, 3_600, -12_600]))
def test_an_export_is_captured_as_the_same_scans(
    rows: list[tuple[int, int, int, int]], labelled: int, zone_s: int
) -> None:
    state = world(4, labelled)
    columns = np.array(rows, np.int64).reshape(-1, 4).T
    names = ("package", "event", "at_s", "site")
    state.load(Scans.fill(len(rows), **dict(zip(names, columns, strict=True))))
    body = {"type": "EPCISDocument", "schemaVersion": "2.0"}
    body["epcisBody"] = {"eventList": list(events(state, zone_s, PREFIX, EXTENSION))}  # type: ignore[assignment]
    found = capture(msgspec.json.encode(body), state, PREFIX, EXTENSION)
    assert found.errors == []
    assert sorted(zip(found.package, found.event, found.at_s, found.site, strict=True)) == sorted(rows)


GOOD = {
    "type": "ObjectEvent", "eventTime": "2026-01-31T12:00:00Z", "eventTimeZoneOffset": "+00:00",
    "action": "OBSERVE", "bizStep": "picking", "epcList": ["urn:doorward:package:0"],
}  # fmt: skip


def read(*each: dict[str, object]) -> Captured:
    return capture(json.dumps(each).encode(), world(3, 1), PREFIX, EXTENSION)


@pytest.mark.parametrize(
    "epc",
    [
        "https://id.gs1.org/00/340123450000000000",
        "https://shop.example.org/a/00/340123450000000000?x=1",
        "urn:epc:id:sscc:4012345.3000000000",
        "urn:doorward:package:0",
    ],
)
@pytest.mark.parametrize(
    "step", ["picking", "urn:epcglobal:cbv:bizstep:picking", "https://ref.gs1.org/cbv/BizStep-picking"]
)
def test_names_of_packages_and_steps(epc: str, step: str) -> None:
    found = read(GOOD | {"epcList": [epc], "bizStep": step})
    assert (found.errors, found.package, found.event, found.site) == ([], [0], [Event.RELEASED], [-1])


def test_events_stand_in_the_order_of_their_time_and_loads_are_read() -> None:
    later = GOOD | {"eventTime": "2026-01-31T12:00:09Z", "type": "AggregationEvent"}
    later["childEPCs"] = later.pop("epcList")
    found = read(later, GOOD)
    assert found.event == [Event.RELEASED, Event.PICKED] and found.index == [1, 0] and not found.errors


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "TransactionEvent"}, "type"),
        ({"action": "LOOK"}, "action"),
        ({"eventTime": "2026-01-31T12:00:00"}, "eventTime"),
        ({"eventTime": 5}, "eventTime"),
        ({"eventTimeZoneOffset": "UTC"}, "eventTimeZoneOffset"),
        ({"bizStep": "dancing"}, "bizStep"),
        ({"bizStep": "arriving"}, "bizStep"),
        ({"action": "DELETE"}, "bizStep"),
        ({"disposition": "retail_sold"}, "disposition"),
        ({"epcList": []}, "epcList"),
        ({"epcList": ["urn:doorward:package:3"]}, "epcList"),
        ({"epcList": ["https://id.gs1.org/00/340123450000000001"]}, "epcList"),
        ({"epcList": ["urn:doorward:package:0", "urn:epc:id:sscc:4012345.3000000000"]}, "epcList"),
        ({"readPoint": {"id": "urn:doorward:site:nowhere"}}, "readPoint"),
        ({"errorDeclaration": {}}, "errorDeclaration"),
    ],
)
def test_what_is_wrong_is_told_and_the_rest_goes_on(change: dict[str, object], field: str) -> None:
    other = GOOD | {"epcList": ["urn:doorward:package:1"]}
    found = read(GOOD | change, other)
    assert [(e.index, e.field, bool(e.rule)) for e in found.errors] == [(0, field, True)]
    assert found.package == [1]


@pytest.mark.parametrize(
    "body", [b"", b"5", b'{"type":"EPCISDocument"}', b'{"type":"EPCISDocument","schemaVersion":"2.0"}']
)
def test_what_is_no_epcis_at_all(body: bytes) -> None:
    with pytest.raises(BadInput, match="rule: "):
        capture(body, world(1, 0), PREFIX, EXTENSION)
