"""State: tables folded from facts, held as growing columns.

Row numbers are identities: a package's number is its row in `Packages`. Folds are the only writers. `table` hands out
read-only views without copying; a view shows the state as of the turn in which it was asked for, so ask again after
every turn. One writer, no locks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from doorward.core.table import Index, Table

T = TypeVar("T", bound=Table)
Fold = Callable[["State", Any, int], None]
"""fold(state, fact rows, at_s): write what the fact means into the tables. Pure: no clock, no draws, no I/O."""


class _Frame:
    """Columns with room to grow."""

    def __init__(self, kind: type[Table]) -> None:
        self.kind = kind
        self.rows = 0
        self.columns = {name: np.empty(0, dtype) for name, dtype in kind.columns.items()}
        self.view: Table | None = None

    def reserve(self, rows: int) -> None:
        have = len(next(iter(self.columns.values())))
        if rows > have:
            size = max(rows, 2 * have, 64)
            for name, column in self.columns.items():
                wide = np.empty(size, column.dtype)
                wide[: self.rows] = column[: self.rows]
                self.columns[name] = wide


class State:
    """All tables of one region's network."""

    def __init__(self) -> None:
        self._frames: dict[type[Table], _Frame] = {}

    def kinds(self) -> list[type[Table]]:
        """The tables that hold rows, by name."""
        return sorted((k for k, f in self._frames.items() if f.rows), key=lambda k: k.__name__)

    def table(self, kind: type[T]) -> T:
        """A read-only view of all rows (zero copy); empty if nothing was ever written."""
        frame = self._frame(kind)
        if frame.view is None:
            frame.view = kind(**{n: c[: frame.rows] for n, c in frame.columns.items()})
        return frame.view  # type: ignore[return-value]

    def count(self, kind: type[Table]) -> int:
        """How many rows the table has; the number the next new row will bear."""
        return self._frame(kind).rows

    def load(self, rows: Table) -> None:
        """Replace a whole table (reference data, checkpoints)."""
        self._frames[type(rows)] = _Frame(type(rows))
        self.append(rows)

    def append(self, rows: Table) -> int:
        """Add rows at the end; returns the number of the first."""
        frame = self._frame(type(rows))
        first, end = frame.rows, frame.rows + len(rows)
        frame.reserve(end)
        for name, column in frame.columns.items():
            column[first:end] = getattr(rows, name)
        frame.rows, frame.view = end, None
        return first

    def put(self, kind: type[Table], rows: Index, **columns: ArrayLike) -> None:
        """Set columns of the given rows; of two values for one row the later stays."""
        frame = self._frame(kind)
        for name, values in columns.items():
            frame.columns[name][: frame.rows][rows] = values

    def add(self, kind: type[Table], rows: Index, **columns: ArrayLike) -> None:
        """Add to columns of the given rows; a row named twice gets both."""
        frame = self._frame(kind)
        for name, values in columns.items():
            np.add.at(frame.columns[name][: frame.rows], rows, values)  # type: ignore[arg-type]

    def get(self, kind: type[Table], column: str, rows: Index) -> NDArray[Any]:
        """One column of the given rows (a copy unless `rows` is a slice)."""
        frame = self._frame(kind)
        return np.asarray(frame.columns[column][: frame.rows][rows])

    def _frame(self, kind: type[Table]) -> _Frame:
        if kind not in self._frames:
            self._frames[kind] = _Frame(kind)
        return self._frames[kind]


def merge_folds(parts: Iterable[dict[type[Table], Fold]]) -> dict[type[Table], Fold]:
    """One dictionary fact -> fold from those of the rooms; a fact has exactly one fold."""
    folds: dict[type[Table], Fold] = {}
    for part in parts:
        twice = folds.keys() & part.keys()
        if twice:
            raise ValueError(f"two rooms fold {', '.join(sorted(k.__name__ for k in twice))}")
        folds.update(part)
    return folds
