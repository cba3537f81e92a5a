"""Shop floors by what they report: `ports.floor.Floor`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.adapters.reports.said import about, earliest
from doorward.ledger.state import State
from doorward.ports.floor import Arrivals, Counts, FloorDone, FloorTrouble
from doorward.tables.journey import Event, Status
from doorward.tables.packages import Contents, PickTasks
from doorward.tables.reports import FAR_S
from doorward.tables.stock import Purchases

Longs = NDArray[np.int64]
LATER = np.arange(len(Event))
PROOF = {
    Event.PICKED: np.isin(LATER, (Event.PLANNED, Event.RELEASED, Event.CANCELLED), invert=True),
    Event.PACKED: np.isin(LATER, (Event.PLANNED, Event.RELEASED, Event.PICKED, Event.CANCELLED), invert=True),
    Event.SORTED: np.isin(
        LATER, (Event.PLANNED, Event.RELEASED, Event.PICKED, Event.PACKED, Event.CANCELLED), invert=True
    ),
}
"""By which reports a step is known to be done: its own, or any of a later stage."""


class ReportedFloor:
    """All buildings. Pieces missing and weights are not reported this way; receipts and counts are commands."""

    def __init__(self, state: State) -> None:
        self.state = state

    def trouble(self, tasks: PickTasks, contents: Contents, now_s: int) -> FloorTrouble:
        """None: scans do not tell of pieces."""
        return FloorTrouble.empty()

    def done(
        self, tasks: PickTasks, status: NDArray[np.int8], next_site: NDArray[np.int32], now_s: int
    ) -> FloorDone:
        """All steps up to the furthest one reported. A step without a scan has the time of the next one known.

        A SORTED report's `ref` says where it was put to; without one it is where it should go.
        """
        reports, owner = about(self.state, tasks.package, now_s)
        parts = []
        for before, (event, proof) in zip(
            (Status.RELEASED, Status.PICKED, Status.PACKED), PROOF.items(), strict=True
        ):
            own, any_ = reports.event == event, proof[reports.event]
            # never after a later step that is known: clocks of two devices differ
            at = earliest(len(tasks), owner[any_], reports.at_s[any_])
            row = np.flatnonzero((at < FAR_S) & (status <= before))
            ref = np.full(len(row), -1, np.int64)
            if event is Event.SORTED:
                put = np.full(len(tasks), -1, np.int64)
                put[owner[own]] = reports.ref[own]
                ref = np.where(put[row] >= 0, put[row], next_site[row])
            parts.append(
                FloorDone(package=tasks.package[row], event=np.full(len(row), event), at_s=at[row], ref=ref)
            )
        return FloorDone.concat(parts)

    def weigh(
        self, package: Longs, planned_g: NDArray[np.int32], again: NDArray[np.bool_]
    ) -> NDArray[np.int32]:
        """As planned: no scale reports."""
        return planned_g

    def arrivals(self, purchases: Purchases, row: Longs, now_s: int) -> Arrivals:
        """None: `inventory.receive` closes purchases."""
        return Arrivals.empty()

    def counted(
        self, fc: NDArray[np.int32], sku: NDArray[np.int32], on_hand: NDArray[np.int32], day: int
    ) -> Counts:
        """None: `inventory.count` puts the books right."""
        return Counts.empty()
