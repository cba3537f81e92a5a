"""Undo and redo on the server: the inverse of an edit, read from what it replaced, if nothing has happened since.

Runs that an edit ended still stand in Runs and Stops as they were planned, so its inverse is at hand: they are planned
once more, in place of those that took theirs. What has left, was visited or planned away meanwhile is refused by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from doorward.core.errors import Refused, Stale
from doorward.lastmile.board.asked import Answer, Redo, Undo
from doorward.lastmile.board.change import Change, answer_of, facts_of, packages_of
from doorward.lastmile.board.common import edited, where
from doorward.lastmile.board.judge import must_fit
from doorward.lastmile.board.lint import lint
from doorward.lastmile.board.sheet import (
    Board,
    Door,
    Sheet,
    Tables,
    block_columns,
    cars_from,
    in_pool,
    read,
    vehicle_columns,
)
from doorward.lastmile.board.timing import Timed, Where, timed
from doorward.lastmile.board.ways import turn_round
from doorward.lastmile.rescue.gather import rows_of
from doorward.lastmile.routing.doors import Cars
from doorward.ledger.desk import Desk
from doorward.tables.board import (
    GONE,
    EditKind,
    Edits,
    EditState,
    LockEdits,
    Locks,
    LocksSet,
    Rewrites,
    ServiceEdits,
    VehicleServed,
)
from doorward.tables.fleet import Runs, RunsPlanned, RunStatus, StopsPlanned

ROUND = {EditKind.UNDO: EditState.DONE, EditKind.REDO: EditState.UNDONE}


def newest(edits: Edits, station: int, kind: EditKind) -> int:
    """The edit of a station that is undone, or done again, next; -1 none."""
    mine = (edits.station == station) & (edits.kind < EditKind.UNDO) & (edits.state == ROUND[kind])
    row = np.flatnonzero(mine)
    if not len(row):
        return -1
    return int(row[-1] if kind == EditKind.UNDO else row[0])


def do_undo(desk: Desk, asked: Undo) -> Answer:
    """See Undo."""
    of = newest(desk.table(Edits), asked.station, EditKind.UNDO)
    if asked.edit >= 0 and of != asked.edit:
        raise Stale(f"edit {asked.edit} is not the newest of station {asked.station}: edit {of} is")
    return _turn_round(desk, asked.station, EditKind.UNDO)


def do_redo(desk: Desk, asked: Redo) -> Answer:
    """See Redo."""
    return _turn_round(desk, asked.station, EditKind.REDO)


def _turn_round(desk: Desk, station: int, kind: EditKind) -> Answer:
    at, edits = where(desk, station), desk.table(Edits)
    of = newest(edits, station, kind)
    word = kind.name.lower()
    if of < 0:
        raise Refused(f"there is nothing to {word} at station {station}")
    source = int(edits.last[of])
    edit, first_run = desk.next(Edits), desk.next(Runs)
    if edits.kind[of] == EditKind.RECHOOSE:
        desk.post(edited(desk, edit, station, kind, of))
        turn_round(desk, of, edit, kind, at.t)
        return Answer(edit=edit)
    change = inverse(desk, source, at, word)
    served = _service(desk, source, edit)
    desk.post(edited(desk, edit, station, kind, of), _locks(desk, source, edit, at.t), served)
    if not change.new.sheets:
        return Answer(edit=edit)
    facts = facts_of(change, edit, first_run, desk.now_s)
    lint([served, *facts], at.t, desk.now_s)
    desk.post(*facts)
    return answer_of(change, edit, first_run, at, desk.table(Locks))


def current(t: Tables, run: int) -> int:
    """The run that stands in a run's place by now; -1 it was dissolved."""
    while run < len(t.book) and (into := int(t.book.into[run])) != -1:
        if into == GONE:
            return -1
        run = into
    return run


class _Pair(NamedTuple):
    """now: the run that stands there, -1 none; then: the run whose plan comes back, -1 none."""

    now: int
    then: int


def inverse(desk: Desk, source: int, at: Where, word: str) -> Change:
    """The change that turns an edit of runs round. Refused with what has happened since."""
    t, rewrites = at.t, desk.table(Rewrites)
    mine = rewrites.take(rewrites.edit == source)
    vehicle = {
        int(run): (int(v), int(b)) for run, v, b in zip(mine.run, mine.vehicle, mine.block, strict=True)
    }
    pairs = []
    for run, into in zip(mine.run.tolist(), mine.into.tolist(), strict=True):
        now = current(t, into) if into >= 0 else -1
        if into >= 0:
            _must_stand(t, into, now, at, word)
        pairs.append(_Pair(now, run))
    there = read(t, [pair.now for pair in pairs if pair.now >= 0], at.rules, at.when)
    empty = Sheet(-1, -1, at.depot.station, (), 0, 0, False)
    old, new, columns = list[Sheet](), list[Sheet](), list[dict[str, int]]()
    for pair in pairs:
        k = there.at(pair.now) if pair.now >= 0 else -1
        sheet = there.sheets[k] if k >= 0 else empty
        doors = _doors(t, pair.then, sheet) if pair.then >= 0 else ()
        old.append(sheet)
        new.append(sheet._replace(doors=doors))
        car = {name: int(getattr(there.cars, name)[k]) for name in there.cars.columns} if k >= 0 else {}
        if pair.then >= 0 and not sheet.road:
            car = _car(t, pair.then, *vehicle[pair.then], at)
        columns.append(car)
    # where nothing stands now, the empty sheet has the car that comes back
    stood = [there.cars.take(np.array([there.at(pair.now)])) if pair.now >= 0 else None for pair in pairs]
    cars = cars_from(columns)
    parts = [cars.take(slice(k, k + 1)) if car is None else car for k, car in enumerate(stood)]
    before, after = Board(old, Cars.concat(parts)), Board(new, cars)
    _must_be_free(t, before, after)
    was, will = timed(before, at), _as_it_was(timed(after, at), after, pairs, t)
    soft = must_fit(was, will, before, after, at, force=True)
    back = [pair.then if pair.now < 0 else -1 for pair in pairs]
    gone = np.setdiff1d(packages_of(before), packages_of(after))
    return Change(before, after, was, will, gone, soft, back)


def _must_stand(t: Tables, run: int, now: int, at: Where, word: str) -> None:
    """Refused unless the run that an edit made (or one like it) still stands as it made it."""
    if now < 0:
        raise Refused(f"this cannot be {word}ne any more: run {run} was dissolved")
    then, rows = rows_of(t.stops, run), rows_of(t.stops, now)
    if t.runs.status[now] == RunStatus.LEFT and t.runs.before[run] < 0:
        raise Refused(f"run {now} left at {at.when.clock(int(t.runs.left_s[now]))}")
    done = rows[t.stops.done_s[rows] >= 0]
    if len(done):
        package, when = int(t.stops.package[done[0]]), int(t.stops.done_s[done[0]])
        raise Refused(f"package {package} of run {now} was visited at {at.when.clock(when)}")
    if not np.array_equal(t.stops.package[then], t.stops.package[rows]):
        raise Refused(f"run {now} has changed since")


def _doors(t: Tables, run: int, sheet: Sheet) -> tuple[Door, ...]:
    """Doors of a run that ended, as they were planned; of one on the road those that are on the sheet."""
    rows = rows_of(t.stops, run)
    if sheet.road:
        aboard = [package for door in sheet.doors for package in door]
        rows = rows[np.isin(t.stops.package[rows], aboard)]
    package, seq = t.stops.package[rows], t.stops.seq[rows]
    return tuple(tuple(package[seq == each].tolist()) for each in np.unique(seq))


def _car(t: Tables, run: int, vehicle: int, block: int, at: Where) -> dict[str, int]:
    """The vehicle that a run had, leaving when it was to, or now."""
    car = (
        vehicle_columns(t, vehicle, at.rules, at.when) if vehicle >= 0 else block_columns(t, block, at.rules)
    )
    car["depart_s"] = max(at.when.now_s, int(t.runs.depart_s[run]))
    return car


def _must_be_free(t: Tables, before: Board, after: Board) -> None:
    """Refused if a package or a vehicle that comes back has been used elsewhere."""
    had = set(packages_of(before).tolist())
    for sheet in after.sheets:
        for package in (p for door in sheet.doors for p in door):
            if package not in had and (why := in_pool(t, package, sheet.station)):
                raise Refused(f"package {package} cannot come back: {why}")
    mine = {sheet.run for sheet in before.sheets}
    for name in ("vehicle", "block"):
        for each in getattr(after.cars, name).tolist():
            other = np.flatnonzero((getattr(t.runs, name) == each) & (t.runs.status != RunStatus.DONE))
            if each >= 0 and (taken := [run for run in other.tolist() if run not in mine]):
                raise Refused(f"{name} {each} is on run {taken[0]} by now")


def _as_it_was(after: Timed, board: Board, pairs: Sequence[_Pair], t: Tables) -> Timed:
    """Runs that leave when they were to come back to the second: their old rows, numbered anew, and their limits are
    not judged again."""
    runs, stops, over = [], [], after.over.copy()
    for k, pair in enumerate(pairs):
        row = int(after.row[k])
        if row < 0:
            continue
        run, mine = after.runs.take(slice(row, row + 1)), after.of(k)
        if not board.sheets[k].road and int(t.runs.depart_s[pair.then]) == int(run.depart_s[0]):
            rows = rows_of(t.stops, pair.then)
            same = {name: getattr(t.stops, name)[rows] for name in StopsPlanned.columns}
            mine = StopsPlanned(**same).replace(run=np.full(len(rows), row))
            over[k] = -np.inf
            names = ("back_s", "dist_m", "drive_s", "service_s", "cost_c", "volume_ml", "weight_g")
            run = run.replace(**{name: getattr(t.runs, name)[[pair.then]] for name in names})
        runs.append(run)
        stops.append(mine)
    return after._replace(runs=RunsPlanned.concat(runs), stops=StopsPlanned.concat(stops), over=over)


def _locks(desk: Desk, source: int, edit: int, t: Tables) -> LocksSet:
    """Locks as they were; those of runs on the run that stands there now."""
    all_ = desk.table(LockEdits)
    mine = all_.take(all_.edit == source)
    run = [current(t, each) if each >= 0 else -1 for each in mine.run.tolist()]
    good = (np.array(run, np.int64) >= 0) | (mine.package >= 0)
    turned = LocksSet.fill(len(mine), edit=edit, run=run, package=mine.package, on=mine.was, was=mine.on)
    return turned.take(good)


def _service(desk: Desk, source: int, edit: int) -> VehicleServed:
    """Vehicles in and out as they were."""
    all_ = desk.table(ServiceEdits)
    mine = all_.take(all_.edit == source)
    return VehicleServed.fill(len(mine), edit=edit, vehicle=mine.vehicle, out=1 - mine.out)
