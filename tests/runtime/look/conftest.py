"""A day and a half of the metro, looked at while it runs and again from its journal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from doorward.core.units import HOUR_S
from doorward.ledger.ledger import Ledger
from doorward.ledger.state import State
from doorward.ports.clock import VirtualClock
from doorward.runtime.book import load_book, prepare
from doorward.runtime.build import all_folds, assemble, network_of, reference_tables
from doorward.runtime.look.overview import overview
from doorward.runtime.look.positions import positions
from doorward.runtime.look.runs import runs_of
from doorward.runtime.look.view import Frame, View
from doorward.runtime.request import Request
from doorward.runtime.rundir import RunDir
from tests.runtime.conftest import silent

HOURS = (0, 9, 10, 15, 18, 33, 36, 39, 42)
"""Hours after the start at which the day is looked at: its first second, both waves, the evening, the second day."""


def seen(view: View) -> bytes:
    """What the tower shows, as bytes."""
    return msgspec.json.encode([overview(view), positions(view), runs_of(view)])


@dataclass
class Day:
    """A run directory, its frame, and by hour: turn and what was seen while it ran."""

    where: RunDir
    frame: Frame
    start_s: int
    live: dict[int, tuple[int, bytes]]

    def open(self, turn: int) -> Ledger:
        """The tables as of a turn."""
        network, book = network_of(self.where), load_book(self.where)
        reference = reference_tables(network, book, self.where)
        return Ledger.open(self.where.root, all_folds(), reference, read_only=True, upto=turn)


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The metro at a fortieth of its orders, run for 42 hours."""
    out: Path = tmp_path_factory.mktemp("look") / "run"
    where = prepare(Request(network="metro", scale=0.025, seed=7, out=out), silent)
    run, live, start_s = assemble(where, 1), dict[int, tuple[int, bytes]](), where.settings.start_s
    frame = Frame.of(run.network, run.roster.rules)

    def look(now_s: int) -> None:
        hour, rest = divmod(now_s - start_s, HOUR_S)
        if hour in HOURS and rest == 0:
            turn = run.ledger.head()[0]
            live[hour] = turn, seen(View(run.ledger.state, now_s, turn, frame))

    run.roster.run(VirtualClock(start_s), start_s, start_s + HOURS[-1] * HOUR_S, told=look)
    run.close()
    return Day(where, frame, start_s, live)


@pytest.fixture(scope="session")
def states(day: Day) -> Iterator[dict[int, State]]:
    """The tables at each hour, from the journal; for reading."""
    with ExitStack() as stack:
        yield {hour: stack.enter_context(day.open(turn)).state for hour, (turn, _) in day.live.items()}


@pytest.fixture(params=HOURS, ids=[f"{hour}h" for hour in HOURS])
def view(day: Day, states: dict[int, State], request: pytest.FixtureRequest) -> View:
    """The day at one of the hours; for reading."""
    hour = request.param
    return View(states[hour], day.start_s + hour * HOUR_S, day.live[hour][0], day.frame)


@pytest.fixture
def noon(day: Day) -> Iterator[View]:
    """The second day at noon, when vans are on the road; tables that a test may change."""
    turn = day.live[36][0]
    with day.open(turn) as ledger:
        yield View(ledger.state, day.start_s + 36 * HOUR_S, turn, day.frame)


@pytest.fixture
def day_view(day: Day) -> Iterator[View]:
    """A moment of the first day with floors at work and a truck on the road; tables that a test may change."""
    turn = day.live[10][0]
    with day.open(turn) as ledger:
        yield View(ledger.state, day.start_s + 10 * HOUR_S, turn, day.frame)
