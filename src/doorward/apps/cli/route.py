"""`doorward route`: the routes of a person's own file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from doorward.adapters.vrplib import Instance, read, solution
from doorward.apps.cli.screen import ERR, answer, grid, progress, shown, teller
from doorward.core.errors import BadInput
from doorward.lastmile.routing.engine.check import cost, faults
from doorward.lastmile.routing.engine.cooling import Found, Problem, solve
from doorward.lastmile.routing.engine.wide import solve_wide
from doorward.ports.clock import cpu_s, steady_s

SECONDS = 10.0
"""Of searching, where nothing is said."""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Example: doorward route Antwerp1.vrp --seconds 60 --out antwerp.sol")(route)


def route(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A VRPLIB file (CVRP, EUC_2D).")],
    seconds: Annotated[float | None, typer.Option(help="Search so long by the wall clock.")] = None,
    cpu_seconds: Annotated[float | None, typer.Option(help="Search for so many seconds of one core.")] = None,
    iterations: Annotated[int | None, typer.Option(help="Search so often: the same plan every time.")] = None,
    threads: Annotated[int, typer.Option(min=1, max=2, help="Cores to search on.")] = 1,
    seed: Annotated[int, typer.Option(help="Of the search.")] = 1,
    known: Annotated[
        float | None, typer.Option(help="The best cost known, to show how far off it is.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the solution goes (VRPLIB .sol).")] = None,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    """Plan routes for the stops of a file, the best that are found within a budget."""
    given = read(file)
    share = _budget(seconds, cpu_seconds, iterations)
    customers = given.customers
    x, y = given.xy[given.depot].tolist()
    problem = Problem(given.xy[customers], given.demand[customers], (x, y), given.capacity)
    begun = steady_s()
    with progress() as bar:
        told = _teller(teller(bar), known)
        if threads == 1:
            found = solve(problem, share, seed, told)
        elif cpu_seconds is not None:
            raise BadInput(
                "--cpu-seconds on two cores", where="doorward route", rule="--cpu-seconds is of one core",
                remedy="use --seconds or --iterations",
            )  # fmt: skip
        else:
            most = 0.0 if iterations is not None else SECONDS if seconds is None else seconds
            found = solve_wide(problem, most, iterations or 0, seed, steady_s, threads, told)
    took_s = steady_s() - begun
    wrong = faults(found.routes, problem.xy, problem.demand, problem.depot, problem.capacity)
    if wrong or cost(found.routes, problem.xy, problem.depot) != found.cost:
        raise AssertionError(f"the plan breaks a rule: {'; '.join(wrong[:3]) or 'its cost is another'}")
    if out is not None:
        out.write_text(solution([stops + 1 for stops in found.routes], found.cost), encoding="utf-8")
    _show(given, found, took_s, known, out, json)


def _budget(
    seconds: float | None, cpu_seconds: float | None, iterations: int | None
) -> Callable[[int], float]:
    """Share of the budget that is used after so many iterations."""
    named = [each for each in (seconds, cpu_seconds, iterations) if each is not None]
    if len(named) > 1 or any(each < 0 for each in named):
        raise BadInput(
            "several budgets, or a negative one", where="doorward route",
            rule="one of --seconds, --cpu-seconds and --iterations", remedy="name one, 0 or more",
        )  # fmt: skip
    if iterations is not None:
        return lambda done: done / iterations if iterations else 1.0
    now, most = (cpu_s, cpu_seconds) if cpu_seconds is not None else (steady_s, seconds)
    begun, most = now(), SECONDS if most is None else most
    return lambda _: (now() - begun) / most if most else 1.0


def _teller(
    tell: Callable[[str, int, int, str], None], known: float | None
) -> Callable[[int, int, int, float], None]:
    def told(best: int, routes: int, iterations: int, used: float) -> None:
        gap = f", {100 * (best / known - 1):.2f} % over the best known" if known else ""
        tell("routes", int(used * 1000), 1000, f"{best:,} on {routes} routes{gap}; {iterations:,} iterations")

    return told


def _show(
    given: Instance, found: Found, took_s: float, known: float | None, out: Path | None, json: bool
) -> None:
    gap = None if known is None else round(100 * (found.cost / known - 1), 3)
    if json:
        answer(
            {
                "name": given.name, "stops": len(given.demand) - 1, "routes": len(found.routes), "cost": found.cost,
                "first_cost": found.first, "gap_percent": gap, "iterations": found.iterations,
                "seconds": round(took_s, 2), "out": out,
            }
        )  # fmt: skip
        return
    rows: list[tuple[str, object]] = [
        ("stops", len(given.demand) - 1), ("routes", len(found.routes)), ("cost", found.cost),
        ("cost of the first plan", found.first), ("iterations", found.iterations), ("took", f"{took_s:.1f} s"),
    ]  # fmt: skip
    if gap is not None:
        rows.insert(3, ("over the best known", f"{gap:.2f} %"))
    grid(given.name, ("", ""), rows)
    if out is not None:
        ERR.print(f"Written: {shown(out)}")
