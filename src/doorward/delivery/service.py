"""The delivery services: follow every run that is out; settle what could not be delivered; take returns back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.delivery.plan import fill_lockers, follow_scans, give_up, offer_lockers, proofs_of, to_counter
from doorward.delivery.rules import DeliveryRules
from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.tables.fleet import Runs, RunStatus, StopDone, Stops
from doorward.tables.items import HAZMAT
from doorward.tables.journey import Event, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Contents, Packages, Scanned, Scans
from doorward.tables.remarks import Reason
from doorward.tables.sites import Sites
from doorward.tables.stock import RESTOCKED, StockMoved

Longs = NDArray[np.int64]
FOLLOW_S = 300
"""How often runs are followed: what happened this long ago is known."""


def follow(desk: Desk) -> None:
    """Ask the fleet what open runs have done, and write it down."""
    runs, stops, packages = desk.table(Runs), desk.table(Stops), desk.table(Packages)
    run = np.flatnonzero(runs.status != RunStatus.DONE)
    run = run[runs.depart_s[run] <= desk.now_s]
    if not len(run):
        return
    first = int(np.searchsorted(stops.run, run[0]))
    rolling = run[runs.status[run] != RunStatus.BROKEN]
    open_stops = first + np.flatnonzero((stops.done_s[first:] < 0) & np.isin(stops.run[first:], rolling))
    moved, visits = desk.world.fleet.progress(runs, run, stops, open_stops, desk.now_s)
    visits = fill_lockers(visits, stops, packages, desk.table(Sites))
    scans = follow_scans(moved, visits, stops, packages, runs)
    desk.post(
        moved,
        StopDone.fill(len(visits), stop=visits.stop, done_s=visits.at_s, outcome=visits.outcome),
        scans,
        proofs_of(visits, stops, packages, desk.table(Orders), desk.rule(DeliveryRules)),
    )


def resolve(desk: Desk) -> None:
    """Attempts used up, lockers visited or forgotten, returns on their way and arrived."""
    packages, scans, rules = desk.table(Packages), desk.table(Scans), desk.rule(DeliveryRules)
    if not len(packages):
        return
    given_up = give_up(packages, scans, rules, desk.now_s)
    counter = to_counter(packages, desk.table(Orders), given_up.package, desk.now_s)
    settled = np.concatenate([given_up.package, counter.package])
    drops = offer_lockers(packages, desk.table(Orders), settled, rules)
    # once: a package that got another home way meanwhile is not asked about again. Each return falls in one period
    back_s = scans.at_s[packages.last_scan[drops.package]] + FOLLOW_S
    drops = drops.take((desk.after_s < back_s) & (back_s <= desk.now_s))
    found = [given_up, counter, *_lockers(desk, packages, scans, rules), *_sent_back(desk, packages, rules)]
    back = np.flatnonzero(packages.status == Status.RETURNING)
    began = scans.at_s[packages.last_scan[back]]
    home = back[began + rules.return_s <= desk.now_s]
    found.append(_scans(home, desk.now_s, Event.RETURNED, packages.fc[home], Reason.NONE))
    desk.post(Scanned.concat(found), drops, _restock(desk, packages, home))


def _lockers(desk: Desk, packages: Packages, scans: Scans, rules: DeliveryRules) -> list[Scanned]:
    row = np.flatnonzero(packages.status == Status.AT_LOCKER)
    if not len(row):
        return []
    stored = scans.at_s[packages.last_scan[row]]
    at = desk.world.customers.collected(row, stored, desk.now_s)
    over = (at < 0) & (stored + rules.locker_hold_s <= desk.now_s)
    taken = at >= 0
    return [
        Scanned.fill(
            int(taken.sum()), package=row[taken], at_s=at[taken], event=int(Event.COLLECTED), reason=0
        ),
        _scans(row[over], desk.now_s, Event.RETURN_STARTED, packages.holder[row[over]], Reason.NOT_COLLECTED),
    ]


def _sent_back(desk: Desk, packages: Packages, rules: DeliveryRules) -> list[Scanned]:
    if desk.now_s % rules.ask_returns_every_s:
        return []
    row = np.flatnonzero(
        (packages.status == Status.DELIVERED) & (packages.ended_s > desk.now_s - rules.return_window_s)
    )
    at = desk.world.customers.sent_back(row, packages.ended_s[row], desk.now_s)
    gone = at >= 0
    package = row[gone]
    return [
        Scanned.fill(
            len(package),
            package=package,
            at_s=at[gone],
            event=int(Event.SENT_BACK),
            site=packages.fc[package],
            reason=int(Reason.CUSTOMER_RETURN),
        )
    ]


def _restock(desk: Desk, packages: Packages, home: Longs) -> StockMoved:
    """Units of packages that came back go on the shelf again; hazardous goods do not, nor what was taken out before."""
    contents = desk.table(Contents)
    good = home[(np.maximum(packages.flags[home], 0) & HAZMAT) == 0]
    row = np.flatnonzero(np.isin(contents.package, good) & (contents.units > 0))
    return StockMoved.fill(
        len(row),
        fc=packages.fc[contents.package[row]],
        sku=contents.sku[row],
        units=contents.units[row],
        why=RESTOCKED,
    )


def _scans(
    package: Longs, at_s: int, event: Event, site: NDArray[np.int64] | NDArray[np.int32], reason: Reason
) -> Scanned:
    return Scanned.fill(
        len(package), package=package, at_s=at_s, event=int(event), site=site, reason=int(reason)
    )


SERVICES = [Service("delivery.follow", FOLLOW_S, follow), Service("delivery.resolve", 900, resolve)]
"""In the order of the roster."""
