"""Days and hours of a place: Unix seconds to local days and back. No calendar library, no wall clock."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S, HOUR_S

Seconds = TypeVar("Seconds", int, "NDArray[np.int64]")


def local_day(at_s: Seconds, utc_offset_s: int) -> Seconds:
    """Whole local days since 1970-01-01."""
    return (at_s + utc_offset_s) // DAY_S


def day_start(at_s: Seconds, utc_offset_s: int) -> Seconds:
    """The local midnight at or before `at_s`, in Unix seconds."""
    return local_day(at_s, utc_offset_s) * DAY_S - utc_offset_s


def second_of_day(at_s: Seconds, utc_offset_s: int) -> Seconds:
    """Seconds since local midnight."""
    return (at_s + utc_offset_s) % DAY_S


def hour_of_day(at_s: Seconds, utc_offset_s: int) -> Seconds:
    """0..23, local."""
    return second_of_day(at_s, utc_offset_s) // HOUR_S


def weekday(at_s: Seconds, utc_offset_s: int) -> Seconds:
    """0 = Monday .. 6 = Sunday, local. (1970-01-01 was a Thursday.)"""
    return (local_day(at_s, utc_offset_s) + 3) % 7
