"""Figures for Prometheus: of this process, of the writer behind it, and of what the journal holds.

Every API process tells the writer's figures anew when it is asked, so it does not matter which of several is scraped.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import accumulate

from litestar import Response, get
from prometheus_client import REGISTRY, Gauge
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from doorward.apps.api.live import Live
from doorward.apps.api.problems import Trouble
from doorward.apps.api.who import guard
from doorward.apps.live.sender import BOOK
from doorward.core.table import Table
from doorward.ledger.deliveries import DEAD, DELIVERED, WAITS, Deliveries
from doorward.runtime.live.figures import BOUNDS_S, Figures
from doorward.tables.fleet import Runs
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scans

ROWS: tuple[tuple[str, str, type[Table]], ...] = (
    ("doorward_orders", "orders placed", Orders),
    ("doorward_packages", "packages planned", Packages),
    ("doorward_scans", "scans written down", Scans),
    ("doorward_runs", "runs planned", Runs),
)
STATUS = {WAITS: "waiting", DELIVERED: "delivered", DEAD: "dead"}


class Writers(Collector):
    """The writer's figures, as it told them last; nothing before that, and none while it is away."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.figures: Figures | None = None

    def collect(self) -> Iterator[Metric]:
        """Families of the text format."""
        state = self.live.replica.state
        for name, words, table in ROWS:
            yield CounterMetricFamily(name, words, value=state.count(table))
        yield from _webhooks(self.live)
        if self.figures is not None:
            yield from families(self.figures)


def families(figures: Figures) -> Iterator[Metric]:
    """A writer's figures."""
    ends = [*map(str, BOUNDS_S), "+Inf"]
    buckets = list(zip(ends, map(float, accumulate(figures.commits)), strict=True))
    yield HistogramMetricFamily(
        "doorward_commit_seconds",
        "time that a group of turns takes to become durable",
        buckets,
        figures.commit_s,
    )
    commands = CounterMetricFamily(
        "doorward_commands", "commands by how they ended", labels=("command", "end")
    )
    for name, by_end in figures.commands.items():
        for end, times in by_end.items():
            commands.add_metric((name, end), times)
    yield commands
    for kind, words, works in (
        ("command", "time in commands", figures.command), ("service", "time in services", figures.service),
    ):  # fmt: skip
        spent = CounterMetricFamily(f"doorward_{kind}_seconds", words, labels=(kind,))
        for name, work in works.items():
            spent.add_metric((name,), work.seconds)
        yield spent
    times_ = CounterMetricFamily(
        "doorward_service_turns", "appointments that services had", labels=("service",)
    )
    for name, work in figures.service.items():
        times_.add_metric((name,), work.times)
    yield times_
    yield CounterMetricFamily(
        "doorward_writer_cpu_seconds", "processor time of the writer", value=figures.cpu_s
    )
    yield GaugeMetricFamily(
        "doorward_writer_resident_bytes", "most memory it had", value=figures.resident_bytes
    )
    yield GaugeMetricFamily(
        "doorward_writer_connections", "API processes at its socket", value=figures.connections
    )


def _webhooks(live: Live) -> Iterator[Metric]:
    path = live.replica.where.root / BOOK
    if not path.exists():
        return
    book = Deliveries(path, read_only=True)
    try:
        found = GaugeMetricFamily(
            "doorward_webhook_deliveries", "messages by how they stand", labels=("status",)
        )
        for status, count in (book.totals() if book.ready else {}).items():
            found.add_metric((STATUS[status],), count)
        yield found
    finally:
        book.close()


@get("/metrics", opt={"scope": "REPORTS_READ", "operators": True}, guards=[guard], include_in_schema=False)
async def metrics_(writers: Writers) -> Response[bytes]:
    """All figures, for who may read the operator's reports; while the writer is away, the others."""
    try:
        writers.figures = await writers.live.figures()
    except Trouble:
        writers.figures = None
    body: bytes = generate_latest(REGISTRY)  # type: ignore[no-untyped-call]
    return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST})


def gauges(live: Live) -> Writers:
    """What the process knows of the network, read when somebody asks."""
    readings: tuple[tuple[str, str, Callable[[], float]], ...] = (
        ("doorward_turn", "newest turn that this process shows", lambda: live.replica.turn),
        ("doorward_turns_behind", "turns told that this process does not show yet", lambda: _lag(live)),
        ("doorward_behind_seconds", "seconds by which the roster lags behind the clock", lambda: _behind(live)),
        ("doorward_writer_up", "1 while the writer is there", lambda: int(live.connected)),
        ("doorward_stream_clients", "clients of the stream of turns", lambda: live.listeners),
        ("doorward_network_time_seconds", "time of the network, Unix seconds", live.replica.now_s),
        ("doorward_journal_bytes", "size of the journal's files; 0 in a database server", lambda: _journal(live)),
        ("doorward_disk_free_bytes", "room where the folder of the network is", lambda: _room(live)),
    )  # fmt: skip
    for name, words, read in readings:
        Gauge(name, words).set_function(read)
    made = Writers(live)
    REGISTRY.register(made)
    return made


def _behind(live: Live) -> float:
    return live.replica.clock.behind_s if live.replica.clock else 0.0


def _journal(live: Live) -> int:
    """SQLite's file and what waits in its log."""
    root = live.replica.where.root
    return sum(path.stat().st_size for path in root.glob("journal.db*"))


def _room(live: Live) -> int:
    return shutil.disk_usage(live.replica.where.root).free


def _lag(live: Live) -> int:
    clock = live.replica.clock
    return max(0, clock.turn - live.replica.turn) if clock else 0
