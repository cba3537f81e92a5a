"""Packages that wait for a way, as the planners see them. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.carriers.cards.plan import sorted_sizes
from doorward.carriers.gate.plan import WISHED_BY, Batch
from doorward.carriers.net import Network, Reference
from doorward.carriers.rules import CarriersRules
from doorward.core.geo import crow_m
from doorward.tables.journey import ENDED, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.ways import Bills, Way

I64 = NDArray[np.int64]
FAR_M = 2**31 - 1


def free_cells(packages: Packages, sites: Sites) -> I64:
    """Cells of each locker that no package is in or on its way to (S,); -1 for other sites."""
    locker = sites.kind == SiteKind.LOCKER
    if not locker.any():
        return np.full(len(sites), -1, np.int64)
    row = np.flatnonzero((packages.way == Way.LOCKER) & (packages.locker >= 0))
    row = row[~np.isin(packages.status[row], ENDED)]
    held = np.bincount(packages.locker[row], minlength=len(sites))
    return np.where(locker, sites.capacity - held, -1).astype(np.int64)


def nearest_locker(
    lat: NDArray[np.int32], lon: NDArray[np.int32], station: NDArray[np.int32], sites: Sites, cells: I64
) -> tuple[I64, I64]:
    """(site, metres) of the nearest locker of the same station with a free cell; -1 and far if there is none."""
    site, far = np.full(len(lat), -1, np.int64), np.full(len(lat), FAR_M, np.int64)
    locker = np.flatnonzero(cells > 0)
    if len(locker) == 0:
        return site, far
    for lo in range(0, len(lat), 4096):
        part = slice(lo, lo + 4096)
        d = crow_m(
            lat[part, None], lon[part, None], sites.lat_udeg[None, locker], sites.lon_udeg[None, locker]
        )
        d = np.where(station[part, None] == sites.station[None, locker], d, float(FAR_M))
        at = d.argmin(axis=1)
        best = d[np.arange(len(at)), at]
        ok = best < FAR_M
        site[part] = np.where(ok, locker[at], -1)
        far[part] = np.where(ok, np.rint(best), FAR_M).astype(np.int64)
    return site, far


def unheeded(packages: Packages, orders: Orders, bills: Bills) -> I64:
    """Packages at their station, on no run, with a way that does not meet their recipient's wish and is not closed to
    them yet (one that is closed they have for want of any other)."""
    row = np.flatnonzero((packages.status == Status.READY) & (packages.stop < 0) & (packages.way >= 0))
    row = row[row < len(bills)]
    consent, way = np.maximum(orders.consent[packages.order[row]], 0), packages.way[row]
    against = np.zeros(len(row), bool)
    for bit, ways in WISHED_BY.items():
        against |= ((consent & bit) > 0) & ~np.isin(way, [int(each) for each in ways])
    return np.asarray(row[against & ((bills.gates[row].astype(np.int64) >> way) & 1 == 0)], np.int64)


def waiting_batch(
    row: I64,
    packages: Packages,
    orders: Orders,
    bills: Bills,
    ref: Reference,
    net: Network,
    rules: CarriersRules,
    now_s: int,
) -> Batch:
    """The packages `row`. Those READY at a station can leave at once and keep to it; others after the floor's time."""
    order = packages.order[row]
    zone, lat, lon = orders.zone[order], orders.lat_udeg[order], orders.lon_udeg[order]
    here = packages.status[row] == Status.READY
    station = np.where(here, packages.holder[row], ref.zones.station[zone]).astype(np.int32)
    size = sorted_sizes(packages.length_mm[row], packages.width_mm[row], packages.height_mm[row])
    known = row < len(bills)
    gates = np.where(known & here, bills.gates[np.minimum(row, len(bills) - 1)], 0) if len(bills) else 0
    locker, locker_m = nearest_locker(lat, lon, station, ref.sites, free_cells(packages, ref.sites))
    at = np.maximum(station, 0)
    reach = crow_m(ref.sites.lat_udeg[at], ref.sites.lon_udeg[at], lat, lon)
    return Batch.fill(
        len(row),
        package=row,
        fc=packages.fc[row],
        zone=zone,
        station=station,
        lane=packages.fc[row] * np.int64(len(ref.zones)) + zone,
        longest_mm=size[:, 0],
        second_mm=size[:, 1],
        third_mm=size[:, 2],
        weight_g=packages.weight_g[row],
        volume_ml=packages.volume_ml[row],
        flags=packages.flags[row],
        access=orders.access[order],
        consent=orders.consent[order],
        speed=orders.speed[order],
        due_lo_s=packages.due_lo_s[row],
        due_s=packages.due_s[row],
        ready_s=now_s + np.where(here, 0, rules.floor_s),
        here=here,
        gates=gates,
        locker=locker,
        locker_m=locker_m,
        reach_m=np.rint(reach),
    )
