"""The simulated supplier and counter: pure, never early in the telling, about as unreliable as the rules say."""

from __future__ import annotations

import numpy as np

from doorward.tables.stock import Purchases
from doorward.twin.suppliers import SupplierRules, cycle_counts, supplier_arrivals

DAY_S = 86_400


def purchases(rows: int) -> Purchases:
    at = np.arange(rows)
    return Purchases.fill(rows, fc=at % 2, sku=at, units=10, ordered_s=0, due_s=3 * DAY_S + 8 * 3_600)


def test_each_delivery_is_told_when_it_is_there_and_not_before() -> None:
    rules, bought = SupplierRules(), purchases(4_000)
    open_rows, seen = np.arange(4_000), []
    for now_s in range(2 * DAY_S, 8 * DAY_S, 3_600):
        came = supplier_arrivals(bought, open_rows, now_s, 3, rules)
        assert (came.at_s <= now_s).all() and (came.at_s > now_s - 3_600).all()
        seen.append(came)
        open_rows = np.setdiff1d(open_rows, came.purchase)
    assert len(open_rows) == 0
    at = np.concatenate([came.at_s for came in seen])
    late = at > bought.due_s[0] + rules.span_s
    assert 0.03 < late.mean() < 0.12 and at.max() < bought.due_s[0] + 4 * DAY_S


def test_all_at_once_is_the_same_as_bit_by_bit() -> None:
    rules, bought = SupplierRules(), purchases(500)
    rows = np.arange(500)
    whole = supplier_arrivals(bought, rows, 9 * DAY_S, 3, rules)
    part = supplier_arrivals(bought, rows[::2], 9 * DAY_S, 3, rules)
    told = dict(zip(whole.purchase.tolist(), zip(whole.units, whole.at_s, strict=True), strict=True))
    assert all(
        told[p] == (u, at) for p, u, at in zip(part.purchase.tolist(), part.units, part.at_s, strict=True)
    )


def test_some_deliveries_are_short_and_none_is_empty() -> None:
    came = supplier_arrivals(purchases(20_000), np.arange(20_000), 9 * DAY_S, 3, SupplierRules())
    short = came.units < 10
    assert 0.02 < short.mean() < 0.03
    assert came.units.min() >= 1 and came.units.max() == 10


def test_counts_differ_in_few_bins_and_never_below_nothing() -> None:
    n, rules = 50_000, SupplierRules()
    fc, sku = np.zeros(n, np.int32), np.arange(n, dtype=np.int32)
    on_hand = np.random.default_rng(0).integers(0, 5, n).astype(np.int32)
    found = cycle_counts(fc, sku, on_hand, 77, 3, rules)
    assert 0.009 < len(found) / n < 0.013
    assert (found.difference != 0).all() and (on_hand[found.sku] + found.difference >= 0).all()
    assert 0.2 < (found.difference > 0).mean() < 0.45
    assert not np.array_equal(found.sku, cycle_counts(fc, sku, on_hand, 78, 3, rules).sku)
