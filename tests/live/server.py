"""A live network for tests: real processes on a free port, ended by their own numbers."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from doorward.apps.live.up import free_port

STARTS_S = 300.0  # in a fresh clone kernels are compiled meanwhile, by two test processes at once


@dataclass
class Server:
    """What runs: its address, where it is kept, its process."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]
    log: Path

    def client(self, key: str | None = "") -> httpx.Client:
        """A client of it, with the first key, another one, or (None) none."""
        secret = self.key if key == "" else key
        return httpx.Client(
            base_url=self.url,
            timeout=30,
            headers={} if secret is None else {"Authorization": f"Bearer {secret}"},
        )

    @property
    def key(self) -> str:
        """The first key, as it was shown once."""
        found = re.search(r"dw_[\w-]{43}", self.log.read_text())
        assert found is not None, self.log.read_text()
        return found[0]

    def ready(self) -> None:
        """Return when it reads and writes."""
        until = time.monotonic() + STARTS_S
        with self.client(None) as client:
            while time.monotonic() < until and self.process.poll() is None:
                try:
                    if client.get("/readyz").status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.05)
        raise AssertionError(f"it did not get ready:\n{self.log.read_text()[-3000:]}")

    def writer(self) -> int:
        """The number of the writer's process."""
        return self.child("writer")

    def child(self, name: str) -> int:
        """The number of one of its processes: writer, sender."""
        until = time.monotonic() + STARTS_S
        while time.monotonic() < until:  # one that was killed is started anew, by a thread
            for child in _below(self.process.pid):
                with suppress(FileNotFoundError):
                    if f"apps.live.{name}".encode() in Path(f"/proc/{child}/cmdline").read_bytes():
                        return child
            time.sleep(0.05)
        raise AssertionError(f"no {name} runs")

    def kill(self) -> None:
        """As a power cut would: everything at once, nothing said."""
        everybody = [self.process.pid, *(_below(self.process.pid))]
        for pid in everybody:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(20)

    def stop(self) -> int:
        """As Ctrl-C does; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


def stand_still(client: httpx.Client) -> None:
    """Pause the twin, and return when the second that its services are in is over: until then they may box an order."""
    client.post("/api/v1/twin/pause").raise_for_status()
    until = time.monotonic() + STARTS_S
    while True:
        clock = client.get("/api/v1/clock").json()
        if clock["paused"] and clock["next_s"] > clock["clock_s"]:
            return
        assert time.monotonic() < until, clock
        time.sleep(0.05)


def _below(pid: int) -> list[int]:
    """All processes below one. Threads and processes may end while they are looked at."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in list(Path(f"/proc/{pid}/task").iterdir()):
            children = ""
            with suppress(FileNotFoundError, ProcessLookupError):
                children = (task / "children").read_text()
            for child in children.split():
                found += [int(child), *_below(int(child))]
    return found


def start(folder: Path, *arguments: str, port: int = 0) -> Server:
    """`doorward up` on a free port; not yet ready."""
    port = port or free_port()
    log = folder.with_suffix(".log")
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [
        sys.executable,
        "-m",
        "doorward",
        "up",
        "metro",
        "--dir",
        str(folder),
        "--port",
        str(port),
        *arguments,
    ]
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=env)
    return Server(f"http://127.0.0.1:{port}", folder, process, log)


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[Server]:
    """The same, ready; ended afterwards, whatever happens."""
    server = start(folder, *arguments)
    try:
        server.ready()
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()
