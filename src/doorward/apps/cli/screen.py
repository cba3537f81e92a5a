"""What people see in the terminal: tables and progress on standard error, answers on standard output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid
from rich.text import Text

PIPE_COLUMNS = 240
"""Width of a table that no terminal shows: a file or a pipe is read by scrolling, not by folding words."""

NARROW = 7
"""Characters that a column takes at least, its frame included, and still can be read."""

OUT = Console(highlight=False, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_COLUMNS)
ERR = Console(stderr=True, highlight=False)


def fail(message: str) -> None:
    """One error, in red where colours are, on standard error. The message is shown as it is, brackets and all."""
    ERR.print(f"[bold red]error[/] {shown(message)}", soft_wrap=True)


def shown(words: object) -> str:
    """Text of users and files (names, references, sections) for a marked-up line: brackets stay, controls go."""
    return escape("".join(c for c in str(words) if c == "\n" or c.isprintable()))


def answer(data: Any) -> None:
    """Machine-readable answer: one line of JSON, the last on standard output."""
    print(json.dumps(data, separators=(",", ":"), sort_keys=False, default=str), flush=True)


def grid(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, console: Console = OUT
) -> None:
    """A table; numbers stand to the right. Too many columns for the width: one row after the other, a line a column."""
    body = [[_text(cell) for cell in row] for row in rows]
    if len(columns) * NARROW > console.width and body:
        _records(columns, body, console)
        return
    numeric = [all(_is_number(r[i]) for r in body) and bool(body) for i in range(len(columns))]
    view = Grid(
        title=Text(title, "bold") if title else None, title_justify="left", header_style="dim", expand=False
    )
    for name, right in zip(columns, numeric, strict=True):
        view.add_column(Text(name), justify="right" if right else "left", overflow="fold")
    for row in body:
        view.add_row(*(Text(cell) for cell in row))
    console.print(view)


def _records(columns: Sequence[str], body: Sequence[Sequence[str]], console: Console) -> None:
    left = max(len(name) for name in columns)
    for number, row in enumerate(body):
        console.print(Text(f"row {number}", "bold"))
        for name, cell in zip(columns, row, strict=True):
            console.print(Text(f"  {name:<{left}}  ", "dim") + Text(cell), soft_wrap=True)


def _text(cell: object) -> str:
    if isinstance(cell, bool) or cell is None:
        return {None: "", True: "yes", False: "no"}[cell]
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return f"{cell:,.2f}"
    return str(cell)


def _is_number(text: str) -> bool:
    return (
        text.replace(",", "").replace(".", "").replace("-", "").replace("%", "").strip().isdigit() or not text
    )


def clock(at_s: int, utc_offset_s: int) -> str:
    """Local time of the network's place, to the second; a dash for none."""
    if at_s < 0:
        return "-"
    return datetime.fromtimestamp(at_s + utc_offset_s, UTC).strftime("%Y-%m-%d %H:%M:%S")


def progress() -> Progress:
    """A bar on standard error that leaves nothing behind in a pipe."""
    return Progress(
        TextColumn("[bold]{task.description:<12}"),
        BarColumn(bar_width=36),
        TextColumn("{task.percentage:>4.0f}%"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[words]}"),
        console=ERR,
        transient=False,
    )


def teller(bar: Progress) -> Callable[[str, int, int, str], None]:
    """A function that shows how far each stage of a job is."""
    tasks: dict[str, TaskID] = {}

    def tell(stage: str, done: int, total: int, words: str) -> None:
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage, total=max(1, total), words=words)
        bar.update(tasks[stage], total=max(1, total), completed=done, words=words)

    return tell
