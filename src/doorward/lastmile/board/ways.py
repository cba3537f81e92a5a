"""Ways to the door that a dispatcher lets be chosen anew, and back again while nothing has come of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.errors import Refused
from doorward.lastmile.board.asked import Answer, Rechoose
from doorward.lastmile.board.common import edited, some, tables
from doorward.lastmile.board.sheet import Tables
from doorward.ledger.desk import Desk
from doorward.tables.board import EditKind, Edits, WayEdits
from doorward.tables.journey import Status
from doorward.tables.remarks import Reason
from doorward.tables.ways import Bills, WayCapacity, WayChosen, WayDropped

WAITS = (Status.READY, Status.PLANNED)


def do_rechoose(desk: Desk, asked: Rechoose) -> Answer:
    """See Rechoose."""
    t, packages = tables(desk), some(desk, asked.packages)
    for p in packages:
        if t.packages.way[p] < 0:
            raise Refused(f"package {p} waits for its way already")
        _must_wait(t, p)
    edit, row = desk.next(Edits), np.array(packages, np.int64)
    station = int(t.packages.station[row[0]])
    desk.post(
        edited(desk, edit, station, EditKind.RECHOOSE), _as_chosen(desk, t, row, edit), _dropped(t, row)
    )
    return Answer(edit=edit, pool=packages)


def turn_round(desk: Desk, of: int, edit: int, kind: EditKind, t: Tables) -> None:
    """Give back the ways that the edit `of` took, or take them once more, as the edit `edit`.

    Refused if a package has gone on meanwhile, or its place was given away.
    """
    took = desk.table(WayEdits)
    mine = took.take(took.edit == of)
    for p in mine.package.tolist():
        _must_wait(t, p)
    if kind == EditKind.REDO:
        row = mine.package[t.packages.way[mine.package] >= 0]
        desk.post(_dropped(t, row))
        return
    _must_have_room(desk, mine)
    desk.post(WayChosen(**{name: getattr(mine, name) for name in WayChosen.columns}))


def _must_wait(t: Tables, package: int) -> None:
    stop, status = int(t.packages.stop[package]), Status(int(t.packages.status[package]))
    if stop >= 0:
        raise Refused(f"package {package} stands on run {int(t.stops.run[stop])}: take it off first")
    if status not in WAITS:
        raise Refused(
            f"package {package} is {status.name}: a way is chosen when it is planned, or ready at a station"
        )


def _as_chosen(desk: Desk, t: Tables, row: NDArray[np.int64], edit: int) -> WayEdits:
    """Ways as they are, to be given back."""
    bills = Bills.concat(
        [desk.table(Bills), Bills.fill(len(t.packages), gates=0)]
    )  # few may have been billed yet
    same = {name: getattr(bills, name)[row] for name in Bills.columns}
    same |= {
        name: getattr(t.packages, name)[row]
        for name in ("way", "carrier", "station", "locker", "next_site", "leave_s", "bill_c", "co2_mg")
    }
    return WayEdits.fill(len(row), edit=edit, package=row, **same)


def _dropped(t: Tables, row: NDArray[np.int64]) -> WayDropped:
    return WayDropped.fill(len(row), package=row, way=t.packages.way[row], reason=int(Reason.DISPATCHER))


def _must_have_room(desk: Desk, back: WayEdits) -> None:
    """Refused if the room that packages had was given to others."""
    room, bills = desk.table(WayCapacity), desk.table(Bills)
    for name in ("opening", "pool"):
        then, now = getattr(back, name).astype(np.int64), getattr(bills, name)[back.package]
        comes = then[(then >= 0) & (then != now)]
        need = np.bincount(comes, minlength=len(room))
        full = np.flatnonzero((need > 0) & (room.taken + need > room.limit))
        if len(full):
            p = int(back.package[np.isin(then, full)][0])
            raise Refused(f"package {p} cannot have its way back: its place was given to another")
