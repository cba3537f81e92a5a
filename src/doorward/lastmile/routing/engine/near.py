"""Who is near whom, and an order of stops in which neighbours stand together."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from doorward.lastmile.routing.engine.plane import Ints, Reals, Small

BITS = 16
"""Of each coordinate in the curve."""


def along_curve(xy: Reals) -> Ints:
    """(n,) rows of xy (n, 2) in the order of a Z-order curve (Morton 1966)."""
    low, span = xy.min(axis=0), max(float(np.ptp(xy, axis=0).max()), 1e-9)
    cell = ((xy - low) * ((2**BITS - 1) / span)).astype(np.uint64)
    return np.asarray(np.argsort(_spread(cell[:, 0]) | _spread(cell[:, 1]) << np.uint64(1), kind="stable"))


def _spread(bits: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """A zero before each of the lower 16 bits."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        bits = (bits | bits << np.uint64(shift)) & np.uint64(mask)
    return bits


def nearest(xy: Reals, k: int, unit: float, half: float) -> Small:
    """(n, min(k, n - 1), 2) the nearest other stops of each and their distances, nearest first.

    O(n k log n), by a k-d tree (Bentley 1975).
    """
    n = len(xy)
    k = min(k, n - 1)
    if k < 1:
        return np.zeros((n, 0, 2), np.int32)
    crow, row = cKDTree(xy).query(xy, k=k + 1)
    itself = row == np.arange(n)[:, None]
    itself[~itself.any(axis=1), -1] = True  # so many in one place that it is not among them
    others = ~itself
    near = np.empty((n, k, 2), np.int32)
    near[:, :, 0] = row[others].reshape(n, k)
    near[:, :, 1] = (crow[others].reshape(n, k) * unit + half).astype(np.int64)
    return near
