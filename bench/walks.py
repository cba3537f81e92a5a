"""Picker walks against rules of thumb: `python -m bench.walks [RUN]`.

First random batches in one block of 40 aisles x 50 bays: exact walk, S-shape, largest gap. Then, if a run's directory
is named, the walks of that run: its batches and exact walks against batches first come first served on the same carts,
walked by each rule. Metres, and metres for each slot visited for a package.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

from bench.picking import fcfs
from doorward.fulfillment.picking.plan import WALK
from doorward.fulfillment.picking.routing import s_shape, tour
from doorward.fulfillment.picking.slots import plan_slots
from doorward.fulfillment.plan import rows_of
from doorward.fulfillment.rules import FulfillmentRules
from doorward.runtime.build import label_rules, open_state
from doorward.runtime.rundir import RunDir
from doorward.tables.items import Items
from doorward.tables.packages import Contents, Packages, PickTasks
from doorward.tables.sites import Floors

RULES = ("exact", "S-shape", "largest gap")


def largest_gap(slots: np.ndarray, bays: int, front: int, pitch: int, width: int) -> int:
    """Length of the largest-gap walk through `slots` (ascending): the first and the last aisle with picks are crossed,
    the others are entered from both ends as far as their largest gap (Hall 1993, "Distance approximations for routing
    manual pickers in a warehouse", IIE Transactions 25). A single aisle is walked there and back."""
    length = 2 * front + (bays - 1) * pitch
    aisles = np.unique(slots // bays)
    if len(aisles) == 0:
        return 0
    walk = 2 * width * int(aisles[-1])
    if len(aisles) == 1:
        return walk + 2 * (front + int(slots[-1] % bays) * pitch)
    for aisle in aisles.tolist():
        place = front + (slots[slots // bays == aisle] % bays) * pitch
        gap = int(np.diff(np.r_[0, place, length]).max())
        walk += length if aisle in (aisles[0], aisles[-1]) else 2 * (length - gap)
    return walk


def by_rule(slots: np.ndarray, shape: tuple[int, int, int, int]) -> tuple[int, int, int]:
    """(exact, S-shape, largest gap) of one walk."""
    n = len(slots)
    return int(tour(slots, n, *shape)), int(s_shape(slots, n, *shape)), largest_gap(slots, *shape)


def random_batches(rules: FulfillmentRules, walks: int = 300) -> None:
    """Mean metres of random batches by how many slots they visit."""
    shape = (50, rules.bay_mm, rules.bay_mm, rules.aisle_mm)
    rng = np.random.default_rng(1)
    print(f"random batches, 40 aisles x 50 bays, {walks} walks each, mean metres")
    print(f"{'slots':>6} " + " ".join(f"{rule:>12}" for rule in RULES) + "   exact saves on the better rule, each walk")
    for picks in (5, 10, 20, 40, 80):
        found = [by_rule(np.unique(rng.integers(0, 2_000, picks)), shape) for _ in range(walks)]
        table = np.array(found) / 1000
        better = table[:, 1:].min(axis=1)
        assert (table[:, 0] <= better).all(), "the exact walk is longer than a rule of thumb"
        saved = 100 * (1 - table[:, 0].sum() / better.sum())
        print(f"{picks:6d} " + " ".join(f"{v:12.1f}" for v in table.mean(axis=0)) + f"   {saved:5.1f} %")


def of_run(where: RunDir) -> None:
    """Walks of a run by building: as they were, and what they would have been."""
    rules = label_rules(where)
    with open_state(where) as state:
        floors, packages, contents = state.table(Floors), state.table(Packages), state.table(Contents)
        slots = plan_slots(state.table(Items), floors, rules).slot
        tasks = state.table(PickTasks)
        tasks = tasks.take(np.flatnonzero(tasks.method == WALK))
        for fc in range(len(floors)):
            shape = (max(1, int(floors.bays[fc])), rules.bay_mm, rules.bay_mm, rules.aisle_mm)
            mine = tasks.take(np.flatnonzero(tasks.fc == fc))
            order = np.lexsort((packages.leave_s[mine.package], mine.wave))
            mine = mine.take(order)
            row, start = rows_of(contents, mine.package.astype(np.int64))
            at = slots[fc, contents.sku[row]]
            spots = [np.unique(at[a:b][at[a:b] >= 0]) for a, b in pairwise(start)]
            share = packages.volume_ml[mine.package] * 1000 // rules.cart_ml
            load = np.minimum(1000, np.maximum(1000 // rules.cart_packages, share))
            lines = sum(map(len, spots))
            planned = mine.wave.astype(np.int64) << 20 | mine.batch
            plain = np.zeros(len(mine), np.int64)
            for wave in np.unique(mine.wave):
                its = np.flatnonzero(mine.wave == wave)
                plain[its] = int(wave) << 20 | fcfs(load[its], 1000)
            print(f"building {fc}: {len(mine):,} packages, {lines:,} slot visits")
            for name, batch in (("ours", planned), ("first come", plain)):
                total, walks = np.zeros(3, np.int64), np.unique(batch)
                for b in walks:
                    visited = np.unique(np.concatenate([spots[k] for k in np.flatnonzero(batch == b)]))
                    total += by_rule(visited, shape)
                told = "  ".join(
                    f"{rule} {v / 1e6:7.1f} km {v / 1000 / lines:6.2f} m" for rule, v in zip(RULES, total, strict=True)
                )
                print(f"  {name:11s} {len(walks):5d} walks  {told}")


def main() -> None:
    random_batches(FulfillmentRules())
    if len(sys.argv) > 1:
        of_run(RunDir(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
