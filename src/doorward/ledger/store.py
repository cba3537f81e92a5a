"""What a journal is kept in: the little that SQLite and PostgreSQL must both do, so that all else is written once.

SQL with `?` for values is the same for both. A store complains in our own words (core/errors.py). Two implement it:
sqlite.py (one file, no server) and postgres.py (a schema in a server, imported only when a URL asks for it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

Statement = tuple[str, tuple[Any, ...]]
Row = tuple[Any, ...]
Put = Callable[[str, int, Iterable[Row]], None]
"""put(table, columns, rows): write rows as they are."""

FACTS_A_TURN: Final = 4096
"""A fact's id is turn * 4096 + its place in the turn."""
TABLES: Final = {
    "services": 2,
    "schemas": 3,
    "turns": 5,
    "facts": 6,
    "meta": 3,
    "lanes": 3,
    "outbox": 6,
    "inbox": 2,
    "vault": 4,
    "refs": 4,
}
"""Every table of a journal and how many columns it has: what a copy takes."""


class NoRoom(Exception):
    """The group was undone because there is no room."""


class NotConfirmed(Exception):
    """Whether the group was kept is unknown, and cannot be found out."""


@dataclass(frozen=True, slots=True)
class Head:
    """A turn and the digest over everything up to it; turn 0 is the empty journal."""

    turn: int
    chain: bytes


@dataclass
class Group:
    """What waits for the next commit. A store that was handed rows may empty the lists; keys and marks stay."""

    turns: list[Row] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)
    extra: list[Statement] = field(default_factory=list)
    size: int = 0
    keys: dict[bytes, int] = field(default_factory=dict)
    taken: dict[bytes, int] = field(default_factory=dict)


class Body(Protocol):
    """The packed rows of one fact, read from the front."""

    def read(self, length: int = -1, /) -> bytes:
        """The next bytes; the rest if no length is given."""
        ...


class Store(Protocol):
    """A journal's tables, to be read.

    where   for messages: a path, or a URL without its password
    paged   whether long selections are asked for in pages, because a server would send them whole
    holds   a condition: the text `body` holds the words of a pattern, whatever the case of its ASCII letters
    all_facts, some_facts  how turns t and facts f are joined: every turn of a range, or every fact that was asked for
    """

    paged: bool
    holds: str
    all_facts: str
    some_facts: str

    @property
    def where(self) -> Path | str:
        """The place."""
        ...

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """Everything that a statement finds."""
        ...

    def each(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        """The same, one by one, for much of it."""
        ...

    def bodies(self, facts: Sequence[int]) -> Iterator[Body]:
        """The bodies of facts by their ids, in that order; each is valid until the next is asked for."""
        ...

    def recognise(self) -> None:
        """BadInput unless it is a journal of ours, of a format that we can read."""
        ...

    def check(self) -> None:
        """Damaged if the store itself knows that something is broken."""
        ...

    def close(self, sound: bool = True) -> None:
        """Let go. sound: False after a commit that was not confirmed."""
        ...


class WritingStore(Store, Protocol):
    """A journal's tables, for their one writer."""

    def hand_over(self, group: Group) -> None:
        """Take rows of a large group early, uncommitted, so that they need not wait in memory. NoRoom, NotConfirmed."""
        ...

    def commit(self, group: Group, after: Head) -> None:
        """Make a group durable, whole or not at all; `after` is the head then.

        NoRoom: nothing is kept. NotConfirmed: unknown. Locked: another writer has taken over, nothing is kept.
        """
        ...

    def rollback(self) -> None:
        """Drop what was handed over."""
        ...

    def scrub(self) -> bool:
        """Remove earlier copies of erased text; False if it could not be done now."""
        ...

    def loading(self) -> AbstractContextManager[Put]:
        """A transaction that copies rows of another journal as they are; rolled back if the block raises."""
        ...
