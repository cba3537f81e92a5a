"""Rows of a fact as bytes: columns back to back, each as narrow as its values allow.

A body is one byte of codec, a header of a few bytes per column, then the columns' byte planes: all lowest bytes, then
all second bytes and so on, only as many planes as the column needs. A column holds either value - least (frame of
reference) or, where it never falls, the growth from row to row less the least growth; a constant column and a count
1, 2, 3 ... need no plane at all. The planes of all columns but the first are LZ4 compressed when that saves a tenth;
those of the first never are, so that a history can look for a number without unpacking the rest. Source of the two
codes: Lemire, Boytsov 2015, "Decoding billions of integers per second through vectorization"; of the planes: Blosc.

The names and types of the columns are a `Schema`, which the journal stores once. Text is refused: a journal is never
rewritten, and what people wrote must be erasable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numba as nb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from doorward.core.errors import BadInput, Damaged
from doorward.core.table import Table

T = TypeVar("T", bound=Table)
Matrix = NDArray[np.int64]
"""(columns, rows): every value as 64 bits (floats by their bits); what the chain digests and folds are fed from."""

MOST_ROWS = 1 << 22
"""Rows of one fact in one turn."""
PLAIN, LZ4 = 0, 1
_LZ4 = pa.Codec("lz4_raw")
_WORTH_TRYING = 256
_HEADER = 18
"""Most bytes that the header spends on a column."""


@dataclass(frozen=True, slots=True)
class Schema:
    """Name and columns of one version of a fact.

    columns  ((name, dtype), ...) in the order of the class
    """

    fact: str
    columns: tuple[tuple[str, np.dtype[Any]], ...]

    @property
    def text(self) -> str:
        """One line for the journal: `package:i8 event:i1`."""
        return " ".join(f"{name}:{dtype.kind}{dtype.itemsize}" for name, dtype in self.columns)

    @classmethod
    def parse(cls, fact: str, text: str) -> Schema:
        """The opposite of `text`; Damaged if it cannot be one."""
        try:
            pairs = [each.rsplit(":", 1) for each in text.split(" ")]
            return cls(fact, tuple((name, np.dtype(code)) for name, code in pairs))
        except (TypeError, ValueError) as error:
            raise Damaged(f"the journal describes {fact} as {text!r}") from error


_SCHEMAS: dict[type[Table], Schema] = {}


class Packed(NamedTuple):
    """One fact ready for the journal; lo and hi bound its first column."""

    schema: Schema
    values: Matrix
    lo: int
    hi: int
    body: bytes


def schema_of(kind: type[Table]) -> Schema:
    """The schema of a fact as the code has it now."""
    known = _SCHEMAS.get(kind)
    if known is not None:
        return known
    for name, dtype in kind.columns.items():
        if dtype.kind == "O":
            raise TypeError(f"{kind.__name__}.{name} is text; the journal takes numbers only")
    _SCHEMAS[kind] = Schema(kind.__name__, tuple(kind.columns.items()))
    return _SCHEMAS[kind]


def pack(rows: Table) -> Packed:
    """The rows as bytes; their values are copied, so the caller's arrays may change afterwards."""
    schema = schema_of(type(rows))
    count = len(rows)
    if count > MOST_ROWS:
        raise BadInput(
            f"{schema.fact} has {count} rows in one turn",
            where="journal",
            rule=f"a fact has at most {MOST_ROWS} rows",
            remedy="post it in several turns",
        )
    values = np.empty((len(schema.columns), count), np.int64)
    for number, (name, dtype) in enumerate(schema.columns):
        column = getattr(rows, name)
        values[number] = column.view(np.int64) if dtype.kind == "f" else column
    room = np.empty(1 + len(values) * (_HEADER + 8 * count), np.uint8)
    rest, end, lo, hi = _narrow(values, room)
    if end - rest >= _WORTH_TRYING:
        small = _LZ4.compress(room[rest:end], asbytes=True)
        if len(small) < 0.9 * (end - rest):
            room[0] = LZ4
            return Packed(schema, values, lo, hi, room[:rest].tobytes() + small)
    return Packed(schema, values, lo, hi, room[:end].tobytes())


def unpack(schema: Schema, rows: int, body: bytes, columns: int | None = None) -> Matrix:
    """The values of the first `columns` columns (all by default); Damaged if the bytes cannot be a body."""
    wanted = len(schema.columns) if columns is None else columns
    stored = np.frombuffer(body, np.uint8)
    rest, end = _checked(schema, rows, body, stored)
    if body[0] == LZ4 and wanted > 1:
        if end - rest > 300 * (len(body) - rest):
            raise Damaged(f"the body of {schema.fact} is cut or garbled")
        try:
            planes = np.frombuffer(_LZ4.decompress(body[rest:], end - rest, asbytes=True), np.uint8)
        except (OSError, pa.ArrowInvalid) as error:
            raise Damaged(f"the body of {schema.fact} does not decompress") from error
    else:
        planes = stored[rest:]
    if wanted > 1 and len(planes) != end - rest:
        raise Damaged(f"the body of {schema.fact} has {len(planes)} bytes, not {end - rest}")
    values = np.zeros((wanted, rows), np.int64)
    _widen(stored, planes, rest, len(schema.columns), values)
    return values


def _checked(schema: Schema, rows: int, body: bytes, stored: NDArray[np.uint8]) -> tuple[int, int]:
    """Where the second column begins, and where the body would end uncompressed."""
    if not 0 <= rows <= MOST_ROWS:
        raise Damaged(f"{schema.fact} claims {rows} rows")
    rest, end = _measure(stored, len(schema.columns), rows)
    if rest < 0 or rest > len(body) or body[0] not in (PLAIN, LZ4):
        raise Damaged(f"the body of {schema.fact} is cut or garbled")
    return rest, end


def header_size(schema: Schema) -> int:
    """Most bytes that codec and header take."""
    return 1 + len(schema.columns) * _HEADER


def first_column_end(schema: Schema, rows: int, head: bytes) -> int:
    """Where the first column ends in a body of which at least the header is given; Damaged as in `unpack`."""
    rest, _ = _measure(np.frombuffer(head, np.uint8), len(schema.columns), rows)
    if rest < 0:
        raise Damaged(f"the body of {schema.fact} is cut or garbled")
    return rest


def rows_with(schema: Schema, rows: int, body: bytes, number: int) -> NDArray[np.int64]:
    """Where the first column holds `number`; the body may be cut after that column. Damaged as in `unpack`."""
    stored = np.frombuffer(body, np.uint8)
    rest, _ = _checked(schema, rows, body, stored)
    return _seek(stored, rest, len(schema.columns), rows, number)


def table_of(kind: type[T], schema: Schema, values: Matrix) -> T:
    """Values as the fact that the code knows; columns that the class gained since are -1."""
    found: dict[str, NDArray[Any]] = {}
    for number, (name, dtype) in enumerate(schema.columns):
        if name not in kind.columns:
            raise BadInput(
                f"the journal has {schema.fact}.{name}, this version has not",
                where="journal",
                rule="facts only grow",
                remedy="use the version that wrote it, or a newer one",
            )
        column = values[number]
        found[name] = column.view(np.float64) if dtype.kind == "f" else column.astype(dtype, copy=False)
    if len(found) == len(kind.columns):
        return kind(**found)
    return kind.fill(values.shape[1], **found)


@nb.njit(cache=True)
def _bytes_of(x: np.uint64) -> int:  # pragma: no cover - compiled
    """How many bytes a number needs; 0 for 0."""
    count = 0
    while x != nb.uint64(0):
        count += 1
        x = x >> nb.uint64(8)
    return count


@nb.njit(cache=True)
def _put(room: NDArray[np.uint8], at: int, x: np.uint64, count: int) -> int:  # pragma: no cover - compiled
    for k in range(count):
        room[at + k] = nb.uint8((x >> nb.uint64(8 * k)) & nb.uint64(255))
    return at + count


@nb.njit(cache=True)
def _narrow(
    values: Matrix, room: NDArray[np.uint8]
) -> tuple[int, int, int, int]:  # pragma: no cover - compiled
    """Write codec, header and planes; returns where the second column begins, the end, and the first one's range."""
    columns, rows = values.shape
    width = np.zeros(columns, np.int64)
    rising = np.zeros(columns, np.bool_)
    base = np.zeros(columns, np.int64)
    step = np.zeros(columns, np.int64)
    room[0] = 0
    at, lo0, hi0 = 1, 0, 0
    for c in range(columns):
        if rows > 0:
            v = values[c]
            lo = hi = v[0]
            for r in range(rows):
                lo = min(lo, v[r])
                hi = max(hi, v[r])
            base[c], width[c] = lo, _bytes_of(nb.uint64(hi - lo))
            if c == 0:
                lo0, hi0 = lo, hi
            if width[c] > 0 and v[0] == lo and v[rows - 1] == hi:
                climbs = True
                least, most = nb.uint64(v[1] - v[0]), nb.uint64(0)
                for r in range(1, rows):
                    climbs &= v[r] >= v[r - 1]
                    d = nb.uint64(v[r] - v[r - 1])
                    least, most = min(least, d), max(most, d)
                if climbs and _bytes_of(most - least) < width[c]:
                    rising[c], step[c], width[c] = True, nb.int64(least), _bytes_of(most - least)
        folded = nb.uint64((base[c] << 1) ^ (base[c] >> 63))
        size, step_size = _bytes_of(folded), _bytes_of(nb.uint64(step[c]))
        room[at] = width[c] + (16 if rising[c] else 0)
        room[at + 1] = size + 16 * step_size
        at = _put(room, at + 2, folded, size)
        at = _put(room, at, nb.uint64(step[c]), step_size)
    rest = at
    for c in range(columns):
        v = values[c]
        for p in range(width[c]):
            shift = nb.uint64(8 * p)
            if rising[c]:
                room[at] = 0
                for r in range(1, rows):
                    room[at + r] = nb.uint8((nb.uint64(v[r] - v[r - 1] - step[c]) >> shift) & nb.uint64(255))
            else:
                for r in range(rows):
                    room[at + r] = nb.uint8((nb.uint64(v[r] - base[c]) >> shift) & nb.uint64(255))
            at += rows
        if c == 0:
            rest = at
    return rest, at, lo0, hi0


@nb.njit(cache=True)
def _measure(
    body: NDArray[np.uint8], columns: int, rows: int
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Where the second column begins and the whole would end uncompressed; -1 if the header runs over the body."""
    at, first, planes = 1, 0, 0
    for c in range(columns):
        if at + 2 > len(body):
            return -1, -1
        width = nb.int64(body[at]) & 15
        size, step = nb.int64(body[at + 1]) & 15, nb.int64(body[at + 1]) >> 4
        if body[at] > 31 or width > 8 or size > 8 or step > 8:
            return -1, -1
        at += 2 + size + step
        planes += width * rows
        if c == 0:
            first = planes
    if at > len(body):
        return -1, -1
    return at + first, at + planes


@nb.njit(cache=True)
def _widen(
    body: NDArray[np.uint8], planes: NDArray[np.uint8], rest: int, columns: int, values: Matrix
) -> None:  # pragma: no cover - compiled
    """Fill `values` (zeros) from the header, the first column's planes in the body and the others' in `planes`."""
    wanted, rows = values.shape
    heads = np.empty(columns, np.int64)
    at = 1
    for c in range(columns):
        heads[c] = at
        at += 2 + (nb.int64(body[at + 1]) & 15) + (nb.int64(body[at + 1]) >> 4)
    source = body
    for c in range(wanted):
        if c == 1:
            source, at = planes, 0
        head, v = heads[c], values[c]
        size, step_size = nb.int64(body[head + 1]) & 15, nb.int64(body[head + 1]) >> 4
        folded, step = nb.uint64(0), nb.uint64(0)
        for k in range(size):
            folded |= nb.uint64(body[head + 2 + k]) << nb.uint64(8 * k)
        for k in range(step_size):
            step |= nb.uint64(body[head + 2 + size + k]) << nb.uint64(8 * k)
        base = nb.int64(folded >> nb.uint64(1)) ^ -nb.int64(folded & nb.uint64(1))
        for p in range(nb.int64(body[head]) & 15):
            for r in range(rows):
                v[r] |= nb.int64(nb.uint64(source[at + r]) << nb.uint64(8 * p))
            at += rows
        if body[head] & 16:
            if rows > 0:
                v[0] = base
            for r in range(1, rows):
                v[r] += v[r - 1] + nb.int64(step)
        else:
            for r in range(rows):
                v[r] += base


@nb.njit(cache=True)
def _seek(
    body: NDArray[np.uint8], rest: int, columns: int, rows: int, number: int
) -> NDArray[np.int64]:  # pragma: no cover - compiled
    """Rows of the first column that hold a number, compared plane by plane."""
    width = nb.int64(body[1]) & 15
    first = rest - width * rows
    found = np.empty(rows, np.int64)
    count = 0
    if body[1] & 16:
        head = np.zeros((1, rows), np.int64)
        _widen(body, body, rest, columns, head)
        for r in range(rows):
            if head[0, r] == number:
                found[count] = r
                count += 1
        return found[:count].copy()
    size, folded = nb.int64(body[2]) & 15, nb.uint64(0)
    for k in range(size):
        folded |= nb.uint64(body[3 + k]) << nb.uint64(8 * k)
    base = nb.int64(folded >> nb.uint64(1)) ^ -nb.int64(folded & nb.uint64(1))
    wanted = nb.uint64(number - base)
    if _bytes_of(wanted) > width:
        return found[:0].copy()
    low = nb.uint8(wanted & nb.uint64(255))
    for r in range(rows):
        if width == 0 or body[first + r] == low:
            same = True
            for p in range(1, width):
                same &= body[first + p * rows + r] == nb.uint8((wanted >> nb.uint64(8 * p)) & nb.uint64(255))
            if same:
                found[count] = r
                count += 1
    return found[:count].copy()
