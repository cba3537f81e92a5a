"""Reading a journal: turns in order, one fact's rows, the history of one number. Works beside a writer."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import numpy as np
import pyarrow as pa

from doorward.core.errors import Damaged
from doorward.core.table import I8, Table
from doorward.ledger import chain
from doorward.ledger.pack import Matrix, Schema, first_column_end, header_size, rows_with, table_of, unpack
from doorward.ledger.sqlite import SqliteStore
from doorward.ledger.store import FACTS_A_TURN, Head, Row, Store

T = TypeVar("T", bound=Table)
PAGE_BYTES: Final = 2 << 20
"""Where a server is asked in pages, a page that was smaller makes the next one wider."""
_MAY_HOLD = """select f.id, t.at_s, f.schema, f.rows from facts f join turns t on t.turn = f.id / 4096
where f.schema in (select id from schemas where fact = ?) and f.lo <= ? and f.hi >= ? order by f.id"""


@dataclass(frozen=True, slots=True)
class Stored:
    """One fact as it stands in the journal; rows are unpacked when asked for.

    lo, hi  least and greatest value of its first column
    """

    schema: Schema
    rows: int
    lo: int
    hi: int
    body: bytes

    @property
    def fact(self) -> str:
        """The name of its class."""
        return self.schema.fact

    def values(self, columns: int | None = None) -> Matrix:
        """(columns, rows) as 64-bit words; only the first `columns` columns if given."""
        return unpack(self.schema, self.rows, self.body, columns)

    def table(self, kind: type[T]) -> T:
        """As its class; columns that the class gained since are -1."""
        return table_of(kind, self.schema, self.values())


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn; `facts` holds those that were asked for, in the order of posting. key is empty if it had none."""

    turn: int
    at_s: int
    service: str
    key: bytes
    chain: bytes
    facts: tuple[Stored, ...]


def is_url(place: Path | str) -> bool:
    """Whether a journal is kept in a PostgreSQL server."""
    return str(place).startswith(("postgresql://", "postgres://"))


def journal_of(folder: Path) -> Path | str:
    """Where the journal of a folder is kept: the URL that `journal.url` names, or else `journal.db`."""
    named = folder / "journal.url"
    return named.read_text(encoding="utf-8").strip() if named.is_file() else folder / "journal.db"


def opened(place: Path | str) -> Store:
    """The store of a place, for reading."""
    if is_url(place):
        from doorward.ledger.postgres import PostgresStore  # psycopg is wanted only here

        return PostgresStore(str(place))
    return SqliteStore(place)


class Reader:
    """A journal opened for reading only, while it is being written or afterwards.

    path  where it is, for messages: a file, or a URL without its password
    """

    store: Store

    def __init__(self, place: Path | str, store: Store | None = None) -> None:
        self.store = store if store is not None else opened(place)
        self.path = self.store.where

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def head(self) -> Head:
        """The newest turn, with the digest over everything up to it."""
        row = self.newest()
        return Head(row[0], row[3]) if row else Head(0, chain.ORIGIN)

    @property
    def committed(self) -> Head:
        """The newest turn that is durable."""
        return self.head

    # ---- single values -----------------------------------------------------------------------------------------

    def newest(self) -> tuple[int, int, str, bytes] | None:
        """(turn, at_s, service, chain) of the newest turn; None if there is none."""
        return self._turn_row("order by turn desc limit 1")

    def newest_of(self, services: Iterable[str]) -> tuple[int, int, str, bytes] | None:
        """The same of the newest turn of any of these services."""
        numbers = [number for name, number in self.names()[0].items() if name in set(services)]
        if not numbers:
            return None
        marks = ",".join("?" * len(numbers))
        return self._turn_row(f"where service in ({marks}) order by turn desc limit 1", *numbers)

    def chain_at(self, turn: int) -> bytes | None:
        """The running digest after a turn; None if there is no such turn."""
        if turn == 0:
            return chain.ORIGIN
        row = self._turn_row("where turn = ?", turn)
        return row[3] if row else None

    def turn_at(self, at_s: int) -> int:
        """The newest turn that was not later than `at_s`; 0 if all were."""
        return self._number("select turn from turns where at_s <= ? order by turn desc limit 1", at_s) or 0

    def committed_turn_of(self, key: bytes) -> int | None:
        """The committed turn that was posted under this key, or None."""
        return self._number("select turn from turns where key = ?", key)

    def committed_turn_that_took(self, mark: bytes) -> int | None:
        """The committed turn that took the message of this mark, or None."""
        return self._number("select turn from inbox where id = ?", mark)

    def meta(self) -> dict[str, str]:
        """What was remembered about the whole run; Damaged if an entry does not fit its seal."""
        rows = self.store.rows("select name, value, seal from meta order by name")
        for name, value, seal in rows:
            if seal != chain.seal(name, value):
                raise Damaged(f"{self.path}: the entry {name!r} about the run was altered")
        return {name: value for name, value, _ in rows}

    def names(self) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
        """Numbers of the services and of the schemas."""
        services = {name: number for name, number in self.store.rows("select name, id from services")}
        rows = self.store.rows("select fact, columns, id from schemas")
        return services, {(fact, columns): number for fact, columns, number in rows}

    # ---- turns -------------------------------------------------------------------------------------------------

    def turns(
        self,
        after: int = 0,
        upto: int | None = None,
        *,
        service: str | None = None,
        fact: str | type[Table] | None = None,
        holding: int | tuple[int, int] | None = None,
    ) -> Iterator[Turn]:
        """Turns after `after` up to `upto`, in order, each with the facts that fit.

        service  turns of this service only
        fact     facts of this name only, and only turns that have one
        holding  facts whose first column may hold this number (or one of lo..hi); others are not even read
        """
        asked = (service, fact, holding)
        if not self.store.paged:
            yield from self._page(after, 2**40 if upto is None else upto, *asked)
            return
        newest = self.newest()
        last = 0 if newest is None else newest[0]
        last, width = last if upto is None else min(upto, last), 64
        while after < last:
            until, size = min(last, after + width), 0
            for turn in self._page(after, until, *asked):
                size += 100 + sum(len(each.body) for each in turn.facts)
                yield turn
            after = until
            width = width * 4 if size < PAGE_BYTES else max(1, width // 2)

    def verified(self, after: int = 0, upto: int | None = None) -> Iterator[tuple[Turn, list[Matrix]]]:
        """Turns with the values of their facts, each checked against the chain; Damaged at the first that differs.

        Trusts the digest stored at `after`. That the newest turns are still there, only the anchor can tell.
        """
        before = self.chain_at(after)
        if before is None:
            raise Damaged(f"{self.path}: turn {after} is missing")
        turn = after
        for each in self.turns(after, upto):
            turn += 1
            if each.turn != turn:
                raise Damaged(f"{self.path}: turn {turn} is missing")
            try:
                values = [fact.values() for fact in each.facts]
            except Damaged as error:
                raise Damaged(f"{self.path}: turn {turn}: {error}") from error
            said = zip((fact.schema for fact in each.facts), values, strict=True)
            try:
                before = chain.turn(before, turn, each.at_s, each.service, each.key, said)
            except (struct.error, TypeError) as error:
                raise Damaged(f"{self.path}: turn {turn} is garbled ({error})") from error
            if before != each.chain:
                raise Damaged(
                    f"{self.path}: turn {turn} does not hold what its chain says. Restore it from a copy"
                )
            for fact, matrix in zip(each.facts, values, strict=True):
                lo, hi = (int(matrix[0].min()), int(matrix[0].max())) if fact.rows else (0, 0)
                if (lo, hi) != (fact.lo, fact.hi):
                    raise Damaged(f"{self.path}: turn {turn}: the range of {fact.fact} was altered")
            yield each, values

    def verify(self) -> int:
        """Check every turn and the store's own structure; returns how many turns there are."""
        turn = 0
        for each, _ in self.verified():
            turn = each.turn
        self.store.check()
        self.meta()
        return turn

    def facts(self, kind: type[T], after: int = 0, upto: int | None = None) -> tuple[T, I8, I8]:
        """All rows of one fact, with the turn (n,) and the time at_s (n,) of each."""
        tables, turns, times = [], [], []
        for turn in self.turns(after, upto, fact=kind):
            for fact in turn.facts:
                tables.append(fact.table(kind))
                turns.append(np.full(fact.rows, turn.turn, np.int64))
                times.append(np.full(fact.rows, turn.at_s, np.int64))
        none = [np.empty(0, np.int64)]
        return kind.concat(tables), np.concatenate(turns or none), np.concatenate(times or none)

    def history(self, kind: type[T], number: int) -> tuple[T, I8, I8]:
        """The rows of one fact whose first column is `number`, with turn (m,) and at_s (m,) of each."""
        tables, turns, times = [], [], []
        schema_of = {n: Schema.parse(fact, columns) for (fact, columns), n in self.names()[1].items()}
        found = self.store.rows(_MAY_HOLD, (kind.__name__, number, number))
        bodies = self.store.bodies([row[0] for row in found])
        for (fact_id, at_s, schema_id, rows), body in zip(found, bodies, strict=True):
            schema = schema_of[schema_id]
            start = body.read(header_size(schema))
            column = body.read(max(0, first_column_end(schema, rows, start) - len(start)))
            hits = rows_with(schema, rows, start + column, number)
            if len(hits):
                values = unpack(schema, rows, start + column + body.read())
                tables.append(table_of(kind, schema, values).take(hits))
                turns.append(np.full(len(hits), fact_id // FACTS_A_TURN, np.int64))
                times.append(np.full(len(hits), at_s, np.int64))
        none = [np.empty(0, np.int64)]
        return kind.concat(tables), np.concatenate(turns or none), np.concatenate(times or none)

    def index(self) -> pa.Table:
        """Every fact of every turn, without its rows: turn, at_s, service, fact, rows, lo, hi, bytes."""
        columns = "turn, at_s, service, fact, rows, lo, hi, length(body)"
        rows = list(self.store.each(f"select {columns} from journal order by turn"))
        names = ("turn", "at_s", "service", "fact", "rows", "lo", "hi", "bytes")
        types = [pa.string() if name in ("service", "fact") else pa.int64() for name in names]
        cells = zip(*rows, strict=True) if rows else ((),) * len(names)
        return pa.table({n: pa.array(c, t) for n, c, t in zip(names, cells, types, strict=True)})

    # ---- inside ------------------------------------------------------------------------------------------------

    def _number(self, statement: str, value: Any) -> int | None:
        rows = self.store.rows(statement, (value,))
        return rows[0][0] if rows else None

    def _turn_row(self, clause: str, *values: int) -> tuple[int, int, str, bytes] | None:
        rows = self.store.rows(f"select turn, at_s, service, chain from turns {clause}", values)
        if not rows:
            return None
        turn, at_s, service, seal = rows[0]
        names = self.store.rows("select name from services where id = ?", (service,))
        return turn, at_s, names[0][0] if names else "", seal

    def _page(
        self,
        after: int,
        upto: int,
        service: str | None,
        fact: str | type[Table] | None,
        holding: int | tuple[int, int] | None,
    ) -> Iterator[Turn]:
        """The turns of a range, by one statement."""
        bounds = [(after + 1) * FACTS_A_TURN, (upto + 1) * FACTS_A_TURN]
        where: list[str] = ["t.turn > ?", "t.turn <= ?"]
        values: list[Any] = [after, upto]
        if service is not None:
            where.append("t.service = (select id from services where name = ?)")
            values.append(service)
        if fact is not None:
            where.append("f.schema in (select id from schemas where fact = ?)")
            values.append(fact if isinstance(fact, str) else fact.__name__)
        if holding is not None:
            lo, hi = (holding, holding) if isinstance(holding, int) else holding
            where.append("f.lo <= ? and f.hi >= ?")
            values.extend((hi, lo))
        if fact is not None or holding is not None:
            source, order = self.store.some_facts, "f.id"
            where.append("f.id >= ? and f.id < ?")
            values.extend(bounds)
        else:
            source, order = self.store.all_facts, "t.turn, f.id"
            values = bounds + values if self.store.paged else values
        statement = (
            "select t.turn, t.at_s, t.service, t.key, t.chain, f.id, f.schema, f.rows, f.lo, f.hi, f.body"
            f" from {source} where {' and '.join(where)} order by {order}"
        )
        read = self.store.rows if self.store.paged else self.store.each
        yield from self._grouped(read(statement, values))

    def _grouped(self, rows: Iterable[Row]) -> Iterator[Turn]:
        """Rows of one turn stand together: make them one Turn."""
        services, schemas = self.names()
        service_of = {number: name for name, number in services.items()}
        schema_of = {number: Schema.parse(fact, columns) for (fact, columns), number in schemas.items()}
        head: Row | None = None
        facts: list[Stored] = []
        for *turn, fact_id, schema, count, lo, hi, body in rows:
            if head is None or turn[0] != head[0]:
                if head is not None:
                    yield _turn(head, service_of, facts)
                head, facts = tuple(turn), []
            if fact_id is not None:
                if schema not in schema_of or not isinstance(body, bytes):
                    raise Damaged(f"{self.path}: turn {turn[0]} holds a fact of an unknown kind")
                facts.append(Stored(schema_of[schema], count, lo, hi, body))
        if head is not None:
            yield _turn(head, service_of, facts)


def _turn(head: tuple[Any, ...], service_of: dict[int, str], facts: list[Stored]) -> Turn:
    turn, at_s, service, key, seal = head
    return Turn(turn, at_s, service_of.get(service, ""), key or b"", seal, tuple(facts))
