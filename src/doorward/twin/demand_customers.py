"""The twin's shop and its customers: orders by time, answers at checkout, locker visits, parcels sent back.

Stateless: every answer is a hash of (seed, what it is about), told once its time has come.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core import seed as draws
from doorward.ports.orderbook import OrderBook
from doorward.ports.storefront import NewLines, NewOrders
from doorward.twin.demand_rules import ShopperRules


class TwinStorefront:
    """`ports.storefront.Storefront` over a book. Customers of a book from a file say yes to every promise."""

    def __init__(self, book: OrderBook, seed: int, rules: ShopperRules | None = None) -> None:
        self._book, self._seed = book, seed
        self._rules = rules or ShopperRules()
        self._first = np.r_[0, np.cumsum(book.orders.lines.astype(np.int64))]

    def orders(self, after_s: int, until_s: int) -> tuple[NewOrders, NewLines]:
        """Orders placed in (after_s, until_s]."""
        lo, hi = np.searchsorted(self._book.orders.at_s, (after_s, until_s), side="right")
        lines = self._book.lines.take(slice(int(self._first[lo]), int(self._first[hi])))
        return self._book.orders.take(slice(int(lo), int(hi))), lines

    def answers(self, order: NDArray[np.int64], quoted_s: NDArray[np.int64], now_s: int) -> NDArray[np.int8]:
        """1 yes, 0 no, -1 none yet (or never)."""
        rules = self._rules
        think = -rules.think_s * np.log1p(-draws.uniform(self._seed, "customer/think", order))
        answered = quoted_s + np.minimum(think, rules.think_most_s).astype(np.int64) <= now_s
        left = rules.abandon_pm / 1000 if self._book.generated else 0.0
        mood = draws.uniform(self._seed, "customer/mood", order)
        said = np.where(mood < left / 2, 0, 1)
        return np.where(answered & ~((mood >= left / 2) & (mood < left)), said, -1).astype(np.int8)


class TwinCustomers:
    """`ports.storefront.Customers`."""

    def __init__(self, seed: int, rules: ShopperRules | None = None) -> None:
        self._seed, self._rules = seed, rules or ShopperRules()

    def collected(
        self, package: NDArray[np.int64], stored_s: NDArray[np.int64], now_s: int
    ) -> NDArray[np.int64]:
        """Log-uniform between the earliest and the latest visit; some never come."""
        rules = self._rules
        u = draws.uniform(self._seed, "customer/collect", package)
        wait = rules.collect_lo_s * (rules.collect_hi_s / rules.collect_lo_s) ** u
        never = draws.below(self._seed, "customer/never", rules.never_pm / 1000, package)
        return _told(stored_s + wait.astype(np.int64), ~never, now_s)

    def sent_back(
        self, package: NDArray[np.int64], delivered_s: NDArray[np.int64], now_s: int
    ) -> NDArray[np.int64]:
        """Even between the earliest and the latest hand-in; most keep what they bought."""
        rules = self._rules
        u = draws.uniform(self._seed, "customer/back", package)
        wait = rules.sendback_lo_s + u * (rules.sendback_hi_s - rules.sendback_lo_s)
        sent = draws.below(self._seed, "customer/returns", rules.sendback_pm / 1000, package)
        return _told(delivered_s + wait.astype(np.int64), sent, now_s)


def _told(at_s: NDArray[np.int64], happens: NDArray[np.bool_], now_s: int) -> NDArray[np.int64]:
    return np.where(happens & (at_s <= now_s), at_s, -1).astype(np.int64)
