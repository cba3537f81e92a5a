"""When it will arrive as a distribution: counts of past arrivals by stage and way, with a prior; quantiles and chances.

A cell is (Stage, Way); its arrivals are counted in BINS equal steps of (arrival - anchor). The anchor is what the stage
is measured from: the promise, the stop's planned time, or the newest scan. Prior and counts add up to one histogram
(Dirichlet prior mean, `prior_arrivals` strong). What is asked is always conditional on not having arrived by now:
P(late) = S(due) / S(now), quantile q at F(now) + q (1 - F(now)); so odds get worse by the clock alone.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from doorward.tables.packages import Arrivals
from doorward.tables.ways import PARTNERS, Services, Way

Longs = NDArray[np.int64]
Reals = NDArray[np.float64]
H = 3_600


class Stage(IntEnum):
    """Where a package is on its way, as far as its arrival is concerned; a ride is reckoned by the run instead."""

    PROMISED = 0  # nothing unusual: measured from the end of the promised window
    MISSED = 1  # its last departure left without it: from the same
    PLANNED = 2  # on a run that has not left: from its stop's planned time
    TRIED = 3  # the door did not open: from that scan
    HANDED = 4  # with a partner: from the hand-over
    MOVED = 5  # with a partner that has told of it since: from that scan


BINS = 512
CELLS = len(Stage) * len(Way)
STEP_S = np.full(len(Stage), 1_200, np.int64)
STEP_S[Stage.PLANNED] = 120
ORIGIN_S = np.array([-60 * H, -36 * H, -256 * 120, 0, 0, 0], np.int64)
_OWN = {
    Stage.PROMISED: ((-13 * H, -11 * H, -7 * H, -2 * H, 0, 24 * H), (0, 0.05, 0.5, 0.95, 0.99, 1)),
    Stage.MISSED: ((-5 * H, 6 * H, 16 * H, 23 * H, 48 * H), (0, 0.05, 0.5, 0.95, 1)),
    Stage.PLANNED: ((-2 * H, -1_500, 0, 1_500, 4 * H), (0, 0.05, 0.5, 0.95, 1)),
    Stage.TRIED: ((4 * H, 13 * H, 20 * H, 27 * H, 72 * H), (0, 0.05, 0.5, 0.95, 1)),
}
"""Knots of the prior's distribution function: seconds from the anchor, share arrived by then. A window is a day's
13 h, routes do most doors by its first two thirds; a missed departure or a failed try costs a day."""


def _knots(stage: Stage, way: Way, services: Services) -> tuple[tuple[float, ...], tuple[float, ...]]:
    mine = services.way == way
    if way not in PARTNERS or stage not in (Stage.PROMISED, Stage.HANDED, Stage.MOVED) or not mine.any():
        return _OWN.get(stage, _OWN[Stage.TRIED])
    half, most = float(services.transit_p50_s[mine].mean()), float(services.transit_p90_s[mine].mean())
    if stage is Stage.PROMISED:
        return (-36 * H, -28 * H, -6 * H, 12 * H, 72 * H), (0, 0.05, 0.5, 0.9, 1)
    done = 1.0 if stage is Stage.HANDED else 0.5
    most = max(most, half + H) * done
    return (0, half * done / 4, half * done, most, 3 * most), (0, 0.05, 0.45, 0.85, 1)


def prior(services: Services) -> Reals:
    """Prior mass of every bin, (CELLS, BINS), each cell summing to 1; read-only."""
    return _prior(
        *(
            bytes(np.ascontiguousarray(c))
            for c in (services.way, services.transit_p50_s, services.transit_p90_s)
        )
    )


@lru_cache(maxsize=8)
def _prior(kinds: bytes, half_s: bytes, most_s: bytes) -> Reals:
    ways = np.frombuffer(kinds, np.int8)
    services = Services.fill(
        len(ways),
        way=ways,
        transit_p50_s=np.frombuffer(half_s, np.int32),
        transit_p90_s=np.frombuffer(most_s, np.int32),
    )
    rows = []
    for stage in Stage:
        edges = ORIGIN_S[stage] + STEP_S[stage] * np.arange(BINS + 1)
        for way in Way:
            shares = np.interp(edges, *_knots(stage, way, services))
            rows.append(np.diff(shares))
    mass = np.array(rows)
    mass /= mass.sum(axis=1, keepdims=True)
    mass.flags.writeable = False
    return mass


class Odds:
    """Distribution functions of all cells: `upto` (CELLS, BINS + 1), rising from 0 to 1."""

    def __init__(self, arrivals: Arrivals, services: Services, prior_arrivals: int) -> None:
        counts = prior_arrivals * prior(services)
        if len(arrivals):
            counts = counts + arrivals.seen.reshape(CELLS, BINS)
        upto = np.zeros((CELLS, BINS + 1))
        np.cumsum(counts / counts.sum(axis=1, keepdims=True), axis=1, out=upto[:, 1:])
        self.upto = np.minimum(upto, 1.0)
        self.flat = (self.upto + 2 * np.arange(CELLS)[:, None]).ravel()

    def share(self, stage: Longs, way: Longs, after_s: Longs) -> Reals:
        """F: share arrived by `after_s` seconds from the anchor."""
        at = np.clip((after_s - ORIGIN_S[stage]) / STEP_S[stage], 0, BINS - 1e-9)
        low = at.astype(np.int64)
        cell = stage * len(Way) + way
        below = self.upto[cell, low]
        return np.asarray(below + (at - low) * (self.upto[cell, low + 1] - below))

    def late(self, stage: Longs, way: Longs, now_s: Longs, due_s: Longs) -> Reals:
        """Chance of arriving after `due_s`, not having arrived by `now_s` (both from the anchor)."""
        left = 1.0 - self.share(stage, way, now_s)
        after = 1.0 - self.share(stage, way, np.maximum(now_s, due_s))
        return np.where(left > 1e-9, after / np.maximum(left, 1e-9), 1.0)

    def quantile(self, stage: Longs, way: Longs, now_s: Longs, q: float) -> Longs:
        """Seconds from the anchor by which a share q of those that have not arrived by `now_s` will have."""
        gone = self.share(stage, way, now_s)
        cell = stage * len(Way) + way
        wanted = np.minimum(gone + q * (1.0 - gone), 1.0 - 1e-9)
        hit = np.searchsorted(self.flat, wanted + 2 * cell, side="right") - 1
        low = np.clip(hit - cell * (BINS + 1), 0, BINS - 1)
        below, above = self.upto[cell, low], self.upto[cell, low + 1]
        part = (wanted - below) / np.maximum(above - below, 1e-12)
        return np.asarray(ORIGIN_S[stage] + STEP_S[stage] * (low + np.clip(part, 0, 1)), np.int64)


def row_of(stage: Longs, way: Longs, after_s: Longs) -> Longs:
    """Row in Arrivals of an arrival `after_s` seconds from its anchor; outliers fall in the first or last bin."""
    step = np.clip((after_s - ORIGIN_S[stage]) // STEP_S[stage], 0, BINS - 1)
    return np.asarray((stage * len(Way) + way) * BINS + step, np.int64)
