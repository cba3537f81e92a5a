"""Nothing lost: what must be true of the tables after every turn, checked apart from the rooms that wrote them."""

from __future__ import annotations

import numpy as np

from doorward.ledger.state import State
from doorward.tables.items import Items
from doorward.tables.journey import JOURNEY, Event, Holder, Status
from doorward.tables.orders import Lines, LineStatus, Openings, Orders, OrderStatus
from doorward.tables.packages import Contents, Packages, Scans
from doorward.tables.stock import Stock

NOT_PICKED = (Status.PLANNED, Status.RELEASED)


def violations(state: State) -> list[str]:
    """Sentences about what does not balance; empty if all is well. O(rows)."""
    return [
        *_places(state),
        *_histories(state),
        *_lines(state),
        *_orders(state),
        *_stock(state),
        *_openings(state),
    ]


def _say(bad: np.ndarray[tuple[int], np.dtype[np.bool_]], what: str, rule: str) -> list[str]:
    count = int(bad.sum())
    return [f"{count} {what} (first: {int(np.argmax(bad))}): {rule}"] if count else []


def _places(state: State) -> list[str]:
    """Each package has exactly one holder, of the kind that its status says."""
    packages = state.table(Packages)
    kinds = np.zeros((len(Status), len(Holder)), bool)
    for rule in JOURNEY.values():
        kinds[rule.after, rule.holder] = True
    good = kinds[packages.status, packages.holder_kind] & (packages.holder >= 0)
    return _say(~good, "packages", "the holder must be of the kind that the status says")


def _histories(state: State) -> list[str]:
    """The newest scan of each package explains its status, and scans of a package go forward in time."""
    packages, scans = state.table(Packages), state.table(Scans)
    if not len(packages):
        return []
    after = np.array([JOURNEY[e].after for e in Event], np.int8)
    last = packages.last_scan
    told = after[scans.event[last]]
    wrong = (told != packages.status) | (scans.package[last] != np.arange(len(packages)))
    has_prev = scans.prev >= 0
    back = np.zeros(len(scans), bool)
    back[has_prev] = scans.at_s[has_prev] < scans.at_s[scans.prev[has_prev]]
    return [
        *_say(wrong, "packages", "the newest scan must explain the status"),
        *_say(back, "scans", "a package's scans must not go back in time"),
    ]


def _lines(state: State) -> list[str]:
    """Every unit asked for is in a package, dropped, still to be sourced, or cancelled: never in two places.

    A line divided over buildings adds up with its parts to what was asked for, and they belong to its order.
    """
    lines, packages, contents = state.table(Lines), state.table(Packages), state.table(Contents)
    live = packages.status[contents.package] != Status.CANCELLED
    boxed = np.zeros(len(lines), np.int64)
    np.add.at(boxed, contents.line[live], contents.units[live])
    is_boxed = lines.status == LineStatus.BOXED
    short = is_boxed & (boxed + np.maximum(lines.dropped, 0) != lines.units)
    twice = ~is_boxed & (boxed > 0)
    part = np.flatnonzero(lines.parent >= 0)
    parent = lines.parent[part]
    divided = np.where(lines.parent >= 0, 0, lines.units).astype(np.int64)
    np.add.at(divided, parent, lines.units[part])
    stray = np.zeros(len(lines), np.bool_)
    stray[part] = (
        (lines.parent[parent] >= 0)
        | (lines.order[part] != lines.order[parent])
        | (lines.sku[part] != lines.sku[parent])
    )
    return [
        *_say(divided != lines.asked, "lines", "a line and its parts must add up to what was asked for"),
        *_say(stray | (lines.units < 1), "lines", "a part must be units of its line's order and article"),
        *_say(short, "lines", "the units of a boxed line must be in its packages or dropped"),
        *_say(twice, "lines", "a line that is not boxed must not be in a package"),
    ]


def _orders(state: State) -> list[str]:
    """Only accepted orders move; refused and expired ones hold nothing."""
    orders, lines = state.table(Orders), state.table(Lines)
    away = np.isin(orders.status, (OrderStatus.REFUSED, OrderStatus.EXPIRED))[lines.order]
    moved = np.isin(lines.status, (LineStatus.SOURCED, LineStatus.BOXED))
    return _say(away & moved, "lines", "an order that was refused or has expired must not be worked on")


def _stock(state: State) -> list[str]:
    """Units received = on hand + dock + shipped + written off; reservations are those of open lines."""
    stock, lines, items = state.table(Stock), state.table(Lines), state.table(Items)
    packages, contents = state.table(Packages), state.table(Contents)
    came = stock.received + stock.returned + stock.found
    went = stock.on_hand.astype(np.int64) + stock.dock + stock.shipped + stock.written_off
    reserved = np.zeros(len(stock), np.int64)
    sourced = lines.status == LineStatus.SOURCED
    np.add.at(reserved, lines.fc[sourced] * len(items) + lines.sku[sourced], lines.units[sourced])
    waiting = np.isin(packages.status, NOT_PICKED)[contents.package]
    fc = packages.fc[contents.package]
    np.add.at(reserved, fc[waiting] * len(items) + contents.sku[waiting], contents.units[waiting])
    shipped = np.zeros(len(stock), np.int64)
    gone = ~np.isin(packages.status, (*NOT_PICKED, Status.CANCELLED))[contents.package]
    np.add.at(shipped, fc[gone] * len(items) + contents.sku[gone], contents.units[gone])
    return [
        *_say(
            came != went,
            "stock rows",
            "received + returned + found must equal on hand + dock + shipped + lost",
        ),
        *_say(
            stock.reserved != reserved, "stock rows", "reserved must equal the units of lines not yet picked"
        ),
        *_say(stock.reserved > stock.on_hand, "stock rows", "reserved must not exceed what is on hand"),
        *_say(stock.shipped != shipped, "stock rows", "shipped must equal the units in picked packages"),
    ]


def _openings(state: State) -> list[str]:
    """No capacity was promised twice."""
    openings = state.table(Openings)
    over = (openings.taken > openings.limit) | (openings.taken < 0)
    return _say(over, "openings", "capacity promised must lie between nothing and its limit")
