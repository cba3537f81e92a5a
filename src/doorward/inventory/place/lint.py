"""What a placement must hold, checked apart from the planner."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.inventory.place.plan import Patterns, Placement
from doorward.tables.items import Items


def lint_placement(
    placed: Placement, units: NDArray[np.int64], items: Items, patterns: Patterns, free_ml: NDArray[np.int64]
) -> list[str]:
    """Breaches in words; empty if none. units (s,) asked for, free_ml (f,) of room."""
    found = []
    if (placed.units < 0).any() or (placed.missing < 0).any():
        found.append("fewer than no pieces")
    if (placed.units.sum(axis=0) + placed.missing != units).any():
        found.append("placed and missing pieces are not those asked for")
    used = placed.units @ items.volume_ml()
    over = used > np.maximum(free_ml, 0)
    if over.any():
        f = int(np.argmax(over))
        found.append(f"building {f} holds {int(used[f])} ml on {int(free_ml[f])} ml")
    chosen = placed.pattern >= 0
    outside = (placed.units > 0) & (patterns.share[placed.pattern].T <= 0) & chosen
    if outside.any():
        found.append(f"SKU {int(np.nonzero(outside)[1][0])} lies outside its pattern")
    return found
