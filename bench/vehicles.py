"""Ten thousand vehicles on the live map, an update a second. `python -m bench.vehicles`; about two minutes.

A metro twin of its second morning: ten thousand packages that wait at stations get a van each, all leave at once, and
the twin goes on as fast as life. Reported: bytes a client and second of the stream of positions, as it stands and by
changes, with 1 and 200 clients; processor seconds of the server; and how long frames take in Chromium (drawn by the
processor here: with a graphics card they take less).
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table as Grid

from bench.api import cpu_s, streams, worker
from doorward.core.geo import crow_m
from doorward.core.units import HOUR_S
from doorward.runtime.live.prepare import open_twin, prepare_live
from doorward.runtime.request import Request
from doorward.tables.fleet import Runs, RunsPlanned, RunStatus, StopsPlanned
from doorward.tables.journey import Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites
from doorward.tables.ways import Way
from tests.live.server import Server, running

VEHICLES, WATCH_S, FRAMES_S = 11_000, 15, 10  # of which one in twelve breaks down or has not left yet
AT_H = 32.25
"""Hours after the start: before the second day's first wave."""
FLAGS = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox"]
FRAMES = """seconds => new Promise(done => {
  const took = []; let last = performance.now(); const end = last + seconds * 1000;
  const tick = now => { took.push(now - last); last = now; now < end ? requestAnimationFrame(tick) : done(took); };
  requestAnimationFrame(tick);
})"""


def crowd(folder: Path) -> int:
    """Make the network, and let a van leave for each of so many packages; returns how many there are."""
    where = prepare_live(Request(network="metro", seed=1, scale=1.5), folder, lambda *_: None)
    ledger, roster, _ = open_twin(where)
    roster.begin(where.settings.start_s)
    at_s = where.settings.start_s + int(AT_H * HOUR_S)
    while roster.next_s <= at_s:
        roster.work_next()
    state = ledger.state
    packages, orders, sites = state.table(Packages), state.table(Orders), state.table(Sites)
    row = np.flatnonzero((packages.status == Status.READY) & (packages.stop < 0) & (packages.station >= 0))
    row = row[:VEHICLES]
    n, station = len(row), packages.station[row].astype(np.int64)
    run = state.count(Runs) + np.arange(n)
    order = packages.order[row]
    metres = crow_m(
        sites.lat_udeg[station], sites.lon_udeg[station], orders.lat_udeg[order], orders.lon_udeg[order]
    )
    leg_m = np.rint(metres * 1.3).astype(np.int64)
    leg_s = np.maximum(2 * HOUR_S, leg_m // 8)  # slow, so that all are on the road while we look
    planned = RunsPlanned.fill(
        n, run=run, way=int(Way.OWN), station=station, vehicle=-1, block=-1, depart_s=at_s,
        back_s=at_s + 2 * leg_s + 100, dist_m=2 * leg_m, drive_s=2 * leg_s, service_s=100, packages=1, stops=1,
        volume_ml=1, weight_g=1, cost_c=0, before=-1,
    )  # fmt: skip
    stops = StopsPlanned.fill(
        n, run=run, seq=0, package=row, leg_m=leg_m, leg_s=leg_s, plan_s=at_s + leg_s, service_s=100
    )
    ledger.post("bench", at_s, [planned, stops])
    while roster.next_s <= at_s + 600:
        roster.work_next()
    ledger.commit()
    left = int((state.table(Runs).status == RunStatus.LEFT).sum())
    ledger.close()
    return left


def frames(server: Server) -> dict[str, float]:
    """Milliseconds of frames of the control tower's map while it is told where everything is."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        with server.client(None) as client:
            client.post("/api/v1/session", json={"key": server.key}).raise_for_status()
            cookies = [{"name": c.name, "value": c.value, "url": server.url} for c in client.cookies.jar]
        page.context.add_cookies(cookies)
        page.goto(server.url)
        page.wait_for_selector("canvas")
        time.sleep(5)
        took = np.array(page.evaluate(FRAMES, FRAMES_S))
        page.screenshot(path=str(server.folder.with_suffix(".png")))
        browser.close()
    p50, p95 = np.percentile(took, (50, 95))
    return {"p50": p50, "p95": p95, "max": took.max(), "a second": 1000 / took.mean()}


def main() -> int:
    """The table."""
    grid = Grid(title="Vehicles on the live map, an update a second (all on one machine)")
    for column in ("work", "each", "API core", "writer core"):
        grid.add_column(column, justify="left" if column == "work" else "right")
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "metro"
        count = crowd(folder)
        with running(folder, "--speed", "1") as server:
            measure(server, grid, count)
    Console(width=110).print(grid)
    return 0


def measure(server: Server, grid: Grid, count: int) -> None:
    """Streams of one and of many, whole and by changes; then a browser."""
    with server.client() as client:
        size = len(client.get("/api/v1/positions").content)
    grid.add_row(f"{count:,} vehicles, GET /positions", f"{size:,} B", "", "")

    def told(work: str, clients: int, path: str) -> None:
        api, writer = worker(server), server.writer()
        before, begun = (cpu_s(api), cpu_s(writer)), time.perf_counter()
        rate, served = asyncio.run(streams(server, server.key, path, clients, WATCH_S))
        took = time.perf_counter() - begun
        used = ((cpu_s(pid) - was) / took for pid, was in zip((api, writer), before, strict=True))
        grid.add_row(work, f"{rate:,.0f} B/s, {served} served", *(f"{each:.2f}" for each in used))

    for clients in (1, 200):
        for words, path in (
            ("whole", "/api/v1/stream/positions?whole=true"),
            ("changes", "/api/v1/stream/positions"),
        ):
            told(f"{clients} clients, {words}", clients, path)
    shown: dict[str, Any] = frames(server)
    grid.add_row("frames in Chromium, ms", "  ".join(f"{k} {v:.0f}" for k, v in shown.items()), "", "")


if __name__ == "__main__":
    sys.exit(main())
