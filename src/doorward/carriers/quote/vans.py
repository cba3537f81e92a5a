"""What one more stop costs a van: closed form first, then what the plans of the last days taught.

Closed form: a tour through n doors in an area A is about b sqrt(n A) long (Beardwood, Halton & Hammersley 1959), so the
next door adds b/2 sqrt(A/n): half of the average. The way out and back is shared by the stops of a van (Daganzo 1984).
Lesson: what a stop of a driven plan saved if it were left out, leg in + leg out - direct.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.carriers.rules import CarriersRules
from doorward.core.geo import crow_m
from doorward.core.travel import drive
from doorward.tables.fleet import Runs, Stops, withdrawn
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites, Zones
from doorward.tables.ways import Way, ZoneCosts, ZonesLearned

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]


def prior(
    zones: Zones, zone: I32, reach_m: I64, share: F64, expected: F64, rules: CarriersRules
) -> tuple[F64, F64]:
    """(seconds, metres) of one more stop in the zones `zone` (n,) by the closed form.

    reach_m, share (Z,) station to zone centre, and the zone's part of its station's packages; expected (S,) packages a
    day by station. At least one stop a day.
    """
    expect = expected[np.maximum(zones.station[zone], 0)]
    stops = np.maximum(1.0, expect * share[zone] * 1000 / rules.door_packages_pm)
    area = np.pi * np.maximum(zones.radius_m[zone], 50).astype(np.float64) ** 2
    between = rules.bhh_pm / 1000 / 2 * np.sqrt(area / stops) * rules.road_pm / 1000
    stem_m, stem_s = drive(np.maximum(reach_m[zone], 1))
    part = 2.0 / rules.van_stops
    return between * 1000 / rules.speed_mms + stem_s * part, between + stem_m * part


def blended(
    zone: I32, believed_s: F64, believed_m: F64, learned: ZoneCosts, rules: CarriersRules
) -> tuple[F64, F64]:
    """Believed and observed of the zones (n,), weighted: `learn_stops` stops count as much as the belief."""
    if len(learned) == 0:
        return believed_s, believed_m
    at = np.minimum(zone, len(learned) - 1)
    seen = np.where(zone < len(learned), np.maximum(learned.stops[at], 0), 0).astype(np.float64)
    weight = seen / (seen + rules.learn_stops)
    return (
        believed_s + weight * (learned.drive_s[at] - believed_s),
        believed_m + weight * (learned.drive_m[at] - believed_m),
    )


def lessons(
    runs: Runs,
    stops: Stops,
    packages: Packages,
    orders: Orders,
    sites: Sites,
    zones: int,
    learned: ZoneCosts,
    from_s: int,
    to_s: int,
) -> ZonesLearned:
    """What leaving out each door of van runs departing in [from_s, to_s) would have saved, by zone.

    Zones with lessons get the mean of the old (at most as many stops as were seen now) and the new figures.
    """
    vans = (
        np.isin(runs.way, (Way.OWN, Way.DSP, Way.FLEX)) & (runs.depart_s >= from_s) & (runs.depart_s < to_s)
    )
    vans &= ~withdrawn(runs)
    row = np.flatnonzero(vans[stops.run]) if len(stops) else np.zeros(0, np.int64)
    if len(row) == 0:
        return ZonesLearned.empty()
    run, seq = stops.run[row].astype(np.int64), stops.seq[row].astype(np.int64)
    order = np.lexsort((row, seq, run))
    row, run, seq = row[order], run[order], seq[order]
    first = np.r_[True, (run[1:] != run[:-1]) | (seq[1:] != seq[:-1])]  # one row a door
    row, run = row[first], run[first]
    order_of = packages.order[stops.package[row]]
    lat, lon = orders.lat_udeg[order_of].astype(np.int64), orders.lon_udeg[order_of].astype(np.int64)
    home_lat, home_lon = (
        getattr(sites, c)[runs.station[run]].astype(np.int64) for c in ("lat_udeg", "lon_udeg")
    )
    begins, ends = np.r_[True, run[1:] != run[:-1]], np.r_[run[1:] != run[:-1], True]
    from_lat = np.where(begins, home_lat, np.r_[lat[:1], lat[:-1]])
    from_lon = np.where(begins, home_lon, np.r_[lon[:1], lon[:-1]])
    to_lat = np.where(ends, home_lat, np.r_[lat[1:], lat[-1:]])
    to_lon = np.where(ends, home_lon, np.r_[lon[1:], lon[-1:]])
    saved = [np.zeros(len(row)), np.zeros(len(row))]
    for sign, a, b in (
        (1.0, (from_lat, from_lon), (lat, lon)),
        (1.0, (lat, lon), (to_lat, to_lon)),
        (-1.0, (from_lat, from_lon), (to_lat, to_lon)),
    ):
        metres, seconds = drive(crow_m(*a, *b))
        saved[0] += sign * seconds
        saved[1] += sign * metres
    planned = np.bincount(run, weights=stops.leg_s[row], minlength=len(runs))
    curve = np.bincount(run, weights=drive(crow_m(from_lat, from_lon, lat, lon))[1], minlength=len(runs))
    slow = np.clip(planned / np.maximum(curve, 1.0), 0.5, 3.0)[run]  # traffic and weather of that run
    zone = orders.zone[order_of].astype(np.int64)
    now = np.bincount(zone, minlength=zones).astype(np.int64)
    hit = np.flatnonzero(now)
    mean_s = np.bincount(zone, weights=np.maximum(0.0, saved[0]) * slow, minlength=zones)[hit] / now[hit]
    mean_m = np.bincount(zone, weights=np.maximum(0.0, saved[1]), minlength=zones)[hit] / now[hit]
    old = ZoneCosts.concat([learned, ZoneCosts.fill(max(0, zones - len(learned)), stops=0)]).take(hit)
    kept = np.minimum(np.maximum(old.stops, 0), 2 * now[hit])
    share = now[hit] / (now[hit] + kept)
    return ZonesLearned.fill(
        len(hit),
        zone=hit,
        drive_s=np.rint(old.drive_s + share * (mean_s - old.drive_s)).astype(np.int64),
        drive_m=np.rint(old.drive_m + share * (mean_m - old.drive_m)).astype(np.int64),
        stops=now[hit] + kept,
    )
