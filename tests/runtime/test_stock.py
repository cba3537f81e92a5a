"""Opening stock end to end: what the user says lies on the shelves, or what a replayed file is going to ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.core.errors import BadInput
from doorward.core.table import Table
from doorward.core.units import DAY_S
from doorward.runtime.build import open_ledger
from doorward.runtime.request import Request
from doorward.runtime.run import start_run
from doorward.runtime.rundir import RunDir
from doorward.tables.items import Items
from doorward.tables.orders import Orders, OrderStatus
from doorward.tables.remarks import Reason
from doorward.tables.sites import Sites
from doorward.tables.stock import Stock
from tests.runtime.conftest import silent

HEADER = "order,placed_at,lat,lon,sku,units,weight_g,length_mm,width_mm,height_mm,value"


def orders_file(folder: Path) -> Path:
    """Thirty orders of one mug, three of six plates: no building needs more than a few of them on average."""
    rows = [
        f"M{i},2026-03-02 {7 + i // 10:02d}:{i % 10:02d}:00,42.0,-30.4,mug,1,350,120,100,90,9.9"
        for i in range(30)
    ]
    rows += [f"P{i},2026-03-02 09:3{i}:00,42.05,-30.45,plate,6,500,270,270,30,7.5" for i in range(3)]
    path = folder / "orders.csv"
    path.write_text("\n".join((HEADER, *rows)) + "\n")
    return path


def tables_after(out: Path, *kinds: type[Table]) -> list[Table]:
    ledger = open_ledger(RunDir(out))
    found = [ledger.table(kind) for kind in kinds]
    ledger.close()
    return found


def test_a_replayed_file_finds_what_it_asks_for(tmp_path: Path) -> None:
    out = tmp_path / "run"
    result = start_run(Request(network="metro", orders=orders_file(tmp_path), drain_days=3, out=out), silent)
    assert result["orders"] == 33 and result["violations"] == []
    (orders,) = tables_after(out, Orders)
    assert not (orders.reason == Reason.NO_STOCK).any()
    assert (orders.status == OrderStatus.ACCEPTED).sum() >= 30


def test_given_stock_is_what_lies_there(tmp_path: Path) -> None:
    out, stock = tmp_path / "run", tmp_path / "stock.csv"
    stock.write_text(
        "fc,sku,units\nFC Quarry Hill,mug,4\nFC Saltmarsh,mug,3\nFC Saltmarsh,fork,1\nNowhere,mug,9\n"
    )
    asked = Request(network="metro", orders=orders_file(tmp_path), stock=stock, drain_days=3, out=out)
    result = start_run(asked, silent)
    assert result["violations"] == []
    orders, shelf, sites, items = tables_after(out, Orders, Stock, Sites, Items)
    received = shelf.received.reshape(-1, len(items))
    sku = items.name.tolist().index("mug")
    at = {str(name): row for row, name in enumerate(sites.name)}
    assert received[at["FC Quarry Hill"], sku] >= 4 and received[at["FC Saltmarsh"], sku] >= 3
    soon = orders.due_s - orders.at_s < 2 * DAY_S
    assert soon.sum() == 7, "the rest is promised from what the night bought, or not at all"
    reject = (out / "rejects.csv").read_text()
    assert "fork" in reject and "Nowhere" in reject
    start_run(Request(network="metro", orders=orders_file(tmp_path), drain_days=3, out=out), silent)
    (orders,) = tables_after(out, Orders)
    assert (orders.due_s - orders.at_s < 2 * DAY_S).sum() >= 30, "the stock of the earlier run is forgotten"


def test_stock_without_a_usable_row_is_refused(tmp_path: Path) -> None:
    stock = tmp_path / "stock.csv"
    stock.write_text("fc,sku,units\nNowhere,mug,4\n")
    asked = Request(network="metro", orders=orders_file(tmp_path), stock=stock, out=tmp_path / "run")
    with pytest.raises(BadInput, match="no usable row"):
        start_run(asked, silent)
