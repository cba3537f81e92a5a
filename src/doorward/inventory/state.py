"""Fold what happens to stock. Rows of `Stock` are dense: fc * len(Items) + sku."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.items import Items
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.stock import (
    COUNT_LESS,
    COUNT_MORE,
    DAMAGED,
    PICKED,
    RELEASED,
    RESTOCKED,
    Bought,
    DayClosed,
    Demand,
    DemandDays,
    Forecasted,
    Forecasts,
    Purchases,
    Received,
    Stock,
    StockMoved,
    Stowed,
    Unreserved,
)

SIGNS: dict[int, dict[str, int]] = {
    PICKED: {"on_hand": -1, "reserved": -1, "shipped": 1},
    DAMAGED: {"on_hand": -1, "written_off": 1},
    COUNT_LESS: {"on_hand": -1, "written_off": 1},
    COUNT_MORE: {"on_hand": 1, "found": 1},
    RESTOCKED: {"on_hand": 1, "returned": 1},
    RELEASED: {"on_hand": 1, "shipped": -1},
}
"""Which columns of Stock a unit moves, and which way, by StockMoved.why."""


def empty_stock(fcs: int, skus: int) -> Stock:
    """The dense table of a network that holds nothing yet; loaded into the state before the first turn."""
    return Stock.fill(fcs * skus, **dict.fromkeys(Stock.columns, 0))


def stock_row(state: State, fc: NDArray[np.int32], sku: NDArray[np.int32]) -> NDArray[np.int64]:
    """Rows of Stock of (fc, sku); the table is laid out at first need."""
    skus = state.count(Items)
    if state.count(Stock) == 0:
        fcs = int((state.table(Sites).kind == SiteKind.FC).sum())
        state.load(empty_stock(fcs, skus))
    if len(sku) and not (int(sku.min()) >= 0 and int(sku.max()) < skus):
        raise ValueError(f"stock of a SKU outside the catalogue of {skus}: {sku.min()}..{sku.max()}")
    return fc.astype(np.int64) * skus + sku


def fold_received(state: State, rows: Received, at_s: int) -> None:
    """Opening stock goes to the shelf, deliveries to the dock; a delivery closes its purchase, short or not."""
    row = stock_row(state, rows.fc, rows.sku)
    opening = rows.purchase < 0
    state.add(Stock, row, received=rows.units)
    state.add(Stock, row[opening], on_hand=rows.units[opening])
    state.add(Stock, row[~opening], dock=rows.units[~opening])
    purchase = rows.purchase[~opening]
    if len(purchase) == 0:
        return
    if (state.get(Purchases, "received_s", purchase) >= 0).any() or len(np.unique(purchase)) < len(purchase):
        raise ValueError("a purchase was received twice")
    state.add(Stock, row[~opening], inbound=-state.get(Purchases, "units", purchase))
    state.put(Purchases, purchase, received_s=at_s)


def fold_stowed(state: State, rows: Stowed, at_s: int) -> None:
    """From the dock to the shelf."""
    row = stock_row(state, rows.fc, rows.sku)
    state.add(Stock, row, dock=-rows.units, on_hand=rows.units)


def fold_bought(state: State, rows: Bought, at_s: int) -> None:
    """Purchases are open until they are received."""
    first = state.count(Purchases)
    if not np.array_equal(rows.purchase, np.arange(first, first + len(rows))):
        raise ValueError(f"purchases do not continue the table at {first}")
    state.append(
        Purchases.fill(
            len(rows), fc=rows.fc, sku=rows.sku, units=rows.units, ordered_s=at_s, due_s=rows.due_s
        )
    )
    state.add(Stock, stock_row(state, rows.fc, rows.sku), inbound=rows.units)


def fold_moved(state: State, rows: StockMoved, at_s: int) -> None:
    """Units picked, written off, found, returned."""
    row = stock_row(state, rows.fc, rows.sku)
    for why, signs in SIGNS.items():
        hit = rows.why == why
        if hit.any():
            state.add(Stock, row[hit], **{name: sign * rows.units[hit] for name, sign in signs.items()})


def fold_unreserved(state: State, rows: Unreserved, at_s: int) -> None:
    """A reservation was given back."""
    state.add(Stock, stock_row(state, rows.fc, rows.sku), reserved=-rows.units)


def fold_forecasted(state: State, rows: Forecasted, at_s: int) -> None:
    """The newest forecast replaces the one before."""
    if state.count(Forecasts) == 0:
        state.load(Forecasts.fill(state.count(Items)))
    names = ("method", "mean_mu", "q50_mu", "q83_mu", "q95_mu")
    state.put(Forecasts, rows.sku, **{name: getattr(rows, name) for name in names})


def fold_day_closed(state: State, rows: DayClosed, at_s: int) -> None:
    """Append days to `Demand`, days without any included; a day closes once."""
    skus, days = state.count(Items), state.table(DemandDays).day
    first = int(rows.day.min())
    if len(days) and first <= int(days[-1]):
        raise ValueError(f"day {first} has closed already")
    first = int(days[-1]) + 1 if len(days) else first
    new = np.arange(first, int(rows.day.max()) + 1)
    state.append(DemandDays.fill(len(new), day=new))
    at = state.append(Demand.fill(len(new) * skus, units=0))
    state.add(Demand, at + (rows.day.astype(np.int64) - first) * skus + rows.sku, units=rows.units)


FOLDS: dict[type[Table], Fold] = {
    Received: fold_received,
    Stowed: fold_stowed,
    Bought: fold_bought,
    StockMoved: fold_moved,
    Unreserved: fold_unreserved,
    Forecasted: fold_forecasted,
    DayClosed: fold_day_closed,
}
