"""Doing something to a twin that runs: the command, its fold, and what the twin's adapters make of it.

An injection begins now or later: what has happened stays. It stands in the journal, so a twin that is started again
has the same rain.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from doorward.core import seed as draws
from doorward.core.errors import BadInput
from doorward.core.table import Table
from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.ledger.state import Fold, State
from doorward.ports.storefront import NewLines, NewOrders
from doorward.tables.injections import Injected, Injection, Injections
from doorward.tables.outages import Outages, What
from doorward.tables.sites import SiteKind, Sites, Zones
from doorward.twin.weather import Storm

SPREAD_S = 1800
"""Orders beyond those that would have come are placed this long after the ones they resemble, at most."""


class Inject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do to the twin.

    kind    rain: amount in millimetres an hour, target a region; orders: amount in per cent of what would come;
            closed: target a building
    target  -1 everywhere;  from_s: Unix seconds, -1 now;  minutes: how long
    """

    kind: Annotated[Literal["rain", "orders", "closed"], Meta(examples=["rain"])]
    minutes: Annotated[int, Meta(ge=1, le=14 * 1440, examples=[120])]
    amount: Annotated[float, Meta(ge=0, le=1000, examples=[4])] = 0
    target: Annotated[int, Meta(ge=-1, le=2**31 - 1)] = -1
    from_s: Annotated[int, Meta(ge=-1, le=4_102_444_800)] = -1


class InjectTaken(msgspec.Struct, frozen=True, kw_only=True):
    """It will be so. from_s, until_s: when."""

    from_s: int
    until_s: int


def inject(desk: Desk, asked: Inject) -> InjectTaken:
    """Write it down; the adapters of the twin read it from the tables."""
    from_s = desk.now_s if asked.from_s < 0 else asked.from_s
    if from_s < desk.now_s:
        raise BadInput("it would begin in the past", where="from_s", rule=f"{desk.now_s} or later")
    kind = Injection[asked.kind.upper()]
    _check(desk, kind, asked)
    amount = {Injection.RAIN: asked.amount * 1000, Injection.ORDERS: asked.amount * 10, Injection.CLOSED: -1}[
        kind
    ]
    until_s = from_s + asked.minutes * 60
    desk.post(
        Injected.fill(1, kind=kind, target=asked.target, amount=round(amount), from_s=from_s, until_s=until_s)
    )
    return InjectTaken(from_s=from_s, until_s=until_s)


def _check(desk: Desk, kind: Injection, asked: Inject) -> None:
    sites = desk.table(Sites)
    if kind == Injection.CLOSED:
        if not 0 <= asked.target < len(sites) or sites.kind[asked.target] == SiteKind.LOCKER:
            raise BadInput(
                f"no building {asked.target}", where="target", rule="a building of GET /api/v1/network"
            )
    elif kind == Injection.RAIN and asked.target > int(desk.table(Zones).region.max(initial=-1)):
        raise BadInput(f"no region {asked.target}", where="target", rule="a region, or -1 for all")
    elif kind == Injection.ORDERS and asked.target != -1:
        raise BadInput("orders come from everywhere", where="target", rule="-1", remedy="leave it out")


def fold_injected(state: State, rows: Injected, at_s: int) -> None:
    """Injections only grow."""
    state.append(Injections(**{name: getattr(rows, name) for name in Injections.columns}))


def injected_storms(state: State) -> list[Storm]:
    """Rain, as the twin's weather has it."""
    rows = state.table(Injections)
    return [
        Storm(
            region=int(rows.target[i]),
            from_s=int(rows.from_s[i]),
            until_s=int(rows.until_s[i]),
            rain_um=int(rows.amount[i]),
        )
        for i in np.flatnonzero(rows.kind == Injection.RAIN)
    ]


def injected_outages(state: State) -> Outages:
    """Closed buildings, as the twin's outages have them."""
    rows = state.table(Injections)
    rows = rows.take(rows.kind == Injection.CLOSED)
    return Outages.fill(
        len(rows), site=rows.target, what=What.CLOSED, from_s=rows.from_s, until_s=rows.until_s
    )


def more_or_fewer(
    state: State, seed: int, orders: NewOrders, lines: NewLines, after_s: int, until_s: int
) -> tuple[NewOrders, NewLines]:
    """Orders placed in (after_s, until_s], by the injections that hold: some left out, or some that resemble them."""
    rows = state.table(Injections)
    rows = rows.take((rows.kind == Injection.ORDERS) & (rows.from_s < until_s) & (rows.until_s > after_s))
    if len(rows) == 0 or len(orders) == 0:
        return orders, lines
    n = len(orders)
    factor = np.ones(n)
    for i in range(len(rows)):
        inside = (orders.at_s >= rows.from_s[i]) & (orders.at_s < rows.until_s[i])
        factor[inside] *= int(rows.amount[i]) / 1000
    u = draws.uniform(seed, "inject/orders", np.full(n, until_s), np.arange(n))
    times = np.floor(factor).astype(np.int64) + (u < factor % 1)
    copy = np.repeat(np.arange(n), times)
    nth = np.arange(len(copy)) - np.repeat(np.cumsum(times) - times, times)
    later = (draws.uniform(seed, "inject/later", copy, nth) * SPREAD_S).astype(np.int64)
    at_s = np.minimum(orders.at_s[copy] + np.where(nth > 0, later, 0), until_s)
    order = np.lexsort((nth, copy, at_s))
    copy, at_s = copy[order], at_s[order]
    count = orders.lines.astype(np.int64)
    first = np.cumsum(count) - count
    line = np.repeat(first[copy] - (np.cumsum(count[copy]) - count[copy]), count[copy])
    return orders.take(copy).replace(at_s=at_s), lines.take(line + np.arange(int(count[copy].sum())))


FOLDS: dict[type[Table], Fold] = {Injected: fold_injected}
COMMANDS: list[Command] = [Command("twin.inject", Inject, inject)]
