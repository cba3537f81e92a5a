"""Rate cards of partner carriers as flat tables: bands, rates, surcharges, areas, transit. All integers.

A card is a folder of small files (`adapters/ratecards.py` reads them, carriers/cards/README.md describes them); here
it is rows that name their card. Reference data: loaded before the first turn, never journaled.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from doorward.core.table import I1, I2, I4, I8, Table, Text


class When(IntEnum):
    """What a surcharge looks at; it is due when lo <= value <= hi."""

    ALWAYS = 0
    RESIDENTIAL = 1  # 1 a home, 0 a business
    AREA = 2  # class of the delivery area, see CardAreas
    LONGEST_MM = 3
    SECOND_MM = 4  # second longest side
    GIRTH_MM = 5  # longest side + 2 x (second + shortest)
    WEIGHT_G = 6
    BILLABLE_G = 7
    VOLUME_ML = 8
    ZONE = 9


BASE, RUNNING = 0, 1
"""`CardSurcharges.of`: basis points of the base rate, or of everything charged by the rows before (or group before)."""


class Cards(Table):
    """Cards, row = card.

    divisor_mm3_g  (n,)  cubic millimetres that count as a gram (5000 cm3/kg: 5000); 0 no dimensional weight
    dim_above_ml   (n,)  only parcels of more than this have a dimensional weight
    round_g        (n,)  billable weight is rounded up to a multiple
    minimum_c      (n,)  a base rate is at least this
    fuel_bp        (n,)  basis points of base rate and fuelled surcharges
    surcharge_cap_c (n,) all surcharges together are at most this; -1 no cap
    max_g, max_mm, max_girth_mm, max_volume_ml  (n,)  hard limits; -1 none
    hazmat         (n,)  1 takes hazardous goods
    invented       (n,)  1 an invented example, no carrier's price list
    """

    name: Text
    divisor_mm3_g: I4
    dim_above_ml: I4
    round_g: I4
    minimum_c: I4
    fuel_bp: I4
    surcharge_cap_c: I4
    max_g: I4
    max_mm: I4
    max_girth_mm: I4
    max_volume_ml: I8
    hazmat: I1
    invented: I1


class CardBands(Table):
    """Distance bands: crow-fly metres from_m <= d < to_m make a zone; rows of a card ascend without gaps from 0."""

    card: I4
    from_m: I8
    to_m: I8
    zone: I2


class CardRates(Table):
    """Base rates: `cents` for billable weights up to `up_to_g`; every zone of a card has the same steps, ascending."""

    card: I4
    zone: I2
    up_to_g: I4
    cents: I4


class CardSurcharges(Table):
    """Surcharges in their stacking order; rows of a group stand together and only the dearest of them is charged.

    when (n,) When; lo, hi (n,) inclusive
    from_md, to_md (n,) month * 100 + day, inclusive, may wrap the year; -1 all year
    amount_c + bp basis points of `of` (BASE or RUNNING), at most cap_c (-1 no cap)
    fuelled (n,) 1 fuel is charged on it; group (n,) -1 alone
    """

    card: I4
    code: Text
    when: I1
    lo: I8
    hi: I8
    from_md: I2
    to_md: I2
    amount_c: I4
    bp: I4
    of: I1
    fuelled: I1
    group: I2
    cap_c: I4


class CardAreas(Table):
    """Class of the delivery area by region and ruralness (-1 any); the first row that fits counts; no row: class 0.

    area (n,) class, 1 delivery area surcharge, 2 remote ...; -1 not served
    """

    card: I4
    region: I2
    rural: I1
    area: I1


class CardTransit(Table):
    """Transit times by zone: median and ninth decile, seconds from pick-up to the door."""

    card: I4
    zone: I2
    p50_s: I4
    p90_s: I4


class CardBook(NamedTuple):
    """All cards of a network; iterate to load them into a state."""

    cards: Cards
    bands: CardBands
    rates: CardRates
    surcharges: CardSurcharges
    areas: CardAreas
    transit: CardTransit
