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
        self._due: list[tuple[int, int]] = []

    def appointments(self, start_s: int) -> list[tuple[int, int]]:
        """(time, number of service) of everybody's next work, a heap.

        A fresh ledger begins at `start_s`. A ledger that was interrupted goes on strictly after its newest turn of a
        service (commands come at any time): what stood before that turn in the roster has been done (or had nothing to
        post), what stands behind it has not. A command dated later says that everything before
        it was done: commands are never dated after an appointment.
        """
        places = {service.name: number for number, service in enumerate(self.services)}
        last = self.ledger.last_service(places)
        begin = max(start_s, self.ledger.journal_newest_s)
        due = []
        for number, service in enumerate(self.services):
            at = first_due(service, begin, self.utc_offset_s)
            if last is not None and last[0] == begin:
                behind = number > places[last[1]]
                if at == begin and not behind:
                    at += service.every_s
            due.append((at, number))
        heapq.heapify(due)
        return due

    def begin(self, start_s: int) -> None:
        """Make everybody's next appointment; see `appointments`."""
        self._due = self.appointments(start_s)

    @property
    def next_s(self) -> int:
        """When somebody works next."""
        return self._due[0][0]

    def work_next(self, meter: Callable[[], float] | None = None) -> None:
        """Let the next service work, and make its next appointment. Nothing is committed."""
        now_s, number = self._due[0]
        service = self.services[number]
        began = meter() if meter else 0.0
        self._work(service, now_s, service.name)
        if meter:
            self.cpu_s[service.name] += meter() - began
        heapq.heapreplace(self._due, (now_s + service.every_s, number))

    @property
    def next_service(self) -> str:
        """Who works next."""
        return self.services[self._due[0][1]].name

    def skip_next(self) -> None:
        """Let the next service's appointment pass."""
        now_s, number = self._due[0]
        heapq.heapreplace(self._due, (now_s + self.services[number].every_s, number))

    def work_now(self, name: str, now_s: int) -> None:
        """Let a service work beside its appointments, because something came in that it waits for.

        Its turn bears another name, so that an interrupted day goes on where the appointments were. Only for services
        that ask what is the case, not what happened since their last appointment.
        """
        service = next(s for s in self.services if s.name == name)
        self._work(service, now_s, f"{name}+")

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
        self.begin(start_s)
        last = self.ledger.last_service()
        if last is not None and self.next_s > last[0] and finished(last[0]):
            return last[0]  # interrupted between its last turn and saying so
        now_s = self.next_s
        while self.next_s <= until_s:
            now_s = self.next_s
            clock.sleep_until(now_s)
            while self.next_s == now_s:
                self.work_next(meter)
            self.ledger.commit()
            told(now_s)
            if finished(now_s):
                break
        return now_s

    def _work(self, service: Service, now_s: int, name: str) -> None:
        desk = self.desk(now_s, now_s - service.every_s)
        service.work(desk)
        if desk.posted or desk.notes or desk.messages:
            self.ledger.post(name, now_s, desk.posted, send=desk.messages, notes=desk.notes)

    def desk(self, now_s: int, after_s: int, asker: int = -1) -> Desk:
        """A desk for one turn."""
        return Desk(
            state=self.ledger.state,
            world=self.world,
            rules=self.rules,
            seed=self.seed,
            utc_offset_s=self.utc_offset_s,
            now_s=now_s,
            after_s=after_s,
            runner=self.runner,
            vault=self.ledger.vault,
            asker=asker,
        )
