"""Units: integers with the unit last. Seconds, metres, grams, millilitres, cents, milligrams of CO2e, watt hours."""

from __future__ import annotations

MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400
FIRST_S, LAST_S = 946_684_800, 2_114_380_800
"""2000-01-01 and 2037-01-01: times of a day are added to dates in 32 bits in places, which end in January 2038."""
NONE = -1
"""Stands for "none" in integer columns."""
