"""Rate parcels against cards, exact to the cent.

Order of a bill: billable weight = max(weight, ceil(L W H / divisor)) rounded up; base = rate of (zone, step), at least
the minimum; surcharges in stacking order, of a group only the dearest, each capped, all together capped; fuel in basis
points of base and fuelled surcharges. Basis points round half up. O(cards x (log steps + surcharges)) per parcel;
measured in bench/carriers.py. Structure as published by US parcel carriers; the figures are data.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeVar

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.core.table import Table
from doorward.tables.cards import RUNNING, CardAreas, CardBook
from doorward.tables.sites import Zones

I64 = NDArray[np.int64]
T = TypeVar("T", bound=Table)
HEAD = ("divisor_mm3_g", "dim_above_ml", "round_g", "minimum_c", "fuel_bp", "surcharge_cap_c")
SUR = ("when", "lo", "hi", "from_md", "to_md", "amount_c", "bp", "of", "fuelled", "group", "cap_c")


class Rater(NamedTuple):
    """Cards laid out for the kernel.

    head (k, 6) columns HEAD; steps flat, cents flat by zone then step; step_at, cents_at (k+1,) where a card begins
    zones (k, widest) zone numbers, -1 padded; sur (s, 11) columns SUR; sur_at (k+1,)
    """

    head: I64
    steps: I64
    step_at: I64
    cents: I64
    cents_at: I64
    zones: I64
    sur: I64
    sur_at: I64


@lru_cache(maxsize=8)
def rater(book: CardBook) -> Rater:
    """Lay a card book out for `rate`; a pure result, kept because the book does not change."""
    k = len(book.cards)
    number = np.arange(k + 1)
    steps, cents, zones = [], [], []
    for card in range(k):
        mine = book.rates.take(book.rates.card == card)
        mine = mine.take(np.lexsort((mine.up_to_g, mine.zone)))
        zones.append(np.unique(mine.zone))
        steps.append(np.unique(mine.up_to_g))
        cents.append(mine.cents)
    grid = np.full((k, max((len(z) for z in zones), default=0)), -1, np.int64)
    for card, each in enumerate(zones):
        grid[card, : len(each)] = each
    return Rater(
        np.stack([getattr(book.cards, c).astype(np.int64) for c in HEAD], axis=1),
        _flat(steps),
        np.cumsum([0, *map(len, steps)]).astype(np.int64),
        _flat(cents),
        np.cumsum([0, *map(len, cents)]).astype(np.int64),
        grid,
        np.ascontiguousarray(np.stack([getattr(book.surcharges, c).astype(np.int64) for c in SUR], axis=1)),
        np.searchsorted(book.surcharges.card, number).astype(np.int64),
    )


def _flat(parts: list[NDArray[np.int32]]) -> I64:
    return np.concatenate([*parts, np.zeros(0, np.int32)]).astype(np.int64)


def area_classes(areas: CardAreas, cards: int, zones: Zones) -> NDArray[np.int8]:
    """Class of every delivery zone on each card (cards, zones): the first row that fits; -1 not served."""
    out = np.zeros((cards, len(zones)), np.int8)
    for row in range(len(areas))[::-1]:
        fits = np.ones(len(zones), bool)
        if areas.region[row] >= 0:
            fits &= zones.region == areas.region[row]
        if areas.rural[row] >= 0:
            fits &= zones.rural == areas.rural[row]
        out[areas.card[row], fits] = areas.area[row]
    return out


def month_day(day: I64) -> I64:
    """Month * 100 + day of local day numbers since 1970 (civil-from-days, H. Hinnant 2013)."""
    z = np.asarray(day, np.int64) + 719_468
    doe = z % 146_097
    yoe = (doe - doe // 1460 + doe // 36_524 - doe // 146_096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    return np.asarray(np.where(mp < 10, mp + 3, mp - 9) * 100 + doy - (153 * mp + 2) // 5 + 1)


def sorted_sizes(*sides: NDArray[np.int32]) -> NDArray[np.int64]:
    """(n, 3) millimetres, longest first."""
    a, b, c = (s.astype(np.int64) for s in sides)
    longest, shortest = np.maximum(np.maximum(a, b), c), np.minimum(np.minimum(a, b), c)
    return np.stack([longest, a + b + c - longest - shortest, shortest], axis=1)


def rate(
    cards: Rater,
    size_mm: I64,
    weight_g: I64,
    lane: I64,
    place: I64,
    md: I64,
    zone_of: NDArray[np.int16],
    area_of: NDArray[np.int8],
    home: NDArray[np.int8] | None = None,
) -> I64:
    """Cents of each parcel on each card (n, k); -1 where the card has no zone, no area or no weight step for it.

    size_mm (n, 3) longest first; lane (n,) column of zone_of (k, lanes); place (n,) column of area_of (k, places);
    md (n,) month * 100 + day of pick-up; home (n,) 1 residential (default).
    """
    out = np.empty((len(weight_g), len(cards.head)), np.int64)
    res = np.ones(len(weight_g), np.int8) if home is None else home
    _rate(size_mm, weight_g, lane, place, md, res, zone_of, area_of, *cards, out)
    return out


@nb.njit(cache=True)
def _bp(amount: int, points: int) -> int:  # pragma: no cover - compiled
    return (amount * points + 5000) // 10_000


@nb.njit(cache=True)
def _due(row: I64, value: int, md: int) -> bool:  # pragma: no cover - compiled
    if value < row[1] or value > row[2]:
        return False
    if row[3] < 0:
        return True
    if row[3] <= row[4]:
        return bool(row[3] <= md <= row[4])
    return bool(md >= row[3] or md <= row[4])


@nb.njit(cache=True)
def _surcharges(
    base: int, seen: I64, md: int, sur: I64, lo: int, hi: int
) -> tuple[int, int]:  # pragma: no cover - compiled
    """(all surcharges, those that fuel is charged on), cents."""
    total = 0
    fuelled = 0
    s = lo
    while s < hi:
        group = sur[s, 9]
        running = base + total
        best = -1
        fuel = 0
        while True:
            row = sur[s]
            if _due(row, seen[row[0]], md):
                amount = row[5] + _bp(running if row[7] == RUNNING else base, row[6])
                if row[10] >= 0:
                    amount = min(amount, row[10])
                if amount > best:
                    best = amount
                    fuel = row[8]
            s += 1
            if s >= hi or group < 0 or sur[s, 9] != group:
                break
        if best > 0:
            total += best
            if fuel == 1:
                fuelled += best
    return total, fuelled


@nb.njit(cache=True)
def _rate(
    size: I64,
    weight: I64,
    lane: I64,
    place: I64,
    md: I64,
    home: NDArray[np.int8],
    zone_of: NDArray[np.int16],
    area_of: NDArray[np.int8],
    head: I64,
    steps: I64,
    step_at: I64,
    cents: I64,
    cents_at: I64,
    zones: I64,
    sur: I64,
    sur_at: I64,
    out: I64,
) -> None:  # pragma: no cover - compiled
    seen = np.zeros(10, np.int64)
    for i in range(len(weight)):
        a, b, c = size[i, 0], size[i, 1], size[i, 2]
        cube = a * b * c
        ml = (cube + 999) // 1000
        seen[1], seen[3], seen[4], seen[5] = home[i], a, b, a + 2 * (b + c)
        seen[6], seen[8] = weight[i], ml
        for k in range(head.shape[0]):
            out[i, k] = -1
            zone, area = zone_of[k, lane[i]], area_of[k, place[i]]
            if zone < 0 or area < 0:
                continue
            billable = weight[i]
            if head[k, 0] > 0 and ml > head[k, 1]:
                billable = max(billable, (cube + head[k, 0] - 1) // head[k, 0])
            billable = (billable + head[k, 2] - 1) // head[k, 2] * head[k, 2]
            first, last = step_at[k], step_at[k + 1]
            at = first + np.searchsorted(steps[first:last], billable)
            if at == last:
                continue
            row = 0
            while row < zones.shape[1] and zones[k, row] != zone:
                row += 1
            if row == zones.shape[1]:
                continue
            base = max(cents[cents_at[k] + row * (last - first) + at - first], head[k, 3])
            seen[2], seen[7], seen[9] = area, billable, zone
            extra, fuelled = _surcharges(base, seen, md[i], sur, sur_at[k], sur_at[k + 1])
            if head[k, 5] >= 0 and extra > head[k, 5]:
                extra = head[k, 5]
                fuelled = min(fuelled, extra)
            out[i, k] = base + extra + _bp(base + fuelled, head[k, 4])


def only(book: CardBook, card: int) -> CardBook:
    """A book of one card."""

    def mine(table: T) -> T:
        # every table of a book has this column, which the type variable cannot say
        kept = table.take(getattr(table, "card") == card)  # noqa: B009
        return kept.replace(card=np.zeros(len(kept), np.int32))

    return CardBook(
        book.cards.take(np.array([card])),
        mine(book.bands),
        mine(book.rates),
        mine(book.surcharges),
        mine(book.areas),
        mine(book.transit),
    )


def receipt(
    book: CardBook, card: int, size_mm: I64, weight_g: int, zone: int, area: int, md: int
) -> list[tuple[str, int]]:
    """The lines of one home parcel's rate: (what, cents), for people; the sum equals `rate`.

    size_mm (3,) longest first. A surcharge is shown by what it adds; one of a group, by what it adds to its group.
    """
    alone, one = only(book, card), np.zeros(1, np.int64)
    where = np.full((1, 1), zone, np.int16), np.full((1, 1), area, np.int8)

    def total(b: CardBook) -> int:
        return int(rate(rater(b), size_mm[None], one + weight_g, one, one, one + md, *where)[0, 0])

    no_fuel = alone._replace(cards=alone.cards.replace(fuel_bp=[0]))
    before = total(no_fuel._replace(surcharges=alone.surcharges.take(slice(0, 0))))
    lines = [("base rate", before)]
    for upto in range(1, len(alone.surcharges) + 1):
        now = total(no_fuel._replace(surcharges=alone.surcharges.take(slice(0, upto))))
        if now != before:
            lines.append((str(alone.surcharges.code[upto - 1]), now - before))
        before = now
    fuel = total(alone) - before
    return [*lines, ("fuel", fuel)] if fuel else lines
