"""Figures of tracking: pure functions of the tables."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.tables.journey import Event, Status
from doorward.tables.packages import Alarm, Alarms, Packages, Scans
from doorward.tables.ways import Way
from doorward.tracking.learn import judged
from doorward.tracking.plan import NEVER

Rows = list[tuple[str, int, float, float, float, float]]


def eta_coverage(packages: Packages, scans: Scans) -> Rows:
    """(way, arrivals, share inside, share earlier, share later, mean width s) of what was told last on the road.

    Arrivals whose interval has been replaced since (tried, brought back, told anew) are not in it.
    """
    row, inside = judged(packages, scans, 0)
    package, at_s = scans.package[row], scans.at_s[row]
    lo, hi = packages.eta_lo_s[package], packages.eta_hi_s[package]
    rows: Rows = []
    for way in Way:
        mine = packages.way[package] == way
        if mine.any():
            shares = [float(each[mine].mean()) for each in (inside, at_s < lo, at_s > hi)]
            width = float((hi - lo)[mine].mean())
            rows.append((way.name.lower(), int(mine.sum()), shares[0], shares[1], shares[2], width))
    return rows


class Quality(NamedTuple):
    """How far alarms of one kind could be trusted: alarms raised, open, true and false, and trouble without one.

    missed, tried: see alarm_quality
    lead_min: median minutes from a true alarm to the promise; once that has passed, to the package's next scan
    ahead, early: true and false alarms raised before the promise
    found: packages in trouble that had a true alarm, at a door that was not tried in vain or at one that was
    """

    kind: Alarm
    raised: int
    open: int
    true: int
    false: int
    missed: int
    tried: int
    lead_min: float
    ahead: int
    early: int
    found: int


def arrived_s(packages: Packages, scans: Scans) -> NDArray[np.int64]:
    """When each package was handed over or stored in its locker, (packages,); -1 not."""
    at = np.flatnonzero(np.isin(scans.event, (Event.DELIVERED, Event.STORED)))
    found = np.full(len(packages), -1, np.int64)
    np.maximum.at(found, scans.package[at], scans.at_s[at])
    return found


def left_fc_s(packages: Packages, scans: Scans) -> NDArray[np.int64]:
    """When each package first left the building it ships from, (packages,); NEVER if it did not."""
    at = np.flatnonzero(np.isin(scans.event, (Event.DEPARTED, Event.HANDED_OVER, Event.OUT_FOR_DELIVERY)))
    found = np.full(len(packages), NEVER, np.int64)
    np.minimum.at(found, scans.package[at], scans.at_s[at])
    return found


def foretold(packages: Packages, alarms: Alarms) -> NDArray[np.int64]:
    """Packages whose alarm WILL_BE_LATE stood when the promise passed: LATE is not raised for them."""
    mine = alarms.take(alarms.kind == Alarm.WILL_BE_LATE)
    stood = (mine.cleared_s < 0) | (mine.cleared_s > packages.due_s[mine.package])
    return mine.package[stood]


def alarm_quality(
    packages: Packages, scans: Scans, alarms: Alarms, grace_s: int, now_s: int
) -> list[Quality]:
    """Alarms against what truly happened, by kind.

    True is: NO_SCAN, the package came late, was lost, tried or had a scan with a reason; WILL_BE_LATE and LATE, it
    was not at its door by the promise; MISSED_CUTOFF, it left its building after the last departure for the promise.
    LATE is missing only where no WILL_BE_LATE stood, NO_SCAN where there was no alarm at all. Cancelled packages and
    promises still ahead are not judged. Missed lateness counts only what could be foreseen: those whose door did not
    open before the promise are in `tried` instead (late, no alarm).
    """
    came = arrived_s(packages, scans)
    judged = (packages.status != Status.CANCELLED) & (packages.due_s < now_s)
    late = judged & ((came < 0) | (came > packages.due_s))
    trouble = np.zeros(len(packages), np.bool_)
    odd = (scans.reason > 0) & (scans.event != Event.SENT_BACK)
    trouble[scans.package[odd]] = True
    trouble |= late | (packages.status == Status.LOST)
    left = (packages.leave_s >= 0) & (left_fc_s(packages, scans) > packages.leave_s + grace_s)
    truth = {
        Alarm.NO_SCAN: trouble,
        Alarm.WILL_BE_LATE: late,
        Alarm.LATE: late,
        Alarm.MISSED_CUTOFF: left & (packages.status != Status.CANCELLED),
    }
    found_s = np.full(len(scans), now_s, np.int64)
    after = np.flatnonzero(scans.prev >= 0)
    found_s[scans.prev[after]] = scans.at_s[after]
    found = []
    for kind, true in truth.items():
        mine = alarms.take(alarms.kind == kind)
        package = mine.package
        right = true[package]
        known = judged[package] | right
        seen = np.zeros(len(packages), np.bool_)
        seen[package] = True
        told = {Alarm.LATE: foretold(packages, alarms), Alarm.NO_SCAN: alarms.package}.get(kind, package)
        seen[told] = True
        without = true & ~seen
        foreseen = without & (packages.attempts == 0)
        next_s = found_s[mine.scan]
        gone = packages.due_s[package] < mine.at_s
        lead = (np.where(gone & (mine.kind == Alarm.NO_SCAN), next_s, packages.due_s[package]) - mine.at_s)[
            right
        ]
        found.append(
            Quality(
                kind,
                len(mine),
                int((mine.cleared_s < 0).sum()),
                int(right.sum()),
                int((known & ~right).sum()),
                int(foreseen.sum()),
                int(without.sum() - foreseen.sum()),
                float(np.median(lead)) / 60 if len(lead) else 0.0,
                int((right & ~gone).sum()),
                int((known & ~right & ~gone).sum()),
                int((true & seen).sum()),
            )
        )
    return found
