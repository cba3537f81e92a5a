"""`doorward fork`: what if?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from doorward.apps.cli.screen import ERR, answer, grid, progress, shown, teller
from doorward.runtime.fork import fork_run
from doorward.runtime.rundir import newest_run

SKIP = (
    "out",
    "report",
    "violations",
    "cpu_s_by_service",
    "journal_digest",
    "network",
    "wall_s",
    "peak_mib",
    "seed",
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog='Example: doorward fork --at "2 11:00" --change docs/examples/rain.toml')(fork)


def fork(
    at: Annotated[
        str, typer.Option("--at", help='"14:05" (first day), "2 14:05" (second) or "2026-03-02 14:05".')
    ],
    change: Annotated[
        Path, typer.Option("--change", help="TOML file: orders, vehicles out, outages, storms, any setting.")
    ],
    run: Annotated[Path | None, typer.Option("--run", help="Run directory; the newest if not given.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Directory of the fork.")] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Both results and their difference, one line of JSON.")
    ] = False,
) -> None:
    """Go on differently from a moment of a run, and compare with what happened."""
    with progress() as bar:
        before, after = fork_run(run or newest_run(), at, change, out, teller(bar))
    rows = [
        (k.replace("_", " "), before.get(k), v, _difference(before.get(k), v))
        for k, v in after.items()
        if _plain(k, v)
    ]
    if json:
        answer({"before": before, "after": after, "difference": {r[0].replace(" ", "_"): r[3] for r in rows}})
    else:
        _compare(rows, after)
    for sentence in after["violations"]:
        ERR.print(f"[bold red]does not balance:[/] {shown(sentence)}")
    if after["violations"]:
        raise typer.Exit(1)


def _compare(rows: list[tuple[str, Any, Any, Any]], after: dict[str, Any]) -> None:
    grid("What if", ("figure", "as it was", "as it would be", "difference"), rows)
    ERR.print(f"\nReport: [bold]{shown(after['report'])}[/]")


def _plain(key: str, value: Any) -> bool:
    return key not in SKIP and isinstance(value, (int, float)) and not isinstance(value, bool)


def _difference(old: Any, new: Any) -> float | int | None:
    return round(new - old, 4) if isinstance(old, (int, float)) else None
