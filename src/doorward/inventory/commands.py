"""Commands of the inventory room: what docks received and what was counted. Both hold at once."""

from __future__ import annotations

import msgspec
import numpy as np

from doorward.core.errors import BadInput, Refused
from doorward.inventory.plan import plan_corrections
from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.tables.items import Items
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.stock import COUNT_LESS, Purchases, Received, Stock

MOST_AT_ONCE = 10_000
"""Rows in one turn."""
MOST_UNITS = 1_000_000
"""Units in one row."""


class Receive(msgspec.Struct, frozen=True, kw_only=True):
    """Purchases that reached their docks, as columns: row in Purchases, units counted (0 or more)."""

    purchase: list[int]
    units: list[int]


class ReceivedNow(msgspec.Struct, frozen=True, kw_only=True):
    """received: purchases closed; known: those received before, which are passed over."""

    received: int
    known: int


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """Bins counted now, as columns: building, SKU, units that lie there. Each bin once."""

    fc: list[int]
    sku: list[int]
    units: list[int]


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """Units found that the books did not have, and written off. Promised pieces are not: picking looks for them."""

    found: int
    written_off: int


def receive(desk: Desk, asked: Receive) -> ReceivedNow:
    """Close purchases with what came; stowing follows. A purchase received before is passed over."""
    _rows(asked.purchase, asked.units)
    purchases = desk.table(Purchases)
    _within("purchase", asked.purchase, len(purchases))
    _within("units", asked.units, MOST_UNITS + 1)
    given = np.array(asked.purchase, np.int64)
    row, first = np.unique(given, return_index=True)
    if len(row) < len(given):
        raise BadInput(
            "a purchase twice", where="purchase", rule="once in a request", remedy="add up its units"
        )
    open_ = purchases.received_s[row] < 0
    row, units = row[open_], np.array(asked.units, np.int32)[first[open_]]
    desk.post(Received(fc=purchases.fc[row], sku=purchases.sku[row], units=units, purchase=row))
    return ReceivedNow(received=len(row), known=int((~open_).sum()))


def count(desk: Desk, asked: Count) -> Counted:
    """Put the books right by what was counted. Refused before the network has any stock."""
    _rows(asked.fc, asked.sku, asked.units)
    skus, stock = desk.next(Items), desk.table(Stock)
    if not len(stock):
        raise Refused("the network holds no stock yet; what to do: wait until it has opened")
    _within("fc", asked.fc, int((desk.table(Sites).kind == SiteKind.FC).sum()))
    _within("sku", asked.sku, skus)
    _within("units", asked.units, MOST_UNITS + 1)
    fc, sku, units = (np.array(column, np.int32) for column in (asked.fc, asked.sku, asked.units))
    row = fc.astype(np.int64) * skus + sku
    if len(np.unique(row)) < len(row):
        raise BadInput("a bin twice", where="sku", rule="each (fc, sku) once in a request")
    moved = plan_corrections(stock, fc, sku, units - stock.on_hand[row], skus)
    desk.post(moved)
    went = moved.why == COUNT_LESS
    return Counted(found=int(moved.units[~went].sum()), written_off=int(moved.units[went].sum()))


def _rows(*columns: list[int]) -> None:
    if not 1 <= len(columns[0]) <= MOST_AT_ONCE or any(len(c) != len(columns[0]) for c in columns):
        raise BadInput(
            "columns of " + ", ".join(str(len(c)) for c in columns) + " rows",
            where="rows",
            rule=f"equally long columns, 1 to {MOST_AT_ONCE} rows",
        )


def _within(name: str, values: list[int], limit: int) -> None:
    for row, value in enumerate(values):
        if not 0 <= value < limit:
            raise BadInput(f"{name} {value}", where=f"{name}[{row}]", rule=f"0 to {limit - 1}")


COMMANDS: list[Command] = [
    Command("inventory.receive", Receive, receive),
    Command("inventory.count", Count, count),
]
