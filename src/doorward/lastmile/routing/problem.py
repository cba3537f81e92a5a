"""One routing task as flat arrays for the kernels: stops, vehicles, the travel curve as a table, near stops.

Node numbers: 0..n-1 stops, n + v where vehicle v starts, n + V + v where it ends. Times are seconds since local
midnight, money is in thousandths of a cent (mc), places are metres east and north of the station.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.core.travel import drive
from doorward.core.units import DAY_S

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Reals = NDArray[np.float64]
Records = NDArray[Any]

STEP_M = 16.0
"""Grid of the travel table; linear in between is within 0.1 s and 1 m of the curve."""
TABLE_M = 104_000.0
"""Beyond the table travel grows in proportion."""
SLOT_S = 900
SLOTS = 2 * DAY_S // SLOT_S
"""Driving time has its own factor in every quarter of an hour of two days."""


STOP = np.dtype(
    [("volume", "i8"), ("weight", "i8"), ("service", "i8"), ("lo", "i8"), ("hi", "i8"), ("hard", "i8"), ("car", "i8"),
     ("access", "i8"), ("fixed", "i8"), ("late_mc", "f8"), ("step_mc", "f8"), ("skip_mc", "f8")]
)  # fmt: skip
"""car the vehicle that has it aboard and must bring it, -1 any may; access bits that bar vehicles; fixed FREE, HELD or
LEAD; late_mc a second of lateness, step_mc being late at all, skip_mc being left."""
FREE, HELD, LEAD = 0, 1, 2
"""A held stop stays on its vehicle, in its order among the held; a lead is held, and nothing comes before it."""
CAR = np.dtype(
    [("volume", "i8"), ("weight", "i8"), ("stops", "i8"), ("depart", "i8"), ("until", "i8"), ("rest", "i8"),
     ("rest_after", "i8"), ("kind", "i8"), ("barred", "i8"), ("fixed", "i8"), ("range_m", "f8"), ("fixed_mc", "f8"),
     ("second_mc", "f8"), ("metre_mc", "f8")]
)  # fmt: skip
"""Limits and costs; barred: access bits of stops it cannot serve; fixed: how many of its stops are held (they
stay, so it is known beforehand); vehicles of one kind are alike in everything."""
VISIT = np.dtype(
    [("leg_s", "f4"), ("leg_m", "f4"), ("late", "f4"), ("far", "f4"), ("tight", "f4"), ("weight_late", "f4"),
     ("at", "i4"), ("out", "i4"), ("slack", "i4"), ("stop", "i4"), ("rested", "i4"), ("ease", "i4")]
)  # fmt: skip
"""leg_s, leg_m free-flow seconds and metres into it; at, out start of service and clock after it; late, far cost of
lateness and metres so far; rested 1 the break was taken before it; ease least seconds to a closing window up to here.
Over this and later visits: slack least seconds to the next broken promise, tight what breaking it costs at once,
weight_late what a second costs by those late already; known only where `ease` is short, see kernel.EASY_S."""
SUM = np.dtype(
    [("count", "i8"), ("volume", "i8"), ("weight", "i8"), ("end", "i8"), ("dist", "f8"), ("cost", "f8"),
     ("ease", "i8")]
)  # fmt: skip


class Task(NamedTuple):
    """What the kernels read: few arrays of records, for a kernel pays for every array that it is handed.

    node (n + 2 v, 2) metres east and north; stop (n,) STOP; car (v,) CAR; near (n, k) near stops, -1 none
    travel (t, 2) free-flow seconds and metres at multiples of STEP_M; pace (SLOTS,) factor by quarter of an hour
    """

    node: Reals
    stop: Records
    car: Records
    near: Small
    travel: Reals
    pace: Reals


class Routes(NamedTuple):
    """A solution.

    visit (v, w) VISIT: those of vehicle v are visit[v, :count]; the row behind them holds the way back
    sum (v,) SUM: totals of each vehicle;  where (n, 2) vehicle and position of each stop, -1 unserved
    """

    visit: Records
    sum: Records
    where: Small


def new_routes(stops: int, vehicles: int, longest: int) -> Routes:
    """Empty routes with room for `longest` visits each."""
    return Routes(
        np.zeros((vehicles, longest + 2), VISIT), np.zeros(vehicles, SUM), np.full((stops, 2), -1, np.int32)
    )


def travel_table(curve: Reals) -> Reals:
    """(t, 2) free-flow seconds and road metres at multiples of STEP_M crow-fly metres."""
    metres, seconds = drive(np.arange(0.0, TABLE_M, STEP_M), curve)
    table = np.stack([seconds, metres], axis=1)
    table[0] = 0.0
    return np.ascontiguousarray(table)


def pace_table(rush: Reals, slow_pm: NDArray[np.int64]) -> Reals:
    """Driving time factor of every quarter hour of two days (SLOTS,): hour factors joined by lines, times weather.

    rush (24,) factor by hour of day; slow_pm (24,) or (48,) longer driving by hour from today's midnight, per mille.
    """
    hours = np.arange(SLOTS) * (SLOT_S / 3600.0) + SLOT_S / 7200.0
    knots = np.arange(-1, 50)
    factor = np.interp(hours, knots + 0.5, rush[knots % 24])
    wet = np.resize(np.asarray(slow_pm, np.float64), 48)
    return np.asarray(factor * (1.0 + wet[hours.astype(np.int64)] / 1000.0))


@nb.njit(cache=True, nogil=True)
def near_stops(node: Reals, n: int, k: int) -> Small:  # pragma: no cover - compiled
    """(n, k) nearest other stops of each stop, nearest first, ties by number; O(n^2), 40 ms at 4,000 stops."""
    near = np.full((n, k), -1, np.int32)
    best = np.empty(k, np.float64)
    for i in range(n):
        held = 0
        for j in range(n):
            if j == i:
                continue
            dx, dy = node[i, 0] - node[j, 0], node[i, 1] - node[j, 1]
            d = dx * dx + dy * dy
            if held == k and d >= best[k - 1]:
                continue
            p = held if held < k else k - 1
            held = min(held + 1, k)
            while p > 0 and best[p - 1] > d:
                best[p], near[i, p] = best[p - 1], near[i, p - 1]
                p -= 1
            best[p], near[i, p] = d, j
    return near
