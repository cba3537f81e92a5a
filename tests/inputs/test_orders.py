"""Order files: good rows become orders, bad rows are set aside with reasons, unreadable files are one sentence."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from doorward.adapters.orders import read_orders, read_stock
from doorward.core.errors import BadInput
from doorward.runtime.config import Network, load_network
from doorward.tables.items import FRAGILE
from doorward.tables.orders import DRONE_OK, LEAVE_OK, LOCKER_OK, Access, Speed
from tests.inputs.worlds import GOOD, HEADER, small_network, write_network, write_orders


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return small_network(tmp_path_factory.mktemp("net"))


def told(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines())) if path.exists() else []


def test_good_rows_become_orders(net: Network, tmp_path: Path) -> None:
    book = read_orders(write_orders(tmp_path, *GOOD), net, tmp_path / "rejects.csv")
    assert not book.generated and book.refused == 0 and not (tmp_path / "rejects.csv").exists()
    assert book.refs.ref.tolist() == ["A1", "A2"]
    assert book.start_s == 1_772_409_600 - 3600  # local midnight, one hour ahead of UTC
    assert (book.orders.at_s - book.start_s).tolist() == [36_000, 41_400]
    assert book.orders.lines.tolist() == [2, 1]
    assert book.items.name.tolist() == ["mug", "book"]
    assert book.lines.sku.tolist() == [0, 1, 0] and book.lines.units.tolist() == [1, 2, 1]
    assert book.items.weight_g.tolist() == [350, 700] and book.items.value_c.tolist() == [990, 2000]
    assert book.items.length_mm.tolist() == [120, 200] and book.items.height_mm.tolist() == [90, 30]
    assert net.zones.name[book.orders.zone[1]] == "Southtown"
    assert book.orders.speed.tolist() == [0, 0] and set(book.orders.consent.tolist()) == {LEAVE_OK}
    assert book.items.rate_upm.tolist() == [round(2e6 / 86_400), round(2e6 / 86_400)]
    book.items.check()


# one broken row (added to the good ones), column that must be named, words of the rule, rows set aside in all
ROWS = [
    ("B,2026-03-02 10:00,50.1,8,mug,1,-350,100,90,120,9", "weight_g", "weight"),
    ("B,2026-03-02 10:00,50.1,8,mug,1,0,100,90,120,9", "weight_g", "weight"),
    ("B,2026-03-02 10:00,50.1,8,mug,1,,100,90,120,9", "weight_g", "weight"),
    ("B,2026-03-02 10:00,50.1,8,mug,1,heavy,100,90,120,9", "weight_g", "weight"),
    ("B,2026-03-02 10:00,50.1,8,mug,1,nan,100,90,120,9", "weight_g", "weight"),
    ("B,2026-03-02 10:00,50.1,8,mug,1,1e300,100,90,120,9", "weight_g", "weight"),
    ("B,2026-03-02 10:00,50.1,8,vase,1,350,100,90,99999,9", "height_mm", "side"),
    ("B,2026-03-02 10:00,95,8,mug,1,350,100,90,120,9", "lat", "latitude"),
    ("B,2026-03-02 10:00,50.1,-200,mug,1,350,100,90,120,9", "lon", "longitude"),
    ("B,2026-03-02 10:00,,8,mug,1,350,100,90,120,9", "lat", "latitude"),
    ("B,2026-03-02 10:00,0,0,mug,1,350,100,90,120,9", "lat", "zone"),
    ("B,2026-02-30 10:00,50.1,8,mug,1,350,100,90,120,9", "placed_at", "time"),
    ("B,yesterday,50.1,8,mug,1,350,100,90,120,9", "placed_at", "time"),
    ("B,1926-03-02 10:00,50.1,8,mug,1,350,100,90,120,9", "placed_at", "time"),
    ("B,,50.1,8,mug,1,350,100,90,120,9", "placed_at", "time"),
    ("B,2026-03-02 10:00,50.1,8,mug,0,350,100,90,120,9", "units", "whole pieces"),
    ("B,2026-03-02 10:00,50.1,8,mug,1.5,350,100,90,120,9", "units", "whole"),
    ("B,2026-03-02 10:00,50.1,8,mug,1,350,100,90,120,-9", "value", "price"),
    ("B,2026-03-02 10:00,50.1,8,,1,350,100,90,120,9", "sku", "names a SKU"),
    (",2026-03-02 10:00,50.1,8,mug,1,350,100,90,120,9", "order", "belongs to an order"),
    ("B,2026-03-02 10:00,50.1,8,mug,1,351,100,90,120,9", "sku", "one weight"),
    ("B,2026-03-02 10:00,50.1,8,mug,1,350,100,90", "", "cells"),
    ("B,2026-03-02 10:00,50.1,8,mug,1,350,100,90,120,9,9", "", "cells"),
]


@pytest.mark.parametrize(("row", "column", "rule"), ROWS, ids=[f"{r[1]}-{i}" for i, r in enumerate(ROWS)])
def test_a_bad_row_is_set_aside(net: Network, tmp_path: Path, row: str, column: str, rule: str) -> None:
    path = write_orders(tmp_path, GOOD[0], row, *GOOD[1:])
    book = read_orders(path, net, tmp_path / "rejects.csv")
    assert book.refs.ref.tolist() == ["A1", "A2"] and len(book.lines) == 3
    (reject,) = told(tmp_path / "rejects.csv")
    assert (reject["file"], reject["row"], reject["column"]) == ("orders.csv", "2", column)
    assert rule in reject["rule"] and reject["remedy"]
    assert book.refused == 1


def test_an_order_is_taken_whole_or_not_at_all(net: Network, tmp_path: Path) -> None:
    bad = GOOD[1].replace(",700,", ",-1,")
    book = read_orders(write_orders(tmp_path, GOOD[0], bad, GOOD[2]), net, tmp_path / "r.csv")
    assert book.refs.ref.tolist() == ["A2"] and book.refused == 2 and book.refused_orders == 1
    first, second = told(tmp_path / "r.csv")
    assert (first["column"], first["value"], first["remedy"]) == (
        "order",
        "A1",
        "correct row 2 of the same order",
    )
    assert (second["column"], second["value"]) == ("weight_g", "-1")


def test_a_copy_is_set_aside_and_the_order_goes_on(net: Network, tmp_path: Path) -> None:
    book = read_orders(write_orders(tmp_path, *GOOD, GOOD[0]), net, tmp_path / "r.csv")
    assert len(book) == 2 and book.lines.units.tolist() == [1, 2, 1]
    assert [r["row"] for r in told(tmp_path / "r.csv")] == ["4"]


def test_two_rows_that_contradict_each_other_spoil_their_order(net: Network, tmp_path: Path) -> None:
    other_units = GOOD[0].replace(",mug,1,", ",mug,3,")
    other_place = GOOD[2].replace("A2", "A1")
    book = read_orders(write_orders(tmp_path, *GOOD, other_units), net, tmp_path / "r.csv")
    assert book.refs.ref.tolist() == ["A2"]
    book = read_orders(
        write_orders(tmp_path, *GOOD[:2], other_place.replace("mug", "pen")), net, tmp_path / "q.csv"
    )
    assert len(book) == 0
    assert any("same time, place" in r["rule"] for r in told(tmp_path / "q.csv"))


def test_a_line_column_allows_one_sku_twice(net: Network, tmp_path: Path) -> None:
    rows = [f"{line},{row}" for line, row in ((1, GOOD[0]), (2, GOOD[0]), (2, GOOD[0]))]
    book = read_orders(write_orders(tmp_path, *rows, header="line," + HEADER), net, tmp_path / "r.csv")
    assert book.lines.units.tolist() == [2] and book.orders.lines.tolist() == [1]
    assert book.refused == 1


def test_windows_speed_and_consent(net: Network, tmp_path: Path) -> None:
    head = HEADER + ",speed,consent,deliver_from,deliver_to,fragile"
    ends = [
        "same_day,locker+drone,,,1", "turbo,,,,", ",none,2026-03-03 09:00,2026-03-03 12:00,1",
        ",,2026-03-03 12:00,2026-03-03 09:00,1", ",,,2026-03-01 09:00,1", ",rocket,,,1", ",,,,maybe",
    ]  # fmt: skip
    base = GOOD[0].split(",", 1)[1]
    path = write_orders(tmp_path, *(f"W{i},{base},{e}" for i, e in enumerate(ends)), header=head)
    book = read_orders(path, net, tmp_path / "r.csv")
    assert book.refs.ref.tolist() == ["W0", "W2"]
    assert book.orders.speed.tolist() == [Speed.SAME_DAY, Speed.NEXT_DAY]
    assert book.orders.consent.tolist() == [LOCKER_OK | DRONE_OK, 0]
    assert book.items.flags.tolist() == [FRAGILE]
    columns = [r["column"] for r in told(tmp_path / "r.csv")]
    assert columns == ["speed", "deliver_to", "deliver_to", "consent", "fragile"]


def test_access_notes_and_unknown_ones(net: Network, tmp_path: Path) -> None:
    base = GOOD[0].split(",", 1)[1]
    notes = ["gate_code+dog", "", "none", "height_limit", "moat", "dog+moat"]
    path = write_orders(
        tmp_path, *(f"N{i},{base},{n}" for i, n in enumerate(notes)), header=HEADER + ",access"
    )
    book = read_orders(path, net, tmp_path / "r.csv")
    assert book.refs.ref.tolist() == ["N0", "N1", "N2", "N3"]
    assert book.orders.access.tolist() == [Access.GATE_CODE | Access.DOG, -1, 0, Access.HEIGHT_LIMIT]
    refused = told(tmp_path / "r.csv")
    assert [(r["column"], r["value"]) for r in refused] == [("access", "moat"), ("access", "dog+moat")]
    assert "gate_code" in refused[0]["rule"]


def test_places_by_postcode_and_zone(net: Network, tmp_path: Path) -> None:
    head = HEADER.replace("lat,lon", "lat,lon,postcode,zone")
    rest = "mug,1,350,100,90,120,9"
    rows = [
        f"P1,2026-03-02 10:00,,,60311,,{rest}", f"P2,2026-03-02 10:00,,,60 999,,{rest}",
        f"P3,2026-03-02 10:00,,,,Southtown,{rest}", f"P4,2026-03-02 10:00,,,99999,,{rest}",
        f"P5,2026-03-02 10:00,50.1,,,,{rest}", f"P6,2026-03-02 10:00,50.1,8.0,,,{rest}",
    ]  # fmt: skip
    book = read_orders(write_orders(tmp_path, *rows, header=head), net, tmp_path / "r.csv")
    assert book.refs.ref.tolist() == ["P1", "P2", "P3", "P6"]
    assert abs(book.orders.lat_udeg[0] - 50_120_000) < 5_000  # the longer beginning counts, 500 m around it
    assert abs(book.orders.lat_udeg[1] - 50_100_000) < 9_000
    assert net.zones.name[book.orders.zone[2]] == "Southtown"
    assert [r["column"] for r in told(tmp_path / "r.csv")] == ["postcode", "lat"]
    again = read_orders(write_orders(tmp_path, *rows[1:], header=head), net, None)
    assert again.orders.lat_udeg[0] == book.orders.lat_udeg[1]  # a door depends on its order, not on its row


def test_times_with_zones_and_stamps(net: Network, tmp_path: Path) -> None:
    times = [
        "2026-03-02T10:00:00Z",
        "2026-03-02 11:00:00",
        "2026-03-02 12:00+02:00",
        "1772445600",
        "2026-03-02 11:00:00.75",
    ]
    rows = [GOOD[2].replace("A2", f"T{i}").replace("2026-03-02 11:30:00", t) for i, t in enumerate(times)]
    book = read_orders(write_orders(tmp_path, *rows), net, tmp_path / "r.csv")
    assert book.orders.at_s.tolist() == [1_772_445_600] * 5


def table_of(path: Path) -> pa.Table:
    return pacsv.read_csv(path)


def test_all_formats_give_the_same_book(net: Network, tmp_path: Path) -> None:
    path = write_orders(tmp_path, *GOOD)
    expected = read_orders(path, net, None).digest()
    table = table_of(path)
    pq.write_table(table, tmp_path / "o.parquet")
    lines = [
        json.dumps({k: str(v) if k == "placed_at" else v for k, v in row.items()})
        for row in table.to_pylist()
    ]
    (tmp_path / "o.jsonl").write_text("\n".join(lines) + "\n")
    (tmp_path / "o.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
    (tmp_path / "bom.csv").write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    for name in ("o.parquet", "o.jsonl", "o.csv.gz", "bom.csv"):
        assert read_orders(tmp_path / name, net, None).digest() == expected, name


def test_bad_json_lines_are_set_aside(net: Network, tmp_path: Path) -> None:
    row = dict(zip(HEADER.split(","), GOOD[2].split(","), strict=True))
    (tmp_path / "o.jsonl").write_text(
        json.dumps(row) + "\n{broken\n[1, 2]\n" + json.dumps(row | {"order": "A3", "weight_g": [1]})
    )
    book = read_orders(tmp_path / "o.jsonl", net, tmp_path / "r.csv")
    assert book.refs.ref.tolist() == ["A2"]
    assert [(r["row"], r["column"]) for r in told(tmp_path / "r.csv")] == [
        ("2", ""),
        ("3", ""),
        ("4", "weight_g"),
    ]


def test_bytes_that_are_no_text(net: Network, tmp_path: Path) -> None:
    path = write_orders(tmp_path, *GOOD)
    third = GOOD[2].replace("A2", "A3")
    path.write_bytes(
        path.read_bytes()
        + b"too,f\xffw,cells\n"
        + third.replace("mug", "m?g").encode().replace(b"?", b"\xff")
        + b"\n"
    )
    book = read_orders(path, net, tmp_path / "r.csv")
    assert len(book) == 2 and book.refused == 2
    assert [(r["row"], r["column"]) for r in told(tmp_path / "r.csv")] == [("4", ""), ("5", "sku")]


def test_odd_but_whole_files(net: Network, tmp_path: Path) -> None:
    plain = write_orders(tmp_path, *GOOD)
    expected = read_orders(plain, net, None).digest()
    body = plain.read_bytes()
    for odd in (b"\n\n" + body, body.rstrip(), body.replace(b"\n", b"\r"), body.replace(b",", b" , ")):
        (tmp_path / "odd.csv").write_bytes(odd)
        assert read_orders(tmp_path / "odd.csv", net, None).digest() == expected
    (tmp_path / "head.csv").write_text(HEADER)
    assert len(read_orders(tmp_path / "head.csv", net, None)) == 0
    (tmp_path / "deep.jsonl").write_text('{"a":' * 5000)
    with pytest.raises(BadInput):
        read_orders(tmp_path / "deep.jsonl", net, None)


UNREADABLE = [
    ("o.parquet", b"PAR1 and then nothing"), ("o.csv", b""), ("o.csv", b"a;b;c\n1;2;3\n"),
    ("o.csv", b"order,sku\n1,2\n"),
    ("o.csv", b"order,order\n1,2\n"), ("o.txt", b"hello"), ("o.csv.gz", b"not gzip"), ("o.jsonl", b"\n"),
    ("o.csv", b"\xff\xfeo\x00r\x00d\x00"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "body"), UNREADABLE, ids=[f"{n}-{i}" for i, (n, _) in enumerate(UNREADABLE)]
)
def test_what_cannot_be_read_is_one_sentence(net: Network, tmp_path: Path, name: str, body: bytes) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(BadInput) as caught:
        read_orders(tmp_path / name, net, None)
    assert name in str(caught.value) and "\n" not in str(caught.value)


def test_a_truncated_parquet_is_one_sentence(net: Network, tmp_path: Path) -> None:
    pq.write_table(table_of(write_orders(tmp_path, *GOOD)), tmp_path / "o.parquet")
    whole = (tmp_path / "o.parquet").read_bytes()
    (tmp_path / "o.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInput, match="cannot be read as parquet"):
        read_orders(tmp_path / "o.parquet", net, None)
    with pytest.raises(BadInput, match="no such file"):
        read_orders(tmp_path / "nothing.csv", net, None)
    with pytest.raises(BadInput, match="holds no orders"):
        (tmp_path / "empty").mkdir()
        read_orders(tmp_path / "empty", net, None)


def test_a_catalogue_beside_the_orders(net: Network, tmp_path: Path) -> None:
    write_orders(tmp_path, "sku,weight_g,length_mm,width_mm,height_mm,value", name="items.csv", header="")
    (tmp_path / "items.csv").write_text(
        "sku,weight_g,length_mm,width_mm,height_mm,value\nmug,350,100,90,120,9\nbook,-1,200,150,30,5\npen,10,140,10,10,2\n"
    )
    rows = [
        "A1,2026-03-02 10:00,50.1,8,mug,1",
        "A2,2026-03-02 10:00,50.1,8,book,1",
        "A3,2026-03-02 10:00,50.1,8,sofa,1",
    ]
    write_orders(tmp_path, *rows, header="order,placed_at,lat,lon,sku,units")
    book = read_orders(tmp_path, net, tmp_path / "r.csv")
    assert book.refs.ref.tolist() == ["A1"] and book.items.name.tolist() == ["mug", "pen"]
    assert [(r["file"], r["column"], r["value"]) for r in told(tmp_path / "r.csv")] == [
        ("items.csv", "weight_g", "-1"), ("orders.csv", "sku", "book"), ("orders.csv", "sku", "sofa"),
    ]  # fmt: skip


def test_pace_and_days(net: Network, tmp_path: Path) -> None:
    rows = [GOOD[2].replace("A2", f"D{d}").replace("03-02 11:30", f"03-{d:02d} 11:30") for d in range(2, 22)]
    path = write_orders(tmp_path, *rows)
    plain, fast = read_orders(path, net, None), read_orders(path, net, None, pace=10)
    assert (plain.days, fast.days) == (20, 3)
    first = int(plain.orders.at_s[0])
    assert fast.orders.at_s.tolist() == [first + (int(t) - first) // 10 for t in plain.orders.at_s]
    two = read_orders(path, net, None, pace=10, days=2)
    assert two.days == 2 and int(two.orders.at_s.max()) < two.start_s + 2 * 86_400
    assert len(two) < len(fast) and any("left out" in note for note in two.notes)
    with pytest.raises(BadInput, match="pace"):
        read_orders(path, net, None, pace=0)


def test_a_million_bad_rows(net: Network, tmp_path: Path) -> None:
    n = 1_000_000
    i = np.arange(n)
    table = pa.table(
        {
            "order": pa.array(i), "placed_at": pa.repeat("2026-03-02 10:00:00", n), "lat": pa.repeat(50.1, n),
            "lon": pa.repeat(8.0, n), "sku": pa.array(i % 1000), "units": pa.repeat(1, n),
            "weight_g": pa.array(np.where(i % 100_000 == 0, 200, -i)), "length_mm": pa.repeat(100, n),
            "width_mm": pa.repeat(90, n), "height_mm": pa.repeat(80, n),
        }
    )  # fmt: skip
    pq.write_table(table, tmp_path / "o.parquet")
    book = read_orders(tmp_path / "o.parquet", net, tmp_path / "rejects.csv")
    assert (len(book), book.refused, book.read) == (10, n - 10, n)
    with (tmp_path / "rejects.csv").open() as file:
        assert sum(1 for _ in file) == n - 10 + 1


def test_opening_stock(net: Network, tmp_path: Path) -> None:
    book = read_orders(write_orders(tmp_path, *GOOD), net, None)
    (tmp_path / "stock.csv").write_text(
        "fc,sku,units\nFC One,mug,5\nFC Two,mug,1\nFC One,cup,1\nFC One,book,-2\nFC One,mug,7\n"
    )
    stock = read_stock(tmp_path / "stock.csv", net, book.items, tmp_path / "r.csv")
    assert (stock.fc.tolist(), stock.sku.tolist(), stock.units.tolist()) == ([0], [0], [5])
    assert [(r["row"], r["column"]) for r in told(tmp_path / "r.csv")] == [
        ("2", "fc"),
        ("3", "sku"),
        ("4", "units"),
        ("5", "sku"),
    ]


def test_olist(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "olist"
    if not folder.is_dir():
        pytest.skip("no Olist orders at hand")
    net = load_network("brazil")
    book = read_orders(folder, net, tmp_path / "r.csv", pace=50)
    with (folder / "olist_orders_dataset.csv").open() as file:
        placed = sum(1 for _ in csv.DictReader(file))
    with (folder / "olist_order_items_dataset.csv").open() as file:
        bought = {row["order_id"] for row in csv.DictReader(file)}
    assert book.read == placed and len(book) + book.refused_orders == placed
    assert set(book.refs.ref.tolist()) <= bought
    assert len(book) > 0.99 * len(bought)
    assert len({r["row"] for r in told(tmp_path / "r.csv")}) == book.refused
    assert len(np.unique(book.orders.at_s // 86_400)) < 16
    with (folder / "olist_orders_dataset.csv").open() as file:
        customer = {row["order_id"]: row["customer_id"] for row in csv.DictReader(file)}
    with (folder / "olist_customers_dataset.csv").open() as file:
        state = {row["customer_id"]: row["customer_state"] for row in csv.DictReader(file)}
    rest = [net.zones.name[z].split(" outside")[0] for z in book.orders.zone]
    told_state = [(z, state[customer[r]]) for z, r in zip(rest, book.refs.ref, strict=True) if len(z) == 2]
    assert np.mean([a == b for a, b in told_state]) > 0.75  # round states touch each other
    slow = read_orders(folder, net, None, days=30)
    assert slow.days == 30 and len(slow) < len(book)


def test_a_book_needs_no_network_files(tmp_path: Path) -> None:
    write_network(tmp_path)
    book = read_orders(write_orders(tmp_path, *GOOD), load_network(tmp_path / "small.toml"), None)
    assert book.limited(1).digest() == book.digest()
