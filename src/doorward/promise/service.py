"""The promise services: open capacity, take orders, promise, hear answers, learn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import second_of_day
from doorward.core.units import DAY_S
from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.ports.storefront import NewLines, NewOrders
from doorward.promise.capacity import plan_openings
from doorward.promise.closures import known_closures
from doorward.promise.lanes import Transits, plan_transits
from doorward.promise.learn import plan_margins
from doorward.promise.plan import classes, margins_now, plan_quotes
from doorward.promise.rules import PromiseRules
from doorward.tables.cards import (
    CardAreas,
    CardBands,
    CardBook,
    CardRates,
    Cards,
    CardSurcharges,
    CardTransit,
)
from doorward.tables.fleet import Vehicles
from doorward.tables.flex import Drivers
from doorward.tables.items import Items
from doorward.tables.journey import Status
from doorward.tables.linehaul import Lanes
from doorward.tables.orders import (
    Answered,
    Held,
    Holds,
    HoldsReturned,
    LinePlaced,
    Lines,
    LineStatus,
    OpeningKind,
    Openings,
    Orders,
    OrderStatus,
    PartnerRoomReturned,
    Placed,
    Quoted,
)
from doorward.tables.outages import Outages, PlannedOutages
from doorward.tables.packages import Packages, Scans
from doorward.tables.promises import MarginMoved, Margins, Promises
from doorward.tables.remarks import Reason, Remarks
from doorward.tables.sites import Floors, Sites, Zones
from doorward.tables.stock import Purchases, Stock
from doorward.tables.ways import Services, WayCapacity

SETTLE_S = 1_800
"""How often partner room is given back."""


def card_book(desk: Desk) -> CardBook:
    """All rate cards."""
    return CardBook(
        desk.table(Cards), desk.table(CardBands), desk.table(CardRates), desk.table(CardSurcharges),
        desk.table(CardAreas), desk.table(CardTransit),
    )  # fmt: skip


def transits_of(desk: Desk) -> Transits:
    """Partners' transit times on all lanes."""
    return plan_transits(
        desk.table(Sites), desk.table(Zones), desk.table(Services), desk.table(Cards), desk.table(CardBands),
        desk.table(CardTransit), desk.rule(PromiseRules), card_book(desk),
    )  # fmt: skip


def open_days(desk: Desk) -> None:
    """Open the days of the horizon that are not open yet; at the very first turn also write down the margins' priors.

    Runs every tick and acts at the first of each day, so a run may begin at any hour.
    """
    rules, openings = desk.rule(PromiseRules), desk.table(Openings)
    if len(openings) and int(openings.day[-1]) >= desk.day + rules.horizon_days - 1:
        return
    sites, services = desk.table(Sites), desk.table(Services)
    second = int(second_of_day(desk.now_s, desk.utc_offset_s))
    opened = plan_openings(
        openings, sites, desk.table(Floors), desk.table(Lanes), desk.table(Zones), desk.table(Vehicles),
        desk.table(Drivers), services, rules, desk.day, second,
    )  # fmt: skip
    desk.post(opened)
    margins = desk.table(Margins)
    count, _ = classes(sites, services, rules)
    if len(margins) < count:
        new = np.arange(len(margins), count)
        prior = margins_now(margins, transits_of(desk), rules)[new]
        desk.post(MarginMoved.fill(len(new), klass=new, margin_s=prior, seen=0, kept=0, scans=0))


def take(desk: Desk) -> None:
    """Write down what the storefront was asked since the last time."""
    new, lines = desk.world.storefront.orders(desk.after_s, desk.now_s)
    if len(new):
        place(desk, new, lines)


def place(desk: Desk, new: NewOrders, lines: NewLines, shop: int = -1) -> None:
    """Write down orders of a shop (-1: the operator's own); their numbers continue the table."""
    first, first_line = desk.next(Orders), desk.next(Lines)
    order = first + np.arange(len(new))
    count = new.lines.astype(np.int64)
    desk.post(
        Placed(
            order=order,
            at_s=new.at_s,
            zone=new.zone,
            lat_udeg=new.lat_udeg,
            lon_udeg=new.lon_udeg,
            speed=new.speed,
            consent=new.consent,
            first_line=first_line + np.cumsum(count) - count,
            lines=new.lines,
            access=new.access,
            shop=np.full(len(new), shop),
        ),
        LinePlaced(
            line=first_line + np.arange(len(lines)),
            order=np.repeat(order, count),
            sku=lines.sku,
            units=lines.units,
        ),
    )


def quote(desk: Desk) -> None:
    """Promise or refuse every order that was placed."""
    waiting = np.flatnonzero(desk.table(Orders).status == OrderStatus.PLACED)
    if len(waiting) == 0 or desk.next(Openings) == 0:
        return
    quoted, held, refused, reason, remarks = quotes(desk, waiting)
    desk.post(
        quoted,
        held,
        Answered.fill(len(refused), order=refused, status=OrderStatus.REFUSED, reason=reason),
        remarks,
    )


def quotes(
    desk: Desk, waiting: NDArray[np.int64], offered: tuple[Orders, Lines] | None = None
) -> tuple[Quoted, Held, NDArray[np.int64], NDArray[np.int16], Remarks]:
    """What `plan_quotes` says of waiting orders, or of orders that nobody has placed yet, by the tables of now."""
    rules = desk.rule(PromiseRules)
    reach_s = desk.now_s + rules.horizon_days * DAY_S
    closures = known_closures(desk.table(Outages), desk.table(PlannedOutages), rules, desk.now_s, reach_s)
    return plan_quotes(
        desk.table(Orders),
        waiting,
        desk.table(Lines),
        desk.table(Promises),
        desk.table(Openings),
        desk.table(Stock),
        desk.table(Purchases),
        desk.table(Items),
        desk.table(Sites),
        desk.table(Floors),
        desk.table(Zones),
        desk.table(Lanes),
        desk.table(Services),
        transits_of(desk),
        desk.table(Margins),
        desk.table(WayCapacity),
        rules,
        desk.now_s,
        desk.utc_offset_s,
        closures,
        desk.next(Holds),
        offered,
    )


def answer(desk: Desk) -> None:
    """Hear what customers say; a promise not taken in time is given back."""
    orders = desk.table(Orders)
    open_ = np.flatnonzero(orders.status == OrderStatus.QUOTED)
    if len(open_) == 0:
        return
    expires = orders.expires_s[open_]
    said = desk.world.storefront.answers(open_, expires - desk.rule(PromiseRules).hold_s, desk.now_s)
    said = np.where(orders.shop[open_] >= 0, 1, said)  # what a shop sends is bought already
    yes, no = said == 1, (said == 0) | ((said < 0) & (expires <= desk.now_s))
    told = yes | no
    desk.post(
        Answered(
            order=open_[told],
            status=np.where(yes, OrderStatus.ACCEPTED, OrderStatus.EXPIRED)[told],
            reason=np.where(yes, Reason.NONE, Reason.ABANDONED)[told],
        )
    )


def give_back(desk: Desk) -> None:
    """Accepted orders whose lines were all cancelled give back what their promise held; those whose packages have all
    got their way give back the partner's room that they held."""
    if desk.now_s % SETTLE_S == 0:
        settle(desk)
    lines, orders, promises = desk.table(Lines), desk.table(Orders), desk.table(Promises)
    gone = np.flatnonzero(lines.status == LineStatus.CANCELLED)
    gone = gone[promises.holds[lines.order[gone]] > 0]
    if len(gone) == 0:
        return
    order, count = np.unique(lines.order[gone], return_counts=True)
    parts = np.bincount(lines.order[lines.parent >= 0], minlength=len(orders))
    whole = (count == orders.lines[order] + parts[order]) & (orders.status[order] == OrderStatus.ACCEPTED)
    if whole.any():
        desk.post(HoldsReturned(order=order[whole]))


def settle(desk: Desk) -> None:
    """Partner room goes back once the packages have their way, whichever: from then on the way itself takes room."""
    holds, openings = desk.table(Holds), desk.table(Openings)
    row = np.flatnonzero(holds.opening >= 0)
    row = row[openings.kind[holds.opening[row]] == OpeningKind.PARTNER]
    if len(row) == 0:
        return
    orders, lines, packages = desk.table(Orders), desk.table(Lines), desk.table(Packages)
    open_ = orders.status != OrderStatus.ACCEPTED
    at = (LineStatus.WAITING, LineStatus.BACKORDERED, LineStatus.SOURCED)
    open_[lines.order[np.isin(lines.status, at)]] = True
    open_[packages.order[(packages.way < 0) & (packages.status != Status.CANCELLED)]] = True
    row = row[~open_[holds.order[row]]]
    if len(row):
        desk.post(PartnerRoomReturned(hold=row))


def learn(desk: Desk) -> None:
    """Move the margins by what became of promises since the last time."""
    margins, scans = desk.table(Margins), desk.table(Scans)
    upto = int(margins.scans.max(initial=0))
    if len(margins) == 0 or len(scans) == 0:
        return
    rules, transits = desk.rule(PromiseRules), transits_of(desk)
    desk.post(
        plan_margins(
            scans.take(slice(upto, len(scans))),
            len(scans),
            desk.table(Packages),
            desk.table(Orders),
            desk.table(Promises),
            margins,
            margins_now(margins, transits, rules),
            rules,
            transits,
            (desk.after_s, desk.now_s),
        )
    )


SERVICES: list[Service] = [
    Service("promise.open", 300, open_days),
    Service("promise.take", 300, take),
    Service("promise.quote", 300, quote),
    Service("promise.answer", 300, answer),
    Service("promise.return", 300, give_back),
    Service("promise.learn", 3600, learn),
]
"""In the order of the day."""
