"""How long partners take by their own cards: the median transit of a package's service, building and zone. Pure."""

from __future__ import annotations

from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import crow_m
from doorward.core.hours import day_start
from doorward.core.table import Table
from doorward.core.units import DAY_S
from doorward.tables.cards import CardBands, Cards, CardTransit, card_rows, lane_transit, zone_numbers
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import SiteKind, Sites, Zones
from doorward.tables.ways import Services
from doorward.tracking.rules import TrackingRules

T = TypeVar("T", bound=Table)


class Tables(Protocol):
    """Whoever has tables: a state, or a service's desk."""

    def table(self, kind: type[T]) -> T: ...


class Hours(NamedTuple):
    """A clock that runs only while partners deliver, from `opens_s` to `closes_s` of the local day.

    A parcel that is out for delivery and has not come by nine has most of its day before it, by seven next to none:
    so transits are reckoned in days whose 24 hours pass in the hours of delivery.
    """

    opens_s: int
    closes_s: int
    offset_s: int

    @property
    def open_s(self) -> int:
        """Seconds of delivery a day."""
        return max(1, self.closes_s - self.opens_s)

    def reckoned_s(self, at_s: NDArray[np.int64]) -> NDArray[np.int64]:
        """What the clock shows at `at_s`: midnight until they open, the next one once they have closed."""
        midnight = day_start(at_s, self.offset_s)
        gone = np.clip(at_s - midnight - self.opens_s, 0, self.open_s)
        return np.asarray(midnight + gone * DAY_S // self.open_s, np.int64)

    def real_s(self, shown_s: NDArray[np.int64]) -> NDArray[np.int64]:
        """When the clock shows `shown_s`."""
        midnight = day_start(shown_s, self.offset_s)
        passed = (shown_s - midnight) * self.open_s // DAY_S
        return np.asarray(midnight + self.opens_s + passed, np.int64)


class Partners(NamedTuple):
    """What is known of partners' times: their services and cards, where buildings and doors are, delivery hours."""

    services: Services
    cards: Cards
    bands: CardBands
    transit: CardTransit
    sites: Sites
    zones: Zones
    zone: NDArray[np.int32]
    hours: Hours

    @staticmethod
    def of(tables: Tables, rules: TrackingRules, offset_s: int) -> Partners:
        """As the tables and rules have them."""
        kinds = (
            tables.table(Services),
            tables.table(Cards),
            tables.table(CardBands),
            tables.table(CardTransit),
        )
        return Partners(*kinds, tables.table(Sites), tables.table(Zones), tables.table(Orders).zone,
                        Hours(rules.partner_opens_s, rules.partner_closes_s, offset_s))  # fmt: skip

    def median_s(self, packages: Packages, row: NDArray[np.int64]) -> NDArray[np.int64]:
        """Median transit of packages `row`, all with a partner's service, seconds from pick-up to the door, (n,)."""
        service = packages.carrier[row]
        if not len(self.cards) or not len(row):
            return np.asarray(self.services.transit_p50_s[service], np.int64)
        lane = packages.fc[row].astype(np.int64) * len(self.zones) + self.zone[packages.order[row]]
        return np.asarray(self.by_lane_s()[service, lane])

    def by_lane_s(self) -> NDArray[np.int64]:
        """Median transit of every service from every building that ships to every zone, (services, FCs x zones)."""
        sites, zones, fcs = self.sites, self.zones, int((self.sites.kind == SiteKind.FC).sum())
        places = (sites.lat_udeg[:fcs], sites.lon_udeg[:fcs], zones.lat_udeg, zones.lon_udeg)
        columns = (c for t in (self.bands, self.transit) for c in (getattr(t, name) for name in t.columns))
        times = (*places, *columns, self.services.transit_p50_s)
        key = (*(c.tobytes() for c in times), *self.services.card)
        if key not in _KNOWN:
            _KNOWN.clear()
            far = crow_m(places[0][:, None], places[1][:, None], places[2][None], places[3][None])
            cards = card_rows(self.services, self.cards)
            far_m = np.rint(far).astype(np.int64).ravel()
            card_zone = zone_numbers(self.bands, len(self.cards), far_m)[cards]
            _KNOWN[key] = lane_transit(self.services, cards, card_zone, self.transit)[0]
        return _KNOWN[key]


_KNOWN: dict[tuple[object, ...], NDArray[np.int64]] = {}
"""The last answer of `by_lane_s`, by all it follows from: nothing but time hangs on it."""
