"""What a dispatcher may ask for: edits of runs, locks, vehicles, proposals, undo. Answers tell the consequences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doorward.core.errors import BadInput, Refused
from doorward.lastmile.board.asked import (
    Accept,
    Answer,
    Discard,
    Lock,
    Misfit,
    Move,
    Open,
    Propose,
    Put,
    Rechoose,
    Redo,
    Service,
    Start,
    Survey,
    Swap,
    TakeOff,
    Undo,
)
from doorward.lastmile.board.change import answer_of, change_of, facts_of
from doorward.lastmile.board.common import (
    edited,
    free_vehicle,
    kept,
    one_station,
    open_runs,
    runs_of,
    some,
    tables,
    where,
)
from doorward.lastmile.board.judge import closest_fits, earliest_s
from doorward.lastmile.board.lint import lint
from doorward.lastmile.board.plan import as_doors, move, put, take_off
from doorward.lastmile.board.proposals import do_accept, do_discard, do_propose, do_survey
from doorward.lastmile.board.sheet import (
    VANS,
    Board,
    Sheet,
    cars_from,
    doors_of,
    in_pool,
    open_rows,
    read,
    vehicle_columns,
)
from doorward.lastmile.board.timing import Where, is_locked, lay_out
from doorward.lastmile.board.undo import do_redo, do_undo
from doorward.lastmile.board.ways import do_rechoose
from doorward.lastmile.routing.doors import Cars
from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.tables.board import EditKind, Edits, Locks, LocksSet, VehicleServed
from doorward.tables.fleet import Runs, RunStatus


def do_move(desk: Desk, asked: Move) -> Answer:
    """See Move."""
    t = tables(desk)
    packages = some(desk, asked.packages)
    runs = list(dict.fromkeys([asked.run, *runs_of(t, packages)]))
    at = where(desk, one_station(t, runs))
    old = read(t, runs, at.rules, at.when)
    return kept(
        desk, change_of(old, move(old, packages, 0, asked.place, at), at, asked.force), EditKind.MOVE, at
    )


def do_take_off(desk: Desk, asked: TakeOff) -> Answer:
    """See TakeOff."""
    t = tables(desk)
    packages = some(desk, asked.packages)
    runs = runs_of(t, packages)
    at = where(desk, one_station(t, runs))
    old = read(t, runs, at.rules, at.when)
    return kept(desk, change_of(old, take_off(old, t, packages), at, force=True), EditKind.TAKE_OFF, at)


def do_put(desk: Desk, asked: Put) -> Answer:
    """See Put."""
    t = tables(desk)
    packages = some(desk, asked.packages)
    if asked.run >= 0:
        at, runs, to = where(desk, one_station(t, [asked.run])), [asked.run], 0
    else:
        station = int(t.packages.station[packages[0]])
        if why := in_pool(t, packages[0], station):
            raise Refused(f"package {packages[0]} cannot be put on a run: {why}")
        at, to = where(desk, station), -1
        if asked.place >= 0:
            raise BadInput(
                "a place, but no run", where="place", rule="a place is one of a run", remedy="name the run"
            )
        runs = open_runs(t, station, at.rules)
        if not runs:
            raise Refused(f"station {station} has no run that has not left: open one")
    old = read(t, runs, at.rules, at.when)
    return kept(
        desk, change_of(old, put(old, packages, to, asked.place, at), at, asked.force), EditKind.PUT, at
    )


def do_swap(desk: Desk, asked: Swap) -> Answer:
    """See Swap."""
    t = tables(desk)
    at = where(desk, one_station(t, [asked.run, asked.other]))
    if asked.run == asked.other:
        raise BadInput(f"run {asked.run} twice", where="other", rule="two runs exchange their vehicles")
    old = read(t, [asked.run, asked.other], at.rules, at.when)
    for sheet, vehicle in zip(old.sheets, old.cars.vehicle, strict=True):
        if sheet.road or vehicle < 0:
            why = "it has left" if sheet.road else "a gig driver's block is the driver's own"
            raise Refused(f"run {sheet.run} cannot change its vehicle: {why}")
    start, lo = (
        old.cars.depart_s,
        [at.when.midnight_s + int(t.vehicles.shift_lo_s[v]) for v in old.cars.vehicle[[1, 0]]],
    )
    new = Board(old.sheets, old.cars.take(np.array([1, 0])).replace(depart_s=np.maximum(start, lo)))
    return kept(desk, change_of(old, new, at, asked.force), EditKind.SWAP, at)


def do_open(desk: Desk, asked: Open) -> Answer:
    """See Open."""
    t = tables(desk)
    packages = some(desk, asked.packages)
    free_vehicle(t, asked.vehicle)
    station = int(t.vehicles.station[asked.vehicle])
    pool = [p for p in packages if t.packages.stop[p] < 0]
    runs = runs_of(t, [p for p in packages if t.packages.stop[p] >= 0])
    if runs and (theirs := one_station(t, runs)) != station:
        raise Refused(f"vehicle {asked.vehicle} stands at station {station}, their runs leave from {theirs}")
    at = where(desk, station)
    there = read(t, runs, at.rules, at.when)
    car = vehicle_columns(t, asked.vehicle, at.rules, at.when)
    old = Board(
        [Sheet(-1, -1, station, (), 0, 0, False), *there.sheets], Cars.concat([cars_from([car]), there.cars])
    )
    if asked.start_s >= 0:
        old = leaving(old, 0, asked.start_s, at)
    new = old
    if runs:
        new = move(new, [p for p in packages if t.packages.stop[p] >= 0], 0, -1, at)
    if pool:
        new = put(new, pool, 0, -1, at)
    return kept(desk, change_of(old, new, at, asked.force), EditKind.OPEN, at)


def leaving(board: Board, k: int, start_s: int, at: Where) -> Board:
    """The board with another departure of sheet k. Refused before it can be loaded, or its shift begins."""
    least = earliest_s(board, k, at)
    if least < 0:
        raise Refused(f"run {board.sheets[k].run} has left, or is a gig driver's: its start is given")
    if start_s < least:
        raise Refused(f"it cannot leave at {at.when.clock(start_s)}: {at.when.clock(least)} is the earliest")
    depart = board.cars.depart_s.copy()
    depart[k] = start_s
    return board._replace(cars=board.cars.replace(depart_s=depart))


def do_start(desk: Desk, asked: Start) -> Answer:
    """See Start."""
    at = where(desk, one_station(tables(desk), [asked.run]))
    old = read(at.t, [asked.run], at.rules, at.when)
    return kept(desk, change_of(old, leaving(old, 0, asked.start_s, at), at, asked.force), EditKind.START, at)


def do_lock(desk: Desk, asked: Lock) -> Answer:
    """See Lock."""
    t, locks = tables(desk), desk.table(Locks)
    if not asked.packages and not asked.runs:
        raise BadInput("no package and no run", where="packages", rule="name at least one to lock")
    packages = some(desk, asked.packages) if asked.packages else []
    station = one_station(t, [*asked.runs, *runs_of(t, packages)])
    for run in asked.runs:
        if t.runs.status[run] in (RunStatus.DONE, RunStatus.BROKEN):
            raise Refused(f"run {run} has ended: there is nothing to lock")
    doors = [p for run in runs_of(t, packages) for door in doors_of(t, open_rows(t, run)) for p in door
             if set(door) & set(packages)]  # fmt: skip
    was = is_locked(locks, np.array(doors, np.int64))
    held = [run < len(t.book) and t.book.locked[run] == 1 for run in asked.runs]
    change = [p for p, on in zip(doors, was.tolist(), strict=True) if on != asked.on]
    runs = [run for run, on in zip(asked.runs, held, strict=True) if on != asked.on]
    if not change and not runs:
        return Answer(edit=-1)
    edit, n = desk.next(Edits), len(change) + len(runs)
    desk.post(
        edited(desk, edit, station, EditKind.LOCK),
        LocksSet.fill(
            n, edit=edit, run=[*runs, *[-1] * len(change)], package=[*[-1] * len(runs), *change],
            on=int(asked.on), was=int(not asked.on),
        ),
    )  # fmt: skip
    return Answer(edit=edit)


def do_service(desk: Desk, asked: Service) -> Answer:
    """See Service."""
    t, v = tables(desk), asked.vehicle
    if not 0 <= v < len(t.vehicles):
        raise BadInput(
            f"there is no vehicle {v}", where="vehicle", rule=f"they are 0 to {len(t.vehicles) - 1}"
        )
    if (v < len(t.out) and t.out.since_s[v] >= 0) == asked.out:
        return Answer(edit=-1)
    at = where(desk, int(t.vehicles.station[v]))
    planned = np.flatnonzero((t.runs.vehicle == v) & (t.runs.status == RunStatus.PLANNED)).tolist()
    change = None
    if asked.out and planned and t.runs.before[planned[0]] < 0:
        if not asked.release:
            raise Refused(
                f"vehicle {t.vehicles.name[v]} is to leave on run {planned[0]}: exchange it, or release what it brings"
            )
        old = read(t, planned, at.rules, at.when)
        change = change_of(old, old.put(0, ()), at, force=True)
    edit, first_run = desk.next(Edits), desk.next(Runs)
    served = VehicleServed.fill(1, edit=edit, vehicle=v, out=int(asked.out))
    desk.post(edited(desk, edit, at.depot.station, EditKind.SERVICE), served)
    if change is None:
        return Answer(edit=edit)
    facts = facts_of(change, edit, first_run, desk.now_s)
    lint([served, *facts], t, desk.now_s)
    desk.post(*facts)
    return answer_of(
        change, edit, first_run, at, desk.table(Locks), fits=fits(change.taken.tolist(), at, but=v)
    )


def fits(packages: Sequence[int], at: Where, but: int = -1) -> list[Misfit]:
    """Why packages of one station stand on no run: for each door the limit that binds first on each vehicle, and what
    would have fit. but: a vehicle that is not asked."""
    t, station = at.t, at.depot.station
    runs = [run for run in open_runs(t, station, at.rules) if t.runs.vehicle[run] != but]
    there = read(t, runs, at.rules, at.when)
    busy = set(t.runs.vehicle[t.runs.status != RunStatus.DONE].tolist())
    mine = np.flatnonzero((t.vehicles.station == station) & np.isin(t.vehicles.way, VANS)).tolist()
    yard = [v for v in mine if v not in busy and v != but and t.vehicles.max_stops[v] > 0]
    cars = cars_from([vehicle_columns(t, v, at.rules, at.when) for v in yard])
    sheets = [*there.sheets, *[Sheet(-1, -1, station, (), 0, 0, False)] * len(yard)]
    board, found = Board(sheets, Cars.concat([there.cars, cars])), list[Misfit]()
    if not sheets:
        return found
    for door in as_doors(t, packages):
        found += closest_fits(board, lay_out(board, at, [door]), door, np.zeros(len(sheets), np.int64), at)
    return found


COMMANDS = [
    Command("board.move", Move, do_move),
    Command("board.take_off", TakeOff, do_take_off),
    Command("board.put", Put, do_put),
    Command("board.lock", Lock, do_lock),
    Command("board.swap", Swap, do_swap),
    Command("board.open", Open, do_open),
    Command("board.start", Start, do_start),
    Command("board.service", Service, do_service),
    Command("board.survey", Survey, do_survey),
    Command("board.propose", Propose, do_propose),
    Command("board.accept", Accept, do_accept),
    Command("board.discard", Discard, do_discard),
    Command("board.undo", Undo, do_undo),
    Command("board.redo", Redo, do_redo),
    Command("package.rechoose", Rechoose, do_rechoose, then=("carriers.choose",)),
]
"""What the board is asked."""
