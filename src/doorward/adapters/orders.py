"""Orders from files: CSV, Parquet, JSON lines, or an Olist folder. The format is docs/orders-file.md.

Bad rows go to rejects.csv with file, row, column, value, rule and remedy; an order with a bad row is set aside whole;
everything else goes on. Vectorised: nothing here loops over rows except the decoding of JSON lines.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from doorward.adapters.items import SIZES, read_items
from doorward.adapters.olist import is_olist, read_olist
from doorward.adapters.orders_book import (
    Buildings,
    Land,
    Rows,
    as_items,
    book_of,
    doors_in_zones,
    goods,
    same_goods,
    units_of,
    whole_orders,
)
from doorward.adapters.orders_parse import (
    Floats,
    Longs,
    bits,
    choice,
    codes,
    lookup,
    moment,
    number,
    present,
)
from doorward.adapters.orders_rejects import Rejects
from doorward.adapters.orders_sheet import SUFFIXES, Sheet, read_sheet
from doorward.core import seed as draws
from doorward.core.errors import BadInput
from doorward.core.geo import EARTH_M
from doorward.core.hours import local_day
from doorward.ports.orderbook import OrderBook
from doorward.tables.items import Items
from doorward.tables.orders import DRONE_OK, LEAVE_OK, LOCKER_OK, PARTS_OK, ROBOT_OK, Access, Speed
from doorward.tables.sites import SiteKind
from doorward.tables.stock import OpeningStock

SPEEDS = {"standard": int(Speed.STANDARD), "next_day": int(Speed.NEXT_DAY), "same_day": int(Speed.SAME_DAY)}
CONSENTS = {"locker": LOCKER_OK, "drone": DRONE_OK, "robot": ROBOT_OK, "leave": LEAVE_OK, "parts": PARTS_OK}
ACCESS = {each.name.lower(): int(each) for each in Access if each.name}
LAT_RULE, LON_RULE = "latitude lies between -90 and 90 degrees", "longitude lies between -180 and 180 degrees"
MOST_LINES = 1_000
"""Lines of one order."""


def read_orders(
    path: Path | str, network: Land, rejects_path: Path | None, *, pace: float = 1.0, days: int | None = None,
    items_path: Path | None = None, else_items: Path | None = None,
) -> OrderBook:  # fmt: skip
    """Read a file of orders, a folder with orders.* (and items.*), or an Olist folder.

    The articles are those of `items_path`, else of the folder's items.*, else of `else_items`, else of the rows.
    Raises BadInput for what cannot be read at all. Rows set aside are written to `rejects_path` (if there are any).
    """
    path, rejects = Path(path), Rejects()
    if is_olist(path):
        if items_path is not None:
            raise BadInput(
                "an Olist folder brings its own articles", where="--items", rule="articles come from one place",
                remedy="leave it out",
            )  # fmt: skip
        book = read_olist(path, network, rejects, pace=pace, days=days)
    else:
        orders_file, beside = _in_folder(path)
        items_path = items_path or beside or else_items
        sheet = read_sheet(orders_file, rejects)
        catalogue = read_items(items_path, rejects).items if items_path else None
        book = _generic(sheet, catalogue, network, pace, days)
    refused = rejects.write(rejects_path)
    return replace(book, refused=refused)


def read_stock(path: Path, network: Buildings, items: Items, rejects_path: Path | None) -> OpeningStock:
    """Opening stock: columns fc, sku, units. Rows that name no building or SKU are added to the rejects."""
    rejects = Rejects()
    sheet = read_sheet(Path(path), rejects)
    sheet.need(("fc", "sku", "units"))
    fcs = network.sites.name[network.sites.kind == SiteKind.FC]
    fc = lookup(sheet.text("fc"), pa.array(fcs.tolist(), pa.string()))
    sheet.refuse(fc < 0, "fc", f"one of {', '.join(fcs)}", "write the name as in the network file")
    sku = lookup(sheet.text("sku"), pa.array(items.name.tolist(), pa.string()))
    sheet.refuse(
        sku < 0, "sku", "the SKU is ordered, or stands in the items file", "correct it, or leave the row out"
    )
    units = number(sheet, "units", 0, 2**31 - 1, "0 or more whole pieces", "give a whole number")
    sheet.refuse(units != np.rint(units), "units", "pieces are whole", "give a whole number")
    key = fc * len(items) + sku
    good = np.flatnonzero(~sheet.bad)
    again = np.ones(len(sheet), bool)
    again[good[np.unique(key[good], return_index=True)[1]]] = False
    sheet.refuse(again & ~sheet.bad, "sku", "a building and SKU stand once", "add the rows up")
    rejects.write(rejects_path, more=True)
    good = np.flatnonzero(~sheet.bad & (units > 0))
    good = good[np.argsort(key[good], kind="stable")]
    return OpeningStock(
        fc=fc[good].astype(np.int32), sku=sku[good].astype(np.int32), units=units[good].astype(np.int32)
    )


def _in_folder(path: Path) -> tuple[Path, Path | None]:
    """(orders file, items file or None) of a path."""
    if not path.is_dir():
        return path, None
    found = {stem: next((path / (stem + s) for s in SUFFIXES if (path / (stem + s)).is_file()), None)
             for stem in ("orders", "items")}  # fmt: skip
    if found["orders"] is None:
        raise BadInput(
            "holds no orders", where=str(path), rule="a folder holds orders.csv (.parquet, .jsonl) or the Olist files",
            remedy="name the file, or rename it to orders.csv",
        )  # fmt: skip
    return found["orders"], found["items"]


def _generic(sheet: Sheet, catalogue: Items | None, land: Land, pace: float, days: int | None) -> OrderBook:
    """One row an order line."""
    by_place = ("lat", "lon") if sheet.has("lat") or not (sheet.has("postcode") or sheet.has("zone")) else ()
    sheet.need(("order", "placed_at", *by_place, "sku", *(() if catalogue else SIZES)))
    notes: list[str] = []
    order, refs = codes(sheet.text("order"))
    sheet.refuse(order < 0, "order", "a line belongs to an order", "give the order's number")
    at = moment(sheet, "placed_at", land.utc_offset_s)
    zone, lat, lon = _doors(sheet, land, order, notes)
    units = units_of(sheet)
    speed = _speeds(sheet, at, land.utc_offset_s)
    consent = bits(sheet, "consent", CONSENTS, LEAVE_OK)
    if not sheet.has("consent"):
        notes.append("the file says nothing of consent: packages may be left at the door, nothing else")
    access = bits(sheet, "access", ACCESS, -1, "gate_code+dog")
    sheet.refuse(~present(sheet.text("sku")), "sku", "a line names a SKU", "fill it in")
    if catalogue is None:
        sku, names = codes(sheet.text("sku"))
        items = as_items(same_goods(sheet, goods(sheet), sku, names, "sku"))
    else:
        items = catalogue
        sku = lookup(sheet.text("sku"), pa.array(items.name.tolist(), pa.string()))
        unknown = (sku < 0) & present(sheet.text("sku"))
        sheet.refuse(
            unknown, "sku", "the SKU stands in the items file with good figures", "add it to the items file"
        )
    _agree(sheet, order, at, (lat, lon), {"speed": speed, "consent": consent, "access": access})
    spare = _duplicates(sheet, order, sku, units)
    _not_too_long(sheet, order, len(refs))
    whole_orders(sheet, order, refs, "order", sheet.bad & ~spare)
    good = np.flatnonzero(~sheet.bad)
    rows = Rows(
        order=order[good], ref=np.array(refs.to_pylist(), object), at_s=at[good], zone=zone[good], lat_udeg=lat[good],
        lon_udeg=lon[good], speed=speed[good], consent=consent[good], access=access[good], sku=sku[good],
        units=units[good],
    )  # fmt: skip
    book = book_of(
        rows, items, land, pace=pace, days=days, source=sheet.file, read=len(sheet), keep_items=catalogue is not None,
        notes=notes,
    )  # fmt: skip
    return replace(book, refused_orders=len(refs) - len(np.unique(rows.order)))


def _doors(sheet: Sheet, land: Land, order: Longs, notes: list[str]) -> tuple[Longs, Longs, Longs]:
    """Zone and place of each row: coordinates if given, else the postcode, else the zone (a door is drawn there)."""
    n = len(sheet)
    exact = present(sheet.text("lat")) | present(sheet.text("lon"))
    if not (sheet.has("postcode") or sheet.has("zone")):
        exact[:] = True
    lat = number(sheet, "lat", -90, 90, LAT_RULE, "give degrees", default=None if exact.all() else 0.0)
    lon = number(sheet, "lon", -180, 180, LON_RULE, "give degrees", default=None if exact.all() else 0.0)
    half = exact & (present(sheet.text("lat")) != present(sheet.text("lon"))) & ~sheet.bad
    sheet.refuse(
        half, "lat", "a place has a latitude and a longitude", "give both, or neither and a postcode"
    )
    if exact.all():
        return doors_in_zones(sheet, lat, lon, land, "lat")
    code, radius = np.full(n, -1, np.int64), np.zeros(n)
    base_lat, base_lon = lat.copy(), lon.copy()
    if sheet.has("postcode"):
        code = _postcode_rows(sheet.text("postcode"), land)
        by_code = ~exact & (code >= 0)
        base_lat[by_code] = land.postcodes.lat_udeg[code[by_code]] * 1e-6
        base_lon[by_code] = land.postcodes.lon_udeg[code[by_code]] * 1e-6
        radius[by_code] = land.postcodes.radius_m[code[by_code]]
    zone = lookup(sheet.text("zone"), pa.array(land.zones.name.tolist(), pa.string()))
    by_zone = ~exact & (code < 0) & (zone >= 0)
    base_lat[by_zone] = land.zones.lat_udeg[zone[by_zone]] * 1e-6
    base_lon[by_zone] = land.zones.lon_udeg[zone[by_zone]] * 1e-6
    radius[by_zone] = land.zones.radius_m[zone[by_zone]]
    lost = ~exact & (code < 0) & (zone < 0)
    column = "postcode" if sheet.has("postcode") else "zone"
    sheet.refuse(
        lost, column, "a row has lat and lon, a postcode of the network's list, or the name of a zone",
        "give coordinates, or add the postcode to the file named by zones.postcodes",
    )  # fmt: skip
    names, _ = codes(sheet.text("order"))
    base_lat, base_lon = _scatter(base_lat, base_lon, radius, sheet.text("order"), names)
    notes.append(
        "doors known by postcode or zone only were drawn inside it, the same door for the same order number"
    )
    found, lat_u, lon_u = doors_in_zones(sheet, base_lat, base_lon, land, column, sheet.text(column))
    return np.where(by_zone, zone, found), lat_u, lon_u


def _postcode_rows(cells: pa.Array, land: Land) -> Longs:
    """Row of the longest listed beginning of each postcode; -1 none."""
    listed = pa.array(land.postcodes.code.tolist(), pa.string())
    plain = pc.replace_substring_regex(pc.utf8_upper(cells), r"[^A-Z0-9]", "")
    row = np.full(len(cells), -1, np.int64)
    for size in sorted({len(c) for c in land.postcodes.code}, reverse=True):
        found = lookup(pc.utf8_slice_codeunits(plain, 0, size), listed)
        row = np.where(row < 0, found, row)
    return row


def _scatter(
    lat: Floats, lon: Floats, radius_m: Floats, refs: pa.Array, order: Longs
) -> tuple[Floats, Floats]:
    """A door within the radius, by hash of the order's own number (not of its row)."""
    kinds = pc.unique(refs).to_pylist()
    ids = np.array(
        [int.from_bytes((k or "").encode()[-7:], "big") + 31 * len(k or "") for k in kinds] + [0], np.int64
    )
    who = ids[order]
    far = radius_m * np.sqrt(draws.uniform(0, "file/far", who))
    turn = 2 * np.pi * draws.uniform(0, "file/turn", who)
    step = np.degrees(1.0 / EARTH_M)
    north, east = far * np.cos(turn) * step, far * np.sin(turn) * step
    return np.clip(lat + north, -90, 90), lon + east / np.maximum(0.01, np.cos(np.radians(lat)))


def _speeds(sheet: Sheet, at: Longs, utc_offset_s: int) -> Longs:
    """The speed asked for; where only a wished window is given, the speed that reaches its day."""
    speed = choice(sheet, "speed", SPEEDS, int(Speed.STANDARD))
    if not (sheet.has("deliver_from") or sheet.has("deliver_to")):
        return speed
    lo = moment(sheet, "deliver_from", utc_offset_s, needed=False)
    hi = moment(sheet, "deliver_to", utc_offset_s, needed=False)
    both = (lo >= 0) & (hi >= 0) & ~sheet.bad
    sheet.refuse(
        both & (hi <= lo), "deliver_to", "a window begins before it ends", "swap deliver_from and deliver_to"
    )
    past = (hi >= 0) & (hi <= at) & ~sheet.bad
    sheet.refuse(
        past, "deliver_to", "a window ends after the order was placed", "correct the window or placed_at"
    )
    later = local_day(hi, utc_offset_s) - local_day(at, utc_offset_s)
    wished = np.where(later <= 0, Speed.SAME_DAY, np.where(later == 1, Speed.NEXT_DAY, Speed.STANDARD))
    return np.where((hi >= 0) & ~present(sheet.text("speed")), wished, speed)


def _duplicates(sheet: Sheet, order: Longs, sku: Longs, units: Longs) -> NDArray[np.bool_]:
    """Rows that repeat an earlier one: set aside, they do not spoil the order. Contradicting ones do.

    A line is named by its `line` if it has one, else by its SKU. Rows that say another thing of the order itself
    must be set aside before (`_agree`): they are no copies.
    """
    line, lines = codes(sheet.text("line"))
    name = np.where(line >= 0, line, len(lines) + sku)
    by = np.lexsort((np.arange(len(sheet)), name, order))
    by = by[~sheet.bad[by]]
    again = np.zeros(len(by), bool)
    again[1:] = (order[by][1:] == order[by][:-1]) & (name[by][1:] == name[by][:-1])
    head = by[np.maximum.accumulate(np.where(again, 0, np.arange(len(by))))] if len(by) else by
    first = np.zeros(len(sheet), np.int64)
    first[by] = head
    copies, others = np.zeros(len(sheet), bool), np.zeros(len(sheet), bool)
    same = (sku[by] == sku[head]) & (units[by] == units[head])
    copies[by[again & same]], others[by[again & ~same]] = True, True
    column = "line" if sheet.has("line") else "sku"
    rule = "a line of an order stands once; the first row counts"
    sheet.refuse(
        copies, column, rule, _by_row(sheet, first, copies, "duplicate of row ", ": remove the copy")
    )
    for what, differs in (("sku", sku != sku[first]), ("units", units != units[first])):
        rows = others & differs & ~sheet.bad
        remedy = _by_row(
            sheet, first, rows, "make it as in row ", ", or name different lines in a `line` column"
        )
        sheet.refuse(rows, what, "two rows of one order line say the same", remedy)
    return copies


def _by_row(sheet: Sheet, first: Longs, rows: NDArray[np.bool_], before: str, after: str) -> pa.Array:
    """Remedies of these rows that name the number of each one's `first` row."""
    number = pa.array(sheet.number[first[rows]]).cast(pa.string())
    return pc.binary_join_element_wise(pa.scalar(before), number, pa.scalar(after), "")


def _agree(
    sheet: Sheet, order: Longs, at: Longs, place: tuple[Longs, Longs], wishes: dict[str, Longs]
) -> None:
    """All lines of an order say the same of it as its first good line. place: lat, lon in microdegrees."""
    first = np.full(int(order.max(initial=-1)) + 2, -1, np.int64)
    rows = np.flatnonzero(~sheet.bad)[::-1]
    first[order[rows]] = rows
    head = np.maximum(0, first[order])

    def compare(differs: NDArray[np.bool_], column: str) -> None:
        differs = differs & ~sheet.bad
        remedy = _by_row(
            sheet, head, differs, "make it as in row ", ", or give this line another order number"
        )
        sheet.refuse(
            differs,
            column,
            "all lines of an order say the same time, place, speed, consent and access",
            remedy,
        )

    compare(at != at[head], "placed_at")
    exact = present(sheet.text("lat"))
    moved = [where != where[head] for where in place]
    for column, here in (("lat", exact & moved[0]), ("lon", exact & moved[1])):
        compare(here, column)
    coded = present(sheet.text("postcode"))
    compare(coded & (moved[0] | moved[1]), "postcode")
    compare(moved[0] | moved[1], "zone")
    windowed = ~present(sheet.text("speed")) & present(sheet.text("deliver_to"))
    for column, value in wishes.items():
        differs = value != value[head]
        if column == "speed":
            compare(differs & windowed, "deliver_to")
        compare(differs, column)


def _not_too_long(sheet: Sheet, order: Longs, orders: int) -> None:
    good = ~sheet.bad
    many = np.bincount(order[good], minlength=orders + 1) > MOST_LINES
    sheet.refuse(good & many[order], "order", f"an order has at most {MOST_LINES} lines", "split the order")
