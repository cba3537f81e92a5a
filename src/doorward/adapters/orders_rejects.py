"""What was set aside of input files, and why: file, row, column, value, rule, remedy. Nothing is left out."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from numpy.typing import NDArray

Longs = NDArray[np.int64]
BATCH = 250_000
"""Rows written at once: millions of breaches must not fill the memory."""


class _Part(NamedTuple):
    """Breaches of one rule in one column; remedy is one for all, or one each."""

    file: str
    row: Longs
    column: str
    value: pa.Array
    rule: str
    remedy: str | pa.Array


class Rejects:
    """Gathers breaches column by column; a row may break several rules, and each is told."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []

    def add(
        self, file: str, row: Longs, column: str, value: pa.Array, rule: str, remedy: str | pa.Array
    ) -> None:
        """Breaches of one rule: row and value (n,); remedy may differ by row."""
        if len(row):
            self._parts.append(_Part(Path(file).name, row, column, value.cast(pa.string()), rule, remedy))

    def __len__(self) -> int:
        return sum(len(p.row) for p in self._parts)

    def rows(self) -> int:
        """Rows set aside (each counted once)."""
        by_file: dict[str, list[Longs]] = {}
        for part in self._parts:
            by_file.setdefault(part.file, []).append(part.row)
        return sum(len(np.unique(np.concatenate(rows))) for rows in by_file.values())

    def write(self, path: Path | None, *, more: bool = False) -> int:
        """Write rejects.csv if anything was set aside, by file and row; more: add to what stands there.

        Returns the number of rows set aside.
        """
        if self._parts and path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            adding = more and path.exists()
            with path.open("ab" if adding else "wb") as file:
                self._write(file, header=not adding)
        return self.rows()

    def first(self, most: int) -> list[dict[str, str]]:
        """The first breaches by file and row, as rejects.csv tells them."""
        if not self._parts:
            return []
        text = io.BytesIO()
        self._write(text, header=True)
        told = csv.DictReader(io.StringIO(text.getvalue().decode(), newline=""))
        return list(itertools.islice(told, most))

    def _write(self, file: object, *, header: bool) -> None:
        parts = self._parts
        sizes = np.array([len(p.row) for p in parts], np.int64)
        start = np.cumsum(sizes) - sizes
        part = np.repeat(np.arange(len(parts)), sizes)
        row = np.concatenate([p.row for p in parts])
        value = pa.chunked_array([p.value for p in parts]).combine_chunks()
        kinds = sorted({p.file for p in parts})
        named = np.array([kinds.index(p.file) for p in parts])
        words = {n: pa.array([getattr(p, n) for p in parts]) for n in ("file", "column", "rule")}
        one = pa.array([p.remedy if isinstance(p.remedy, str) else None for p in parts], pa.string())
        each = [p.remedy if not isinstance(p.remedy, str) else pa.array([], pa.string()) for p in parts]
        length = np.array([len(e) for e in each], np.int64)
        own, own_start = pa.chunked_array(each, pa.string()).combine_chunks(), np.cumsum(length) - length
        order = np.lexsort((part, row, named[part]))
        for lo in range(0, len(order), BATCH):
            at = order[lo : lo + BATCH]
            of = part[at]
            remedy = one.take(pa.array(of))
            if len(own):
                mine = length[of] > 0
                told = own.take(pa.array(np.where(mine, own_start[of] + at - start[of], 0)))
                remedy = pc.if_else(pa.array(mine), told, remedy)
            table = pa.table(
                {
                    "file": words["file"].take(pa.array(of)),
                    "row": pa.array(row[at]),
                    "column": words["column"].take(pa.array(of)),
                    "value": value.take(pa.array(at)),
                    "rule": words["rule"].take(pa.array(of)),
                    "remedy": remedy,
                }
            )
            pacsv.write_csv(table, file, pacsv.WriteOptions(include_header=header and lo == 0))
