"""The simulated supplier and the simulated counter: late and short deliveries, bins that differ from the books.

Pure: every draw is a hash of (seed, what it is about), so asking twice gives the same answer.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.core.seed import below, uniform
from doorward.core.units import DAY_S, HOUR_S
from doorward.ports.floor import Arrivals, Counts
from doorward.tables.stock import Purchases


class SupplierRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How reliable suppliers and books are."""

    early_s: int = 2 * HOUR_S
    """Trucks reach the dock this much before the hour they are due at the earliest ..."""
    span_s: int = 6 * HOUR_S
    """... and within this span, evenly."""
    late_pm: int = 70
    """Share of deliveries that come whole days late, per mille ..."""
    late_days: int = 3
    """... up to this many days."""
    short_pm: int = 25
    """Share of deliveries that hold fewer pieces than bought, per mille ..."""
    short_share_pm: int = 500
    """... missing at most this share of them."""
    differ_pm: int = 12
    """Share of counted bins whose content differs from the books, per mille ..."""
    differ_units: int = 2
    """... by at most this many pieces ..."""
    more_pm: int = 300
    """... of which this share hold more than the books say."""


def supplier_arrivals(
    purchases: Purchases, row: NDArray[np.int64], now_s: int, seed: int, rules: SupplierRules
) -> Arrivals:
    """Deliveries of the open purchases `row` that have reached the dock by now, pieces counted; ordered by time.

    A truck carries what is due at one building from one hour, so whole loads are early or late together; missing
    pieces are a matter of each purchase. At least one piece comes, and never within an hour of the purchase.
    """
    fc, due, ordered = purchases.fc[row], purchases.due_s[row], purchases.ordered_s[row]
    near = due - rules.early_s <= now_s
    row, fc, due, ordered = row[near], fc[near], due[near], ordered[near]
    truck = purchases.sku[row] // 64
    late = below(seed, "supplier/late", rules.late_pm / 1000, fc, truck, due)
    days = 1 + (uniform(seed, "supplier/days", fc, truck, due) * rules.late_days).astype(np.int64)
    shift = (uniform(seed, "supplier/hour", fc, truck, due) * rules.span_s).astype(np.int64)
    at = np.maximum(due - rules.early_s + shift + late * days * DAY_S, ordered + HOUR_S)
    came = np.flatnonzero(at <= now_s)
    came = came[np.argsort(at[came], kind="stable")]
    who = row[came]
    bought = purchases.units[who]
    lack = uniform(seed, "supplier/lack", who) * rules.short_share_pm / 1000
    short = below(seed, "supplier/short", rules.short_pm / 1000, who)
    gone = np.where(short, np.ceil(bought * lack), 0).astype(np.int64)
    return Arrivals(purchase=who, units=np.maximum(bought - gone, 1), at_s=at[came])


def cycle_counts(
    fc: NDArray[np.int32],
    sku: NDArray[np.int32],
    on_hand: NDArray[np.int32],
    day: int,
    seed: int,
    rules: SupplierRules,
) -> Counts:
    """Bins whose count on this day differs from the books, and by how much; never below an empty bin."""
    differs = below(seed, "count/differs", rules.differ_pm / 1000, fc, sku, day)
    more = below(seed, "count/more", rules.more_pm / 1000, fc, sku, day)
    size = 1 + (uniform(seed, "count/size", fc, sku, day) * rules.differ_units).astype(np.int64)
    difference = np.where(more, size, -np.minimum(size, on_hand))
    some = differs & (difference != 0)
    return Counts(fc=fc[some], sku=sku[some], difference=difference[some])
