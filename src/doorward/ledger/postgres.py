"""A journal kept in PostgreSQL: one schema a region, durable at every commit, one writer by an advisory lock.

`postgresql://user@host:5432/base?schema=metro` (or `.../base/metro`); passwords are libpq's affair (PGPASSWORD, the
passfile) and are never shown. Imported only when such a URL is opened: psycopg is the extra `postgres`.

The writer holds a session lock. It may lose its connection: then it connects again, takes the lock again, and looks
whether its last group is there, by the count of commits, the newest turn and the digest; if not, it is appended again.
Should another have written meanwhile, it stops. A commit carries its own guard as well (`fence` below), so that the
commit of a writer that does not know yet that it was replaced fails in the server. Design: docs/adr/0009.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper

from doorward.core.errors import BadInput, Damaged, DiskFull, LedgerError, Locked
from doorward.ledger import chain
from doorward.ledger.postgres_place import CREATE, FORMAT, WRITING, Address
from doorward.ledger.store import TABLES, Group, Head, NoRoom, NotConfirmed, Put, Row

FENCED: Final = "DW001"
"""What the server answers to the commit of a writer that was replaced."""
DURABLE: Final = {"fsync": ("on",), "full_page_writes": ("on",), "synchronous_commit": ("on", "remote_apply")}
FEW_ROWS, FEW_BYTES = 48, 1 << 18
"""Groups up to here go in one round trip; larger ones by COPY."""
PATIENCE_S: Final = 60.0
"""How long a writer that lost its connection tries to get it back."""
PAUSE_S: Final = 0.25
_BODIES_AT_ONCE = 64
_COPIED: Final = {
    "turns": ["int8", "int8", "int4", "bytea", "bytea"],
    "facts": ["int8", "int4", "int4", "int8", "int8", "bytea"],
    "services": ["int4", "text"],
    "schemas": ["int4", "text", "text"],
    "meta": ["text", "text", "bytea"],
    "lanes": ["text", "int8", "int8"],
    "outbox": ["text", "int8", "int8", "text", "bytea", "bytea"],
    "inbox": ["bytea", "int8"],
    "vault": ["text", "int8", "int8", "bytea"],
    "refs": ["text", "text", "int8", "int8"],
}
_LOST = (psycopg.OperationalError, psycopg.InterfaceError)


@cache
def _dialect(statement: str) -> bytes:
    """The statement with psycopg's sign for a value."""
    return statement.replace("?", "%b").encode()


class PostgresStore:
    """A journal in a server, to be read beside its writer; a lost connection is made anew."""

    paged = True
    all_facts = "turns t left join (select * from facts where id >= ? and id < ?) f on f.id / 4096 = t.turn"
    some_facts = "facts f join turns t on t.turn = f.id / 4096"

    def __init__(self, url: str) -> None:
        self.address = Address.parse(url)
        self.where = self.address.shown
        with self._told():
            self.sql = self._connected()
        try:
            with self._told():
                self._prepare()
            self.recognise()
        except BaseException:
            self.sql.close()
            raise

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """Everything that a statement finds; asked again if the connection was lost."""
        with self._told():
            try:
                return self._fetched(statement, values)
            except _LOST as error:
                if not self._lost(error):
                    raise
                self._again()
                return self._fetched(statement, values)

    def each(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        """The same, one by one, over a connection of its own: one moment's state, however long it takes."""
        with self._told(), self._connected() as sql:
            self._settings(sql, READING)
            with sql.transaction(), sql.cursor("each", binary=True) as cursor:
                cursor.itersize = 500
                yield from cursor.execute(_dialect(statement), tuple(values))

    def bodies(self, facts: Sequence[int]) -> Iterator[io.BytesIO]:
        """The bodies of facts by their ids, some at a time."""
        for first in range(0, len(facts), _BODIES_AT_ONCE):
            part = facts[first : first + _BODIES_AT_ONCE]
            marks = ",".join("?" * len(part))
            found = self.rows(f"select body from facts where id in ({marks}) order by id", part)
            yield from (io.BytesIO(body) for (body,) in found)

    def recognise(self) -> None:
        """Make sure that the schema holds a journal of ours, of a format that we can read."""
        if not self.rows(
            "select 1 from pg_tables where schemaname = current_schema() and tablename = 'form'"
        ):
            raise BadInput(
                "there is no such journal", where=self.where, remedy="check the URL and its schema"
            )
        ((version,),) = self.rows("select version from form")
        if version != FORMAT:
            raise BadInput(f"journal format {version}", where=self.where, rule=f"this version reads {FORMAT}")

    def check(self) -> None:
        """Facts that belong to no turn; the server looks after its own pages (initdb --data-checksums)."""
        astray = self.rows(
            "select id from facts f where not exists (select 1 from turns where turn = f.id / 4096) limit 1"
        )
        if astray:
            raise Damaged(f"{self.where}: fact {astray[0][0]} belongs to no turn")

    def close(self, sound: bool = True) -> None:
        """Let go of the connection."""
        self.sql.close()

    # ---- inside ------------------------------------------------------------------------------------------------

    def _connected(self) -> psycopg.Connection[Row]:
        """A new connection, every statement its own transaction; whole numbers always travel as 64 bits."""
        sql = psycopg.connect(self.address.conninfo, autocommit=True)
        sql.adapters.register_dumper(int, Int8Dumper)
        sql.adapters.register_dumper(int, Int8BinaryDumper)
        return sql

    def _settings(self, sql: psycopg.Connection[Row], settings: str) -> None:
        sql.execute(f'set search_path = "{self.address.schema}"; {settings}'.encode())

    def _prepare(self) -> None:
        """What a new connection needs before it is of use."""
        self._settings(self.sql, READING)

    def _lost(self, error: psycopg.Error) -> bool:
        """Whether the connection is gone, not only the statement (57P..: the server is being stopped)."""
        return self.sql.closed or (error.sqlstate or "").startswith("57P")

    def _again(self) -> None:
        """Connect anew; LedgerError if the server does not come back."""
        self.sql.close()
        for attempt in range(int(PATIENCE_S / PAUSE_S)):
            if attempt:
                time.sleep(PAUSE_S)
            try:
                self.sql = self._connected()
                self._prepare()
                return
            except _LOST as error:
                self.sql.close()
                last = error
        raise LedgerError(
            f"{self.where}: the server did not come back in {PATIENCE_S:.0f} s ({last}). "
            "What to do: start it, then start anew"
        ) from last

    def _fetched(self, statement: str, values: Sequence[Any]) -> list[Row]:
        cursor = self.sql.execute(_dialect(statement), tuple(values), binary=True)
        return cursor.fetchall() if cursor.description is not None else []

    @contextmanager
    def _told(self) -> Iterator[None]:
        """The server's complaints in our own words."""
        try:
            yield
        except (errors.DataCorrupted, errors.IndexCorrupted) as error:
            raise Damaged(
                f"{self.where}: PostgreSQL cannot read it ({error}). Restore it from a copy"
            ) from error
        except errors.InsufficientPrivilege as error:
            raise BadInput(
                f"not allowed ({error})", where=self.where, remedy="give the user rights on the schema"
            ) from error
        except errors.DiskFull as error:
            raise DiskFull(f"{self.where}: no room on the server's disk ({error})") from error
        except (errors.LockNotAvailable, errors.ReadOnlySqlTransaction) as error:
            raise Locked(f"{self.where}: {error}") from error
        except _LOST as error:
            raise BadInput(
                f"the server cannot be reached ({str(error).strip()})",
                where=self.where,
                remedy="is it running, are user, password (PGPASSWORD) and database right?",
            ) from error
        except psycopg.Error as error:
            raise Damaged(f"{self.where}: it cannot be read ({error}). Restore it from a copy") from error


READING: Final = "set default_transaction_read_only = on"


class PostgresWriter(PostgresStore):
    """A journal in a server, and its one writer."""

    def __init__(self, url: str, wait_s: float = 0.0) -> None:
        """Take the lock, make the tables if there are none, and shut every earlier writer out.

        wait_s  how long to wait for another writer to end; 0: Locked at once
        """
        self.address = Address.parse(url)
        self.where = self.address.shown
        self._generation = -1
        self._wait_s = wait_s
        with self._told():
            self.sql = self._connected()
        try:
            with self._told():
                self._prepare()
                self._make()
                self.recognise()
                rows = self.rows(
                    "update writer set generation = generation + 1 returning generation, commits"
                )
                self._generation, self._commits = rows[0]
                self._wait_s = PATIENCE_S
                self._newest = self._head()
        except BaseException:
            self.sql.close()
            raise

    def hand_over(self, group: Group) -> None:
        """Nothing: the rows stay here until they are known to be kept, because they may have to be sent again."""

    def commit(self, group: Group, after: Head) -> None:
        """Send the group; whatever happens to the connection, return only when it is known to be kept."""
        while True:
            try:
                self._send(group)
                break
            except _LOST as error:
                if not self._lost(error):
                    raise self._failed(error) from error
            except psycopg.Error as error:
                raise self._failed(error) from error
            try:
                self._again()
                kept = self._kept(after)
            except _LOST:
                continue  # lost again while looking: sending finds the connection closed and comes back here
            except LedgerError as error:
                if isinstance(error, Locked):
                    raise
                raise NotConfirmed(str(error)) from error
            if kept:
                break
        self._commits += 1
        self._newest = after

    def rollback(self) -> None:
        """Nothing was handed over; end what a failed statement left open."""
        try:
            self.sql.rollback()
            ((self._commits,),) = self._fetched("select commits from writer", ())
            self._newest = self._head()
        except psycopg.Error as error:
            raise NotConfirmed(f"a rollback failed ({error})") from error

    @contextmanager
    def loading(self) -> Iterator[Put]:
        """A transaction that copies rows of another journal as they are; seen by `rows` before it ends."""

        def put(table: str, columns: int, rows: Iterable[Row]) -> None:
            self._copy(table, rows)

        with self._told():
            with self.sql.transaction():
                self._fence()
                yield put
            self._commits += 1
            self._newest = self._head()

    # ---- inside ------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Settings read back, the lock held; after a lost connection, the head as it was left."""
        self._settings(self.sql, WRITING)
        for name, wanted in DURABLE.items():
            ((found,),) = self._fetched(f"show {name}", ())
            if found not in wanted:
                raise BadInput(
                    f"PostgreSQL keeps {name} at {found}",
                    where=self.where,
                    rule=f"{name} must be {wanted[0]}, or an acknowledged turn could be lost",
                )
        self._hold()

    def _again(self) -> None:
        super()._again()
        if self._generation >= 0:
            self._same()

    def _hold(self) -> None:
        """The session's lock; Locked if another session keeps it."""
        if self._wait_s <= 0:
            ((held,),) = self._fetched("select pg_try_advisory_lock(?)", (self.address.lock,))
        else:
            self.sql.execute(f"set lock_timeout = {max(1, int(self._wait_s * 1000))}".encode())
            try:
                self._fetched("select pg_advisory_lock(?)", (self.address.lock,))
                held = True
            except errors.LockNotAvailable:
                held = False
            self.sql.execute(b"set lock_timeout = 0")
        if not held:
            who = self._fetched(
                "select a.pid, a.application_name, coalesce(host(a.client_addr), 'local') from pg_locks l"
                " join pg_stat_activity a on a.pid = l.pid where l.locktype = 'advisory' and l.granted"
                " and l.database = (select oid from pg_database where datname = current_database())"
                " and (l.classid::bigint << 32) + l.objid::bigint = ? and l.objsubid = 1",
                (self.address.lock,),
            )
            holder = ", ".join(f"{name} (session {pid}, {host})" for pid, name, host in who) or "unknown"
            raise Locked(
                f"{self.where} is being written by {holder}. What to do: wait until it ends, or end it; "
                "reading is possible meanwhile"
            )

    def _make(self) -> None:
        """The tables, where there are none."""
        self.sql.execute(f'create schema if not exists "{self.address.schema}"'.encode())
        there = self._fetched(
            "select count(*) from pg_tables where schemaname = current_schema()"
            " and (tablename = 'form' or tablename in ('turns', 'facts'))",
            (),
        )[0][0]
        if not there:
            with self.sql.transaction():
                self.sql.execute(CREATE.encode())

    def _head(self) -> Head:
        rows = self._fetched("select turn, chain from turns order by turn desc limit 1", ())
        return Head(*rows[0]) if rows else Head(0, chain.ORIGIN)

    def _same(self) -> None:
        """Locked if another writer has been here since we lost the connection."""
        ((generation,),) = self._fetched("select generation from writer", ())
        if generation != self._generation:
            raise Locked(f"{self.where}: another writer has taken over; nothing more is written from here")

    def _kept(self, after: Head) -> bool:
        """Whether the group that ends at `after` was committed before the connection was lost."""
        ((commits,),) = self._fetched("select commits from writer", ())
        found = self._head()
        if (commits, found) == (self._commits + 1, after):
            return True
        if (commits, found) == (self._commits, self._newest):
            return False
        raise NotConfirmed(
            f"after the connection was lost the newest turn is {found.turn}, not {self._newest.turn} or {after.turn}:"
            " the server lost what it had confirmed, or somebody wrote past the lock"
        )

    def _send(self, group: Group) -> None:
        """The group as one transaction: one round trip if it is small."""
        small = len(group.turns) + len(group.facts) <= FEW_ROWS and group.size <= FEW_BYTES
        with self.sql.pipeline():
            self.sql.execute(b"begin")
            self._fence()
            for statement, values in group.extra:
                self.sql.execute(_dialect(statement), values)
            if small:
                for table, rows in (("turns", group.turns), ("facts", group.facts)):
                    marks = ",".join("?" * TABLES[table])
                    for row in rows:
                        self.sql.execute(_dialect(f"insert into {table} values({marks})"), row)
                done = self.sql.execute(b"commit")
        if not small:
            self._copy("turns", group.turns)
            self._copy("facts", group.facts)
            done = self.sql.execute(b"commit")
        if done.statusmessage != "COMMIT":
            raise NotConfirmed(f"the server answered {done.statusmessage} to the commit")

    def _fence(self) -> None:
        self.sql.execute(b"select fence(%b, %b)", (self._generation, self._commits))

    def _copy(self, table: str, rows: Iterable[Row]) -> None:
        with (
            self.sql.cursor() as cursor,
            cursor.copy(f"copy {table} from stdin (format binary)".encode()) as copy,
        ):
            copy.set_types(_COPIED[table])
            for row in rows:
                copy.write_row(row)

    def _failed(self, error: psycopg.Error) -> Exception:
        """What a refused group means. The connection lives: nothing of it was kept."""
        if not self.sql.closed:
            self.sql.rollback()
        if error.sqlstate == FENCED or (isinstance(error, errors.UniqueViolation) and "turns" in str(error)):
            return Locked(f"{self.where}: another writer has taken over; nothing more is written from here")
        if isinstance(error, errors.DiskFull):
            return NoRoom(str(error))
        return NotConfirmed(str(error))
