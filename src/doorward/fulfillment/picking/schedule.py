"""Planned times of a floor: who can do what when, compiled.

Pickers are heads: a batch goes to the picker who is free first. Goods-to-person stations, packing and sorting are
fluid servers: every stretch of `BUCKET_S` has room for so much work, none outside opening hours; work takes the first
room at or after it is ready. What is under way is booked first, from its planned times.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S

BUCKET_S = (
    100  # divides the tick of 300 s: every call sees the same stretches, and none that began before now
)
BUCKETS = 4 * 864
"""Four days are looked at; work beyond them ends at the horizon and is remarked."""
MILLI = 1000
Ints = NDArray[np.int64]


def room(rate_h: int, t0_s: int, opens_s: int, closes_s: int, utc_offset_s: int) -> Ints:
    """Work (thousandths of a piece) that fits each bucket from `t0_s` on."""
    full = max(1, rate_h) * MILLI * BUCKET_S // 3600
    of_day = (t0_s + utc_offset_s + np.arange(BUCKETS, dtype=np.int64) * BUCKET_S) % DAY_S
    return np.where((of_day >= opens_s) & (of_day < closes_s), max(1, full), 0).astype(np.int64)


@nb.njit(cache=True)
def under_way(left: Ints, t0_s: int, ends_s: Ints, work: Ints) -> None:  # pragma: no cover
    """Take work that is planned to end at `ends_s` out of the room: backwards from there, then forwards."""
    for k in range(ends_s.shape[0]):
        rest = work[k]
        end = min(max((ends_s[k] - 1 - t0_s) // BUCKET_S, 0), left.shape[0] - 1)
        b = end
        while rest > 0 and b >= 0 and b > end - 60:
            took = min(rest, left[b])
            left[b] -= took
            rest -= took
            b -= 1
        b = end + 1
        while rest > 0 and b < left.shape[0]:
            took = min(rest, left[b])
            left[b] -= took
            rest -= took
            b += 1


@nb.njit(cache=True)
def book(left: Ints, whole: Ints, t0_s: int, ready_s: Ints, work: Ints) -> Ints:  # pragma: no cover
    """When each piece of work is done, first come first served in the order of the rows; `left` shrinks."""
    done = np.empty(ready_s.shape[0], np.int64)
    horizon = t0_s + left.shape[0] * BUCKET_S
    for k in range(ready_s.shape[0]):
        rest = work[k]
        b = max(0, (ready_s[k] - t0_s) // BUCKET_S)
        at = ready_s[k]
        while rest > 0 and b < left.shape[0]:
            if left[b] > 0:
                took = min(rest, left[b])
                left[b] -= took
                rest -= took
                at = t0_s + b * BUCKET_S + BUCKET_S * (whole[b] - left[b]) // whole[b]
            b += 1
        done[k] = horizon if rest > 0 else max(at, ready_s[k])
    return done


@nb.njit(cache=True)
def free_heads(heads: int, start_s: Ints, end_s: Ints) -> Ints:  # pragma: no cover
    """When each of `heads` workers is free after batches already planned (rows by start)."""
    free = np.zeros(heads, np.int64)
    for k in range(start_s.shape[0]):
        who = 0
        for h in range(1, heads):
            if free[h] < free[who]:
                who = h
        free[who] = max(free[who], end_s[k])
    return free


def rest(work_s: Ints, allowance_pm: int) -> Ints:
    """Seconds after the planned end of a walk until its picker starts the next one, rounded up."""
    return -(-work_s * allowance_pm // 1000)


@nb.njit(cache=True)
def assign(
    free: Ints, now_s: int, work_s: Ints, allowance_pm: int, opens_s: int, closes_s: int, utc_offset_s: int
) -> tuple[Ints, Ints]:  # pragma: no cover
    """(start, end) of each batch, in order, with the worker free first; none starts outside opening hours. A worker
    is free again `allowance_pm` of the work after its end."""
    start, end = np.empty(work_s.shape[0], np.int64), np.empty(work_s.shape[0], np.int64)
    for k in range(work_s.shape[0]):
        who = 0
        for h in range(1, free.shape[0]):
            if free[h] < free[who]:
                who = h
        at = max(free[who], now_s)
        of_day = (at + utc_offset_s) % DAY_S
        if of_day < opens_s:
            at += opens_s - of_day
        elif of_day >= closes_s:
            at += DAY_S - of_day + opens_s
        start[k], end[k] = at, at + work_s[k]
        free[who] = end[k] - (-work_s[k] * allowance_pm // 1000)
    return start, end
