"""Outages: what stands still, where, from when until when."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import I1, I4, I8, Table

Flags = NDArray[np.bool_]


class What(IntEnum):
    """What an outage stops.

    CLOSED the whole building: nothing is worked on, nothing leaves, arriving trailers wait at the gate
    PICKING the storage floor; SORTING packing, sorting, sort-in; DEPARTURES the docks: what would leave waits
    PICKUPS a partner does not collect
    """

    CLOSED = 0
    PICKING = 1
    SORTING = 2
    DEPARTURES = 3
    PICKUPS = 4


class Outages(Table):
    """Outages that have begun, row = outage.

    site    (n,) row in Sites; -1 (PICKUPS only): wherever the partner collects
    service (n,) row in Services for PICKUPS, -1 all partners; -1 for all else
    what    (n,) What
    from_s, until_s (n,) Unix seconds; until_s -1: nobody knows yet
    """

    site: I4
    service: I4
    what: I1
    from_s: I8
    until_s: I8

    def down(self, sites: int, now_s: int, *what: What) -> Flags:
        """(sites,) which buildings stand still at `now_s`, wholly or in one of these respects."""
        out = np.zeros(sites, bool)
        if len(self):
            now = (self.from_s <= now_s) & ((self.until_s < 0) | (self.until_s > now_s)) & (self.site >= 0)
            out[self.site[now & np.isin(self.what, (What.CLOSED, *what))]] = True
        return out

    def back(self, sites: int, after_s: int, now_s: int, *what: What) -> Flags:
        """(sites,) which buildings began to work again in (after_s, now_s] and do so at `now_s`."""
        out = np.zeros(sites, bool)
        if len(self):
            over = (self.until_s > after_s) & (self.until_s <= now_s) & (self.site >= 0)
            out[self.site[over & np.isin(self.what, (What.CLOSED, *what))]] = True
            out &= ~self.down(sites, now_s, *what)
        return out

    def left_s(self, sites: int, now_s: int, *what: What) -> NDArray[np.int64]:
        """(sites,) seconds until each works again as far as is known; -1: nobody knows, or it does not stand still."""
        out = np.full(sites, -1, np.int64)
        if len(self):
            now = (self.from_s <= now_s) & ((self.until_s < 0) | (self.until_s > now_s)) & (self.site >= 0)
            now &= np.isin(self.what, (What.CLOSED, *what))
            np.maximum.at(out, self.site[now], self.until_s[now] - now_s)
            out[self.site[now & (self.until_s < 0)]] = -1
        return out


class PlannedOutages(Table):
    """Reference: outages that were announced, columns as in Outages; until_s is known."""

    site: I4
    service: I4
    what: I1
    from_s: I8
    until_s: I8


# ---- facts -----------------------------------------------------------------------------------------------------


class OutageSeen(Table):
    """Fact (tracking): an outage has begun; numbers continue Outages. until_s -1 unless it was announced."""

    outage: I4
    site: I4
    service: I4
    what: I1
    from_s: I8
    until_s: I8


class OutageOver(Table):
    """Fact (tracking): an outage has ended at until_s."""

    outage: I4
    until_s: I8
