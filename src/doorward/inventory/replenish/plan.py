"""What to buy tonight: the newsvendor's critical ratio on the forecast over lead time and review period.

A SKU whose stock, pipeline and backorders together stand at or below the quantile of demand until the next purchase
could arrive is bought up to that quantile and some days of demand more (periodic review, reorder point, order-up-to
level). Purchases are rounded up to cases; a supplier whose whole order stays below its minimum waits for another night.
Sources: Arrow, Harris & Marschak 1951; Snyder & Shen 2019, "Fundamentals of Supply Chain Theory", section 4.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from doorward.core.seed import hashed
from doorward.inventory.forecast.plan import Outlook
from doorward.inventory.forecast.quantiles import count_quantile
from doorward.inventory.rules import InventoryRules
from doorward.tables.items import Items
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.stock import Replayed

Units = NDArray[np.int64]


def critical_ratio(under: float, over: float) -> float:
    """How surely to cover demand: under / (under + over), the costs of a piece too few and of one too many."""
    if under <= 0 or over <= 0:
        raise ValueError("both a piece too few and a piece too many cost something")
    return under / (under + over)


def newsvendor_normal(mean: float, sd: float, over: float, under: float) -> tuple[float, float]:
    """(S*, expected cost) for normal demand: S* = mean + z sd, cost = (over + under) sd phi(z); Snyder & Shen (4.24).

    >>> best, cost = newsvendor_normal(50, 8, over=0.18, under=0.70)
    >>> round(best, 4), round(cost, 5)
    (56.604, 1.99761)
    """
    law = NormalDist()
    z = law.inv_cdf(critical_ratio(under, over))
    return mean + z * sd, (over + under) * sd * law.pdf(z)


def newsvendor_poisson(mean: float, over: float, under: float) -> int:
    """S* for Poisson demand: the smallest number that covers it with the critical ratio; Snyder & Shen 4.3.2.7."""
    return int(count_quantile(mean, 0.0, critical_ratio(under, over)))


def supplier_of(skus: int, rules: InventoryRules) -> Units:
    """Supplier of each SKU: neighbours in the catalogue share one; a fixed function, not a draw."""
    block = np.arange(skus) // max(1, skus // (4 * rules.suppliers))
    return np.asarray(hashed(0, "inventory/supplier", block) % np.uint64(rules.suppliers), np.int64)


def lead_days(supplier: Units, rules: InventoryRules) -> Units:
    """Days from purchase to dock of each supplier given, between `lead_days_lo` and `lead_days_hi`."""
    span = max(0, rules.lead_days_hi - rules.lead_days_lo) + 1
    return np.asarray(rules.lead_days_lo + hashed(0, "inventory/lead", supplier) % np.uint64(span), np.int64)


def case_units(items: Items, day_mean: NDArray[np.float64], rules: InventoryRules) -> Units:
    """Pieces in a supplier's case; 1 where a case would last longer than `case_cover_days`."""
    case = np.clip(rules.case_ml // np.maximum(items.volume_ml(), 1), 1, rules.case_units)
    return np.asarray(np.where(case <= day_mean * rules.case_cover_days, case, 1), np.int64)


@dataclass(frozen=True)
class Levels:
    """Reorder point and order-up-to level of each SKU, whole network, pieces; days until a purchase is on the dock."""

    point: Units
    upto: Units
    lead: Units


def plan_levels(outlook: Outlook, supplier: Units, rules: InventoryRules) -> Levels:
    """Newsvendor levels: quantile over lead + review days at the critical ratio, never below `least_units`."""
    lead = lead_days(supplier, rules)
    ratio = critical_ratio(rules.margin_pm, rules.holding_pm)
    point = np.maximum(outlook.quantile(ratio, lead + rules.review_days), rules.least_units)
    more = np.rint(outlook.over(rules.cycle_days)[0]).astype(np.int64)
    return Levels(point=point, upto=point + more, lead=lead)


def plan_purchases(
    levels: Levels, position: Units, items: Items, day_mean: NDArray[np.float64], supplier: Units,
    rules: InventoryRules, now_s: int,
) -> tuple[Units, Remarks]:  # fmt: skip
    """Units to buy of each SKU (skus,), 0 for most.

    position (skus,): on hand and on the dock, unreserved, plus inbound, less what customers wait for; may be negative.
    Bought when position < point (one below `point` is at or below it once the next piece sells), up to `upto`, in
    cases. Remarks: SKUs wanted from suppliers whose order stays below the minimum; limit supplier, short missing cents.
    """
    wanted = position < levels.point
    case = case_units(items, day_mean, rules)
    units = np.where(wanted, -(-np.maximum(levels.upto - position, 0) // case) * case, 0)
    worth = np.bincount(supplier, weights=units * items.value_c, minlength=rules.suppliers)
    urgent = np.bincount(supplier, weights=wanted & (position <= 0), minlength=rules.suppliers) > 0
    waits = wanted & (worth < rules.least_order_c)[supplier] & ~urgent[supplier]
    sku = np.flatnonzero(waits)
    short = rules.least_order_c - worth[supplier[sku]].astype(np.int64)
    remarks = Remarks.about(
        Subject.SKU, sku, int(Reason.BELOW_MINIMUM), now_s, limit=supplier[sku], short=short
    )
    return np.where(waits, 0, units), remarks


def plan_opening(
    items: Items,
    outlook: Outlook,
    levels: Levels,
    thin: NDArray[np.bool_],
    rules: InventoryRules,
    replayed: Replayed | None = None,
) -> Units:
    """Units of each SKU with which the network opens.

    The catalogue's expected demand over `open_cover_days`, rounded up, or the order-up-to level if that is higher;
    thin ones: `thin_cover_days` only, rounded down, so that some of them are out of stock from the first hour. Of a
    replayed file's SKUs at least what it asks for and `spare_pm` more.
    """
    per_day = outlook.mean / outlook.days
    cover = np.ceil(per_day * rules.open_cover_days - 1e-9).astype(np.int64)
    little = np.floor(per_day * rules.thin_cover_days).astype(np.int64)
    full = np.maximum(cover, levels.upto)
    if replayed is None or len(replayed) == 0:
        return np.asarray(np.where(thin, little, full), np.int64)
    asked = replayed.asked.astype(np.int64)
    return np.asarray(np.maximum(full, asked + -(-asked * rules.spare_pm // 1000)), np.int64)
