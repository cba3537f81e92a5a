"""The journal: turns appended to a store, durable once committed, each sealed by a running digest.

    turns(turn, at_s, service, key, chain)       one row a turn
    facts(id, schema, rows, lo, hi, body)        id = turn * 4096 + place in the turn; lo, hi bound the first column
    services(id, name)  schemas(id, fact, columns)  meta(name, value, seal)  outbox, inbox, vault, refs: see there
    journal                                      a view that joins them, for whoever looks with SQL

Appended turns gather in memory; `commit` writes them in one transaction, and what it returned from is durable. One
writer, any number of readers. The store is one SQLite file (sqlite.py) or a schema in PostgreSQL (postgres.py): same
turns, same bytes, same digest. Format: docs/adr/0001 to 0004, 0009.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from doorward.core.errors import BadInput, DiskFull, DoorwardError, Locked, SyncFailed
from doorward.ledger import chain
from doorward.ledger.pack import Packed
from doorward.ledger.read import Reader, Turn, is_url
from doorward.ledger.sqlite import DURABLE, SqliteWriter, sync
from doorward.ledger.sqlite import must_be_free as file_must_be_free
from doorward.ledger.store import FACTS_A_TURN, Group, Head, NoRoom, NotConfirmed, Statement, WritingStore

LONG_AGO_S: Final = -(2**62)
MOST_PENDING_BYTES: Final = 64 << 20
"""Packed turns kept in memory before they are handed to the store, still uncommitted."""
_REMEMBER: Final = """insert into meta values(?,?,?)
on conflict(name) do update set value = excluded.value, seal = excluded.seal"""


class Journal(Reader):
    """The one writer of a journal file. Also reads; `Reader` alone opens it read-only."""

    store: WritingStore

    def __init__(
        self,
        place: Path | str,
        *,
        vfs: str | None = None,
        settings: Mapping[str, int | str] = DURABLE,
        sync_names: Callable[[Path], None] = sync,
        wait_s: float = 0.0,
    ) -> None:
        """Open the journal for writing, creating it if there is none.

        place   a file, or the URL of a PostgreSQL server (postgres.py)
        wait_s  how long to wait for another writer to end (PostgreSQL); 0: Locked at once
        vfs, settings, sync_names: for tests that stand between SQLite and the disk; such a journal has no lock file and
        needs none, because without shared memory SQLite itself keeps the file locked.
        Raises Locked if somebody else writes it, Damaged or BadInput if it is no journal of ours.
        """
        self._dead = ""
        self._head = self._committed = Head(0, chain.ORIGIN)
        self._at_s = LONG_AGO_S
        self._group = Group()
        if is_url(place):
            from doorward.ledger.postgres_writer import PostgresWriter

            super().__init__(place, PostgresWriter(str(place), wait_s))
        else:
            super().__init__(place, SqliteWriter(place, vfs, settings, sync_names))
        try:
            self.reload()
        except BaseException:
            self.store.close()
            raise

    @staticmethod
    def open(place: Path | str, *, read_only: bool = False, wait_s: float = 0.0) -> Reader:
        """The journal of a place, for writing or for reading."""
        return Reader(place) if read_only else Journal(place, wait_s=wait_s)

    @property
    def head(self) -> Head:
        """The newest turn appended, committed or not."""
        return self._head

    @property
    def committed(self) -> Head:
        """The newest turn that is durable: what may be acknowledged."""
        return self._committed

    @property
    def newest_s(self) -> int:
        """When the newest turn appended was; long ago if there is none."""
        return self._at_s

    def append(
        self,
        service: str,
        at_s: int,
        facts: Sequence[Packed],
        key: bytes = b"",
        extra: Sequence[Statement] = (),
        taken: Iterable[bytes] = (),
    ) -> int:
        """Add a turn to the group that the next `commit` makes durable; returns its number.

        key    16 bytes that name the command, or none; the caller has looked for it with `turn_of`
        extra  statements of the outbox and inbox that belong to the turn
        taken  marks of the messages that it takes in
        """
        self._alive()
        if len(facts) >= FACTS_A_TURN:
            raise BadInput(
                f"a turn of {len(facts)} facts", rule=f"at most {FACTS_A_TURN - 1} facts in a turn"
            )
        if at_s < self._at_s:
            raise ValueError(
                f"turn of {service} at {at_s} comes after one at {self._at_s}: time went backwards"
            )
        turn = self._head.turn + 1
        seal = chain.turn(self._head.chain, turn, at_s, service, key, ((f.schema, f.values) for f in facts))
        self._group.turns.append((turn, at_s, self._service(service), key or None, seal))
        for place, fact in enumerate(facts):
            number = self._schema(fact.schema.fact, fact.schema.text)
            row = (turn * FACTS_A_TURN + place, number, fact.values.shape[1], fact.lo, fact.hi, fact.body)
            self._group.facts.append(row)
            self._group.size += len(fact.body)
        self._group.extra.extend(extra)
        self._group.size += 200 * len(extra)
        self._group.taken.update(dict.fromkeys(taken, turn))
        if key:
            self._group.keys[key] = turn
        self._head, self._at_s = Head(turn, seal), at_s
        if self._group.size > MOST_PENDING_BYTES:
            with self._all_or_nothing():
                self.store.hand_over(self._group)
        return turn

    def commit(self) -> Head:
        """Make all appended turns durable, in one transaction.

        Raises DiskFull (nothing of the group remains; go on by appending anew) or SyncFailed (the outcome is unknown:
        the journal refuses everything from then on).
        """
        self._alive()
        if self._head.turn > self._committed.turn or self._group.extra:
            with self._all_or_nothing():
                self.store.commit(self._group, self._head)
            self._committed = self._head
            self._group = Group()
        return self._committed

    def turn_of(self, key: bytes) -> int | None:
        """The turn that was posted under this key, or None."""
        return self._group.keys.get(key) or self.committed_turn_of(key)

    def turn_that_took(self, mark: bytes) -> int | None:
        """The turn that took the message of this mark, or None."""
        return self._group.taken.get(mark) or self.committed_turn_that_took(mark)

    def run(self, *statements: Statement) -> None:
        """Execute statements in a transaction of their own, durable on return; only between groups."""
        self._alive()
        if self._head != self._committed:
            raise ValueError("turns wait for their commit")
        self._group.extra.extend(statements)
        self.commit()

    def scrub(self) -> bool:
        """Let no earlier copy of erased text stand in the store's files. Only between groups.

        False if it could not be done now (a reader looks at an earlier turn, no room); ask again later. Never raises:
        what was committed is as durable as before.
        """
        self._alive()
        return self.store.scrub()

    def set_meta(self, **values: str) -> None:
        """Remember facts about the whole run (network digest, seed ...), durable on return."""
        for name, value in values.items():
            self.run((_REMEMBER, (name, value, chain.seal(name, value))))

    def close(self) -> None:
        """Drop uncommitted turns, let the next writer in."""
        self.store.close(sound=not self._dead)
        self._dead = self._dead or "it is closed"

    def reload(self) -> None:
        """Drop what waits and go back to what is durable."""
        self._group = Group()
        self._services, self._schemas = self.names()
        newest = self.newest()
        self._at_s = newest[1] if newest else LONG_AGO_S
        self._head = self._committed = Head(newest[0], newest[3]) if newest else Head(0, chain.ORIGIN)

    # ---- inside ------------------------------------------------------------------------------------------------

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        try:
            yield
        except NoRoom as error:
            self._undo(error)
            raise DiskFull(
                f"{self.path}: no room on the disk; turns after {self._committed.turn} were not kept. "
                "What to do: make room, then reopen (`doorward resume DIR`)"
            ) from error
        except NotConfirmed as error:
            self._dead = f"a commit failed ({error})"
            raise SyncFailed(
                f"{self.path}: the disk did not confirm the turns after {self._committed.turn} ({error}). "
                "What to do: end this process, look at the disk (has it room?), start anew (`doorward resume DIR`)"
            ) from error
        except Locked as error:
            self._dead = f"another writer has taken over ({error})"
            raise
        except BaseException as error:
            self._undo(error)
            raise

    def _undo(self, error: BaseException) -> None:
        try:
            self.store.rollback()
            self.reload()
        except (NotConfirmed, DoorwardError) as second:
            self._dead = str(second)
            raise SyncFailed(f"{self.path}: {second} after {error}") from second

    def _service(self, name: str) -> int:
        if name not in self._services:
            self._services[name] = len(self._services) + 1
            self._group.extra.append(("insert into services values(?,?)", (self._services[name], name)))
        return self._services[name]

    def _schema(self, fact: str, columns: str) -> int:
        if (fact, columns) not in self._schemas:
            number = self._schemas[fact, columns] = len(self._schemas) + 1
            self._group.extra.append(("insert into schemas values(?,?,?)", (number, fact, columns)))
        return self._schemas[fact, columns]

    def _alive(self) -> None:
        if self._dead:
            raise SyncFailed(f"{self.path} takes no more turns: {self._dead}")


def must_be_free(place: Path | str) -> None:
    """Raise Locked if another process writes the journal of this place. Makes nothing where there is none."""
    if is_url(place):
        Journal(place).close()
    else:
        file_must_be_free(Path(place))


__all__ = ["DURABLE", "Head", "Journal", "Turn", "must_be_free", "sync"]
