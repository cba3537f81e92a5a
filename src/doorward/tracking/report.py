"""Figures of tracking: pure functions of the tables."""

from __future__ import annotations

from doorward.tables.packages import Packages, Scans
from doorward.tables.ways import Way
from doorward.tracking.learn import judged

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
