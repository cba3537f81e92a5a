"""Tables: frozen, equally long, typed, to Arrow and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.errors import BadInput
from doorward.core.table import I4, I8, Table, Text


class Crates(Table):
    """Made for these tests."""

    crate: I8
    apples: I4
    name: Text

    def check(self) -> None:
        self.must("apples", self.apples >= 0, "a crate cannot owe apples")


def crates(n: int) -> Crates:
    return Crates(crate=np.arange(n), apples=np.arange(n) % 7, name=[f"crate {i}" for i in range(n)])


@given(st.integers(0, 40), st.data())
def test_take_and_concat_are_opposites(n: int, data: st.DataObject) -> None:
    table = crates(n)
    cut = data.draw(st.integers(0, n))
    assert Crates.concat([table.take(slice(0, cut)), table.take(np.arange(n) >= cut)]).equals(table)


@given(st.integers(0, 40))
def test_arrow_round_trip_keeps_every_row(n: int) -> None:
    assert Crates.from_arrow(crates(n).arrow()).equals(crates(n))


def test_columns_are_read_only_and_typed() -> None:
    table = crates(3)
    assert table.apples.dtype == np.int32
    with pytest.raises(ValueError, match="read-only"):
        table.apples[0] = 1


def test_unequal_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in shape"):
        Crates(crate=[1, 2], apples=[1], name=["a", "b"])


def test_a_broken_rule_names_table_column_row_and_rule() -> None:
    with pytest.raises(BadInput, match=r"Crates\.apples row 1 is -2.*a crate cannot owe apples"):
        Crates(crate=[0, 1], apples=[3, -2], name=["", ""]).check()


def test_fill_repeats_scalars_and_leaves_none() -> None:
    table = Crates.fill(2, crate=[7, 8])
    assert table.apples.tolist() == [-1, -1]
    assert table.name.tolist() == ["", ""]
    with pytest.raises(TypeError, match="no column pears"):
        Crates.fill(2, pears=1)
