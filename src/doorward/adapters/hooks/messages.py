"""What a turn says to whom: facts to messages, by whose orders they are about. Pure: no clock, no I/O.

The body is that of Standard Webhooks: {type, timestamp, data}; times inside data are Unix seconds. A message's number
is its place among everything in the turn that could be told, whoever listens: so its id is the same whenever the
journal is read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.ledger.read import Turn
from doorward.ledger.state import State
from doorward.tables.hooks import HOOK_TYPES, Endpoints, HookEvent
from doorward.tables.journey import Event
from doorward.tables.orders import Answered, Orders, OrderStatus, Quoted
from doorward.tables.packages import Alarm, Alarms, EtaSet, Packages, Scanned
from doorward.tables.people import Organisations, OrgKind
from doorward.tables.remarks import Reason

Numbers = NDArray[np.int64]
RefOf = Callable[[int, int], str]
"""(shop, order) -> the shop's own reference of its order; empty: none."""
SCANS: dict[Event, HookEvent] = {
    Event.PACKED: HookEvent.PACKAGE_PACKED,
    Event.OUT_FOR_DELIVERY: HookEvent.PACKAGE_OUT,
    Event.DELIVERED: HookEvent.PACKAGE_DELIVERED,
    Event.COLLECTED: HookEvent.PACKAGE_DELIVERED,
    Event.ATTEMPTED: HookEvent.PACKAGE_FAILED,
    Event.LOST: HookEvent.PACKAGE_FAILED,
    Event.RETURNED: HookEvent.PACKAGE_RETURNED,
}
"""Scans that are told. Others are the network's own affair."""
_BIT = np.zeros(max(Event) + 1, np.int64)
_BIT[list(SCANS)] = [int(bit) for bit in SCANS.values()]


class Said(NamedTuple):
    """A message and the endpoints (rows) that it goes to."""

    id: str
    at_s: int
    body: bytes
    endpoints: list[int]


class _Rows(NamedTuple):
    """Rows of one fact that may be told. bit, order, package, at_s (n,); data: of the row at a place."""

    bit: Numbers
    order: Numbers
    package: Numbers
    at_s: Numbers
    data: Callable[[int], dict[str, Any]]


def messages(state: State, turn: Turn, ref_of: RefOf) -> list[Said]:
    """Everything that a turn says to the endpoints there are, as of the turn. `turn` holds all its facts."""
    endpoints = state.table(Endpoints)
    if not ((endpoints.disabled_s < 0) & (endpoints.events > 0)).any():
        return []
    found: list[Said] = []
    number, head = 0, turn.chain.hex()[:16]
    for rows in _tellable(state, turn):
        shop = state.table(Orders).shop[rows.order]
        for row, to in _listeners(state, rows.bit, shop):
            kind = HOOK_TYPES[HookEvent(int(rows.bit[row]))]
            order, package, at_s = int(rows.order[row]), int(rows.package[row]), int(rows.at_s[row])
            about: dict[str, Any] = {"order": order, "ref": ref_of(int(shop[row]), order)}
            if package >= 0:
                about["package"] = package
            when = datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            body = {"type": kind, "timestamp": when, "data": {**about, "at_s": at_s, **rows.data(row)}}
            found.append(Said(f"msg_{head}_{number + row}", at_s, msgspec.json.encode(body), to))
        number += len(rows.bit)
    return found


def _listeners(state: State, bit: Numbers, shop: NDArray[np.int32]) -> list[tuple[int, list[int]]]:
    """(row, endpoints) of the rows that anybody listens to: one choice for all rows of a shop and an event."""
    endpoints, kinds = state.table(Endpoints), state.table(Organisations).kind
    active, all_seen = endpoints.disabled_s < 0, kinds[endpoints.org] == OrgKind.OPERATOR
    pairs, which = np.unique(np.stack([shop, bit], axis=1), axis=0, return_inverse=True)
    lists = [
        np.flatnonzero(active & ((endpoints.events & b) != 0) & (all_seen | (endpoints.org == s))).tolist()
        for s, b in pairs.tolist()
    ]
    return [(row, lists[k]) for row, k in enumerate(which.reshape(-1).tolist()) if lists[k]]


def _tellable(state: State, turn: Turn) -> list[_Rows]:
    found = []
    for fact in turn.facts:
        match fact.fact:
            case Scanned.__name__:
                found.append(_scans(state, fact.table(Scanned)))
            case Quoted.__name__:
                found.append(_quotes(fact.table(Quoted), turn.at_s))
            case Answered.__name__:
                found.append(_refusals(fact.table(Answered), turn.at_s))
            case EtaSet.__name__:
                found.append(_etas(state, fact.table(EtaSet), turn.at_s))
            case Alarms.__name__:
                found.append(_alarms(state, fact.table(Alarms)))
    return found


def _scans(state: State, scans: Scanned) -> _Rows:
    told = scans.take(_BIT[scans.event] > 0)

    def data(row: int) -> dict[str, Any]:
        return {
            "event": Event(int(told.event[row])).name.lower(),
            "reason": Reason(int(told.reason[row])).name.lower() if told.reason[row] > 0 else "",
        }

    return _Rows(_BIT[told.event], _order(state, told.package), told.package, told.at_s, data)


def _quotes(quoted: Quoted, at_s: int) -> _Rows:
    def data(row: int) -> dict[str, Any]:
        names = ("due_lo_s", "due_s", "price_c", "expires_s")
        return {name: int(getattr(quoted, name)[row]) for name in names}

    n = len(quoted)
    return _Rows(_all(n, HookEvent.ORDER_PROMISED), quoted.order, _all(n, -1), _all(n, at_s), data)


def _refusals(answered: Answered, at_s: int) -> _Rows:
    no = answered.take(answered.status == OrderStatus.REFUSED)

    def data(row: int) -> dict[str, Any]:
        return {"reason": Reason(int(no.reason[row])).name.lower()}

    n = len(no)
    return _Rows(_all(n, HookEvent.ORDER_REFUSED), no.order, _all(n, -1), _all(n, at_s), data)


def _etas(state: State, etas: EtaSet, at_s: int) -> _Rows:
    def data(row: int) -> dict[str, Any]:
        return {"eta_lo_s": int(etas.lo_s[row]), "eta_hi_s": int(etas.hi_s[row])}

    n, order = len(etas), _order(state, etas.package)
    return _Rows(_all(n, HookEvent.PACKAGE_ETA), order, etas.package, _all(n, at_s), data)


def _alarms(state: State, alarms: Alarms) -> _Rows:
    def data(row: int) -> dict[str, Any]:
        return {"kind": Alarm(int(alarms.kind[row])).name.lower(), "minutes": int(alarms.minutes[row])}

    bit = _all(len(alarms), HookEvent.EXCEPTION_RAISED)
    return _Rows(bit, _order(state, alarms.package), alarms.package, alarms.at_s, data)


def _order(state: State, package: Numbers) -> Numbers:
    return state.get(Packages, "order", package)


def _all(n: int, value: int) -> Numbers:
    return np.full(n, value, np.int64)
