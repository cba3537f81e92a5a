"""A table: a frozen bundle of equally long numpy columns.

A column is declared by its annotation (`order: I8`); names end in their unit; -1 stands for "none" where the docstring
says so. Columns are read-only, so a table may be handed to anybody.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar, Self, dataclass_transform, get_args, get_type_hints

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from doorward.core.errors import BadInput

I1 = Annotated[NDArray[np.int8], np.dtype(np.int8)]
I2 = Annotated[NDArray[np.int16], np.dtype(np.int16)]
I4 = Annotated[NDArray[np.int32], np.dtype(np.int32)]
I8 = Annotated[NDArray[np.int64], np.dtype(np.int64)]
F8 = Annotated[NDArray[np.float64], np.dtype(np.float64)]
Text = Annotated[NDArray[np.object_], np.dtype(object)]

Index = NDArray[np.bool_] | NDArray[np.intp] | NDArray[np.int64] | NDArray[np.int32] | slice


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Table:
    """Base of all tables; a subclass lists its columns and may `check` its rules."""

    columns: ClassVar[dict[str, np.dtype[Any]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        dataclasses.dataclass(frozen=True, kw_only=True, eq=False, repr=False)(cls)
        hints = get_type_hints(cls, include_extras=True)
        cls.columns = {f.name: get_args(hints[f.name])[1] for f in dataclasses.fields(cls)}  # type: ignore[arg-type]

    def __post_init__(self) -> None:
        lengths = {}
        for name, dtype in self.columns.items():
            column = np.asarray(getattr(self, name), dtype=dtype).view()
            column.flags.writeable = False
            object.__setattr__(self, name, column)
            lengths[name] = column.shape
        if len(set(lengths.values())) > 1 or any(len(shape) != 1 for shape in lengths.values()):
            raise ValueError(f"{type(self).__name__} columns differ in shape: {lengths}")

    def __len__(self) -> int:
        return len(getattr(self, next(iter(self.columns))))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} rows: {', '.join(self.columns)})"

    def check(self) -> None:
        """Raise BadInput at the first row that breaks a rule of this table."""

    def must(self, column: str, good: NDArray[np.bool_], rule: str) -> None:
        """Raise BadInput naming the first row of `column` that is not `good`."""
        if not good.all():
            row = int(np.argmin(good))
            name = type(self).__name__
            raise BadInput(
                f"{name}.{column} row {row} is {getattr(self, column)[row]}", where=name, rule=rule
            )

    def take(self, rows: Index) -> Self:
        """The given rows (mask, row numbers or slice), in that order."""
        return type(self)(**{name: getattr(self, name)[rows] for name in self.columns})

    def replace(self, **columns: ArrayLike) -> Self:
        """The same table with some columns exchanged."""
        return type(self)(**{name: columns.get(name, getattr(self, name)) for name in self.columns})

    def equals(self, other: Table) -> bool:
        """Same type, same rows, same order."""
        return type(self) is type(other) and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in self.columns
        )

    @classmethod
    def empty(cls) -> Self:
        """No rows."""
        return cls(**{name: np.empty(0, dtype) for name, dtype in cls.columns.items()})

    @classmethod
    def concat(cls, parts: Iterable[Self]) -> Self:
        """The rows of all parts, one after the other."""
        tables: Sequence[Self] = list(parts)
        if not tables:
            return cls.empty()
        return cls(**{name: np.concatenate([getattr(t, name) for t in tables]) for name in cls.columns})

    @classmethod
    def fill(cls, rows: int, **columns: ArrayLike | int) -> Self:
        """`rows` rows; scalars are repeated, columns not named are -1 (text: empty)."""
        unknown = set(columns) - set(cls.columns)
        if unknown:
            raise TypeError(f"{cls.__name__} has no column {', '.join(sorted(unknown))}")
        blank: dict[str, ArrayLike] = {n: "" if d.kind == "O" else -1 for n, d in cls.columns.items()}
        blank.update(columns)
        return cls(**{n: np.broadcast_to(np.asarray(v, cls.columns[n]), (rows,)) for n, v in blank.items()})

    def arrow(self) -> pa.Table:
        """As an Arrow table (zero copy for numbers)."""
        return pa.table({name: pa.array(getattr(self, name)) for name in self.columns})

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Self:
        """From an Arrow table that has at least these columns."""
        return cls(**{n: table.column(n).to_numpy() for n in cls.columns})
