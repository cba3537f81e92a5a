"""Units: integers with the unit last. Seconds, metres, grams, millilitres, cents, milligrams of CO2e, watt hours."""

from __future__ import annotations

MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400
NONE = -1
"""Stands for "none" in integer columns."""
