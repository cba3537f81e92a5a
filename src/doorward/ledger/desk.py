"""The desk: what a service sees while it works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from doorward.core import seed as draws
from doorward.core.hours import day_start, local_day
from doorward.core.table import Table
from doorward.ledger.state import State
from doorward.ports.runner import Inline, Runner
from doorward.ports.world import World

T = TypeVar("T", bound=Table)
R = TypeVar("R")


@dataclass
class Desk:
    """Tables to read, the outside to ask, a turn to post to.

    Everything posted is appended and folded as one turn when the service returns; tables read meanwhile show the state
    before it. Posting nothing makes no turn.
    """

    state: State
    world: World
    rules: Mapping[type[Any], Any]
    seed: int
    utc_offset_s: int
    now_s: int
    after_s: int
    """When this service worked last (its start minus one period at first): it answers for (after_s, now_s]."""
    posted: list[Table] = field(default_factory=list)
    runner: Runner = field(default_factory=Inline)
    """Where heavy planners run; the plans are the same everywhere."""

    def table(self, kind: type[T]) -> T:
        """All rows of a table as of the last turn, read-only."""
        return self.state.table(kind)

    def next(self, kind: type[Table]) -> int:
        """The number that the next new row of a table will bear."""
        return self.state.count(kind)

    def rule(self, kind: type[R]) -> R:
        """The settings of a room, for example `desk.rule(PromiseRules)`."""
        return self.rules[kind]  # type: ignore[no-any-return]

    def post(self, *facts: Table) -> None:
        """Add facts to the turn; empty ones are dropped. Order matters: folds run in the order of posting."""
        self.posted.extend(fact for fact in facts if len(fact))

    @property
    def day(self) -> int:
        """The local day number of now."""
        return local_day(self.now_s, self.utc_offset_s)

    @property
    def midnight_s(self) -> int:
        """The local midnight before now."""
        return day_start(self.now_s, self.utc_offset_s)

    def child_seed(self, stream: str, *ids: int) -> int:
        """A seed for one planner call."""
        return draws.child(self.seed, stream, *ids)
