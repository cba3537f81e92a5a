"""How many packages each building, its trucks and each station can take on a day: what is open for promises."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S, HOUR_S
from doorward.promise.rules import PromiseRules
from doorward.tables.linehaul import Lanes
from doorward.tables.orders import Opened, OpeningKind, Openings
from doorward.tables.sites import Floors, SiteKind, Sites


def layout(sites: Sites) -> tuple[int, NDArray[np.int64]]:
    """Number of FCs and the rows of the stations.

    Every day opens the same rows in the same order: FC labour by FC, linehaul by FC, then the stations; so the opening
    of (kind, site, day) is (day - first day) * (2 FCs + stations) + its place.
    """
    return int((sites.kind == SiteKind.FC).sum()), np.flatnonzero(sites.kind == SiteKind.STATION)


def plan_openings(
    openings: Openings,
    sites: Sites,
    floors: Floors,
    lanes: Lanes,
    rules: PromiseRules,
    today: int,
    second_of_day: int,
) -> Opened:
    """Days not yet open up to today + horizon - 1; of today only the part that is left, if it is the very first day.

    FC: the least of what the building passes, what is picked and what is packed in its opening hours. Linehaul: volume
    of the day's departures over the volume of an average package. Station: what it passes; 0 on days without delivery.
    """
    first = int(openings.day[-1]) + 1 if len(openings) else today
    days = np.arange(first, today + rules.horizon_days)
    fcs, stations = layout(sites)
    hours = (floors.closes_s - floors.opens_s) / HOUR_S
    fc = np.minimum(sites.capacity[:fcs], floors.pack_pph * hours)
    fc = np.minimum(fc, (floors.pick_uph + floors.goods_uph) * hours / rules.fc_units)
    weekday = (days + 3) % 7
    runs = (lanes.days[None].astype(np.int64) >> weekday[:, None]) & 1
    truck = np.zeros((len(days), fcs))
    for f in range(fcs):
        mine = lanes.origin == f
        truck[:, f] = (runs[:, mine] * (lanes.volume_ml[mine] / rules.package_ml)).sum(axis=1)
    delivers = (rules.delivery_days >> weekday) & 1
    limit = np.concatenate(
        [np.tile(fc, (len(days), 1)), truck, delivers[:, None] * sites.capacity[stations][None]], axis=1
    )
    limit = limit * rules.fill_pm / 1000
    if len(openings) == 0 and len(days):
        limit[0] *= 1 - second_of_day / DAY_S
    rows = 2 * fcs + len(stations)
    kind = np.r_[np.full(fcs, OpeningKind.FC), np.full(fcs, OpeningKind.LINEHAUL)]
    kind = np.r_[kind, np.full(len(stations), OpeningKind.STATION)]
    return Opened.fill(
        len(days) * rows,
        opening=len(openings) + np.arange(len(days) * rows),
        kind=np.tile(kind, len(days)),
        site=np.tile(np.r_[np.arange(fcs), np.arange(fcs), stations], len(days)),
        day=np.repeat(days, rows),
        limit=np.minimum(limit, 2**31 - 1).astype(np.int64).ravel(),
    )
