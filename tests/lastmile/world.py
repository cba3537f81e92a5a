"""Small stations by seed: doors in clusters around a depot, parcels of usual sizes, alike or mixed vans."""

from __future__ import annotations

import numpy as np

from doorward.core.seed import generator
from doorward.core.travel import RUSH
from doorward.core.units import DAY_S, HOUR_S
from doorward.lastmile.routing.doors import Cars, Parcels
from doorward.lastmile.routing.plan import Depot
from doorward.lastmile.routing.problem import SLOTS, pace_table
from doorward.tables.ways import Way

LAT, LON = 47_600_000, -122_300_000
MIDNIGHT_S = 20_600 * DAY_S


def parcels(
    n: int, seed: int, *, doors: int = 0, due_h: tuple[int, int] = (21, 21), skip_c: int = 4_000
) -> Parcels:
    """n packages at up to `doors` doorsteps (default: one each), due between two hours of the day."""
    rng = generator(seed, "world", n)
    doors = doors or n
    centre = rng.normal(0.0, 6_000.0, (max(3, doors // 120), 2))
    place = centre[rng.integers(0, len(centre), doors)] + rng.normal(0.0, 900.0, (doors, 2))
    lat = (LAT + place[:, 1] / 0.1112).astype(np.int64)
    lon = (LON + place[:, 0] / 0.0750).astype(np.int64)
    at = np.arange(n) % doors
    due = rng.integers(due_h[0] * 4, due_h[1] * 4 + 1, n) * (HOUR_S // 4)
    return Parcels(
        package=np.arange(n),
        order=np.arange(n),
        lat_udeg=lat[at],
        lon_udeg=lon[at],
        volume_ml=rng.integers(500, 30_000, n),
        weight_g=rng.integers(100, 9_000, n),
        lo_s=np.full(n, MIDNIGHT_S + 8 * HOUR_S),
        due_s=MIDNIGHT_S + due,
        locker=np.zeros(n),
        skip_c=np.full(n, skip_c),
        access=np.zeros(n),
    )


def cars(v: int, **columns: int) -> Cars:
    """v vans that leave at 9:00 and 20 minutes later each dozen, back by 19:00; columns replace the usual figures."""
    usual = {
        "volume_ml": 8_000_000, "weight_g": 1_200_000, "max_stops": 220, "break_s": 1_800, "range_m": 300_000,
        "fixed_c": 6_000, "hour_c": 2_880, "km_mc": 25, "until_s": MIDNIGHT_S + 19 * HOUR_S,
        "depart_s": MIDNIGHT_S + 9 * HOUR_S,
    }  # fmt: skip
    wave = 1_200 * (np.arange(v) // 12)
    table = Cars.fill(v, way=Way.OWN, vehicle=np.arange(v), lat_udeg=LAT, lon_udeg=LON, **(usual | columns))
    return table.replace(depart_s=table.depart_s + wave)


def depot(*, rush: bool = True, slow_pm: int = 0) -> Depot:
    """The station in the middle; without rush driving takes its free-flow time at every hour."""
    pace = pace_table(RUSH, np.full(24, slow_pm)) if rush else np.ones(SLOTS)
    return Depot(station=4, lat_udeg=LAT, lon_udeg=LON, midnight_s=MIDNIGHT_S, pace=pace)
