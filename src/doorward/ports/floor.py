"""Shop floors, docks and suppliers: what people and robots in buildings have done by now."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import I1, I2, I4, I8, Table
from doorward.tables.packages import Contents, PickTasks
from doorward.tables.stock import Purchases


class FloorDone(Table):
    """Steps finished: package, event (journey.Event PICKED, PACKED or SORTED), at_s, ref (SORTED: site put to)."""

    package: I8
    event: I1
    at_s: I8
    ref: I8


class FloorTrouble(Table):
    """Pieces not found or damaged while picking: package, line, sku, units, reason (SHORT_PICK or DAMAGED), at_s."""

    package: I8
    line: I8
    sku: I4
    units: I4
    reason: I2
    at_s: I8


class Arrivals(Table):
    """Supplies at the dock: row in Purchases, units counted, at_s."""

    purchase: I8
    units: I4
    at_s: I8


class Counts(Table):
    """Cycle counts: fc, sku, difference found - books (never 0)."""

    fc: I4
    sku: I4
    difference: I4


class Floor(Protocol):
    """One or many buildings. Asked again and again, it answers what has been finished in (after_s, now_s]."""

    def trouble(self, tasks: PickTasks, contents: Contents, now_s: int) -> FloorTrouble:
        """Short and damaged pieces of tasks whose picking ends by now (tasks given: released, not yet picked)."""
        ...

    def done(
        self, tasks: PickTasks, status: NDArray[np.int8], next_site: NDArray[np.int32], now_s: int
    ) -> FloorDone:
        """Steps finished by now of tasks whose packages stand at `status` (each step at most once, in order)."""
        ...

    def weigh(
        self, package: NDArray[np.int64], planned_g: NDArray[np.int32], again: NDArray[np.bool_]
    ) -> NDArray[np.int32]:
        """What the scale at packing shows; `again`: the package was stopped once, opened and recounted."""
        ...

    def arrivals(self, purchases: Purchases, row: NDArray[np.int64], now_s: int) -> Arrivals:
        """Which of these open purchases (rows `row`) have reached the dock by now."""
        ...

    def counted(
        self, fc: NDArray[np.int32], sku: NDArray[np.int32], on_hand: NDArray[np.int32], day: int
    ) -> Counts:
        """Results of cycle counting these bins on this local day."""
        ...
