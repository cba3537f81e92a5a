"""The one writer of a journal kept in PostgreSQL: it holds a session lock, and every commit carries its own guard.

It may lose its connection: then it connects again, takes the lock again, and looks whether its last group is there, by
the count of commits, the newest turn and the digest; if not, it is appended again. Should another have written
meanwhile, it stops. A commit is also fenced in its transaction (`fence` in postgres_place.py), so that the commit of a
writer that does not know yet that it was replaced fails in the server. Design: docs/adr/0009.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import psycopg
from psycopg import errors

from doorward.core.errors import BadInput, LedgerError, Locked
from doorward.ledger import chain
from doorward.ledger.postgres import LOST, PATIENCE_S, PostgresStore, dialect
from doorward.ledger.postgres_place import CREATE, WRITING, Address
from doorward.ledger.store import TABLES, Group, Head, NoRoom, NotConfirmed, Put, Row

FENCED: Final = "DW001"
"""What the server answers to the commit of a writer that was replaced."""
DURABLE: Final = {"fsync": ("on",), "full_page_writes": ("on",), "synchronous_commit": ("on", "remote_apply")}
MOST_TRIES: Final = 20
"""Times that one group is sent, if the connection is lost each time."""
FEW_ROWS, FEW_BYTES = 48, 1 << 18
"""Groups up to here go in one round trip; larger ones by COPY."""
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


class PostgresWriter(PostgresStore):
    """A journal in a server, and its one writer."""

    def __init__(self, url: str, wait_s: float = 0.0) -> None:
        """Take the lock, make the tables if there are none, and shut every earlier writer out.

        wait_s  how long to wait for another writer to end; 0: Locked at once
        """
        self.address = Address.parse(url)
        self.where = self.address.shown
        self._generation = -1
        self._loading = False
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
        for _ in range(MOST_TRIES):
            try:
                self._send(group)
                break
            except LOST as error:
                if not self._lost(error):
                    raise self._failed(error) from error
            except psycopg.Error as error:
                raise self._failed(error) from error
            try:
                self._again()
                kept = self._kept(after)
            except LOST:
                self.sql.close()  # lost again while looking: sending finds it closed, and we look again
                continue
            except LedgerError as error:
                if isinstance(error, Locked):
                    raise
                raise NotConfirmed(str(error)) from error
            if kept:
                break
        else:
            raise NotConfirmed(f"the connection was lost {MOST_TRIES} times in one commit")
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

    def close(self, sound: bool = True) -> None:
        """Give the lock back before the connection: the server ends a session some time after we let go of it."""
        with suppress(psycopg.Error):
            self.sql.execute("select pg_advisory_unlock_all()")
        super().close(sound)

    def scrub(self) -> bool:
        """Let the server reclaim the earlier versions of erased rows. Its own log and copies of it keep them longer."""
        try:
            self.sql.execute("vacuum vault")
        except psycopg.Error:
            return False
        return True

    @contextmanager
    def loading(self) -> Iterator[Put]:
        """A transaction that copies rows of another journal as they are; seen by `rows` before it ends."""

        def put(table: str, columns: int, rows: Iterable[Row]) -> None:
            self._copy(table, rows)

        with self._told():
            self._loading = True
            try:
                with self.sql.transaction():
                    self._fence()
                    yield put
            finally:
                self._loading = False
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
        if self._loading:
            raise LedgerError(f"{self.where}: the connection was lost while copying; nothing of it was kept")
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
                self.sql.execute(dialect(statement), values)
            if small:
                for table, rows in (("turns", group.turns), ("facts", group.facts)):
                    marks = ",".join("?" * TABLES[table])
                    for row in rows:
                        self.sql.execute(dialect(f"insert into {table} values({marks})"), row)
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
        if error.sqlstate == FENCED or error.diag.constraint_name == "turns_pkey":
            return Locked(f"{self.where}: another writer has taken over; nothing more is written from here")
        if isinstance(error, errors.DiskFull):
            return NoRoom(str(error))
        return NotConfirmed(str(error))
