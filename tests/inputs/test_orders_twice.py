"""Order numbers that stand twice in a file: copies and contradictions, in every format, however far apart."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from doorward.adapters.orders import read_orders
from doorward.runtime.config import Network
from tests.inputs.worlds import small_network

Row = dict[str, object]
FORMATS = ("csv", "parquet", "jsonl")
FIRST: Row = {
    "order": "A1", "placed_at": "2026-03-02 10:00:00", "lat": 50.1, "lon": 8.0, "sku": "mug", "units": 1,
    "weight_g": 350, "length_mm": 120, "width_mm": 100, "height_mm": 90, "value": 9.9, "speed": "standard",
    "consent": "leave", "access": "none",
}  # fmt: skip
OTHER = FIRST | {"order": "A2"}


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return small_network(tmp_path_factory.mktemp("net"))


def write(folder: Path, kind: str, table: pa.Table, rows_a_group: int = 2) -> Path:
    """The table as a file of this format; Parquet in groups of a few rows."""
    path = folder / f"orders.{kind}"
    if kind == "csv":
        pacsv.write_csv(table, path)
    elif kind == "parquet":
        pq.write_table(table, path, row_group_size=rows_a_group)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()))
    return path


def told(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines())) if path.exists() else []


@pytest.mark.parametrize("kind", FORMATS)
def test_an_exact_copy_is_told_as_a_duplicate(net: Network, tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, kind, pa.Table.from_pylist([FIRST, OTHER, FIRST, FIRST | {"value": 8.0}]))
    book = read_orders(path, net, tmp_path / "r.csv")
    assert book.refs.ref.tolist() == ["A1", "A2"] and book.lines.units.tolist() == [1, 1]
    assert (book.refused, book.refused_orders) == (2, 0)
    rejects = told(tmp_path / "r.csv")
    assert [(r["row"], r["column"], r["value"]) for r in rejects] == [
        ("3", "sku", "mug"),
        ("4", "sku", "mug"),
    ]
    assert {r["remedy"] for r in rejects} == {"duplicate of row 1: remove the copy"}


CHANGES: list[tuple[Row, str]] = [
    ({"placed_at": "2026-03-02 12:00:00"}, "placed_at"),
    ({"lat": 50.11}, "lat"),
    ({"lon": 8.01}, "lon"),
    ({"speed": "next_day"}, "speed"),
    ({"consent": "locker"}, "consent"),
    ({"access": "dog"}, "access"),
]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("sku", ["mug", "pen"])
@pytest.mark.parametrize(("change", "column"), CHANGES, ids=[c[1] for c in CHANGES])
def test_another_customers_row_under_the_same_number(
    net: Network, tmp_path: Path, kind: str, change: Row, column: str, sku: str
) -> None:
    """Same article or another: a row that says another thing of the order is no copy, and the order is in doubt."""
    path = write(tmp_path, kind, pa.Table.from_pylist([FIRST, OTHER, FIRST | change | {"sku": sku}]))
    book = read_orders(path, net, tmp_path / "r.csv")
    assert book.refs.ref.tolist() == ["A2"] and (book.refused, book.refused_orders) == (2, 1)
    first, second = told(tmp_path / "r.csv")
    assert (first["row"], first["column"], first["remedy"]) == (
        "1",
        "order",
        "correct row 3 of the same order",
    )
    assert (second["file"], second["row"], second["column"]) == (path.name, "3", column)
    assert second["value"] == str(change[column]) and "say the same" in second["rule"]
    assert second["remedy"] == "make it as in row 1, or give this line another order number"


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(("change", "column"), [({"units": 3}, "units"), ({"sku": "pen"}, "sku")])
def test_two_rows_of_one_line_that_differ(
    net: Network, tmp_path: Path, kind: str, change: Row, column: str
) -> None:
    rows = [FIRST | {"line": "1"}, OTHER | {"line": "1"}, FIRST | {"line": "1"} | change]
    book = read_orders(write(tmp_path, kind, pa.Table.from_pylist(rows)), net, tmp_path / "r.csv")
    assert book.refs.ref.tolist() == ["A2"]
    assert [(r["row"], r["column"]) for r in told(tmp_path / "r.csv")] == [("1", "order"), ("3", column)]
    assert told(tmp_path / "r.csv")[1]["remedy"].startswith("make it as in row 1")


def test_rows_without_a_line_name_are_told_apart_by_their_sku(net: Network, tmp_path: Path) -> None:
    rows = [FIRST | {"line": None}, FIRST | {"line": None, "sku": "pen"}, FIRST | {"line": "x", "units": 2}]
    book = read_orders(write(tmp_path, "csv", pa.Table.from_pylist(rows)), net, tmp_path / "r.csv")
    assert book.refused == 0 and book.lines.units.tolist() == [3, 1]


def many(n: int) -> pa.Table:
    """n rows: every second order stands again half a file later, every fourth of these at another door."""
    i = np.arange(n)
    half = n // 2
    order = np.where((i >= half) & (i % 2 == 0), i - half, i)
    moved = (i >= half) & (i % 8 == 0)
    return pa.table(
        {
            "order": pc.binary_join_element_wise("N", pa.array(order).cast(pa.string()), ""),
            "placed_at": pa.repeat("2026-03-02 10:00:00", n), "lat": pa.array(np.where(moved, 50.12, 50.1)),
            "lon": pa.repeat(8.0, n), "sku": pa.repeat("mug", n), "units": pa.repeat(1, n),
            "weight_g": pa.repeat(350, n), "length_mm": pa.repeat(120, n), "width_mm": pa.repeat(100, n),
            "height_mm": pa.repeat(90, n),
        }
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "n"), [("csv", 80_000), ("jsonl", 80_000), ("parquet", 1_000_000)])
def test_half_a_file_apart(net: Network, tmp_path: Path, kind: str, n: int) -> None:
    """The two rows lie in different blocks of the reader and of the writer of rejects; a million rows are quick."""
    path = write(tmp_path, kind, many(n), rows_a_group=10_000)
    book = read_orders(path, net, tmp_path / "r.csv")
    again, moved = n // 4, n // 16
    assert (len(book), book.refused_orders) == (n - again - moved, moved)
    assert book.refused == again + moved
    rejects = pacsv.read_csv(tmp_path / "r.csv")
    assert len(rejects) == again + moved
    second = rejects.filter(pc.greater(rejects["row"], n // 2))
    first = np.array(second["row"].to_pylist()) - n // 2
    named = (
        pc.extract_regex(second["remedy"], r"row (?P<row>\d+)").combine_chunks().field("row").cast(pa.int64())
    )
    assert np.array_equal(named.to_numpy(), first)
    kinds = second["column"].value_counts().to_pylist()
    assert {k["values"]: k["counts"] for k in kinds} == {"lat": moved, "sku": again - moved}
