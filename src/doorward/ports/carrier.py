"""Partner carriers: what they tell of the packages that they were given."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import I1, I2, I8, Table


class CarrierEvents(Table):
    """Tracking: package, event (journey.Event CARRIER_MOVED, DELIVERED, RETURN_STARTED, LOST), at_s, reason."""

    package: I8
    event: I1
    at_s: I8
    reason: I2


class CarrierPort(Protocol):
    """All partner carriers of the network."""

    def tracking(
        self,
        package: NDArray[np.int64],
        service: NDArray[np.int32],
        handed_s: NDArray[np.int64],
        transit_p50_s: NDArray[np.int64],
        transit_p90_s: NDArray[np.int64],
        after_s: int,
        now_s: int,
    ) -> CarrierEvents:
        """Messages dated in (after_s, now_s] about these packages, by time."""
        ...
