"""Runs cut into doors: what is done at each, what is expected, and how it stands. Columns, for all read models.

A door is what shares (run, seq). A run is behind its plan by its newest door done, but at least by what its next one
is overdue (tracking.plan.run_shift_s): the same reckoning that arrival intervals rest on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.runtime.look.tone import Stand, Tones, worst
from doorward.runtime.look.view import Flags, Longs, View
from doorward.tables.doorstep import Outcome
from doorward.tables.fleet import Runs, RunStatus, Stops
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites
from doorward.tracking.pace import served_s
from doorward.tracking.plan import run_shift_s

NEVER_S = np.int64(1 << 60)
GOOD = np.isin(np.arange(len(Outcome)), (Outcome.DELIVERED, Outcome.STORED))


class Doors(NamedTuple):
    """Doors of some runs, by run and seq.

    run (r,) ascending; start (r+1,) bounds of each in the doors; shift_s (r,) behind plan; stand (r,) Stand of the run
    rows (s,) rows of Stops; head (d+1,) bounds of each door in them; live (s,) the package is still to be handed over
    here, stand_s (s,) Stand of its package then
    of (d,) place of the door's run in `run`; lat, lon (d,) microdegrees
    plan_s, served_s (d,) planned arrival, planned end of handling; done_s (d,) -1 not yet
    open (d,) a package is still to be handed over; due_s (d,) earliest promise of its packages, NEVER_S none
    late (d,) open: expected after that; done: some package came after its own
    stand_d (d,) Stand of what is open, else DONE
    """

    run: Longs
    start: Longs
    shift_s: Longs
    stand: Tones
    rows: Longs
    head: Longs
    live: Flags
    stand_s: Tones
    of: Longs
    lat: NDArray[np.int32]
    lon: NDArray[np.int32]
    plan_s: Longs
    served_s: Longs
    done_s: Longs
    open: Flags
    due_s: Longs
    late: Flags
    stand_d: Tones

    @property
    def first_open(self) -> Longs:
        """The next door of each run, (r,); -1 none is open."""
        found = np.full(len(self.run), -1, np.int64)
        door = np.flatnonzero(self.open)[::-1]
        found[self.of[door]] = door
        return found

    @property
    def last_done(self) -> Longs:
        """The door done last of each run, (r,); -1 none yet."""
        found = np.full(len(self.run), -1, np.int64)
        door = np.flatnonzero(self.done_s >= 0)
        door = door[np.argsort(self.done_s[door], kind="stable")]
        found[self.of[door]] = door
        return found


def doors_of(view: View, run: Longs) -> Doors:
    """Doors of these runs; run (r,) ascending. O(their stops)."""
    stops, runs, packages = view.table(Stops), view.table(Runs), view.table(Packages)
    rows, bound = view.stops_of(run)
    which = np.repeat(np.arange(len(run)), np.diff(bound))
    seq, package = stops.seq[rows], stops.package[rows]
    new = np.ones(len(rows), np.bool_)
    new[1:] = (which[1:] != which[:-1]) | (seq[1:] != seq[:-1])
    first = np.flatnonzero(new)
    door = np.cumsum(new) - 1
    d = len(first)
    plan_s = served_s(stops, rows) if len(rows) else rows
    shift = run_shift_s(runs, stops, rows, plan_s, view.now_s)[run]
    rolling = runs.status[run] != RunStatus.DONE
    undone = stops.done_s[rows] < 0
    live = undone & (packages.stop[package] == rows) & rolling[which]
    stand_s = np.full(len(rows), int(Stand.DONE), np.int8)
    stand_s[live] = view.tones_of(package[live])
    open_ = np.bincount(door[live], minlength=d) > 0
    waits = np.bincount(door[undone], minlength=d) > 0
    done_s = np.full(d, -1, np.int64)
    np.maximum.at(done_s, door, stops.done_s[rows])
    done_s[waits] = -1
    due = packages.due_s[package]
    after = np.where(undone, False, (due >= 0) & (stops.done_s[rows] > due))
    due_s = np.full(d, NEVER_S)
    told = due >= 0
    np.minimum.at(due_s, door[told], due[told])
    served = np.zeros(d, np.int64)
    np.maximum.at(served, door, plan_s)
    of = which[first]
    expected = served + shift[of]
    late = np.where(
        open_, np.maximum(expected, view.now_s) > due_s, np.bincount(door[after], minlength=d) > 0
    )
    stand_d = worst(stand_s, door, d)
    lat, lon = places(view, package[first])
    return Doors(
        run, np.searchsorted(of, np.arange(len(run) + 1)).astype(np.int64), shift,
        _run_stand(view, run, of, stand_d, late & open_, open_), rows,
        np.r_[first, len(rows)].astype(np.int64), live, stand_s, of, lat, lon, stops.plan_s[rows[first]], served,
        done_s, open_, due_s, late, stand_d,
    )  # fmt: skip


def _run_stand(view: View, run: Longs, of: Longs, stand: Tones, late: Flags, open_: Flags) -> Tones:
    """Stand of runs (r,): worst door; at risk at least where an open door is expected late, or it stands broken."""
    found = worst(stand, of, len(run))
    found[found == Stand.NONE] = Stand.DONE
    broken = (view.table(Runs).status[run] == RunStatus.BROKEN)[of] & open_
    alert = of[late | broken]
    found[alert] = np.maximum(found[alert], Stand.AT_RISK)
    return found


def places(view: View, package: Longs) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Where the doors of these packages are: the doorstep, or the locker; microdegrees."""
    packages, orders, sites = view.table(Packages), view.table(Orders), view.table(Sites)
    order, locker = packages.order[package], packages.locker[package]
    lat, lon = orders.lat_udeg[order], orders.lon_udeg[order]
    boxed = np.flatnonzero(locker >= 0)
    lat[boxed], lon[boxed] = sites.lat_udeg[locker[boxed]], sites.lon_udeg[locker[boxed]]
    return lat, lon


def degrees(udeg: NDArray[np.int32] | Longs) -> list[float]:
    """Microdegrees as degrees."""
    found: list[float] = np.round(udeg * 1e-6, 6).tolist()
    return found
