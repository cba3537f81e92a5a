"""What partner services will charge for an order, so that a date is promised only if the choice will keep it.

By the rate cards themselves (tables/rating.py: fuel, surcharges, dimensional weight), as the carriers room rates the
package. Only its box is not known yet: it is taken to be as long and as wide as its longest piece, its volume that of
the pieces and the air between them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import local_day
from doorward.promise.rules import PromiseRules
from doorward.tables.cards import CardBook, zone_numbers
from doorward.tables.orders import Orders, Speed
from doorward.tables.rating import Rater, area_classes, month_day, rate, rater
from doorward.tables.sites import Zones

Ints = NDArray[np.int64]
DEAR = 1 << 40
"""Cents where a card has no rate."""


class Fares(NamedTuple):
    """Cards by lane = zone of the door * fcs + fc: zone_of (cards, lanes), area_of (cards, zones of doors); rows
    (services,) the card of each service."""

    cards: Rater
    zone_of: NDArray[np.int16]
    area_of: NDArray[np.int8]
    rows: Ints
    fcs: int


def plan_fares(book: CardBook, rows: Ints, far_m: Ints, zones: Zones, fcs: int) -> Fares:
    """Lay the cards out. far_m (lanes,) metres as the crow flies, lane as in Fares."""
    count = len(book.cards)
    areas = area_classes(book.areas, count, zones)
    return Fares(rater(book), zone_numbers(book.bands, count, far_m), areas, rows, fcs)


def parcel_mm(volume_ml: Ints, longest_mm: Ints, second_mm: Ints) -> Ints:
    """Sides of a box of these volumes (n,) that holds a piece so long and so wide, (n, 3) longest first."""
    cube = np.maximum(1, volume_ml) * 1000.0
    a = np.maximum(longest_mm, np.ceil(np.cbrt(cube)))
    b = np.minimum(a, np.maximum(second_mm, np.ceil(np.sqrt(cube / a))))
    c = np.minimum(b, np.ceil(cube / (a * b)))
    return np.stack([a, b, c], axis=1).astype(np.int64)


def fares_c(fares: Fares, zone: Ints, weight_g: Ints, size_mm: Ints, day: int) -> Ints:
    """Cents of each order (n,) from each FC with each service, (n, fcs, services); DEAR where there is no rate.

    size_mm (n, 3) longest first; day of pick-up, local day number (seasonal surcharges)
    """
    n, fcs = len(zone), fares.fcs
    lane = (zone[:, None] * fcs + np.arange(fcs)).ravel()
    each = np.repeat(np.arange(n), fcs)
    md = np.full(n * fcs, int(month_day(np.array([day]))[0]), np.int64)
    cents = rate(
        fares.cards, size_mm[each], weight_g[each], lane, zone[each], md, fares.zone_of, fares.area_of
    )
    return np.where(cents < 0, DEAR, cents)[:, fares.rows].reshape(n, fcs, len(fares.rows))


def price_c(
    asked: Orders, due_s: Ints, grams: Ints, zones: Zones, rules: PromiseRules, today: int, offset_s: int
) -> Ints:
    """Cents: the slower of the speed asked for and the speed promised, weight beyond the free part, rural zones."""
    days = local_day(due_s, offset_s) - today
    reached = np.where(days <= 0, Speed.SAME_DAY, np.where(days == 1, Speed.NEXT_DAY, Speed.STANDARD))
    speed = np.minimum(reached, asked.speed)
    price = np.array([rules.standard_c, rules.next_day_c, rules.same_day_c], np.int64)[speed]
    price = price + -(-np.maximum(0, grams - rules.free_g) // 1000) * rules.kg_c
    return np.asarray(price + np.where(zones.rural[asked.zone] == 1, rules.rural_c, 0))
