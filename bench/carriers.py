"""Rates a second, choices a second, gap to the bound and to the exact optimum. `python -m bench.carriers`; about 40 s.

Worlds are synthetic and by seed: the table says so in its title.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import process_time

import numpy as np
from rich.console import Console
from rich.table import Table as Grid

from doorward.adapters.ratecards import load_cards
from doorward.carriers.cards.plan import month_day, rate, rater, sorted_sizes
from doorward.carriers.choose.plan import BLOCKED, choose
from doorward.carriers.service import choose_ways
from doorward.core.seed import generator
from doorward.tables.cards import zone_numbers
from tests.carriers.world import MONDAY_S, desk, state_with, turn

CARDS = Path(__file__).resolve().parents[1] / "networks" / "cards"
NAMES = ("post", "regional", "express", "courier", "br_post", "br_carrier")


def rates(n: int = 500_000) -> float:
    """Rates per CPU second over the six example cards."""
    rng = generator(1, "bench/rates")
    sides = np.exp(rng.normal(5.5, 0.6, (3, n))).astype(np.int32) + 1
    grams, far = np.exp(rng.normal(7.0, 1.0, n)).astype(np.int64) + 1, rng.integers(0, 2_000_000, 4_000)
    book = load_cards(CARDS, NAMES)
    zones = zone_numbers(book.bands, len(NAMES), far)
    areas = rng.integers(0, 2, (len(NAMES), 4_000)).astype(np.int8)
    lane, md = rng.integers(0, 4_000, n), month_day(np.full(n, 20_000))
    cards = rater(book)
    rate(cards, sorted_sizes(*sides[:, :10]), grams[:10], lane[:10], lane[:10], md[:10], zones, areas)
    began = process_time()
    rate(cards, sorted_sizes(*sides), grams, lane, lane, md, zones, areas)
    return n * len(NAMES) / (process_time() - began)


def world(n: int, stations: int, seed: int = 1) -> tuple[np.ndarray, ...]:
    """12 ways: six own at each station, six partners; room for about 70 % of the packages in own ways."""
    rng = generator(seed, "bench/choose")
    at = rng.integers(0, stations, n)
    own = np.array([150, 155, 230, 60, 190, 210]) * 1000
    partner = np.array([520, 610, 1_500, 900, 640, 580]) * 1000
    cost = np.empty((n, 12), np.int64)
    cost[:, :6] = own * rng.lognormal(0, 0.35, (n, 6))
    cost[:, 6:] = partner * rng.lognormal(0, 0.25, (n, 1)) * rng.lognormal(0, 0.1, (n, 6))
    open_pm = np.array([95, 95, 80, 15, 10, 8, 98, 95, 99, 70, 90, 90]) / 100
    cost[rng.uniform(size=(n, 12)) > open_pm] = BLOCKED
    cost[:, 8] = np.minimum(cost[:, 8], 3_000_000)
    opening = np.empty((n, 12), np.int32)
    for j in range(6):
        opening[:, j] = at * 6 + j
    opening[:, 6:] = stations * 6 + np.arange(6)
    opening[:, 8] = -1
    share = np.array([0.25, 0.25, 0.15, 0.04, 0.01, 0.01])
    room = np.r_[
        np.tile((share * n / stations).astype(np.int64), stations),
        (np.array([0.2, 0.1, 1, 0.02, 0.1, 0.1]) * n).astype(np.int64),
    ]
    return cost, opening, room, np.zeros(len(room), np.int64), np.arange(12, dtype=np.int32)


def total(option: np.ndarray, cost: np.ndarray) -> int:
    return int(cost[np.arange(len(option)), option].sum())


def bound(cost: np.ndarray, opening: np.ndarray, room: np.ndarray, price: np.ndarray) -> int:
    """The dual bound at these prices: no assignment within room costs less."""
    low = np.full(len(cost), BLOCKED)
    for j in range(cost.shape[1]):
        o = opening[:, j]
        low = np.minimum(low, cost[:, j] + np.where(o >= 0, price[o], 0))
    return int(low.sum() - (price * room).sum())


def first_come(cost: np.ndarray, opening: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Everybody in turn takes the cheapest way with room left."""
    left, option = room.copy(), np.full(len(cost), -1)
    for i, ranked in enumerate(np.argsort(cost, axis=1, kind="stable")):
        for j in ranked:
            o = opening[i, j]
            if o < 0 or left[o] > 0:
                left[o] -= o >= 0
                option[i] = j
                break
    return option


def turn_ms(n: int = 2_000) -> float:
    """CPU milliseconds of one call of the service on a small metro, ten ways (best of three)."""
    took = []
    for _ in range(4):
        state = state_with(1, n)
        turn(state, "carriers.open", MONDAY_S + 600)
        at = desk(state, MONDAY_S + 8 * 3_600)
        began = process_time()
        choose_ways(at)
        took.append(process_time() - began)
    return min(took[1:]) * 1_000


def main() -> None:
    grid = Grid(title="carriers: synthetic worlds by seed, one core, CPU seconds")
    for column in ("what", "size", "CPU s", "result"):
        grid.add_column(column, justify="left" if column == "what" else "right")
    grid.add_row("rate cards", "500,000 x 6", "", f"{rates() / 1e6:.1f} M rates/s")
    grid.add_row("service, gate to fact", "2,000 x 10 x 4", f"{turn_ms() / 1_000:.3f}", "")
    choose(*world(200, 2))
    sizes = ((2_000, 6), (20_000, 20), (200_000, 100), (1_000_000, 500))
    for n, stations in sizes if "--quick" not in sys.argv else sizes[:2]:
        cost, opening, room, price, group = world(n, stations)
        began = process_time()
        found = choose(cost, opening, room, price, group)
        took = process_time() - began
        gap = total(found.option, cost) / bound(cost, opening, room, found.dual) - 1
        words = f"gap to dual bound {gap:.5%}"
        if n <= 20_000:
            naive = total(first_come(cost, opening, room), cost)
            words += f"; first-come cheapest +{naive / total(found.option, cost) - 1:.1%}"
        grid.add_row("choose", f"{n:,} x 12 x {stations}", f"{took:.3f}", words)
    Console(width=110).print(grid)


if __name__ == "__main__":
    main()
