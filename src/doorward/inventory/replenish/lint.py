"""What a night's purchases must hold, checked apart from the planner."""

from __future__ import annotations

import numpy as np

from doorward.inventory.replenish.plan import Levels, Units


def lint_purchases(units: Units, position: Units, levels: Levels, case: Units) -> list[str]:
    """Breaches in words; empty if none. All arrays (skus,)."""
    found = []
    bought = units > 0
    if (units < 0).any():
        found.append(f"SKU {int(np.argmin(units))} is bought {int(units.min())} times")
    early = bought & (position >= levels.point)
    if early.any():
        found.append(f"SKU {int(np.argmax(early))} is bought above its reorder point")
    broken = bought & (units % case != 0)
    if broken.any():
        found.append(f"SKU {int(np.argmax(broken))} is bought in broken cases")
    short = bought & (position + units < levels.upto)
    if short.any():
        found.append(f"SKU {int(np.argmax(short))} stays below its level")
    much = bought & (position + units - case >= np.maximum(levels.upto, levels.point))
    if much.any():
        found.append(f"SKU {int(np.argmax(much))} is bought a case too much")
    return found
