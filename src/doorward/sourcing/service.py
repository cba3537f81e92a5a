"""The sourcing services: give every waiting line a building; now and then choose again."""

from __future__ import annotations

from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.sourcing.plan import plan_moves, plan_sources, sourced_lines, waiting_lines
from doorward.sourcing.rules import SourcingRules
from doorward.tables.items import Items
from doorward.tables.linehaul import Lanes, NextHop
from doorward.tables.orders import Lines, Orders
from doorward.tables.sites import Floors, Sites, Zones
from doorward.tables.stock import Purchases, Stock
from doorward.tables.ways import Services


def assign(desk: Desk) -> None:
    """Source accepted lines that wait or are backordered."""
    lines, orders = desk.table(Lines), desk.table(Orders)
    row = waiting_lines(lines, orders)
    if len(row) == 0 or desk.next(Stock) == 0:
        return
    desk.post(
        *plan_sources(
            lines,
            row,
            orders,
            desk.table(Stock),
            desk.table(Purchases),
            desk.table(Items),
            desk.table(Sites),
            desk.table(Floors),
            desk.table(Zones),
            desk.table(Lanes),
            desk.table(NextHop),
            desk.table(Services),
            desk.rule(SourcingRules),
            desk.now_s,
            desk.utc_offset_s,
        )
    )


def reconsider(desk: Desk) -> None:
    """Move sourced orders that nobody has boxed yet where that pays."""
    lines, orders, rules = desk.table(Lines), desk.table(Orders), desk.rule(SourcingRules)
    row = sourced_lines(lines, orders, rules)
    if len(row) == 0:
        return
    desk.post(
        *plan_moves(
            lines,
            row,
            orders,
            desk.table(Stock),
            desk.table(Items),
            desk.table(Sites),
            desk.table(Floors),
            desk.table(Zones),
            desk.table(Lanes),
            desk.table(NextHop),
            desk.table(Services),
            rules,
            desk.now_s,
            desk.utc_offset_s,
        )
    )


SERVICES: list[Service] = [
    Service("sourcing.assign", 300, assign),
    Service("sourcing.reconsider", 1800, reconsider),
]
"""In the order of the day."""
