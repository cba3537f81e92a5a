"""The service on PostgreSQL: restarted under load, and taken over by a second server when the first dies."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.faults.test_live_kill import Load, placed
from tests.live.server import Server, start
from tests.postgres import Server as Postgres

ARGUMENTS = ("--scale", "0.02", "--begin", "1 05:00", "--speed", "30")


def until(server: Server, seconds: float = 30.0) -> None:
    """Wait until it takes orders."""
    end = time.monotonic() + seconds
    with server.client(None) as client:
        while time.monotonic() < end:
            if client.get("/readyz").status_code == 200:
                return
            time.sleep(0.1)
    raise AssertionError(server.log.read_text()[-3000:])


def test_postgres_restarts_and_a_second_server_takes_over(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.url()
    first = start(tmp_path / "one", "--db", url, *ARGUMENTS)
    second: Server | None = None
    loads: list[Load] = []
    try:
        first.ready()
        key = first.key
        with first.client() as client:
            sku = client.get("/api/v1/items").json()["items"][0]["sku"]
        loads.append(Load(first.url, key, sku, "before"))
        loads[0].start()
        for _ in range(2):
            time.sleep(0.5)
            postgres.restart()
        until(first)
        time.sleep(0.5)
        second = start(tmp_path / "two", "--db", url, *ARGUMENTS)
        time.sleep(1.0)
        done = len(loads[0].done)
        assert done > 20, "there was load"
        first.kill()
        loads[0].stop = True
        loads[0].join(20)
        second.ready()
        loads.append(Load(second.url, key, sku, "after"))
        loads[1].start()
        time.sleep(1.0)
        loads[1].stop = True
        loads[1].join(20)
        assert not loads[0].wrong and not loads[1].wrong and len(loads[1].done) > 0
        found = placed(second, key)
        for load in loads:
            for ref, number in load.done.items():
                assert found.get(ref) == [number], (ref, number, found.get(ref))
    finally:
        for load in loads:
            load.stop = True
        for server in (first, second):
            if server is not None and server.process.poll() is None:
                os.kill(server.process.pid, signal.SIGINT)
                server.process.wait(60)
