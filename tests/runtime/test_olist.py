"""Real orders, two days of them: every row accounted for, promises kept as stated, the customer's reference works."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from doorward.core.units import DAY_S
from doorward.runtime.build import open_ledger
from doorward.runtime.history import order_story
from doorward.runtime.request import Request
from doorward.runtime.results import ENDS
from doorward.runtime.run import start_run
from doorward.runtime.rundir import RunDir
from doorward.tables.orders import OrderRefs, Orders, OrderStatus
from doorward.tables.remarks import Reason
from doorward.tables.sites import Zones
from tests.runtime.conftest import silent

PACE, DAYS, DRAIN_DAYS = 200, 2, 30
Olist = tuple[RunDir, dict[str, Any]]


@pytest.fixture(scope="module")
def olist(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Olist:
    """Olist's orders at a pace that puts a few hundred of them into two days."""
    folder = shared_data / "olist"
    if not folder.is_dir():
        pytest.skip("Olist's files are not at hand (../shared/data/olist)")
    out = tmp_path_factory.mktemp("olist") / "run"
    asked = Request(
        network="brazil", orders=folder, pace=PACE, days=DAYS, drain_days=DRAIN_DAYS, seed=3, out=out
    )
    return RunDir(out), start_run(asked, silent)


@pytest.mark.slow
def test_every_order_is_accounted_for(olist: Olist) -> None:
    _, result = olist
    assert result["generated_input"] is False
    assert result["orders"] == sum(result[end] for end in ENDS) > 500
    assert result["violations"] == []
    assert result["open"] <= 0.01 * result["orders"]
    assert result["delivered"] > 0.85 * result["orders"]


@pytest.mark.slow
def test_promises_are_kept_about_as_often_as_stated(olist: Olist) -> None:
    _, result = olist
    assert 0.90 <= result["promise_met_share"] <= 0.995


@pytest.mark.slow
def test_near_doors_are_promised_sooner_than_far_ones(olist: Olist) -> None:
    """By the post's distance zones, not by one transit time for the whole country."""
    ledger = open_ledger(olist[0])
    orders, zones = ledger.table(Orders), ledger.table(Zones)
    made = orders.status == OrderStatus.ACCEPTED
    days = (orders.due_s - orders.at_s) / DAY_S
    own = zones.station[orders.zone] >= 0
    north = zones.lat_udeg[orders.zone] > -6_000_000
    assert np.median(days[made & own]) < 3 < np.median(days[made & ~own & ~north])
    assert np.median(days[made & ~own & north]) > 1.3 * np.median(days[made & ~own & ~north])
    ledger.close()


@pytest.mark.slow
def test_what_the_file_asks_for_is_in_stock(olist: Olist) -> None:
    ledger = open_ledger(olist[0])
    refused = ledger.table(Orders).reason == Reason.NO_STOCK
    assert refused.mean() < 0.005, "only what was damaged or miscounted on the floor may be missing"
    ledger.close()


@pytest.mark.slow
def test_rejected_rows_say_why(olist: Olist) -> None:
    where, result = olist
    with (where.root / "rejects.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == result["rejected"] > 0
    assert {r["file"] for r in rows} <= {
        f"olist_{n}_dataset.csv" for n in ("orders", "order_items", "products")
    }
    assert all(r["row"].isdigit() and r["rule"] and r["remedy"] for r in rows)


@pytest.mark.slow
def test_the_customers_own_reference_finds_the_order(olist: Olist) -> None:
    ledger = open_ledger(olist[0])
    ref = str(ledger.table(OrderRefs).ref[17])
    assert len(ref) == 32
    assert order_story(ledger.state, ref) == order_story(ledger.state, "17")
    ledger.close()
