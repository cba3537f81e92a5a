"""Better plans of whole stations by a real server, and what others wait meanwhile. `python -m bench.board [SCALE]`.

A twin of metro (SCALE of its orders, default 0.5) on its second day, ten minutes after the morning's plan: the runs
were made by the planner, with its usual budget, and nobody has edited them. For the three largest stations, each
budget: a plan of all runs that have not left and of the whole pool, dropped again. Meanwhile another client reads and
writes, one after the other; its times are compared with those while nothing is searched. Minutes, most for the twin.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from tests.live.server import Server, running

BUDGETS = (1, 5, 15)
MOMENT = "2 08:40"
REST_S = 4.0


def waited(client: httpx.Client, lock: list[int], alive: Any) -> tuple[list[float], list[float]]:
    """Milliseconds of reads and of edits, asked one after the other."""
    reads, writes = list[float](), list[float]()
    while alive():
        begun = time.perf_counter()
        client.get("/api/v1/overview").raise_for_status()
        between = time.perf_counter()
        body = {"packages": lock, "on": len(writes) % 2 == 0}
        client.post("/api/v1/board/lock", json=body).raise_for_status()
        reads.append(1000 * (between - begun))
        writes.append(1000 * (time.perf_counter() - between))
        time.sleep(0.01)
    client.post("/api/v1/board/lock", json={"packages": lock, "on": False})
    return reads, writes


def told(name: str, reads: list[float], writes: list[float]) -> None:
    """One line of times."""
    at = [f"{np.percentile(each, q):6.1f}" for each in (reads, writes) for q in (50, 99)]
    print(f"  {name:22} read p50 {at[0]} p99 {at[1]} ms, edit p50 {at[2]} p99 {at[3]} ms ({len(reads)} each)")


def runs_to_leave(client: httpx.Client, station: int) -> list[dict[str, Any]]:
    """Runs of a station that have not left."""
    found = client.get(f"/api/v1/board?station={station}").json()["runs"]
    return [run for run in found if run["bar"]["status"] == "planned"]


def plans(server: Server) -> None:
    """The table."""
    with server.client() as client, server.client() as other:
        client.timeout = other.timeout = 120.0
        sites = [s for s in client.get("/api/v1/network").json()["sites"] if s["kind"] == "station"]
        doors = {s["site"]: sum(len(run["doors"]) for run in runs_to_leave(client, s["site"])) for s in sites}
        large = sorted(doors, key=lambda each: -doors[each])
        # what is locked meanwhile is of a station that is not planned: a lock in the plan's own would make it void
        lock = next(run["doors"][-1]["packages"] for each in large[3:] for run in runs_to_leave(client, each))
        until = time.monotonic() + REST_S
        told("nothing is searched", *waited(other, lock, lambda: time.monotonic() < until))
        for station in large[:3]:
            for seconds in BUDGETS:
                one(client, other, station, seconds, doors[station], lock)


def one(
    client: httpx.Client, other: httpx.Client, station: int, seconds: int, doors: int, lock: list[int]
) -> None:
    """A plan, and who waits meanwhile."""
    found: list[Any] = []
    body = {"station": station, "whole_pool": True, "seconds": seconds}
    ask = threading.Thread(target=lambda: found.append(client.post("/api/v1/board/optimise", json=body)))
    ask.start()
    times = waited(other, lock, ask.is_alive)
    row(station, seconds, doors, found[0].json(), len(runs_to_leave(client, station)))
    told("while it is searched", *times)


def row(station: int, seconds: int, doors: int, plan: dict[str, Any], runs: int) -> None:
    """One plan."""
    a, b = plan["before"], plan["after"]
    print(
        f"station {station}: {doors} doors, {runs} runs, {seconds} s asked, {plan['seconds']:.1f} s taken, "
        f"{plan['iterations']} iterations; changed runs: {a['dist_m'] / 1000:.1f} -> {b['dist_m'] / 1000:.1f} km, "
        f"{a['time_s'] / 3600:.1f} -> {b['time_s'] / 3600:.1f} h, late {a['late_s'] // 60} -> {b['late_s'] // 60} min, "
        f"{a['co2_mg'] / 1e6:.2f} -> {b['co2_mg'] / 1e6:.2f} kg; all: {plan['before_c']} -> {plan['after_c']} c; "
        f"{len(plan['moved'])} doors move, {len(plan['assigned'])} from the pool, {len(plan['unassigned'])} doors stay"
    )


def main(scale: str) -> None:
    """The table of one morning."""
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder) / "metro"
        with running(where, "--scale", scale, "--begin", MOMENT, "--speed", "1") as server:
            with server.client() as client:
                while client.get("/api/v1/clock").json()["behind_s"] > 60:
                    time.sleep(1.0)
            print(f"metro x {scale}, day {MOMENT}")
            plans(server)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "0.5")
