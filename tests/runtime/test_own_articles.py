"""An operator's own articles, end to end: a small day on generated demand, one on a file of orders, and the check."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from doorward.apps.cli.main import app
from doorward.core.errors import BadInput
from doorward.runtime.build import open_ledger
from doorward.runtime.request import Request
from doorward.runtime.run import start_run
from doorward.runtime.rundir import RunDir
from doorward.tables.items import Items
from doorward.tables.orders import Lines, Orders, OrderStatus
from doorward.tables.packages import Packages
from doorward.tables.stock import Stock
from tests.house.house import ROOT
from tests.runtime.conftest import silent

EXAMPLE = ROOT / "docs" / "examples" / "items.csv"
PIANO = "piano,,40000000,1500,600,1200,900,,,,\n"


def table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    return list(csv.DictReader(path.read_text().splitlines()))


def mine(folder: Path) -> Path:
    """The example, and a piano of forty tonnes."""
    path = folder / "mine.csv"
    path.write_text(EXAMPLE.read_text() + PIANO)
    return path


def test_a_small_day_on_own_articles(tmp_path: Path) -> None:
    out = tmp_path / "run"
    asked = Request(network="metro", items=mine(tmp_path), scale=0.005, drain_days=3, seed=3, out=out)
    result = start_run(asked, silent)
    assert result["violations"] == [] and result["rejected"] == 1 and result["promise_met_share"] > 0.7
    assert [t["value"] for t in table(out / "rejects.csv")] == ["40000000"]
    ledger = open_ledger(RunDir(out))
    items, lines, packages, stock = (ledger.table(kind) for kind in (Items, Lines, Packages, Stock))
    ledger.close()
    given = {row["sku"]: row for row in table(EXAMPLE)}
    assert set(items.name) == set(given)
    assert all(items.weight_g[i] == int(given[str(n)]["weight_g"]) for i, n in enumerate(items.name))
    inside = np.bincount(packages.order, minlength=int(lines.order.max()) + 1)
    assert inside.sum() > 50 and packages.weight_g.min() >= 45
    shelves = stock.received.reshape(-1, len(items)).sum(axis=0)
    often, rarely = (items.name.tolist().index(sku) for sku in ("novel", "aquarium-60"))
    assert shelves[often] > shelves[rarely] > 0, "what is expected to sell is bought first"


def test_orders_stock_and_articles_name_the_same(tmp_path: Path) -> None:
    orders, stock, out = tmp_path / "orders.csv", tmp_path / "stock.csv", tmp_path / "run"
    rows = [f"M{i},2026-03-02 07:{i:02d}:00,42.0,-30.4,{'novel' if i else 'piano'},1" for i in range(12)]
    orders.write_text("\n".join(("order,placed_at,lat,lon,sku,units", *rows)) + "\n")
    stock.write_text("fc,sku,units\nFC Quarry Hill,novel,40\nFC Quarry Hill,piano,1\n")
    asked = Request(network="metro", orders=orders, stock=stock, items=mine(tmp_path), drain_days=2, out=out)
    result = start_run(asked, silent)
    assert result["violations"] == [] and result["orders"] == 11 and result["rejected"] == 3
    told = table(out / "rejects.csv")
    assert [(t["file"], t["column"]) for t in told] == [
        ("mine.csv", "weight_g"), ("orders.csv", "sku"), ("stock.csv", "sku"),
    ]  # fmt: skip
    ledger = open_ledger(RunDir(out))
    assert (ledger.table(Orders).status == OrderStatus.ACCEPTED).all()
    ledger.close()


def test_what_cannot_be_used_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(EXAMPLE.read_text().splitlines()[0] + "\n" + PIANO)
    with pytest.raises(BadInput, match=r"no usable article.*rejects\.csv"):
        start_run(Request(network="metro", items=path, out=tmp_path / "run"), silent)
    (tmp_path / "olist_orders_dataset.csv").write_text("order_id\n")
    with pytest.raises(BadInput, match="brings its own articles"):
        start_run(Request(network="metro", items=EXAMPLE, orders=tmp_path, out=tmp_path / "run"), silent)


def test_check_reads_the_articles(tmp_path: Path) -> None:
    runner = CliRunner()
    good = runner.invoke(app, ["network", "check", "metro", "--items", str(EXAMPLE), "--json"])
    assert good.exit_code == 0 and json.loads(good.stdout)["counts"]["articles"] == 24
    assert "articles heavier than any way carries" not in json.loads(good.stdout)["counts"]
    safe = tmp_path / "safe.csv"
    safe.write_text(EXAMPLE.read_text() + "safe,,1500000,1500,1000,1000,900,,,,\n")
    heavy = runner.invoke(app, ["network", "check", "metro", "--items", str(safe), "--json"])
    assert json.loads(heavy.stdout)["counts"]["articles heavier than any way carries"] == 1
    bad = runner.invoke(app, ["network", "check", "metro", "--items", str(mine(tmp_path))])
    assert bad.exit_code == 1 and "mine.csv row 25, weight_g: found 40000000" in bad.stderr
