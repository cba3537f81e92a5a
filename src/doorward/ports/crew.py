"""Gig drivers: what they answer and whether they come."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from doorward.tables.flex import BlockMoved, Blocks, Drivers, OfferAnswered, Offers


class Crew(Protocol):
    """The drivers' phones."""

    def answers(
        self, offers: Offers, offer: NDArray[np.int64], blocks: Blocks, drivers: Drivers, now_s: int
    ) -> OfferAnswered:
        """Answers by now to these open offers (row numbers `offer`)."""
        ...

    def attendance(self, blocks: Blocks, block: NDArray[np.int64], now_s: int) -> BlockMoved:
        """Of these claimed blocks (rows): given back (OPEN, driver -1), checked in, or not shown up by now."""
        ...

    def tips(
        self, block: NDArray[np.int64], driver: NDArray[np.int32], packages: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Cents that customers gave for these blocks, `packages` delivered on each; all of it is the driver's."""
        ...
