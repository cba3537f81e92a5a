"""Fast methods for daily demand, each for all SKUs at once: a loop over days, vectors over SKUs.

Every method takes `y` (days, skus) float32, oldest day first, and returns paths (days, skus): row t is the forecast of
one day's demand made after seeing y[0..t]. No path looks ahead, so one pass serves every past origin.

    Croston      J. D. Croston 1972, "Forecasting and stock control for intermittent demands", ORQ 23(3)
    SBA          Syntetos & Boylan 2005, "The accuracy of intermittent demand estimates", IJF 21(2)
    TSB          Teunter, Syntetos & Babai 2011, "Intermittent demand: linking forecasting to inventory obsolescence"
    ADIDA        Nikolopoulos et al. 2011, "An aggregate-disaggregate intermittent demand approach", JORS 62(3)
    Theta        Hyndman & Billah 2003, "Unmasking the Theta method": exponential smoothing with half the slope
    Bayes        Harvey & Fernandes 1989, "Time series models for count or qualitative observations", JBES 7(4)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F4 = NDArray[np.float32]
BLOCKS = (1, 2, 3, 4, 7, 10, 14, 21, 28)
"""ADIDA adds up this many days at a time, the nearest to a SKU's mean interval between demands."""


def moving_average(y: F4, window: int) -> F4:
    """Mean of the last `window` days (of all days while there are fewer)."""
    total = np.cumsum(y, axis=0, dtype=np.float64)
    if len(y) > window:
        total[window:] -= total[:-window].copy()
    seen = np.minimum(np.arange(1, len(y) + 1), window)
    return (total / seen[:, None]).astype(np.float32)


def smoothed(y: F4, alpha: float) -> F4:
    """Simple exponential smoothing; starts as a mean (weight 1/t until that is below `alpha`)."""
    path = np.empty_like(y)
    level = np.zeros(y.shape[1], np.float32)
    for t in range(len(y)):
        level += np.float32(max(alpha, 1.0 / (t + 1))) * (y[t] - level)
        path[t] = level
    return path


def croston(y: F4, alpha: float) -> F4:
    """Smoothed size over smoothed interval, both moved only by days with demand; 0 before the first demand.

    The first demand sets size and interval (its day counted from the start). SBA is (1 - alpha / 2) times this.
    """
    path = np.empty_like(y)
    n = y.shape[1]
    size, gap, since = np.zeros(n, np.float32), np.ones(n, np.float32), np.zeros(n, np.float32)
    seen = np.zeros(n, bool)
    a = np.float32(alpha)
    for t in range(len(y)):
        since += 1
        hit = y[t] > 0
        weight = np.where(seen, a, np.float32(1)) * hit
        size += weight * (y[t] - size)
        gap += weight * (since - gap)
        seen |= hit
        since[hit] = 0
        path[t] = size / gap
    return path


def tsb(y: F4, alpha: float, beta: float) -> F4:
    """Smoothed probability of demand (every day) times smoothed size (days with demand): fades when demand stops.

    Starts with the plain share of days with demand, until 1/t is below `beta`.
    """
    path = np.empty_like(y)
    n = y.shape[1]
    size, chance, seen = np.zeros(n, np.float32), np.zeros(n, np.float32), np.zeros(n, bool)
    for t in range(len(y)):
        hit = y[t] > 0
        chance += np.float32(max(beta, 1.0 / (t + 1))) * (hit - chance)
        size += np.where(seen, np.float32(alpha), np.float32(1)) * hit * (y[t] - size)
        seen |= hit
        path[t] = chance * size
    return path


def theta(y: F4, alpha: float, ahead: float) -> F4:
    """Exponential smoothing plus half the least-squares slope, for the day `ahead` days on; never below 0."""
    days = np.arange(len(y), dtype=np.float64)[:, None]
    n = days + 1
    sum_y = np.cumsum(y, axis=0, dtype=np.float64)
    sum_ty = np.cumsum(y * days, axis=0)
    mean_t = days / 2
    spread = np.maximum((n**3 - n) / 12, 1.0)
    slope = (sum_ty - mean_t * sum_y) / spread
    drift = 0.5 * slope * (ahead + (1 - (1 - alpha) ** n) / alpha - 1)
    return np.maximum(smoothed(y, alpha) + drift, 0).astype(np.float32)


def adida(y: F4, at: NDArray[np.int64], alpha: float = 0.2) -> F4:
    """Demand added up over blocks of about its mean interval, smoothed, spread evenly: (len(at), skus).

    Row i is the forecast after at[i] days. Blocks end at the origin, so that the newest days are in; the oldest
    incomplete block is left out.
    """
    total = np.vstack([np.zeros((1, y.shape[1])), np.cumsum(y, axis=0, dtype=np.float64)])
    demands = np.vstack([np.zeros((1, y.shape[1])), np.cumsum(y > 0, axis=0)])
    out = np.zeros((len(at), y.shape[1]), np.float32)
    blocks = np.array(BLOCKS)
    for i, seen in enumerate(at):
        gap = seen / np.maximum(demands[seen], 1)
        size = blocks[np.abs(np.log(blocks[:, None] / gap)).argmin(axis=0)]
        for block in BLOCKS:
            column = np.flatnonzero(size == block)
            whole = int(seen) // block
            if len(column) == 0 or whole == 0:
                continue
            edges = int(seen) - block * np.arange(whole, -1, -1)
            sums = np.diff(total[np.ix_(edges, column)], axis=0)
            level = sums[0].copy()
            for k in range(1, whole):
                level += max(alpha, 1.0 / (k + 1)) * (sums[k] - level)
            out[i, column] = level / block
    return out


def weekday_mean(y: F4, weeks: int) -> F4:
    """Mean of the same weekday over the last `weeks` weeks: row t is the forecast for the day t + 7 days later.

    While there are fewer weeks, of those there are.
    """
    path = np.empty_like(y)
    for phase in range(min(7, len(y))):
        path[phase::7] = moving_average(np.ascontiguousarray(y[phase::7]), weeks)
    return path


def gamma_poisson(
    y: F4, rate: NDArray[np.float64], cv: float, memory_days: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Conjugate rate with discount: shape a and days b after each day, both (days + 1, skus), row 0 the prior.

    Prior: mean a/b = rate (pieces a day), coefficient of variation `cv`, so a = 1/cv^2. Each day a <- w a + y and
    b <- w b + 1 with w = exp(-1 / memory_days) (power-steady model). The prior never fades below its first strength's
    share w^t; the mean stays a/b, and the demand of h days is negative binomial with mean h a/b and variance
    mean (1 + h/b).
    """
    w = float(np.exp(-1.0 / memory_days))
    a = np.empty((len(y) + 1, y.shape[1]))
    b = np.empty_like(a)
    a[0] = 1.0 / cv**2
    b[0] = a[0] / rate
    for t in range(len(y)):
        a[t + 1] = w * a[t] + y[t]
        b[t + 1] = w * b[t] + 1.0
    return a, b
