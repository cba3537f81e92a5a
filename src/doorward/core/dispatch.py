"""Jobs with due times on identical craft that come home after each: aircraft, sidewalk robots.

Earliest due date first, each job on the craft that is ready first (list scheduling); a job that would be late drives
out the longest job taken so far if that is longer than itself (Moore 1968, Management Science 15). On one craft that is
always open the number of late jobs is the least possible; with several craft, closed hours and a shared pad it is a
heuristic, and what it dropped may be offered again.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]


@nb.njit(cache=True)
def _pad_free(at: int, pads: Longs, count: int, gap: int) -> int:  # pragma: no cover - compiled
    """`at`, or the second after the pad event that is too near to it."""
    for k in range(count):
        if abs(pads[k] - at) < gap:
            return int(pads[k]) + gap
    return at


@nb.njit(cache=True)
def _start_of(
    at: int, air: int, opens: Longs, closes: Longs, pads: Longs, count: int, gap: int
) -> int:  # pragma: no cover - compiled
    """The first second at or after `at` with the whole trip inside open hours and both its pad events free; -1 none."""
    while True:
        fits = False
        for w in range(len(opens)):
            if closes[w] - air >= at and closes[w] - opens[w] >= air:
                at = max(at, opens[w])
                fits = True
                break
        if not fits:
            return -1
        if gap <= 0:
            return at
        later = _pad_free(at, pads, count, gap)
        if later == at:
            later = _pad_free(at + air, pads, count, gap) - air
        if later == at:
            return at
        at = max(at + 1, later)


@nb.njit(cache=True)
def _place(
    jobs: Longs, free: Longs, pads: Longs, used: int, release: Longs, air: Longs, turn: Longs,
    opens: Longs, closes: Longs, gap: int, craft: Longs, start: Longs,
) -> int:  # fmt: skip  # pragma: no cover - compiled
    """Put jobs, in that order, on the craft that is ready first; returns how many pad events there are then."""
    for job in jobs:
        best = 0
        for c in range(1, len(free)):
            if free[c] < free[best]:
                best = c
        at = _start_of(max(free[best], release[job]), air[job], opens, closes, pads, used, gap)
        craft[job], start[job] = -1, -1
        if at >= 0:
            craft[job], start[job] = best, at
            pads[used], pads[used + 1] = at, at + air[job]
            used += 2
            free[best] = at + air[job] + turn[job]
    return used


@nb.njit(cache=True)
def dispatch(
    order: Longs, ready: Longs, release: Longs, due: Longs, reach: Longs, air: Longs, turn: Longs,
    opens: Longs, closes: Longs, booked: Longs, gap: int,
) -> tuple[Longs, Longs, Longs]:  # fmt: skip  # pragma: no cover - compiled
    """Craft, start and lateness of each job; see the module.

    order (n,) jobs by due time, ties broken by the caller; ready (k,) when each craft can start; release (n,) earliest
    start; due (n,) at the door by; reach (n,) start to door; air (n,) start to home; turn (n,) home to ready again
    opens, closes (w,) open intervals, ascending; a job starts and comes home inside one
    booked (b,) seconds at which the pad is in use already; gap: least seconds between two pad events, 0 no pad
    -> craft (n,) -1 dropped; start (n,) -1; late (n,) seconds late of a dropped job's best try, -1 no open hour at all
    """
    n, b = len(order), len(booked)
    craft, start = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    late = np.full(n, -1, np.int64)
    if len(ready) == 0:
        return craft, start, late
    taken, count = np.empty(n, np.int64), 0
    pads, used, free = np.empty(b + 2 * n, np.int64), b, ready.copy()
    pads[:b] = booked
    for k in range(n):
        job = order[k]
        free_was, used_was = free.copy(), used
        used = _place(
            order[k : k + 1], free, pads, used, release, air, turn, opens, closes, gap, craft, start
        )
        taken[count] = job
        if start[job] >= 0 and start[job] + reach[job] <= due[job]:
            count += 1
            late[job] = 0
            continue
        late[job] = start[job] + reach[job] - due[job] if start[job] >= 0 else -1
        out = count
        for i in range(count):
            if late[job] >= 0 and air[taken[i]] + turn[taken[i]] > air[taken[out]] + turn[taken[out]]:
                out = i
        craft[job], start[job] = -1, -1
        if out < count:
            gone = taken[out]
            trial = np.concatenate((taken[:out], taken[out + 1 : count + 1]))
            was_craft, was_start = craft.copy(), start.copy()
            craft[gone], start[gone] = -1, -1
            free2, pads2 = ready.copy(), pads.copy()
            used2 = _place(trial, free2, pads2, b, release, air, turn, opens, closes, gap, craft, start)
            good = True
            for other in trial:
                good = good and start[other] >= 0 and start[other] + reach[other] <= due[other]
            if good:
                late[gone], late[job] = max(1, late[job]), 0
                taken[:count] = trial
                free, pads, used = free2, pads2, used2
                continue
            craft, start = was_craft, was_start
        free, used = free_was, used_was
    return craft, start, late
