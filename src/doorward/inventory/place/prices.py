"""Maximise a concave function of a few prices >= 0 by a proximal bundle method.

Every evaluation gives a value and a supergradient, that is a plane above the function. The next point maximises the
lowest plane less a quadratic leash to the best point so far. Kiwiel 1990, "Proximity control in bundle methods",
Math. Programming 46; the small quadratic programme is solved in its dual, over weights of planes, by accelerated
projected gradients (Beck & Teboulle 2009). Numbers of planes and steps are fixed, so results repeat.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.float64]
PLANES = 60
"""Most planes kept; the oldest that carry no weight go first."""


def best_prices(
    ask: Callable[[Grid], tuple[float, Grid]], start: Grid, leash: float, steps: int, enough: float
) -> tuple[float, Grid, Grid]:
    """Search from `start` for at most `steps` evaluations, fewer once the planes promise less than `enough`.

    ask(price) -> value, supergradient. leash: length of the first step (in units of price, per unit of gradient).
    `enough` is a share of the absolute value. Returns the highest value, prices (k, n) and their weights (k,): the
    first row is where that value is; the choices made at these prices, mixed by the weights, have a supergradient of
    about zero, which is to say that they keep the limits that were priced.
    """
    centre = start
    top, slope = ask(centre)
    spots, planes, lift = (
        start[None],
        slope[None],
        np.zeros(1),
    )  # plane i at centre + d: top + lift_i + planes_i d
    weight = np.ones(1)
    for _ in range(steps):
        weight = _weights(planes, lift, centre, leash, weight)
        step = np.maximum(leash * (weight @ planes), -centre)
        promise = float((lift + planes @ step).min())
        if promise <= enough * max(1.0, abs(top)):
            break
        spots = np.vstack([spots, centre + step])
        value, slope = ask(spots[-1])
        gain = value - top
        if gain >= 0.1 * promise:
            lift = lift + planes @ step - gain
            centre, top = centre + step, value
            planes, lift = np.vstack([planes, slope]), np.r_[lift, 0.0]
            leash *= 2.0 if gain >= 0.5 * promise else 1.0
        else:
            planes, lift = np.vstack([planes, slope]), np.r_[lift, gain - float(slope @ step)]
            leash *= 0.8 if gain < 0 else 1.0
        weight = np.r_[weight, 0.0]
        if len(lift) > PLANES:
            keep = np.sort(np.argsort(-weight[:-1], kind="stable")[: PLANES - 2])
            keep = np.r_[keep, len(lift) - 1]
            spots, planes, lift, weight = spots[keep], planes[keep], lift[keep], weight[keep]
            weight = weight / max(float(weight.sum()), 1e-12)
    carry = weight > 1e-6
    return top, np.vstack([centre, spots[carry]]), np.r_[0.0, weight[carry]]


def _weights(planes: Grid, lift: Grid, centre: Grid, leash: float, weight: Grid) -> Grid:
    """Weights w >= 0 of sum 1 that minimise max over d >= -centre of (w planes) d - |d|^2 / 2 leash + w lift."""
    scale = leash * float((planes**2).sum(axis=1).max()) * len(lift)
    pace = 1.0 / max(scale, 1e-12)
    ahead, momentum = weight, 1.0
    for _ in range(300):
        step = np.maximum(leash * (ahead @ planes), -centre)
        new = _simplex(ahead - pace * (planes @ step + lift))
        quicker = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        moved = new - weight
        if float(np.abs(moved).max()) < 1e-9:
            return new
        ahead = new + (momentum - 1) / quicker * moved
        weight, momentum = new, float(quicker)
    return weight


def _simplex(x: Grid) -> Grid:
    """The nearest point with non-negative coordinates of sum 1 (Held, Wolfe & Crowder 1974)."""
    down = np.sort(x)[::-1]
    level = (np.cumsum(down) - 1) / np.arange(1, len(x) + 1)
    return np.asarray(np.maximum(x - level[np.flatnonzero(down > level)[-1]], 0))
