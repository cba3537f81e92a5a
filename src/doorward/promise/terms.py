"""What the kernels of promising speak of: orders, times, stock and room as flat arrays, and outcomes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

OK, NO_STOCK, NO_COVERAGE, NO_CAPACITY, NO_DATE, PARTNER_FULL = 0, 1, 2, 3, 7, 8
"""Outcomes; the reasons bear the numbers of tables.remarks.Reason."""


class Times(NamedTuple):
    """What holds for all orders of a call: arrays as in promise.ways and promise.lanes, margins, latest date."""

    offset_s: int
    today: int
    latest_s: int
    own: int
    bands: int
    candidates: int
    route_s: int
    first_wave_s: int
    door_day: Ints
    door_s: Ints
    door_late: NDArray[np.bool_]
    tonight_s: Ints
    leave_day: Ints
    pick_s: Ints
    transit_s: Ints
    sigma: NDArray[np.float64]
    extra_s: Ints
    margin: Ints
    window_lo: Ints
    window_hi: Ints
    delivers: NDArray[np.bool_]
    late_pm: int
    late_day_c: int


class Asked(NamedTuple):
    """Orders: station rank and its site (-1 none), zone, FCs nearest first (n, fc), distance band (n, fc), services
    counted on from each FC (n, fc, service) and what they charge, cents; what a broken promise is reckoned at, cents;
    whether the own network does, first delivery day, whether today was asked for; merged lines by pointer."""

    station: Ints
    site: Ints
    zone: Ints
    near: Ints
    band: Ints
    takes: NDArray[np.bool_]
    cents: Ints
    broken_c: Ints
    own: NDArray[np.bool_]
    first_day: Ints
    today: NDArray[np.bool_]
    pointer: Ints
    sku: Ints
    units: Ints


class Shelf(NamedTuple):
    """Units not promised yet (fc, sku), below zero where inbound units are promised; inbound by sku: fc, day, units."""

    free: Ints
    pointer: Ints
    fc: Ints
    day: Ints
    units: Ints


class Room(NamedTuple):
    """Openings from today on, (day, place); see promise.capacity.layout. `taken` grows."""

    limit: Ints
    taken: Ints
