"""`run`, `demo`, `resume`, `warm`: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from doorward.apps.cli.screen import ERR, answer, grid, progress, shown, teller
from doorward.core.errors import BadInput
from doorward.runtime.request import Request
from doorward.runtime.run import resume_run, start_run
from doorward.runtime.warm import warm_kernels

Seed = Annotated[int, typer.Option("--seed", help="Everything drawn at random follows from it.")]
Items = Annotated[
    Path | None,
    typer.Option("--items", help="Your own articles: CSV, Parquet or JSONL; docs/items-file.md."),
]
Days = Annotated[int, typer.Option("--days", min=1, max=366, help="Days of orders.")]
Drain = Annotated[
    int, typer.Option("--drain-days", min=0, max=60, help="Days to go on until every order has ended.")
]
Out = Annotated[
    Path | None, typer.Option("--out", help="Run directory to write; default runs/<network>-<seed>.")
]
Workers = Annotated[
    int,
    typer.Option("--workers", min=0, help="Processes that plan; 0: as many as pay. The result is the same."),
]
Json = Annotated[
    bool, typer.Option("--json", help="Results as one line of JSON, the last on standard output.")
]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command(epilog="Example: doorward demo --seed 7")(demo)
    app.command(epilog="Example: doorward run networks/brazil.toml --orders olist/ --pace 50 --days 14")(run)
    app.command(epilog="Example: doorward resume runs/metro-1")(resume)
    app.command(epilog="Example: doorward warm")(warm)


def demo(seed: Seed = 1, days: Days = 1, drain_days: Drain = 7, out: Out = None, json: Json = False) -> None:
    """A day of a generated metro: about 20,000 orders, from the button to the doorstep."""
    ERR.print("[bold]doorward demo[/]  One day of an invented metro with generated customers and orders,")
    ERR.print("carried through every stage of a delivery network. Nothing in it is real data.\n")
    request = Request(network="metro", days=days, drain_days=drain_days, seed=seed, out=out)
    _show(_go(request), json)


def run(
    network: Annotated[str, typer.Argument(help="Network file (TOML), or the name of an example.")],
    orders: Annotated[
        Path | None, typer.Option("--orders", help="CSV, Parquet, JSONL, or an Olist folder.")
    ] = None,
    stock: Annotated[Path | None, typer.Option("--stock", help="Opening stock, CSV: fc, sku, units.")] = None,
    items: Items = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, help="Days of orders; default: all of a file, 1 generated.")
    ] = None,
    drain_days: Drain = 7,
    pace: Annotated[
        float, typer.Option("--pace", min=0.001, help="Replay orders this many times faster.")
    ] = 1.0,
    scale: Annotated[
        float, typer.Option("--scale", min=0.001, help="Generated orders: times as many.")
    ] = 1.0,
    seed: Seed = 1,
    workers: Workers = 0,
    out: Out = None,
    json: Json = False,
) -> None:
    """Carry orders through a network until each has ended, and report."""
    request = Request(
        network=network,
        orders=orders,
        stock=stock,
        items=items,
        days=days,
        drain_days=drain_days,
        pace=pace,
        scale=scale,
        seed=seed,
        out=out,
        workers=workers,
    )
    _show(_go(request), json)


def resume(
    directory: Annotated[Path, typer.Argument(help="Run directory.")],
    json: Json = False,
) -> None:
    """Go on with a run that was interrupted: same end as if it had not been."""
    if not directory.is_dir():
        raise BadInput(
            "no such run directory", where=str(directory), remedy="give the directory that `run` named"
        )
    with progress() as bar:
        result = resume_run(directory, teller(bar))
    _show(result, json)


def warm() -> None:
    """Compile all kernels once; later starts read them from disk."""
    with progress() as bar:
        warm_kernels(teller(bar))


def _go(request: Request) -> dict[str, Any]:
    try:
        with progress() as bar:
            return start_run(request, teller(bar))
    except KeyboardInterrupt:
        ERR.print("interrupted; `doorward resume DIR` goes on to the same end")
        raise


def _show(result: dict[str, Any], json: bool) -> None:
    if not json:
        grid("Result", ("", ""), _lines(result))
        modes = result["packages_by_mode"]
        grid("Ways to the door", ("way", "packages"), [(k, v) for k, v in modes.items() if v])
        ERR.print(f"\nReport: [bold]{shown(result['report'])}[/]   (open it in a browser)")
        ERR.print(
            f"Then:   doorward track 17   doorward order 17   doorward sql tables   (--run {shown(result['out'])})",
            soft_wrap=True,
        )
    for sentence in result["violations"]:
        ERR.print(f"[bold red]does not balance:[/] {shown(sentence)}")
    if json:
        answer(result)
    if result["violations"]:
        raise typer.Exit(1)


def _lines(result: dict[str, Any]) -> list[tuple[str, str]]:
    """The result in words, for people."""
    r = result
    money = f"{r['cost_c_per_package'] / 100:,.2f} {r['currency']}"
    balance = (
        "every package in one place, all units accounted for" if not r["violations"] else "NO, see below"
    )
    lines = [
        (
            "orders",
            f"{r['orders']:,}"
            + (f" ({r['rejected']:,} rows set aside, see rejects.csv)" if r["rejected"] else ""),
        ),
        ("packages", f"{r['packages']:,}"),
        (
            "orders delivered",
            f"{r['delivered']:,}, {r['delivered_on_time']:,} of them within the promised window",
        ),
        ("promises kept", f"{r['promise_met_share']:.1%}"),
        ("sent back, cancelled, open", f"{r['returned']:,}, {r['cancelled']:,}, {r['open']:,}"),
        (
            "per package",
            f"{money}, {r['dist_m_per_package'] / 1000:,.2f} km, {r['co2e_g_per_package']:,.0f} g CO2e",
        ),
        ("stops per route", f"{r['stops_per_route']:,.0f}"),
        ("gig blocks filled", f"{r['flex_fill_share']:.0%}"),
        ("filled in region", f"{r['in_region_share']:.0%}"),
        ("balance", balance),
        ("journal", f"{r['journal_turns']:,} turns, digest {r['journal_digest']}"),
        ("took", f"{r['wall_s']:.0f} s, {r['peak_mib']:,} MiB"),
    ]
    if r["generated_input"]:
        lines.insert(0, ("input", "generated, not real data"))
    return lines
