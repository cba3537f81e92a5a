"""Fold the facts of the promise room: orders, promises, answers, openings, margins."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.orders import (
    Answered,
    Held,
    Holds,
    HoldsReturned,
    LinePlaced,
    Lines,
    LineStatus,
    Opened,
    Openings,
    Orders,
    OrderStatus,
    PartnerRoomReturned,
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
    """A promise was made."""
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
    state.put(
        Promises,
        rows.order,
        klass=rows.klass,
        quantile_pm=rows.quantile_pm,
        margin_s=rows.margin_s,
        parts=rows.parts,
        leave_s=rows.leave_s,
    )


def fold_held(state: State, rows: Held, at_s: int) -> None:
    """Promises hold one package in each of these openings."""
    _continues(state, Holds, rows.hold)
    state.append(Holds(order=rows.order, opening=rows.opening))
    state.add(Openings, rows.opening, taken=1)
    order, first, count = np.unique(rows.order, return_index=True, return_counts=True)
    state.put(Promises, order, first_hold=rows.hold[first], holds=count)


def fold_room_returned(state: State, rows: PartnerRoomReturned, at_s: int) -> None:
    """Packages that have their way take room there; their promises hold it no longer."""
    _free(state, rows.hold)


def fold_answered(state: State, rows: Answered, at_s: int) -> None:
    """Accepted; or refused or expired: what was held is given back and the lines end."""
    state.put(Orders, rows.order, status=rows.status, reason=rows.reason)
    gone = rows.status != OrderStatus.ACCEPTED
    if not gone.any():
        return
    order, reason = rows.order[gone], rows.reason[gone]
    _let_go(state, order)
    first, count = state.get(Orders, "first_line", order), state.get(Orders, "lines", order).astype(np.int64)
    line = ranges(first, count)
    state.put(Lines, line, status=LineStatus.CANCELLED, reason=np.repeat(reason, count), since_s=at_s)


def fold_returned(state: State, rows: HoldsReturned, at_s: int) -> None:
    """Accepted orders that were cancelled whole hold nothing any more."""
    _let_go(state, rows.order)


def _let_go(state: State, order: NDArray[np.int64]) -> None:
    first, count = (state.get(Promises, c, order).astype(np.int64) for c in ("first_hold", "holds"))
    _free(state, ranges(first, np.maximum(count, 0)))
    state.put(Promises, order, holds=0)


def _free(state: State, hold: NDArray[np.int64]) -> None:
    opening = state.get(Holds, "opening", hold)
    state.add(Openings, opening[opening >= 0], taken=-1)
    state.put(Holds, hold, opening=-1)


def ranges(first: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """first[0], first[0] + 1 ... (count[0] of them), then first[1] ..."""
    nth = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(first, count) + nth


def fold_opened(state: State, rows: Opened, at_s: int) -> None:
    """New openings, nothing taken."""
    _continues(state, Openings, rows.opening)
    state.append(
        Openings.fill(
            len(rows),
            kind=rows.kind,
            site=rows.site,
            day=rows.day,
            limit=rows.limit,
            taken=0,
            carrier=rows.carrier,
        )
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
    Held: fold_held,
    PartnerRoomReturned: fold_room_returned,
    Answered: fold_answered,
    HoldsReturned: fold_returned,
    Opened: fold_opened,
    MarginMoved: fold_margin,
}
"""Facts folded here."""
