"""An independent checker of route plans: recomputes loads, order, times and limits from the facts alone.

Shares no code with the planner. Distances are only bounded from below (no road is shorter than the crow flies), since
the travel model is the planner's to choose.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import crow_m
from doorward.core.table import Table
from doorward.core.units import DAY_S
from doorward.lastmile.routing.doors import Cars, Parcels
from doorward.lastmile.routing.plan import Depot
from doorward.lastmile.rules import LastmileRules
from doorward.tables.fleet import Runs, RunsPlanned, StopsPlanned
from doorward.tables.flex import Blocks, BlockStatus
from doorward.tables.journey import Event, Status
from doorward.tables.packages import Packages, Scans
from doorward.tables.remarks import Remarks, Subject
from doorward.tables.ways import Way, WayDropped

Ints = NDArray[np.int64]
FASTEST_MS = 40.0
"""No van drives faster than this, metres a second."""
SLACK = 2
"""Metres and seconds lost to rounding."""


def lint(
    runs: RunsPlanned,
    stops: StopsPlanned,
    parcels: Parcels,
    cars: Cars,
    depot: Depot,
    rules: LastmileRules,
    first_run: int,
) -> None:
    """Raise ValueError naming the first rule that the plan breaks."""
    _must((runs.run == first_run + np.arange(len(runs))).all(), "runs are numbered on")
    _must(len(np.unique(stops.package)) == len(stops), "a package is on one run, once")
    _must(np.isin(stops.package, parcels.package).all(), "only packages that wait are planned")
    own = runs.vehicle[runs.vehicle >= 0]
    _must(len(np.unique(own)) == len(own), "a vehicle leaves once")
    gigs = runs.block[runs.block >= 0]
    _must(len(np.unique(gigs)) == len(gigs), "a gig block leaves once")
    if not len(runs):
        _must(len(stops) == 0, "stops belong to runs")
        return
    run = stops.run - first_run
    key = run.astype(np.int64) * 2**16 + stops.seq
    _must((np.diff(key) >= 0).all(), "stops stand by run and sequence")
    car = _car_of(runs, cars)
    parcel = np.argsort(parcels.package, kind="stable")[
        np.searchsorted(np.sort(parcels.package), stops.package)
    ]
    _loads(runs, run, key, parcels.take(parcel), cars.take(car), rules)
    _times(runs, stops, run, parcels.take(parcel), cars.take(car), depot, rules)
    if rules.hard_windows and len(cars):
        due = parcels.due_s[parcel]
        kept = (stops.plan_s <= due) | (due <= cars.depart_s.min())
        _must(kept.all(), "windows that must be kept are kept")


def lint_wave(
    packages: Packages,
    scans: Scans,
    blocks: Blocks,
    runs: Runs,
    posted: Sequence[Table],
    midnight_s: int,
    now_s: int,
    later: Ints | None = None,
) -> None:
    """Raise ValueError unless each package that could go out today was planned, let go, or told why not.

    The tables are those before the turn, `posted` what the turn says. Nothing is owed to who may not come before
    tomorrow, to who was tried at the door today, to `later` packages, whose turn is another time of today, and to gig
    packages while a block of today is without a run.
    """
    tonight_s = midnight_s + DAY_S
    vans = np.isin(packages.way, (Way.OWN, Way.DSP, Way.LOCKER))
    b = (blocks.start_s < tonight_s) & (blocks.end_s > now_s)
    b &= np.isin(blocks.status, (BlockStatus.OPEN, BlockStatus.CLAIMED, BlockStatus.CHECKED_IN))
    b &= ~np.isin(np.arange(len(blocks)), runs.block)
    gigs = (packages.way == Way.FLEX) & (packages.due_s < tonight_s)
    gigs &= ~np.isin(packages.station, blocks.station[b])
    owed = (packages.status == Status.READY) & (packages.stop < 0) & (packages.station >= 0) & (vans | gigs)
    owed &= packages.due_lo_s < tonight_s
    owed[scans.package[(scans.event == Event.ATTEMPTED) & (scans.at_s >= midnight_s)]] = False
    if later is not None:
        owed[later] = False
    for fact in posted:
        if isinstance(fact, StopsPlanned | WayDropped):
            owed[fact.package] = False
        elif isinstance(fact, Remarks):
            owed[fact.row[fact.subject == Subject.PACKAGE]] = False
    silent = np.flatnonzero(owed)
    first = int(silent[0]) if len(silent) else -1
    _must(not len(silent), f"who stays behind is told why ({len(silent)} packages, first: {first})")


def _must(good: bool | np.bool_, rule: str) -> None:
    if not good:
        raise ValueError(f"the route plan breaks a rule: {rule}")


def _car_of(runs: RunsPlanned, cars: Cars) -> Ints:
    """Row of each run's vehicle (or block) in `cars`."""
    row = np.full(len(runs), -1, np.int64)
    for r in range(len(runs)):
        mine = np.flatnonzero((cars.vehicle == runs.vehicle[r]) & (cars.block == runs.block[r]))
        row[r] = mine[0] if len(mine) else -1
    _must((row >= 0).all(), "only vehicles in the yard are used")
    return row


def _loads(
    runs: RunsPlanned, run: NDArray[np.int32], key: Ints, parcels: Parcels, cars: Cars, rules: LastmileRules
) -> None:
    n = len(runs)
    volume = np.bincount(run, parcels.volume_ml, n)
    _must((volume <= cars.volume_ml * rules.volume_fill_pm // 1000).all(), "volume fits the vehicle")
    weight = np.bincount(run, parcels.weight_g, n)
    _must((weight <= cars.weight_g).all(), "weight fits the vehicle")
    barred = np.maximum(0, cars.barred)[run] & np.maximum(0, parcels.access)
    _must((barred == 0).all(), "no vehicle goes where it is barred")
    doors = np.bincount(np.unique(key) // 2**16, minlength=n)
    _must((doors <= cars.max_stops).all(), "no more stops than the vehicle may make")
    _must(
        (runs.stops == doors).all() and (runs.packages == np.bincount(run, minlength=n)).all(),
        "counts are right",
    )
    _must((runs.volume_ml == volume).all() and (runs.weight_g == weight).all(), "loads are told as they are")


def _times(
    runs: RunsPlanned,
    stops: StopsPlanned,
    run: NDArray[np.int32],
    parcels: Parcels,
    cars: Cars,
    depot: Depot,
    rules: LastmileRules,
) -> None:
    first = np.r_[True, run[1:] != run[:-1]]
    lat = np.where(first, cars.lat_udeg[run], np.r_[0, parcels.lat_udeg[:-1]])
    lon = np.where(first, cars.lon_udeg[run], np.r_[0, parcels.lon_udeg[:-1]])
    crow = crow_m(lat, lon, parcels.lat_udeg, parcels.lon_udeg)
    _must((stops.leg_m + SLACK >= 0.99 * crow).all(), "no leg is shorter than the crow flies")
    _must((stops.leg_s + SLACK >= crow / FASTEST_MS).all(), "no leg is faster than a van can be")
    door = np.cumsum(first | np.r_[True, stops.seq[1:] != stops.seq[:-1]]) - 1
    head = np.r_[True, door[1:] != door[:-1]]
    _must((stops.plan_s == stops.plan_s[head][door]).all(), "packages of one door are brought there together")
    over = stops.plan_s[head] + np.bincount(door, stops.service_s).astype(np.int64)
    before = np.where(first[head], runs.depart_s[run[head]], np.r_[0, over[:-1]])
    _must(
        (stops.plan_s[head] + SLACK >= before + stops.leg_s[head]).all(),
        "nobody arrives before driving there",
    )
    last = np.flatnonzero(np.r_[run[1:] != run[:-1], True])
    home = crow_m(parcels.lat_udeg[last], parcels.lon_udeg[last], depot.lat_udeg, depot.lon_udeg)
    done = over[door[last]]
    _must((runs.back_s + SLACK >= done + home / FASTEST_MS).all(), "the way back takes its time")
    idle = runs.back_s - runs.depart_s - runs.drive_s - runs.service_s
    after = np.where(cars.rest_s >= 0, cars.rest_s, rules.break_after_s)
    short = (done - runs.depart_s < after) | (idle + SLACK * runs.stops >= cars.break_s)
    _must(short.all(), "a long run has its break")
    _must(
        (runs.depart_s >= cars.depart_s).all() and (runs.back_s <= cars.until_s).all(),
        "runs stay in the shift",
    )
    _must((runs.dist_m <= cars.range_m).all(), "runs stay in range")
    legs = np.bincount(run, stops.leg_m, len(runs)) + home
    _must((runs.dist_m + SLACK * runs.stops >= 0.99 * legs).all(), "the distance is that of all legs")
