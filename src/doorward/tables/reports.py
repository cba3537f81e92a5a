"""Reports: what shop floors, trucks, drivers and carriers said happened, as they said it and in the order it arrived.

A report is evidence, a scan (tables/packages.py) what follows from it. Reports come late, twice and out of order; what
is asked of them (adapters/reports) depends on which there are, never on the order in which they came.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import I1, I2, I4, I8, Table

Longs = NDArray[np.int64]
FAR_S = 1 << 62
"""Later than anything: where the earliest of nothing is asked for."""


class Reported(Table):
    """Fact (tracking): scans as they were reported.

    package, event (journey.Event), at_s when it happened
    site     Site where it happened; -1 not told
    ref      run (door events, OUT_FOR_DELIVERY, BROUGHT_BACK) or trip (DEPARTED, ARRIVED) as it says; SORTED the site
             put to; -1 not told
    reason   remarks.Reason, 0 none; outcome (doorstep.Outcome) and left (doorstep.Left) of door events, else -1
    device, sequence  who said it, and its count of what it said; -1 not told
    """

    package: I8
    event: I1
    at_s: I8
    site: I4
    ref: I8
    reason: I2
    outcome: I1
    left: I1
    device: I8
    sequence: I8


class Reports(Table):
    """Rows of `Reported` as they arrived, row = report. prev (n,) the package's report that arrived before it, -1."""

    package: I8
    event: I1
    at_s: I8
    site: I4
    ref: I8
    reason: I2
    outcome: I1
    left: I1
    device: I8
    sequence: I8
    prev: I8


class ReportHeads(Table):
    """Row = package: newest (n,) its newest row of Reports, -1 none. Packages nobody spoke of may be missing."""

    newest: I8


class RunReported(Table):
    """Fact (tracking): a run left, broke down or came back: status fleet.RunStatus; metres driven, -1 unknown."""

    run: I4
    status: I1
    at_s: I8
    metres: I4


class RunsTold(Table):
    """Row = run: the earliest time told of each, -1 none; metres the most that was told, -1."""

    left_s: I8
    broken_s: I8
    done_s: I8
    metres: I4


class TripReported(Table):
    """Fact (tracking): a trip left (linehaul.TripStatus.LEFT) or arrived (DONE)."""

    trip: I4
    status: I1
    at_s: I8


class TripsTold(Table):
    """Row = trip: the earliest time told of each, -1 none."""

    left_s: I8
    arrived_s: I8


class Pinged(Table):
    """Fact (tracking): where vehicles of runs were, microdegrees."""

    run: I4
    at_s: I8
    lat_udeg: I4
    lon_udeg: I4


class RunPings(Table):
    """Row = run: where its vehicle was last, and when (at_s -1: nobody said)."""

    at_s: I8
    lat_udeg: I4
    lon_udeg: I4


def rows_about(reports: Reports, heads: ReportHeads, package: Longs) -> tuple[Longs, Longs]:
    """(report, index into `package`) of everything reported of these packages, unordered. O(reports found)."""
    newest = np.full(len(package), -1, np.int64)
    known = package < len(heads)
    newest[known] = heads.newest[package[known]]
    who = np.flatnonzero(newest >= 0)
    at = newest[who]
    rows, owners = [at], [who]
    while len(at):
        before = reports.prev[at]
        more = before >= 0
        at, who = before[more], who[more]
        rows.append(at)
        owners.append(who)
    return np.concatenate(rows), np.concatenate(owners)


def told(column: Longs, row: Longs) -> Longs:
    """Entries of a dense column, -1 where it does not reach."""
    out = np.full(len(row), -1, np.int64)
    inside = row < len(column)
    out[inside] = column[row[inside]]
    return out
