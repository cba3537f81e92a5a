"""When it will arrive as a distribution: counts of past arrivals by stage and way, with a prior; quantiles and chances.

A cell is (Stage, Way); its arrivals are counted in BINS equal steps of u = (arrival - anchor) / unit, so that windows,
routes and partners of different lengths share one count. Anchor and unit are what the stage is measured from and by:
the promised window, the stop's planned time and its standard deviation, the newest scan and an hour, the hand-over and
the partner's median transit. Prior and counts add up to one histogram (Dirichlet prior mean, `prior_arrivals` strong).
What is asked is always conditional on not having arrived by now: P(late) = S(due) / S(now), quantile q at
F(now) + q (1 - F(now)); so odds get worse by the clock alone.
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

    PROMISED = 0  # nothing unusual: from the begin of the promised window, by its length
    MISSED = 1  # its last departure left without it: from the same
    PLANNED = 2  # on a run that has not left: from its stop's planned time, by its standard deviation
    TRIED = 3  # the door did not open: from that scan, by the hour
    HANDED = 4  # with a partner, or to be picked up by one: from the hand-over, by the median transit *
    MOVED = 5  # with a partner that has told of it since: from that scan, by the median transit *
    WAITING = 6  # silent for long (an alarm NO_SCAN): as PROMISED
    # * on a clock that runs only in hours of delivery (see transit)


BINS = 512
CELLS = len(Stage) * len(Way)
STEP = np.array([1 / 40, 1 / 40, 1 / 16, 1 / 4, 1 / 64, 1 / 64, 1 / 40])
ORIGIN = np.array([-2.0, -2, -16, 0, 0, 0, -2])
_OWN = {
    Stage.PROMISED: (
        (-0.1, 0, 0.12, 0.2, 0.5, 0.93, 1, 2.3, 3.4),
        (0, 0.01, 0.03, 0.08, 0.5, 0.95, 0.98, 0.985, 1),
    ),
    Stage.MISSED: ((0, 0.4, 1, 2.3, 2.9, 3.4, 6), (0, 0.15, 0.62, 0.65, 0.86, 0.97, 1)),
    Stage.WAITING: ((0, 0.4, 1, 2.3, 2.9, 3.4, 6), (0, 0.03, 0.6, 0.63, 0.87, 0.97, 1)),
    Stage.PLANNED: ((-8, -1.4, -0.6, 0, 0.7, 1.9, 8), (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)),
    Stage.TRIED: ((4, 13, 20, 27, 72), (0, 0.05, 0.5, 0.95, 1)),
}
"""Knots of the prior's distribution function: u, share arrived by then. Routes begin a little after the window does and
are planned to end before it; a missed departure or a failed try costs a day."""


def _knots(stage: Stage, way: Way, services: Services) -> tuple[tuple[float, ...], tuple[float, ...]]:
    mine = services.way == way
    if stage is Stage.PROMISED and way in (Way.DRONE, Way.ROBOT):
        return (-0.1, 0, 0.3, 1, 1.5), (0, 0.07, 0.8, 0.97, 1)  # they go as soon as the window opens
    if way not in PARTNERS or stage not in (Stage.HANDED, Stage.MOVED) or not mine.any():
        return _OWN.get(stage, _OWN[Stage.TRIED])
    half, most = float(services.transit_p50_s[mine].mean()), float(services.transit_p90_s[mine].mean())
    most, day = max(1.15, most / max(1.0, half)), 24 * H / max(1.0, half)
    if stage is Stage.HANDED:
        upto = (
            -2.3,
            -1.28,
            -0.53,
            0,
            0.53,
            1,
            1.28,
            1.8,
        )  # a log-normal's, by its tenth; then slips and second tries
        knots = tuple(most**x for x in upto)
        return (*knots, most**1.8 + day, 3 * most + day), (
            0,
            0.05,
            0.25,
            0.49,
            0.73,
            0.87,
            0.92,
            0.95,
            0.98,
            1,
        )
    return (0, 0.15, 0.5, 0.9, most, most + day, 3 * most + day), (0, 0.03, 0.5, 0.77, 0.91, 0.97, 1)


def prior(services: Services) -> Reals:
    """Prior mass of every bin, (CELLS, BINS), each cell summing to 1; read-only."""
    return _prior(*_times(services))


def _times(services: Services) -> tuple[bytes, bytes, bytes]:
    return services.way.tobytes(), services.transit_p50_s.tobytes(), services.transit_p90_s.tobytes()


@lru_cache(maxsize=2)
def _added_up(
    seen: bytes, prior_arrivals: int, kinds: bytes, half_s: bytes, most_s: bytes
) -> tuple[Reals, Reals]:
    counts = prior_arrivals * _prior(kinds, half_s, most_s)
    if seen:
        counts = counts + np.frombuffer(seen, np.int32).reshape(CELLS, BINS)
    upto = np.zeros((CELLS, BINS + 1))
    np.cumsum(counts / counts.sum(axis=1, keepdims=True), axis=1, out=upto[:, 1:])
    upto = np.minimum(upto, 1.0)
    return upto, (upto + 2 * np.arange(CELLS)[:, None]).ravel()


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
        edges = ORIGIN[stage] + STEP[stage] * np.arange(BINS + 1)
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
        seen = arrivals.seen.tobytes()
        self.upto, self.flat = _added_up(seen, prior_arrivals, *_times(services))

    def share(self, cell: Longs, stage: Longs, u: Reals) -> Reals:
        """F: share arrived by `u` units from the anchor."""
        at = np.clip((u - ORIGIN[stage]) / STEP[stage], 0, BINS - 1e-9)
        low = at.astype(np.int64)
        spot = cell * (BINS + 1) + low
        below = self.upto.ravel()[spot]
        return np.asarray(below + (at - low) * (self.upto.ravel()[spot + 1] - below))

    def late(self, stage: Longs, way: Longs, now_u: Reals, due_u: Reals) -> Reals:
        """Chance of arriving after `due_u`, not having arrived by `now_u` (units from the anchor)."""
        return self.ask(stage, way, now_u, due_u, ())[0]

    def quantile(self, stage: Longs, way: Longs, now_u: Reals, q: float) -> Reals:
        """Units from the anchor by which a share q of those that have not arrived by `now_u` will have."""
        return self.ask(stage, way, now_u, now_u, (q,))[1][0]

    def ask(
        self, stage: Longs, way: Longs, now_u: Reals, due_u: Reals, shares: tuple[float, ...]
    ) -> tuple[Reals, list[Reals]]:
        """(chance of arriving after due_u, quantiles in units from the anchor), not having arrived by now_u."""
        cell = stage * len(Way) + way
        gone = self.share(cell, stage, now_u)
        left = 1.0 - gone
        after = 1.0 - self.share(cell, stage, np.maximum(now_u, due_u))
        chance = np.where(left > 1e-9, after / np.maximum(left, 1e-9), 1.0)
        return chance, [self._at(cell, stage, np.minimum(gone + q * left, 1.0 - 1e-9)) for q in shares]

    def _at(self, cell: Longs, stage: Longs, wanted: Reals) -> Reals:
        hit = np.searchsorted(self.flat, wanted + 2 * cell, side="right") - 1
        low = np.clip(hit - cell * (BINS + 1), 0, BINS - 1)
        below, above = self.upto[cell, low], self.upto[cell, low + 1]
        part = (wanted - below) / np.maximum(above - below, 1e-12)
        return np.asarray(ORIGIN[stage] + STEP[stage] * (low + np.clip(part, 0, 1)))


def row_of(stage: Longs, way: Longs, u: Reals) -> Longs:
    """Row in Arrivals of an arrival `u` units from its anchor; outliers fall in the first or last bin."""
    step = np.clip((u - ORIGIN[stage]) // STEP[stage], 0, BINS - 1).astype(np.int64)
    return np.asarray((stage * len(Way) + way) * BINS + step, np.int64)
