"""Orders from a folder in the layout of the Olist data set (Brazilian e-commerce, CSV files joined by id).

Every order with at least one item is taken, whatever later became of it: an order that was cancelled in reality was
placed all the same. One line per product, units counted. The door is one of the data set's own points of the customer's
zip prefix, drawn by hash of the customer's number; points farther than 25 km from the prefix's median are left out.
Prefixes without points take a point of their city. Nothing is assumed about weights: a product without good figures
sets aside the orders that ask for it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from doorward.adapters.orders_book import Goods, Land, Rows, as_items, book_of, doors_in_zones, goods
from doorward.adapters.orders_parse import Floats, Longs, codes, lookup, moment, number
from doorward.adapters.orders_rejects import Rejects
from doorward.adapters.orders_sheet import Sheet, read_sheet
from doorward.core import seed as draws
from doorward.core.geo import crow_m
from doorward.ports.orderbook import OrderBook
from doorward.tables.orders import LEAVE_OK, Speed

ORDERS, ITEMS, CUSTOMERS = (
    "olist_orders_dataset.csv",
    "olist_order_items_dataset.csv",
    "olist_customers_dataset.csv",
)
PRODUCTS, PLACES = "olist_products_dataset.csv", "olist_geolocation_dataset.csv"
STRAY_M = 25_000
"""Points of a zip prefix farther than this from their median are mistakes of geocoding."""


def is_olist(path: Path) -> bool:
    """Is it a folder with Olist's orders file?"""
    return path.is_dir() and (path / ORDERS).is_file()


def read_olist(path: Path, land: Land, rejects: Rejects, *, pace: float, days: int | None) -> OrderBook:
    """Join the files into a book. Raises BadInput if one of them cannot be read."""
    notes = ["the door is one of the data set's points of the customer's zip prefix"]
    orders, lines, customers, products, places = (
        read_sheet(path / name, rejects) for name in (ORDERS, ITEMS, CUSTOMERS, PRODUCTS, PLACES)
    )
    orders.need(("order_id", "customer_id", "order_purchase_timestamp"))
    lines.need(("order_id", "order_item_id", "product_id", "price"))
    customers.need(("customer_id", "customer_zip_code_prefix", "customer_city", "customer_state"))
    names, items = _products(products)
    order_ids = orders.text("order_id")
    at = moment(orders, "order_purchase_timestamp", land.utc_offset_s)
    _once(orders, "order_id", "an order's number stands once; the first row counts")
    zone, lat, lon = _doors(orders, customers, places, land, notes)
    sku = lookup(lines.text("product_id"), names)
    price = number(lines, "price", 0, 1e7, "a price is 0 or more", "correct it", default=0.0)
    lines.refuse(
        sku < 0, "product_id", "the product stands in the products file with good figures", "add its figures"
    )
    _once(
        lines,
        "order_id",
        "an item of an order stands once; the first row counts",
        "order_item_id",
        spare=True,
    )
    order = lookup(lines.text("order_id"), order_ids)
    lines.refuse(order < 0, "order_id", "the item's order stands in the orders file", "add the order")
    _whole(orders, lines, order)
    keep = np.flatnonzero(~lines.bad)
    keep = keep[~orders.bad[order[keep]]]
    row = order[keep]
    value = _prices(len(items), sku[keep], price[keep])
    rows = Rows(
        order=row, ref=np.array(order_ids.to_pylist(), object), at_s=at[row], zone=zone[row], lat_udeg=lat[row],
        lon_udeg=lon[row], speed=np.full(len(row), int(Speed.STANDARD)), consent=np.full(len(row), LEAVE_OK),
        access=np.full(len(row), -1), sku=sku[keep], units=np.ones(len(row), np.int64),
    )  # fmt: skip
    book = book_of(
        rows, as_items(items.replace(value_c=value)), land, pace=pace, days=days, source=str(path), read=len(orders),
        keep_items=False, notes=notes,
    )  # fmt: skip
    return replace(book, refused_orders=len(orders) - len(np.unique(row)))


def _products(sheet: Sheet) -> tuple[pa.Array, Goods]:
    """(ids, goods) of the products with good figures. Figures are grams and centimetres."""
    names = ("product_weight_g", "product_length_cm", "product_width_cm", "product_height_cm")
    sheet.need(("product_id", *names))
    given = goods(sheet, value_column="no_price_here", scale_mm=10, names=names)
    _once(sheet, "product_id", "a product stands once; the first row counts")
    good = np.flatnonzero(~sheet.bad)
    ids = sheet.text("product_id").take(pa.array(good))
    return ids, given.take(good).replace(name=np.array(ids.to_pylist(), object))


def _once(sheet: Sheet, column: str, rule: str, second: str = "", *, spare: bool = False) -> None:
    """Empty ids and copies of an id (or of a pair) are set aside. spare: copies do not count as the order's fault."""
    first, _ = codes(sheet.text(column))
    sheet.refuse(first < 0, column, "an id is given", "fill it in")
    other = codes(sheet.text(second))[0] if second else np.zeros(len(sheet), np.int64)
    by = np.lexsort((np.arange(len(sheet)), other, first))
    again = np.zeros(len(sheet), bool)
    again[by[1:]] = (first[by[1:]] == first[by[:-1]]) & (other[by[1:]] == other[by[:-1]])
    again &= first >= 0
    sheet.refuse(again, column, rule, "remove the copy")
    if spare:
        sheet.columns[column] = pc.if_else(pa.array(again), pa.scalar(None, pa.string()), sheet.text(column))


def _doors(
    orders: Sheet, customers: Sheet, places: Sheet, land: Land, notes: list[str]
) -> tuple[Longs, Longs, Longs]:
    """Zone and place of each order's door."""
    who = lookup(orders.text("customer_id"), customers.text("customer_id"))
    orders.refuse(who < 0, "customer_id", "the customer stands in the customers file", "add the customer")
    columns = (
        "geolocation_zip_code_prefix",
        "geolocation_lat",
        "geolocation_lng",
        "geolocation_city",
        "geolocation_state",
    )
    places.need(columns)
    lat = number(places, "geolocation_lat", -90, 90, "latitude lies between -90 and 90 degrees", "correct it")
    lon = number(
        places, "geolocation_lng", -180, 180, "longitude lies between -180 and 180 degrees", "correct it"
    )
    prefix = places.text(columns[0])
    city = pc.binary_join_element_wise(places.text(columns[3]), places.text(columns[4]), "/")
    at = np.maximum(who, 0)
    mine = customers.text("customer_zip_code_prefix").take(pa.array(at))
    home = pc.binary_join_element_wise(customers.text("customer_city"), customers.text("customer_state"), "/")
    near = _point(prefix, lat, lon, ~places.bad, mine, who)
    far = _point(city, lat, lon, ~places.bad, home.take(pa.array(at)), who)
    lost = (near < 0) & (far < 0) & (who >= 0)
    orders.refuse(
        lost,
        "customer_id",
        "the customer's zip prefix or city has a point in the geolocation file",
        "add a point",
        mine,
    )
    by_city = int(((near < 0) & (far >= 0) & (who >= 0)).sum())
    if by_city:
        notes.append(f"{by_city} orders of zip prefixes without points stand at a point of their city")
    row = np.maximum(0, np.where(near >= 0, near, far))
    return doors_in_zones(orders, lat[row], lon[row], land, "customer_id", mine)


def _point(keys: pa.Array, lat: Floats, lon: Floats, good: np.ndarray, wanted: pa.Array, who: Longs) -> Longs:
    """For each wanted key a row of the points that bear it, drawn by hash of `who`; -1 where there is none."""
    code, names = codes(keys)
    row = np.flatnonzero(good & (code >= 0))
    mid_lat, mid_lon = _medians(code[row], lat[row], len(names)), _medians(code[row], lon[row], len(names))
    c = code[row]
    stray = crow_m(lat[row] * 1e6, lon[row] * 1e6, mid_lat[c] * 1e6, mid_lon[c] * 1e6) > STRAY_M
    row = row[~stray]
    row = row[np.argsort(code[row], kind="stable")]
    count = np.bincount(code[row], minlength=len(names) + 1)
    first = np.cumsum(count) - count
    at = lookup(wanted, names)
    pick = (draws.uniform(0, "olist/door", who) * count[at]).astype(np.int64)
    found = (at >= 0) & (count[at] > 0)
    return np.where(
        found, row[np.minimum(np.maximum(0, first[at] + pick), max(0, len(row) - 1))] if len(row) else -1, -1
    )


def _medians(group: Longs, value: Floats, groups: int) -> Floats:
    """Lower median of each group's values."""
    by = np.lexsort((value, group))
    count = np.bincount(group, minlength=groups)
    first = np.cumsum(count) - count
    out = np.zeros(groups)
    has = count > 0
    out[has] = value[by][first[has] + (count[has] - 1) // 2]
    return out


def _whole(orders: Sheet, lines: Sheet, order: Longs) -> None:
    """An order without items, or with an item that cannot be taken, is set aside."""
    there = order >= 0
    items = np.bincount(order[there], minlength=len(orders))
    orders.refuse((items == 0) & ~orders.bad, "order_id", "an order has at least one item", "add its items")
    spoilt = np.bincount(order[lines.bad & there], minlength=len(orders)) > 0
    orders.refuse(
        spoilt & ~orders.bad,
        "order_id",
        "an order is taken whole or not at all",
        "correct its rows in the items file",
    )


def _prices(items: int, sku: Longs, price: Floats) -> Longs:
    """The median price of each product over its order items, in cents."""
    return np.rint(_medians(sku, price, items) * 100).astype(np.int64)
