"""Scans through the HTTP API into the journal, beside a bare endpoint that only parses: `python -m bench.scans`.

The same method as bench.api: server, writer and clients share the machine's cores; bodies are made beforehand; the two
take turns in one run. A batch is answered when it is durable and the answering process shows it.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
from rich.console import Console
from rich.table import Table as Grid

from bench.api import bare_server, connect, cpu_s, head, request, worker
from doorward.core.seed import generator
from tests.live.server import Server, running

BATCH, BATCHES, ROUNDS = 10_000, 30, 3
KINDS = ("picked", "packed", "sorted", "carrier_moved")


def bodies(packages: int, now_s: int, round_: int, labels: list[str]) -> list[bytes]:
    """Batches of scans, no two alike: any package (or one of these labels), any time of the last day."""
    rng, found = generator(3, "bench/scans", round_), []
    for batch in range(BATCHES):
        package, kind = rng.integers(0, packages, BATCH).tolist(), rng.integers(0, len(KINDS), BATCH).tolist()
        at_s = (now_s - rng.integers(0, 80_000, BATCH)).tolist()
        scans = [
            {
                **({"sscc": labels[p % len(labels)]} if labels else {"package": p}),
                "event": KINDS[k],
                "at_s": t,
                "site": p % 2,
                "device": i % 40,
                "sequence": batch * BATCH + i,
            }
            for i, (p, k, t) in enumerate(zip(package, kind, at_s, strict=True))
        ]
        found.append(msgspec.json.encode(scans))
    return found


async def send(url: str, path: str, key: str, sent: list[bytes], lines: int = 2) -> tuple[float, int]:
    """(scans a second, those written down) over some connections, each sending the next batch when it is answered."""
    waiting, begin, taken = list(sent), head(url, "POST", path, key), 0

    async def line() -> None:
        nonlocal taken
        reader, writer = await connect(url)
        while waiting:
            answer = msgspec.json.decode(await request(reader, writer, begin, waiting.pop()))
            taken += answer["taken"]
            assert not answer.get("errors"), answer["errors"][:2]
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(line() for _ in range(lines)))
    return len(sent) * BATCH / (time.perf_counter() - began), taken


def printed(client: httpx.Client) -> list[str]:
    """SSCCs of packages that were packed, as a scanner sends them."""
    url, found = "/api/v1/epcis/events?EQ_bizStep=packing&perPage=1000", set[str]()
    while url:
        answer = client.get(url)
        told = answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        links = [epc.partition("/00/")[2] for event in told for epc in event["epcList"]]
        found |= {f"]C100{sscc}" for sscc in links if sscc}
        link = answer.headers.get("link", "<>")
        url = link[1 : link.index(">")]
    return sorted(found)


def measure(server: Server, plain: str, grid: Grid) -> None:
    """Bare and durable, in turns."""
    with server.client() as client:
        while client.get("/api/v1/clock").json()["behind_s"] > 0:
            time.sleep(0.2)
        client.post("/api/v1/twin/pause")
        now_s = int(client.get("/api/v1/clock").json()["now_s"])
        hits = client.get("/api/v1/orders", params={"limit": 500}).json()["items"]
        packages = 1 + max(
            package["package"]
            for hit in hits[::10]
            for package in client.get(f"/api/v1/orders/{hit['order']}").json()["packages"]
        )
        labels = printed(client)
    for round_ in range(ROUNDS + 1):
        by_label = labels if round_ == ROUNDS else []
        sent = bodies(packages, now_s, round_, by_label)
        for work, url, path, key in (
            ("bare: parsed", plain, "/scans", ""), ("durable", server.url, "/api/v1/scans", server.key),
        ):  # fmt: skip
            api, writer = worker(server), server.writer()
            before = cpu_s(api), cpu_s(writer)
            rate, taken = asyncio.run(send(url, path, key, sent))
            what = f"{len(labels)} labels" if by_label else f"{packages:,} packages"
            row = f"{BATCHES} x {BATCH:,} scans of {what}, {work}"
            spent: list[Any] = [f"{cpu_s(api) - before[0]:.1f}", f"{cpu_s(writer) - before[1]:.1f}"]
            grid.add_row(row, f"{rate:,.0f}/s", f"{taken:,}", *(spent if key else ["", ""]))


def main() -> int:
    """The table."""
    grid = Grid(title="Scans (metro, paused; all on one machine)")
    for column in ("work", "rate", "written down", "API CPU s", "writer CPU s"):
        grid.add_column(column, justify="left" if column == "work" else "right")
    with (
        tempfile.TemporaryDirectory() as folder,
        bare_server() as plain,
        running(Path(folder) / "metro", "--scale", "0.5", "--begin", "1 16:00") as server,
    ):
        measure(server, plain, grid)
    Console(width=120).print(grid)
    return 0


if __name__ == "__main__":
    sys.exit(main())
