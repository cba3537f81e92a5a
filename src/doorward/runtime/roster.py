"""The roster: services at their appointed times, in one fixed order, on whatever clock.

The same loop runs the twin in virtual time and a real network on the wall clock. A service due at the same second as
others works in the order of the list. What a service posts is one turn; all turns of one second are committed together.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from doorward.ledger.desk import Desk
from doorward.ledger.ledger import Ledger
from doorward.ledger.service import Service
from doorward.ports.clock import Clock
from doorward.ports.runner import Inline, Runner
from doorward.ports.world import World


def first_due(service: Service, not_before_s: int, utc_offset_s: int) -> int:
    """The first appointed time at or after `not_before_s`."""
    phase = (not_before_s + utc_offset_s - service.offset_s) % service.every_s
    return not_before_s if phase == 0 else not_before_s + service.every_s - phase


class Roster:
    """Runs services over a ledger and a world."""

    def __init__(
        self,
        ledger: Ledger,
        world: World,
        rules: Mapping[type[Any], Any],
        services: Sequence[Service],
        *,
        seed: int,
        utc_offset_s: int,
        runner: Runner | None = None,
    ) -> None:
        names = [s.name for s in services]
        if len(set(names)) < len(names):
            raise ValueError("two services bear one name")
        self.ledger, self.world, self.rules, self.services = ledger, world, rules, list(services)
        self.seed, self.utc_offset_s, self.runner = seed, utc_offset_s, runner or Inline()
        self.cpu_s: dict[str, float] = dict.fromkeys(names, 0.0)
        """Processor seconds by service, if a `meter` was given to `run`."""

    def appointments(self, start_s: int) -> list[tuple[int, int]]:
        """(time, number of service) of everybody's next work, a heap.

        A fresh ledger begins at `start_s`. A ledger that was interrupted goes on strictly after its newest turn: what
        stood before that turn in the roster has been done (or had nothing to post), what stands behind it has not.
        """
        last = self.ledger.last_service()
        due = []
        for number, service in enumerate(self.services):
            at = first_due(service, start_s if last is None else max(start_s, last[0]), self.utc_offset_s)
            if last is not None:
                behind = number > [s.name for s in self.services].index(last[1])
                if at == last[0] and not behind:
                    at += service.every_s
            due.append((at, number))
        heapq.heapify(due)
        return due

    def run(
        self,
        clock: Clock,
        start_s: int,
        until_s: int,
        *,
        finished: Callable[[int], bool] = lambda now_s: False,
        told: Callable[[int], None] = lambda now_s: None,
        meter: Callable[[], float] | None = None,
    ) -> int:
        """Work until `until_s` or until `finished(now_s)`; returns the last second worked.

        `told(now_s)` is called after every committed second (progress, checkpoints); `meter` reads processor seconds.
        """
        due = self.appointments(start_s)
        last = self.ledger.last_service()
        if last is not None and due[0][0] > last[0] and finished(last[0]):
            return last[0]  # interrupted between its last turn and saying so
        now_s = due[0][0]
        while due[0][0] <= until_s:
            now_s = due[0][0]
            clock.sleep_until(now_s)
            while due[0][0] == now_s:
                _, number = due[0]
                service = self.services[number]
                began = meter() if meter else 0.0
                self._work(service, now_s)
                if meter:
                    self.cpu_s[service.name] += meter() - began
                heapq.heapreplace(due, (now_s + service.every_s, number))
            self.ledger.commit()
            told(now_s)
            if finished(now_s):
                break
        return now_s

    def _work(self, service: Service, now_s: int) -> None:
        desk = Desk(
            state=self.ledger.state,
            world=self.world,
            rules=self.rules,
            seed=self.seed,
            utc_offset_s=self.utc_offset_s,
            now_s=now_s,
            after_s=now_s - service.every_s,
            runner=self.runner,
            vault=self.ledger.vault,
        )
        service.work(desk)
        if desk.posted or desk.notes or desk.messages:
            self.ledger.post(service.name, now_s, desk.posted, send=desk.messages, notes=desk.notes)
