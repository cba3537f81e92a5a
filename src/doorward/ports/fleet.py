"""Vehicles on the road, in the air and on the pavement: what runs have done by now."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from doorward.tables.fleet import RunMoved, Runs, Stops, Visits


class Fleet(Protocol):
    """Everything that leaves stations: vans, gig drivers' cars, drones, sidewalk robots."""

    def progress(
        self, runs: Runs, run: NDArray[np.int64], stops: Stops, stop: NDArray[np.int64], now_s: int
    ) -> tuple[RunMoved, Visits]:
        """What these open runs (rows `run`) and their open stops (rows `stop`, grouped by run) have done by now.

        RunMoved: LEFT at departure; BROKEN if the vehicle fails (no visits after it); DONE when back at the station,
        towed or by itself. Open are all runs that are not DONE.
        """
        ...
