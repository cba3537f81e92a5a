"""Facts as ordinary tables in PostgreSQL, for reports and dashboards: a mirror that follows a journal.

    <region>_rows.scanned(turn, turn_at_s, turn_service, turn_place, turn_row, package, at_s, event ...)
    <region>_rows.scanned_words     a view: the same with the service's name, the time, enumerations in words
    <region>_rows.mirror_cursor(turn, chain)   how far it is

Each group of turns is copied in one transaction together with the cursor: after a kill it goes on where it was, and no
row is there twice. The digest in the cursor tells if it is pointed at another journal, and every turn is checked on its
way. It reads a journal of either store. Make views of your own on the tables; `_words` views are made anew at times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import numpy as np
import psycopg
from psycopg import sql as words
from psycopg.rows import TupleRow

from doorward.core.errors import BadInput, Damaged, LedgerError, Locked
from doorward.ledger import chain
from doorward.ledger.pack import Matrix, Schema
from doorward.ledger.postgres_place import Address
from doorward.ledger.read import Reader, Turn

Words = Mapping[str, Mapping[str, Mapping[int, str]]]
"""fact -> column -> number -> word."""
GROUP_ROWS: Final = 100_000
OWN: Final = ("turn", "turn_at_s", "turn_service", "turn_place", "turn_row")
"""Which turn said it and when, who (id in `services`), which fact of the turn, which row of the fact."""
_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END: Final = b"\xff\xff"


def snake(name: str) -> str:
    """PickTasks -> pick_tasks."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def copied(columns: list[np.ndarray[Any, Any]]) -> bytes:
    """Rows in PostgreSQL's binary COPY format, every value eight bytes (whole numbers, or floats by their bits)."""
    kind = [("fields", ">i2")]
    for number in range(len(columns)):
        kind += [(f"size{number}", ">i4"), (f"value{number}", ">i8")]
    rows = np.empty(len(columns[0]), np.dtype(kind))
    rows["fields"] = len(columns)
    for number, column in enumerate(columns):
        rows[f"size{number}"], rows[f"value{number}"] = 8, column
    return rows.tobytes()


class Mirror:
    """The row tables of one journal. One process at a time; readers are never in its way."""

    def __init__(self, journal: Reader, url: str, spoken: Words | None = None) -> None:
        """Open the row tables beside the region's schema, making them if there are none.

        url     as of a journal: `?schema=metro` puts the rows into `metro_rows`
        spoken  which columns are shown as words too, in views `<fact>_words`
        Raises Locked if another mirror writes there, BadInput if they mirror another journal.
        """
        self.journal, self._spoken = journal, spoken or {}
        self.schema = f"{Address.parse(url).schema}_rows"
        self._tables: dict[str, list[str]] = {}
        address = Address.parse(url)
        self.where = address.shown
        try:
            self._sql: psycopg.Connection[TupleRow] = psycopg.connect(address.conninfo, autocommit=True)
        except psycopg.OperationalError as error:
            raise BadInput(f"the server cannot be reached ({error})", where=self.where) from error
        try:
            self._begin(address.lock ^ 1)
        except BaseException:
            self._sql.close()
            raise

    def catch_up(self, told: Callable[[int, int], None] = lambda turn, newest: None) -> int:
        """Copy what has become durable since; returns the newest turn that is mirrored."""
        try:
            return self._catch_up(told)
        except psycopg.Error as error:
            raise LedgerError(
                f"{self.where}, schema {self.schema}: {error}. What to do: mirror again; it goes on where it was"
            ) from error

    def _catch_up(self, told: Callable[[int, int], None]) -> int:
        newest = self.journal.committed.turn
        group: list[tuple[Turn, list[Matrix]]] = []
        rows = 0
        for turn, values in self.journal.verified(self.turn, newest):
            group.append((turn, values))
            rows += 1 + sum(matrix.shape[1] for matrix in values)
            if rows >= GROUP_ROWS or turn.turn == newest:
                self._write(group)
                told(self.turn, newest)
                group, rows = [], 0
        return self.turn

    def close(self) -> None:
        """Give the lock back before the connection: the server ends a session some time after we let go of it."""
        with suppress(psycopg.Error):
            self._sql.execute("select pg_advisory_unlock_all()")
        self._sql.close()

    def __enter__(self) -> Mirror:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- inside ------------------------------------------------------------------------------------------------

    def _begin(self, lock: int) -> None:
        row = self._sql.execute("select pg_try_advisory_lock(%s)", (lock,)).fetchone()
        if row is None or not row[0]:
            raise Locked(f"{self.where}: another process mirrors into {self.schema}")
        self._run("create schema if not exists {}", self.schema)
        self._run("set search_path = {}", self.schema)
        self._run(
            "create table if not exists mirror_cursor"
            "(one boolean primary key default true check(one), turn bigint not null, chain bytea not null)"
        )
        self._run("create table if not exists services(id bigint primary key, name text not null)")
        self._sql.execute(
            "insert into mirror_cursor values(true, 0, %s) on conflict do nothing", (chain.ORIGIN,)
        )
        found = self._sql.execute("select turn, chain from mirror_cursor").fetchone()
        assert found is not None
        self.turn, held = int(found[0]), bytes(found[1])
        if self.journal.chain_at(self.turn) != held:
            raise BadInput(
                f"the rows there end at turn {self.turn} of another journal",
                where=f"{self.where}, schema {self.schema}",
                remedy="name another schema, or drop this one and mirror anew",
            )
        listed = "select table_name, column_name from information_schema.columns where table_schema = %s"
        for table, column in self._sql.execute(
            listed + " order by table_name, ordinal_position", (self.schema,)
        ):
            self._tables.setdefault(table, []).append(column)

    def _run(self, statement: str, *names: str) -> None:
        self._sql.execute(words.SQL(statement).format(*map(words.Identifier, names)))

    def _write(self, group: list[tuple[Turn, list[Matrix]]]) -> None:
        """A group of turns and the cursor, in one transaction."""
        last = group[-1][0]
        services = self.journal.names()[0]
        parts: dict[Schema, list[list[np.ndarray[Any, Any]]]] = {}
        for turn, values in group:
            for place, (fact, matrix) in enumerate(zip(turn.facts, values, strict=True)):
                count = matrix.shape[1]
                own = (turn.turn, turn.at_s, services[turn.service], place)
                columns = [np.full(count, value, np.int64) for value in own]
                parts.setdefault(fact.schema, []).append([*columns, np.arange(count), *matrix])
        before = {table: list(columns) for table, columns in self._tables.items()}
        try:
            with self._sql.transaction(), self._sql.cursor() as cursor:
                cursor.executemany(
                    "insert into services values(%s, %s) on conflict do nothing",
                    [(number, name) for name, number in services.items()],
                )
                for schema, blocks in parts.items():
                    names = [*OWN, *self._ready(schema)]
                    statement = words.SQL("copy {} ({}) from stdin (format binary)").format(
                        words.Identifier(snake(schema.fact)),
                        words.SQL(", ").join(map(words.Identifier, names)),
                    )
                    with cursor.copy(statement) as copy:
                        copy.write(_HEADER)
                        for block in blocks:
                            copy.write(copied(block))
                        copy.write(_END)
                moved = cursor.execute(
                    "update mirror_cursor set turn = %s, chain = %s where turn = %s",
                    (last.turn, last.chain, self.turn),
                )
                if moved.rowcount != 1:
                    raise Damaged(f"{self.where}: somebody else moved the cursor of {self.schema}")
        except BaseException:
            self._tables = before
            raise
        self.turn = last.turn

    def _ready(self, schema: Schema) -> list[str]:
        """Make the fact's table, or the columns that it gained; returns their names, in order."""
        table = snake(schema.fact)
        wanted = {
            f"{name}_" if name in OWN else name: "double precision" if dtype.kind == "f" else "bigint"
            for name, dtype in schema.columns
        }
        known = self._tables.get(table)
        if known is None:
            self._run(
                "create table {}(turn bigint, turn_at_s bigint, turn_service bigint, turn_place bigint,"
                " turn_row bigint, primary key(turn, turn_place, turn_row))",
                table,
            )
            known = self._tables[table] = list(OWN)
        new = [name for name in wanted if name not in known]
        for name in new:
            # facts only grow: what was said before a column was there is -1 in the tables, null here
            self._run(f"alter table {{}} add column {{}} {wanted[name]}", table, name)
            known.append(name)
        if new:
            self._spell(schema.fact, table, known)
        return list(wanted)

    def _spell(self, fact: str, table: str, columns: list[str]) -> None:
        """A view with the service's name, the time, and enumerations in words."""
        shown = [words.SQL("s.name as service, to_timestamp(t.turn_at_s) as turn_at, t.*")]
        for column, meaning in self._spoken.get(fact, {}).items():
            if column in columns:
                cases = words.SQL(" ").join(
                    words.SQL("when {} then {}").format(words.Literal(number), words.Literal(word))
                    for number, word in sorted(meaning.items())
                )
                name = words.Identifier(column)
                shown.append(
                    words.SQL("case t.{} {} end as {}").format(
                        name, cases, words.Identifier(f"{column}_word")
                    )  # type: ignore[arg-type]
                )
        view = words.Identifier(f"{table}_words")
        self._sql.execute(words.SQL("drop view if exists {}").format(view))
        self._sql.execute(
            words.SQL(
                "create view {} as select {} from {} t left join services s on s.id = t.turn_service"
            ).format(view, words.SQL(", ").join(shown), words.Identifier(table))
        )
