"""Ledger and tables alone: a day of orders, eight facts each, journalled, folded, read back.

    python -m bench.ledger [--orders 1000000] [--dir PATH] [--db postgresql://user@host/base]
    python -m bench.ledger --small 2000 [--db ...]

Each order is placed (9 columns), sourced, and scanned six times (6 columns) on its way, in ticks of five minutes with
one commit each, synchronous=FULL. Folds write Orders, Packages (36 columns) and Scans with the chain of each package's
scans. No planning. Printed at a hundredth, a tenth and the whole of the number of orders.

--db keeps the journal in a server instead of a file (a schema of its own for each row, dropped afterwards). --small
commits so many turns of ten rows one by one, and again from eight at a time.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from doorward.core import seed
from doorward.core.table import Table
from doorward.ledger.journal import Journal
from doorward.ledger.ledger import Ledger
from doorward.ledger.state import Fold, State
from doorward.tables.orders import LineSourced, Orders, Placed
from doorward.tables.packages import Packages, Scanned, Scans

TICK_S, DAY_TICKS, SCANS = 300, 288, 6
START_S = 1_700_000_000
SEED = 7


def fold_placed(state: State, rows: Placed, at_s: int) -> None:
    """One order, one package."""
    if int(rows.order[0]) != state.count(Orders):
        raise ValueError("order numbers do not continue")
    columns = {name: getattr(rows, name) for name in rows.columns if name != "order"}
    state.append(Orders.fill(len(rows), status=0, reason=0, **columns))
    state.append(Packages.fill(len(rows), order=rows.order, units=1, status=0, attempts=0, flags=0))


def fold_sourced(state: State, rows: LineSourced, at_s: int) -> None:
    """The package gets its building."""
    state.put(Packages, rows.line, fc=rows.fc)


def fold_scanned(state: State, rows: Scanned, at_s: int) -> None:
    """Status, holder and the chain of scans; a package is scanned once in a tick here."""
    package = rows.package
    before = state.get(Packages, "status", package)
    if not (rows.event == before + 1).all():
        raise ValueError("a scan is out of order")
    number = state.count(Scans) + np.arange(len(rows))
    columns = {name: getattr(rows, name) for name in rows.columns}
    state.append(Scans(prev=state.get(Packages, "last_scan", package), **columns))
    state.put(Packages, package, status=rows.event, holder_kind=1, holder=rows.ref, last_scan=number)


FOLDS: dict[type[Table], Fold] = {Placed: fold_placed, LineSourced: fold_sourced, Scanned: fold_scanned}


class Day:
    """Facts of every tick, drawn beforehand."""

    def __init__(self, orders: int) -> None:
        number = np.arange(orders)
        self.at_s = START_S + np.sort(
            (seed.uniform(SEED, "at", number) * TICK_S * DAY_TICKS).astype(np.int64)
        )
        tick = (self.at_s - START_S) // TICK_S
        self.starts = np.searchsorted(tick, np.arange(DAY_TICKS + 1))
        hops = 1 + (seed.uniform(SEED, "hop", number[:, None], np.arange(SCANS)[None]) * 24).astype(np.int64)
        when = (tick[:, None] + np.cumsum(hops, axis=1)).astype(np.int32).ravel()
        order = np.lexsort((seed.hashed(SEED, "shuffle", np.arange(orders * SCANS)), when))
        self.package = (order // SCANS).astype(np.int64)
        self.event = (order % SCANS + 1).astype(np.int8)
        self.ticks = int(when.max()) + 1
        self.scan_starts = np.searchsorted(when[order], np.arange(self.ticks + 1))

    def placed(self, tick: int) -> list[Table]:
        """Orders of a tick, and where they are shipped from."""
        a, b = self.starts[tick], self.starts[tick + 1]
        order = np.arange(a, b)
        zone = seed.hashed(SEED, "zone", order) % np.uint64(400)
        lat, lon = (seed.hashed(SEED, axis, order) % np.uint64(400_000) for axis in ("lat", "lon"))
        placed = Placed(
            order=order, at_s=self.at_s[a:b], zone=zone, lat_udeg=41_000_000 + lat.astype(np.int64),
            lon_udeg=-8_000_000 - lon.astype(np.int64), speed=zone % np.uint64(3),
            consent=np.full(b - a, 15), first_line=order, lines=np.ones(b - a),
            access=np.zeros(b - a), shop=np.full(b - a, -1),
        )  # fmt: skip
        return [placed, LineSourced(line=order, fc=zone % np.uint64(10))]

    def scanned(self, tick: int, now_s: int) -> Scanned:
        """Hand-overs that became known in a tick, in the order in which they happened."""
        a, b = self.scan_starts[tick], self.scan_starts[tick + 1]
        package, event = self.package[a:b], self.event[a:b]
        back_s = np.sort(seed.hashed(SEED, "scan", package, event) % np.uint64(TICK_S)).astype(np.int64)[::-1]
        where = seed.hashed(SEED, "site", package // 50, event)
        return Scanned(
            package=package, at_s=now_s - back_s, event=event, site=where % np.uint64(12),
            ref=where % np.uint64(900), reason=np.zeros(b - a),
        )  # fmt: skip


def journalled(day: Day, folder: Path, db: str | None) -> tuple[float, int]:
    """Post the day; seconds without the drawing of facts, and the number of commits."""
    spent, commits = 0.0, 0
    with Ledger.open(folder, FOLDS, journal=db) as ledger:
        for tick in range(day.ticks):
            now_s = START_S + (tick + 1) * TICK_S
            turns = [("promise.take", day.placed(tick))] if tick < DAY_TICKS else []
            turns.append(("delivery.follow", [day.scanned(tick, now_s)]))
            began = time.perf_counter()
            for service, facts in turns:
                ledger.post(service, now_s, facts)
            ledger.commit()
            spent += time.perf_counter() - began
            commits += 1
        began = time.perf_counter()
    return spent + time.perf_counter() - began, commits


def walk(state: State, package: int) -> NDArray[np.int64]:
    """The scans of one package, oldest first, along `prev`."""
    prev = state.table(Scans).prev
    rows, row = [], int(state.table(Packages).last_scan[package])
    while row >= 0:
        rows.append(row)
        row = int(prev[row])
    return np.array(rows[::-1])


def histories(place: Path | str, ledger: Ledger, orders: int) -> tuple[float, float]:
    """Worst of nine packages (median of five) in seconds: from the tables, and from the journal alone."""
    tables = journal = 0.0
    with Journal.open(place, read_only=True) as reader:
        reader.history(Scanned, 0)  # loads the kernels
        for package in np.linspace(0, orders - 1, 9).astype(int).tolist():
            taken: list[tuple[float, float]] = []
            for _ in range(5):
                began = time.perf_counter()
                rows = ledger.table(Scans).take(walk(ledger.state, package))
                between = time.perf_counter()
                found, _, _ = reader.history(Scanned, package)
                taken.append((between - began, time.perf_counter() - between))
            if not all(np.array_equal(getattr(rows, n), getattr(found, n)) for n in found.columns):
                raise AssertionError(f"package {package}: two histories differ")
            middle = np.median(taken, axis=0)
            tables, journal = max(tables, float(middle[0])), max(journal, float(middle[1]))
    return tables, journal


def stored_bytes(place: Path | str) -> int:
    """What turns and facts take, indexes included."""
    if isinstance(place, Path):
        return place.stat().st_size
    with Journal.open(place, read_only=True) as reader:
        asked = "select (pg_total_relation_size('turns') + pg_total_relation_size('facts'))::bigint"
        return int(reader.store.rows(asked)[0][0])


def small(turns: int, folder: Path, db: str | None) -> None:
    """Turns of ten rows, a commit each, and a commit for eight."""
    facts = np.arange(10)
    with Ledger.open(folder, {LineSourced: lambda state, rows, at_s: None}, journal=db) as ledger:
        for group in (1, 8):
            taken = []
            for turn in range(turns):
                began = time.perf_counter()
                ledger.post("bench.small", START_S, [LineSourced(line=facts + turn, fc=facts)])
                if turn % group == group - 1:
                    ledger.commit()
                taken.append(time.perf_counter() - began)
            each = np.array(taken[turns // 10 // group * group :])
            print(
                f"{group} turns a commit: {1 / each.mean():,.0f} turns/s, "
                f"commit p50 {np.median(each[group - 1 :: group]) * 1e3:.2f} ms, "
                f"p99 {np.quantile(each[group - 1 :: group], 0.99) * 1e3:.2f} ms"
            )


def measure(orders: int, folder: Path, db: str | None) -> list[str]:
    """One row of the table."""
    place = db or folder / "journal.db"
    day = Day(orders)
    spent, commits = journalled(day, folder, db)
    facts = orders * (2 + SCANS)
    size = stored_bytes(place)
    began = time.perf_counter()
    with Ledger.open(folder, FOLDS, journal=db) as ledger:
        replay = time.perf_counter() - began
        if ledger.state.count(Scans) != orders * SCANS:
            raise AssertionError("scans are missing")
        began = time.perf_counter()
        path = ledger.checkpoint()
        written = time.perf_counter() - began
        head = ledger.head()
        tables, journal = histories(place, ledger, orders)
    stored = sum(p.stat().st_size for p in path.iterdir())
    began = time.perf_counter()
    with Ledger.open(folder, FOLDS, journal=db) as ledger:
        opened = time.perf_counter() - began
        if ledger.head() != head:
            raise AssertionError("another journal")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (
        1 << 20 if sys.platform == "darwin" else 1 << 10
    )
    return [
        f"{orders:,}", f"{facts:,}", f"{spent:.2f}", f"{spent / facts * 1e6:.2f}", f"{commits}", f"{size / facts:.1f}",
        f"{replay:.2f}", f"{written:.2f}", f"{stored / 1e6:.0f}", f"{opened:.2f}", f"{tables * 1e3:.2f}",
        f"{journal * 1e3:.1f}", f"{peak}",
    ]  # fmt: skip


@contextmanager
def placed(where: Path | None, db: str | None, orders: int) -> Iterator[tuple[Path, str | None]]:
    """A folder, and a schema's URL, for one measurement."""
    folder = Path(tempfile.mkdtemp(prefix="doorward-ledger-", dir=where))
    url = db and f"{db}?schema=bench_{os.getpid()}_{orders}"
    try:
        yield folder, url
    finally:
        shutil.rmtree(folder)
        if url:
            with Journal(url) as journal:
                journal.store.rows(f"drop schema bench_{os.getpid()}_{orders} cascade")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument(
        "--dir", type=Path, default=None, help="where to put the journals (default: a temporary folder)"
    )
    parser.add_argument(
        "--db", default=None, help="postgresql://user@host:port/base, to keep the journal there"
    )
    parser.add_argument("--small", type=int, default=0, help="measure so many small turns instead")
    args = parser.parse_args()
    if args.small:
        with placed(args.dir, args.db, 0) as (folder, db):
            small(args.small, folder, db)
        return
    names = ["orders", "facts", "day s", "us/fact", "commits", "B/fact", "replay s", "checkpoint s", "MB", "open s",
             "history ms", "from journal ms", "peak MiB"]  # fmt: skip
    print("  ".join(f"{name:>9}" for name in names))
    for orders in (args.orders // 100, args.orders // 10, args.orders):
        with placed(args.dir, args.db, orders) as (folder, db):
            row = measure(max(orders, 1), folder, db)
        print(
            "  ".join(f"{cell:>{max(9, len(name))}}" for cell, name in zip(row, names, strict=True)),
            flush=True,
        )


if __name__ == "__main__":
    main()
