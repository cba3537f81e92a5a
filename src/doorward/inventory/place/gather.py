"""Bring pieces together that one order line will ask for: a line is sent from one building, or not at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.inventory.place.plan import Patterns
from doorward.tables.stock import Replayed

Units = NDArray[np.int64]
LINES = 3
"""A building holds this many of a SKU's largest lines (or all that is asked for): smaller orders draw on it too."""


def least_together(replayed: Replayed) -> Units:
    """Pieces of each SKU (s,) that should lie in one building; 0 where every line asks for one piece."""
    asked, largest = replayed.asked.astype(np.int64), replayed.largest.astype(np.int64)
    return np.where(largest > 1, np.minimum(asked, LINES * largest), 0)


def plan_gather(
    units: Units, least: Units, volume_ml: Units, patterns: Patterns, free_ml: NDArray[np.int64]
) -> Units:
    """Placed `units` (f, s) with pieces moved so that some building has `least` (s,) of each SKU; the same totals.

    The building that has most of it (the one nearest to all buyers, if several do) gets pieces from the farthest ones
    first. A SKU stays as it is if it has too few pieces, or that building no room: free_ml (f,) for everything placed.
    """
    out = units.copy()
    km = _mean_km(patterns, len(units))
    room = free_ml - out @ volume_ml
    for sku in np.flatnonzero((out.max(axis=0) < least) & (out.sum(axis=0) >= least)):
        home = int(np.lexsort((km, -out[:, sku]))[0])
        short = int(least[sku] - out[home, sku])
        if short * int(volume_ml[sku]) > room[home]:
            continue
        room[home] -= short * int(volume_ml[sku])
        out[home, sku] += short
        for fc in np.argsort(-km, kind="stable"):
            if fc != home and short:
                goes = min(short, int(out[fc, sku]))
                out[fc, sku] -= goes
                room[fc] += goes * int(volume_ml[sku])
                short -= goes
    return out


def _mean_km(patterns: Patterns, fcs: int) -> NDArray[np.float64]:
    """Mean kilometres of a piece, were it sent from this building alone (f,); patterns hold every single building."""
    km = np.full(fcs, np.inf)
    for p in np.flatnonzero(patterns.many == 1):
        km[int(patterns.share[p].argmax())] = patterns.km[p]
    return km
