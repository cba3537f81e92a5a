"""Routes of a station: processor seconds, cost, the gap to PyVRP at equal time. `python -m bench.lastmile`, 70 s.

Stations are invented, by seed (tests/lastmile/world.py). The comparison runs on the problem that both can state:
travel without hours of the day, no break, every stop must be served; integer seconds and metres from one matrix;
cost = vehicles + hours + metres. Both solutions are costed by the same few lines here. Every size twice, the second
time with ten times the iterations; PyVRP stops on the wall clock after as many seconds as we took processor seconds.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from time import process_time
from typing import Any

import numpy as np
import pyvrp
from numpy.typing import NDArray
from pyvrp.stop import MaxRuntime
from rich.console import Console
from rich.table import Table as Grid

from doorward.core.geo import plane_m
from doorward.core.travel import CURVE, drive
from doorward.lastmile.lint import lint
from doorward.lastmile.routing.doors import consolidate
from doorward.lastmile.routing.plan import budget, make_task, plan_routes, solve, worth
from doorward.lastmile.rules import LastmileRules
from tests.lastmile.world import LAT, LON, MIDNIGHT_S, cars, depot, parcels

RULES = LastmileRules()
SIZES = ((500, 8), (1_000, 14), (3_000, 25), (4_000, 34))
DUELS = ((200, 4, 1), (500, 8, 1), (1_000, 14, 1))


def sizes() -> Grid:
    """What a station's plan costs and takes; the budget is that of the rules."""
    grid = Grid(title="Stations, rules as shipped (rush hours, breaks, 90 doors in 100 with one package)")
    for name in (
        "stops",
        "vans",
        "iterations",
        "CPU s",
        "runs",
        "left",
        "stops/run",
        "$ first",
        "$",
        "km/package",
    ):
        grid.add_column(name, justify="right")
    for n, v in SIZES:
        p, c, d = parcels(n * 11 // 10, 1, doors=n), cars(v), depot()
        first, *_ = plan_routes(p, c, d, RULES, seed=1, now_s=0, iterations=0)
        began = process_time()
        runs, stops, left = plan_routes(p, c, d, RULES, seed=1, now_s=0)
        took = process_time() - began
        lint(runs, stops, p, c, d, RULES, 0)
        grid.add_row(
            f"{n:,}", str(v), f"{budget(n, RULES):,}", f"{took:.2f}", str(len(runs)), str(len(left)),
            f"{runs.stops.mean():.0f}", f"{first.cost_c.sum() / 100:,.0f}", f"{runs.cost_c.sum() / 100:,.0f}",
            f"{runs.dist_m.sum() / 1000 / runs.packages.sum():.2f}",
        )  # fmt: skip
    return grid


def budgets() -> Grid:
    """One wave of a large station at several budgets, three seeds each: is the rules' budget at the knee?"""
    grid = Grid(
        title="A wave of 2,500 stops on 20 vans by iterations a stop (the rules say 12), mean of 3 seeds"
    )
    for name in ("a stop", "iterations", "CPU s", "$ with penalties", "runs", "stops/run"):
        grid.add_column(name, justify="right")
    p, c, d = parcels(2_750, 1, doors=2_500), cars(20), depot()
    task = make_task(consolidate(p, 10**9, RULES), p, c, d, RULES, CURVE)
    for each in (0, 3, 6, 12, 24):
        began = process_time()
        found = [solve(task, seed, each * len(task.stop)) for seed in (1, 2, 3)]
        took = (process_time() - began) / 3
        cost = np.mean([worth(task, routes) for routes in found]) / 100_000
        runs = np.mean([(routes.sum["count"] > 0).sum() for routes in found])
        grid.add_row(
            str(each), f"{each * len(task.stop):,}", f"{took:.2f}", f"{cost:,.0f}", f"{runs:.1f}",
            f"{len(task.stop) / runs:.0f}",
        )  # fmt: skip
    return grid


def matrices(p: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Metres and seconds between the depot (row 0) and all doors."""
    east, north = plane_m(np.r_[LAT, p.lat_udeg], np.r_[LON, p.lon_udeg], LAT, LON)
    metres, seconds = drive(np.hypot(east[:, None] - east, north[:, None] - north))
    np.fill_diagonal(metres, 0.0)
    np.fill_diagonal(seconds, 0.0)
    return np.rint(metres).astype(np.int64), np.rint(seconds).astype(np.int64)


def cost_of(routes: list[list[int]], metres: NDArray[np.int64], seconds: NDArray[np.int64], c: Any) -> float:
    """Dollars of routes given as stops 1..n."""
    total = 0
    for route in routes:
        way = [0, *route, 0]
        far = sum(int(metres[a, b]) for a, b in pairwise(way))
        long = sum(int(seconds[a, b]) for a, b in pairwise(way)) + RULES.stop_s * len(route)
        assert long <= int(c.until_s[0] - c.depart_s[0]) + len(way), "a route is longer than the shift"
        total += int(c.fixed_c[0]) * 1000 + int(c.km_mc[0]) * far + int(c.hour_c[0]) * 1000 // 3600 * long
    return total / 100_000


def pyvrp_routes(
    p: Any, c: Any, metres: Any, seconds: Any, cpu_s: float, seed: int
) -> tuple[list[list[int]], float]:
    """PyVRP's best routes and the processor seconds it took."""
    n, shift = len(p), int(c.until_s[0] - c.depart_s[0])
    data = pyvrp.ProblemData(
        [
            pyvrp.Location(int(x), int(y))
            for x, y in zip(np.r_[LON, p.lon_udeg], np.r_[LAT, p.lat_udeg], strict=True)
        ],
        [
            pyvrp.Client(
                i + 1, delivery=[int(p.volume_ml[i]), int(p.weight_g[i])], service_duration=RULES.stop_s
            )
            for i in range(n)
        ],
        [pyvrp.Depot(0)],
        [
            pyvrp.VehicleType(
                len(c),
                [int(c.volume_ml[0]) * RULES.volume_fill_pm // 1000, int(c.weight_g[0])],
                fixed_cost=int(c.fixed_c[0]) * 1000,
                shift_duration=shift,
                tw_late=shift,
                unit_distance_cost=int(c.km_mc[0]),
                unit_duration_cost=int(c.hour_c[0]) * 1000 // 3600,
            )
        ],
        [metres],
        [seconds],
    )
    began = process_time()
    result = pyvrp.solve(data, stop=MaxRuntime(cpu_s), seed=seed, display=False)
    took = process_time() - began
    assert result.is_feasible()
    return [[each.idx + 1 for each in route if each.is_client()] for route in result.best.routes()], took


def duels() -> Grid:
    """Equal processor time on equal problems."""
    grid = Grid(title="Against PyVRP at equal processor time (no hours of the day, no break, all served)")
    for name in ("stops", "vans", "CPU s", "ours $", "runs", "PyVRP CPU s", "PyVRP $", "runs", "we cost"):
        grid.add_column(name, justify="right")
    for n, v, seed in DUELS:
        p, c, d = parcels(n, seed, skip_c=50_000), cars(v, break_s=0), depot(rush=False)
        c = c.replace(depart_s=np.full(v, c.depart_s[0]))
        p = p.replace(lo_s=np.full(n, MIDNIGHT_S))
        metres, seconds = matrices(p)
        for factor in (1, 10):
            iterations = budget(n, RULES) * factor
            began = process_time()
            runs, stops, left = plan_routes(p, c, d, RULES, seed=seed, now_s=0, iterations=iterations)
            took = process_time() - began
            assert len(left) == 0
            ours = cost_of(
                [(stops.package[stops.run == r] + 1).tolist() for r in runs.run], metres, seconds, c
            )
            theirs, spent = pyvrp_routes(p, c, metres, seconds, took, seed)
            other = cost_of(theirs, metres, seconds, c)
            grid.add_row(
                f"{n:,}", str(v), f"{took:.2f}", f"{ours:,.2f}", str(len(runs)), f"{spent:.2f}", f"{other:,.2f}",
                str(len(theirs)), f"{100 * (ours / other - 1):+.2f} %",
            )  # fmt: skip
    return grid


def plain() -> Grid:
    """The textbook problem: metres only, vehicles free of charge, volume the only limit, seconds by the dozen."""
    grid = Grid(title="Capacitated, metres only: 400 stops, short and long routes, against PyVRP")
    for name in ("stops/run", "CPU s", "ours km", "runs", "PyVRP CPU s", "PyVRP km", "runs", "we drive"):
        grid.add_column(name, justify="right")
    for litres, v in ((400, 26), (2_000, 7)):
        p = parcels(400, 3, skip_c=2_000_000).replace(lo_s=np.full(400, MIDNIGHT_S))
        c = cars(
            v, break_s=0, fixed_c=0, hour_c=0, km_mc=1_000, volume_ml=litres * 1_000, weight_g=10**8,
            max_stops=400, range_m=10**9, until_s=MIDNIGHT_S + 45 * 3_600,
        )  # fmt: skip
        c, d = c.replace(depart_s=np.full(v, c.depart_s[0])), depot(rush=False)
        metres, seconds = matrices(p)
        began = process_time()
        runs, stops, left = plan_routes(p, c, d, RULES, seed=1, now_s=0, iterations=300_000)
        took = process_time() - began
        routes = [(stops.package[stops.run == r] + 1).tolist() for r in runs.run]
        ours = cost_of(routes, metres, seconds, c)
        theirs, spent = pyvrp_routes(p, c, metres, seconds, took, 1)
        other = cost_of(theirs, metres, seconds, c)
        assert len(left) == 0
        grid.add_row(
            f"{400 / len(routes):.0f}", f"{took:.1f}", f"{ours / 10:,.1f}", str(len(routes)), f"{spent:.1f}",
            f"{other / 10:,.1f}", str(len(theirs)), f"{100 * (ours / other - 1):+.2f} %",
        )  # fmt: skip
    return grid


def main() -> None:
    """Print the tables."""
    console = Console(width=120, file=sys.stdout)
    plan_routes(parcels(60, 2), cars(2), depot(), RULES, seed=1, now_s=0, iterations=200)
    console.print(sizes())
    console.print(budgets())
    console.print(duels())
    console.print(plain())


if __name__ == "__main__":
    main()
