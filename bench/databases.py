"""The twin's first day on SQLite and on PostgreSQL: same turns, same bytes, and what each costs.

    python -m bench.databases

PostgreSQL is started for it, on loopback, with its defaults; its own processor time is not in the figures.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid

from doorward.core.units import HOUR_S
from doorward.runtime.live.prepare import open_twin, prepare_live
from doorward.runtime.request import Request
from tests.postgres import running


def day(url: str, grid: Grid) -> str:
    """A row; returns the chain's head after 24 hours of metro."""
    with tempfile.TemporaryDirectory() as folder:
        asked = Request(network="metro", seed=1)
        where = prepare_live(asked, Path(folder) / "metro", lambda *_: None, url)
        ledger, roster, _ = open_twin(where)
        roster.begin(where.settings.start_s)
        wall, spent = time.perf_counter(), time.process_time()
        while roster.next_s <= where.settings.start_s + 24 * HOUR_S:
            roster.work_next()
        ledger.commit()
        turn, head = ledger.head()
        took = f"{time.perf_counter() - wall:.1f}", f"{time.process_time() - spent:.1f}"
        grid.add_row("PostgreSQL" if url else "SQLite", *took, f"{turn:,}", head)
        ledger.close()
    return head


def main() -> int:
    """The table; fails if the heads differ."""
    grid = Grid(title="Metro's first day, written durably")
    for column in ("journal", "wall s", "CPU s", "turns", "head"):
        grid.add_column(column)
    with running() as server:
        same = day("", grid) == day(server.url(), grid)
    Console(width=120).print(grid)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
