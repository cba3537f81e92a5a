"""An independent check of packings: inside, no overlap, supported, nothing on fragile pieces, not too heavy."""

from __future__ import annotations

import numpy as np

from doorward.fulfillment.cartons.plan import Cartons, Layout
from doorward.tables.items import FRAGILE, UPRIGHT, Boxes, Items


def lint_layout(cartons: Cartons, layout: Layout, items: Items, boxes: Boxes, support_pm: int) -> list[str]:
    """Every breach in words; empty if the packing is sound. Slow and obvious: pairs of pieces of each carton."""
    faults: list[str] = []
    for number in range(len(cartons)):
        mine = np.flatnonzero(layout.carton == number)
        sku = layout.sku[mine]
        if len(mine) == 0:
            faults.append(f"carton {number} is empty")
        if cartons.box[number] < 0:
            if len(mine) > 1:
                faults.append(f"carton {number} has no box but {len(mine)} pieces")
            continue
        box = int(cartons.box[number])
        inside = (boxes.length_mm[box], boxes.width_mm[box], boxes.height_mm[box])
        if int(items.weight_g[sku].sum()) > boxes.max_g[box]:
            faults.append(f"carton {number} is too heavy for box {box}")
        places = [tuple(int(v) for v in layout.place[i]) for i in mine]
        for k, (place, s) in enumerate(zip(places, sku, strict=True)):
            faults += _one(number, place, int(s), items, inside)
            faults += _against(number, k, places, sku, items, support_pm)
    return faults


def _one(number: int, place: tuple[int, ...], sku: int, items: Items, inside: tuple[int, ...]) -> list[str]:
    lengths = [place[3 + k] - place[k] for k in range(3)]
    want = [int(items.length_mm[sku]), int(items.width_mm[sku]), int(items.height_mm[sku])]
    faults = []
    if sorted(lengths) != sorted(want):
        faults.append(f"carton {number}: a piece of SKU {sku} has changed its size to {lengths}")
    if items.flags[sku] & UPRIGHT and lengths[2] != want[2]:
        faults.append(f"carton {number}: SKU {sku} must stand upright")
    if any(place[k] < 0 or place[3 + k] > inside[k] for k in range(3)):
        faults.append(f"carton {number}: a piece of SKU {sku} sticks out")
    return faults


def _against(
    number: int, k: int, places: list[tuple[int, ...]], sku: np.ndarray, items: Items, support_pm: int
) -> list[str]:
    """Overlap with every other piece, and the share of the base that rests on others."""
    faults, me, rests = [], places[k], 0
    for j, other in enumerate(places):
        if j == k:
            continue
        over = [min(me[3 + d], other[3 + d]) - max(me[d], other[d]) for d in range(3)]
        if min(over) > 0:
            faults.append(f"carton {number}: pieces {k} and {j} overlap")
        if over[0] > 0 and over[1] > 0 and other[5] == me[2]:
            rests += over[0] * over[1]
            if items.flags[sku[j]] & FRAGILE:
                faults.append(f"carton {number}: piece {k} stands on a fragile one")
    base = (me[3] - me[0]) * (me[4] - me[1])
    if me[2] > 0 and rests * 1000 < base * support_pm:
        faults.append(f"carton {number}: piece {k} hangs in the air")
    return faults
