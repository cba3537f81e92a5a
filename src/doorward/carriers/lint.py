"""Check a plan of choices without trusting the planner: from the tables alone."""

from __future__ import annotations

import numpy as np

from doorward.carriers.net import OWN_WAYS
from doorward.tables.packages import Packages
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.ways import Services, Way, WayCapacity, WayChosen


def lint(
    chosen: WayChosen, packages: Packages, capacity: WayCapacity, sites: Sites, services: Services
) -> list[str]:
    """Every breach in words; empty is good."""
    found = []

    def must(good: np.ndarray[tuple[int], np.dtype[np.bool_]], words: str) -> None:
        if not good.all():
            found.append(f"{words}: package {int(chosen.package[int(np.argmin(good))])}")

    c = chosen
    own = c.way < OWN_WAYS
    must(np.bincount(c.package, minlength=1)[c.package] == 1, "a package is chosen for once")
    must(packages.way[c.package] == -1, "only packages without a way are chosen for")
    must(own == (c.carrier < 0), "a partner way names its service, an own way none")
    must(own | (c.station < 0), "a partner way has no station")
    station = np.maximum(c.station, 0)
    must(~own | ((c.station >= 0) & (sites.kind[station] == SiteKind.STATION)), "an own way has a station")
    locker = np.maximum(c.locker, 0)
    must((c.way == Way.LOCKER) == (c.locker >= 0), "a locker is named for the way LOCKER and no other")
    must((c.locker < 0) | (sites.kind[locker] == SiteKind.LOCKER), "a locker is a locker")
    if len(services):
        service = np.maximum(c.carrier, 0)
        must(own | (services.way[service] == c.way), "the service offers the way")
    must((c.money_mc + 500) // 1000 == c.bill_c, "the bill is the money part in cents")
    parts = np.minimum(np.minimum(c.money_mc, c.late_mc), np.minimum(c.carbon_mc, c.dual_mc))
    must(parts >= 0, "no part of a bill is negative")
    must(c.second != c.way, "the second best is another way")
    held = c.opening >= 0
    opening = np.maximum(c.opening, 0)
    must(~held | (capacity.way[opening] == c.way), "the opening is of the way")
    must(~held | (capacity.carrier[opening] == c.carrier), "the opening is of the service")
    site = np.where(c.way == Way.LOCKER, c.locker, np.where(own, c.station, packages.fc[c.package]))
    must(~held | (capacity.station[opening] == site), "the opening is of the site")
    use = np.bincount(c.opening[held], minlength=len(capacity))
    over = np.flatnonzero((use > 0) & (capacity.taken + use > capacity.limit))
    found += [f"opening {o} takes {capacity.taken[o] + use[o]} of {capacity.limit[o]}" for o in over]
    return found
