"""The operator's own articles from a file: CSV, Parquet or JSON lines. The format is docs/items-file.md.

Bad rows go to rejects.csv with file, row, column, value, rule and remedy; everything else goes on.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from doorward.adapters.orders_book import Goods, as_items, goods
from doorward.adapters.orders_parse import codes, number, present
from doorward.adapters.orders_rejects import Rejects
from doorward.adapters.orders_sheet import Sheet, read_sheet
from doorward.core.errors import BadInput
from doorward.core.units import DAY_S
from doorward.ports.orderbook import Articles

SIZES = ("weight_g", "length_mm", "width_mm", "height_mm")
MOST_ARTICLES = 2_000_000
LONGEST_SKU = 200
MOST_A_DAY = 10_000_000
DENSEST_G_ML, THINNEST_G_ML = 22.6, 0.0012
"""Osmium and air: beyond them weight or sizes are in another unit."""
SMALL_G = 50
"""Lighter pieces may seem denser than they are, because grams are rounded up."""


def read_items(path: Path | str, rejects: Rejects) -> Articles:
    """Read a file of articles; rows that break a rule are added to `rejects`. Of two rows for a SKU the first counts.

    Raises BadInput for what cannot be read at all, or holds too many articles.
    """
    before = rejects.rows()
    sheet = read_sheet(Path(path), rejects)
    if len(sheet) > MOST_ARTICLES:
        raise BadInput(
            f"{len(sheet):,} rows", where=str(path), rule=f"at most {MOST_ARTICLES:,} articles",
            remedy="leave out what is not sold",
        )  # fmt: skip
    sheet.need(("sku", *SIZES))
    _skus(sheet)
    given = goods(sheet)
    _weighs_what_it_can(sheet, given)
    rule = f"expected demand is 0 to {MOST_A_DAY:,} pieces a day"
    per_day = number(sheet, "per_day", 0, MOST_A_DAY, rule, "give a number, or leave it empty", default=-1.0)
    _once(sheet)
    good = np.flatnonzero(~sheet.bad)
    per_day = per_day[good]
    upm = np.where(per_day < 0, -1, np.rint(per_day * 1e6 / DAY_S)).astype(np.int64)
    names = _texts(sheet.text("sku"))[good]
    return Articles(
        items=as_items(given.take(good).replace(name=names)).replace(rate_upm=upm),
        per_day=per_day,
        category=_texts(sheet.text("category"))[good],
        source=str(path),
        refused=rejects.rows() - before,
    )


def _texts(column: pa.Array) -> NDArray[np.object_]:
    return np.array(pc.fill_null(column, "").to_pylist(), object)


def _skus(sheet: Sheet) -> None:
    """An article can be called by its SKU."""
    cells = sheet.text("sku")
    sheet.refuse(~present(cells), "sku", "an article has a SKU", "fill it in")
    size = pc.fill_null(pc.utf8_length(cells), 0).to_numpy(zero_copy_only=False)
    sheet.refuse(size > LONGEST_SKU, "sku", f"a SKU has at most {LONGEST_SKU} letters", "shorten it")


def _weighs_what_it_can(sheet: Sheet, given: Goods) -> None:
    """What would be denser than osmium or lighter than air has other units: kilograms, centimetres."""
    volume_ml = given.length_mm.astype(np.float64) * given.width_mm * given.height_mm / 1000
    dense = (given.weight_g > SMALL_G) & (given.weight_g > DENSEST_G_ML * volume_ml) & ~sheet.bad
    sheet.refuse(
        dense, "weight_g", f"no piece weighs more than {DENSEST_G_ML} g a millilitre, as osmium",
        "weights are grams, sides millimetres: are these centimetres?",
    )  # fmt: skip
    thin = (given.weight_g < THINNEST_G_ML * volume_ml) & ~sheet.bad
    sheet.refuse(
        thin, "weight_g", "no piece weighs less than the air in its place, 1.2 g a litre",
        "weights are grams, sides millimetres: are these kilograms?",
    )  # fmt: skip


def _once(sheet: Sheet) -> None:
    """Of the good rows for one SKU the first counts, the others are set aside and told its number."""
    sku, names = codes(sheet.text("sku"))
    good = np.flatnonzero(~sheet.bad)
    first = np.full(len(names) + 1, -1, np.int64)
    first[sku[good[::-1]]] = good[::-1]
    again = ~sheet.bad & (first[sku] != np.arange(len(sheet)))
    counts = pa.array(sheet.number[first[sku[again]]]).cast(pa.string())
    remedy = pc.binary_join_element_wise(
        pa.scalar("row "), counts, pa.scalar(" counts: remove this one, or give it another SKU"), ""
    )
    sheet.refuse(again, "sku", "a SKU stands once; the first row counts", remedy)
