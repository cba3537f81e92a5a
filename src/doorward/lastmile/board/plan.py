"""Edits of sheets: doors moved, taken off, put where they cost least. Pure; every edit makes new sheets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doorward.core.errors import BadInput, Refused
from doorward.lastmile.board.asked import Unfit
from doorward.lastmile.board.judge import closest_fits
from doorward.lastmile.board.kernel import places
from doorward.lastmile.board.sheet import Board, Door, Tables, in_pool, place
from doorward.lastmile.board.timing import Where, lay_out


def doors_with(board: Board, t: Tables, packages: Sequence[int]) -> list[tuple[int, Door]]:
    """(sheet, door) of each of these packages, each door once, in the order asked for. Refused if one is on none."""
    where = {p: (k, door) for k, sheet in enumerate(board.sheets) for door in sheet.doors for p in door}
    found: list[tuple[int, Door]] = []
    for package in packages:
        if package not in where:
            raise Refused(f"package {package} stands on none of these runs, or has been brought")
        if where[package] not in found:
            found.append(where[package])
    return found


def take_off(board: Board, t: Tables, packages: Sequence[int]) -> Board:
    """The sheets without the doors of these packages."""
    for k, door in doors_with(board, t, packages):
        sheet = board.sheets[k]
        if sheet.road:
            raise Refused(
                f"package {door[0]} is aboard run {sheet.run}, on the road: it is brought, or comes home with the run"
            )
        board = board.put(k, [each for each in sheet.doors if each != door])
    return board


def move(board: Board, packages: Sequence[int], to: int, where: int, at: Where) -> Board:
    """The doors of these packages on sheet `to`, before its door `where` (-1: each where it costs least)."""
    moved, target = doors_with(board, at.t, packages), board.sheets[to]
    for k, door in moved:
        sheet = board.sheets[k]
        if k != to and (sheet.road or target.road):
            raise Refused(_cannot_hop(door[0], sheet.run if sheet.road else target.run, sheet.road))
        if sheet.doors.index(door) < sheet.lead:
            raise Refused(f"run {sheet.run} is at the door of package {door[0]}, or on its way there")
        board = board.put(k, [each for each in board.sheets[k].doors if each != door])
    return _put_all(board, [door for _, door in moved], to, where, at)


def _cannot_hop(package: int, run: int, aboard: bool) -> str:
    if aboard:
        return (
            f"package {package} is aboard run {run}, on the road: it can be brought earlier or later, but changes vans"
            " only where one breaks down (rescue)"
        )
    return f"run {run} has left: package {package} is not aboard"


def put(board: Board, packages: Sequence[int], to: int, where: int, at: Where) -> Board:
    """Packages of the pool on sheet `to` (-1: on whichever costs least), doors of one place together."""
    for package in packages:
        station = board.sheets[to].station if to >= 0 else int(at.t.packages.station[package])
        if why := in_pool(at.t, package, station):
            raise Refused(f"package {package} cannot be put on a run: {why}")
        if to >= 0 and board.sheets[to].road:
            raise Refused(_cannot_hop(package, board.sheets[to].run, False))
    return _put_all(board, as_doors(at.t, packages), to, where, at)


def as_doors(t: Tables, packages: Sequence[int]) -> list[Door]:
    """Packages of one place as one door, in the order of their first."""
    found: dict[tuple[int, int, bool], list[int]] = {}
    for package in dict.fromkeys(packages):
        found.setdefault(place(t, package), []).append(package)
    return [sorted_door(t, door) for door in found.values()]


def sorted_door(t: Tables, packages: Sequence[int]) -> Door:
    """As they are handed over: by order and number."""
    return tuple(sorted(packages, key=lambda each: (int(t.packages.order[each]), each)))


def _put_all(board: Board, doors: Sequence[Door], to: int, where: int, at: Where) -> Board:
    for door in doors:
        k, p = (to, where) if where >= 0 else best_place(board, door, to, at)
        sheet = board.sheets[k]
        if not sheet.lead <= p <= len(sheet.doors):
            raise BadInput(
                f"place {p}", where="place",
                rule=f"run {sheet.run} has places {sheet.lead} to {len(sheet.doors)}",
                remedy="the door that a van on the road is on its way to stays its next" if p < sheet.lead else "",
            )  # fmt: skip
        before = len(sheet.doors)
        board = board.put(k, joined(at, board, k, [*sheet.doors[:p], door, *sheet.doors[p:]], p))
        where = where + len(board.sheets[k].doors) - before if where >= 0 else where
    return board


def joined(at: Where, board: Board, k: int, doors: list[Door], p: int) -> list[Door]:
    """Door p and a neighbour at the same place become one stop, if it stays a stop (`door_fill_pm`) and in the yard."""
    if board.sheets[k].road:
        return doors
    most_ml = int(board.cars.volume_ml[k]) * at.rules.door_fill_pm // 1000
    for other in (p - 1, p + 1):
        if 0 <= other < len(doors) and place(at.t, doors[other][0]) == place(at.t, doors[p][0]):
            both = [*doors[other], *doors[p]]
            if int(at.t.packages.volume_ml[both].sum()) <= most_ml:
                lo = min(other, p)
                return [*doors[:lo], sorted_door(at.t, both), *doors[lo + 2 :]]
    return doors


def best_place(board: Board, door: Door, to: int, at: Where) -> tuple[int, int]:
    """(sheet, place) where a door costs least without breaking a limit, or another's promise if there is such a place.

    to: the only sheet that may take it; -1 any that has not left. Unfit if none can, with what binds on each.
    """
    laid = lay_out(board, at, [door])
    lead = np.array(
        [sheet.lead if k == to or (to < 0 and not sheet.road) else -1 for k, sheet in enumerate(board.sheets)]
    )
    cost, spot = places(laid.task, laid.routes, len(laid.doors.volume) - 1, lead.astype(np.int64))
    for column in (0, 1):
        k = int(np.argmin(cost[:, column]))
        if np.isfinite(cost[k, column]):
            return k, int(spot[k, column])
    raise Unfit(closest_fits(board, laid, door, lead, at), f"package {door[0]} fits nowhere")
