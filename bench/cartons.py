"""Cartonization of real multi-unit orders against BoxPacker's own result: `python -m bench.cartons [folder]`.

The folder holds items.csv, boxes.csv and expected.csv of BoxPacker's tests (MIT); by default it is
../shared/data/packing/orders. Ruler: the number of boxes of BoxPacker in three dimensions, order by order. Both turn
pieces freely; ours also wants 70 % of every base supported.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import numpy as np

from doorward.fulfillment.cartons.plan import Cartons, Pieces, plan_cartons
from doorward.tables.items import Boxes, Items

FOLDER = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "packing" / "orders"


def read_orders(folder: Path) -> tuple[Pieces, Items, Boxes, np.ndarray]:
    """(pieces by order, catalogue, suite, BoxPacker's boxes of each order)."""
    orders: dict[str, int] = {}
    kinds: dict[tuple[int, ...], int] = {}
    rows = []
    with (folder / "items.csv").open() as lines:
        for ref, units, _, *sizes, weight in csv.reader(lines):
            shape = (*sorted((int(s) for s in sizes), reverse=True), max(1, int(weight)))
            rows.append(
                (orders.setdefault(ref, len(orders)), kinds.setdefault(shape, len(kinds)), int(units))
            )
    rows.sort(key=lambda row: row[0])
    group, sku, units_ = np.array(rows).T
    shapes = np.array(list(kinds))
    items = Items.fill(
        len(shapes), length_mm=shapes[:, 0], width_mm=shapes[:, 1], height_mm=shapes[:, 2], weight_g=shapes[:, 3],
        value_c=1, flags=0,
    )  # fmt: skip
    with (folder / "boxes.csv").open() as lines:
        suite = np.array([[int(v) for v in row[4:9]] for row in csv.reader(lines)])
    suite = suite[np.argsort(suite[:, 1:4].prod(axis=1), kind="stable")]
    boxes = Boxes.fill(
        len(suite), length_mm=suite[:, 1], width_mm=suite[:, 2], height_mm=suite[:, 3],
        max_g=suite[:, 4] - suite[:, 0], board_g=suite[:, 0], film_g=0, cost_c=0,
    )  # fmt: skip
    with (folder / "expected.csv").open() as lines:
        theirs = {row[0]: int(row[4]) for row in csv.reader(lines)}
    return (
        Pieces(group=group, line=np.arange(len(group)), sku=sku, units=units_),
        items,
        boxes,
        np.array([theirs[ref] for ref in orders]),
    )


def box_orders(pieces: Pieces, items: Items, boxes: Boxes, tries: int) -> Cartons:
    """Our cartons for the orders."""
    return plan_cartons(
        pieces, items, boxes, tries=tries, most=200, wall_mm=0, litre_mc=2_000, at_s=0
    )[0]  # fmt: skip


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    pieces, items, boxes, theirs = read_orders(folder)
    box_orders(pieces.take(slice(0, 20)), items, boxes, 1)
    print(
        f"{len(theirs)} orders, {pieces.units.sum()} pieces, {len(boxes)} boxes; BoxPacker {theirs.sum()} boxes"
    )
    for tries in (1, 3, 9):
        began = time.perf_counter()
        cartons = box_orders(pieces, items, boxes, tries)
        took = time.perf_counter() - began
        ours = np.bincount(cartons.group, minlength=len(theirs))
        print(
            f"tries {tries}: {len(cartons)} boxes, {(ours < theirs).sum()} orders with fewer, "
            f"{(ours > theirs).sum()} with more, void {cartons.void_pm.mean():.0f} per mille, "
            f"{len(theirs) / took:,.0f} orders/s"
        )


if __name__ == "__main__":
    main()
