"""The twin's outages: those of the network file or of a fork, and seeded ones by rates.

`ports.outages.OutagePort` by seed. The shares are a model, not a measurement: a building has a bad hour or two about
once in eight months, a partner misses its round about once in sixteen. The other adapters of the twin ask here when a
late event can happen (`put_off`) and when work ends (`worked`), so that all of them feel one and the same outage.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import local_day
from doorward.core.seed import uniform
from doorward.core.standstill import put_off, united, worked
from doorward.core.units import DAY_S
from doorward.tables.outages import Outages, What
from doorward.tables.sites import SiteKind, Sites

Ints = NDArray[np.int64]
Spans = tuple[Ints, Ints, Ints]
NO_SPANS: Spans = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))


class OutageRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often things stand still: section `[twin.outages]`."""

    site_ppm: int = 4_000
    """Buildings (no lockers) with an outage on a day, per million."""
    closed_pm: int = 250
    """Of these: the whole building, per mille."""
    departures_pm: int = 250
    """Of these: the docks, per mille; the rest is one part of the floor."""
    mean_s: int = 5_400
    """Mean length (exponential), seconds."""
    least_s: int = 900
    """Added to it, seconds."""
    longest_s: int = 28_800
    """No seeded outage is longer, seconds."""
    pickups_ppm: int = 2_000
    """Partner services that do not collect for a part of a day, per million services and days."""
    pickups_s: int = 14_400
    """How long they stay away, seconds."""


class TwinOutages:
    """All outages of a world; `scripted` are certain and may lie at any time."""

    def __init__(
        self,
        seed: int,
        sites: Sites,
        services: int,
        utc_offset_s: int,
        scripted: Outages | None = None,
        rules: OutageRules | None = None,
    ) -> None:
        self.seed, self.utc_offset_s, self.rules = seed, utc_offset_s, rules or OutageRules()
        self.scripted = Outages.empty() if scripted is None else scripted
        self._sites = np.flatnonzero(sites.kind != SiteKind.LOCKER)
        self._kind, self._services = sites.kind, services
        self._days: dict[int, Outages] = {}
        self._spans: dict[tuple[int, int, tuple[What, ...]], Spans] = {}

    def day(self, day: int) -> Outages:
        """Seeded outages that begin on a local day."""
        if day not in self._days:
            self._days[day] = self._drawn(day)
        return self._days[day]

    def _drawn(self, day: int) -> Outages:
        rules, site = self.rules, self._sites
        hit = site[uniform(self.seed, "outages/site", site, day) < rules.site_ppm / 1e6]
        kind = uniform(self.seed, "outages/what", hit, day) * 1000
        floor = (self._kind[hit] == SiteKind.FC) & (uniform(self.seed, "outages/floor", hit, day) < 0.5)
        what = np.where(floor, int(What.PICKING), int(What.SORTING))
        what = np.where(kind < rules.closed_pm + rules.departures_pm, int(What.DEPARTURES), what)
        what = np.where(kind < rules.closed_pm, int(What.CLOSED), what)
        long_s = rules.least_s - rules.mean_s * np.log1p(-uniform(self.seed, "outages/long", hit, day))
        service = np.arange(self._services)
        gone = service[uniform(self.seed, "outages/pickups", service, day) < rules.pickups_ppm / 1e6]
        midnight = day * DAY_S - self.utc_offset_s
        when = uniform(self.seed, "outages/when", np.r_[hit, -1 - gone], day)
        from_s = midnight + (when * DAY_S).astype(np.int64)
        length = np.r_[np.minimum(long_s, rules.longest_s), np.full(len(gone), rules.pickups_s)]
        return Outages(
            site=np.r_[hit, np.full(len(gone), -1)],
            service=np.r_[np.full(len(hit), -1), gone],
            what=np.r_[what, np.full(len(gone), int(What.PICKUPS))],
            from_s=from_s,
            until_s=from_s + length.astype(np.int64),
        )

    def between(self, lo_s: int, hi_s: int) -> Outages:
        """Outages that stand at any time of (lo_s, hi_s], by beginning."""
        back_s = max(self.rules.longest_s, self.rules.pickups_s)
        first = int(local_day(lo_s - back_s, self.utc_offset_s))
        days = range(first, int(local_day(hi_s, self.utc_offset_s)) + 1)
        every = Outages.concat([self.scripted, *(self.day(d) for d in days)])
        every = every.take((every.from_s <= hi_s) & (every.until_s > lo_s))
        return every.take(np.lexsort((every.service, every.what, every.site, every.from_s)))

    def outages(self, after_s: int, now_s: int) -> Outages:
        """See the port."""
        told = self.between(after_s, now_s)
        return told.replace(until_s=np.where(told.until_s <= now_s, told.until_s, -1)) if len(told) else told

    def put_off(self, at_s: Ints, site: NDArray[np.int32] | Ints, *what: What, gap_s: int = 0) -> Ints:
        """When what is meant for `at_s` at `site` happens."""
        if len(at_s) == 0:
            return at_s
        spans = self._stands(int(at_s.min()), int(at_s.max()), what)
        return put_off(at_s, site.astype(np.int64), spans, gap_s) if len(spans[0]) else at_s

    def worked(self, begin_s: Ints, end_s: Ints, site: NDArray[np.int32] | Ints, *what: What) -> Ints:
        """When work in hand from `begin_s` that would have ended at `end_s` ends."""
        if len(end_s) == 0:
            return end_s
        spans = self._stands(int(begin_s.min()), int(end_s.max()), what)
        return worked(begin_s, end_s, site.astype(np.int64), spans) if len(spans[0]) else end_s

    def _stands(self, lo_s: int, hi_s: int, what: tuple[What, ...]) -> Spans:
        """Standstills of buildings by place and time, in these respects; looks two days beyond `hi_s`.

        What is put off to the end of one standstill may fall into the next: two days hold any chain of seeded ones.
        """
        first = int(local_day(lo_s - self.rules.longest_s, self.utc_offset_s))
        last = int(local_day(hi_s, self.utc_offset_s)) + 2
        key = (first, last, what)
        if key not in self._spans:
            found = Outages.concat([self.scripted, *(self.day(d) for d in range(first, last + 1))])
            found = found.take((found.site >= 0) & np.isin(found.what, (What.CLOSED, *what)))
            place, from_s, until_s = (
                getattr(found, c).astype(np.int64) for c in ("site", "from_s", "until_s")
            )
            self._spans[key] = united(place, from_s, until_s)
        return self._spans[key]
