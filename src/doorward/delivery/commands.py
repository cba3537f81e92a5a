"""Commands of the delivery room: what recipients wish."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from doorward.core.errors import BadInput, Refused
from doorward.core.units import DAY_S
from doorward.delivery.plan import days_open
from doorward.delivery.rules import DeliveryRules
from doorward.delivery.state import movable
from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.tables.journey import ENDED, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.wishes import Rescheduled, Wish, Wished

EPOCH = date(1970, 1, 1).toordinal()
WISHES = Literal["in_person", "safe_place", "neighbour", "locker", "pick_up"]


class WishFor(msgspec.Struct, frozen=True, kw_only=True):
    """Where an order's packages may be left or fetched, and words for the driver."""

    order: int
    wish: WISHES
    words: Annotated[str, Meta(max_length=300)] = ""


class WishTaken(msgspec.Struct, frozen=True, kw_only=True):
    """The wish holds for so many packages that are still to come (0: none is made yet)."""

    open: int


class DayFor(msgspec.Struct, frozen=True, kw_only=True):
    """Another day for an order. day: the local date, YYYY-MM-DD."""

    order: int
    day: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class DayTaken(msgspec.Struct, frozen=True, kw_only=True):
    """The window that is promised now, and for how many packages (0: none is made yet)."""

    due_lo_s: int
    due_s: int
    moved: int


def wish(desk: Desk, asked: WishFor) -> WishTaken:
    """Take a recipient's wish. Refused once every package has ended: there is nothing left to deliver; a locker or the
    counter also once every package is on a vehicle's list, or with a partner."""
    packages = desk.table(Packages)
    still = _open(desk, asked.order)
    if asked.wish in ("locker", "pick_up"):
        _some_movable(packages, still)
    desk.post(Wished(order=np.array([asked.order]), wish=np.array([Wish[asked.wish.upper()]])))
    desk.keep("wish", asked.order, asked.words.strip().encode())
    return WishTaken(open=len(still))


def reschedule(desk: Desk, asked: DayFor) -> DayTaken:
    """Promise another day: after today, after the day promised, at most `another_day_days` ahead. Packages that are
    on a vehicle's list, or with a partner, come as they were promised; if that is all of them it is refused."""
    packages, orders, rules = desk.table(Packages), desk.table(Orders), desk.rule(DeliveryRules)
    still = _open(desk, asked.order)
    moved = _some_movable(packages, still)
    days = days_open(int(orders.due_s[asked.order]), desk.midnight_s, rules)
    midnight_s = _midnight(asked.day, desk)
    if midnight_s not in days:
        raise BadInput(
            f"{asked.day} cannot be chosen", where="day",
            rule=f"after today and after the day promised, to {rules.another_day_days} days from today",
            remedy="choose a later day" if midnight_s < days[0] else "choose an earlier day",
        )  # fmt: skip
    lo_s, due_s = midnight_s + rules.another_day_lo_s, midnight_s + rules.another_day_hi_s
    desk.post(Rescheduled.fill(1, order=asked.order, due_lo_s=lo_s, due_s=due_s))
    return DayTaken(due_lo_s=lo_s, due_s=due_s, moved=len(moved))


def _midnight(day: str, desk: Desk) -> int:
    try:
        number = date.fromisoformat(day).toordinal() - EPOCH
    except ValueError as error:
        raise BadInput(
            f"{day} is no date", where="day", rule="YYYY-MM-DD", remedy="for example 2026-03-09"
        ) from error
    return number * DAY_S - desk.utc_offset_s


def _open(desk: Desk, order: int) -> NDArray[np.int64]:
    """Packages of an order that may still come to the door; Refused if it had some and none of them may."""
    orders, packages = desk.table(Orders), desk.table(Packages)
    if not 0 <= order < len(orders):
        raise BadInput(f"no order {order}", where="order")
    mine = np.flatnonzero(packages.order == order)
    still = mine[~np.isin(packages.status[mine], ENDED)]
    if len(mine) and not len(still):
        raise Refused("everything has been delivered already")
    if len(still) and np.isin(packages.status[still], (Status.AT_LOCKER, Status.RETURNING)).all():
        raise Refused("nothing is on its way to the door any more")
    return np.asarray(still, np.int64)


def _some_movable(packages: Packages, still: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those that are on no vehicle's list and with no partner; Refused if there are packages, but none such."""
    free = still[movable(packages, still)]
    if len(still) and not len(free):
        partner = bool((packages.carrier[still] >= 0).all())
        raise Refused(
            "a partner carrier brings it" if partner else "it is on a driver's list already",
        )
    return free


COMMANDS: list[Command] = [
    Command("delivery.wish", WishFor, wish),
    Command("delivery.reschedule", DayFor, reschedule),
]
