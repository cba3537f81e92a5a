"""What partner services charge for a package like this, near enough to know which of them will be booked.

Base rate of the lane's zone at the billable weight, at least the card's minimum, plus fuel; surcharges (which hit all
services alike) are left out. The carriers room rates the real package to the cent; here it is only asked whether a
faster service is worth its price: a date that would be broken to save money must not be promised.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.tables.cards import CardRates, Cards

Ints = NDArray[np.int64]
DEAR = 1 << 40
"""Cents where a card has no rate."""


class Fares(NamedTuple):
    """Of each service: zone (services, lanes), lane = zone of the door * fcs + fc; cents (services, zones, steps) and
    steps (services, steps) grams, padded with the last; divisor, least volume (ml) and fuel in basis points."""

    zone: NDArray[np.int16]
    cents: Ints
    steps: Ints
    divisor_mm3_g: Ints
    above_ml: Ints
    fuel_bp: Ints
    fcs: int


def plan_fares(card_zone: NDArray[np.int16], rows: Ints, cards: Cards, rates: CardRates, fcs: int) -> Fares:
    """Lay the cards of the services out by zone and weight. card_zone (services, lanes); rows (services,) in Cards."""
    steps = [np.unique(rates.up_to_g[rates.card == row]).astype(np.int64) for row in rows]
    widest = max((len(s) for s in steps), default=0)
    zones = int(max(rates.zone.max(initial=0), card_zone.max(initial=0))) + 1
    cents = np.full((len(rows), zones, max(widest, 1)), DEAR, np.int64)
    grams = np.full((len(rows), max(widest, 1)), DEAR, np.int64)
    for service, row in enumerate(rows):
        mine = rates.take(rates.card == row)
        at = np.searchsorted(steps[service], mine.up_to_g)
        cents[service, mine.zone, at] = np.maximum(mine.cents, cards.minimum_c[row])
        grams[service, : len(steps[service])] = steps[service]
    return Fares(
        card_zone, cents, grams, cards.divisor_mm3_g[rows].astype(np.int64),
        cards.dim_above_ml[rows].astype(np.int64), cards.fuel_bp[rows].astype(np.int64), fcs,
    )  # fmt: skip


def fares_c(fares: Fares, zone: Ints, weight_g: Ints, volume_ml: Ints) -> Ints:
    """Cents of each order from each FC with each service, (n, fcs, services); DEAR where there is no rate."""
    lane = zone[:, None] * fares.fcs + np.arange(fares.fcs)
    out = np.full((*lane.shape, len(fares.zone)), DEAR, np.int64)
    for s in range(len(fares.zone)):
        bulky = (volume_ml > fares.above_ml[s]) & (fares.divisor_mm3_g[s] > 0)
        dim_g = -(-volume_ml * 1000 // max(1, int(fares.divisor_mm3_g[s])))
        billable = np.where(bulky, np.maximum(weight_g, dim_g), weight_g)
        step = np.searchsorted(fares.steps[s], billable)
        card_zone = fares.zone[s][lane]
        ok = (card_zone >= 0) & (step < fares.cents.shape[2])[:, None]
        step = np.minimum(step, fares.cents.shape[2] - 1)
        base = fares.cents[s, np.maximum(card_zone, 0), step[:, None]]
        out[:, :, s] = np.where(ok & (base < DEAR), base * (10_000 + fares.fuel_bp[s]) // 10_000, DEAR)
    return out


def worth_it(cents: Ints, takes: NDArray[np.bool_], most_c: Ints) -> NDArray[np.bool_]:
    """Which services cost at most `most_c` (n,) more than the cheapest that takes the piece, (n, fcs, services).

    takes (n, services). Where no service has a rate nothing is known, and all that take it count.
    """
    open_ = np.where(takes[:, None], cents, DEAR)
    least = open_.min(axis=2, initial=DEAR)
    good = takes[:, None] & (open_ < DEAR) & (open_ - least[..., None] <= most_c[:, None, None])
    return np.ascontiguousarray(np.where((least < DEAR)[..., None], good, takes[:, None]))
