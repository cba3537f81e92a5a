"""Put packages together into errands of a few doors: earliest due date first, then whatever adds the least pavement.

Cheapest insertion (Rosenkrantz, Stearns and Lewis 1977): a package joins at the place of the errand where it adds the
least, if that is little enough and every door's due time can still be kept by a start that is not in the past.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@nb.njit(cache=True)
def _slack(
    team: Longs,
    size: int,
    x: Floats,
    y: Floats,
    due_lo: Longs,
    due: Longs,
    factor: float,
    speed: float,
    hand: int,
) -> tuple[np.int64, np.int64, float]:  # pragma: no cover - compiled
    """Latest start that keeps every due time, earliest start that comes to no door too early, metres of the round."""
    latest, earliest = np.int64(2**62), np.int64(0)
    metres, clock, at_x, at_y = 0.0, np.int64(0), 0.0, 0.0
    for k in range(size):
        row = team[k]
        leg = np.rint(np.hypot(x[row] - at_x, y[row] - at_y) * factor)
        metres += leg
        clock += np.int64(np.ceil(leg / speed))
        latest, earliest = min(latest, due[row] - clock), max(earliest, due_lo[row] - clock)
        clock += hand
        at_x, at_y = x[row], y[row]
    return latest, earliest, metres + np.rint(np.hypot(at_x, at_y) * factor)


@nb.njit(cache=True)
def bundle(
    order: Longs, x: Floats, y: Floats, weight: Longs, volume: Longs, due_lo: Longs, due: Longs,
    now: int, doors: int, max_weight: int, max_volume: int, max_m: float, extra_m: float, factor: float, speed: float,
    hand: int,
) -> tuple[Longs, Longs, Longs, Longs]:  # fmt: skip  # pragma: no cover - compiled
    """Errands over the rows in `order` (by due time).

    x, y (n,) metres from the station; weight, volume, due_lo, due (n,); doors: most packages of an errand; max_m and
    extra_m: metres of pavement of an errand, and that one more door may add; factor: metres of pavement per metre as
    the crow flies; speed: metres a second
    -> rows (r,) grouped by errand in order of visit; first (e + 1,) where each begins; latest, earliest (e,) starts
    """
    n = len(order)
    rows, first = np.empty(n, np.int64), np.zeros(n + 1, np.int64)
    latest, earliest = np.empty(n, np.int64), np.empty(n, np.int64)
    gone = np.zeros(n, np.bool_)
    team, trial = np.empty(doors + 1, np.int64), np.empty(doors + 1, np.int64)
    errands, written = 0, 0
    for i in range(n):
        if gone[i]:
            continue
        team[0], size = order[i], 1
        load, room = weight[order[i]], volume[order[i]]
        late, early, metres = _slack(team, 1, x, y, due_lo, due, factor, speed, hand)
        while size < doors:
            best, best_at, best_m = -1, 0, metres + extra_m
            for j in range(i + 1, n):
                row = order[j]
                if gone[j] or load + weight[row] > max_weight or room + volume[row] > max_volume:
                    continue
                for at in range(size + 1):
                    px, py = (x[team[at - 1]], y[team[at - 1]]) if at else (0.0, 0.0)
                    nx, ny = (x[team[at]], y[team[at]]) if at < size else (0.0, 0.0)
                    add = np.hypot(x[row] - px, y[row] - py) + np.hypot(nx - x[row], ny - y[row])
                    longer = metres + (add - np.hypot(nx - px, ny - py)) * factor
                    if longer >= best_m or longer > max_m - 2 * doors:
                        continue
                    trial[:at] = team[:at]
                    trial[at] = row
                    trial[at + 1 : size + 1] = team[at:size]
                    lo, hi, _ = _slack(trial, size + 1, x, y, due_lo, due, factor, speed, hand)
                    if lo >= now and lo >= hi:
                        best, best_at, best_m = j, at, longer
            if best < 0:
                break
            gone[best] = True
            for k in range(size, best_at, -1):
                team[k] = team[k - 1]
            team[best_at] = order[best]
            size += 1
            load, room = load + weight[order[best]], room + volume[order[best]]
            late, early, metres = _slack(team, size, x, y, due_lo, due, factor, speed, hand)
        rows[written : written + size] = team[:size]
        written += size
        latest[errands], earliest[errands] = late, early
        errands += 1
        first[errands] = written
    return rows, first[: errands + 1], latest[:errands], earliest[:errands]
