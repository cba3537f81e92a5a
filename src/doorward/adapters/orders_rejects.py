"""What was set aside of input files, and why: file, row, column, value, rule, remedy. Nothing is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from numpy.typing import NDArray

SCHEMA = pa.schema(
    [("file", pa.string()), ("row", pa.int64()), ("column", pa.string()), ("value", pa.string()),
     ("rule", pa.string()), ("remedy", pa.string())]
)  # fmt: skip


class Rejects:
    """Gathers breaches column by column; a row may break several rules, and each is told."""

    def __init__(self) -> None:
        self._parts: list[pa.Table] = []

    def add(
        self,
        file: str,
        row: NDArray[np.int64],
        column: str,
        value: pa.Array,
        rule: str,
        remedy: str | pa.Array,
    ) -> None:
        """Breaches of one rule: row and value (n,); remedy may differ by row."""
        n = len(row)
        if n == 0:
            return
        told = remedy if isinstance(remedy, pa.Array | pa.ChunkedArray) else pa.repeat(remedy, n)
        columns = [
            pa.repeat(Path(file).name, n),
            pa.array(row),
            pa.repeat(column, n),
            value,
            pa.repeat(rule, n),
            told,
        ]
        self._parts.append(
            pa.table([c.cast(f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)
        )

    def table(self) -> pa.Table:
        """All breaches by file and row."""
        whole = pa.concat_tables([SCHEMA.empty_table(), *self._parts])
        return whole.sort_by([("file", "ascending"), ("row", "ascending"), ("column", "ascending")])

    def rows(self) -> int:
        """Rows set aside (each counted once)."""
        return int(self.table().group_by(["file", "row"]).aggregate([]).num_rows)

    def write(self, path: Path | None, *, more: bool = False) -> int:
        """Write rejects.csv if anything was set aside; more: add to what stands there. Returns rows set aside."""
        table = self.table()
        if len(table) and path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            adding = more and path.exists()
            with path.open("ab" if adding else "wb") as file:
                pacsv.write_csv(table, file, pacsv.WriteOptions(include_header=not adding))
        return self.rows()
