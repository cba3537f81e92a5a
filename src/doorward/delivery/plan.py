"""What follows from visits, attempts, lockers and returns: pure functions over packages.

A package is tried until `max_attempts`; a refusal ends it at once; an address that is not found is tried once more, as
corrected. After `locker_after` failures a customer who allows lockers is offered one (the way is chosen again).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S
from doorward.delivery.rules import DeliveryRules
from doorward.tables.doorstep import Outcome, Proof, Proofs
from doorward.tables.fleet import RunMoved, Runs, RunStatus, Stops, Visits
from doorward.tables.journey import Event, Status
from doorward.tables.orders import LOCKER_OK, PICK_UP, Orders
from doorward.tables.packages import Packages, Scanned, Scans
from doorward.tables.remarks import Reason
from doorward.tables.sites import Sites
from doorward.tables.ways import WayDropped

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]
REASON_OF = {
    Outcome.NOT_HOME: Reason.NOT_HOME,
    Outcome.REFUSED: Reason.REFUSED_BY_CUSTOMER,
    Outcome.BAD_ADDRESS: Reason.BAD_ADDRESS,
    Outcome.LOCKER_FULL: Reason.LOCKER_FULL,
    Outcome.NO_ACCESS: Reason.ACCESS,
}
REASONS = np.array([int(REASON_OF.get(o, Reason.NONE)) for o in Outcome], np.int16)


def fill_lockers(visits: Visits, stops: Stops, packages: Packages, sites: Sites) -> Visits:
    """Visits with LOCKER_FULL where a locker has no free cell left, first come first served."""
    locker = packages.locker[stops.package[visits.stop]]
    into = np.flatnonzero((visits.outcome == Outcome.STORED) & (locker >= 0))
    if not len(into):
        return visits
    inside = np.bincount(
        packages.locker[(packages.status == Status.AT_LOCKER) & (packages.locker >= 0)], minlength=len(sites)
    )
    into = into[np.lexsort((into, visits.at_s[into], locker[into]))]
    place = locker[into]
    starts = np.flatnonzero(np.r_[True, place[1:] != place[:-1]])
    nth = np.arange(len(place)) - np.repeat(starts, np.diff(np.r_[starts, len(place)]))
    full = inside[place] + nth >= sites.capacity[place]
    outcome = visits.outcome.copy()
    outcome[into[full]] = int(Outcome.LOCKER_FULL)
    return visits.replace(outcome=outcome)


def onward(runs: Runs) -> Longs:
    """(len(runs),) the run that each vehicle goes on with on the road, itself if with none (`Runs.before`)."""
    to = np.arange(len(runs))
    for run in np.flatnonzero(runs.before >= 0)[::-1]:
        to[runs.before[run]] = to[run]
    return to


def follow_scans(moved: RunMoved, visits: Visits, stops: Stops, packages: Packages, runs: Runs) -> Scanned:
    """Scans of departures, visits and returns of runs, in the order in which they happened to each package.

    Packages that a run carries are those whose current stop is on it, or on a run that it goes on with.
    """
    live = np.flatnonzero(
        np.isin(packages.status, (Status.READY, Status.OUT, Status.FAILED)) & (packages.stop >= 0)
    )
    run_of = onward(runs)[stops.run[packages.stop[live]]]
    parts = [_departures(moved, live, run_of, packages)]
    hit = visits.outcome
    package = stops.package[visits.stop]
    event = np.full(len(visits), int(Event.ATTEMPTED), np.int8)
    event[hit == Outcome.DELIVERED] = int(Event.DELIVERED)
    event[hit == Outcome.STORED] = int(Event.STORED)
    stored = hit == Outcome.STORED
    ref = np.where(event == Event.DELIVERED, visits.left, -1)
    ref = np.where(event == Event.ATTEMPTED, stops.run[visits.stop], ref)
    locker = packages.locker[package]
    parts.append(
        Scanned.fill(
            len(visits),
            package=package,
            at_s=visits.at_s,
            event=event,
            site=np.where(stored, locker, -1),
            ref=np.where(stored, locker, ref),
            reason=REASONS[hit],
        )
    )
    gone = package[np.isin(hit, (Outcome.DELIVERED, Outcome.STORED))]
    parts.append(_back(moved, live, run_of, gone, runs.station.astype(np.int64)))
    return Scanned.concat(parts)


def _departures(moved: RunMoved, live: Longs, run_of: Longs, packages: Packages) -> Scanned:
    left = moved.take(moved.status == RunStatus.LEFT)
    at = np.full(int(max(run_of.max(initial=-1), left.run.max(initial=-1))) + 1, -1, np.int64)
    at[left.run] = left.at_s
    mine = (at[run_of] >= 0) & (packages.status[live] == Status.READY)
    run = run_of[mine]
    return Scanned.fill(
        int(mine.sum()),
        package=live[mine],
        at_s=at[run],
        event=int(Event.OUT_FOR_DELIVERY),
        ref=run,
        reason=0,
    )


def _back(moved: RunMoved, live: Longs, run_of: Longs, gone: Longs, station: Longs) -> Scanned:
    done = moved.take(moved.status == RunStatus.DONE)
    at = np.full(int(max(run_of.max(initial=-1), done.run.max(initial=-1))) + 1, -1, np.int64)
    at[done.run] = done.at_s
    mine = (at[run_of] >= 0) & ~np.isin(live, gone)
    run = run_of[mine]
    return Scanned.fill(
        int(mine.sum()),
        package=live[mine],
        at_s=at[run],
        event=int(Event.BROUGHT_BACK),
        site=station[run],
        reason=0,
    )


def proofs_of(
    visits: Visits, stops: Stops, packages: Packages, orders: Orders, rules: DeliveryRules
) -> Proofs:
    """A photo for what was left, a signature or code for what is worth much; the place is the doorstep's."""
    given = visits.take(np.isin(visits.outcome, (Outcome.DELIVERED, Outcome.STORED)))
    package = stops.package[given.stop]
    order = packages.order[package]
    dear = packages.value_c[package] >= rules.signature_value_c
    kind = np.where(
        given.outcome == Outcome.STORED,
        int(Proof.CODE),
        np.where(dear, int(Proof.SIGNATURE), int(Proof.PHOTO)),
    )
    return Proofs.fill(
        len(given),
        package=package,
        kind=kind,
        code=given.stop,
        lat_udeg=orders.lat_udeg[order],
        lon_udeg=orders.lon_udeg[order],
    )


def give_up(packages: Packages, scans: Scans, rules: DeliveryRules, at_s: int) -> Scanned:
    """RETURN_STARTED for packages back at a station that will not be tried again, with the reason."""
    row = np.flatnonzero((packages.status == Status.READY) & (packages.attempts > 0) & (packages.stop < 0))
    why = last_reason(packages, scans, row)
    refused = why == Reason.REFUSED_BY_CUSTOMER
    lost_door = (why == Reason.BAD_ADDRESS) & (packages.attempts[row] > 1)
    used = packages.attempts[row] >= rules.max_attempts
    over = refused | lost_door | used
    reason = np.where(refused | lost_door, why, int(Reason.ATTEMPTS_USED))
    return Scanned.fill(
        int(over.sum()),
        package=row[over],
        at_s=at_s,
        event=int(Event.RETURN_STARTED),
        site=packages.holder[row[over]],
        reason=reason[over],
    )


def to_counter(packages: Packages, orders: Orders, given_up: Longs, at_s: int) -> Scanned:
    """STORED at their station for packages there that their recipients want to fetch."""
    row = np.flatnonzero((packages.status == Status.READY) & (packages.stop < 0))
    row = row[(np.maximum(orders.consent[packages.order[row]], 0) & PICK_UP) > 0]
    row = row[~np.isin(row, given_up)]
    return Scanned.fill(
        len(row), package=row, at_s=at_s, event=int(Event.STORED), site=packages.holder[row], reason=0
    )


def days_open(due_s: int, midnight_s: int, rules: DeliveryRules) -> range:
    """Local midnights of the days that a recipient may choose; `midnight_s` is today's, due_s the promise's end."""
    promised = midnight_s + (due_s - midnight_s) // DAY_S * DAY_S
    first = max(midnight_s, promised) + DAY_S
    return range(first, max(first, midnight_s + rules.another_day_days * DAY_S) + 1, DAY_S)


def last_reason(packages: Packages, scans: Scans, row: Longs) -> NDArray[np.int16]:
    """Reason of the newest ATTEMPTED scan of packages that were brought back (the scan before the newest)."""
    scan = packages.last_scan[row]
    before = scans.prev[scan]
    tried = (before >= 0) & (scans.event[before] == Event.ATTEMPTED)
    return np.where(tried, scans.reason[np.maximum(before, 0)], 0).astype(np.int16)


def offer_lockers(packages: Packages, orders: Orders, settled: Longs, rules: DeliveryRules) -> WayDropped:
    """Packages that failed `locker_after` times and may go to a locker: their way is to be chosen again. Not `settled`
    ones: of those it is decided what comes of them."""
    row = np.flatnonzero(
        (packages.status == Status.READY)
        & (packages.attempts == rules.locker_after)
        & (packages.stop < 0)
        & (packages.locker < 0)
        & (packages.way >= 0)
    )
    row = row[(orders.consent[packages.order[row]] & LOCKER_OK) > 0]
    row = row[~np.isin(row, settled)]
    return WayDropped.fill(len(row), package=row, way=packages.way[row], reason=int(Reason.NOT_HOME))
