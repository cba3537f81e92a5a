"""Clocks that stop: where an event lands, and when work ends, if a place stands still from time to time.

Spans are given as columns (place, from_s, until_s) in any order; they may overlap. Cost: spans x rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def united(place: Ints, from_s: Ints, until_s: Ints) -> tuple[Ints, Ints, Ints]:
    """The same spans by place and time, those that touch or overlap made one."""
    order = np.lexsort((until_s, from_s, place))
    out: list[list[int]] = []
    for p, lo, hi in zip(place[order].tolist(), from_s[order].tolist(), until_s[order].tolist(), strict=True):
        if hi <= lo:
            continue
        if out and out[-1][0] == p and lo <= out[-1][2]:
            out[-1][2] = max(out[-1][2], hi)
        else:
            out.append([p, lo, hi])
    table = np.array(out, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def put_off(at_s: Ints, place: Ints, spans: tuple[Ints, Ints, Ints], gap_s: int = 0) -> Ints:
    """When something meant for `at_s` happens: at the end of the span that it falls in, else then.

    gap_s: what was put off keeps its order: later by its distance to the span's beginning, at most so much.
    """
    out = at_s.astype(np.int64)
    for p, lo, hi in zip(*(each.tolist() for each in spans), strict=True):
        hit = (place == p) & (out >= lo) & (out < hi)
        out[hit] = hi + np.minimum(out[hit] - lo, gap_s)
    return out


def worked(begin_s: Ints, end_s: Ints, place: Ints, spans: tuple[Ints, Ints, Ints]) -> Ints:
    """When work in hand from `begin_s` that would have ended at `end_s` ends: later by all standstills between.

    Spans must be united.
    """
    out = end_s.astype(np.int64)
    for p, lo, hi in zip(*(each.tolist() for each in spans), strict=True):
        start = np.maximum(lo, begin_s)
        hit = (place == p) & (start < out) & (start < hi)
        out[hit] += (hi - start)[hit]
    return out
