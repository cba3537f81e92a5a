"""Which limits an edit breaks that held before, by how much, and what would have fit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from doorward.lastmile.board.asked import Misfit, Unfit
from doorward.lastmile.board.kernel import closest
from doorward.lastmile.board.sheet import Board, Door
from doorward.lastmile.board.timing import Laid, Timed, Where, timed
from doorward.lastmile.routing.why import BARRED, RANGE, STOPS, TIME, VOLUME, WEIGHT, WINDOW
from doorward.tables.fleet import StopsPlanned
from doorward.tables.remarks import Reason

Ints = NDArray[np.int64]
LIMITS: dict[int, tuple[Reason, str, int]] = {
    VOLUME: (Reason.NO_VOLUME, "ml", 1),
    WEIGHT: (Reason.NO_WEIGHT, "g", 1),
    STOPS: (Reason.NO_STOPS, "stops", 1),
    TIME: (Reason.NO_TIME, "min", 60),
    RANGE: (Reason.NO_RANGE, "m", 1),
    WINDOW: (Reason.WINDOW_CLOSED, "min", 60),
    BARRED: (Reason.BARRED, "access", 1),
}
"""Reason, unit, and how many of the kernel's make one."""
WORDS = {
    VOLUME: "has {short} ml too little room",
    WEIGHT: "has {short} g too little payload",
    STOPS: "may make {short} stop(s) less",
    TIME: "has {short} min too few",
    RANGE: "gets {short} m less far",
    WINDOW: "would be {short} min late at a window that must be kept",
    BARRED: "is barred from the door",
}
TRIES = 6
"""Earlier departures tried."""


def must_fit(before: Timed, after: Timed, old: Board, new: Board, at: Where, force: bool) -> list[Misfit]:
    """Broken limits that an edit leaves or (soft, forced) makes. Raises Unfit for others: sheets of both are the same.

    A limit that was broken before may stay broken, but not get worse.
    """
    found = [
        misfit(new, k, limit, float(after.over[k, limit]), at)
        for k in range(len(new.sheets))
        for limit in LIMITS
        if after.over[k, limit] > max(0.0, before.over[k, limit])
    ]
    soft = list(_promises(before, after, old, new, at))
    if found or (soft and not force):
        raise Unfit([*found, *soft], "this cannot be done")
    return soft


def who(board: Board, k: int, at: Where) -> str:
    """A vehicle's name, and its run's number."""
    vehicle, run = int(board.cars.vehicle[k]), board.sheets[k].run
    name = (
        f"vehicle {at.t.vehicles.name[vehicle]}"
        if vehicle >= 0
        else f"the driver of block {board.cars.block[k]}"
    )
    return f"{name} (run {run})" if run >= 0 else name


def misfit(board: Board, k: int, limit: int, over: float, at: Where, package: int = -1) -> Misfit:
    """One broken limit of sheet k in words, and when it would have to leave."""
    reason, unit, per = LIMITS[limit]
    short = max(1, int(-(-over // per)))
    if limit == VOLUME:  # a vehicle's volume, of which parcels fill a share
        short = -(-short * 1000 // at.rules.volume_fill_pm)
    start = earlier(board, k, limit, int(np.ceil(over)), at) if limit in (TIME, WINDOW) else -1
    words = f"{who(board, k, at)} {WORDS[limit].format(short=short)}"
    words += f"; a start at {at.when.clock(start)} would do" if start >= 0 else ""
    return Misfit(
        run=board.sheets[k].run, vehicle=int(board.cars.vehicle[k]), block=int(board.cars.block[k]), package=package,
        limit=reason.name, short=short, unit=unit, start_s=start, words=words,
    )  # fmt: skip


def earliest_s(board: Board, k: int, at: Where) -> int:
    """When sheet k could leave at the earliest: loaded, and in its shift; -1 it has left, or is a gig driver's."""
    vehicle = int(board.cars.vehicle[k])
    if board.sheets[k].road or vehicle < 0:
        return -1
    loaded = at.when.now_s if board.sheets[k].run >= 0 else at.when.now_s + at.rules.load_s
    return max(loaded, at.when.midnight_s + int(at.t.vehicles.shift_lo_s[vehicle]))


def earlier(board: Board, k: int, limit: int, over_s: int, at: Where) -> int:
    """A departure, as late as it may be, at which sheet k keeps a limit; -1 none is possible."""
    least, start = earliest_s(board, k, at), int(board.cars.depart_s[k])
    one = board.take([k])
    for _ in range(TRIES):
        start -= max(60, -(-over_s // 60) * 60)
        if least < 0 or start < least:
            return -1
        trial = one._replace(cars=one.cars.replace(depart_s=[start]))
        over_s = int(np.ceil(timed(trial, at).over[0, limit]))
        if over_s <= 0:
            return start
    return -1


def late_by(stops: StopsPlanned, due_s: Ints, now_s: int) -> dict[int, int]:
    """Seconds that packages whose promise is not past yet come after it, by plan."""
    if not len(stops):
        return {}
    head = np.r_[True, (np.diff(stops.run) != 0) | (np.diff(stops.seq) != 0)]
    door = np.cumsum(head) - 1
    over = stops.plan_s[head] + np.bincount(door, stops.service_s).astype(np.int64)
    late = over[door] - due_s[stops.package]
    broken = (late > 0) & (due_s[stops.package] > now_s)
    return dict(zip(stops.package[broken].tolist(), late[broken].tolist(), strict=True))


def _promises(before: Timed, after: Timed, old: Board, new: Board, at: Where) -> Iterator[Misfit]:
    """Promises that the edit breaks, one for each sheet: the one that is latest."""
    due = at.t.packages.due_s
    was = late_by(before.stops, due, at.when.now_s)
    for k in range(len(new.sheets)):
        mine = late_by(after.of(k), due, at.when.now_s)
        fresh = {package: late for package, late in mine.items() if package not in was}
        if not fresh:
            continue
        package = max(fresh, key=lambda each: (fresh[each], -each))
        start = in_time_at(new, k, list(fresh), fresh[package], at)
        short = -(-fresh[package] // 60)
        noun = "promise" if len(fresh) == 1 else "promises"
        words = f"{who(new, k, at)} would break {len(fresh)} {noun}, package {package} by {short} min"
        words += f"; a start at {at.when.clock(start)} would do" if start >= 0 else ""
        yield Misfit(
            run=new.sheets[k].run, vehicle=int(new.cars.vehicle[k]), block=int(new.cars.block[k]), package=package,
            limit=Reason.WINDOW_CLOSED.name, short=short, unit="min", start_s=start, soft=True, words=words,
        )  # fmt: skip


def in_time_at(board: Board, k: int, packages: list[int], late_s: int, at: Where) -> int:
    """A departure of sheet k at which these packages come in time; -1 none is possible."""
    least, start = earliest_s(board, k, at), int(board.cars.depart_s[k])
    one = board.take([k])
    for _ in range(TRIES):
        start -= max(60, -(-late_s // 60) * 60)
        if least < 0 or start < least:
            return -1
        trial = timed(one._replace(cars=one.cars.replace(depart_s=[start])), at)
        late = late_by(trial.stops, at.t.packages.due_s, at.when.now_s)
        late_s = max((late.get(each, 0) for each in packages), default=0)
        if late_s <= 0:
            return start
    return -1


def closest_fits(board: Board, laid: Laid, door: Door, lead: Ints, at: Where) -> list[Misfit]:
    """For each sheet that may take the last door of `laid`: the first limit broken where the fewest are, and what fits.

    Vehicles with the fewest broken limits first, of these the cheapest. A sheet on which it fits is not told.
    """
    found = closest(laid.task, laid.routes, len(laid.doors.volume) - 1, lead.astype(np.int64))
    told = []
    for k in np.lexsort((found[:, 1], found[:, 0])).tolist():
        if not np.isfinite(found[k, 0]) or found[k, 0] == 0:
            continue
        limit = int(np.flatnonzero(found[k, 3:] > 0)[0])
        p, sheet = int(found[k, 2]), board.sheets[k]
        trial = board.put(k, [*sheet.doors[:p], door, *sheet.doors[p:]])
        told.append(misfit(trial, k, limit, float(found[k, 3 + limit]), at, door[0]))
    return told
