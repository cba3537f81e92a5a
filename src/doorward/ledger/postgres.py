"""A journal kept in PostgreSQL, to be read: one schema a region. The writer is in postgres_writer.py.

`postgresql://user@host:5432/base?schema=metro` (or `.../base/metro`); passwords are libpq's affair (PGPASSWORD, the
passfile) and are never shown. Imported only when such a URL is opened: psycopg is the extra `postgres`.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper

from doorward.core.errors import BadInput, Damaged, DiskFull, LedgerError, Locked
from doorward.ledger.postgres_place import FORMAT, Address
from doorward.ledger.store import Row

PATIENCE_S: Final = 60.0
"""How long a writer that lost its connection tries to get it back."""
PAUSE_S: Final = 0.25
_BODIES_AT_ONCE = 64
READING: Final = "set default_transaction_read_only = on"
LOST = (psycopg.OperationalError, psycopg.InterfaceError)


@cache
def dialect(statement: str) -> bytes:
    """The statement with psycopg's sign for a value."""
    return statement.replace("?", "%b").encode()


class PostgresStore:
    """A journal in a server, to be read beside its writer; a lost connection is made anew."""

    paged = True
    holds = "convert_from(body, 'UTF8') ilike ? escape '!'"
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
            except LOST as error:
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
                yield from cursor.execute(dialect(statement), tuple(values))

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
            except LOST as error:
                self.sql.close()
                last = error
        raise LedgerError(
            f"{self.where}: the server did not come back in {PATIENCE_S:.0f} s ({last}). "
            "What to do: start it, then start anew"
        ) from last

    def _fetched(self, statement: str, values: Sequence[Any]) -> list[Row]:
        cursor = self.sql.execute(dialect(statement), tuple(values), binary=True)
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
        except LOST as error:
            raise BadInput(
                f"the server cannot be reached ({str(error).strip()})",
                where=self.where,
                remedy="is it running, are user, password (PGPASSWORD) and database right?",
            ) from error
        except psycopg.Error as error:
            raise Damaged(f"{self.where}: it cannot be read ({error}). Restore it from a copy") from error
