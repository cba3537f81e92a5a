"""Fold the facts of sourcing: how a line is divided, which building it has, and what is reserved for it there.

A SOURCED or BOXED line holds `units - dropped` of its FC's `Stock.reserved`. Whoever drops units of a boxed line gives
their reservation back with `Unreserved` (or uses it up by `StockMoved`) in the same turn.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.items import Items
from doorward.tables.orders import LineDropped, LineHeld, Lines, LineSourced, LineSplit, LineStatus
from doorward.tables.stock import Stock


def fold_split(state: State, rows: LineSplit, at_s: int) -> None:
    """Units of lines without a reservation become new rows, WAITING; a line may give several parts in one turn."""
    first = state.count(Lines)
    if not np.array_equal(rows.part, np.arange(first, first + len(rows))):
        raise ValueError(f"line numbers must continue at {first}, not {rows.part[:3]}")
    if not np.isin(state.get(Lines, "status", rows.line), (LineStatus.WAITING, LineStatus.BACKORDERED)).all():
        raise ValueError("only a line that waits can be divided: others hold a reservation, a box or nothing")
    state.add(Lines, rows.line, units=-rows.units)
    if (rows.units < 1).any() or (state.get(Lines, "units", rows.line) < 1).any():
        raise ValueError("a line that is divided keeps at least one unit, and a part has one")
    parent = state.get(Lines, "parent", rows.line)
    state.append(
        Lines.fill(
            len(rows),
            order=state.get(Lines, "order", rows.line),
            sku=state.get(Lines, "sku", rows.line),
            units=rows.units,
            status=LineStatus.WAITING,
            since_s=at_s,
            reason=0,
            tries=state.get(Lines, "tries", rows.line),
            dropped=0,
            parent=np.where(parent >= 0, parent, rows.line),
            asked=0,
        )
    )


def fold_sourced(state: State, rows: LineSourced, at_s: int) -> None:
    """Give back what the line held, take the new; fc -1 makes it wait."""
    _release(state, rows.line)
    got = rows.fc >= 0
    status = np.where(got, LineStatus.SOURCED, LineStatus.WAITING)
    state.put(Lines, rows.line, fc=rows.fc, status=status, since_s=at_s, reason=0)
    _reserve(state, rows.line[got], 1)


def fold_held(state: State, rows: LineHeld, at_s: int) -> None:
    """Give back what the line held; it waits again, is backordered or is cancelled. From a box: one try more."""
    boxed = state.get(Lines, "status", rows.line) == LineStatus.BOXED
    _release(state, rows.line)
    state.put(Lines, rows.line, fc=-1, status=rows.status, reason=rows.reason, since_s=at_s)
    state.add(Lines, rows.line[boxed], tries=1)


def fold_dropped(state: State, rows: LineDropped, at_s: int) -> None:
    """Units that will not be shipped; the line goes on with the others."""
    state.add(Lines, rows.line, dropped=rows.units)
    state.put(Lines, rows.line, reason=rows.reason)


def _release(state: State, line: NDArray[np.int64]) -> None:
    status = state.get(Lines, "status", line)
    held = (status == LineStatus.SOURCED) | (status == LineStatus.BOXED)
    _reserve(state, line[held & (state.get(Lines, "fc", line) >= 0)], -1)


def _reserve(state: State, line: NDArray[np.int64], sign: int) -> None:
    fc, sku = state.get(Lines, "fc", line).astype(np.int64), state.get(Lines, "sku", line)
    units = state.get(Lines, "units", line) - state.get(Lines, "dropped", line)
    state.add(Stock, fc * state.count(Items) + sku, reserved=sign * units)


FOLDS: dict[type[Table], Fold] = {
    LineSplit: fold_split,
    LineSourced: fold_sourced,
    LineHeld: fold_held,
    LineDropped: fold_dropped,
}
"""Facts folded here."""
