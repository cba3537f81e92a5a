"""Queries answer what the whole export, filtered by hand, answers; pages hold each event once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.adapters.epcis import events
from doorward.adapters.epcis_query import document, page, query_of
from doorward.core.errors import BadInput
from doorward.ledger.state import State
from doorward.tables.journey import Event
from doorward.tables.packages import Labels, Packages, Scans
from doorward.tables.sites import Sites

PACKAGES, OFFSET_S = 6, -7_200
KINDS = (
    Event.PLANNED,
    Event.PICKED,
    Event.PACKED,
    Event.DEPARTED,
    Event.ARRIVED,
    Event.DELIVERED,
    Event.LOST,
)
ROWS = st.lists(
    st.tuples(
        st.integers(0, PACKAGES - 1), st.sampled_from(KINDS), st.integers(0, 6), st.integers(-1, 1),
        st.integers(-1, 2),
    ),
    max_size=60,
)  # fmt: skip


def state_of(rows: list[tuple[int, int, int, int, int]]) -> State:
    state = State()
    columns = (
        [np.array(column, np.int64) for column in zip(*rows, strict=True)] if rows else [np.empty(0)] * 5
    )
    package, event, at_s, site, ref = columns
    state.load(Scans.fill(len(rows), package=package, event=event, at_s=at_s, site=site, ref=ref))
    state.load(Packages.fill(PACKAGES))
    state.load(Labels.fill(PACKAGES, serial=np.arange(PACKAGES)))
    state.load(Sites.fill(2, name=["One", "Two"]))
    return state


def all_pages(state: State, given_: dict[str, str], seen: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token = ""
    while True:
        asked = query_of(given_ | ({"nextPageToken": token} if token else {}), lambda epc: int(epc))
        one = page(state, asked, seen, OFFSET_S, "0614141", 3)
        found += one.events
        assert len(one.events) <= asked.most
        token = one.token
        if not token:
            return found
        assert one.events, "a page that goes on holds something"


@settings(max_examples=150, deadline=None)
@given(
    rows=ROWS,
    most=st.integers(1, 5),
    step=st.sampled_from(["", "packing", "departing|picking", "urn:epcglobal:cbv:bizstep:arriving"]),
    action=st.sampled_from(["", "ADD", "OBSERVE|DELETE"]),
    ge_s=st.none() | st.integers(0, 7),
    lt_s=st.none() | st.integers(0, 7),
    mine=st.none() | st.sets(st.integers(0, PACKAGES - 1), min_size=1),
    hidden=st.sets(st.integers(0, PACKAGES - 1)),
)
def test_pages_are_the_export_filtered(
    rows: list[tuple[int, int, int, int, int]], most: int, step: str, action: str, ge_s: int | None,
    lt_s: int | None, mine: set[int] | None, hidden: set[int],
) -> None:  # fmt: skip
    asked = {"perPage": str(most), "EQ_bizStep": step, "EQ_action": action}
    if mine is not None:
        asked["MATCH_epc"] = "|".join(map(str, sorted(mine)))
    for name, second in (("GE_eventTime", ge_s), ("LT_eventTime", lt_s)):
        if second is not None:
            asked[name] = datetime.fromtimestamp(second).astimezone().isoformat()
    told = all_pages(state_of(rows), asked, lambda packages: ~np.isin(packages, sorted(hidden)))
    kept = [
        row
        for row in rows
        if row[0] not in hidden
        and (mine is None or row[0] in mine)
        and (ge_s is None or row[2] >= ge_s)
        and (lt_s is None or row[2] < lt_s)
    ]
    steps = [each.rsplit(":", 1)[-1] for each in step.split("|")] if step else None
    whole = [
        each
        for each in events(state_of(kept), OFFSET_S, "0614141", 3)
        if (steps is None or each["bizStep"] in steps) and (not action or each["action"] in action.split("|"))
    ]
    assert told == whole


@pytest.mark.parametrize(
    "given_",
    [
        {"EQ_bizstep": "packing"}, {"perPage": "0"}, {"perPage": "1001"}, {"perPage": "\u0663"}, {"nextPageToken": "x"},
        {"nextPageToken": "gaVoZWxsbw"}, {"GE_eventTime": "2026-01-01T00:00:00"}, {"LT_eventTime": "soon"},
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(given_: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="rule: "):
        query_of(given_, lambda epc: -1)


def test_an_answer_is_a_query_document() -> None:
    told = document([], 0, OFFSET_S)
    assert told["type"] == "EPCISQueryDocument" and told["creationDate"] == "1969-12-31T22:00:00.000-02:00"
    assert query_of({"eventType": "AggregationEvent"}, lambda epc: -1).events == []
    assert query_of({"MATCH_epc": "unknown"}, lambda epc: -1).packages == []
