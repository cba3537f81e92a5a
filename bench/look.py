"""What each reading call costs on a living day: `python -m bench.look [SCALE ...]`; metro at full size by itself.

The twin's second day at 14:00, tables in memory, each shape made anew from a new view and rendered as JSON: what an API
process does for the first who asks within a turn (the others get the same bytes). Processor milliseconds of one core.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table as Grid

from doorward.core.units import HOUR_S
from doorward.runtime.build import network_of
from doorward.runtime.live.prepare import open_twin, prepare_live
from doorward.runtime.look.board import board
from doorward.runtime.look.center import center_shape
from doorward.runtime.look.exceptions import exceptions
from doorward.runtime.look.linehaul import linehaul
from doorward.runtime.look.network import network_shape
from doorward.runtime.look.orders import order_detail, order_page
from doorward.runtime.look.overview import overview
from doorward.runtime.look.packages import package_shape
from doorward.runtime.look.positions import positions
from doorward.runtime.look.reports import reports
from doorward.runtime.look.runs import run_detail, runs_of
from doorward.runtime.look.search import search
from doorward.runtime.look.station import station_shape
from doorward.runtime.look.view import Frame, View
from doorward.runtime.request import Request
from doorward.tables.fleet import Runs, RunStatus
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import SiteKind, Sites

HOUR, TIMES = 38, 15
Shapes = dict[str, Callable[[View], Any]]


def calls(view: View) -> Shapes:
    """Every reading call, of the fullest station and building."""
    packages, runs, kind = view.table(Packages), view.table(Runs), view.table(Sites).kind
    station = int(np.bincount(packages.station[packages.station >= 0]).argmax())
    fc = int(np.flatnonzero(kind == SiteKind.FC)[0])
    run = int(np.flatnonzero(runs.status == RunStatus.LEFT)[0])
    package = int(view.open[len(view.open) // 2])
    order = int(packages.order[package])
    return {
        "network": network_shape,
        "overview": overview,
        "exceptions": exceptions,
        "runs of the day": runs_of,
        "a run": lambda v: run_detail(v, run),
        "positions": positions,
        "orders, a page": lambda v: order_page(v),
        "an order": lambda v: order_detail(v, order),
        "a package": lambda v: package_shape(v, package),
        "search a name": lambda v: search(v, "North"),
        "a fulfillment center": lambda v: center_shape(v, fc),
        "a station": lambda v: station_shape(v, station),
        "linehaul": linehaul,
        "a board": lambda v: board(v, station),
        "reports, 2 days": lambda v: reports(v, 2),
    }


def measure(scale: float, grid: Grid) -> None:
    """Rows of one size."""
    with tempfile.TemporaryDirectory() as folder:
        where = prepare_live(Request(network="metro", seed=1, scale=scale), Path(folder) / "metro", lambda *_: None)
        ledger, roster, _ = open_twin(where)
        start_s = where.settings.start_s
        roster.begin(start_s)
        now_s = start_s + HOUR * HOUR_S
        while roster.next_s <= now_s:
            roster.work_next()
        ledger.commit()
        frame = Frame.of(network_of(where), roster.rules)
        first = View(ledger.state, now_s, ledger.at, frame, ledger.vault)
        size = f"{len(first.table(Orders)):,} orders, {len(first.open):,} packages open"
        grid.add_row(f"[bold]{size}[/]", "", "", "")
        for name, shape in calls(first).items():
            spent, body = list[float](), b""
            for _ in range(TIMES):
                begun = time.process_time()
                body = msgspec.json.encode(shape(View(ledger.state, now_s, ledger.at, frame, ledger.vault)))
                spent.append((time.process_time() - begun) * 1000)
            low, high = np.percentile(spent, (50, 99))
            grid.add_row(name, f"{low:.1f}", f"{high:.1f}", f"{len(body):,}")
        ledger.close()


def main() -> int:
    """The table."""
    grid = Grid(title="Reading calls, metro's second day at 14:00, ms of one core")
    for column in ("call", "p50", "p99", "bytes"):
        grid.add_column(column, justify="left" if column == "call" else "right")
    for scale in map(float, sys.argv[1:] or ["1"]):
        measure(scale, grid)
    Console(width=120).print(grid)
    return 0


if __name__ == "__main__":
    sys.exit(main())
