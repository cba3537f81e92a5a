"""How fast a station's streets are today, from its runs on the road together, and how wide that leaves an arrival.

Streets around one station have one traffic, so what its runs lose (or gain) against their plans between their first
and their newest finished stop is one number: b = sum(lost) / (sum(planned) + q / s^2), the posterior mean under a
normal prior of standard deviation s, where errors of steps add up to a variance of q for every planned second. What is
left of the prior's variance is s^2 q / s^2 / (sum(planned) + q / s^2).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.tables.fleet import Runs, Stops
from doorward.tables.ways import Way
from doorward.tracking.rules import TrackingRules

Longs = NDArray[np.int64]
Reals = NDArray[np.float64]
BY_ROAD = (Way.OWN, Way.DSP, Way.FLEX)
STAYS = 1 / 3
"""However much was seen, this share of the prior's deviation stays: streets change in the course of a day."""


def served_s(stops: Stops, rows: Longs) -> Longs:
    """When `rows` (all rows of some runs, ascending) are to be handed over: planned arrival and handling at that door
    of their package and of those before it, (n,)."""
    service = np.maximum(0, stops.service_s[rows]).astype(np.int64)
    over = np.cumsum(service)
    run, seq = stops.run[rows], stops.seq[rows]
    head = np.r_[True, (run[1:] != run[:-1]) | (seq[1:] != seq[:-1])][: len(rows)]
    before = (over - service)[head]
    return np.asarray(stops.plan_s[rows] + over - before[np.cumsum(head) - 1], np.int64)


class Pace(NamedTuple):
    """Of each run (runs,): share of driving in its time; seconds lost a planned second, and the deviation of that."""

    share: Reals
    lost: Reals
    sd: Reals

    def spread_s(self, run: Longs, ahead_s: Longs, rules: TrackingRules) -> Reals:
        """Standard deviation of arriving so many seconds ahead (n,): the stop, the steps before it, the streets."""
        steps = float(rules.hour_spread_s) ** 2 * self.share[run] * ahead_s / 3600
        return np.asarray(np.sqrt(float(rules.stop_spread_s) ** 2 + steps + (self.sd[run] * ahead_s) ** 2))


def unknown(runs: Runs, rules: TrackingRules) -> Pace:
    """Before anything is seen: traffic is a share of driving time, of which a run has more or less."""
    drive, service = runs.drive_s.astype(np.float64), runs.service_s.astype(np.float64)
    planned = (drive >= 0) & (service >= 0) & (drive + service > 0)
    share = np.where(planned, np.maximum(0.1, drive / np.maximum(1, drive + service)), 1.0)
    return Pace(share, np.zeros(len(runs)), np.asarray(share * rules.pace_pm / 1000))


def by_station(runs: Runs, stops: Stops, rows: Longs, plan_s: Longs, rules: TrackingRules) -> Pace:
    """As the finished stops among `rows` of Stops (all rows of some runs) tell; drones and robots as before.

    plan_s (len(rows),): when they were to be done.
    """
    before = unknown(runs, rules)
    at = np.flatnonzero(stops.done_s[rows] >= 0)
    at = at[np.lexsort((stops.done_s[rows[at]], stops.run[rows[at]]))]
    if not len(at):
        return before
    whose, late = stops.run[rows[at]], stops.done_s[rows[at]] - plan_s[at]
    first = np.r_[True, whose[1:] != whose[:-1]]
    last, run = np.r_[first[1:], True], whose[first]
    planned, lost = plan_s[at[last]] - plan_s[at[first]], late[last] - late[first]
    mine = np.isin(runs.way, BY_ROAD)
    kept = mine[run] & (planned > 0)
    station, n = np.maximum(0, runs.station), int(runs.station.max(initial=0)) + 1
    seen_s = np.bincount(station[run[kept]], planned[kept], n)[station] * mine
    lost_s = np.bincount(station[run[kept]], lost[kept], n)[station] * mine
    worth = rules.hour_spread_s**2 * before.share / 3600 / np.maximum(1e-6, before.sd) ** 2
    left = np.maximum(STAYS, np.sqrt(worth / (seen_s + worth)))
    return Pace(before.share, lost_s / (seen_s + worth), before.sd * left)
