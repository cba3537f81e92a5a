"""The service under load, beside a bare endpoint of the same server. `python -m bench.api`; about two minutes.

Server, writer and clients share the machine's cores, so rates are low ends; processor seconds of each process are told.
Clients are plain sockets with bodies made beforehand: what is measured is the server.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import numpy as np
from litestar import Litestar, get, post
from rich.console import Console
from rich.table import Table as Grid

from doorward.apps.api.orders_in import OrderIn
from doorward.apps.api.reports_in import ScanIn
from doorward.apps.live.up import free_port
from doorward.core.seed import generator
from tests.live.orders import ZONES
from tests.live.server import Server, running

BATCHES, BATCH = 60, 1_000
QUOTES_S, QUOTES_RATE, QUOTE_LINES = 20, 200, 8
STREAMS, STREAMS_S = 200, 15


def bare() -> Litestar:
    """The same server and the same parsing, and nothing behind it."""

    @post("/orders")
    async def orders(data: list[OrderIn]) -> dict[str, int]:
        return {"orders": len(data)}

    @get("/hello")
    async def hello() -> dict[str, str]:
        return {"status": "ok"}

    @post("/scans", status_code=200)
    async def scans(data: list[ScanIn]) -> dict[str, int]:
        return {"taken": len(data)}

    return Litestar([orders, scans, hello], logging_config=None, openapi_config=None)


@contextmanager
def bare_server() -> Iterator[str]:
    """A granian with the bare application."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "asgi",
        "--factory",
        "bench.api:bare",
        "--no-ws",
    ]
    with subprocess.Popen([*command, "--port", str(port), "--workers", "1", "--no-log"]) as process:
        try:
            for _ in range(200):
                try:
                    httpx.get(f"http://127.0.0.1:{port}/hello")
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def bodies(skus: list[str], mark: str) -> list[bytes]:
    """Batches of orders, each at a door of its own, with a name and an address."""
    rng = generator(1, "bench/api")
    found = []
    for batch in range(BATCHES):
        zone = rng.integers(0, len(ZONES), BATCH)
        orders = [
            {
                "ref": f"{mark}-{batch}-{i}",
                "lat": float(ZONES.lat_udeg[z]) / 1e6,
                "lon": float(ZONES.lon_udeg[z]) / 1e6,
                "lines": [{"sku": skus[int(s)], "units": 1}],
                "recipient": {"name": f"Person {i}", "street": f"{i} Harbour Street", "city": "Oldport"},
            }
            for i, (z, s) in enumerate(zip(zone, rng.integers(0, len(skus), BATCH), strict=True))
        ]
        found.append(msgspec.json.encode(orders))
    return found


def cpu_s(pid: int) -> float:
    """Processor seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def worker(server: Server) -> int:
    """The API's process: granian's worker."""
    for child in Path(f"/proc/{server.process.pid}/task").glob("*/children"):
        for pid in child.read_text().split():
            said = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"apps.live." not in said and b"resource_tracker" not in said:
                return int(pid)
    raise LookupError("no worker")


async def request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes, body: bytes
) -> bytes:
    """One request on a kept connection; returns the answer's body."""
    writer.write(head + b"content-length: %d\r\n\r\n" % len(body) + body)
    await writer.drain()
    answer = await reader.readuntil(b"\r\n\r\n")
    status = answer[9:12]
    length = int(answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    content = await reader.readexactly(length)
    if status[:1] != b"2":
        raise RuntimeError(content.decode())
    return content


def head(url: str, verb: str, path: str, key: str = "") -> bytes:
    """The beginning of a request."""
    host = url.removeprefix("http://")
    token = f"authorization: Bearer {key}\r\n" if key else ""
    return f"{verb} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n{token}".encode()


async def connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to a server."""
    host, _, port = url.removeprefix("http://").partition(":")
    return await asyncio.open_connection(host, int(port))


async def batches(url: str, path: str, key: str, sent: list[bytes], lines: int = 2) -> float:
    """Orders a second over some connections, each sending the next batch when the last is answered."""
    waiting = list(sent)
    begin = head(url, "POST", path, key)

    async def line() -> None:
        reader, writer = await connect(url)
        while waiting:
            await request(reader, writer, begin, waiting.pop())
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(line() for _ in range(lines)))
    return len(sent) * BATCH / (time.perf_counter() - began)


async def quotes(server: Server, key: str, skus: list[str], rate: int, seconds: int) -> np.ndarray[Any, Any]:
    """Milliseconds of quotes sent at a fixed rate, whether earlier ones are answered or not."""
    rng = generator(2, "bench/api")
    lines = [await connect(server.url) for _ in range(QUOTE_LINES)]
    free: asyncio.Queue[Any] = asyncio.Queue()
    for each in lines:
        free.put_nowait(each)
    begin, took = head(server.url, "POST", "/api/v1/quotes", key), list[float]()
    zone, sku = rng.integers(0, len(ZONES), rate * seconds), rng.integers(0, len(skus), rate * seconds)

    async def one(due: float, i: int) -> None:
        place = {"lat": float(ZONES.lat_udeg[zone[i]]) / 1e6, "lon": float(ZONES.lon_udeg[zone[i]]) / 1e6}
        body = msgspec.json.encode({**place, "lines": [{"sku": skus[int(sku[i])], "units": 1}]})
        line = await free.get()
        await request(*line, begin, body)
        free.put_nowait(line)
        took.append((time.perf_counter() - due) * 1e3)

    began, tasks = time.perf_counter(), []
    for i in range(rate * seconds):
        due = began + i / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(due, i)))
    await asyncio.gather(*tasks)
    for _, writer in lines:
        writer.close()
    return np.array(took)


async def streams(server: Server, key: str, path: str, count: int, seconds: int) -> tuple[float, int]:
    """(bytes a client and second, clients that were served to the end)."""
    sizes: list[int] = []
    begin = head(server.url, "GET", path, key) + b"\r\n"

    async def one() -> None:
        reader, writer = await connect(server.url)
        writer.write(begin)
        await reader.readuntil(b"\r\n\r\n")
        got, until = 0, time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            try:
                chunk = await asyncio.wait_for(reader.read(1 << 16), left)
            except TimeoutError:
                break
            if not chunk:
                return
            got += len(chunk)
        sizes.append(got)
        writer.close()

    await asyncio.gather(*(one() for _ in range(count)))
    return sum(sizes) / max(1, len(sizes)) / seconds, len(sizes)


def main() -> int:
    """The table."""
    grid = Grid(title="The service under load (metro twin at 60x; all on one machine)")
    for column in ("work", "rate", "API CPU s", "writer CPU s"):
        grid.add_column(column, justify="left" if column == "work" else "right")
    arguments = ("--begin", "2 10:00", "--speed", "60")
    with (
        tempfile.TemporaryDirectory() as folder,
        bare_server() as plain,
        running(Path(folder) / "metro", *arguments) as server,
    ):
        measure(server, plain, grid)
    Console(width=110).print(grid)
    return 0


def measure(server: Server, plain: str, grid: Grid) -> None:
    """Everything, one after the other."""
    key = server.key
    with server.client() as client:
        names = client.get("/api/v1/items", params={"limit": 1000}).json()["items"]
        skus = [str(each["sku"]) for each in names]
        while client.get("/api/v1/clock").json()["behind_s"] > 0:
            time.sleep(0.2)

    def told(work: str, coroutine: Any, words: Any) -> None:
        api, writer = worker(server), server.writer()
        before = cpu_s(api), cpu_s(writer)
        result = asyncio.run(coroutine)
        grid.add_row(work, words(result), f"{cpu_s(api) - before[0]:.1f}", f"{cpu_s(writer) - before[1]:.1f}")

    def rate(x: float) -> str:
        return f"{x:,.0f}/s"

    def delays(x: np.ndarray[Any, Any]) -> str:
        p50, p99 = np.percentile(x, (50, 99))
        return f"p50 {p50:.1f}  p99 {p99:.1f}  max {x.max():.0f} ms"

    told(f"{QUOTES_RATE} quotes/s for {QUOTES_S} s", quotes(server, key, skus, QUOTES_RATE, QUOTES_S), delays)
    for round_ in ("first", "second"):
        told(
            f"bare: {BATCHES} x {BATCH} orders, parsed",
            batches(plain, "/orders", "", bodies(skus, round_)),
            rate,
        )
        path = "/api/v1/orders/batch"
        told(
            f"{BATCHES} x {BATCH} orders, durable", batches(server.url, path, key, bodies(skus, round_)), rate
        )
    told(
        "the same, sent again", batches(server.url, "/api/v1/orders/batch", key, bodies(skus, "second")), rate
    )
    for path in ("/api/v1/stream", "/api/v1/stream/positions"):
        told(
            f"{STREAMS} clients of {path} for {STREAMS_S} s", streams(server, key, path, STREAMS, STREAMS_S),
            lambda x: f"{x[0]:,.0f} B/s each, {x[1]} served",
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
