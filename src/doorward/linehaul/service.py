"""The linehaul services: plan departures, load trailers, follow trucks, sort on what has to travel farther."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.bins import closed_bins
from doorward.core.units import DAY_S
from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.linehaul.loading import cut_off, load
from doorward.linehaul.plan import next_sites, plan_transfers, plan_trips
from doorward.linehaul.rules import LinehaulRules
from doorward.tables.journey import Event, Holder, Status
from doorward.tables.linehaul import (
    Lanes,
    NextHop,
    Pallets,
    PalletsBuilt,
    TripHolds,
    Trips,
    TripStatus,
)
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Packages, Palletized, Scanned, Scans
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import SiteKind, Sites

Ints = NDArray[np.int64]


def timetable(desk: Desk) -> None:
    """Plan the departures of today that are still to come, and of tomorrow."""
    trips, holds = desk.table(Trips), desk.table(TripHolds)
    ahead = np.flatnonzero(trips.depart_s > desk.now_s)
    by_timetable = trips.depart_s[ahead].copy()
    held = ahead < len(holds)
    by_timetable[held] -= holds.held_s[ahead[held]]
    desk.post(
        plan_trips(
            desk.table(Lanes),
            by_timetable,
            trips.lane[ahead],
            first=desk.next(Trips),
            now_s=desk.now_s,
            days=1,
            utc_offset_s=desk.utc_offset_s,
        )
    )


def move(desk: Desk) -> None:
    """Follow the trucks: departures and arrivals move everything that is on them."""
    trips, lanes, packages = desk.table(Trips), desk.table(Lanes), desk.table(Packages)
    open_ = np.flatnonzero((trips.status < int(TripStatus.DONE)) & (trips.depart_s <= desk.now_s))
    if len(open_) == 0:
        return
    moved = desk.world.trucks.moved(trips, open_, desk.now_s)
    if len(moved) == 0:
        return
    left = moved.take(moved.status == int(TripStatus.LEFT))
    done = moved.take(moved.status == int(TripStatus.DONE))
    at = np.zeros(len(trips), np.int64)
    at[left.trip] = left.at_s
    staged = np.flatnonzero((packages.status == int(Status.SORTED)) & (packages.pallet >= 0))
    on = desk.table(Pallets).trip[packages.pallet[staged]].astype(np.int64)
    goes = np.isin(on, left.trip)
    staged, on = staged[goes], on[goes]
    scans = [_scans(staged, at[on], Event.DEPARTED, lanes.origin[trips.lane[on]], on)]
    road = np.flatnonzero(
        (packages.status == int(Status.MOVING)) & (packages.holder_kind == int(Holder.TRIP))
    )
    package, trip = np.r_[road, staged], np.r_[packages.holder[road], on]
    came = np.isin(trip, done.trip)
    package, trip = package[came], trip[came]
    at[done.trip] = done.at_s
    scans.append(_scans(package, at[trip], Event.ARRIVED, lanes.dest[trips.lane[trip]], trip))
    late_s = done.at_s - trips.arrive_s[done.trip]
    late = late_s > desk.rule(LinehaulRules).late_s
    desk.post(
        moved,
        *scans,
        Remarks.about(
            Subject.TRIP, done.trip[late], int(Reason.TRAILER_LATE), desk.now_s, short=late_s[late]
        ),
    )


def _scans(
    package: Ints, at_s: Ints, event: Event, site: NDArray[np.int32] | Ints, ref: Ints | int
) -> Scanned:
    return Scanned.fill(
        len(package), package=package, at_s=at_s, event=int(event), site=site, ref=ref, reason=0
    )


def crossdock(desk: Desk) -> None:
    """Sort on packages that arrived at a building which is not their station; close this room's pallets."""
    packages, sites = desk.table(Packages), desk.table(Sites)
    came = np.flatnonzero(packages.status == int(Status.ARRIVED))
    came = came[packages.holder[came] != packages.station[came]]
    still = desk.table(Outages).down(len(sites), desk.now_s, What.SORTING)
    came = came[~still[packages.holder[came]]]
    new, new_site = _sort_on(desk, packages, sites, came) if len(came) else (came, packages.holder[came])
    chute = np.flatnonzero(packages.status == int(Status.SORTED))
    mine = (packages.pallet[chute] < 0) & (packages.holder[chute] != packages.fc[chute])
    chute = chute[mine & (packages.holder_kind[chute] == int(Holder.SITE))]
    package = np.r_[chute, new]
    if len(package):
        _close(desk, packages, package, np.r_[packages.holder[chute], new_site])


def _sort_on(desk: Desk, packages: Packages, sites: Sites, came: Ints) -> tuple[Ints, Ints]:
    """Post SORTED scans of what a building has passed by now; returns (packages, site of each)."""
    rules = desk.rule(LinehaulRules)
    site, station = packages.holder[came], packages.station[came].astype(np.int64)
    ready_s = desk.table(Scans).at_s[packages.last_scan[came]] + rules.unload_s
    hop = next_sites(site, station, len(sites), desk.table(NextHop))
    just = (ready_s > desk.after_s) & (ready_s <= desk.now_s)
    stray = just & (sites.kind[site] == int(SiteKind.STATION))
    desk.post(
        Remarks.about(
            Subject.PACKAGE, came[stray], int(Reason.MISSORT), desk.now_s, limit=site[stray],
            short=packages.station[came[stray]],
        ),
        Remarks.about(
            Subject.PACKAGE, came[just & (hop < 0)], int(Reason.NO_LANE), desk.now_s,
            limit=site[just & (hop < 0)],
        ),
    )  # fmt: skip
    way = hop >= 0
    came, site, ready_s = came[way], site[way], ready_s[way]
    rate_h = sites.capacity.astype(np.int64) // max(1, rules.sort_hours)
    row, at_s = plan_transfers(
        came, site, ready_s, packages.due_s[came], rate_h, after_s=desk.after_s, now_s=desk.now_s
    )
    desk.post(_scans(came[row], at_s, Event.SORTED, site[row], -1))
    return came[row], site[row]


def _close(desk: Desk, packages: Packages, package: Ints, site: Ints) -> None:
    """Close full pallets, and all of a chute whose departure is loaded when `load` works next (it works before us)."""
    rules, sites = desk.rule(LinehaulRules), len(desk.table(Sites))
    dest = next_sites(site, packages.station[package].astype(np.int64), sites, desk.table(NextHop))
    trips, lanes = desk.table(Trips), desk.table(Lanes)
    until_s = 2 * desk.now_s - desk.after_s
    lane = trips.lane[cut_off(trips, lanes, desk.now_s, until_s)]
    go = np.isin(site * sites + dest, lanes.origin[lane].astype(np.int64) * sites + lanes.dest[lane])
    rank = np.lexsort((package, packages.due_s[package], dest, site))
    package, site, dest = package[rank], site[rank], dest[rank]
    chute = np.cumsum((np.diff(site, prepend=-1) != 0) | (np.diff(dest, prepend=-1) != 0)).astype(np.int64)
    weight = np.where(packages.packed_g[package] > 0, packages.packed_g[package], packages.weight_g[package])
    volume = packages.volume_ml[package]
    bins = closed_bins(
        chute,
        volume,
        weight.astype(np.int64),
        go[rank],
        most_volume=rules.pallet_ml,
        most_weight=rules.pallet_g,
    )
    shut = np.flatnonzero(bins >= 0)
    bins, first = bins[shut], desk.next(Pallets)
    came_s = desk.table(Scans).at_s[packages.last_scan[package[shut]]]
    pallet, which, count = np.unique(bins, return_index=True, return_counts=True)
    held = np.zeros((2, len(pallet)), np.int64)
    np.add.at(held[0], bins, volume[shut])
    np.add.at(held[1], bins, weight[shut])
    opened = np.full(len(pallet), desk.now_s)
    np.minimum.at(opened, bins, came_s)
    desk.post(
        PalletsBuilt.fill(
            len(pallet),
            pallet=first + pallet,
            site=site[shut[which]],
            dest=dest[shut[which]],
            packages=count,
            volume_ml=held[0],
            weight_g=held[1],
            opened_s=opened,
            closed_s=desk.now_s,
        ),
        Palletized.fill(len(shut), package=package[shut], pallet=first + bins),
    )


SERVICES: list[Service] = [
    Service(name="linehaul.timetable", every_s=DAY_S, work=timetable, offset_s=300),
    Service(name="linehaul.load", every_s=300, work=load),
    Service(name="linehaul.move", every_s=300, work=move),
    Service(name="linehaul.crossdock", every_s=300, work=crossdock),
]
"""In roster order."""
