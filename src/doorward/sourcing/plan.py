"""Choose a building for every waiting order line, and choose again while that is still cheap.

Exact per order up to ten lines (or ten buildings), see kernel.py; orders follow each other by urgency (due time, then
order number) and each takes its units before the next. A line ships from one building unless none has all of it. Lines
of one order that ask for the same SKU are sourced in different turns if no building has the units of both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.sourcing import costs
from doorward.sourcing.each import NEVER, Baskets, Inbound, Sourced, move_each, source_each
from doorward.sourcing.kernel import scratch
from doorward.sourcing.rules import SourcingRules
from doorward.tables.items import Items
from doorward.tables.linehaul import Lanes, NextHop
from doorward.tables.orders import (
    PARTS_OK,
    LineHeld,
    Lines,
    LineSourced,
    LineSplit,
    LineStatus,
    Orders,
    OrderStatus,
)
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Floors, Sites, Zones
from doorward.tables.stock import Purchases, Stock
from doorward.tables.ways import Services

Ints = NDArray[np.int64]


def waiting_lines(lines: Lines, orders: Orders) -> Ints:
    """Rows of lines that want a building: WAITING or BACKORDERED, their order accepted."""
    row = np.flatnonzero((lines.status == LineStatus.WAITING) | (lines.status == LineStatus.BACKORDERED))
    return np.asarray(row[orders.status[lines.order[row]] == OrderStatus.ACCEPTED], np.int64)


def sourced_lines(lines: Lines, orders: Orders, rules: SourcingRules) -> Ints:
    """Rows of lines that have a building and are in no box yet, of the most urgent orders."""
    row = np.flatnonzero(lines.status == LineStatus.SOURCED)
    if len(row) <= rules.reconsider_orders:
        return row
    order = np.unique(lines.order[row])
    urgent = order[np.argsort(orders.due_s[order], kind="stable")[: rules.reconsider_orders]]
    return row[np.isin(lines.order[row], urgent)]


def plan_sources(
    lines: Lines,
    row: Ints,
    orders: Orders,
    stock: Stock,
    purchases: Purchases,
    items: Items,
    sites: Sites,
    floors: Floors,
    zones: Zones,
    lanes: Lanes,
    hops: NextHop,
    services: Services,
    rules: SourcingRules,
    now_s: int,
    offset_s: int,
) -> tuple[LineSplit, LineSourced, LineHeld, Remarks]:
    """Source the lines of rows `row`; never promises a unit twice. Lines left as they are have no row in any fact.

    A line that no building has whole is divided: its first piece keeps the row, the others are parts. If all buildings
    together lack units, an order that consents is sent what is there and the rest becomes a part (once: a part that
    waits is not divided again for want of stock).

    Held: BACKORDERED while a purchase that brings the units is due within `max_wait_s` (no new fact if it is so
    already), else CANCELLED. An order that misses lines waits as a whole if they are due before it must go. Remarks:
    lines held (limit the sku, short the units missing), orders and lines split (limit the buildings, short those beyond
    one), lines that will be late (limit the FC, short seconds).
    """
    b, free, inbound, row, door = _baskets(
        lines, row, orders, stock, purchases, items, sites, floors, zones, lanes, hops, services, rules, now_s, offset_s
    )  # fmt: skip
    got = source_each(b, free, inbound, scratch(free.shape[0]))
    owner = np.repeat(np.arange(len(b.base)), np.diff(b.pointer))[got.line]
    each = lines.order[row[b.pointer[:-1]]]
    own = np.diff(got.line, prepend=-1) != 0  # the first piece of a line stays with it
    shipped = np.zeros(len(row), np.bool_)
    shipped[got.line] = True
    missing = np.flatnonzero(got.rest)
    parted = shipped[missing]
    split = LineSplit.concat(
        [
            LineSplit.fill(int((~own).sum()), part=0, line=row[got.line[~own]], units=got.units[~own]),
            LineSplit.fill(
                int(parted.sum()), part=0, line=row[missing[parted]], units=got.rest[missing[parted]]
            ),
        ]
    )
    part = len(lines) + np.arange(len(split))
    target = row[got.line]
    target[~own] = part[: int((~own).sum())]
    waits = row[missing]
    waits[parted] = part[int((~own).sum()) :]
    was = (lines.status[row[missing]] == LineStatus.BACKORDERED) & ~parted
    held, kept = _held(got, missing, waits, was, lines.since_s[row[missing]], rules, now_s)
    remarks = Remarks.concat(
        [
            Remarks.about(
                Subject.LINE, held.line, held.reason, now_s,
                limit=lines.sku[row[missing[kept]]], short=got.short[missing[kept]],
            ),
            _split_remarks(Subject.ORDER, each, owner, got.fc, free.shape[0], now_s),
            _split_remarks(Subject.LINE, row, got.line, got.fc, free.shape[0], now_s),
            _late_remarks(target, each[owner], got.fc, door[owner, got.fc], orders, now_s),
        ]
    )  # fmt: skip
    return split.replace(part=part), LineSourced.fill(len(target), line=target, fc=got.fc), held, remarks


def _held(
    got: Sourced,
    missing: Ints,
    row: Ints,
    was: NDArray[np.bool_],
    since_s: Ints,
    rules: SourcingRules,
    now_s: int,
) -> tuple[LineHeld, NDArray[np.bool_]]:
    """Lines (places `missing`, numbers `row`) that miss units: backordered or cancelled; and which of them that is new
    for. was: they have been backordered since `since_s`."""
    wait = got.wait[missing]
    known = wait < NEVER
    soon = known & (wait - np.where(was, since_s, now_s) <= rules.max_wait_s)
    new = ~(soon & was)
    reason = np.where(~soon & (was | known), Reason.BACKORDER_TOO_LONG, Reason.OUT_OF_STOCK)
    status = np.where(soon, LineStatus.BACKORDERED, LineStatus.CANCELLED)
    return LineHeld.fill(int(new.sum()), line=row[new], status=status[new], reason=reason[new]), new


def plan_moves(
    lines: Lines,
    row: Ints,
    orders: Orders,
    stock: Stock,
    items: Items,
    sites: Sites,
    floors: Floors,
    zones: Zones,
    lanes: Lanes,
    hops: NextHop,
    services: Services,
    rules: SourcingRules,
    now_s: int,
    offset_s: int,
) -> tuple[LineSourced, Remarks]:
    """Solve orders with sourced, unboxed lines (rows `row`) again; rows for the lines that get another FC.

    Prices are today's, so an order may move because its floor has filled up, stock came back, or its lines can now
    travel together (Xu, Allgor and Graves 2009). Remarks: orders moved, reason DEARER, short = cents saved.
    """
    b, free, _, row, _ = _baskets(
        lines, row, orders, stock, Purchases.empty(), items, sites, floors, zones, lanes, hops, services, rules, now_s,
        offset_s,
    )  # fmt: skip
    fc, saved = move_each(b, free, rules.move_gain_c * costs.MC, scratch(free.shape[0]))
    moved = fc != lines.fc[row]
    order = lines.order[row[b.pointer[:-1]]]
    won = saved > 0
    remarks = Remarks.about(Subject.ORDER, order[won], Reason.DEARER, now_s, short=saved[won] // costs.MC)
    return LineSourced.fill(int(moved.sum()), line=row[moved], fc=fc[moved]), remarks


def _baskets(
    lines: Lines,
    row: Ints,
    orders: Orders,
    stock: Stock,
    purchases: Purchases,
    items: Items,
    sites: Sites,
    floors: Floors,
    zones: Zones,
    lanes: Lanes,
    hops: NextHop,
    services: Services,
    rules: SourcingRules,
    now_s: int,
    offset_s: int,
) -> tuple[Baskets, Ints, Inbound, Ints, Ints]:
    """Lines by urgency with all their costs; free stock (fc, sku); inbound; their rows; door times (order, fc)."""
    row = row[np.lexsort((row, lines.order[row], orders.due_s[lines.order[row]]))]
    order = lines.order[row]
    starts = np.flatnonzero(np.r_[True, order[1:] != order[:-1]]) if len(row) else np.zeros(0, np.int64)
    pointer = np.r_[starts, len(row)].astype(np.int64)
    each, count = order[starts], np.diff(pointer)
    skus, sku = np.unique(lines.sku[row], return_inverse=True)
    fcs = len(floors)
    cell = np.arange(fcs)[:, None] * len(items) + skus[None]
    free = stock.on_hand[cell].astype(np.int64) - stock.reserved[cell]
    land = costs.ground(sites, zones, hops, rules)
    zone = orders.zone[each]
    km = land.km[zone]
    kinds, back = np.unique(zone, return_inverse=True)
    door = costs.door_s(kinds, sites, zones, lanes, services, rules, now_s, offset_s)[back]
    due = orders.due_s[each]
    units = lines.units[row].astype(np.int64) - lines.dropped[row]
    load = costs.load_price(stock, floors, len(items), rules)
    scarce = costs.scarcity_price(free, skus, items, land, rules)
    grams = items.weight_g[lines.sku[row]].astype(np.int64) * units
    b = Baskets(
        pointer=pointer,
        sku=sku.astype(np.int64),
        units=units,
        fc=lines.fc[row].astype(np.int64),
        cost=costs.line_cost(np.repeat(km, count, axis=0), grams, units, load[None] + scarce[sku], rules),
        base=costs.parcel_base(km, door, due, rules),
        partly=(lines.parent[row] < 0) & ((orders.consent[order] & PARTS_OK) > 0),
        wait_until_s=np.minimum(now_s + rules.whole_wait_s, due - (door.min(axis=1, initial=2**62) - now_s)),
    )
    return b, free, _inbound(skus, cell, stock, purchases, rules, now_s), row, door


def _inbound(
    skus: NDArray[np.int32], cell: Ints, stock: Stock, purchases: Purchases, rules: SourcingRules, now_s: int
) -> Inbound:
    """Purchases not yet received and units on the dock, by sku and time of being for sale."""
    dock_fc, dock_sku = np.nonzero(stock.dock[cell] > 0)
    coming = np.flatnonzero(purchases.received_s < 0)
    coming = coming[np.isin(purchases.sku[coming], skus)]
    sku = np.r_[dock_sku, np.searchsorted(skus, purchases.sku[coming])]
    fc = np.r_[dock_fc, purchases.fc[coming]].astype(np.int64)
    left = np.r_[stock.dock[cell][dock_fc, dock_sku], purchases.units[coming]].astype(np.int64)
    due = np.r_[np.full(len(dock_fc), now_s), np.maximum(purchases.due_s[coming], now_s)] + rules.stow_s
    by = np.lexsort((fc, due, sku))
    pointer = np.searchsorted(sku[by], np.arange(len(skus) + 1)).astype(np.int64)
    return Inbound(pointer=pointer, fc=fc[by], at_s=due[by].astype(np.int64), left=left[by])


def _split_remarks(about: Subject, number: Ints, owner: Ints, fc: Ints, fcs: int, now_s: int) -> Remarks:
    parcels = np.bincount(np.unique(owner * fcs + fc) // fcs, minlength=len(number))
    split = parcels > 1
    return Remarks.about(
        about, number[split], Reason.SPLIT, now_s, limit=parcels[split], short=parcels[split] - 1
    )


def _late_remarks(row: Ints, order: Ints, fc: Ints, at_door_s: Ints, orders: Orders, now_s: int) -> Remarks:
    over = at_door_s - orders.due_s[order]
    late = over > 0
    return Remarks.about(
        Subject.LINE, row[late], Reason.WILL_BE_LATE, now_s, limit=fc[late], short=over[late]
    )
