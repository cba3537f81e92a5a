"""How many packages each building, its trucks, each station and each partner can take on a day."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S, HOUR_S
from doorward.core.vanday import packages_by_wave
from doorward.promise.rules import PromiseRules
from doorward.tables.fleet import Vehicles
from doorward.tables.flex import Drivers
from doorward.tables.linehaul import Lanes
from doorward.tables.orders import Opened, OpeningKind, Openings
from doorward.tables.sites import Floors, SiteKind, Sites, Zones, land_of
from doorward.tables.ways import Services, Way, WayCapacity

UNKNOWN = 2**31 - 1


def layout(sites: Sites) -> tuple[int, NDArray[np.int64]]:
    """Number of FCs and the rows of the stations.

    Every day opens the same rows in the same order: FC labour by FC, linehaul by FC, the stations, the stations' late
    waves, their evenings, then every partner service by FC; so the opening of (kind, site, day) is
    (day - first day) * places + its place.
    """
    return int((sites.kind == SiteKind.FC).sum()), np.flatnonzero(sites.kind == SiteKind.STATION)


def places(sites: Sites, services: Services) -> int:
    """Openings of a day."""
    fcs, _ = layout(sites)
    return first_partner(sites) + fcs * len(services)


def first_partner(sites: Sites) -> int:
    """Place of the first partner's opening: own openings stand before it."""
    fcs, stations = layout(sites)
    return 2 * fcs + 3 * len(stations)


def collected(
    ways: WayCapacity, sites: Sites, services: Services, today: int, days: int
) -> NDArray[np.int64]:
    """Packages whose chosen way a partner is, (days from today, places): room of its days that is gone."""
    out = np.zeros((days, places(sites, services)), np.int64)
    row = np.flatnonzero((ways.carrier >= 0) & (ways.day >= today) & (ways.taken > 0))
    row = row[ways.day[row] < today + days]
    place = first_partner(sites) + ways.station[row] * len(services) + ways.carrier[row]
    np.add.at(out, (ways.day[row] - today, place), ways.taken[row])
    return out


@lru_cache(maxsize=4)
def van_room(
    sites: Sites, zones: Zones, vehicles: Vehicles, drivers: Drivers, rules: PromiseRules
) -> NDArray[np.int64]:
    """Packages a day that the vans and gig drivers of each station bring, (waves, stations), by the wave they leave in.

    A station without either is bounded by its building alone (UNKNOWN): nothing is known of who drives there.
    """
    _, stations = layout(sites)
    out = np.full((len(rules.wave_s), len(stations)), UNKNOWN, np.int64)
    gigs = np.bincount(drivers.station, minlength=len(sites)) * rules.gig_packages
    for place, station in enumerate(stations.tolist()):
        van = (vehicles.station == station) & np.isin(vehicles.way, (Way.OWN, Way.DSP))
        land = land_of(sites, zones, station)
        if not (van.any() and len(land[0])):
            if gigs[station]:
                out[:, place] = gigs[station]
            continue
        v = vehicles.take(van)
        by_wave = packages_by_wave(
            land, v.shift_lo_s, v.shift_hi_s, v.break_s, v.max_stops, v.volume_ml, rules
        )
        out[:, place] = by_wave.astype(np.int64) + gigs[station]
    return out


def plan_openings(
    openings: Openings,
    sites: Sites,
    floors: Floors,
    lanes: Lanes,
    zones: Zones,
    vehicles: Vehicles,
    drivers: Drivers,
    services: Services,
    rules: PromiseRules,
    today: int,
    second_of_day: int,
) -> Opened:
    """Days not yet open up to today + horizon - 1; of today only the part that is left, if it is the very first day.

    FC: the least of what the building passes, what is picked and what is packed in its opening hours. Linehaul: volume
    of the day's departures over the volume of an average package. Station: the least of what it passes and what its
    vans and gig drivers bring (van_room), in the evening gig drivers alone, as blocks lie evenly over the day's waves;
    0 on days without delivery. Partner: what the service collects at an FC in
    a day, the limit that the carriers room counts by.
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
    vans = van_room(sites, zones, vehicles, drivers, rules)
    door = np.minimum(sites.capacity[stations], vans[0])
    late = np.minimum(door, vans[1:].sum(axis=0) if len(vans) > 1 else 0)
    gigs = np.bincount(drivers.station, minlength=len(sites))[stations] * rules.gig_packages
    evening = np.minimum(door, gigs // (1 + len(rules.wave_s)) * (rules.evening_s >= 0))
    limit = np.concatenate(
        [np.tile(fc, (len(days), 1)), truck, delivers[:, None] * np.r_[door, late, evening][None]], axis=1
    )
    limit = limit * rules.fill_pm / 1000
    if len(openings) == 0 and len(days):
        limit[0] *= 1 - second_of_day / DAY_S
    partner = np.tile(services.capacity.astype(np.int64), (len(days), fcs))
    limit = np.concatenate([limit.astype(np.int64), partner], axis=1)
    rows = places(sites, services)
    kind = np.r_[np.full(fcs, OpeningKind.FC), np.full(fcs, OpeningKind.LINEHAUL)]
    kind = np.r_[
        kind, np.repeat([OpeningKind.STATION, OpeningKind.LATE_WAVE, OpeningKind.EVENING], len(stations))
    ]
    own, by_fc = len(kind), np.repeat(np.arange(fcs), len(services))
    kind = np.r_[kind, np.full(len(by_fc), OpeningKind.PARTNER)]
    carrier = np.r_[np.full(own, -1), np.tile(np.arange(len(services)), fcs)]
    return Opened.fill(
        len(days) * rows,
        opening=len(openings) + np.arange(len(days) * rows),
        kind=np.tile(kind, len(days)),
        site=np.tile(np.r_[np.arange(fcs), np.arange(fcs), np.tile(stations, 3), by_fc], len(days)),
        day=np.repeat(days, rows),
        limit=np.minimum(limit, 2**31 - 1).ravel(),
        carrier=np.tile(carrier, len(days)),
    )
