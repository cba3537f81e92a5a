"""A station and its day as the desk knows them: place, rush hours, the weather of today and tomorrow."""

from __future__ import annotations

import numpy as np

from doorward.core.travel import RUSH
from doorward.lastmile.routing.plan import Depot
from doorward.lastmile.routing.problem import pace_table
from doorward.ledger.desk import Desk
from doorward.tables.sites import Sites


def depot_at(desk: Desk, station: int) -> Depot:
    """What routing wants to know of a station."""
    sites = desk.table(Sites)
    days = [desk.world.weather.day(day, desk.now_s).slow_pm for day in (desk.day, desk.day + 1)]
    lo = 24 * int(sites.region[station])
    slow = np.concatenate([each[lo : lo + 24] for each in days]).astype(np.int64)
    return Depot(
        station=station,
        lat_udeg=int(sites.lat_udeg[station]),
        lon_udeg=int(sites.lon_udeg[station]),
        midnight_s=desk.midnight_s,
        pace=pace_table(RUSH, slow),
    )
