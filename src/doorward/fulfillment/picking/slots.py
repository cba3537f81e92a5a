"""Where each SKU lies: on a robot's pod or in a slot among the aisles. Deterministic, by velocity.

Small SKUs of the slow tail go to pods until the robots can do their share of the work (walking to a rarely asked SKU
is what robots save). A package is picked by robots only if all its pieces lie on pods; with two pieces a package, as in
the usual order, that is the square of the pods' share of demand, so that share is the root of the robots' share of the
floor's rate. The rest lies among the aisles, fastest movers nearest to the depot (class by cube-per-order
thinking, Heskett 1963, with one slot a SKU or, if SKUs outnumber slots, neighbours in velocity sharing one).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from doorward.fulfillment.rules import FulfillmentRules
from doorward.tables.items import Items
from doorward.tables.sites import Floors


@dataclass(frozen=True)
class Slots:
    """slot (fc, sku) aisle * bays + bay, -1 on a pod."""

    slot: NDArray[np.int64]


@lru_cache(maxsize=4)
def plan_slots(items: Items, floors: Floors, rules: FulfillmentRules) -> Slots:
    """Slots of every SKU in every building (tables are immutable, so the answer is kept)."""
    slot = np.full((len(floors), len(items)), -1, np.int64)
    rate = np.maximum(items.rate_upm, 0).astype(np.int64) + 1
    slow_first = np.argsort(rate, kind="stable")
    fits_pod = (items.length_mm <= rules.pod_mm) & (items.weight_g <= rules.pod_g)
    for fc in range(len(floors)):
        aisles, bays = max(1, int(floors.aisles[fc])), max(1, int(floors.bays[fc]))
        by_robot, by_hand = int(floors.goods_uph[fc]), int(floors.pick_uph[fc])
        share = float(np.sqrt(by_robot / max(1, by_robot + by_hand)))  # of pairs of pieces: see above
        on_pod = np.zeros(len(items), bool)
        tail = slow_first[fits_pod[slow_first]]
        on_pod[tail[np.cumsum(rate[tail]) <= share * rate.sum()]] = True
        walked = slow_first[::-1][~on_pod[slow_first[::-1]]]
        far = np.arange(aisles)[:, None] * rules.aisle_mm + np.arange(bays)[None, :] * rules.bay_mm
        nearest = np.argsort(far.ravel(), kind="stable")
        rank = np.arange(len(walked))
        if len(walked) > len(nearest):
            rank = rank * len(nearest) // len(walked)
        slot[fc, walked] = nearest[rank]
    return Slots(slot)
