"""Commands of the delivery room: what recipients wish."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from doorward.core.errors import BadInput, Refused
from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.tables.journey import ENDED, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.wishes import Wish, Wished


class WishFor(msgspec.Struct, frozen=True, kw_only=True):
    """Where an order's packages may be left, and words for the driver."""

    order: int
    wish: Literal["in_person", "safe_place", "neighbour"]
    words: Annotated[str, Meta(max_length=300)] = ""


class WishTaken(msgspec.Struct, frozen=True, kw_only=True):
    """The wish holds for so many packages that are still to come (0: none is made yet)."""

    open: int


def wish(desk: Desk, asked: WishFor) -> WishTaken:
    """Take a recipient's wish. Refused once every package has ended: there is nothing left to deliver."""
    orders, packages = desk.table(Orders), desk.table(Packages)
    if not 0 <= asked.order < len(orders):
        raise BadInput(f"no order {asked.order}", where="order")
    status = packages.status[packages.order == asked.order]
    still = status[~np.isin(status, ENDED)]
    if len(status) and not len(still):
        raise Refused("everything has been delivered already")
    if len(still) and np.isin(still, (Status.AT_LOCKER, Status.RETURNING)).all():
        raise Refused("nothing is on its way to the door any more")
    desk.post(Wished(order=np.array([asked.order]), wish=np.array([Wish[asked.wish.upper()]])))
    desk.keep("wish", asked.order, asked.words.strip().encode())
    return WishTaken(open=len(still))


COMMANDS: list[Command] = [Command("delivery.wish", WishFor, wish)]
