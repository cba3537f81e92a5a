"""Scans as EPCIS 2.0 events (GS1, EPCIS 2.0 / CBV 2.0, JSON-LD): an ObjectEvent for the scans of equal time and place.

Packages are named by the GS1 Digital Link of their SSCC (a package without a label yet: a URN of our own), buildings
by a URN of our own. Written as a stream: a million scans need no more memory than a thousand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.fulfillment.label.sscc import sscc18
from doorward.ledger.drafts import whole
from doorward.ledger.state import State
from doorward.tables.journey import JOURNEY, Event
from doorward.tables.packages import Labels, Scans
from doorward.tables.sites import Sites

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
ADDS = (Event.PLANNED,)
"""Events that bring an object into being; LOST and CANCELLED delete it; all others observe it."""
DELETES = (Event.LOST, Event.CANCELLED)


def events(state: State, utc_offset_s: int, prefix: str, extension: int) -> Iterator[dict[str, Any]]:
    """EPCIS events in the order of their scans. prefix, extension: of the labels' SSCC."""
    for rows in groups(state.table(Scans), np.arange(state.count(Scans))):
        yield event_of(state, rows, utc_offset_s, prefix, extension)


def groups(scans: Scans, among: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """The given scans (rows), those of equal time, event, place and holder together, in that order."""
    if not len(among):
        return
    key = np.stack([column[among] for column in (scans.at_s, scans.event, scans.site, scans.ref)], axis=1)
    order = np.lexsort((scans.package[among], *key.T[::-1]))
    cuts = np.flatnonzero((key[order][1:] != key[order][:-1]).any(axis=1)) + 1
    first = 0
    for end in (*cuts.tolist(), len(order)):
        yield among[order[first:end]]
        first = end


def event_of(
    state: State, rows: NDArray[np.int64], utc_offset_s: int, prefix: str, extension: int
) -> dict[str, Any]:
    """One EPCIS event of the scans of a group."""
    scans, serial = state.table(Scans), state.table(Labels).serial
    first = rows[0]
    event = Event(int(scans.event[first]))
    found: dict[str, Any] = {
        "type": "ObjectEvent",
        "eventTime": time_of(int(scans.at_s[first]), utc_offset_s),
        "eventTimeZoneOffset": _offset(utc_offset_s),
        "action": action_of(event),
        "bizStep": JOURNEY[event].biz_step,
        "disposition": JOURNEY[event].disposition,
        "epcList": [_epc(int(p), serial, prefix, extension) for p in scans.package[rows]],
    }
    if scans.site[first] >= 0:
        place = {"id": site_urn(str(state.table(Sites).name[scans.site[first]]))}
        found["readPoint"] = place
        found["bizLocation"] = place
    return found


def action_of(event: Event) -> str:
    """What an event does to its objects."""
    return "ADD" if event in ADDS else "DELETE" if event in DELETES else "OBSERVE"


def site_urn(name: str) -> str:
    """How a building is named."""
    return "urn:doorward:site:" + _slug(name)


def write_epcis(
    state: State, path: Path, utc_offset_s: int, prefix: str, extension: int, created_s: int
) -> int:
    """Write one EPCISDocument; returns the number of events."""
    encoder = msgspec.json.Encoder()
    head = {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": time_of(created_s, utc_offset_s),
    }
    count = 0
    with whole(path) as draft, draft.open("wb") as file:
        file.write(encoder.encode(head)[:-1] + b',"epcisBody":{"eventList":[\n')
        for each in events(state, utc_offset_s, prefix, extension):
            file.write((b",\n" if count else b"") + encoder.encode(each))
            count += 1
        file.write(b"\n]}}\n")
    return count


def _epc(package: int, serial: np.ndarray[Any, np.dtype[np.int64]], prefix: str, extension: int) -> str:
    if package < len(serial) and serial[package] >= 0:
        return f"https://id.gs1.org/00/{sscc18(int(serial[package]), extension=extension, prefix=prefix)}"
    return f"urn:doorward:package:{package}"


def time_of(at_s: int, utc_offset_s: int) -> str:
    """A moment as EPCIS writes it: local, with its offset."""
    local = datetime.fromtimestamp(at_s + utc_offset_s, UTC)
    return local.strftime("%Y-%m-%dT%H:%M:%S.000") + _offset(utc_offset_s)


def _offset(utc_offset_s: int) -> str:
    minutes = abs(utc_offset_s) // 60
    return f"{'-' if utc_offset_s < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-")
