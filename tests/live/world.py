"""A network on the wall clock for tests: the writer in a thread under a clock that can be put, and a real server."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from doorward.apps.live.logs import logger
from doorward.apps.live.up import first_key, free_port
from doorward.core.units import DAY_S
from doorward.ports.clock import WallClock
from doorward.runtime.live.engine import Engine
from doorward.runtime.live.hub import Hub, socket_of
from doorward.runtime.live.prepare import all_commands, opener, prepare_live
from doorward.runtime.request import Request

MIDNIGHT_S = 1_795_399_200
"""Local midnight of metro, 2026-11-23."""


class Times:
    """A machine's clocks: one that people may put, and one that only goes on."""

    def __init__(self, at_s: float) -> None:
        self.wall, self.steady = at_s, 0.0

    def passes(self, seconds: float) -> None:
        """Both go on."""
        self.wall += seconds
        self.steady += seconds


class Put(WallClock):
    """The wall clock over such clocks. It never waits long: somebody may let time pass meanwhile."""

    def __init__(self, times: Times) -> None:
        super().__init__(lambda: times.wall, lambda: times.steady)

    def wait_s(self, at_s: int) -> float:
        return min(0.005, super().wait_s(at_s))


class World:
    """One of them, open."""

    def __init__(self, folder: Path, times: Times) -> None:
        self.folder, self.times, self.clock = folder, times, Put(times)
        self.where = prepare_live(
            Request(network="metro", seed=1, scale=0.05, opens_s=MIDNIGHT_S), folder, lambda *_: None
        )
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()
        assert self._ready.wait(60)

    def _write(self) -> None:
        hub = Hub(socket_of(self.folder))
        self.engine = Engine(
            opener(self.where, "live"), self.clock, hub, all_commands(), folder=self.folder,
            start_s=self.where.settings.start_s, log=logger("writer", json=False),
        )  # fmt: skip
        hub.open()
        self.clock.not_before(self.engine.ledger.journal_newest_s)
        self._ready.set()
        try:
            self.engine.serve()
        finally:
            hub.close()

    def caught_up(self) -> None:
        """Return when the services have done what is due."""
        until = time.monotonic() + 60
        while self.engine.roster.next_s <= self.clock.now_s():
            assert time.monotonic() < until and self._thread.is_alive()
            time.sleep(0.005)

    def close(self) -> None:
        """End the writer."""
        self.engine.stop()
        self._thread.join(60)
        assert not self._thread.is_alive()


class Api:
    """Its API: a server's process, and a client that may everything."""

    def __init__(self, world: World, key: str) -> None:
        port, self.log = free_port(), world.folder.with_suffix(".api.log")
        env = {**os.environ, "OMP_NUM_THREADS": "1", "DOORWARD_FOLDER": str(world.folder)}
        command = [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "asgi",
            "--factory",
            "doorward.apps.api.app:create",
        ]
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                [*command, "--no-ws", "--port", str(port), "--workers", "1"], env=env, stdout=out, stderr=out
            )
        self.url, self.times = f"http://127.0.0.1:{port}", world.times
        self.client = httpx.Client(
            base_url=f"{self.url}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(self.log.read_text()[-3000:])

    def get(self, path: str, **query: Any) -> Any:
        """What stands there."""
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    def post(self, path: str, body: Any, status: int = 200) -> Any:
        """Post, and be answered so."""
        answer = self.client.post(path, json=body)
        assert answer.status_code == status, (path, body, answer.text)
        return answer.json()

    def until(self, at_s: int) -> None:
        """Let time pass until then, and the services do what is due."""
        self.times.passes(max(0.0, at_s - self.times.wall))
        self.caught_up()

    def caught_up(self) -> None:
        """Return when the services have done what is due."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            clock = self.get("/clock")
            if clock["behind_s"] == 0 and clock["next_s"] > self.times.wall:
                return
            time.sleep(0.01)
        raise AssertionError(clock)

    def close(self) -> None:
        """End it."""
        self.client.close()
        self._process.terminate()
        self._process.wait(20)


@contextmanager
def world(folder: Path, at_s: float = MIDNIGHT_S + 60) -> Iterator[tuple[World, Api]]:
    """A new one, just opened, and its API."""
    made = World(folder, Times(at_s))
    api = None
    try:
        api = Api(made, first_key(folder))
        api.caught_up()
        yield made, api
    finally:
        if api is not None:
            api.close()
        made.close()


class Staff:
    """Everybody who works there: looks at the API what there is to do, does it, and reports it."""

    def __init__(self, api: Api, offline: Any = None) -> None:
        """offline: a generator; then drivers report when they are back, twice, in whatever order."""
        self.api, self._offline = api, offline
        self._held: dict[int, list[dict[str, Any]]] = {}

    def work(self, until_s: int, step_s: int = 900) -> None:
        """Go on until then, or until every order is delivered."""
        at_s = int(self.api.times.wall)
        while at_s < until_s:
            at_s += step_s
            self.api.until(at_s)
            orders = [
                self.api.get(f"/orders/{n}") for n in range(len(self.api.get("/orders", limit=500)["items"]))
            ]
            packages = [package for order in orders for package in order["packages"]]
            self._floors([p for p in packages if p["status"] in ("released", "picked", "packed")], at_s)
            self._trucks(at_s)
            self._drivers(at_s)
            self._partners([p for p in packages if p["status"] == "with carrier"], at_s)
            if orders and all(order["row"]["status"] == "delivered" for order in orders):
                return

    def _floors(self, packages: list[dict[str, Any]], at_s: int) -> None:
        steps = {"released": "picked", "picked": "packed", "packed": "sorted"}
        scans = [
            {"package": p["package"], "event": steps[p["status"]], "at_s": at_s - 60, "site": p["fc"]}
            for p in packages
        ]
        if scans:
            assert self.api.post("/scans", scans)["errors"] == []

    def _trucks(self, at_s: int) -> None:
        today = (at_s - MIDNIGHT_S % DAY_S) // DAY_S
        for day in (today - 1, today):
            for trip in self.api.get("/linehaul", day=day)["departures"]:
                what = {"loaded": "left", "left": "arrived"}.get(trip["status"])
                due = trip["arrive_s"] if what == "arrived" else trip["depart_s"]
                if what and due <= at_s:
                    self.api.post(
                        f"/trips/{trip['trip']}/reports", [{"what": what, "at_s": max(due, at_s - 800)}]
                    )

    def _partners(self, packages: list[dict[str, Any]], at_s: int) -> None:
        scans = [
            {"package": p["package"], "event": "delivered", "at_s": at_s - 60, "left": "mailbox"}
            for p in packages
        ]
        if scans:
            assert self.api.post("/scans", scans)["errors"] == []

    def _drivers(self, at_s: int) -> None:
        for bar in self.api.get("/runs")["runs"]:
            run = bar["run"]
            if bar["status"] == "done" or bar["depart_s"] > at_s:
                continue
            doors = self.api.get(f"/runs/{run}")["doors"]
            said: list[dict[str, Any]] = [{"what": "left", "at_s": bar["depart_s"]}]
            said += [
                {"what": "delivered", "at_s": door["plan_s"], "packages": door["packages"], "left": "in_hand"}
                for door in doors if door["plan_s"] <= at_s
            ]  # fmt: skip
            if bar["back_s"] <= at_s:
                said.append({"what": "back", "at_s": bar["back_s"]})
            if self._offline is None:
                self.api.post(f"/runs/{run}/reports", said)
            elif bar["back_s"] <= at_s:
                for i in self._offline.permutation(len(said) * 2).tolist():
                    self.api.post(f"/runs/{run}/reports", [said[i % len(said)]])
