"""Commands of the promise room: shops place orders and call them off."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from doorward.core.errors import BadInput, Refused
from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.ports.storefront import NewLines, NewOrders
from doorward.promise.service import place
from doorward.tables.items import Items
from doorward.tables.journey import Status
from doorward.tables.orders import Answered, LineHeld, Lines, LineStatus, Orders, OrderStatus
from doorward.tables.packages import Contents, Packages
from doorward.tables.remarks import Reason
from doorward.tables.sites import Zones

MOST_AT_ONCE = 10_000
"""Orders in one turn."""


class PlaceOrders(msgspec.Struct, frozen=True, kw_only=True):
    """Orders of one shop, as columns.

    at_s         when the customer ordered; -1 now. Never later than now
    zone ... access  as tables.orders.Orders
    lines        how many of `sku`, `units` (in the orders' sequence) belong to each, at least 1
    refs         the shop's own reference of each, unique for the shop; empty: none
    recipients   text for the vault (name, address ...), empty: none
    """

    shop: int
    at_s: list[int]
    zone: list[int]
    lat_udeg: list[int]
    lon_udeg: list[int]
    speed: list[int]
    consent: list[int]
    access: list[int]
    lines: list[int]
    sku: list[int]
    units: list[int]
    refs: list[str]
    recipients: list[bytes]


class OrdersPlaced(msgspec.Struct, frozen=True, kw_only=True):
    """Their numbers. known: it had been placed before under the same reference, and nothing was done."""

    order: list[int]
    known: list[bool]


def place_orders(desk: Desk, asked: PlaceOrders) -> OrdersPlaced:
    """Write the orders down; promises follow by promise.quote. A reference that is known is answered with its order."""
    _check(desk, asked)
    scope, first = scope_of(asked.shop), desk.next(Orders)
    number, known = _numbers(desk, scope, asked.refs, first)
    new = np.flatnonzero(~np.array(known))
    if len(new):
        count = np.array(asked.lines, np.int64)
        line = np.repeat(~np.array(known), count)
        at_s = np.array(asked.at_s, np.int64)
        columns: dict[str, Any] = {
            name: np.array(getattr(asked, name), np.int64)[new]
            for name in ("zone", "lat_udeg", "lon_udeg", "speed", "consent", "access", "lines")
        }
        orders = NewOrders(at_s=np.where(at_s < 0, desk.now_s, np.minimum(at_s, desk.now_s))[new], **columns)
        lines = NewLines(sku=np.array(asked.sku, np.int32)[line], units=np.array(asked.units, np.int32)[line])
        place(desk, orders, lines, asked.shop)
        for row in new.tolist():
            if asked.refs[row]:
                desk.refer(scope, asked.refs[row], number[row])
            if asked.recipients[row]:
                desk.keep("recipient", number[row], asked.recipients[row])
    return OrdersPlaced(order=number, known=known)


def scope_of(shop: int) -> str:
    """Where a shop's references are unique."""
    return f"order/{shop}"


def _numbers(desk: Desk, scope: str, refs: list[str], first: int) -> tuple[list[int], list[bool]]:
    """(order number, placed before) of each: earlier ones keep theirs, also those earlier in the same batch."""
    found = desk.vault.find(scope, refs) if desk.vault is not None else [-1] * len(refs)
    number, known, here = [], [], dict[str, int]()
    for ref, row in zip(refs, found, strict=True):
        row = here.get(ref, row) if ref else -1
        known.append(row >= 0)
        if row < 0:
            row, first = first, first + 1
            if ref:
                here[ref] = row
        number.append(row)
    return number, known


def _check(desk: Desk, asked: PlaceOrders) -> None:
    n = len(asked.zone)
    if not 1 <= n <= MOST_AT_ONCE:
        raise BadInput(f"{n} orders", where="orders", rule=f"1 to {MOST_AT_ONCE} orders at once")
    per_order = ("at_s", "lat_udeg", "lon_udeg", "speed", "consent", "access", "lines", "refs", "recipients")
    if any(len(getattr(asked, name)) != n for name in per_order):
        raise BadInput("columns differ in length", where="orders", rule="one value an order in each column")
    if sum(asked.lines) != len(asked.sku) or len(asked.sku) != len(asked.units):
        raise BadInput(
            "lines and their counts differ", where="lines", rule="`lines` counts the rows of `sku`"
        )
    for name, column, limit in (
        ("zone", asked.zone, desk.next(Zones)),
        ("sku", asked.sku, desk.next(Items)),
        ("speed", asked.speed, 3),
    ):
        if column and not 0 <= min(column) <= max(column) < limit:
            raise BadInput(f"{name} out of range", where=name, rule=f"0 to {limit - 1}")
    if min(asked.lines) < 1 or min(asked.units) < 1:
        raise BadInput(
            "an order without a piece", where="lines", rule="at least one line, at least one unit each"
        )


class CancelOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Call an order off."""

    order: int


class Cancelled(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that were called off."""

    lines: int


def cancel_order(desk: Desk, asked: CancelOrder) -> Cancelled:
    """Call off an order none of whose pieces is being picked. Refused otherwise, with what is in the way."""
    orders, lines = desk.table(Orders), desk.table(Lines)
    if not 0 <= asked.order < len(orders):
        raise BadInput(f"no order {asked.order}", where="order")
    status = int(orders.status[asked.order])
    mine = np.flatnonzero(lines.order == asked.order)
    if status in (OrderStatus.REFUSED, OrderStatus.EXPIRED):
        raise Refused(f"order {asked.order} has ended already: {OrderStatus(status).name.lower()}")
    open_ = mine[lines.status[mine] != LineStatus.CANCELLED]
    if len(open_) == 0:
        raise Refused(f"order {asked.order} was called off already")
    boxed = open_[lines.status[open_] == LineStatus.BOXED]
    if len(boxed):
        contents, packages = desk.table(Contents), desk.table(Packages)
        package = int(contents.package[np.isin(contents.line, boxed)][0])
        stage = Status(int(packages.status[package])).name.lower()
        raise Refused(
            f"order {asked.order} cannot be called off any more: its package {package} is {stage}; "
            "what to do: refuse it at the door, or send it back"
        )
    if status != OrderStatus.ACCEPTED:
        desk.post(Answered(order=np.array([asked.order]), status=np.array([OrderStatus.EXPIRED]),
                           reason=np.array([Reason.CALLED_OFF])))  # fmt: skip
    else:
        desk.post(
            LineHeld.fill(len(open_), line=open_, status=LineStatus.CANCELLED, reason=Reason.CALLED_OFF)
        )
    return Cancelled(lines=len(open_))


COMMANDS: list[Command] = [
    Command("promise.place", PlaceOrders, place_orders, ("promise.quote", "promise.answer")),
    Command("promise.cancel", CancelOrder, cancel_order),
]
