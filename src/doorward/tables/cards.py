"""Rate cards of partner carriers as flat tables: bands, rates, surcharges, areas, transit. All integers.

A card is a folder of small files (`adapters/ratecards.py` reads them, carriers/cards/README.md describes them); here
it is rows that name their card. Reference data: loaded before the first turn, never journaled.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.errors import BadInput
from doorward.core.table import I1, I2, I4, I8, Table, Text
from doorward.tables.ways import Services

Longs = NDArray[np.int64]


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


def card_rows(services: Services, cards: Cards) -> Longs:
    """The row in Cards of each service's card."""
    names = {str(name): row for row, name in enumerate(cards.name)}
    missing = [str(c) for c in services.card if str(c) not in names]
    if missing:
        raise BadInput(
            f"service names the card {missing[0]!r}",
            where="Services.card",
            rule="every service has a rate card",
            remedy="one of: " + ", ".join(sorted(names)),
        )
    return np.array([names[str(c)] for c in services.card], np.int64)


def zone_numbers(bands: CardBands, cards: int, far_m: Longs) -> NDArray[np.int16]:
    """Zone of each distance on each card: far_m (d,) metres -> (cards, d); -1 beyond the last band."""
    out = np.full((cards, len(far_m)), -1, np.int16)
    for card in range(cards):
        mine = bands.take(bands.card == card)
        if len(mine):
            at = np.searchsorted(mine.to_m, far_m, side="right")
            inside = at < len(mine)
            out[card, inside] = mine.zone[at[inside]]
    return out


def lane_transit(
    services: Services, cards: Longs, card_zone: NDArray[np.int16], transit: CardTransit
) -> tuple[Longs, Longs]:
    """Median and ninth decile of the transit time of every service on every lane, (services, lanes) seconds each.

    cards (services,) row of each service's card; card_zone (services, lanes) as of `zone_numbers`, one row a service.
    Zones without a row in the card's transit times: the service's own. Who promises, who chooses and who carries read
    their times here, so that what is promised is what is done.
    """
    lanes = card_zone.shape[1]
    p50 = np.repeat(services.transit_p50_s.astype(np.int64)[:, None], lanes, axis=1)
    p90 = np.repeat(services.transit_p90_s.astype(np.int64)[:, None], lanes, axis=1)
    for service, card in enumerate(cards):
        for row in np.flatnonzero(transit.card == card):
            hit = card_zone[service] == transit.zone[row]
            p50[service, hit], p90[service, hit] = transit.p50_s[row], transit.p90_s[row]
    return p50, p90
