"""Which rows of a turn are about an organisation's own things, for a stream that tells it so and nothing else. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.access.rights import Flags, kind_of, orders_seen, packages_seen, runs_seen
from doorward.core.table import Table
from doorward.ledger.read import Stored, Turn
from doorward.ledger.state import State
from doorward.tables.doorstep import Proofs
from doorward.tables.fleet import RunMoved, RunsPlanned, StopDone, Stops, StopsPlanned
from doorward.tables.orders import (
    Answered,
    LineDropped,
    LineHeld,
    LinePlaced,
    Lines,
    LineSourced,
    Placed,
    Quoted,
)
from doorward.tables.packages import Alarms, Cartonized, EtaSet, Packages, Scanned
from doorward.tables.people import OrgKind

ABOUT: dict[type[Table], str] = {
    Placed: "order", LinePlaced: "order", Quoted: "order", Answered: "order",
    LineSourced: "line", LineHeld: "line", LineDropped: "line",
    Cartonized: "package", Scanned: "package", EtaSet: "package", Alarms: "package", Proofs: "package",
    RunsPlanned: "run", StopsPlanned: "run", RunMoved: "run", StopDone: "stop",
}  # fmt: skip
"""Facts that an organisation other than the operator is told of, and the column that says whose they are."""
TOLD: dict[OrgKind, tuple[str, ...]] = {
    OrgKind.SHIPPER: ("order", "line", "package"),
    OrgKind.CONTRACTOR: ("run", "stop", "package"),
    OrgKind.CARRIER: ("package",),
}
BY_NAME = {kind.__name__: (kind, column) for kind, column in ABOUT.items()}
Rows = NDArray[np.int64]


class Abouts(NamedTuple):
    """What a turn's facts are about: (fact, column, rows of the things)."""

    turn: int
    at_s: int
    facts: tuple[tuple[str, str, Rows], ...]


def abouts(turn: Turn) -> Abouts:
    """Of all facts of a turn those that others may be told of."""
    return Abouts(turn.turn, turn.at_s, tuple(_abouts(turn.facts)))


def _abouts(facts: Iterable[Stored]) -> Iterable[tuple[str, str, Rows]]:
    for fact in facts:
        if fact.fact in BY_NAME:
            kind, column = BY_NAME[fact.fact]
            yield fact.fact, column, np.asarray(getattr(fact.table(kind), column), np.int64)


def own_facts(state: State, org: int, told: Abouts) -> dict[str, int]:
    """How many rows of each fact are an organisation's own, as things stand now; facts without any are left out."""
    columns = TOLD.get(kind_of(state, org), ())
    found: dict[str, int] = {}
    for fact, column, rows in told.facts:
        if column in columns and (count := int(_own(state, org, column, rows).sum())):
            found[fact] = found.get(fact, 0) + count
    return found


def _own(state: State, org: int, column: str, rows: Rows) -> Flags:
    """(rows,) orders and lines of its own shop; runs of its own vehicles, and packages on their stops."""
    if column == "line":
        return orders_seen(state, org, state.table(Lines).order[rows])
    if column == "order":
        return orders_seen(state, org, rows)
    if column == "package" and kind_of(state, org) != OrgKind.CONTRACTOR:
        return packages_seen(state, org, rows)
    runs = rows
    if column != "run":
        stop = rows if column == "stop" else state.table(Packages).stop[rows]
        runs = np.where(stop >= 0, state.table(Stops).run[np.maximum(stop, 0)], -1) if len(stop) else stop
    own = runs_seen(state, org)
    seen = np.zeros(len(runs), np.bool_)
    there = (runs >= 0) & (runs < len(own))
    seen[there] = own[runs[there]]
    return seen
