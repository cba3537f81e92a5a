"""Transit of partner services by lane: what the rate cards say of each zone, building and service.

Planned time at the door = pick-up + median transit of the lane. Safety = margin of the lane class, as learnt, + what
this lane's own spread has beyond the class's mean: a class holds lanes of different length, and its margin moves all.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from doorward.core.geo import crow_m
from doorward.promise.capacity import layout
from doorward.promise.fares import Fares, plan_fares
from doorward.promise.rules import PromiseRules
from doorward.tables.cards import (
    CardBands,
    CardBook,
    Cards,
    CardTransit,
    card_rows,
    lane_transit,
    zone_numbers,
)
from doorward.tables.sites import Sites, Zones
from doorward.tables.ways import Services

Ints = NDArray[np.int64]


class Transits(NamedTuple):
    """Of each lane and service (zone, fc, service), seconds: median transit, and the spread beyond the class's mean.

    prior_s (service, band): mean spread of the lanes of a class, its margin before anything was learnt; own: classes
    below are the own network's, a first half by day, a second in the evening. sigma (zone, fc, service): standard
    deviation of the transit's logarithm.
    fares: what services charge, where rates are known.
    """

    p50_s: Ints
    extra_s: Ints
    prior_s: Ints
    own: int
    sigma: NDArray[np.float64]
    fares: Fares | None = None

    def extra_of(self, klass: Ints, zone: NDArray[np.int32], fc: NDArray[np.int32]) -> Ints:
        """Spread beyond the class's mean of promises of class, zone and building (n,); 0 in the own network."""
        out = np.zeros(len(klass), np.int64)
        by = np.flatnonzero((klass >= self.own) & (fc >= 0))
        service = (klass[by] - self.own) // self.prior_s.shape[1]
        out[by] = self.extra_s[zone[by], fc[by], service]
        return out


def spread_s(p50_s: ArrayLike, p90_s: ArrayLike, quantile: float) -> Ints:
    """Seconds from the median to a quantile of a log-normal transit time with this median and ninth decile."""
    normal = NormalDist()
    p50 = np.maximum(np.asarray(p50_s, np.float64), 1)
    stretch = normal.inv_cdf(quantile) / normal.inv_cdf(0.9)
    return np.rint(p50 * ((np.maximum(p90_s, p50) / p50) ** stretch - 1)).astype(np.int64)


@lru_cache(maxsize=4)
def plan_transits(
    sites: Sites,
    zones: Zones,
    services: Services,
    cards: Cards,
    bands: CardBands,
    transit: CardTransit,
    rules: PromiseRules,
    book: CardBook | None = None,
) -> Transits:
    """All lanes of a network; kept from call to call. Without rate cards each service's own times hold everywhere."""
    fcs, _ = layout(sites)
    far = crow_m(
        zones.lat_udeg[:, None], zones.lon_udeg[:, None], sites.lat_udeg[None, :fcs], sites.lon_udeg[None, :fcs]
    )  # fmt: skip
    far_m = np.rint(far).astype(np.int64).ravel()
    if len(cards) and len(services):
        rows = card_rows(services, cards)
        card_zone = zone_numbers(bands, len(cards), far_m)[rows]
    else:
        rows = np.full(len(services), -1, np.int64)
        card_zone = np.full((len(services), len(far_m)), -1, np.int16)
    p50, p90 = lane_transit(services, rows, card_zone, transit)
    quantile = rules.quantile_pm / 1000
    spread = spread_s(p50, p90, quantile)
    band = distance_band(far_m, rules)
    count = len(rules.band_m) + 1
    prior = np.repeat(
        spread_s(services.transit_p50_s, services.transit_p90_s, quantile)[:, None], count, axis=1
    )
    for b in range(count):
        if (band == b).any():
            prior[:, b] = np.rint(spread[:, band == b].mean(axis=1))
    extra = spread - prior[:, band]
    shape = (len(services), len(zones), fcs)

    def by_lane(values: Ints) -> Ints:
        return np.ascontiguousarray(np.moveaxis(values.reshape(shape), 0, 2))

    known = book is not None and len(book.rates) and len(cards) and len(services)
    fares = plan_fares(book, rows, far_m, zones, fcs) if book is not None and known else None
    sigma = np.log(np.maximum(p90, p50 + 1) / np.maximum(p50, 1)) / NormalDist().inv_cdf(0.9)
    stretch = np.ascontiguousarray(np.moveaxis(sigma.reshape(shape), 0, 2))
    return Transits(by_lane(p50), by_lane(extra), prior, 2 * len(sites), stretch, fares)


def distance_band(far_m: NDArray[np.float64] | Ints, rules: PromiseRules) -> Ints:
    """Distance band of each distance, metres."""
    return np.asarray(np.searchsorted(np.asarray(rules.band_m), far_m, side="right"), np.int64)
