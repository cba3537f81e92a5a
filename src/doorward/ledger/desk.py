"""The desk: what a service sees while it works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from doorward.core import seed as draws
from doorward.core.hours import day_start, local_day
from doorward.core.table import Table
from doorward.ledger.outbox import Message
from doorward.ledger.state import State
from doorward.ledger.vault import Forgotten, Kept, Note, Referred, Vault
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
    vault: Vault | None = None
    """Text that belongs to rows; None where nothing keeps any (a state alone, tests)."""
    notes: list[Note] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    asker: int = -1
    """Who gave the command: row in `Grants` (tables/people.py); -1 a service, or doorward itself."""

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

    def keep(self, kind: str, row: int, body: bytes) -> None:
        """Keep text of a row with this turn (an empty body erases it)."""
        self.notes.append(Kept(kind, row, body))

    def refer(self, scope: str, ref: str, row: int) -> None:
        """Keep somebody's own name for a row with this turn."""
        self.notes.append(Referred(scope, ref, row))

    def forget(self, scope: str, row: int) -> None:
        """Erase a row's name in a scope with this turn."""
        self.notes.append(Forgotten(scope, row))

    def send(self, destination: str, key: str, body: bytes) -> None:
        """Say something to the outside once this turn is durable (ledger/outbox.py)."""
        self.messages.append(Message(destination, key, body))

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
