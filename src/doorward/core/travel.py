"""Driving time and distance without a map: a curve over the crow-fly distance.

Road factor and crow-fly speed grow with distance; the knots are those measured against free-flow car routes on the
streets of Porto (OpenStreetMap), where a log-distance curve had 13.6 % mean time error against 70 % for
"1.3 x at 30 km/h". Between knots: linear in log distance. Time of day and weather multiply the time.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import ArrayLike, NDArray

KNOTS_M = np.array([50.0, 200, 500, 860, 1500, 3000, 6000, 9500, 14800, 21000, 31000, 100000])
"""Crow-fly metres of the twelve knots; 860 m and 9.5 to 31 km are measured, the others lie on the fitted curve."""
FACTOR = np.array([1.75, 1.70, 1.65, 1.61, 1.58, 1.54, 1.51, 1.49, 1.44, 1.38, 1.32, 1.25])
"""Road metres per crow-fly metre."""
CROW_KMH = np.array([9.0, 14.0, 19.5, 22.9, 25.9, 29.6, 33.2, 35.8, 41.2, 46.7, 50.7, 60.0])
"""Crow-fly metres per hour of driving, / 1000."""
CURVE = np.ascontiguousarray(np.stack([np.log(KNOTS_M), FACTOR, 3.6 / CROW_KMH]))
"""(3, 12): log metres, road factor, seconds per crow-fly metre. A city's own fit has the same shape."""
RUSH = np.array(
    [0.86, 0.85, 0.85, 0.85, 0.87, 0.92, 1.02, 1.20, 1.25, 1.12, 1.05, 1.05,
     1.07, 1.07, 1.09, 1.14, 1.22, 1.28, 1.20, 1.08, 1.00, 0.95, 0.92, 0.88]
)  # fmt: skip
"""Driving time by hour of day relative to the daytime mean; a typical urban profile, a model, not a measurement."""


@nb.njit(cache=True)
def curve_at(crow_m: float, curve: NDArray[np.float64]) -> tuple[float, float]:  # pragma: no cover - compiled
    """Road metres and driving seconds for one crow-fly distance."""
    if crow_m <= 0.0:
        return 0.0, 0.0
    x = np.log(crow_m)
    last = curve.shape[1] - 1
    k = 0
    while k < last - 1 and x > curve[0, k + 1]:
        k += 1
    t = (x - curve[0, k]) / (curve[0, k + 1] - curve[0, k])
    t = min(1.0, max(0.0, t))
    factor = curve[1, k] + t * (curve[1, k + 1] - curve[1, k])
    pace = curve[2, k] + t * (curve[2, k + 1] - curve[2, k])
    return crow_m * factor, crow_m * pace


def drive(
    crow_m: ArrayLike, curve: NDArray[np.float64] = CURVE
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Road metres and driving seconds for crow-fly metres of any shape; the same curve as `curve_at`."""
    far = np.maximum(np.asarray(crow_m, np.float64), 1e-9)
    x = np.log(far)
    return far * np.interp(x, curve[0], curve[1]), far * np.interp(x, curve[0], curve[2])
