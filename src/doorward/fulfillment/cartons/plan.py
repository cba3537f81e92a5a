"""Which box for which pieces: cartonization.

Groups of pieces (an order's lines at one building) go into the first box, by price and size, that holds them all; if
none does, into the box that takes the most volume, and again for the rest. What fits no box ships in its own packaging.
Packing itself is in kernel.py; lint.py checks any packing independently.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import I1, I2, I4, I8, Table
from doorward.fulfillment.cartons.kernel import pack_groups
from doorward.tables.items import Boxes, Items
from doorward.tables.remarks import Reason, Remarks, Subject


class Pieces(Table):
    """What is to be boxed: rows of one group stand together.

    group (n,) number of the group, ascending; line, sku (n,); units (n,) at least 1
    """

    group: I8
    line: I8
    sku: I4
    units: I4


class Cartons(Table):
    """Planned packages, row = carton.

    group (n,) the group it serves; box (n,) row in Boxes, -1 own packaging; units, weight_g (n,) with the box
    length_mm, width_mm, height_mm (n,) outside, longest first; volume_ml (n,) outside, rounded up
    void_pm (n,) empty share of the inside, rounded down, -1 in a mailer; value_c, flags (n,)
    """

    group: I8
    box: I2
    units: I4
    weight_g: I4
    length_mm: I4
    width_mm: I4
    height_mm: I4
    volume_ml: I8
    void_pm: I2
    value_c: I8
    flags: I1


class Fillings(Table):
    """What lies in which carton: rows by carton, then line. carton, line, sku, units (n,)."""

    carton: I8
    line: I8
    sku: I4
    units: I4


@dataclass(frozen=True)
class Layout:
    """Where every single piece lies, for drawing and checking: carton (n,), sku (n,), place (n, 6) mm in its box."""

    carton: NDArray[np.int64]
    sku: NDArray[np.int64]
    place: NDArray[np.int64]


def by_preference(boxes: Boxes, litre_mc: int) -> NDArray[np.int64]:
    """Rows of the suite, cheapest first: its own cost plus what its volume costs on the way; ties by row."""
    volume_mm3 = boxes.length_mm.astype(np.int64) * boxes.width_mm * boxes.height_mm
    price = boxes.cost_c.astype(np.int64) * 1000 + volume_mm3 * litre_mc // 1_000_000
    return np.argsort(price, kind="stable")


def plan_cartons(
    pieces: Pieces,
    items: Items,
    boxes: Boxes,
    *,
    tries: int,
    most: int,
    wall_mm: int,
    litre_mc: int,
    at_s: int,
) -> tuple[Cartons, Fillings, Remarks, Layout]:
    """Box every piece; deterministic, O(pieces^3) a carton at worst, `most` limiting how many are looked at.

    Remarks are about carton rows (the service shifts them to package numbers).
    """
    row = np.repeat(np.arange(len(pieces)), pieces.units)
    sku = pieces.sku[row].astype(np.int64)
    group = pieces.group[row]
    start = np.r_[np.flatnonzero(np.diff(group, prepend=-1)), len(group)].astype(np.int64)
    size = np.stack([items.length_mm[sku], items.width_mm[sku], items.height_mm[sku]], axis=1).astype(
        np.int64
    )
    weight, flags = items.weight_g[sku].astype(np.int64), items.flags[sku].astype(np.int64)
    suite = by_preference(boxes, litre_mc)
    inside = np.stack(
        [boxes.length_mm[suite], boxes.width_mm[suite], boxes.height_mm[suite], boxes.max_g[suite]], axis=1
    ).astype(np.int64)
    carton, place, chosen = pack_groups(start, size, weight, flags, inside, tries, most)
    box = np.where(chosen >= 0, suite[chosen] if len(suite) else -1, -1)
    cartons = _cartons(carton, group, sku, place[:, 5], box, items, boxes, wall_mm)
    fillings = _fillings(carton, row, pieces)
    return (
        cartons,
        fillings,
        _own_packaging(cartons, fillings, items, boxes, at_s),
        Layout(carton, sku, place),
    )


def _sum(carton: NDArray[np.int64], values: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    total = np.zeros(count, np.int64)
    np.add.at(total, carton, values)
    return total


def _cartons(
    carton: NDArray[np.int64], group: NDArray[np.int64], sku: NDArray[np.int64], top_mm: NDArray[np.int64],
    box: NDArray[np.int64], items: Items, boxes: Boxes, wall_mm: int,
) -> Cartons:  # fmt: skip
    """Totals, outside sizes and the empty share of every carton. top_mm (pieces,) how high each piece reaches in it."""
    n = len(box)
    of_group, any_sku = np.zeros(n, np.int64), np.zeros(n, np.int64)
    of_group[carton], any_sku[carton] = group, sku
    goods = items.length_mm[sku].astype(np.int64) * items.width_mm[sku] * items.height_mm[sku]
    own = box < 0
    soft = ~own & (boxes.soft[box] == 1) if len(boxes) else np.zeros(n, np.bool_)
    sides = [
        np.where(own, of_item[any_sku], of_box[box] if len(of_box) else 0).astype(np.int64)
        for of_item, of_box in (
            (items.length_mm, boxes.length_mm),
            (items.width_mm, boxes.width_mm),
            (items.height_mm, boxes.height_mm),
        )
    ]
    inside = sides[0] * sides[1] * sides[2]
    top = np.zeros(n, np.int64)
    np.maximum.at(top, carton, top_mm)
    sides[2] = np.where(soft, top, sides[2])
    board = np.where(own, 0, boxes.board_g[box] if len(boxes) else 0)
    film = np.where(own, 0, boxes.film_g[box] if len(boxes) else 0)
    wall = np.where((board > 0) & ~soft, 2 * wall_mm, 0)
    outside = np.sort(np.stack([side + wall for side in sides]), axis=0)[::-1]
    flags = np.zeros(n, np.int8)
    np.bitwise_or.at(flags, carton, items.flags[sku])
    filled = _sum(carton, goods, n)
    return Cartons.fill(
        n,
        group=of_group,
        box=box,
        units=np.bincount(carton, minlength=n),
        weight_g=_sum(carton, items.weight_g[sku].astype(np.int64), n) + board + film,
        length_mm=outside[0],
        width_mm=outside[1],
        height_mm=outside[2],
        volume_ml=-(-outside[0] * outside[1] * outside[2] // 1000),
        void_pm=np.where(soft, -1, (inside - filled) * 1000 // np.maximum(inside, 1)),
        value_c=_sum(carton, items.value_c[sku], n),
        flags=flags,
    )


def _fillings(carton: NDArray[np.int64], row: NDArray[np.int64], pieces: Pieces) -> Fillings:
    """Count the pieces of each line in each carton."""
    key, units = np.unique(carton * max(len(pieces), 1) + row, return_counts=True)
    of = key % max(len(pieces), 1)
    return Fillings(carton=key // max(len(pieces), 1), line=pieces.line[of], sku=pieces.sku[of], units=units)


def _own_packaging(cartons: Cartons, fillings: Fillings, items: Items, boxes: Boxes, at_s: int) -> Remarks:
    """NO_BOX for every carton without one: `limit` is the box that came nearest, `short` the mm (or g) it lacks."""
    own = np.flatnonzero(cartons.box < 0)
    if len(own) == 0:
        return Remarks.empty()
    sku = fillings.sku[np.searchsorted(fillings.carton, own)]
    if len(boxes) == 0:
        return Remarks.about(Subject.PACKAGE, own, int(Reason.NO_BOX), at_s)
    piece = np.stack([items.length_mm[sku], items.width_mm[sku], items.height_mm[sku]], axis=1)[:, None, :]
    inner = np.sort(np.stack([boxes.length_mm, boxes.width_mm, boxes.height_mm], axis=1), axis=1)[
        None, :, ::-1
    ]
    lacks = np.maximum(piece.astype(np.int64) - inner, 0).max(axis=2)
    heavy = np.maximum(items.weight_g[sku].astype(np.int64)[:, None] - boxes.max_g[None, :], 0)
    nearest = np.argmin(lacks * 1_000_000 + heavy, axis=1)
    at = np.arange(len(own))
    short = np.where(lacks[at, nearest] > 0, lacks[at, nearest], heavy[at, nearest])
    return Remarks.about(Subject.PACKAGE, own, int(Reason.NO_BOX), at_s, limit=nearest, short=short)
