"""A book of orders: what a run is given, be it read from a file or generated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S
from doorward.ports.storefront import NewLines, NewOrders
from doorward.tables.items import Items
from doorward.tables.orders import OrderRefs


@dataclass(frozen=True, kw_only=True)
class Articles:
    """What an operator sells, as an items file says it; see docs/items-file.md.

    items     the catalogue; `rate_upm` rounds `per_day`, -1 where the file says nothing
    per_day   (n,) expected demand of the whole network, pieces a day; -1 unknown
    category  (n,) department, "" none
    source    the file, for people; refused: its rows set aside
    """

    items: Items
    per_day: NDArray[np.float64]
    category: NDArray[np.object_]
    source: str = ""
    refused: int = 0

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, kw_only=True)
class OrderBook:
    """All orders of a run, by time, with the catalogue they refer to.

    orders, lines   as ports.storefront says; lines stand in the order of `orders`
    refs            the customers' own references, row = order
    items           the catalogue; `rate_upm` is what a good forecast would know before the first order
    start_s         local midnight of the first day, Unix seconds: the virtual clock begins here
    days            whole local days from `start_s` that hold all orders (at least 1)
    generated       True if no real order is in it
    source          file or generator, for people
    read            rows that were looked at; refused: rows set aside; refused_orders: orders set aside with them
    notes           sentences about what was assumed on the way (defaults taken, doors drawn ...)
    """

    orders: NewOrders
    lines: NewLines
    refs: OrderRefs
    items: Items
    start_s: int
    days: int
    generated: bool
    source: str = ""
    read: int = 0
    refused: int = 0
    refused_orders: int = 0
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.orders)

    @property
    def first_line(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Row in `lines` of each order's first line."""
        counts = self.orders.lines.astype(np.int64)
        return np.cumsum(counts) - counts

    def limited(self, days: int) -> OrderBook:
        """Only the orders of the first `days` days; the catalogue stays whole."""
        keep = int(np.searchsorted(self.orders.at_s, self.start_s + days * DAY_S))
        if keep == len(self.orders):
            return replace(self, days=days)
        upto = int(self.orders.lines[:keep].astype(np.int64).sum())
        return replace(
            self,
            orders=self.orders.take(slice(0, keep)),
            lines=self.lines.take(slice(0, upto)),
            refs=self.refs.take(slice(0, keep)),
            days=days,
        )

    def digest(self) -> str:
        """Sixteen bytes over every order, line and item, as hexadecimal."""
        h = blake2b(digest_size=16)
        for table in (self.orders, self.lines, self.items, self.refs):
            for name, dtype in table.columns.items():
                column = getattr(table, name)
                body = "\0".join(column.tolist()).encode() if dtype.kind == "O" else column.tobytes()
                h.update(f"{type(table).__name__}.{name}:{len(column)}:".encode())
                h.update(body)
        h.update(f"{self.start_s}:{self.days}".encode())
        return h.hexdigest()


def merge_lines(
    order: NDArray[np.int64], sku: NDArray[np.int64], units: NDArray[np.int64], orders: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Lines of one order that ask for the same SKU become one; the first one's place is kept.

    order ascending. Returns lines per order (orders,), sku, units.
    """
    by = np.lexsort((np.arange(len(sku)), sku, order))
    o, s = order[by], sku[by]
    new = np.r_[True, (o[1:] != o[:-1]) | (s[1:] != s[:-1])][: len(by)]
    total = np.add.reduceat(units[by], np.flatnonzero(new)) if len(by) else units
    keep = by[new]
    back = np.argsort(keep, kind="stable")
    keep = keep[back]
    return np.bincount(order[keep], minlength=orders).astype(np.int64), sku[keep], total[back]
