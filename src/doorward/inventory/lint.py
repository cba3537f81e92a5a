"""Checks of the stock ledger, made apart from the folds that write it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.tables.stock import Stock


def stock_balances(stock: Stock) -> list[str]:
    """Breaches of the ledger's invariants in words; empty if it balances.

    Row by row: received + returned + found = on_hand + dock + shipped + written_off; 0 <= reserved <= on_hand; nothing
    on a dock, on its way or written off is negative. (Shipped may fall again when a package is taken apart.)
    """
    came = stock.received + stock.returned + stock.found
    went = stock.on_hand.astype(np.int64) + stock.dock + stock.shipped + stock.written_off
    return [
        *_told(came != went, "received + returned + found is not on hand + dock + shipped + written off"),
        *_told(stock.reserved > stock.on_hand, "more is reserved than there is"),
        *_told(stock.reserved < 0, "reserved is negative"),
        *_told(stock.dock < 0, "dock is negative"),
        *_told(stock.inbound < 0, "inbound is negative"),
        *_told(stock.shipped < 0, "shipped is negative"),
        *_told(
            (stock.written_off < 0) | (stock.found < 0) | (stock.returned < 0), "a running total is negative"
        ),
    ]


def _told(bad: NDArray[np.bool_], rule: str) -> list[str]:
    rows = np.flatnonzero(bad)
    return [f"Stock row {rows[0]} and {len(rows) - 1} more: {rule}"] if len(rows) else []
