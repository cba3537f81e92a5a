"""Promises of a local day: which are kept by now, and which can no longer be.

An order counts on the day its promise ends, unless all of it was cancelled. Kept: every package was handed over (at the
door or in the locker chosen) by then; a later return does not undo it. Missed: it is not kept, and the promise has
passed, or a package was lost or goes back untried. The others are open.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorward.core.units import DAY_S
from doorward.runtime.look.view import Flags, Longs, View
from doorward.tables.journey import Event, Status
from doorward.tables.orders import Lines, LineStatus, Orders, OrderStatus
from doorward.tables.packages import Packages, Scans

UNBOXED = np.zeros(len(LineStatus), np.bool_)
UNBOXED[[LineStatus.WAITING, LineStatus.BACKORDERED, LineStatus.SOURCED]] = True
HANDED = np.zeros(len(Event), np.bool_)
HANDED[[Event.DELIVERED, Event.STORED]] = True
REACHED = np.zeros(len(Status), np.bool_)
REACHED[[Status.DELIVERED, Status.AT_LOCKER, Status.RETURNING, Status.RETURNED]] = True


class Held(NamedTuple):
    """Promises of a day: order (n,) ascending; kept, missed (n,)

    package (p,) rows of Packages of them that were not cancelled; of (p,) place of each one's order in `order`
    """

    order: Longs
    kept: Flags
    missed: Flags
    package: Longs
    of: Longs


def handed_s(view: View, package: Longs) -> Longs:
    """When these packages first were the customers' to have, (n,); -1 not. A walk along their scans."""
    packages, scans = view.table(Packages), view.table(Scans)
    found = np.full(len(package), -1, np.int64)
    who = np.flatnonzero(REACHED[packages.status[package]])
    scan = packages.last_scan[package[who]]
    while len(who):
        hit = HANDED[scans.event[scan]]
        found[who[hit]] = scans.at_s[scan[hit]]
        scan = scans.prev[scan]
        on = scan >= 0
        who, scan = who[on], scan[on]
    return found


def held(view: View, day: int | None = None) -> Held:
    """Promises that end on a local day; none: today."""
    orders, lines, packages = view.table(Orders), view.table(Lines), view.table(Packages)
    begins = view.begins_s(day)
    due = (orders.due_s >= begins) & (orders.due_s < begins + DAY_S) & (orders.status == OrderStatus.ACCEPTED)
    order = np.flatnonzero(due)
    place = np.full(len(orders), -1, np.int64)
    place[order] = np.arange(len(order))
    package = np.flatnonzero((place[packages.order] >= 0) & (packages.status != Status.CANCELLED))
    of = place[packages.order[package]]
    waiting = place[lines.order[UNBOXED[lines.status]]]
    unboxed = np.bincount(waiting[waiting >= 0], minlength=len(order)) > 0
    boxes = np.bincount(of, minlength=len(order))
    at_s = handed_s(view, package)
    got = at_s >= 0
    last_s = np.full(len(order), -1, np.int64)
    np.maximum.at(last_s, of[got], at_s[got])
    whole = ~unboxed & (boxes > 0) & (np.bincount(of[got], minlength=len(order)) == boxes)
    kept = whole & (last_s <= orders.due_s[order])
    status = packages.status[package]
    lost = (status == Status.LOST) | ((status == Status.RETURNING) | (status == Status.RETURNED)) & ~got
    gone = np.bincount(of[lost], minlength=len(order)) > 0
    missed = ~kept & (gone | (orders.due_s[order] < view.now_s))
    stands = unboxed | (boxes > 0)
    place = np.cumsum(stands) - 1
    return Held(order[stands], kept[stands], missed[stands], package, place[of])
