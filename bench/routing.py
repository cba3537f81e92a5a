"""Routes of published instances: gaps to the best known at equal processor seconds, ours beside PyVRP.

    python -m bench.routing DIR [--set CVRP-XXL] [--only NAME ...] [--seconds 60] [--seeds 3] [--peers]

DIR holds the instances as folders of `.vrp` with the best known as `.sol` beside each. Every run is a process of its
own on one core, one after the other, ours and the peer's in turns; seconds are those of the processor (CPU) from the
parsed file on, compiled kernels excluded. Each plan is checked by lastmile/routing/engine/check.py.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table as Grid

from doorward.adapters.vrplib import read, read_solution
from doorward.lastmile.routing.engine.check import cost, faults
from doorward.lastmile.routing.engine.cooling import Problem, solve

BETTER = {"Brussels1": 501_584, "Flanders2": 4_367_291, "Ghent2": 257_563}
"""Published costs below those of the `.sol` files (AILS-II, Maximo, Cruz and Costa 2022)."""


def problem_of(path: Path) -> Problem:
    """An instance as the engine takes it."""
    given = read(path)
    x, y = given.xy[given.depot].tolist()
    return Problem(given.xy[given.customers], given.demand[given.customers], (x, y), given.capacity)


def ours(path: Path, seconds: float, seed: int) -> dict[str, Any]:
    """Our plan."""
    task = problem_of(path)
    solve(task._replace(xy=task.xy[:50], demand=task.demand[:50]), lambda done: done / 10, seed)  # kernels
    begun, most = process_time(), seconds
    found = solve(task, lambda _: (process_time() - begun) / most, seed)
    return told(task, found.routes, process_time() - begun, found.iterations)


def pyvrp(path: Path, seconds: float, seed: int) -> dict[str, Any]:
    """PyVRP's."""
    import pyvrp as peer

    task, data = problem_of(path), peer.read(str(path), round_func="round")
    begun = process_time()
    result = peer.solve(data, stop=lambda _: process_time() - begun > seconds, seed=seed, display=False)
    first = data.num_depots
    routes = [np.array([int(v) - first for v in route.visits()], np.int64) for route in result.best.routes()]
    return told(task, routes, process_time() - begun, int(result.num_iterations))


def told(task: Problem, routes: list[Any], took_s: float, iterations: int) -> dict[str, Any]:
    """What a plan comes to, checked."""
    wrong = faults(routes, task.xy, task.demand, task.depot, task.capacity)
    if wrong:
        raise AssertionError(wrong[:3])
    return {
        "cost": cost(routes, task.xy, task.depot), "routes": len(routes), "seconds": took_s, "iterations": iterations
    }  # fmt: skip


BY = {"ours": ours, "PyVRP": pyvrp}


def runs(paths: list[Path], seconds: float, seeds: int, peers: list[str]) -> Iterator[tuple[Path, str, list[Any]]]:
    """(instance, by whom, what each seed came to)."""
    for path in paths:
        for name in ("ours", *peers):
            found = []
            for seed in range(1, seeds + 1):
                command = [sys.executable, "-m", "bench.routing", str(path), "--one", name]
                command += ["--seconds", str(seconds), "--seeds", str(seed)]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                found.append(json.loads(done.stdout.splitlines()[-1]))
            yield path, name, found


def main() -> None:
    """Print the table, a row as soon as it is known."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("where", type=Path)
    asked.add_argument("--set", default="CVRP-XXL")
    asked.add_argument("--only", nargs="*", default=[])
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--peers", action="store_true")
    asked.add_argument("--one", default="")
    a = asked.parse_args()
    if a.one:
        print(json.dumps(BY[a.one](a.where, a.seconds, a.seeds)))
        return
    paths = sorted((a.where / a.set).glob("*.vrp"), key=lambda path: path.stat().st_size)
    paths = [path for path in paths if not a.only or path.stem in a.only]
    console, gaps = Console(), dict[str, list[float]]()
    for path, name, found in runs(paths, a.seconds, a.seeds, ["PyVRP"] if a.peers else []):
        known = BETTER.get(path.stem, read_solution(path.with_suffix(".sol"))[1])
        gap = [100 * (each["cost"] / known - 1) for each in found]
        gaps.setdefault(name, []).append(float(np.mean(gap)))
        fast = np.mean([each["iterations"] / each["seconds"] for each in found])
        console.print(
            f"{path.stem:<22}{name:<7}{np.mean(gap):6.2f} %  {min(gap):5.2f} to {max(gap):5.2f}"
            f"  {found[0]['routes']:>5} routes {fast:>9,.0f} it/s", highlight=False,
        )  # fmt: skip
    grid = Grid("by", "instances", "mean gap", title=f"{a.set}, {a.seconds:g} s of one core, {a.seeds} seeds")
    for name, each in gaps.items():
        grid.add_row(name, str(len(each)), f"{np.mean(each):.2f} %")
    console.print(grid)


if __name__ == "__main__":
    main()
