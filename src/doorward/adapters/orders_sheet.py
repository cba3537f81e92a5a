"""Sheets: CSV, Parquet and JSON lines read alike, every cell as text, so that a bad cell has a row and a column.

A row's number counts the rows of data from 1 (a CSV's header does not count; of JSON lines it is the line).
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from doorward.adapters.orders_rejects import Rejects
from doorward.core.errors import BadInput

SUFFIXES = (".csv", ".csv.gz", ".parquet", ".jsonl", ".jsonl.gz", ".ndjson")
LONGEST_ROW = 1 << 24
"""Bytes of the longest row of a CSV file."""
MOST_ROWS = 100_000_000
UNREADABLE = "\ufffd"
"""Stands for a byte that is no UTF-8."""
FORMATS = (
    "rows come as .csv, .csv.gz, .parquet, .jsonl or .jsonl.gz (docs/orders-file.md, docs/items-file.md)"
)


class Sheet:
    """Rows of a file as columns of text (None: empty cell), with what was found wrong so far.

    number (n,) the row's number in the file; bad (n,) True: set aside
    """

    def __init__(
        self, file: str, columns: dict[str, pa.Array], number: NDArray[np.int64], rejects: Rejects
    ) -> None:
        self.file, self.columns, self.number, self.rejects = file, columns, number, rejects
        self.bad = np.zeros(len(number), bool)

    def __len__(self) -> int:
        return len(self.number)

    def has(self, name: str) -> bool:
        """Does the file have this column?"""
        return name in self.columns

    def text(self, name: str) -> pa.Array:
        """A column; one that the file lacks is empty in every row."""
        return self.columns[name] if name in self.columns else pa.nulls(len(self), pa.string())

    def refuse(
        self,
        rows: NDArray[np.bool_],
        column: str,
        rule: str,
        remedy: str | pa.Array,
        value: pa.Array | None = None,
    ) -> None:
        """Set rows aside with the reason; `value` (n,) is what to show, the cell by default.

        remedy: one for all, or one for each row set aside.
        """
        if rows.any():
            shown = self.text(column) if value is None else value
            self.bad |= rows
            self.rejects.add(self.file, self.number[rows], column, shown.filter(pa.array(rows)), rule, remedy)

    def need(self, columns: Sequence[str]) -> None:
        """Raise BadInput unless the file has all these columns."""
        missing = [c for c in columns if c not in self.columns]
        if missing:
            raise BadInput(
                f"has no column {', '.join(missing)}", where=self.file,
                rule=f"the columns are {', '.join(columns)}; found {', '.join(self.columns) or 'none'}",
                remedy="name the columns as docs/orders-file.md and docs/items-file.md say",
            )  # fmt: skip


def read_sheet(path: Path, rejects: Rejects) -> Sheet:
    """Read a file. Raises BadInput for one that cannot be read at all; rows that do not parse are set aside."""
    name = path.name.lower()
    kind = next((s for s in SUFFIXES if name.endswith(s)), None)
    if path.is_dir() or not path.exists():
        what = "is a folder" if path.is_dir() else "there is no such file"
        raise BadInput(what, where=str(path), rule=FORMATS, remedy="check the name")
    if kind is None:
        raise BadInput("is of no known format", where=str(path), rule=FORMATS, remedy="convert or rename it")
    try:
        if path.stat().st_size == 0:
            raise BadInput(
                "is empty", where=str(path), rule="a file has rows", remedy="check how it was made"
            )
        if kind in (".csv", ".jsonl", ".ndjson"):
            _must_be_utf8(path)
        if kind == ".parquet":
            sheet = _parquet(path, rejects)
        elif kind.startswith(".csv"):
            sheet = _csv(path, rejects)
        else:
            sheet = _json_lines(path, rejects)
    except (pa.ArrowInvalid, pa.ArrowException, OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        told = " ".join(str(error).split())[:160]
        what = f"cannot be read as {kind.removesuffix('.gz')[1:]} ({told})"
        raise BadInput(
            what, where=str(path), rule="the file is whole", remedy="copy or export it again"
        ) from error
    if len(sheet) > MOST_ROWS:
        raise BadInput(
            f"{len(sheet):,} rows", where=str(path), rule=f"at most {MOST_ROWS:,}", remedy="split the file"
        )
    return sheet


def _must_be_utf8(path: Path) -> None:
    """Raise BadInput for text in two bytes a letter, as some spreadsheets write it."""
    with path.open("rb") as file:
        begin = file.read(2)
    if begin in (b"\xff\xfe", b"\xfe\xff"):
        raise BadInput("is UTF-16", where=str(path), rule="text is UTF-8", remedy="save the file as UTF-8")


def _named(path: Path, names: Sequence[str]) -> list[str]:
    """Column names in small letters; one given twice cannot be read."""
    clean = [str(n).strip().lower().replace(" ", "_") for n in names]
    twice = sorted({n for n in clean if clean.count(n) > 1})
    if twice:
        raise BadInput(
            f"column {twice[0]} is given twice", where=str(path), rule="column names differ", remedy="rename"
        )
    return clean


def _csv(path: Path, rejects: Rejects) -> Sheet:
    body, whole = _as_utf8(_bytes(path))
    head = body.split(b"\n", 1)[0].decode("utf-8").rstrip("\r")
    names = _named(path, next(csv.reader([head]), []))
    if len(names) <= 1 and any(mark in head for mark in ";\t|"):
        raise BadInput(
            "cells are not separated by commas", where=str(path), rule="a CSV file has commas and a header",
            remedy="export it with commas",
        )  # fmt: skip
    wrong: list[tuple[int, int, str]] = []

    def set_aside(row: Any) -> str:
        wrong.append((row.number, row.actual_columns, row.text))
        return "skip"

    table = pacsv.read_csv(
        io.BytesIO(body + b"\n"),
        read_options=pacsv.ReadOptions(
            use_threads=False, block_size=LONGEST_ROW, column_names=names, skip_rows=1
        ),
        parse_options=pacsv.ParseOptions(invalid_row_handler=set_aside, newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(column_types={n: pa.string() for n in names}),
    )
    lost = np.array([w[0] - 1 for w in wrong], np.int64)
    number = np.setdiff1d(np.arange(1, len(table) + len(lost) + 1), lost, assume_unique=True)
    rejects.add(
        str(path), lost, "", pa.array([w[2] for w in wrong], pa.string()),
        f"a row has {len(names)} cells, as the header", "quote cells that hold commas or line ends",
    )  # fmt: skip
    sheet = Sheet(str(path), {n: trimmed(table.column(n).combine_chunks()) for n in names}, number, rejects)
    if not whole:
        for name in names:
            broken = pc.fill_null(pc.match_substring(sheet.columns[name], UNREADABLE), False)
            rows = np.asarray(broken.to_numpy(zero_copy_only=False), bool)
            sheet.refuse(rows, name, "text is UTF-8", "save the file as UTF-8")
    return sheet


def _bytes(path: Path) -> bytes:
    """Everything in a file, unpacked, without byte order mark and leading blank lines; line ends are line feeds."""
    body = path.read_bytes()
    if path.name.lower().endswith(".gz"):
        body = gzip.decompress(body)
    body = body.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return body.replace(b"\r", b"\n") if b"\n" not in body else body


def _as_utf8(body: bytes) -> tuple[bytes, bool]:
    """(text, True), or the text with a mark for every byte that is no UTF-8, and False."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("utf-8", "replace").encode("utf-8"), False
    return body, True


def trimmed(text: pa.Array) -> pa.Array:
    """Without blanks at both ends; nothing left is None."""
    text = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(pc.binary_length(text), 0), pa.scalar(None, pa.string()), text)


def _parquet(path: Path, rejects: Rejects) -> Sheet:
    table = pq.read_table(path)
    names = _named(path, table.column_names)
    columns: dict[str, pa.Array] = {}
    for name, column in zip(names, table.columns, strict=True):
        cells = column.combine_chunks()
        if pa.types.is_nested(cells.type):
            continue
        if pa.types.is_dictionary(cells.type):
            cells = cells.dictionary_decode()
        columns[name] = trimmed(cells.cast(pa.string(), safe=False))
    return Sheet(str(path), columns, np.arange(1, len(table) + 1), rejects)


def _json_lines(path: Path, rejects: Rejects) -> Sheet:
    body = _bytes(path)
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    rows, number, wrong, why = [], [], [], []
    for i, line in enumerate(body.splitlines(), 1):
        if not line.strip():
            continue
        try:
            rows.append(decode(line))
            number.append(i)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            wrong.append(i)
            why.append(line.decode("utf-8", "replace"))
    rejects.add(
        str(path), np.array(wrong, np.int64), "", pa.array(why, pa.string()),
        "each line is one JSON object", "write one object a line, without commas between them",
    )  # fmt: skip
    names = list(dict.fromkeys(key for row in rows for key in row))
    clean = _named(path, names)
    columns = {c: trimmed(_as_text([row.get(n) for row in rows])) for c, n in zip(clean, names, strict=True)}
    return Sheet(str(path), columns, np.array(number, np.int64), rejects)


def _as_text(values: list[Any]) -> pa.Array:
    try:
        made = pa.array(values)
        if not pa.types.is_nested(made.type):
            return made.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        pass
    return pa.array(
        [None if v is None else v if isinstance(v, str) else msgspec.json.encode(v).decode() for v in values],
        pa.string(),
    )
