"""Packages as small autonomous craft see them (drones, sidewalk robots): what waits, what is let go and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from doorward.core.geo import plane_m
from doorward.core.table import Table
from doorward.tables.fleet import Vehicles
from doorward.tables.journey import Status
from doorward.tables.orders import Orders
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Packages, Scans
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Sites
from doorward.tables.ways import Way, WayDropped

T = TypeVar("T", bound=Table)
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Step = tuple[Reason, Flags, ArrayLike, ArrayLike]
"""A gate: its reason, (n,) whom it shuts out, the limit, and by how much each falls short."""


class Tables(Protocol):
    """Gives the rows of a table, as `desk.table` does."""

    def __call__(self, kind: type[T], /) -> T: ...


class Cargo(NamedTuple):
    """Packages that are to leave one station; all (n,), x and y metres from its door; access bits of orders.Access."""

    package: Longs
    x: Floats
    y: Floats
    weight_g: Longs
    volume_ml: Longs
    longest_mm: Longs
    flags: Longs
    consent: Longs
    access: Longs
    attempts: Longs
    due_lo_s: Longs
    due_s: Longs


class Dropped(NamedTuple):
    """Packages that will not go: row in Cargo, Reason, the limit that bound, by how much it fell short."""

    row: Longs
    reason: Longs
    limit: Longs
    short: Longs


def waiting_for(packages: Packages, way: Way, still: Flags) -> Longs:
    """READY packages of a way that are on no run, but for stations that stand `still` (sites,)."""
    row = np.flatnonzero((packages.status == Status.READY) & (packages.way == way) & (packages.stop < 0))
    return row[~still[packages.station[row]]]


def tell_overdue(table: Tables, way: Way, gone: Longs, now_s: int) -> Remarks:
    """A remark, once, about each package that waits on for its craft though its promise has passed.

    gone: packages that were planned or let go in this turn. STANDSTILL (limit: station, short: seconds until it works
    again, -1 nobody knows) or NO_PAD (limit -1, short: seconds late by now).
    """
    packages, scans, remarks = table(Packages), table(Scans), table(Remarks)
    row = np.flatnonzero((packages.status == Status.READY) & (packages.way == way) & (packages.stop < 0))
    row = row[packages.due_s[row] <= now_s]
    row = row[~np.isin(row, gone)]
    if len(row) == 0:
        return Remarks.empty()
    since = np.maximum(packages.due_s[row], scans.at_s[packages.last_scan[row]] if len(scans) else 0)
    about = (remarks.subject == Subject.PACKAGE) & (remarks.at_s >= since.min()) & np.isin(remarks.row, row)
    told_s = np.full(len(packages), -1, np.int64)
    np.maximum.at(told_s, remarks.row[about], remarks.at_s[about])
    row = row[told_s[row] < since]
    station, outages, sites = packages.station[row], table(Outages), len(table(Sites))
    still = outages.down(sites, now_s, What.DEPARTURES)[station]
    left_s = outages.left_s(sites, now_s, What.DEPARTURES)[station]
    return Remarks.about(
        Subject.PACKAGE,
        row,
        np.where(still, int(Reason.STANDSTILL), int(Reason.NO_PAD)),
        now_s,
        limit=np.where(still, station, -1),
        short=np.where(still, left_s, now_s - packages.due_s[row]),
    )


def cargo_of(packages: Packages, orders: Orders, sites: Sites, package: Longs, station: int) -> Cargo:
    """These packages of a station, by the weight on the scale where they were weighed."""
    order = packages.order[package]
    lat, lon = int(sites.lat_udeg[station]), int(sites.lon_udeg[station])
    east, north = plane_m(orders.lat_udeg[order], orders.lon_udeg[order], lat, lon)
    packed = packages.packed_g[package].astype(np.int64)
    longest = np.maximum(packages.length_mm[package], packages.width_mm[package])
    return Cargo(
        package,
        east,
        north,
        np.where(packed > 0, packed, packages.weight_g[package]),
        packages.volume_ml[package],
        np.maximum(longest, packages.height_mm[package]).astype(np.int64),
        packages.flags[package].astype(np.int64),
        orders.consent[order].astype(np.int64),
        np.maximum(0, orders.access[order]).astype(np.int64),
        packages.attempts[package].astype(np.int64),
        packages.due_lo_s[package],
        packages.due_s[package],
    )


def barred_of(vehicles: Vehicles, mine: Longs) -> int:
    """Access bits that bar any of these vehicles: they go out in turn, so the weakest speaks for all."""
    return int(np.bitwise_or.reduce(np.maximum(0, vehicles.barred[mine]).astype(np.int64), initial=0))


def barred_by(cargo: Cargo, barred: int) -> Step:
    """The gate of access notes; short = the bits that bar."""
    return Reason.BARRED, (cargo.access & barred) > 0, -1, cargo.access & barred


def first_shut(steps: Sequence[Step], n: int) -> tuple[Longs, Longs, Longs]:
    """(reason, limit, short) of n packages: the first gate that shuts names the reason; 0, -1, -1 may go."""
    reason, limit, short = np.zeros(n, np.int64), np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    for name, shut, bound, lacking in reversed(steps):
        reason[shut] = name
        limit[shut] = np.broadcast_to(bound, n)[shut]
        short[shut] = np.broadcast_to(lacking, n)[shut]
    return reason, limit, short


def let_go(dropped: Dropped, mine: Longs, way: Way, now_s: int) -> tuple[WayDropped, Remarks]:
    """Each loses its way, with a remark: carriers choose another at their next turn."""
    package = mine[dropped.row]
    if len(package) == 0:
        return WayDropped.empty(), Remarks.empty()
    return (
        WayDropped.fill(len(package), package=package, way=int(way), reason=dropped.reason),
        Remarks.about(
            Subject.PACKAGE, package, dropped.reason, now_s, limit=dropped.limit, short=dropped.short
        ),
    )
