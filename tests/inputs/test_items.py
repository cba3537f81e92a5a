"""Files of articles: good rows become the catalogue, bad rows are set aside, and demand is drawn over them."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from doorward.adapters.items import read_items
from doorward.adapters.orders import read_orders
from doorward.adapters.orders_rejects import Rejects
from doorward.core.errors import BadInput
from doorward.ports.orderbook import Articles
from doorward.runtime.config import Network, copy_network, load_network
from doorward.tables.items import FRAGILE, HAZMAT, UPRIGHT
from doorward.twin.demand import generate
from tests.house.house import ROOT
from tests.inputs.worlds import GOOD, HEADER, small_network, write_network, write_orders

EXAMPLE = ROOT / "docs" / "examples" / "items.csv"
HEAD = "sku,category,weight_g,length_mm,width_mm,height_mm,value,per_day,fragile,hazmat,upright"
MUG = "mug,kitchen,350,100,90,120,9.90,120,yes,,"


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return small_network(tmp_path_factory.mktemp("net"))


def items_file(folder: Path, *rows: str, header: str = HEAD, name: str = "items.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def read(path: Path) -> tuple[Articles, list[dict[str, str]]]:
    """The articles, and what rejects.csv would say."""
    rejects = Rejects()
    articles = read_items(path, rejects)
    assert rejects.write(path.parent / "rejects.csv") == articles.refused
    there = (path.parent / "rejects.csv").exists()
    told = list(csv.DictReader((path.parent / "rejects.csv").read_text().splitlines())) if there else []
    assert told[:20] == rejects.first(20)
    return articles, told


def test_good_rows_become_articles(tmp_path: Path) -> None:
    oil = "oil,pantry,980.2,75,320,75,11.8,,1,TRUE,y"
    articles, told = read(items_file(tmp_path, MUG, oil, "pen,,5,1,2,3,,0,,,"))
    items = articles.items
    items.check()
    assert told == [] and items.name.tolist() == ["mug", "oil", "pen"]
    assert items.weight_g.tolist() == [350, 981, 5] and items.value_c.tolist() == [990, 1180, 0]
    assert (items.length_mm.tolist(), items.height_mm.tolist()) == ([120, 320, 3], [90, 75, 1])
    assert items.flags.tolist() == [FRAGILE, FRAGILE | HAZMAT | UPRIGHT, 0]
    assert articles.per_day.tolist() == [120, -1, 0]
    assert items.rate_upm.tolist() == [round(120e6 / 86_400), -1, 0]
    assert articles.category.tolist() == ["kitchen", "pantry", ""]


def test_parquet_says_the_same(tmp_path: Path) -> None:
    table = pacsv.read_csv(EXAMPLE)
    shutil.copy(EXAMPLE, tmp_path)
    pq.write_table(table, tmp_path / "items.parquet")
    (plain, told), (packed, _) = read(tmp_path / "items.csv"), read(tmp_path / "items.parquet")
    assert told == [] and len(plain) == len(table)
    for name in plain.items.columns:
        assert getattr(plain.items, name).tolist() == getattr(packed.items, name).tolist(), name
    assert plain.per_day.tolist() == packed.per_day.tolist()


# one broken row beside a good one, the column that must be named, words of the rule
ROWS = [
    ("piano,,40000000,1500,600,1200,900,,,,", "weight_g", "2,000,000 g"),
    ("minus,,-1,100,90,120,9,,,,", "weight_g", "weight"),
    ("cup,,,100,90,120,9,,,,", "weight_g", "weight"),
    ("pole,,900,25000,90,120,9,,,,", "length_mm", "side"),
    ("flat,,900,250,0,120,9,,,,", "width_mm", "side"),
    ("inches,,900,4in,90,120,9,,,,", "length_mm", "side"),
    ("centimetres,,350,12,10,9,9,,,,", "weight_g", "osmium"),
    ("kilograms,,0.35,100,90,120,9,,,,", "weight_g", "air"),
    ("debt,,350,100,90,120,-9,,,,", "value", "price"),
    ("often,,350,100,90,120,9,many,,,", "per_day", "expected demand"),
    ("never,,350,100,90,120,9,-2,,,", "per_day", "expected demand"),
    ("perhaps,,350,100,90,120,9,,perhaps,,", "fragile", "yes or no"),
    (",,350,100,90,120,9,,,,", "sku", "has a SKU"),
    ("x" * 201 + ",,350,100,90,120,9,,,,", "sku", "200 letters"),
    ("mug,kitchen,350,100,90,120,9.90,120,yes,,", "sku", "stands once"),
    ("mug,kitchen,360,100,90,120,9.90,120,yes,,", "sku", "stands once"),
    ("short,,350", "", "11 cells"),
]


@pytest.mark.parametrize(("row", "column", "rule"), ROWS)
def test_a_bad_row_is_set_aside_alone(tmp_path: Path, row: str, column: str, rule: str) -> None:
    articles, told = read(items_file(tmp_path, MUG, row, "pen,,10,140,10,10,2,,,,"))
    assert articles.items.name.tolist() == ["mug", "pen"] and articles.refused == 1
    assert {(t["file"], t["row"], t["column"]) for t in told} == {("items.csv", "2", column)}
    assert rule in told[0]["rule"] and told[0]["remedy"]


def test_the_first_good_row_counts(tmp_path: Path) -> None:
    articles, told = read(items_file(tmp_path, "mug,,0,100,90,120,9,,,,", MUG, MUG.replace("350", "360")))
    assert articles.items.weight_g.tolist() == [350] and articles.refused == 2
    assert [t["remedy"][:12] for t in told] == ["give grams, ", "row 2 counts"]


def test_small_dense_pieces_are_no_mistake(tmp_path: Path) -> None:
    rows = ("screw,,1,3,2,2,0.1,,,,", "gold,,12440,200,81,40,700000,,,,", "balloon,,12,2000,2000,2,1,,,,")
    articles, told = read(items_file(tmp_path, *rows))
    assert len(articles) == 3 and told == []


@pytest.mark.parametrize("text", ["", "sku\nmug\n", "sku;weight_g\nmug;3\n"])
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "items.csv"
    path.write_text(text)
    with pytest.raises(BadInput):
        read_items(path, Rejects())


def test_demand_is_drawn_by_what_is_expected(net: Network, tmp_path: Path) -> None:
    rows = [f"a{i},{'left' if i % 2 else 'right'},350,100,90,120,9,{i * 10},,," for i in range(10)]
    articles, _ = read(items_file(tmp_path, *rows))
    book = generate(net, 2, 3, 1.0, articles)
    assert sorted(book.items.name.tolist()) == sorted(articles.items.name.tolist())
    asked = np.bincount(book.lines.sku, book.lines.units, len(book.items))
    share = {str(name): n / asked.sum() for name, n in zip(book.items.name, asked, strict=True)}
    assert share["a0"] == 0
    for i in range(1, 10):  # further lines keep to the first one's department: shares are near, not exact
        assert share[f"a{i}"] == pytest.approx(i / 45, rel=0.25), i
    assert any("the articles are those of" in note for note in book.notes)
    assert book.digest() == generate(net, 2, 3, 1.0, articles).digest()


def test_unknown_demand_is_long_tailed_or_the_median(net: Network, tmp_path: Path) -> None:
    rows = [f"a{i},,350,100,90,120,9,,,," for i in range(200)]
    articles, _ = read(items_file(tmp_path, *rows))
    asked = np.sort(np.bincount(generate(net, 1, 3, 1.0, articles).lines.sku, minlength=200))[::-1]
    assert asked[:20].sum() > 3 * asked[-100:].mean() * 20
    mixed, _ = read(items_file(tmp_path, *rows[:2], "b,,350,100,90,120,9,10,,,", "c,,350,100,90,120,9,30,,,"))
    book = generate(net, 1, 3, 1.0, mixed)
    half = np.bincount(book.lines.sku, minlength=4) / len(book.lines)
    assert half[:2] == pytest.approx([0.25, 0.25], rel=0.2)


def test_nothing_that_is_bought_is_refused(net: Network, tmp_path: Path) -> None:
    articles, _ = read(items_file(tmp_path, MUG.replace(",120,yes", ",0,yes")))
    with pytest.raises(BadInput, match="expected to be bought"):
        generate(net, 1, 1, 1.0, articles)


def test_a_promotion_of_a_category_that_is_not_there(tmp_path: Path) -> None:
    swap = (
        "[catalogue]",
        '[[generator.promotion]]\nday = 0\ncategory = "books"\nshare_pm = 900\n\n[catalogue]',
    )
    net = load_network(write_network(tmp_path, swap))
    own, _ = read(items_file(tmp_path, MUG, "novel,books,310,190,125,25,12.99,1,,,"))
    book = generate(net, 1, 1, 1.0, own)
    novel = book.items.name.tolist().index("novel")
    assert (book.lines.sku == novel).mean() > 0.7, "its own category is promoted"
    mugs, _ = read(items_file(tmp_path, MUG))
    assert any("'books'" in note for note in generate(net, 1, 1, 1.0, mugs).notes)


def test_the_network_file_names_the_articles(tmp_path: Path) -> None:
    items_file(tmp_path, MUG)
    net = load_network(write_network(tmp_path, ("skus = 500", 'file = "items.csv"')))
    assert net.articles == tmp_path / "items.csv"
    copy = load_network(copy_network(net, tmp_path / "copy"))
    assert copy.articles == tmp_path / "copy" / "items.csv" and copy.digest == net.digest
    for wrong in ("nothing.csv", "../items.csv", str(tmp_path / "items.csv")):
        with pytest.raises(BadInput, match="beside the network file"):
            load_network(write_network(tmp_path, ("skus = 500", f'file = "{wrong}"'), name="wrong.toml"))


def test_orders_of_own_articles(net: Network, tmp_path: Path) -> None:
    items = items_file(tmp_path, MUG, "book,books,700,200,150,30,20,,,,")
    rows = [
        "A1,2026-03-02 10:00,50.1,8,mug,1", "A2,2026-03-02 10:00,50.1,8,book,1", "A3,2026-03-02 10:00,50.1,8,sofa,1",
    ]  # fmt: skip
    orders = write_orders(tmp_path, *rows, header="order,placed_at,lat,lon,sku,units")
    book = read_orders(orders, net, tmp_path / "r.csv", items_path=items)
    assert book.refs.ref.tolist() == ["A1", "A2"] and book.items.name.tolist() == ["mug", "book"]
    assert book.items.rate_upm.tolist() == [round(120e6 / 86_400), round(1e6 / 86_400)], (
        "given, else the file's"
    )
    told = list(csv.DictReader((tmp_path / "r.csv").read_text().splitlines()))
    assert [(t["column"], t["value"]) for t in told] == [("sku", "sofa")] and "items file" in told[0][
        "remedy"
    ]
    other = items_file(tmp_path, MUG, name="other.csv")
    beside = read_orders(write_orders(tmp_path, *GOOD, header=HEADER), net, None, else_items=other)
    assert beside.items.weight_g.tolist() == [350] and len(beside) == 1, "the order with a book is set aside"
