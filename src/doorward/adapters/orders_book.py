"""From sheets of good and bad rows to a book of orders: whole orders only, by time, each at a door in a zone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from doorward.adapters.orders_parse import Floats, Longs, flag, number, zone_of
from doorward.adapters.orders_sheet import Sheet
from doorward.core.errors import BadInput
from doorward.core.hours import day_start, local_day
from doorward.core.table import I4, I8, Table, Text
from doorward.core.units import DAY_S
from doorward.ports.orderbook import OrderBook, merge_lines
from doorward.ports.storefront import NewLines, NewOrders
from doorward.tables.items import FRAGILE, HAZMAT, UPRIGHT, Items
from doorward.tables.orders import OrderRefs
from doorward.tables.sites import Sites, Zones

HEAVIEST_G, LONGEST_MM, DEAREST = 2_000_000, 20_000, 10_000_000.0
"""Beyond these a figure is taken for a mistake of unit: two tonnes, twenty metres, ten million."""
WHOLE = "an order is taken whole or not at all"


class Places(Protocol):
    """Postcodes or their beginnings, by code; see runtime.network_tables.Postcodes."""

    @property
    def code(self) -> NDArray[np.object_]: ...
    @property
    def lat_udeg(self) -> NDArray[np.int32]: ...
    @property
    def lon_udeg(self) -> NDArray[np.int32]: ...
    @property
    def radius_m(self) -> NDArray[np.int32]: ...


class Land(Protocol):
    """What reading orders needs of a network."""

    @property
    def zones(self) -> Zones: ...
    @property
    def zone_reach_m(self) -> int: ...
    @property
    def postcodes(self) -> Places: ...
    @property
    def utc_offset_s(self) -> int: ...


class Buildings(Protocol):
    """What reading stock needs of a network."""

    @property
    def sites(self) -> Sites: ...


class Goods(Table):
    """Weights, sizes and prices as read, row = SKU or row of a sheet; sides longest first."""

    name: Text
    weight_g: I4
    length_mm: I4
    width_mm: I4
    height_mm: I4
    value_c: I8
    flags: I4


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Good order lines, one a row: order (n,) number by first appearance, its facts, sku, units."""

    order: Longs
    ref: NDArray[np.object_]  # (orders,)
    at_s: Longs
    zone: Longs
    lat_udeg: Longs
    lon_udeg: Longs
    speed: Longs
    consent: Longs
    access: Longs
    sku: Longs
    units: Longs


def goods(sheet: Sheet, value_column: str = "value", scale_mm: int = 1, names: tuple[str, ...] = ()) -> Goods:
    """Weight, sizes, value and flags of each row; scale_mm: millimetres in a unit of length (10 for cm)."""
    weight, *sides = names or ("weight_g", "length_mm", "width_mm", "height_mm")
    grams = number(
        sheet,
        weight,
        1e-6,
        HEAVIEST_G,
        f"a weight lies between 1 g and {HEAVIEST_G:,} g",
        "give grams, above zero",
    )
    unit = "millimetres" if scale_mm == 1 else "centimetres"
    most = LONGEST_MM / scale_mm
    side = [
        number(
            sheet, s, 1e-6, most, f"a side lies between 0 and {most:,.0f} {unit}", f"give {unit}, above zero"
        )
        for s in sides
    ]
    value = number(
        sheet, value_column, 0, DEAREST, "a price of a piece is 0 or more", "give it in money", default=0.0
    )
    flags = sum(
        np.where(flag(sheet, n), bit, 0)
        for n, bit in (("fragile", FRAGILE), ("hazmat", HAZMAT), ("upright", UPRIGHT))
    )
    mm = -np.sort(-np.ceil(np.stack(side, axis=1) * scale_mm), axis=1)
    return Goods(
        name=np.full(len(sheet), "", object),
        weight_g=np.ceil(grams).astype(np.int32),
        length_mm=np.maximum(1, mm[:, 0]).astype(np.int32),
        width_mm=np.maximum(1, mm[:, 1]).astype(np.int32),
        height_mm=np.maximum(1, mm[:, 2]).astype(np.int32),
        value_c=np.rint(value * 100).astype(np.int64),
        flags=np.asarray(flags, np.int32),
    )


def doors_in_zones(
    sheet: Sheet, lat: Floats, lon: Floats, land: Land, column: str, value: pa.Array | None = None
) -> tuple[Longs, Longs, Longs]:
    """(zone, lat, lon in microdegrees) of each row; a door too far from every zone sets its row aside."""
    lat_u, lon_u = np.rint(lat * 1e6).astype(np.int64), np.rint(lon * 1e6).astype(np.int64)
    zone, gap = zone_of(lat_u, lon_u, land.zones)
    out = (gap > land.zone_reach_m) & ~sheet.bad
    if out.any():
        km = np.rint(gap[out] / 1000).astype(np.int64)
        near = [f"add a zone there, or correct the place: {k} km beyond zone {z}" for k, z in
                zip(km.tolist(), land.zones.name[zone[out]].tolist(), strict=True)]  # fmt: skip
        sheet.bad |= out
        shown = (
            value
            if value is not None
            else pa.array([f"{a:.5f} {b:.5f}" for a, b in zip(lat, lon, strict=True)])
        )
        sheet.rejects.add(
            sheet.file, sheet.number[out], column, shown.filter(pa.array(out)),
            f"a door lies in a zone or within {land.zone_reach_m} m of one", pa.array(near),
        )  # fmt: skip
    return zone, lat_u, lon_u


def whole_orders(sheet: Sheet, order: Longs, names: pa.Array, column: str, spoilt: NDArray[np.bool_]) -> None:
    """Set aside the good rows of every order that has a `spoilt` row. order (n,): -1 none."""
    bad = np.zeros(len(names) + 1, bool)
    bad[order[spoilt]] = True
    bad[-1] = False
    with_it = bad[order] & ~sheet.bad
    first = np.full(len(names) + 1, -1, np.int64)
    rows = np.flatnonzero(spoilt)[::-1]
    first[order[rows]] = sheet.number[rows]
    if with_it.any():
        remedy = [f"correct row {r} of the same order" for r in first[order[with_it]].tolist()]
        shown = sheet.text(column).filter(pa.array(with_it))
        sheet.rejects.add(sheet.file, sheet.number[with_it], column, shown, WHOLE, pa.array(remedy))
        sheet.bad |= with_it


def book_of(
    rows: Rows, items: Items, land: Land, *, pace: float, days: int | None, source: str, read: int, keep_items: bool,
    notes: list[str],
) -> OrderBook:  # fmt: skip
    """Sort, replay at the pace, limit to days, and count what is asked for.

    t' = t0 + (t - t0) / pace, t0 the first order's time. Knowledge of demand (`rate_upm`), where `items` has none
    (-1), is what the replayed orders themselves ask for, over their span (a day or more).
    """
    if not 0.001 <= pace <= 1e6:
        raise BadInput(
            f"pace {pace}", where="--pace", rule="a pace lies between 0.001 and 1,000,000", remedy="try 50"
        )
    n = len(rows.ref)
    heads = np.full(n, -1, np.int64)
    heads[rows.order[::-1]] = np.arange(len(rows.order))[::-1]
    live = np.flatnonzero(heads >= 0)
    head = heads[live]
    by = np.lexsort((head, rows.at_s[head]))
    live, head = live[by], head[by]
    rank = np.full(n, -1, np.int64)
    rank[live] = np.arange(len(live))
    order = rank[rows.order]
    at = rows.at_s[head]
    if len(at):
        at = at[0] + np.floor((at - at[0]) / pace).astype(np.int64)
    line = np.argsort(order, kind="stable")
    counts, sku, units = merge_lines(order[line], rows.sku[line], rows.units[line], len(live))
    orders = NewOrders(
        at_s=at, zone=rows.zone[head].astype(np.int32), lat_udeg=rows.lat_udeg[head].astype(np.int32),
        lon_udeg=rows.lon_udeg[head].astype(np.int32), speed=rows.speed[head].astype(np.int8),
        consent=rows.consent[head].astype(np.int8), lines=counts.astype(np.int16),
        access=rows.access[head].astype(np.int8),
    )  # fmt: skip
    start = day_start(int(at[0]), land.utc_offset_s) if len(at) else 0
    span = (
        local_day(int(at[-1]), land.utc_offset_s) - local_day(int(at[0]), land.utc_offset_s) + 1
        if len(at)
        else 1
    )
    book = OrderBook(
        orders=orders, lines=NewLines(sku=sku.astype(np.int32), units=units.astype(np.int32)),
        refs=OrderRefs(ref=rows.ref[live]), items=items, start_s=start, days=span, generated=False,
        source=source, read=read,
    )  # fmt: skip
    if days is not None:
        whole = len(book)
        book = book.limited(days)
        if len(book) < whole:
            notes.append(
                f"{whole - len(book):,} orders placed after day {days} were left out, as --days asks"
            )
    return _with_rates(book, keep_items, notes)


def as_items(given: Goods) -> Items:
    """A catalogue of these goods; nothing is known of demand."""
    same = ("name", "weight_g", "length_mm", "width_mm", "height_mm", "value_c", "flags")
    return Items.fill(len(given), **{n: getattr(given, n) for n in same})


def _with_rates(book: OrderBook, keep_items: bool, notes: list[str]) -> OrderBook:
    items, lines = book.items, book.lines
    if not keep_items:
        used = np.unique(lines.sku)
        items = items.take(used)
        lines = lines.replace(sku=np.searchsorted(used, lines.sku).astype(np.int32))
    at = book.orders.at_s
    span = max(DAY_S, int(at[-1] - at[0])) if len(at) else DAY_S
    units = np.bincount(lines.sku, weights=lines.units, minlength=len(items))
    asked = np.where(units > 0, np.maximum(1, np.rint(units * 1e6 / span)), 0).astype(np.int64)
    rate = np.where(items.rate_upm < 0, asked, items.rate_upm)
    whose = "" if (items.rate_upm < 0).all() else " of articles without per_day"
    notes.append(
        f"expected demand{whose}, and opening stock where none is given, follow from the orders of the file themselves"
    )
    return replace(book, items=items.replace(rate_upm=rate), lines=lines, notes=tuple(notes))


def same_goods(sheet: Sheet, given: Goods, sku: Longs, names: pa.Array, column: str) -> Goods:
    """The catalogue as order lines tell it: the first good row of each SKU speaks, rows that differ are set aside."""
    first = np.full(len(names), -1, np.int64)
    rows = np.flatnonzero(~sheet.bad & (sku >= 0))[::-1]
    first[sku[rows]] = rows
    speaks = first[np.maximum(sku, 0)]
    differs = np.zeros(len(sheet), bool)
    for name in ("weight_g", "length_mm", "width_mm", "height_mm", "flags"):
        values = getattr(given, name)
        differs |= values != values[speaks]
    differs &= ~sheet.bad & (sku >= 0)
    sheet.refuse(
        differs, column, "a SKU has one weight, one size, one set of flags: those of its first row",
        "correct the figures, or give this SKU another name",
    )  # fmt: skip
    known = given.take(np.maximum(first, 0))
    return known.replace(name=np.array(names.to_pylist(), object))


def units_of(sheet: Sheet, column: str = "units") -> Longs:
    """Pieces of each line."""
    got = number(
        sheet,
        column,
        1,
        100_000,
        "an order line asks for 1 to 100,000 whole pieces",
        "give a whole number",
        default=1.0,
    )
    part = (got != np.rint(got)) & ~sheet.bad
    sheet.refuse(part, column, "pieces are whole", "give a whole number")
    return np.rint(got).astype(np.int64)
