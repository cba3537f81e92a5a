"""Rates of partner services: `tables/rating.py`, which promises read too, so that both see one price."""

from __future__ import annotations

from doorward.tables.rating import (
    Rater,
    area_classes,
    month_day,
    only,
    rate,
    rater,
    receipt,
    sorted_sizes,
)

__all__ = ["Rater", "area_classes", "month_day", "only", "rate", "rater", "receipt", "sorted_sizes"]
