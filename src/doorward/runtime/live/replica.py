"""A replica: the tables of a live network in another process, folded from the same journal."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doorward.ledger.desk import Desk
from doorward.ledger.ledger import Ledger
from doorward.ledger.read import Turn
from doorward.ledger.state import State
from doorward.ledger.vault import Vault
from doorward.ports.clock import wall_s
from doorward.ports.world import World
from doorward.runtime.build import all_folds, network_of
from doorward.runtime.config import Network, rules_from
from doorward.runtime.live.prepare import live_reference
from doorward.runtime.live.wire import ClockShape
from doorward.runtime.look.own import Abouts, abouts
from doorward.runtime.rules import RULES
from doorward.runtime.rundir import RunDir

KEPT_ABOUTS = 256
"""Turns whose rows are remembered for streams that tell a part: all such listeners ask for the same newest ones."""
KEPT_TURNS = 20_000
"""Turns remembered for streams that resume; older ones are read from the journal."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a turn said, for those who follow: rows by fact."""

    turn: int
    at_s: int
    service: str
    facts: dict[str, int]


class Replica:
    """Tables that follow the writer's; one thread, no locks."""

    def __init__(self, where: RunDir) -> None:
        """Opens the journal read-only and reads it to its newest turn."""
        self.where = where
        self.network: Network = network_of(where)
        self.rules: Mapping[type[Any], Any] = rules_from(self.network, RULES)
        self.ledger = Ledger.open(where.root, all_folds(), live_reference(where), read_only=True)
        self.clock: ClockShape | None = None
        self.recent: deque[Told] = deque(maxlen=KEPT_TURNS)
        self._abouts: OrderedDict[int, Abouts] = OrderedDict()

    @property
    def state(self) -> State:
        """The tables as of `turn`."""
        return self.ledger.state

    @property
    def vault(self) -> Vault:
        """Text that belongs to rows."""
        return self.ledger.vault

    @property
    def turn(self) -> int:
        """The newest turn that the tables show."""
        return self.ledger.at

    def follow(self, upto: int | None = None) -> list[Told]:
        """Fold what has become durable since (at most up to a turn); returns what those turns said."""
        new: list[Told] = []
        self.ledger.replay(upto, lambda turn: new.append(told(turn)))
        self.recent.extend(new)
        return new

    def since(self, turn: int) -> list[Told]:
        """What was said after a turn, oldest first: from memory, or from the journal."""
        if self.recent and self.recent[0].turn <= turn + 1:
            return [each for each in self.recent if each.turn > turn]
        return [told(each) for each in self.ledger.journal.turns(turn, self.turn)]

    def abouts(self, after: int, upto: int) -> list[Abouts]:
        """What the turns after one up to another are about, oldest first."""
        wanted = range(after + 1, upto + 1)
        missing = [turn for turn in wanted if turn not in self._abouts]
        found = {turn: self._abouts[turn] for turn in wanted if turn in self._abouts}
        if missing:
            for each in self.ledger.journal.turns(missing[0] - 1, missing[-1]):
                found[each.turn] = self._abouts[each.turn] = abouts(each)
        while len(self._abouts) > KEPT_ABOUTS:
            self._abouts.popitem(last=False)
        return [found[turn] for turn in wanted if turn in found]

    def now_s(self) -> int:
        """The network's time now: the writer's clock, gone on since it was told."""
        clock = self.clock
        if clock is None:
            newest = self.ledger.journal.newest()
            return newest[1] if newest else self.where.settings.start_s
        gone = 0.0 if clock.paused or clock.behind_s > 0 else (wall_s() - clock.wall_s) * clock.speed
        return int(min(clock.now_s + max(0.0, gone), clock.next_s))

    def desk(self, asker: int = -1) -> Desk:
        """A desk to read at, as services have one; nothing can be asked of the outside."""
        now_s = self.now_s()
        return Desk(
            state=self.state,
            world=_NOBODY,
            rules=self.rules,
            seed=self.where.settings.seed,
            utc_offset_s=self.network.utc_offset_s,
            now_s=now_s,
            after_s=now_s,
            vault=self.vault,
            asker=asker,
        )

    def close(self) -> None:
        """Let go of the journal."""
        self.ledger.close()


def told(turn: Turn) -> Told:
    """A turn, as followers see it."""
    facts: dict[str, int] = {}
    for fact in turn.facts:
        facts[fact.fact] = facts.get(fact.fact, 0) + fact.rows
    return Told(turn.turn, turn.at_s, turn.service, facts)


class _Nobody:
    """No port answers in a replica."""

    def __getattr__(self, name: str) -> Any:
        raise LookupError(f"a replica asked the outside ({name})")


_NOBODY: World = _Nobody()  # type: ignore[assignment]
