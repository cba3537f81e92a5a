"""Reading a journal: turns in order, one fact's rows, the history of one number. Works beside a writer."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import apsw
import numpy as np
import pyarrow as pa

from doorward.core.errors import BadInput, Damaged, DiskFull, Locked
from doorward.core.table import I8, Table
from doorward.ledger import chain
from doorward.ledger.pack import Matrix, Schema, first_column_end, header_size, rows_with, table_of, unpack

T = TypeVar("T", bound=Table)
FACTS_A_TURN: Final = 4096
"""A fact's id is turn * 4096 + its place in the turn."""
APPLICATION: Final = 0x646F6F72
FORMAT: Final = 2
_MAY_HOLD = """select f.id, t.at_s, f.schema, f.rows from facts f join turns t on t.turn = f.id / 4096
where f.schema in (select id from schemas where fact = ?) and f.lo <= ? and f.hi >= ? order by f.id"""


@dataclass(frozen=True, slots=True)
class Head:
    """A turn and the digest over everything up to it; turn 0 is the empty journal."""

    turn: int
    chain: bytes


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


NOT_WRITTEN = (
    apsw.SQLITE_IOERR_WRITE,
    apsw.SQLITE_IOERR_TRUNCATE,
    apsw.SQLITE_IOERR_FSYNC,
    apsw.SQLITE_IOERR_SHMSIZE,
    apsw.SQLITE_IOERR_SHMOPEN,
    apsw.SQLITE_IOERR_SHMMAP,
)
"""What SQLite says of a file that it could not write: the file itself is as it was."""


@contextmanager
def told(where: Path | str) -> Iterator[None]:
    """SQLite's complaints in our own words."""
    try:
        yield
    except (apsw.CorruptError, apsw.NotADBError, apsw.FormatError, UnicodeDecodeError) as error:
        raise Damaged(
            f"{where}: SQLite cannot read it ({error}). What to do: restore it from a copy"
        ) from error
    except (apsw.BusyError, apsw.LockedError) as error:
        raise Locked(f"{where} is held by another process ({error})") from error
    except apsw.FullError as error:
        raise DiskFull(f"{where}: no room on the disk ({error}). What to do: make room") from error
    except apsw.IOError as error:
        if (
            getattr(error, "extendedresult", 0) in NOT_WRITTEN
        ):  # even a reader needs some room, for the index beside the journal
            raise DiskFull(
                f"{where}: cannot be written beside ({error}). What to do: look at the disk (has it room?)"
            ) from error
        raise Damaged(f"{where}: it cannot be read ({error}). What to do: restore it from a copy") from error
    except (apsw.CantOpenError, apsw.ReadOnlyError) as error:
        raise BadInput(
            f"cannot be opened ({error})", where=str(where), remedy="check path and permissions"
        ) from error
    except (apsw.SQLError, apsw.MismatchError) as error:
        raise Damaged(f"{where}: it cannot be read ({error}). What to do: restore it from a copy") from error


class Reader:
    """A journal opened for reading only, while it is being written or afterwards."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise BadInput("there is no such journal", where=str(path), remedy="check the path")
        with told(path):
            try:
                self.sql = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
                self.sql.set_busy_timeout(5_000)
                self.sql.pragma("application_id")
            except (apsw.CantOpenError, apsw.ReadOnlyError):
                # a finished journal in a folder that we may not write to; SQLite would want its index beside it
                wal = Path(f"{path}-wal")
                if wal.exists() and wal.stat().st_size:
                    raise
                flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
                self.sql = apsw.Connection(f"{self.path.absolute().as_uri()}?immutable=1", flags=flags)
        self.recognise()

    def recognise(self) -> None:
        """Make sure that it is a journal of ours, of a format that we can read."""
        with told(self.path):
            application, version = self.sql.pragma("application_id"), self.sql.pragma("user_version")
        if application != APPLICATION:
            raise BadInput("not a journal of doorward", where=str(self.path), remedy="check the path")
        if version != FORMAT:
            raise BadInput(
                f"journal format {version}", where=str(self.path), rule=f"this version reads {FORMAT}"
            )

    def close(self) -> None:
        """Let go of the file."""
        self.sql.close()

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
        with told(self.path):
            found = self.sql.execute(
                "select turn from turns where at_s <= ? order by turn desc limit 1", (at_s,)
            ).get
        return found or 0

    def committed_turn_of(self, key: bytes) -> int | None:
        """The committed turn that was posted under this key, or None."""
        with told(self.path):
            found: int | None = self.sql.execute("select turn from turns where key = ?", (key,)).get
        return found

    def committed_turn_that_took(self, mark: bytes) -> int | None:
        """The committed turn that took the message of this mark, or None."""
        with told(self.path):
            found: int | None = self.sql.execute("select turn from inbox where id = ?", (mark,)).get
        return found

    def meta(self) -> dict[str, str]:
        """What was remembered about the whole run; Damaged if an entry does not fit its seal."""
        with told(self.path):
            rows = list(self.sql.execute("select name, value, seal from meta order by name"))
        for name, value, seal in rows:
            if seal != chain.seal(name, value):
                raise Damaged(f"{self.path}: the entry {name!r} about the run was altered")
        return {name: value for name, value, _ in rows}

    def names(self) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
        """Numbers of the services and of the schemas."""
        with told(self.path):
            services = dict(self.sql.execute("select name, id from services"))
            schemas = {(f, c): n for f, c, n in self.sql.execute("select fact, columns, id from schemas")}
        return services, schemas

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
        where, values = ["t.turn > ?", "t.turn <= ?"], [after, 2**40 if upto is None else upto]
        if service is not None:
            where.append("t.service = (select id from services where name = ?)")
            values.append(service)  # type: ignore[arg-type]
        narrowed = fact is not None or holding is not None
        if fact is not None:
            where.append("f.schema in (select id from schemas where fact = ?)")
            values.append(fact if isinstance(fact, str) else fact.__name__)  # type: ignore[arg-type]
        if holding is not None:
            lo, hi = (holding, holding) if isinstance(holding, int) else holding
            where.append("f.lo <= ? and f.hi >= ?")
            values.extend((hi, lo))
        if narrowed:
            source = "facts f cross join turns t on t.turn = f.id / 4096"
            where.append("f.id >= (? + 1) * 4096")
            values.append(after)
        else:
            source = "turns t left join facts f on f.id between t.turn * 4096 and t.turn * 4096 + 4095"
        yield from self._grouped(
            "select t.turn, t.at_s, t.service, t.key, t.chain, f.id, f.schema, f.rows, f.lo, f.hi, f.body"
            f" from {source} where {' and '.join(where)} order by {'f.id' if narrowed else 't.turn, f.id'}",
            values,
        )

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
        """Check every turn and SQLite's own structure; returns how many turns there are."""
        turn = 0
        for each, _ in self.verified():
            turn = each.turn
        with told(self.path):
            for (finding,) in self.sql.execute("pragma integrity_check(1)"):
                if finding != "ok":
                    raise Damaged(f"{self.path}: {finding}")
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
        with told(self.path):
            found: list[tuple[Any, ...]] = self.sql.execute(
                _MAY_HOLD, (kind.__name__, number, number)
            ).fetchall()
            if not found:
                return kind.empty(), np.empty(0, np.int64), np.empty(0, np.int64)
            with self.sql.blob_open("main", "facts", "body", found[0][0], False) as body:
                for fact_id, at_s, schema_id, rows in found:
                    body.reopen(fact_id)
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
        with told(self.path):
            rows = self.sql.execute(f"select {columns} from journal order by turn").fetchall()
        names = ("turn", "at_s", "service", "fact", "rows", "lo", "hi", "bytes")
        types = [pa.string() if name in ("service", "fact") else pa.int64() for name in names]
        cells = zip(*rows, strict=True) if rows else ((),) * len(names)
        return pa.table({n: pa.array(c, t) for n, c, t in zip(names, cells, types, strict=True)})

    # ---- inside ------------------------------------------------------------------------------------------------

    def _turn_row(self, clause: str, *values: int) -> tuple[int, int, str, bytes] | None:
        with told(self.path):
            row = self.sql.execute(
                f"select turn, at_s, service, chain from turns {clause}", values
            ).fetchone()
            if row is None:
                return None
            name = self.sql.execute("select name from services where id = ?", (row[2],)).get
        return row[0], row[1], name or "", row[3]

    def _grouped(self, statement: str, values: list[Any]) -> Iterator[Turn]:
        """Rows of one turn stand together: make them one Turn."""
        services, schemas = self.names()
        service_of = {number: name for name, number in services.items()}
        schema_of = {number: Schema.parse(fact, columns) for (fact, columns), number in schemas.items()}
        head: tuple[Any, ...] | None = None
        facts: list[Stored] = []
        with told(self.path):
            for *turn, fact_id, schema, rows, lo, hi, body in self.sql.execute(statement, values):
                if head is None or turn[0] != head[0]:
                    if head is not None:
                        yield _turn(head, service_of, facts)
                    head, facts = tuple(turn), []
                if fact_id is not None:
                    if schema not in schema_of or not isinstance(body, bytes):
                        raise Damaged(f"{self.path}: turn {turn[0]} holds a fact of an unknown kind")
                    facts.append(Stored(schema_of[schema], rows, lo, hi, body))
        if head is not None:
            yield _turn(head, service_of, facts)


def _turn(head: tuple[Any, ...], service_of: dict[int, str], facts: list[Stored]) -> Turn:
    turn, at_s, service, key, seal = head
    return Turn(turn, at_s, service_of.get(service, ""), key or b"", seal, tuple(facts))
