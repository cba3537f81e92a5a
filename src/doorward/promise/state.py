"""Fold the facts of the promise room: orders, promises, answers, openings, margins."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.orders import (
    Answered,
    Holds,
    HoldsReturned,
    LinePlaced,
    Lines,
    LineStatus,
    Opened,
    Openings,
    Orders,
    OrderStatus,
    Placed,
    Quoted,
)
from doorward.tables.promises import MarginMoved, Margins, Promises


def fold_placed(state: State, rows: Placed, at_s: int) -> None:
    """New orders: PLACED, nothing promised, nothing held."""
    n = len(rows)
    _continues(state, Orders, rows.order)
    same = {name: getattr(rows, name) for name in Placed.columns if name != "order"}
    state.append(Orders.fill(n, status=OrderStatus.PLACED, price_c=0, reason=0, **same))
    state.append(Holds.fill(n))
    state.append(Promises.fill(n))


def fold_line_placed(state: State, rows: LinePlaced, at_s: int) -> None:
    """New lines wait for a building."""
    _continues(state, Lines, rows.line)
    state.append(
        Lines.fill(
            len(rows),
            order=rows.order,
            sku=rows.sku,
            units=rows.units,
            status=LineStatus.WAITING,
            since_s=at_s,
            reason=0,
            tries=0,
            dropped=0,
            asked=rows.units,
        )
    )


def fold_quoted(state: State, rows: Quoted, at_s: int) -> None:
    """A promise holds one package in each of its openings."""
    state.put(
        Orders,
        rows.order,
        status=OrderStatus.QUOTED,
        due_lo_s=rows.due_lo_s,
        due_s=rows.due_s,
        price_c=rows.price_c,
        promise_fc=rows.fc,
        expires_s=rows.expires_s,
    )
    state.put(Holds, rows.order, a=rows.opening, b=rows.opening_b, c=rows.opening_c)
    state.put(
        Promises,
        rows.order,
        klass=rows.klass,
        quantile_pm=rows.quantile_pm,
        margin_s=rows.margin_s,
        parts=rows.parts,
        leave_s=rows.leave_s,
    )
    for held in (rows.opening, rows.opening_b, rows.opening_c):
        state.add(Openings, held[held >= 0], taken=1)


def fold_answered(state: State, rows: Answered, at_s: int) -> None:
    """Accepted; or refused or expired: what was held is given back and the lines end."""
    state.put(Orders, rows.order, status=rows.status, reason=rows.reason)
    gone = rows.status != OrderStatus.ACCEPTED
    if not gone.any():
        return
    order, reason = rows.order[gone], rows.reason[gone]
    _let_go(state, order)
    first, count = state.get(Orders, "first_line", order), state.get(Orders, "lines", order).astype(np.int64)
    nth = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    line = np.repeat(first, count) + nth
    state.put(Lines, line, status=LineStatus.CANCELLED, reason=np.repeat(reason, count), since_s=at_s)


def fold_returned(state: State, rows: HoldsReturned, at_s: int) -> None:
    """Accepted orders that were cancelled whole hold nothing any more."""
    _let_go(state, rows.order)


def _let_go(state: State, order: NDArray[np.int64]) -> None:
    for column in ("a", "b", "c"):
        held = state.get(Holds, column, order)
        state.add(Openings, held[held >= 0], taken=-1)
    state.put(Holds, order, a=-1, b=-1, c=-1)


def fold_opened(state: State, rows: Opened, at_s: int) -> None:
    """New openings, nothing taken."""
    _continues(state, Openings, rows.opening)
    state.append(
        Openings.fill(len(rows), kind=rows.kind, site=rows.site, day=rows.day, limit=rows.limit, taken=0)
    )


def fold_margin(state: State, rows: MarginMoved, at_s: int) -> None:
    """Margins replace the older ones; classes not seen before continue the table."""
    have = state.count(Margins)
    new = rows.klass >= have
    columns = {name: getattr(rows, name) for name in Margins.columns}
    if new.any():
        _continues(state, Margins, rows.klass[new])
        state.append(Margins(**{name: values[new] for name, values in columns.items()}))
    old = ~new
    state.put(Margins, rows.klass[old], **{name: values[old] for name, values in columns.items()})


def _continues(state: State, kind: type[Table], numbers: NDArray[np.integer[Any]]) -> None:
    first = state.count(kind)
    if not np.array_equal(numbers, np.arange(first, first + len(numbers))):
        raise ValueError(f"new rows of {kind.__name__} begin at {numbers[:1]}, the table has {first}")


FOLDS: dict[type[Table], Fold] = {
    Placed: fold_placed,
    LinePlaced: fold_line_placed,
    Quoted: fold_quoted,
    Answered: fold_answered,
    HoldsReturned: fold_returned,
    Opened: fold_opened,
    MarginMoved: fold_margin,
}
"""Facts folded here."""
