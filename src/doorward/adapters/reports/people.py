"""Carriers, customers, gig drivers and the sky by what was reported, or as nothing where nobody reports."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.adapters.reports.said import about, earliest
from doorward.core.units import HOUR_S
from doorward.ledger.state import State
from doorward.ports.carrier import CarrierEvents
from doorward.ports.storefront import NewLines, NewOrders
from doorward.tables.flex import BlockMoved, Blocks, BlockStatus, Drivers, OfferAnswered, Offers
from doorward.tables.journey import Event
from doorward.tables.packages import Packages, Scans
from doorward.tables.reports import FAR_S
from doorward.tables.weather import WeatherHours

Longs = NDArray[np.int64]
CARRIER = (Event.CARRIER_MOVED, Event.DELIVERED, Event.RETURN_STARTED, Event.LOST)
ENDS = CARRIER[1:]


class ReportedCarriers:
    """By carrier scans."""

    def __init__(self, state: State) -> None:
        self.state = state

    def tracking(
        self,
        package: Longs,
        service: NDArray[np.int32],
        handed_s: Longs,
        transit_p50_s: Longs,
        transit_p90_s: Longs,
        after_s: int,
        now_s: int,
    ) -> CarrierEvents:
        """What was reported and is not written down yet, by time, whenever it happened: reports may be late.

        A move told after a later one is history and left out; so is what was said after the package's end.
        """
        reports, owner = about(self.state, package, now_s)
        since = self.state.table(Scans).at_s[self.state.table(Packages).last_scan[package]]
        end = np.isin(reports.event, ENDS)
        first = earliest(len(package), owner[end], reports.at_s[end])
        move = (reports.event == Event.CARRIER_MOVED) & (reports.at_s > since[owner])
        move &= reports.at_s < first[owner]
        last = np.flatnonzero(end & (reports.at_s == first[owner]))
        last = last[np.unique(owner[last], return_index=True)[1]]
        row = np.sort(np.r_[np.flatnonzero(move), last])
        at = np.maximum(reports.at_s[row], since[owner[row]])
        told = CarrierEvents(
            package=package[owner[row]], event=reports.event[row], at_s=at, reason=reports.reason[row]
        )
        return told.take(np.lexsort((told.package, told.at_s)))


class ReportedCustomers:
    """By COLLECTED and SENT_BACK scans."""

    def __init__(self, state: State) -> None:
        self.state = state

    def collected(self, package: Longs, stored_s: Longs, now_s: int) -> Longs:
        """When each was collected, not before it lay there; -1 not yet."""
        return self._when(Event.COLLECTED, package, stored_s, now_s)

    def sent_back(self, package: Longs, delivered_s: Longs, now_s: int) -> Longs:
        """When each was sent back, not before it was delivered; -1 not (yet)."""
        return self._when(Event.SENT_BACK, package, delivered_s, now_s)

    def _when(self, event: Event, package: Longs, since_s: Longs, now_s: int) -> Longs:
        reports, owner = about(self.state, package, now_s)
        mine = reports.event == event
        at = earliest(len(package), owner[mine], reports.at_s[mine])
        return np.where(at < FAR_S, np.maximum(at, since_s), -1)


class OrdersByCommand:
    """Orders come by command; whoever sends one has bought."""

    def orders(self, after_s: int, until_s: int) -> tuple[NewOrders, NewLines]:
        """None."""
        return NewOrders.empty(), NewLines.empty()

    def answers(self, order: Longs, quoted_s: Longs, now_s: int) -> NDArray[np.int8]:
        """Yes."""
        return np.ones(len(order), np.int8)


class NobodyCalled:
    """Gig drivers before there is an app for them: nobody answers, so no block is ever filled."""

    def answers(
        self, offers: Offers, offer: Longs, blocks: Blocks, drivers: Drivers, now_s: int
    ) -> OfferAnswered:
        """None."""
        return OfferAnswered.empty()

    def attendance(self, blocks: Blocks, block: Longs, now_s: int) -> BlockMoved:
        """Whoever was to come and has not been heard of by the end of the block did not come."""
        missed = block[blocks.end_s[block] <= now_s]
        return BlockMoved(
            block=missed.astype(np.int32),
            driver=blocks.driver[missed],
            status=np.full(len(missed), BlockStatus.NO_SHOW),
        )

    def tips(self, block: Longs, driver: NDArray[np.int32], packages: Longs) -> Longs:
        """None is reported."""
        return np.zeros(len(block), np.int64)


class Calm:
    """Mild, dry and still: nobody measures."""

    def __init__(self, regions: int) -> None:
        self.regions = regions

    def day(self, day: int, now_s: int = -1) -> WeatherHours:
        """Every hour the same; the sun from six to six."""
        return WeatherHours.fill(
            24 * self.regions,
            rain_um=0,
            wind_mms=2_000,
            gust_mms=4_000,
            temp_dc=150,
            slow_pm=0,
            sunrise_s=6 * HOUR_S,
            sunset_s=18 * HOUR_S,
        )
