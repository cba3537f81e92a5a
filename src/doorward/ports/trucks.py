"""Linehaul trucks."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from doorward.tables.linehaul import TripMoved, Trips


class Trucks(Protocol):
    """The middle mile's vehicles."""

    def moved(self, trips: Trips, row: NDArray[np.int64], now_s: int) -> TripMoved:
        """What these open trips (rows `row`, PLANNED/LOADED or LEFT) have done by now; LEFT comes before DONE."""
        ...
