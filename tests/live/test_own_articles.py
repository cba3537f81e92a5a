"""A real server on the wall clock, opened with the operator's own articles and stock: one of them is ordered."""

from __future__ import annotations

import time
from pathlib import Path

from tests.house.house import ROOT
from tests.live.orders import order
from tests.live.server import running, start

EXAMPLE = ROOT / "docs" / "examples" / "items.csv"


def test_an_article_of_ones_own_is_ordered(tmp_path: Path) -> None:
    items, stock, folder = tmp_path / "items.csv", tmp_path / "stock.csv", tmp_path / "metro"
    items.write_text(EXAMPLE.read_text() + "piano,,40000000,1500,600,1200,900,,,,\n")
    stock.write_text("fc,sku,units\nFC Quarry Hill,novel,40\nFC Saltmarsh,novel,40\nFC Saltmarsh,piano,1\n")
    arguments = ("--live", "--items", str(items), "--stock", str(stock))
    with running(folder, *arguments) as server, server.client() as client:
        assert "2 rows were set aside" in server.log.read_text()
        assert (folder / "rejects.csv").read_text().count("piano") == 1
        listed = client.get("/api/v1/items").json()["items"]
        assert len(listed) == 24 and listed[13]["sku"] == "novel" and listed[13]["value_c"] == 1299
        unknown = client.post("/api/v1/orders", json=order("P", "piano"))
        assert unknown.status_code == 422 and "piano" in unknown.text
        assert client.post("/api/v1/orders", json=order("A", "novel")).status_code == 201
        until = time.monotonic() + 60
        while not (found := client.get("/api/v1/orders/0").json())["row"]["due_s"] > 0:
            assert time.monotonic() < until, found
            time.sleep(0.1)
        assert found["row"]["ref"] == "A" and "novel" in str(found["lines"])
        count = {"site": 0, "sku": "mug-blue", "units": 3}
        assert client.post("/api/v1/stock/counts", json=count).json()["found"] == 3
    again = start(folder, "--live", "--items", str(items))
    assert again.process.wait(60) == 2 and "has its articles already" in again.log.read_text()
