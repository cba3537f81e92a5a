"""Where orders come from and how customers answer."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import I1, I2, I4, I8, Table


class NewOrders(Table):
    """Orders as they come in, by time. Columns as in tables.orders.Orders; `lines` counts their rows in NewLines."""

    at_s: I8
    zone: I4
    lat_udeg: I4
    lon_udeg: I4
    speed: I1
    consent: I1
    lines: I2
    access: I1


class NewLines(Table):
    """Their lines, in the order of NewOrders."""

    sku: I4
    units: I4


class Storefront(Protocol):
    """The shop: a file of orders, the generator, or (later) the API."""

    def orders(self, after_s: int, until_s: int) -> tuple[NewOrders, NewLines]:
        """Orders placed after `after_s` and not later than `until_s`."""
        ...

    def answers(self, order: NDArray[np.int64], quoted_s: NDArray[np.int64], now_s: int) -> NDArray[np.int8]:
        """The customers' answers to promises by now: 1 yes, 0 no, -1 none yet."""
        ...


class Sendbacks(Table):
    """Delivered packages that customers send back: package, at_s (handed in)."""

    package: I8
    at_s: I8


class Customers(Protocol):
    """What recipients do besides answering the door."""

    def collected(
        self, package: NDArray[np.int64], stored_s: NDArray[np.int64], now_s: int
    ) -> NDArray[np.int64]:
        """For packages in lockers: when each was collected (<= now_s), -1 not yet."""
        ...

    def sent_back(
        self, package: NDArray[np.int64], delivered_s: NDArray[np.int64], now_s: int
    ) -> NDArray[np.int64]:
        """For delivered packages: when each was sent back (<= now_s), -1 not (yet)."""
        ...
