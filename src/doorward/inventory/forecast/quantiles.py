"""Quantiles of a count with given mean and variance: negative binomial, Poisson where the variance is not larger.

Exact by adding up probabilities from zero while the mean is below `EXACT`; above, Cornish and Fisher's expansion of the
normal quantile with the count's skewness (1938), rounded up.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numba as nb
import numpy as np
from numpy.typing import ArrayLike, NDArray

EXACT = 400.0
"""Means above this use the expansion."""
LUMPS = 400.0
"""Variance over mean is cut here (and standard deviation at the mean beyond EXACT): past it two moments say nothing."""


@nb.njit(cache=True)
def _quantile(
    mean: NDArray[np.float64],
    variance: NDArray[np.float64],
    level: NDArray[np.float64],
    z: NDArray[np.float64],
    out: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    for i in range(len(mean)):
        m, v = mean[i], variance[i]
        if m <= 0.0:
            out[i] = 0
            continue
        v = min(max(v, m), LUMPS * m)
        over = v > m * 1.000001
        if m > EXACT:
            v = min(v, m * m)
            skew = (2.0 * v / m - 1.0) / math.sqrt(v)
            x = m + math.sqrt(v) * (z[i] + (z[i] * z[i] - 1.0) * skew / 6.0)
            out[i] = max(0, math.ceil(x - 0.5))
            continue
        r = m * m / (v - m) if over else 0.0
        fail = (v - m) / v if over else 0.0
        p = (m / v) ** r if over else math.exp(-m)
        total, k = p, 0
        while total < level[i] and k < 100_000:
            p *= (r + k) / (k + 1.0) * fail if over else m / (k + 1.0)
            k += 1
            total += p
            if p < 1e-18 and k > m:
                break
        out[i] = k


def count_quantile(mean: ArrayLike, variance: ArrayLike, level: ArrayLike) -> NDArray[np.int64]:
    """Smallest k with P(X <= k) >= level, element by element; arguments broadcast.

    mean >= 0; variance below the mean is taken as Poisson; 0 < level < 1.
    """
    m, v, p = (np.asarray(x, np.float64) for x in np.broadcast_arrays(mean, variance, level))
    if not ((p > 0) & (p < 1)).all():
        raise ValueError("a quantile lies strictly between 0 and 1")
    known, back = np.unique(p, return_inverse=True)
    z = np.array([NormalDist().inv_cdf(x) for x in known])[back.reshape(p.shape)]
    out = np.empty(m.size, np.int64)
    _quantile(m.ravel(), v.ravel(), p.ravel(), z.ravel(), out)
    return out.reshape(m.shape)
