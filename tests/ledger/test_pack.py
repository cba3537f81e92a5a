"""Rows to bytes and back, exactly; garbled bytes are refused, never read past."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from doorward.core.errors import BadInput, Damaged
from doorward.core.table import F8, I1, I2, I4, I8, Table, Text
from doorward.ledger import pack as packing
from doorward.ledger.pack import Schema, pack, rows_with, schema_of, table_of, unpack

LEAST, MOST = -(2**63), 2**63 - 1


class Wide(Table):
    """One column of each kind."""

    first: I8
    tiny: I1
    small: I2
    middle: I4
    share: F8


class Names(Table):
    """Text does not go into the journal."""

    name: Text


class One(Table):
    """A single column."""

    number: I8


@st.composite
def wide(draw: st.DrawFn) -> Wide:
    rows = draw(st.integers(0, 60))

    def whole(dtype: type[np.integer]) -> np.ndarray:
        limits = np.iinfo(dtype)
        near = draw(
            st.sampled_from([(limits.min, limits.max), (0, 3), (-1, 0), (limits.max - 2, limits.max)])
        )
        column = draw(hnp.arrays(dtype, rows, elements=st.integers(*map(int, near))))
        return np.sort(column) if draw(st.booleans()) else column

    return Wide(
        first=whole(np.int64), tiny=whole(np.int8), small=whole(np.int16), middle=whole(np.int32),
        share=draw(hnp.arrays(np.float64, rows)),
    )  # fmt: skip


@given(wide())
def test_what_goes_in_comes_out(rows: Wide) -> None:
    packed = pack(rows)
    values = unpack(packed.schema, len(rows), packed.body)
    back = table_of(Wide, packed.schema, values)
    for name in Wide.columns:
        assert getattr(back, name).tobytes() == getattr(rows, name).tobytes()
        assert getattr(back, name).dtype == Wide.columns[name]
    if len(rows):
        assert (packed.lo, packed.hi) == (rows.first.min(), rows.first.max())
        assert (unpack(packed.schema, len(rows), packed.body, columns=1)[0] == rows.first).all()
        for number in {*rows.first[:3].tolist(), LEAST, -1, 0, 2, MOST}:
            found = rows_with(packed.schema, len(rows), packed.body, number)
            assert found.tolist() == np.flatnonzero(rows.first == number).tolist()


@pytest.mark.parametrize(
    "numbers",
    [
        [],
        [0],
        [LEAST],
        [MOST],
        [LEAST, MOST],
        [MOST, LEAST],
        [LEAST, 0, MOST],
        [-1, 0, 1],
        [5] * 9,
        [0, 2**56],
    ],
    ids=str,
)
def test_extremes(numbers: list[int]) -> None:
    packed = pack(One(number=np.array(numbers, np.int64)))
    assert unpack(packed.schema, len(numbers), packed.body)[0].tolist() == numbers


@pytest.mark.parametrize(
    ("numbers", "planes"),
    [
        (np.full(1000, 7), 0),
        (np.arange(1000) * 3 + 10**12, 0),
        (np.arange(1000) % 200 - 10**15, 1),
        (np.cumsum(np.arange(1000) % 250), 1),
        (np.arange(1000)[::-1] * 60, 2),
        (np.arange(1000)[::-1] * 10_000, 3),
    ],
    ids=["constant", "count", "byte", "growing", "two", "three"],
)
def test_a_column_is_as_narrow_as_its_values_allow(numbers: np.ndarray, planes: int) -> None:
    size = len(pack(One(number=numbers)).body)
    assert planes * 1000 < size <= planes * 1000 + 20


def test_repetition_is_compressed_except_in_the_first_column() -> None:
    pattern = np.tile(np.array([3, 900, 17, 4, 4, 80]), 2000)
    one, rest = pack(One(number=pattern)), pack(Wide.fill(12_000, first=5, share=0.5, middle=pattern))
    assert len(one.body) > 24_000
    assert len(rest.body) < 1_000
    assert (unpack(rest.schema, 12_000, rest.body)[3] == pattern).all()


def test_the_body_is_what_the_format_says() -> None:
    """Two ascending rows by hand: codec, then width, sizes and base of each column, then the planes."""
    body = pack(Wide(first=[10, 13], tiny=[-1, -1], small=[0, 300], middle=[7, 5], share=[0.0, 0.0])).body
    head = bytes([0x10, 0x11, 20, 3]) + bytes([0, 0x01, 1]) + bytes([0x10, 0x20]) + struct.pack("<H", 300)
    assert body == bytes([0]) + head + bytes([1, 1, 10]) + bytes([0, 0]) + bytes([2, 0])


@given(wide(), st.data())
def test_garbled_bytes_never_crash(rows: Wide, data: st.DataObject) -> None:
    packed = pack(rows)
    body = bytearray(packed.body)
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))
    for garbled in (bytes(body), bytes(body[:cut])):
        for count in (len(rows), len(rows) + 1, 3_000_000, -1):
            try:
                assert unpack(packed.schema, count, garbled).shape == (5, count)
            except Damaged:
                continue


def test_text_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Names\.name is text"):
        pack(Names(name=["Ada"]))


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MOST_ROWS", 10)
    with pytest.raises(BadInput, match="One has 11 rows in one turn"):
        pack(One(number=np.arange(11)))


def test_a_schema_is_a_line_of_text() -> None:
    schema = schema_of(Wide)
    assert schema.text == "first:i8 tiny:i1 small:i2 middle:i4 share:f8"
    assert Schema.parse("Wide", schema.text) == schema
    for wrong in ("", "first", "first:i8 tiny:x9"):
        with pytest.raises(Damaged, match="the journal describes Wide as"):
            Schema.parse("Wide", wrong)


def test_a_fact_that_grew_reads_its_old_rows() -> None:
    old = Schema("Wide", (("first", np.dtype("i8")), ("tiny", np.dtype("i1"))))
    back = table_of(Wide, old, np.array([[5, 6], [1, 2]]))
    assert back.first.tolist() == [5, 6] and back.tiny.tolist() == [1, 2] and back.middle.tolist() == [-1, -1]


def test_a_fact_of_a_newer_version_is_refused() -> None:
    with pytest.raises(BadInput, match=r"the journal has One\.later, this version has not"):
        table_of(
            One, Schema("One", (("number", np.dtype("i8")), ("later", np.dtype("i8")))), np.zeros((2, 1), int)
        )
