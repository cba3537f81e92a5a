"""Order batching and picker routing on Henn's instances: `python -m bench.picking [folder] [moves]`.

10 aisles x 45 bays (two sides folded), depot in front of the first aisle. Rulers in best_known.csv: the best of 30 runs
of a published genetic algorithm (about 400 s each) and a published heuristic; the usual practice is batches first come
first served, walked in S-shape. Default folder: ../shared/data/picking/henn.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import numpy as np

from doorward.fulfillment.picking.batching import batch_walk, improve, savings
from doorward.fulfillment.picking.routing import s_shape

FOLDER = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "picking" / "henn"
SHAPE = np.array([45, 1, 1, 5], np.int64)


def read_instance(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(bounds of each order's slots, slots, pieces of each order)."""
    numbers = [int(word) for word in path.read_text().split()]
    at, slots, load = 0, [], []
    while at < len(numbers):
        pieces = numbers[at + 1]
        spots = np.array(numbers[at + 2 : at + 2 + 3 * pieces]).reshape(pieces, 3)
        slots.append(np.unique(spots[:, 1] // 2 * 45 + spots[:, 2]))
        load.append(pieces)
        at += 2 + 3 * pieces
    start = np.r_[0, np.cumsum([len(s) for s in slots])].astype(np.int64)
    return start, np.concatenate(slots).astype(np.int64), np.array(load, np.int64)


def fcfs(load: np.ndarray, most: int) -> np.ndarray:
    """Batches first come, first served."""
    batch, held, number = np.zeros(len(load), np.int64), 0, 0
    for k, pieces in enumerate(load.tolist()):
        if held + pieces > most:
            number, held = number + 1, 0
        batch[k] = number
        held += pieces
    return batch


def walked(start: np.ndarray, slots: np.ndarray, batch: np.ndarray) -> int:
    """Metres of all batches by the exact router."""
    room = np.zeros(len(slots) + 1, np.int64)
    return sum(int(batch_walk(start, slots, batch, int(b), SHAPE, room)) for b in np.unique(batch))


def s_walked(start: np.ndarray, slots: np.ndarray, batch: np.ndarray) -> int:
    """The same batches in S-shape."""
    total = 0
    for b in np.unique(batch):
        rows = [slots[start[k] : start[k + 1]] for k in np.flatnonzero(batch == b)]
        spots = np.unique(np.concatenate(rows))
        total += int(s_shape(spots, len(spots), 45, 1, 1, 5))
    return total


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    moves = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    rows = []
    for known in csv.DictReader((folder / "best_known.csv").open()):
        path = folder / known["group"] / f"reduced_warehouse_{known['instance']}.ord"
        start, slots, load = read_instance(path)
        most = int(known["capacity"])
        plain = fcfs(load, most)
        began = time.perf_counter()
        saved = savings(start, slots, load, most, SHAPE)
        better = improve(start, slots, load, most, SHAPE, saved, moves, 20.0, 1)
        took = time.perf_counter() - began
        rows.append(
            [s_walked(start, slots, plain), walked(start, slots, plain), walked(start, slots, saved),
             walked(start, slots, better), float(known["dp_heuristic"]), float(known["ga_best_of_30"]), took]
        )  # fmt: skip
    table = np.array(rows)
    print(f"{len(table)} instances, {moves:,} moves each, median {np.median(table[:, 6]):.2f} s an instance")
    names = (
        "FCFS, S-shape",
        "FCFS, exact",
        "savings, exact",
        "+ annealing",
        "published heuristic",
        "published GA best",
    )
    for k, name in enumerate(names):
        share, gap = (table[:, k] / table[:, 0]).mean() - 1, (table[:, k] / table[:, 5]).mean() - 1
        print(
            f"{name:20s} {100 * share:+6.1f} % against practice {100 * gap:+6.2f} % against the GA's best of 30"
        )
    print(f"at least as short as the GA's best: {(table[:, 3] <= table[:, 5]).sum()} of {len(table)}")


if __name__ == "__main__":
    main()
