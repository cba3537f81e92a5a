"""The inventory services: open the network with stock, receive and stow, buy at night, count."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.seed import below
from doorward.core.units import DAY_S
from doorward.inventory.forecast.plan import Outlook, plan_forecast
from doorward.inventory.place.gather import least_together, plan_gather
from doorward.inventory.place.plan import (
    Patterns,
    Placement,
    plan_patterns,
    plan_placement,
    shelf_ml,
    zone_weights,
)
from doorward.inventory.plan import (
    by_fc,
    demand_of,
    due_bins,
    plan_corrections,
    plan_sites,
    plan_stow,
    waiting,
)
from doorward.inventory.replenish.plan import (
    case_units,
    plan_levels,
    plan_opening,
    plan_purchases,
    supplier_of,
)
from doorward.inventory.rules import InventoryRules
from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.tables.items import Items
from doorward.tables.orders import Lines, Orders
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Floors, SiteKind, Sites, Zones
from doorward.tables.stock import (
    Bought,
    DayClosed,
    Demand,
    DemandDays,
    OpeningStock,
    Purchases,
    Received,
    Regional,
    Replayed,
    Stock,
)

Units = NDArray[np.int64]


def open_network(desk: Desk) -> None:
    """Once, when nothing was ever received: the stock that was given, or opening stock near the estimated buyers."""
    if desk.next(Purchases) or desk.table(Stock).received.any():
        return
    items, rules = desk.table(Items), desk.rule(InventoryRules)
    skus = len(items)
    if skus == 0:
        return
    given, replayed = desk.table(OpeningStock), desk.table(Replayed)
    if len(given):
        given = given.take(given.units > 0)
        desk.post(Received.fill(len(given), fc=given.fc, sku=given.sku, units=given.units))
        return
    outlook = plan_forecast(np.zeros((0, skus), np.int32), 0, items.rate_upm, rules)
    levels = plan_levels(outlook, supplier_of(skus, rules), rules)
    thin = below(desk.seed, "inventory/thin", rules.thin_pm / 1000, np.arange(skus))
    placed = _place(desk, plan_opening(items, outlook, levels, thin, rules, replayed), _fcs(desk))
    units = placed.units
    if len(replayed):
        free = shelf_ml(desk.table(Floors), _fcs(desk), rules)
        together = least_together(replayed)
        units = plan_gather(units, together, items.volume_ml(), _patterns(desk, _fcs(desk)), free)
    fc, sku = np.nonzero(units)
    desk.post(Received.fill(len(fc), fc=fc, sku=sku, units=units[fc, sku]), _no_space(desk, placed))


def receive(desk: Desk) -> None:
    """Deliveries at the docks, and from the docks to the shelves."""
    purchases, now_s = desk.table(Purchases), desk.now_s
    row = np.flatnonzero(purchases.received_s < 0)
    if len(row):
        came = desk.world.floor.arrivals(purchases, row, now_s)
        if len(came):
            who = came.purchase
            desk.post(Received(fc=purchases.fc[who], sku=purchases.sku[who], units=came.units, purchase=who))
    stock, skus = desk.table(Stock), desk.next(Items)
    desk.post(plan_stow(stock, desk.table(Floors), skus, desk.after_s, now_s, desk.utc_offset_s))


def night(desk: Desk) -> None:
    """Close yesterday, forecast, buy, and say to which building."""
    rules, items = desk.rule(InventoryRules), desk.table(Items)
    skus = len(items)
    if skus == 0 or desk.next(Stock) == 0:
        return
    closed = _close(desk, skus)
    outlook = _forecast(desk, closed, skus)
    stock = desk.table(Stock)
    unreserved = by_fc(stock.on_hand - stock.reserved + stock.dock + stock.inbound, skus)
    position = unreserved.sum(axis=0) - waiting(desk.table(Orders), desk.table(Lines), skus)
    supplier = supplier_of(skus, rules)
    levels = plan_levels(outlook, supplier, rules)
    per_day = outlook.mean / outlook.days
    bought, waits = plan_purchases(levels, position, items, per_day, supplier, rules, desk.now_s)
    desk.post(closed, outlook.facts(), waits)
    sku = np.flatnonzero(bought)
    if len(sku) == 0:
        return
    case = case_units(items, per_day, rules)[sku]
    here = unreserved[:, sku]
    wanted = np.maximum(here, 0).sum(axis=0) + bought[sku]
    placed = _place(
        desk, wanted, len(here), sku, held=by_fc(stock.on_hand + stock.dock + stock.inbound, skus)
    )
    room = np.maximum(bought[sku] - placed.missing, 0) // case * case
    split = plan_sites(room, placed.units, here, case)
    fc, at = np.nonzero(split)
    due = desk.midnight_s + levels.lead[sku[at]] * DAY_S + rules.dock_s
    first = desk.next(Purchases)
    desk.post(
        Bought.fill(
            len(fc),
            purchase=np.arange(first, first + len(fc)),
            fc=fc,
            sku=sku[at],
            units=split[fc, at],
            due_s=due,
        ),
        _no_space(desk, placed, sku),
    )


def count(desk: Desk) -> None:
    """Cycle counts of the bins whose day it is."""
    stock, skus = desk.table(Stock), desk.next(Items)
    row = due_bins(stock, desk.day, desk.rule(InventoryRules).count_every_days)
    if len(row) == 0:
        return
    fc, sku = (row // skus).astype(np.int32), (row % skus).astype(np.int32)
    found = desk.world.floor.counted(fc, sku, stock.on_hand[row], desk.day)
    desk.post(plan_corrections(stock, found.fc, found.sku, found.difference, skus))


def _fcs(desk: Desk) -> int:
    return int((desk.table(Sites).kind == SiteKind.FC).sum())


def _close(desk: Desk, skus: int) -> DayClosed:
    """Demand of the days since the last that closed, yesterday included; none before the first order."""
    orders, days = desk.table(Orders), desk.table(DemandDays).day
    if len(orders) == 0:
        return DayClosed.empty()
    first = int(orders.at_s[0] + desk.utc_offset_s) // DAY_S
    after = int(days[-1]) if len(days) else first - 1
    if after >= desk.day - 1:
        return DayClosed.empty()
    return demand_of(orders, desk.table(Lines), after, desk.day - 1, skus, desk.utc_offset_s)


def _forecast(desk: Desk, closed: DayClosed, skus: int) -> Outlook:
    """From the days on file and those that close now."""
    rules, items = desk.rule(InventoryRules), desk.table(Items)
    days = desk.table(DemandDays).day
    new = np.zeros((0, skus), np.int32)
    first = int(days[0]) if len(days) else int(closed.day.min()) if len(closed) else desk.day
    if len(closed):
        begin = int(closed.day.min())
        new = np.zeros((int(closed.day.max()) - begin + 1, skus), np.int32)
        np.add.at(new, (closed.day - begin, closed.sku), closed.units)
    keep = min(len(days), rules.history_days)
    old = desk.table(Demand).units[(len(days) - keep) * skus :].reshape(keep, skus)
    first += len(days) - keep
    return plan_forecast(np.concatenate([old, new]), (first + 3) % 7, items.rate_upm, rules)


def _place(
    desk: Desk, units: Units, fcs: int, sku: Units | None = None, held: Units | None = None
) -> Placement:
    """Place units of the given SKUs (all: None) beside what is `held` (f, all SKUs), their own pieces taken out."""
    rules, items, patterns = desk.rule(InventoryRules), desk.table(Items), _patterns(desk, fcs)
    free = shelf_ml(desk.table(Floors), fcs, rules)
    some = items if sku is None else items.take(sku)
    if held is not None and sku is not None:
        free = free - held @ items.volume_ml() + held[:, sku] @ some.volume_ml()
    return plan_placement(units, some, patterns, free, rules)


def _patterns(desk: Desk, fcs: int) -> Patterns:
    rules, zones = desk.rule(InventoryRules), desk.table(Zones)
    return plan_patterns(desk.table(Sites), fcs, zones, zone_weights(zones, desk.table(Regional)), rules)


def _no_space(desk: Desk, placed: Placement, sku: Units | None = None) -> Remarks:
    """SKUs of which pieces found no room; limit the pieces placed, short those that were not."""
    at = np.flatnonzero(placed.missing > 0)
    return Remarks.about(
        Subject.SKU,
        at if sku is None else sku[at],
        int(Reason.NO_SPACE),
        desk.now_s,
        limit=placed.units[:, at].sum(axis=0),
        short=placed.missing[at],
    )


SERVICES: list[Service] = [
    Service(name="inventory.open", every_s=300, work=open_network),
    Service(name="inventory.receive", every_s=300, work=receive),
    Service(name="inventory.night", every_s=DAY_S, work=night, offset_s=1_800),
    Service(name="inventory.count", every_s=DAY_S, work=count, offset_s=7_200),
]
