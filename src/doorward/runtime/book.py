"""Making a run directory: read network and orders once and keep copies, so that nothing outside is needed again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv

from doorward.adapters.items import read_items
from doorward.adapters.orders import read_orders, read_stock
from doorward.adapters.orders_rejects import Rejects
from doorward.core.errors import BadInput
from doorward.core.table import Table
from doorward.ledger.journal import must_be_free, sync
from doorward.ports.orderbook import Articles, OrderBook
from doorward.ports.storefront import NewLines, NewOrders
from doorward.runtime.config import Network, copy_network, load_network, rules_from
from doorward.runtime.request import Request, Tell
from doorward.runtime.rules import RULES
from doorward.runtime.rundir import RunDir, Settings
from doorward.tables.items import Items
from doorward.tables.orders import OrderRefs
from doorward.tables.stock import OpeningStock, Replayed
from doorward.twin.demand import generate

FIRST = 20
"""Breaches that a check shows."""


def prepare(request: Request, tell: Tell) -> RunDir:
    """Read the inputs and make the run directory. Raises BadInput for what cannot be read or used."""
    tell("inputs", 0, 3, "network")
    network = load_network(request.network)
    rules_from(network, RULES)
    where = RunDir(request.out or Path("runs") / f"{network.path.stem}-{request.seed}")
    _clear(where)
    tell("inputs", 1, 3, "orders")
    where.root.mkdir(parents=True, exist_ok=True)
    rejects = where.root / "rejects.csv"
    rejects.unlink(missing_ok=True)  # of an earlier try that was refused
    book = _book(network, request, where)
    if not len(book) and request.opens_s < 0:
        raise BadInput(
            "no usable order",
            where=book.source or str(request.orders),
            rule="a run needs at least one order",
            remedy=f"see {rejects} for what was set aside and why"
            if rejects.exists()
            else "the file has a header and no rows: check how it was made",
        )
    tell("inputs", 2, 3, f"{len(book):,} orders")
    for table in (book.orders, book.lines, book.refs, book.items):
        where.save(table)
    _kept_stock(where).unlink(missing_ok=True)  # of an earlier try that was refused
    if request.stock is not None:
        stock = read_stock(request.stock, network, book.items, rejects)
        if not len(stock):
            raise BadInput(
                "no usable row",
                where=str(request.stock),
                rule="opening stock names at least one piece in a building",
                remedy=f"see {rejects}, or leave --stock out",
            )
        where.save(stock)
    copy_network(network, where.network.parent)
    where.write_settings(
        Settings(
            network=network.name,
            orders=str(request.orders or ""),
            days=book.days,
            drain_days=request.drain_days,
            pace=request.pace,
            seed=request.seed,
            scale=request.scale,
            start_s=book.start_s,
            utc_offset_s=network.utc_offset_s,
            generated=book.generated,
            live=request.opens_s >= 0,
            rejected=_set_aside(rejects) if request.stock else book.refused,
            notes=book.notes,
        )
    )
    for path in (*where.root.rglob("*"), where.root, where.root.parent):
        sync(path)  # a run that a power cut ends must find its inputs beside its journal
    tell("inputs", 3, 3, f"{len(book):,} orders of {len(book.items):,} items")
    return where


def _book(network: Network, request: Request, where: RunDir) -> OrderBook:
    """Nobody's orders yet, invented ones, or those of a file."""
    rejects = where.root / "rejects.csv"
    if request.orders is not None and request.opens_s < 0:
        return read_orders(
            request.orders, network, rejects, pace=request.pace, days=request.days, items_path=request.items,
            else_items=network.articles,
        )  # fmt: skip
    articles = _articles(network, request, rejects)
    if request.opens_s >= 0:
        return _unwritten(network, request, articles)
    return generate(network, request.days or 1, request.seed, request.scale, articles)


def _articles(network: Network, request: Request, rejects_path: Path) -> Articles | None:
    """The operator's own articles, of the file asked for or of the one that the network file names."""
    path = request.items or network.articles
    if path is None:
        return None
    rejects = Rejects()
    articles = read_items(path, rejects)
    rejects.write(rejects_path)
    if not len(articles):
        raise BadInput(
            "no usable article", where=str(path), rule="something is sold",
            remedy=f"see {rejects_path} for what was set aside and why" if len(rejects) else "add a row an article",
        )  # fmt: skip
    return articles


def _unwritten(network: Network, request: Request, articles: Articles | None) -> OrderBook:
    """A book without orders, which are placed by command; own articles, else the network file's invented ones."""
    book = generate(network, 1, request.seed, request.scale).limited(0)
    whose = "every article is invented"
    if articles is not None:
        book = replace(book, items=articles.items, refused=articles.refused)
        whose = f"the articles are those of {articles.source}"
    notes = (whose, "orders are placed, stock is counted, movements are reported")
    return replace(book, start_s=request.opens_s, days=1, generated=False, source="", notes=notes)


def _set_aside(rejects: Path) -> int:
    """Rows in rejects.csv, each counted once however many rules it breaks."""
    if not rejects.exists():
        return 0
    whole = pacsv.ParseOptions(newlines_in_values=True)
    rows = pacsv.read_csv(rejects, parse_options=whole).select(["file", "row"])
    return len(rows.group_by(["file", "row"]).aggregate([]))


def check_items(path: Path, most_g: int) -> tuple[dict[str, int], list[dict[str, str]]]:
    """(counts of a file of articles, the first breaches as rejects.csv would tell them); most_g: of a piece."""
    rejects = Rejects()
    articles = read_items(path, rejects)
    heavy = int((articles.items.weight_g > most_g).sum())
    counts = {"articles": len(articles), "rows of articles set aside": articles.refused}
    return counts | ({"articles heavier than any way carries": heavy} if heavy else {}), rejects.first(FIRST)


def load_book(where: RunDir) -> OrderBook:
    """The orders that a run directory keeps."""
    settings = where.settings
    return OrderBook(
        orders=where.load(NewOrders),
        lines=where.load(NewLines),
        refs=where.load(OrderRefs),
        items=where.load(Items),
        start_s=settings.start_s,
        days=settings.days,
        generated=settings.generated,
        source=settings.orders,
        refused=settings.rejected,
        notes=tuple(settings.notes),
    )


def load_stock(where: RunDir) -> OpeningStock | None:
    """The opening stock that the user gave, if any."""
    return where.load(OpeningStock) if _kept_stock(where).exists() else None


def _kept_stock(where: RunDir) -> Path:
    return where.root / "book" / "OpeningStock.arrow"


def opening_tables(where: RunDir, book: OrderBook) -> list[Table]:
    """What inventory knows when the network opens: the user's stock, else what a replayed file is going to ask for."""
    given = load_stock(where)
    if given is not None:
        return [given]
    if where.settings.live:
        return [OpeningStock.fill(1, fc=0, sku=0, units=0)]  # counted: nothing
    if book.generated:
        return []
    sku, units, n = book.lines.sku, book.lines.units, len(book.items)
    largest = np.zeros(n, np.int32)
    np.maximum.at(largest, sku, units)
    return [Replayed(asked=np.bincount(sku, units, n).astype(np.int32), largest=largest)]


def _clear(where: RunDir) -> None:
    """An earlier run of the same name makes room, unless it is still going on; anything else in the way is an error."""
    if where.root.exists() and not where.root.is_dir():
        raise BadInput(
            "is a file",
            where=str(where.root),
            rule="a run writes a directory of its own",
            remedy="give another --out",
        )
    left = {path.name for path in where.root.iterdir()} if where.root.is_dir() else set()
    if not left - {"rejects.csv", "book", "network", "settings.json.new"}:
        return  # nothing there, or inputs of a run that was refused
    if "settings.json" not in left:
        raise BadInput(
            "the directory holds something that is not a run",
            where=str(where.root),
            rule="a run never writes over other files",
            remedy="give another --out",
        )
    must_be_free(where.journal)
    shutil.rmtree(where.root)
