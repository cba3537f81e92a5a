"""Learn how wide intervals on the road must be, so that the stated share of arrivals lies inside what was told.

After each hour, for each way: log(factor) += gain x (share missed - share allowed) x n / (n + trust), n arrivals. In
the long run the share missed is the share allowed whatever the streets do (Gibbs and Candes 2021, "Adaptive conformal
inference under distribution shift", eq. 2, here on the logarithm of the half width and by the hour, since arrivals on
one run are late together). Judged is what the customer was told last before the arrival, its steps and delays included;
arrivals whose run left after they were told last are passed over (what they heard was the promised window).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.tables.journey import Event
from doorward.tables.packages import EtaScaled, EtaScales, Packages, Scans
from doorward.tables.ways import Way
from doorward.tracking.plan import scales_now
from doorward.tracking.rules import TrackingRules

ARRIVED = (Event.DELIVERED, Event.ATTEMPTED, Event.STORED)
LOWEST_PM, HIGHEST_PM = 250, 8_000


def judged(packages: Packages, scans: Scans, since: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(row in Scans, inside what was told last) of the arrivals by run in rows `since`.. of Scans."""
    row = since + np.flatnonzero(np.isin(scans.event[since:], ARRIVED))
    row = row[scans.prev[row] >= 0]
    package, at_s, left = scans.package[row], scans.at_s[row], scans.prev[row]
    rode = np.isin(scans.event[left], (Event.OUT_FOR_DELIVERY, Event.TRANSFERRED))
    told_s = packages.eta_at_s[package]
    fair = rode & (told_s >= scans.at_s[left]) & (told_s <= at_s) & (packages.way[package] >= 0)
    inside = (at_s >= packages.eta_lo_s[package]) & (at_s <= packages.eta_hi_s[package])
    return row[fair], inside[fair]


def plan_scales(packages: Packages, scans: Scans, scales: EtaScales, rules: TrackingRules) -> EtaScaled:
    """Factors of the ways that had arrivals since the last learning; no rows if none had."""
    since = int(scales.scans.max(initial=0))
    row, inside = judged(packages, scans, since)
    if not len(row):
        return EtaScaled.empty()
    way = packages.way[scans.package[row]].astype(np.int64)
    n = np.bincount(way, minlength=len(Way))
    kept = np.bincount(way[inside], minlength=len(Way))
    missed = 1.0 - kept / np.maximum(1, n)
    step = (missed - (1.0 - rules.eta_cover_pm / 1000)) * n / (n + rules.eta_trust)
    factor = np.rint(scales_now(scales) * np.exp(rules.eta_gain_pm / 1000 * step)).astype(np.int64)
    moved = np.flatnonzero(n)
    before = scales if len(scales) else EtaScales.fill(len(Way), scale_pm=1000, seen=0, kept=0, scans=0)
    return EtaScaled.fill(
        len(moved),
        way=moved,
        scale_pm=np.clip(factor, LOWEST_PM, HIGHEST_PM)[moved],
        seen=(before.seen + n)[moved],
        kept=(before.kept + kept)[moved],
        scans=len(scans),
    )
