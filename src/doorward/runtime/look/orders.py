"""Orders: a list to filter and page through, and an order with its whole story."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.errors import BadInput
from doorward.runtime.look.doors import NEVER_S
from doorward.runtime.look.packages import package_shapes
from doorward.runtime.look.shapes import Tone
from doorward.runtime.look.shapes_pages import LineShape, OrderDetail, OrderPage, OrderRow
from doorward.runtime.look.story import order_moments
from doorward.runtime.look.tone import TONES, Stand, Tones, tone
from doorward.runtime.look.view import OPEN, Longs, View
from doorward.runtime.look.words import line_word, reason_words, stage_word
from doorward.tables.items import Items
from doorward.tables.journey import Status
from doorward.tables.orders import Lines, LineStatus, OrderRefs, Orders, OrderStatus, Speed, access_words
from doorward.tables.packages import Packages
from doorward.tables.promises import Promises
from doorward.tables.sites import Zones

STATUSES = ("placed", "quoted", "open", "delivered", "returned", "cancelled", "refused", "expired")
"""`OrderRow.status`: asked for, promised, accepted and not ended; how it ended; why it never was."""
PLACED, QUOTED, UNDER_WAY, DELIVERED, RETURNED, CANCELLED, REFUSED, EXPIRED = range(8)
UNBOXED = np.isin(
    np.arange(len(LineStatus)), (LineStatus.WAITING, LineStatus.BACKORDERED, LineStatus.SOURCED)
)
FIRST = np.array([PLACED, QUOTED, CANCELLED, REFUSED, EXPIRED])
"""By OrderStatus; an accepted order stands as its lines and packages do, cancelled if nothing was ever sent."""
MOST = 500
"""Rows of a page at most."""


class Standing(NamedTuple):
    """Of orders (n,): status (row of STATUSES), stand (Stand), packages not cancelled, of them handed over, stage:
    Status of the open package that is least far, -1 none is open; line: LineStatus of what is in no box, -1 all is

    package (p,) rows of Packages of these orders; of (p,) place of each one's order
    """

    status: Longs
    stand: Tones
    packages: Longs
    handed: Longs
    stage: Longs
    line: Longs
    package: Longs
    of: Longs


def standing(view: View, order: Longs) -> Standing:
    """How these orders stand; order (n,) each once. A few passes over orders' lines and packages."""
    orders, lines, packages = view.table(Orders), view.table(Lines), view.table(Packages)
    n = len(order)
    place = np.full(len(orders), -1, np.int64)
    place[order] = np.arange(n)
    package = np.flatnonzero(place[packages.order] >= 0)
    of, state = place[packages.order[package]], packages.status[package]
    waiting = np.flatnonzero(UNBOXED[lines.status])
    waiting = waiting[place[lines.order[waiting]] >= 0]
    line = _least(lines.status[waiting], place[lines.order[waiting]], n)
    open_ = OPEN[state]
    stage = _least(state[open_], of[open_], n)
    status = FIRST[orders.status[order]]
    accepted = orders.status[order] == OrderStatus.ACCEPTED
    for each, became in ((Status.RETURNED, RETURNED), (Status.DELIVERED, DELIVERED)):
        some = np.bincount(of[state == each], minlength=n) > 0
        status[accepted & some] = became
    status[accepted & ((line >= 0) | (stage >= 0))] = UNDER_WAY
    stand = np.where(status >= DELIVERED, int(Stand.DONE), int(Stand.ON_TIME)).astype(np.int8)
    stand[(status >= CANCELLED) | (status < UNDER_WAY)] = Stand.NONE
    moves = status == UNDER_WAY
    alone = moves & (line >= 0)
    stand[alone & (orders.due_s[order] < view.now_s) & (orders.due_s[order] >= 0)] = Stand.LATE
    only = moves & ~alone
    stand[only] = Stand.DONE
    np.maximum.at(
        stand, of[open_], np.where(moves[of[open_]], view.tones_of(package[open_]), 0).astype(np.int8)
    )
    kept = state != Status.CANCELLED
    handed = (state == Status.DELIVERED) | (state == Status.AT_LOCKER)
    return Standing(
        status.astype(np.int64), stand, np.bincount(of[kept], minlength=n), np.bincount(of[handed], minlength=n),
        stage, line, package, of,
    )  # fmt: skip


def order_page(
    view: View,
    *,
    status: str = "",
    tone: str = "",
    shop: int | None = None,
    cursor: str = "",
    limit: int = 50,
) -> OrderPage:
    """Orders, newest first, that have this status and tone (empty: any) and belong to this shop (None: any).

    cursor: as the page before gave it. Raises BadInput for a word or number that cannot be.
    """
    _must("status", status, STATUSES)
    _must("tone", tone, TONES)
    if not 1 <= limit <= MOST:
        raise BadInput(
            f"limit {limit}", where="limit", rule=f"1 to {MOST} rows", remedy="ask for further pages"
        )
    orders = view.table(Orders)
    row = np.arange(_before(cursor, len(orders)) - 1, -1, -1)
    if shop is not None:
        row = row[orders.shop[row] == shop]
    if not status and not tone:
        row = row[: limit + 1]
    found = standing(view, row)
    mine = np.ones(len(row), np.bool_)
    if status:
        mine &= found.status == STATUSES.index(status)
    if tone:
        mine &= found.stand == TONES.index(tone)
    hit = np.flatnonzero(mine)[: limit + 1]
    items = [_row(view, int(row[k]), found, int(k)) for k in hit[:limit]]
    return OrderPage(view.turn, items, str(items[-1].order) if len(hit) > limit else "")


def order_detail(view: View, order: int, shop: int | None = None) -> OrderDetail:
    """One order. Raises BadInput if there is none of that number (or not for this shop)."""
    orders = view.table(Orders)
    if not 0 <= order < len(orders) or (shop is not None and int(orders.shop[order]) != shop):
        raise BadInput(
            f"no order {order}", where="order", rule="the number of an order", remedy="see GET /orders"
        )
    found = standing(view, np.array([order], np.int64))
    lines = np.flatnonzero(view.table(Lines).order == order)
    promises = view.table(Promises)
    words = access_words(int(orders.access[order]))
    return OrderDetail(
        turn=view.turn,
        now_s=view.now_s,
        row=_row(view, order, found, 0),
        lat=round(int(orders.lat_udeg[order]) * 1e-6, 6),
        lon=round(int(orders.lon_udeg[order]) * 1e-6, 6),
        access=words.split("+") if words else [],
        speed=Speed(int(orders.speed[order])).name.lower(),
        price_c=int(orders.price_c[order]),
        quantile_pm=int(promises.quantile_pm[order]) if order < len(promises) else -1,
        lines=[_line(view, int(n)) for n in lines],
        packages=package_shapes(view, found.package),
        story=order_moments(view, order, lines),
    )


def order_ref(view: View, order: int) -> str:
    """The shop's own reference; empty if none was given."""
    refs = view.table(OrderRefs)
    if order < len(refs) and refs.ref[order]:
        return str(refs.ref[order])
    if view.vault is None:
        return ""
    return view.vault.name(f"order/{int(view.table(Orders).shop[order])}", order)


def _row(view: View, order: int, found: Standing, k: int) -> OrderRow:
    orders = view.table(Orders)
    status = STATUSES[found.status[k]]
    stage = status
    if found.line[k] >= 0 and status == "open":
        stage = line_word(int(found.line[k]))
    elif found.stage[k] >= 0 and status == "open":
        stage = stage_word(int(found.stage[k]))
    return OrderRow(
        order=order,
        ref=order_ref(view, order),
        status=status,
        tone=tone(int(found.stand[k])),
        placed_s=int(orders.at_s[order]),
        due_lo_s=int(orders.due_lo_s[order]),
        due_s=int(orders.due_s[order]),
        zone=str(view.table(Zones).name[orders.zone[order]]),
        packages=int(found.packages[k]),
        delivered=int(found.handed[k]),
        stage=stage,
    )


def _line(view: View, row: int) -> LineShape:
    lines, items = view.table(Lines), view.table(Items)
    sku = int(lines.sku[row])
    return LineShape(
        line=row,
        sku=sku,
        item=str(items.name[sku]) if sku < len(items) else "",
        units=int(lines.units[row]),
        status=LineStatus(int(lines.status[row])).name.lower(),
        fc=int(lines.fc[row]),
        reason=reason_words(int(lines.reason[row])),
    )


def _least(value: NDArray[np.int8], of: Longs, n: int) -> Longs:
    """The smallest value of each of n groups; -1 where a group has none."""
    found = np.full(n, NEVER_S)
    np.minimum.at(found, of, value.astype(np.int64))
    found[found == NEVER_S] = -1
    return found


def _before(cursor: str, count: int) -> int:
    """The order number that a page ends before."""
    if not cursor:
        return count
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
        raise BadInput(
            f"cursor {cursor!r}",
            where="cursor",
            rule="a cursor is what the page before gave",
            remedy="begin without",
        )
    return min(count, int(cursor))


def _must(name: str, word: str, known: tuple[str, ...] | tuple[Tone, ...]) -> None:
    if word and word not in known:
        raise BadInput(
            f"{name} {word!r}", where=name, rule="one of: " + ", ".join(known), remedy="take one of these"
        )
