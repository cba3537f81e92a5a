"""The outbox: messages to the outside, written with the turn that causes them, delivered after its commit.

Each destination is a lane: messages are numbered 1, 2, 3 ... and leave in that order, at least once. A receiver tells
repetitions by the message's key. The lane stops at the first message that its port does not take, and goes on there.
Each row carries a seal, and a lane knows how many were written: a lost or altered message is noticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from doorward.core.errors import Damaged
from doorward.ledger import chain
from doorward.ledger.journal import Journal

MOST_AT_ONCE = 1_000
"""Messages delivered before the lane is marked; so many are repeated at most after a kill."""

_NUMBER = "insert into lanes values(?,1,0) on conflict(destination) do update set written = lanes.written + 1"
_WRITE = "insert into outbox select destination, written, ?, ?, ?, ? from lanes where destination = ?"


@dataclass(frozen=True, slots=True)
class Message:
    """Something to be said to the outside.

    destination  the lane: a carrier, a notification service
    key          names the message for its receiver: the same key twice is one message
    """

    destination: str
    key: str
    body: bytes


class Port(Protocol):
    """Takes messages; raises PortError for one that it does not take."""

    def __call__(self, message: Message) -> None: ...


def statements(turn: int, messages: Sequence[Message]) -> list[tuple[str, tuple[Any, ...]]]:
    """What to write in the transaction of the turn."""
    found: list[tuple[str, tuple[Any, ...]]] = []
    for each in messages:
        seal = chain.seal(each.destination, turn, each.key, each.body)
        found.append((_NUMBER, (each.destination,)))
        found.append((_WRITE, (turn, each.key, each.body, seal, each.destination)))
    return found


class Outbox:
    """What waits in a journal for the outside."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def waiting(self) -> dict[str, int]:
        """How many committed messages wait, by destination (those with none left out)."""
        rows = self.journal.store.rows(
            "select destination, written - sent from lanes where written > sent order by destination"
        )
        return {destination: waiting for destination, waiting in rows}

    def deliver(self, destination: str, port: Port) -> int:
        """Hand over the waiting messages of one lane, in order; returns how many were taken.

        Only committed messages leave: call it between groups. What was taken is marked durably after every 1,000
        and at the end, and its body is erased. A PortError is raised after marking what was taken before it.
        """
        taken = 0
        while batch := self._next(destination):
            done = 0
            try:
                for message in batch:
                    port(message)
                    done += 1
            finally:
                if done:
                    self._mark(destination, done)
                    taken += done
        return taken

    def _next(self, destination: str) -> list[Message]:
        """The next messages of a lane; Damaged if one is missing or altered."""
        if self.journal.head != self.journal.committed:
            raise ValueError("turns wait for their commit; messages leave after it")
        lane = self.journal.store.rows(
            "select written, sent from lanes where destination = ?", (destination,)
        )
        written, sent = lane[0] if lane else (0, 0)
        rows = self.journal.store.rows(
            "select seq, turn, key, body, seal from outbox where destination = ? and seq > ? order by seq limit ?",
            (destination, sent, MOST_AT_ONCE),
        )
        if [row[0] for row in rows] != list(range(sent + 1, min(written, sent + MOST_AT_ONCE) + 1)):
            raise Damaged(f"{self.journal.path}: messages to {destination} are missing after number {sent}")
        for seq, turn, key, body, seal in rows:
            if seal != chain.seal(destination, turn, key, body):
                raise Damaged(f"{self.journal.path}: message {seq} to {destination} was altered")
        return [Message(destination, key, body) for _, _, key, body, _ in rows]

    def _mark(self, destination: str, count: int) -> None:
        self.journal.run(
            ("update lanes set sent = sent + ? where destination = ?", (count, destination)),
            (
                "delete from outbox where destination = ? and seq <= (select sent from lanes where destination = ?)",
                (destination, destination),
            ),
        )
