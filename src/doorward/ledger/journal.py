"""The journal: turns appended to one SQLite file, durable once committed, each sealed by a running digest.

    turns(turn, at_s, service, key, chain)       one row a turn
    facts(id, schema, rows, lo, hi, body)        id = turn * 4096 + place in the turn; lo, hi bound the first column
    services(id, name)  schemas(id, fact, columns)  meta(name, value, seal)  outbox, inbox, vault, refs: see there
    journal                                      a view that joins them, for whoever looks with SQL

Appended turns gather in memory; `commit` writes them in one transaction, and what it returned from is durable
(WAL, synchronous=FULL). One writer, kept out by a lock file; any number of readers. Format: docs/adr/0001 to 0004.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import apsw

from doorward.core.errors import BadInput, DiskFull, Locked, SyncFailed
from doorward.ledger import chain
from doorward.ledger.pack import Packed
from doorward.ledger.read import APPLICATION, FACTS_A_TURN, FORMAT, Head, Reader, Turn, told

OLDEST_SQLITE: Final = 3_051_003
"""Before 3.51.3 two connections that write and checkpoint at once could corrupt a WAL file."""
LONG_AGO_S: Final = -(2**62)
MOST_PENDING_BYTES: Final = 64 << 20
"""Packed turns kept in memory before they are handed to SQLite, still uncommitted."""

DURABLE: Final[Mapping[str, int | str]] = {
    "journal_mode": "wal",
    "synchronous": 2,
    "fullfsync": 1,
    "checkpoint_fullfsync": 1,
    "wal_autocheckpoint": 2_000,
    "cache_size": -32_000,
    "temp_store": 2,
    "cell_size_check": 1,
    "trusted_schema": 0,
}
"""synchronous=2 is FULL: the WAL is synced at every commit. fullfsync matters on macOS only."""

Statement = tuple[str, tuple[Any, ...]]
_TABLES = """
create table turns(turn integer primary key, at_s integer not null, service integer not null, key blob,
                   chain blob not null);
create unique index turns_by_key on turns(key) where key is not null;
create table facts(id integer primary key, schema integer not null, rows integer not null,
                   lo integer not null, hi integer not null, body blob not null);
create table services(id integer primary key, name text not null unique);
create table schemas(id integer primary key, fact text not null, columns text not null, unique(fact, columns));
create table meta(name text primary key, value text not null, seal blob not null) without rowid;
create table lanes(destination text primary key, written integer not null, sent integer not null) without rowid;
create table outbox(destination text not null, seq integer not null, turn integer not null, key text not null,
                    body blob not null, seal blob not null, primary key(destination, seq));
create table inbox(id blob primary key, turn integer not null) without rowid;
create table vault(kind text not null, row integer not null, turn integer not null, body blob not null,
                   primary key(kind, row)) without rowid;
create index vault_by_turn on vault(kind, turn);
create table refs(scope text not null, ref text not null, row integer not null, turn integer not null,
                  primary key(scope, ref)) without rowid;
create index refs_by_row on refs(scope, row);
create view journal as
  select f.id / 4096 as turn, t.at_s, v.name as service, s.fact, f.rows, f.lo, f.hi, t.key, f.body, t.chain
  from facts f join turns t on t.turn = f.id / 4096 join services v on v.id = t.service
  join schemas s on s.id = f.schema;
"""


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, durable.

    On macOS fsync stops at the drive's cache; F_FULLFSYNC goes through it, where the file system knows it.
    """
    file = os.open(path, os.O_RDONLY)
    through = getattr(fcntl, "F_FULLFSYNC", None)
    try:
        if through is None or path.is_dir():
            os.fsync(file)
        else:
            try:
                fcntl.fcntl(file, through)
            except OSError:
                os.fsync(file)
    finally:
        os.close(file)


@dataclass
class _Group:
    """What waits for the next commit. Once handed to SQLite, rows leave the lists; keys and marks stay."""

    turns: list[tuple[Any, ...]] = field(default_factory=list)
    facts: list[tuple[Any, ...]] = field(default_factory=list)
    extra: list[Statement] = field(default_factory=list)
    size: int = 0
    keys: dict[bytes, int] = field(default_factory=dict)
    taken: dict[bytes, int] = field(default_factory=dict)


class Journal(Reader):
    """The one writer of a journal file. Also reads; `Reader` alone opens it read-only."""

    def __init__(
        self,
        path: Path | str,
        *,
        vfs: str | None = None,
        settings: Mapping[str, int | str] = DURABLE,
        sync_names: Callable[[Path], None] = sync,
    ) -> None:
        """Open the journal for writing, creating it if there is none.

        vfs, settings, sync_names: for tests that stand between SQLite and the disk; such a journal has no lock file and
        needs none, because without shared memory SQLite itself keeps the file locked.
        Raises Locked if somebody else writes it, Damaged or BadInput if it is no journal of ours.
        """
        self._lock = _lock(Path(path)) if vfs is None else None
        try:
            self.path, self._dead = Path(path), ""
            self._head = self._committed = Head(0, chain.ORIGIN)
            self._at_s = LONG_AGO_S
            self._group = _Group()
            flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
            with told(path):
                self.sql = apsw.Connection(str(path), flags=flags, vfs=vfs)
                self.sql.set_busy_timeout(5_000)
                if vfs is not None:
                    self.sql.pragma("locking_mode", "exclusive")
                self._settle(settings)
            self.reload()
            # SQLite does not sync the folder after deleting the rollback journal of the file's creation; if a power
            # cut brought that back later, SQLite would play it and empty the file
            sync_names(self.path.parent)
        except BaseException:
            self._release()
            raise

    @staticmethod
    def open(path: Path | str, *, read_only: bool = False) -> Reader:
        """The journal of a path, for writing or for reading."""
        return Reader(path) if read_only else Journal(path)

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
                self._flush()
        return turn

    def commit(self) -> Head:
        """Make all appended turns durable, in one transaction.

        Raises DiskFull (nothing of the group remains; go on by appending anew) or SyncFailed (the outcome is unknown:
        the journal refuses everything from then on).
        """
        self._alive()
        if self._head.turn > self._committed.turn or self._group.extra:
            with self._all_or_nothing():
                self._flush()
                self.sql.execute("commit")
            self._committed = self._head
            self._group = _Group()
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

    def set_meta(self, **values: str) -> None:
        """Remember facts about the whole run (network digest, seed ...), durable on return."""
        for name, value in values.items():
            self.run(("insert or replace into meta values(?,?,?)", (name, value, chain.seal(name, value))))

    def close(self) -> None:
        """Drop uncommitted turns, fold the WAL into the file unless a sync failed, let the next writer in."""
        if self._dead:
            self.sql.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        if self.sql.in_transaction and not self._dead:
            self.sql.execute("rollback")
        with told(self.path):
            super().close()
        self._dead = self._dead or "it is closed"
        self._release()

    # ---- inside ------------------------------------------------------------------------------------------------

    def _settle(self, settings: Mapping[str, int | str]) -> None:
        if apsw.SQLITE_VERSION_NUMBER < OLDEST_SQLITE:
            raise BadInput(
                f"SQLite {apsw.sqlite_lib_version()}", rule="at least 3.51.3", remedy="install apsw 3.54"
            )
        # a power cut may leave a file that SQLite made and we had not filled yet
        fresh = not self.sql.execute("select count(*) from sqlite_schema").get
        if fresh:
            self.sql.pragma("page_size", 8192)
        for name, value in settings.items():
            self.sql.pragma(name, value)
            found = self.sql.pragma(name)
            if found != value:
                raise BadInput(
                    f"SQLite keeps {name} at {found}", where=str(self.path), rule=f"{name} must be {value}"
                )
        if fresh:
            with self.sql:
                for statement in _TABLES.split(";"):
                    self.sql.execute(statement)
                self.sql.pragma("application_id", APPLICATION)
                self.sql.pragma("user_version", FORMAT)
        self.recognise()

    def reload(self) -> None:
        """Drop what waits and go back to what is durable."""
        self._group = _Group()
        self._services, self._schemas = self.names()
        newest = self.newest()
        self._at_s = newest[1] if newest else LONG_AGO_S
        self._head = self._committed = Head(newest[0], newest[3]) if newest else Head(0, chain.ORIGIN)

    def _flush(self) -> None:
        """Hand the group to SQLite, without committing it."""
        if not self.sql.in_transaction:
            self.sql.execute("begin immediate")
        group = self._group
        for statement, values in group.extra:
            self.sql.execute(statement, values)
        self.sql.executemany("insert into turns values(?,?,?,?,?)", group.turns)
        self.sql.executemany("insert into facts values(?,?,?,?,?,?)", group.facts)
        group.turns, group.facts, group.extra, group.size = [], [], [], 0

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        try:
            yield
        except apsw.FullError as error:
            self._undo(error)
            raise DiskFull(
                f"{self.path}: no room on the disk; turns after {self._committed.turn} were not kept. "
                "What to do: make room, then reopen (`doorward resume DIR`)"
            ) from error
        except apsw.Error as error:
            self._dead = f"a commit failed ({error})"
            raise SyncFailed(
                f"{self.path}: the disk did not confirm the turns after {self._committed.turn} ({error}). "
                "What to do: end this process, look at the disk (has it room?), start anew (`doorward resume DIR`)"
            ) from error
        except BaseException as error:
            self._undo(error)
            raise

    def _undo(self, error: BaseException) -> None:
        try:
            if self.sql.in_transaction:
                self.sql.execute("rollback")
            self.reload()
        except apsw.Error as second:
            self._dead = f"a rollback failed ({second})"
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

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _lock(path: Path) -> int:
    """Hold `<path>.lock` for as long as this process lives; Locked if somebody else does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(file, 32, 0).decode(errors="replace").strip() or "unknown"
        os.close(file)
        raise Locked(
            f"{path} is being written by process {holder}. What to do: wait until it ends, or end it; "
            "reading is possible meanwhile"
        ) from error
    os.ftruncate(file, 0)
    os.pwrite(file, str(os.getpid()).encode(), 0)
    return file


def must_be_free(path: Path) -> None:
    """Raise Locked if another process writes the journal of this path. Makes nothing where there is none."""
    if path.exists():
        os.close(_lock(path))


__all__ = ["DURABLE", "Head", "Journal", "Turn", "must_be_free"]
