"""Inventory: forecast, opening placement and one night, seconds of one processor and how good the plan is.

    python -m bench.inventory [--retail PATH]

Worlds are made from a seed. With the parquet file of UCI Online Retail the forecast is also judged on real demand:
mean scaled error and pinball loss of 14-day sums over ten origins, relative to a 28-day mean and to past quantiles.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table as Printed

from doorward.inventory.forecast.plan import plan_forecast
from doorward.inventory.place.plan import plan_patterns, plan_placement, zone_weights
from doorward.inventory.replenish.plan import plan_levels, plan_opening, plan_purchases, supplier_of
from doorward.inventory.rules import InventoryRules
from doorward.tables.items import Items
from doorward.tables.sites import Sites, Zones
from doorward.tables.stock import Regional

WORLDS = ((20_000, 2, 2, 3.0), (20_000, 2, 2, 0.9), (20_000, 20, 8, 1.1), (50_000, 20, 8, 1.1))
"""SKUs, buildings, regions, room over goods."""
ORIGINS = (120, 150, 180, 210, 240, 270, 300, 332, 346, 360)


def world(skus: int, fcs: int, regions: int) -> tuple[Items, Sites, Zones]:
    """A catalogue with a long tail; regions 20 degrees apart at most (a metro: half a degree)."""
    draw = np.random.default_rng(1)
    span = 20_000_000 if fcs > 2 else 500_000
    sides = np.sort(np.exp(draw.normal(5, 0.6, (skus, 3))).astype(int) + 5, axis=1)[:, ::-1]
    rate = np.exp(draw.normal(0.5, 1.4, skus)) / 0.0864
    items = Items.fill(
        skus, name="item", weight_g=np.exp(draw.normal(6, 1, skus)).astype(int) + 1, flags=0,
        length_mm=sides[:, 0], width_mm=sides[:, 1], height_mm=sides[:, 2],
        value_c=np.exp(draw.normal(7, 1, skus)).astype(int) + 50, rate_upm=np.rint(rate).astype(int),
    )  # fmt: skip
    home, of, at = draw.integers(0, span, (regions, 2)), np.arange(fcs) % regions, np.arange(300) % regions
    lat, lon = (home[of, k] + draw.integers(0, span // 10, fcs) for k in (0, 1))
    sites = Sites.fill(fcs, name="fc", kind=0, lat_udeg=30_000_000 + lat, lon_udeg=lon, region=of)
    lat, lon = (home[at, k] + draw.integers(0, span // 5, 300) for k in (0, 1))
    zones = Zones.fill(
        300,
        name="zone",
        lat_udeg=30_000_000 + lat,
        lon_udeg=lon,
        region=at,
        people=draw.integers(1_000, 90_000, 300),
    )
    return items, sites, zones


def clock() -> float:
    return time.process_time()


def plans(told: Printed, worlds: tuple[tuple[int, int, int, float], ...] = WORLDS) -> None:
    rules = InventoryRules()
    for skus, fcs, regions, spare in worlds:
        items, sites, zones = world(skus, fcs, regions)
        draw = np.random.default_rng(2)
        history = draw.poisson(items.rate_upm * 0.0864, (182, skus)).astype(np.int32)
        began = clock()
        look = plan_forecast(history, 0, items.rate_upm, rules)
        told_s = clock() - began
        supplier = supplier_of(skus, rules)
        began = clock()
        levels = plan_levels(look, supplier, rules)
        position = levels.upto - draw.poisson(look.mean)
        plan_purchases(levels, position, items, look.mean / look.days, supplier, rules, 0)
        buy_s = clock() - began
        units = plan_opening(items, look, levels, np.zeros(skus, bool), rules)
        room = draw.dirichlet(np.full(fcs, 8.0)) * float((units * items.volume_ml()).sum()) * spare
        began = clock()
        patterns = plan_patterns(sites, fcs, zones, zone_weights(zones, Regional.empty()), rules)
        placed = plan_placement(units, items, patterns, room.astype(np.int64), rules)
        place_s = clock() - began
        held = (placed.units > 0).sum(axis=0)
        order = np.argsort(units, kind="stable")
        tenth = skus // 10
        told.add_row(
            f"{skus:,}", str(fcs), str(spare), f"{told_s:.2f}", f"{1000 * told_s / skus * 1000:.1f}",
            f"{buy_s:.2f}", f"{place_s:.2f}", f"{100 * placed.gap:.3f} %",
            f"{100 * placed.missing.sum() / units.sum():.2f} %",
            f"{held[order[:tenth]].mean():.1f} / {held[order[-tenth:]].mean():.1f}",
        )  # fmt: skip


def retail(path: Path, told: Printed) -> None:
    table = pq.read_table(path, columns=["StockCode", "Quantity", "InvoiceDate", "UnitPrice"])
    units, price = table["Quantity"].to_numpy(), table["UnitPrice"].to_numpy()
    day = table["InvoiceDate"].to_numpy().astype("datetime64[D]").astype(int)
    sku = table["StockCode"].combine_chunks().dictionary_encode().indices.to_numpy()
    good = (units > 0) & (price > 0)
    y = np.zeros((int(day.max() - day.min()) + 1, int(sku.max()) + 1), np.int32)
    np.add.at(y, (day[good] - day.min(), sku[good]), units[good])
    rules = InventoryRules(forecast_days=14, history_days=365)
    rows = []
    for seen in ORIGINS:
        past, sold = y[:seen], (y[:seen] > 0).sum(axis=0) >= 3
        real = y[seen : seen + 14, sold].sum(axis=0)
        scale = np.sqrt((np.diff(past[:, sold].astype(float), axis=0) ** 2).mean(axis=0))
        look = plan_forecast(past, 2, np.full(y.shape[1], -1), rules)
        total = np.cumsum(past[-91:, sold], axis=0)
        sums = total[14:] - total[:-14]
        week = past[-84:, sold].sum(axis=0) / 6
        mean = 14 * past[-28:, sold].mean(axis=0)
        ours, plain, longer = (np.mean(np.abs(x - real) / scale) for x in (look.mean[sold], mean, week))
        loss = []
        for level in (0.5, 0.83, 0.95):
            for told_q in (look.quantile(level, 14)[sold], np.quantile(sums, level, axis=0)):
                loss.append(
                    np.mean(np.maximum(level * (real - told_q), (level - 1) * (real - told_q)) / scale)
                )
        cover = np.mean(real <= look.quantile(0.83, 14)[sold])
        rows.append((ours / plain, ours / longer, sum(loss[::2]) / sum(loss[1::2]), cover))
        told.add_row(str(seen), *(f"{x:.3f}" for x in rows[-1]))
    told.add_row("mean", *(f"{x:.3f}" for x in np.mean(rows, axis=0)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).parents[2] / "shared" / "data" / "retail_uci" / "online_retail.parquet"
    parser.add_argument("--retail", type=Path, default=default, help="UCI Online Retail as one parquet file")
    path = parser.parse_args().retail
    console = Console(width=132)
    first = Printed(title="Inventory, generated worlds, 182 days of history; processor seconds")
    for name in (
        "SKUs",
        "FCs",
        "room",
        "forecast",
        "ms/1000",
        "buy",
        "place",
        "gap",
        "no room",
        "FCs slow/fast",
    ):
        first.add_column(name, justify="right")
    plans(Printed(), ((500, 2, 2, 0.9),))  # compile first
    plans(first)
    console.print(first)
    if path.is_file():
        second = Printed(
            title="Forecast of 14 days, UCI Online Retail: below 1 is better than the plain rule"
        )
        for name in (
            "days seen",
            "to 28-day mean",
            "to 84-day mean",
            "pinball to past quantiles",
            "cover of .83",
        ):
            second.add_column(name, justify="right")
        retail(path, second)
        console.print(second)


if __name__ == "__main__":
    main()
