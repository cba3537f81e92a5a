"""kill -9 under load: what was acknowledged is there, once; the stream goes on without a gap."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from pathlib import Path
from typing import Any

import httpx

from tests.live.orders import order
from tests.live.server import Server, start

ROUNDS = int(os.environ.get("DOORWARD_KILLS", "4"))


class Load(threading.Thread):
    """Sends batches without end, and the same one again until it is answered; remembers what was acknowledged."""

    def __init__(self, url: str, key: str, sku: str, name: str) -> None:
        super().__init__(daemon=True)
        self.url, self.key, self.sku, self.mark = url, key, sku, name
        self.done: dict[str, int] = {}
        self.wrong: list[str] = []
        self.stop = False

    def run(self) -> None:
        batch = 0
        while not self.stop:
            orders = [order(f"{self.mark}-{batch}-{i}", self.sku, zone=i) for i in range(8)]
            if self._send(orders, f"{self.mark}-{batch}"):
                batch += 1

    def _send(self, orders: list[dict[str, Any]], key: str) -> bool:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": key}
        try:
            answer = httpx.post(f"{self.url}/api/v1/orders/batch", json=orders, headers=headers, timeout=10)
        except httpx.TransportError:
            time.sleep(0.05)
            return False
        if answer.status_code == 503:
            time.sleep(0.05)
            return False
        if answer.status_code != 200 or answer.json()["errors"]:
            self.wrong.append(answer.text[:500])
            return False
        self.done.update({each["ref"]: each["order"] for each in answer.json()["placed"]})
        return True


class Follower(threading.Thread):
    """Follows the stream and resumes it by its last id."""

    def __init__(self, url: str, key: str, after: int) -> None:
        super().__init__(daemon=True)
        self.url, self.key, self.begin = url, key, after
        self.turns: list[int] = []
        self.stop = False

    def run(self) -> None:
        while not self.stop:
            last = self.turns[-1] if self.turns else self.begin
            headers = {"Authorization": f"Bearer {self.key}", "Last-Event-ID": str(last)}
            try:
                with httpx.stream("GET", f"{self.url}/api/v1/stream", headers=headers, timeout=20) as answer:
                    for line in answer.iter_lines():
                        if line.startswith("id: "):
                            self.turns.append(int(line[4:]))
                        if self.stop:
                            return
            except httpx.TransportError:
                time.sleep(0.05)


def test_what_was_acknowledged_is_there_once(tmp_path: Path) -> None:
    arguments = ("--scale", "0.05", "--begin", "1 09:00", "--speed", "60")
    server = start(tmp_path / "metro", *arguments)
    port = int(server.url.rpartition(":")[2])
    draw = random.Random(7)
    loads: list[Load] = []
    follower: Follower | None = None
    try:
        server.ready()
        key = server.key
        with server.client() as client:
            sku = client.get("/api/v1/items").json()["items"][0]["sku"]
            turn = client.get("/api/v1/clock").json()["turn"]
        loads = [Load(server.url, key, sku, name) for name in ("left", "right")]
        follower = Follower(server.url, key, turn)
        for thread in (*loads, follower):
            thread.start()
        for round_ in range(ROUNDS):
            time.sleep(draw.uniform(0.4, 1.2))
            if round_ % 2:
                os.kill(server.writer(), signal.SIGKILL)
                time.sleep(0.3)
            else:
                server.kill()
                server = start(tmp_path / "metro", *arguments, port=port)
            server.ready()
        time.sleep(0.5)
        _all_there(server, key, loads, follower)
    finally:
        for thread in loads:
            thread.stop = True
        if follower is not None:
            follower.stop = True
        if server.process.poll() is None:
            assert server.stop() == 0
        for thread in (*loads, *([follower] if follower else [])):
            thread.join(20)


def placed(server: Server, key: str) -> dict[str, list[int]]:
    """The numbers of all orders by their references."""
    found: dict[str, list[int]] = {}
    cursor = ""
    with server.client(key) as client:
        while True:
            page = client.get("/api/v1/orders", params={"limit": 500, "cursor": cursor}).json()
            for each in page["items"]:
                if each["ref"]:
                    found.setdefault(each["ref"], []).append(each["order"])
            cursor = page["cursor"]
            if not cursor:
                return found


def _all_there(server: Server, key: str, loads: list[Load], follower: Follower) -> None:
    for thread in loads:
        thread.stop = True
    for thread in loads:
        thread.join(20)
        assert not thread.wrong, thread.wrong[0]
    done = {ref: number for thread in loads for ref, number in thread.done.items()}
    assert len(done) > 50, "there was load"
    assert len(set(done.values())) == len(done), "no number twice"
    found = placed(server, key)
    with server.client(key) as client:
        for ref, number in done.items():
            assert found.get(ref) == [number], (ref, number, found.get(ref))
        last = client.get("/api/v1/clock").json()["turn"]
        until = time.monotonic() + 15
        while time.monotonic() < until and (not follower.turns or follower.turns[-1] < last):
            time.sleep(0.05)
    assert follower.turns == list(range(follower.begin + 1, follower.turns[-1] + 1)), "a gap or a repetition"
    assert follower.turns[-1] >= last
