"""A vehicle broke down: which vehicles can meet it, take its packages over and still finish the shift."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import crow_m
from doorward.core.travel import drive
from doorward.lastmile.routing.doors import Cars
from doorward.lastmile.rules import LastmileRules
from doorward.tables.fleet import Stops
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages


def stranded_at(
    stops: Stops, rows: NDArray[np.int64], packages: Packages, orders: Orders, lat_udeg: int, lon_udeg: int
) -> tuple[int, int]:
    """Where a broken run stands: at its newest finished door; at the station (given) if there is none."""
    done = rows[stops.done_s[rows] >= 0]
    if len(done) == 0:
        return lat_udeg, lon_udeg
    order = packages.order[stops.package[done[np.argmax(stops.done_s[done])]]]
    return int(orders.lat_udeg[order]), int(orders.lon_udeg[order])


def spares(cars: Cars, lat_udeg: int, lon_udeg: int, packages: int, rules: LastmileRules, now_s: int) -> Cars:
    """The same vehicles, starting from the broken one: drive there, move the packages, go on.

    Departure is when the packages are aboard; the drive there is paid with the fixed cost.
    """
    metres, seconds = drive(crow_m(cars.lat_udeg, cars.lon_udeg, lat_udeg, lon_udeg))
    aboard = now_s + rules.rescue_s + rules.transfer_s + rules.transfer_package_s * packages
    depart = aboard + np.ceil(1.2 * seconds).astype(np.int64)
    way_c = cars.hour_c * (depart - now_s) // 3600 + (cars.km_mc * metres).astype(np.int64) // 1000
    near = depart < cars.until_s
    return cars.replace(
        lat_udeg=np.full(len(cars), lat_udeg),
        lon_udeg=np.full(len(cars), lon_udeg),
        depart_s=depart,
        range_m=np.maximum(0, cars.range_m - metres).astype(np.int64),
        fixed_c=cars.fixed_c + way_c,
    ).take(near)
