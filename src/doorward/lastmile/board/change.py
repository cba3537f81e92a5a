"""What an edit comes to: runs that end, runs that take their place, packages that go to the pool."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import Table
from doorward.lastmile.board.asked import Answer, Misfit, RunChange, Totals
from doorward.lastmile.board.judge import must_fit
from doorward.lastmile.board.sheet import Board
from doorward.lastmile.board.timing import Timed, Where, timed, totals_of, visits_of
from doorward.tables.board import Locks, RunsRewritten, StopsTaken
from doorward.tables.journey import Event
from doorward.tables.packages import Scanned
from doorward.tables.remarks import Reason

Ints = NDArray[np.int64]


class Change(NamedTuple):
    """An edit of runs: the sheets that changed, before and after (same rows), with their times.

    taken: packages that go to the pool; soft: promises that it breaks
    back: of each sheet the run that was dissolved before, as which it is back; -1 none; empty: none of all
    """

    old: Board
    new: Board
    before: Timed
    after: Timed
    taken: Ints
    soft: list[Misfit]
    back: list[int]


def change_of(old: Board, new: Board, at: Where, force: bool = False) -> Change:
    """The change from some sheets to the same after an edit (a new run is an empty sheet before).

    Raises Unfit where it breaks a limit.
    """
    rows = [k for k in range(len(new.sheets)) if _differ(old, new, k)]
    old, new = old.take(rows), new.take(rows)
    before, after = timed(old, at), timed(new, at)
    soft = must_fit(before, after, old, new, at, force)
    return Change(old, new, before, after, _gone(old, new), soft, [])


def _differ(old: Board, new: Board, k: int) -> bool:
    return old.sheets[k].doors != new.sheets[k].doors or not old.cars.take(slice(k, k + 1)).equals(
        new.cars.take(slice(k, k + 1))
    )


def _gone(old: Board, new: Board) -> Ints:
    return np.setdiff1d(packages_of(old), packages_of(new))


def packages_of(board: Board) -> Ints:
    """All packages on some sheets, in their order."""
    return np.array([p for sheet in board.sheets for door in sheet.doors for p in door], np.int64)


def facts_of(change: Change, edit: int, first_run: int, now_s: int) -> list[Table]:
    """The change as facts, in the order in which they are folded."""
    n = len(change.new.sheets)
    run = np.array([sheet.run for sheet in change.old.sheets], np.int64)
    into = np.where(change.after.row >= 0, first_run + change.after.row, -1)
    some = (run >= 0) | (into >= 0)
    rewritten = RunsRewritten.fill(
        n,
        edit=edit,
        run=run,
        into=into,
        back=change.back or -1,
        vehicle=np.where(run >= 0, change.old.cars.vehicle, -1),
        block=np.where(run >= 0, change.old.cars.block, -1),
        actual_m=[sheet.driven_m for sheet in change.old.sheets],
    ).take(some)
    aboard = np.isin(
        change.after.stops.run, change.after.row[np.array([sheet.road for sheet in change.new.sheets], bool)]
    )
    moved = change.after.stops.take(aboard)
    return [
        rewritten,
        StopsTaken.fill(len(change.taken), edit=edit, package=change.taken),
        change.after.runs.replace(run=first_run + change.after.runs.run),
        change.after.stops.replace(run=first_run + change.after.stops.run),
        Scanned.fill(
            len(moved), package=moved.package, at_s=now_s, event=int(Event.TRANSFERRED),
            ref=first_run + moved.run.astype(np.int64), reason=int(Reason.NONE),
        ),
    ]  # fmt: skip


def answer_of(
    change: Change, edit: int, first_run: int, at: Where, locks: Locks, *, fits: list[Misfit] | None = None,
    proposal: int = -1,
) -> Answer:  # fmt: skip
    """The consequences of a change. first_run -1: not numbered yet."""
    places = _places(change.old), _places(change.new)
    runs, sums = [], [Totals(), Totals()]
    for k, sheet in enumerate(change.new.sheets):
        was, now = (visits_of(each.of(k), at.t, locks) for each in (change.before, change.after))
        row, kept = int(change.after.row[k]), change.before.row[k]
        totals = (
            totals_of(change.before.runs, int(kept), was, at.t) if kept >= 0 else Totals(),
            totals_of(change.after.runs, row, now, at.t) if row >= 0 else Totals(),
        )
        sums = [a.plus(b) for a, b in zip(sums, totals, strict=True)]
        mine = [door for door in sheet.doors if any(places[0].get(p) != places[1][p] for p in door)]
        shown = change.after.runs if row >= 0 else change.before.runs
        of = row if row >= 0 else int(kept)
        runs.append(
            RunChange(
                run=sheet.run, into=first_run + row if row >= 0 and first_run >= 0 else -1,
                vehicle=int(change.new.cars.vehicle[k]), block=int(change.new.cars.block[k]),
                depart_s=int(shown.depart_s[of]), back_s=int(shown.back_s[of]), before=totals[0], after=totals[1],
                visits=now, moved=len(mine), broken=[each for each in change.soft if each.run == sheet.run],
            )
        )  # fmt: skip
    return Answer(
        edit=edit, runs=runs, before=sums[0], after=sums[1], moved=sum(each.moved for each in runs),
        pool=change.taken.tolist(), fits=fits or [], proposal=proposal,
    )  # fmt: skip


def _places(board: Board) -> dict[int, tuple[int, int]]:
    """(sheet, package before it in the run's order of doors; -1 first) of each package."""
    found = {}
    for k, sheet in enumerate(board.sheets):
        last = -1
        for door in sheet.doors:
            for package in door:
                found[package] = (k, last)
            last = door[0]
    return found
