"""Any sequence of edits, undo and redo while the day goes on: nothing lost, nothing twice, all of it replayed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorward.core.errors import BadInput, Refused
from doorward.ledger.ledger import Ledger
from doorward.tables.board import Edits, EditState, Generations, Locks, OutOfService
from doorward.tables.fleet import Runs, RunStatus, Stops, Vehicles
from doorward.tables.journey import Holder, Status
from doorward.tables.packages import Packages
from tests.lastmile.board.day import FOLDS, HOUR, MIDNIGHT_S, Day, planned

OPEN = (RunStatus.PLANNED, RunStatus.LEFT)


def nothing_lost(day: Day) -> None:
    """Every package is on exactly one open stop, in the pool, or brought; every vehicle is on one open run."""
    runs, stops, packages = day.table(Runs), day.table(Stops), day.table(Packages)
    open_run = runs.status != RunStatus.DONE
    for package in range(len(packages)):
        status, stop = int(packages.status[package]), int(packages.stop[package])
        rows = np.flatnonzero((stops.package == package) & open_run[stops.run] & (stops.done_s < 0))
        if status == Status.READY and stop < 0:
            assert not len(rows), f"package {package} is in the pool and on run {stops.run[rows]}"
        elif status in (Status.READY, Status.OUT):
            assert rows.tolist() == [stop], f"package {package} is on {rows} and says {stop}"
        if status == Status.OUT:
            assert int(packages.holder_kind[package]) == Holder.RUN
            assert int(packages.holder[package]) == int(stops.run[stop])
    used = runs.vehicle[open_run]
    assert len(np.unique(used)) == len(used)
    assert (np.diff(stops.run) >= 0).all()


def within_limits(day: Day) -> None:
    """Shift, range, volume, payload and stops of runs that have not left."""
    runs, vehicles, packages = day.table(Runs), day.table(Vehicles), day.table(Packages)
    for run in day.open_runs():
        v, doors = int(runs.vehicle[run]), day.order_of(run)
        mine = [p for door in doors for p in door]
        assert int(runs.back_s[run]) <= MIDNIGHT_S + int(vehicles.shift_hi_s[v])
        assert int(runs.dist_m[run]) <= int(vehicles.range_m[v])
        assert int(packages.volume_ml[mine].sum()) <= int(vehicles.volume_ml[v]) * 850 // 1000
        assert int(packages.packed_g[mine].sum()) <= int(vehicles.weight_g[v])
        assert len(doors) == int(runs.stops[run]) <= 30 and len(mine) == int(runs.packages[run])


def same_tables(a: Any, b: Any) -> None:
    for kind in (Runs, Stops, Packages, Vehicles, Edits, Generations, Locks, OutOfService):
        assert a.table(kind).equals(b.table(kind)), kind.__name__


def locks(day: Day) -> tuple[list[int], list[str]]:
    """Locked packages, and vehicles whose run is locked."""
    book, runs, on = day.table(Generations), day.table(Runs), day.table(Locks).on
    held = [run for run in day.open_runs(*OPEN) if run < len(book) and book.locked[run] == 1]
    return np.flatnonzero(on).tolist(), sorted(str(runs.vehicle[run]) for run in held)


def seen(day: Day) -> Any:
    """All that an undo must bring back."""
    return day.board(), day.pool(), locks(day), day.table(Vehicles).max_stops.tolist()


def pick(items: list[Any], number: int) -> Any:
    return items[number % len(items)] if items else None


def asked(day: Day, what: str, a: int, b: int, c: int) -> dict[str, Any] | None:
    """A command that may or may not be possible."""
    runs, pool = day.open_runs(*OPEN), day.pool()
    run, other = pick(runs, a), pick(runs, b)
    if run is None:
        return None
    order = day.order_of(run)
    door = pick(order, c) or [0]
    make: dict[str, Callable[[], dict[str, Any]]] = {
        "board.move": lambda: {"packages": door, "run": other, "place": c % 12 - 1, "force": True},
        "board.take_off": lambda: {"packages": door},
        "board.put": lambda: {"packages": [pick(pool, c) or 0], "run": pick([-1, *runs], a), "force": True},
        "board.lock": lambda: {"packages": door, "runs": [run] if c % 2 else [], "on": bool(a % 3)},
        "board.swap": lambda: {"run": run, "other": other, "force": True},
        "board.open": lambda: {"vehicle": a % 4, "packages": [*door, *pool[:2]], "force": True},
        "board.start": lambda: {"run": run, "start_s": day.now_s + 600 * (c % 20), "force": True},
        "board.service": lambda: {"vehicle": a % 4, "out": bool(b % 2), "release": True},
        "board.undo": lambda: {"station": 1},
        "board.redo": lambda: {"station": 1},
    }
    return make[what]()


NAMES = (
    "board.move", "board.move", "board.take_off", "board.put", "board.put", "board.lock", "board.swap", "board.open",
    "board.start", "board.service", "board.undo", "board.undo", "board.redo", "wait",
)  # fmt: skip
STEP = st.tuples(st.sampled_from(NAMES), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
SETTINGS = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)


def small(folder: str, seed: int = 3) -> Day:
    return planned(Path(folder) / "day", n=40, vans=4, seed=seed, max_stops=18)


@SETTINGS
@given(st.lists(STEP, min_size=8, max_size=20), st.integers(0, 3))
def test_nothing_is_lost_whatever_is_asked(steps: list[tuple[str, int, int, int]], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        day = small(folder, seed)
        for what, a, b, c in steps:
            if what == "wait":
                day.until(day.now_s + 300 * (1 + a % 6))
            elif (fields := asked(day, what, a, b, c)) is not None:
                before, turn = seen(day), day.ledger.head()
                try:
                    day.ask(what, **fields)
                except (BadInput, Refused):
                    assert seen(day) == before and day.ledger.head() == turn
            nothing_lost(day)
            within_limits(day)
        with Ledger.open(day.folder, FOLDS, day.tables, read_only=True) as replayed:
            same_tables(day, replayed)
        day.until(MIDNIGHT_S + 22 * HOUR)
        nothing_lost(day)
        packages = day.table(Packages)
        assert not np.isin(packages.status, (Status.OUT, Status.FAILED)).any()  # all vans came home
        day.ledger.close()


@SETTINGS
@given(
    st.lists(
        STEP.filter(lambda step: step[0] not in ("board.undo", "board.redo", "wait")), min_size=3, max_size=10
    )
)
def test_undo_brings_everything_back_exactly_and_redo_does_it_again(
    steps: list[tuple[str, int, int, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        day = small(folder)
        states = [seen(day)]
        for what, a, b, c in steps:
            fields = asked(day, what, a, b, c)
            try:
                answer = day.ask(what, **(fields or {}))
            except (BadInput, Refused):
                continue
            if answer.edit >= 0:
                states.append(seen(day))
        for state in reversed(states[:-1]):
            day.ask("board.undo", station=1)
            assert seen(day) == state
        for state in states[1:]:
            day.ask("board.redo", station=1)
            assert seen(day) == state
        for state in reversed(states[:-1]):
            day.ask("board.undo", station=1)
            assert seen(day) == state
        assert (day.table(Edits).state[day.table(Edits).kind < 10] == EditState.UNDONE).all()
        nothing_lost(day)
        day.ledger.close()
