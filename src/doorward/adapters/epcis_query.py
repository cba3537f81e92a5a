"""Scans as answers to EPCIS 2.0 event queries (GS1, section 8.2.7): filters, pages, the query document. Pure.

Pages are by time: a page ends where an event ends, and its token is the key of its last event, so that what is scanned
meanwhile shifts nothing. A scan that is reported late, for a moment before the token, is seen by the next query.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.adapters.epcis import CONTEXT, action_of, event_of, groups, time_of
from doorward.core.errors import BadInput
from doorward.ledger.state import State
from doorward.tables.journey import JOURNEY
from doorward.tables.packages import Scans

MOST = 1_000
"""Events of one page."""
PARAMETERS = (
    *("eventType", "GE_eventTime", "LT_eventTime", "EQ_action", "EQ_bizStep", "EQ_disposition", "MATCH_epc"),
    *("perPage", "nextPageToken"),
)
"""Those that are understood; of others the standard wants to be told."""
Key = tuple[int, int, int, int]
"""at_s, event, site, ref: what the scans of one EPCIS event have in common."""


class Query(NamedTuple):
    """What is asked for. ge_s, lt_s: Unix seconds, -1 open; events: of the journey; packages: none for all."""

    ge_s: int
    lt_s: int
    events: list[int]
    packages: list[int] | None
    most: int
    after: Key | None


class Page(NamedTuple):
    """Events, and the token of the next page; empty: there is none."""

    events: list[dict[str, Any]]
    token: str


def query_of(given: dict[str, str], package_of: Callable[[str], int]) -> Query:
    """A query from its parameters; lists are separated by `|`. package_of: of an EPC, -1 unknown. BadInput for what is
    not understood."""
    for name in given:
        if name not in PARAMETERS:
            raise BadInput(f"{name!r}", where=name, rule=f"one of {', '.join(PARAMETERS)}")
    types = _list(given, "eventType")
    events = [] if types and "ObjectEvent" not in types else [
        int(event) for event, law in JOURNEY.items()
        if _fits(given, "EQ_bizStep", law.biz_step)
        and _fits(given, "EQ_disposition", law.disposition)
        and _fits(given, "EQ_action", action_of(event))
    ]  # fmt: skip
    epcs, most = _list(given, "MATCH_epc"), given.get("perPage", "30")
    if not most.isascii() or not most.isdigit() or not 1 <= int(most[:9]) <= MOST:
        raise BadInput(f"{most!r}", where="perPage", rule=f"1 to {MOST}")
    return Query(
        ge_s=_moment(given, "GE_eventTime"),
        lt_s=_moment(given, "LT_eventTime"),
        events=events,
        packages=[package for each in epcs if (package := package_of(each)) >= 0] if epcs else None,
        most=int(most),
        after=_key(given.get("nextPageToken", "")),
    )


def page(
    state: State, asked: Query, seen: Callable[[NDArray[np.int64]], NDArray[np.bool_]], utc_offset_s: int,
    prefix: str, extension: int,
) -> Page:  # fmt: skip
    """Events in the order of their time. seen: which of these packages the asker may see."""
    scans = state.table(Scans)
    fits = np.isin(scans.event, asked.events)
    if asked.ge_s >= 0:
        fits &= scans.at_s >= asked.ge_s
    if asked.lt_s >= 0:
        fits &= scans.at_s < asked.lt_s
    if asked.packages is not None:
        fits &= np.isin(scans.package, asked.packages)
    if asked.after is not None:
        fits &= scans.at_s >= asked.after[0]
    rows = np.flatnonzero(fits)
    rows = rows[seen(scans.package[rows].astype(np.int64))]
    if asked.after is not None:
        rows = _later(scans, rows, asked.after)
    found: list[NDArray[np.int64]] = []
    for group in groups(scans, _first(scans, rows, asked.most + 1)):
        found.append(group)
        if len(found) > asked.most:
            break
    shown = found[: asked.most]
    token = _token(_key_of(scans, int(shown[-1][0]))) if len(found) > asked.most else ""
    return Page([event_of(state, group, utc_offset_s, prefix, extension) for group in shown], token)


def document(events: list[dict[str, Any]], created_s: int, utc_offset_s: int) -> dict[str, Any]:
    """The answer to a query, as an EPCISQueryDocument."""
    return {
        "@context": [CONTEXT],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": time_of(created_s, utc_offset_s),
        "epcisBody": {
            "queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": events}}
        },
    }


# ---- inside ----------------------------------------------------------------------------------------------------


def _first(scans: Scans, rows: NDArray[np.int64], events: int) -> NDArray[np.int64]:
    """Rows of the earliest seconds that hold at least so many events (or all rows): whole seconds, so whole events."""
    want = 16 * events
    while want < len(rows):
        last_s = np.partition(scans.at_s[rows], want)[want]
        some = rows[scans.at_s[rows] <= last_s]
        keys = np.stack([scans.at_s[some], scans.event[some], scans.site[some], scans.ref[some]])
        if np.unique(keys, axis=1).shape[1] >= events:
            return np.asarray(some, np.int64)
        want *= 4
    return rows


def _later(scans: Scans, rows: NDArray[np.int64], after: Key) -> NDArray[np.int64]:
    same, later = np.ones(len(rows), np.bool_), np.zeros(len(rows), np.bool_)
    for name, value in zip(("at_s", "event", "site", "ref"), after, strict=True):
        column = getattr(scans, name)[rows].astype(np.int64)
        later |= same & (column > value)
        same &= column == value
    return rows[later]


def _key_of(scans: Scans, row: int) -> Key:
    return int(scans.at_s[row]), int(scans.event[row]), int(scans.site[row]), int(scans.ref[row])


def _token(key: Key) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(key)).decode().rstrip("=")


def _key(token: str) -> Key | None:
    if not token:
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        found: Key = msgspec.msgpack.decode(raw, type=Key)
        return found
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise BadInput(
            "not a token of ours", where="nextPageToken", rule="as the Link header gave it",
            remedy="begin anew without it",
        ) from error  # fmt: skip


def _list(given: dict[str, str], name: str) -> list[str]:
    return [each for each in given.get(name, "").split("|") if each]


def _fits(given: dict[str, str], name: str, word: str) -> bool:
    """Whether a word is among those of a parameter, as a bare word or at the end of its URI."""
    words = _list(given, name)
    return not words or any(each == word or each.endswith((f":{word}", f"-{word}")) for each in words)


def _moment(given: dict[str, str], name: str) -> int:
    text = given.get(name, "")
    if not text:
        return -1
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise BadInput(
            f"{text!r}", where=name, rule="date and time with zone, as 2026-01-31T12:00:00Z",
            remedy="write a plus as %2B",
        )  # fmt: skip
    # an event's time is a whole second: at or after a fraction means the next one
    return max(0, -int(-at.timestamp() // 1))
