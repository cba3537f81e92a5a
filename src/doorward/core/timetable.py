"""Earliest arrivals by timetable: when can something that is ready here be there, changing where it must.

Departures repeat daily on the weekdays of a bit mask (bit 0 Monday). Label correcting over at most `HOPS` departures:
waiting never makes anybody earlier (a lane's driving time is fixed), so labels that nothing improves are earliest.
O(hops x departures) a start.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S

HOPS = 6
"""Most departures on one way."""
NEVER: int = 1 << 60
"""An arrival that does not happen."""


@nb.njit(cache=True)
def next_departure(
    ready_s: int, depart_s: int, days: int, utc_offset_s: int
) -> int:  # pragma: no cover - compiled
    """First departure at or after `ready_s` of a lane that leaves at `depart_s` local on the weekdays of `days`."""
    local = ready_s + utc_offset_s
    day = local // DAY_S
    if depart_s < local - day * DAY_S:
        day += 1
    for _ in range(7):
        if (days >> ((day + 3) % 7)) & 1:
            return int(day * DAY_S + depart_s - utc_offset_s)
        day += 1
    return int(NEVER)


@nb.njit(cache=True)
def _held(at_s: int, site: int, still: NDArray[np.int64], column: int) -> int:  # pragma: no cover - compiled
    """When what is meant for `at_s` happens at a site that stands still from time to time."""
    for s in range(still.shape[0]):
        if still[s, 0] == site and still[s, column] and still[s, 1] <= at_s < still[s, 2]:
            at_s = still[s, 2]
    return at_s


@nb.njit(cache=True)
def reach(
    start_s: NDArray[np.int64],
    origin: NDArray[np.int32],
    sites: int,
    lane_from: NDArray[np.int32],
    lane_to: NDArray[np.int32],
    lane_depart_s: NDArray[np.int32],
    lane_cutoff_s: NDArray[np.int32],
    lane_drive_s: NDArray[np.int32],
    lane_days: NDArray[np.int8],
    dwell_s: int,
    utc_offset_s: int,
    still: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:  # pragma: no cover - compiled
    """Earliest arrival at every site, and when it left its origin.

    start_s, origin (r,): ready at a site at a time; lanes (l,) as in tables.linehaul.Lanes; dwell_s: handling where it
    changes trucks. still (s, 5): spans in which sites stand still, by from_s: (site, from_s, until_s, 1 if its docks
    do, 1 if its gate or floor does); a truck that would leave, or be unloaded, then does so at the end.

    Returns arrive_s, leave_s (r, sites) in Unix seconds; NEVER where there is no way.
    """
    rows = len(start_s)
    arrive = np.full((rows, sites), NEVER, np.int64)
    leave = np.full((rows, sites), NEVER, np.int64)
    for r in range(rows):
        home = origin[r]
        arrive[r, home], leave[r, home] = start_s[r], start_s[r]
        for _ in range(HOPS):
            better = False
            for lane in range(len(lane_from)):
                a, b = lane_from[lane], lane_to[lane]
                if arrive[r, a] >= NEVER or b == home:
                    continue
                ready = arrive[r, a] + lane_cutoff_s[lane]
                if a != home:
                    ready += dwell_s
                departs = next_departure(ready, lane_depart_s[lane], lane_days[lane], utc_offset_s)
                comes = departs + lane_drive_s[lane]
                if still is not None:
                    departs = _held(departs, a, still, 3)
                    comes = _held(departs + lane_drive_s[lane], b, still, 4)
                if comes < arrive[r, b]:
                    arrive[r, b] = comes
                    leave[r, b] = departs if a == home else leave[r, a]
                    better = True
            if not better:
                break
    return arrive, leave
