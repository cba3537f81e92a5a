"""Choose a way for every package that waits for one: gate, quote, choose, and say why.

`plan_ways` returns the choices, the new prices and the remarks. Packages without room are offered the next days; those
that no way may carry get the last resort (an own van where a station serves the door, else the partner that carries
most), with a remark that names the limit and the number that would have fitted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.carriers.choose.plan import BLOCKED, Choice, choose
from doorward.carriers.choose.rooms import Index, budgets, expected_demand, posted_prices
from doorward.carriers.gate.plan import Batch, Gates, gate, mask
from doorward.carriers.net import OWN_WAYS, Network, Reference, network
from doorward.carriers.quote.plan import Pauses, Quotes, quote
from doorward.carriers.quote.vans import blended, prior
from doorward.carriers.rules import CarriersRules
from doorward.carriers.slots import EXTRA, Rooms, other_slots
from doorward.core.hours import second_of_day
from doorward.tables.cards import Cards, card_rows
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.ways import Services, Way, WayCapacity, WayChosen, WayPriced, ZoneCosts

I64 = NDArray[np.int64]
LAST_RESORT_C = 5_000
"""What a special transport is reckoned at where no card rates the package."""


class Situation(NamedTuple):
    """What changes from turn to turn.

    promised (k,) packages promised by station, day and wave, at the pool rows of `capacity`; free_cells (S,) of lockers
    block_mc (S,) block pay per package by station; stops: known standstills of partners' pick-ups
    """

    capacity: WayCapacity
    rooms: Index
    learned: ZoneCosts
    promised: I64
    free_cells: I64
    block_mc: I64
    now_s: int
    utc_offset_s: int
    stops: Pauses = ()


class Offer(NamedTuple):
    """Gates and quotes of a batch, joined: reason, short, cost (m, n); opening (m, n); pool (n,).

    Rows: the ways' columns, then `EXTRA`: the same ways in other slots of the day.
    """

    reason: NDArray[np.int16]
    short: I64
    quotes: Quotes
    cost: I64
    opening: NDArray[np.int32]
    pool: NDArray[np.int32]


def plan_ways(
    batch: Batch, ref: Reference, now: Situation, rules: CarriersRules
) -> tuple[WayChosen, WayPriced, Remarks]:
    """One way for each package of the batch where there is room; never more than an opening's room."""
    net, services, index = network(ref, rules), ref.services, now.rooms
    cards = ref.book.cards.take(card_rows(services, ref.book.cards))
    way_of = np.r_[ways_of(services), EXTRA]
    group = way_of.astype(np.int32)
    expected = expected_demand(now.capacity, index.today, bounded=True)
    left = np.maximum(0, now.capacity.limit.astype(np.int64) - now.capacity.taken)
    left = np.minimum(left, budget_of_cells(now))
    second = second_of_day(now.now_s, now.utc_offset_s)
    waiting = np.arange(len(batch))
    parts: list[WayChosen] = []
    price, use = now.capacity.price_mc, np.zeros(len(left), np.int64)
    seen = np.zeros(len(left), bool)
    gates = np.zeros(len(batch), np.int16)
    for turn, day_on in enumerate((0, *range(rules.days_on + 1))):
        part = batch.take(waiting)
        offer = offers(part, net, ref, cards, now, index, expected, rules, day_on, left)
        if turn == 0:
            room = np.minimum(
                left, budgets(now.capacity, index, offer.pool, expected, now.promised, now.free_cells, second)
            )
            first, gates = offer, mask(offer.reason, way_of)
        else:
            room = left
        found = choose(
            np.ascontiguousarray(offer.cost.T), np.ascontiguousarray(offer.opening.T), room,
            now.capacity.price_mc, group, rules.rounds,
        )  # fmt: skip
        got = np.flatnonzero(found.option >= 0)
        taken = offer.opening[found.option[got], got]
        np.subtract.at(left, taken, 1)
        if turn == 0:
            price = found.price
            seen[np.unique(offer.opening[offer.opening >= 0])] = True
        np.add.at(use, taken, 1)
        parts.append(_rows(part, offer, found, got, gates[waiting], net, services, way_of))
        waiting = waiting[found.option < 0]
        if len(waiting) == 0:
            break
    rest, remarks = _last_resort(batch, waiting, first, gates, net, services, way_of, now.now_s)
    chosen = WayChosen.concat([*parts, rest])
    chosen = chosen.take(np.argsort(chosen.package, kind="stable"))
    opening, posted = posted_prices(now.capacity, price, use, seen, rules)
    return chosen, WayPriced.fill(len(opening), opening=opening, price_mc=posted), remarks


def ways_of(services: Services) -> I64:
    """Way of each column: own ways, then services."""
    return np.concatenate([np.arange(OWN_WAYS), services.way.astype(np.int64)])


def budget_of_cells(now: Situation) -> I64:
    """Free cells for openings of lockers, no bound for others."""
    locker = now.capacity.way == Way.LOCKER
    cells = now.free_cells[now.capacity.station]
    return np.asarray(np.where(locker, np.maximum(cells, 0), 2**40), np.int64)


def offers(
    batch: Batch,
    net: Network,
    ref: Reference,
    cards: Cards,
    now: Situation,
    index: Index,
    expected: I64,
    rules: CarriersRules,
    day_on: int = 0,
    left: I64 | None = None,
) -> Offer:
    """What every way would cost each package, and which openings it would take room of.

    left (k,) room of every opening, so that other hours are offered where there is some
    """
    gates = gate(batch, ref.services, cards, net.heads, net.haul_uc_ml, rules, net.shut)
    today = expected * (now.capacity.day == index.today)
    by_site = np.bincount(now.capacity.station, weights=today, minlength=len(ref.sites)).astype(np.float64)
    by_pool = np.zeros(len(ref.sites), np.int64)
    np.maximum.at(by_pool, now.capacity.station, expected)
    left = np.maximum(0, now.capacity.limit.astype(np.int64) - now.capacity.taken) if left is None else left
    believed = prior(ref.zones, batch.zone, net.reach_m, net.share, by_site, rules)
    stop_s, stop_m = blended(batch.zone, *believed, now.learned, rules)
    quotes = quote(
        batch, net, ref.services, stop_s, stop_m, now.block_mc, rules, now.utc_offset_s, day_on, now.stops
    )
    opening = np.empty(gates.reason.shape, np.int32)
    for column in range(len(opening)):
        own = column < OWN_WAYS
        site = batch.locker if column == Way.LOCKER else batch.station if own else batch.fc
        opening[column] = index.row(column, site, quotes.day[column], quotes.slot[column])
    _gig_pay(quotes, opening[Way.FLEX], stop_m, by_pool, batch, net, now, rules)
    _shut(gates, ~quotes.rated, Reason.NO_COVERAGE)
    _shut(gates, quotes.still, Reason.STANDSTILL)
    _shut(gates, opening < 0, Reason.NO_CAPACITY)
    rooms = Rooms(index, left, now.capacity.price_mc)
    gates = Gates(*(np.concatenate([rows, rows[EXTRA]]) for rows in gates))
    quotes = Quotes(*(np.concatenate([rows, rows[EXTRA]]) for rows in quotes))
    opening = np.concatenate([opening, opening[EXTRA]])
    other_slots(gates, quotes, opening, batch, rooms, rules, now.utc_offset_s)
    cost = np.where(gates.reason == 0, quotes.money + quotes.late + quotes.carbon, BLOCKED)
    pool = index.pool(batch.station, quotes.day[0], quotes.slot[0])
    tonight = quotes.slot[Way.FLEX] == rules.evening_s  # they compete with no wave of vans
    pool = np.where(tonight, np.int32(-1), pool)
    return Offer(gates.reason, gates.short, quotes, cost, opening, pool)


def _gig_pay(
    quotes: Quotes, opening: NDArray[np.int32], stop_m: NDArray[np.float64], pool: I64, batch: Batch, net: Network,
    now: Situation, rules: CarriersRules,
) -> None:  # fmt: skip
    """Gig drivers at the margin, where the marketplace has said what its blocks of the day carry.

    The block's pay is what one package more adds to it, instead of the station's mean. And few packages lie farther
    apart: the way to the next door grows with the root of the station's packages over the blocks' (Beardwood, Halton
    and Hammersley 1959), pool (S,) and the opening's limit.
    """
    if len(now.capacity) == 0:
        return
    row, station = np.maximum(opening, 0), np.maximum(batch.station, 0)
    told = np.where(opening >= 0, now.capacity.cost_mc[row], -1)
    apart = np.sqrt(np.maximum(1.0, pool[station] / np.maximum(1, now.capacity.limit[row]))) - 1.0
    more = told - now.block_mc[station] + apart * stop_m * net.km_mc[Way.FLEX, station]
    more = more * (1.0 + rules.fail_pm[Way.FLEX] / 1000)
    quotes.money[Way.FLEX] += np.where(told >= 0, np.rint(more), 0).astype(np.int64)


def _shut(gates: Gates, shut: NDArray[np.bool_], reason: Reason) -> None:
    gates.reason[shut & (gates.reason == 0)] = int(reason)


def _rows(
    batch: Batch,
    offer: Offer,
    found: Choice,
    got: I64,
    gates: NDArray[np.int16],
    net: Network,
    services: Services,
    way_of: I64,
) -> WayChosen:
    """The fact's rows for the packages `got` of the batch."""
    column = found.option[got].astype(np.int64)
    opening = offer.opening[column, got]
    dual = np.where(opening >= 0, found.price[np.maximum(opening, 0)], 0)
    second = found.second[got]
    other = np.where(second >= 0, way_of[np.maximum(second, 0)], -1)
    return _fact(
        batch.take(got), column, offer, got, opening, dual, other, found.gap[got], gates[got], net, way_of
    )


def _fact(
    batch: Batch, column: I64, offer: Offer, at: I64, opening: NDArray[np.int32], dual: I64, second: I64, gap: I64,
    gates: NDArray[np.int16], net: Network, way_of: I64,
) -> WayChosen:  # fmt: skip
    services = offer.opening.shape[0] - OWN_WAYS - len(EXTRA)
    own = (column < OWN_WAYS) | (column >= OWN_WAYS + services)
    q = offer.quotes
    station = np.maximum(batch.station, 0)
    money = q.money[column, at]
    hop = np.where(batch.here == 1, batch.station, net.hop[batch.fc, station])
    return WayChosen.fill(
        len(batch),
        package=batch.package,
        way=way_of[column],
        carrier=np.where(own, -1, column - OWN_WAYS),
        station=np.where(own, batch.station, -1),
        locker=np.where(way_of[column] == Way.LOCKER, batch.locker, -1),
        next_site=np.where(own, hop, -1),
        leave_s=q.leave_s[column, at],
        bill_c=(money + 500) // 1000,
        co2_mg=q.co2[column, at],
        money_mc=money,
        late_mc=q.late[column, at],
        carbon_mc=q.carbon[column, at],
        dual_mc=dual,
        second=second,
        second_mc=gap,
        gates=gates,
        opening=opening,
        pool=offer.pool[at],
        late_pm=q.late_pm[column, at],
        late_s=q.late_s[column, at],
    )


def _last_resort(
    batch: Batch,
    rows: I64,
    offer: Offer,
    gates: NDArray[np.int16],
    net: Network,
    services: Services,
    way_of: I64,
    now_s: int,
) -> tuple[WayChosen, Remarks]:
    """Packages that found nothing: those that every way shuts out get one nevertheless; those without room wait."""
    if len(rows) == 0:
        return WayChosen.empty(), Remarks.empty()
    shut = (offer.reason[:, rows] != 0).all(axis=0)
    full = rows[~shut]
    wait = Remarks.about(Subject.PACKAGE, batch.package[full], Reason.NO_CAPACITY, now_s, short=1)
    rows = rows[shut]
    if len(rows) == 0:
        return WayChosen.empty(), wait
    part = batch.take(rows)
    station = np.maximum(part.station, 0)
    laned = (part.station >= 0) & ((part.here == 1) | (net.haul_uc_ml[part.fc, station] >= 0))
    column = np.full(len(rows), -1, np.int64)
    if len(services):
        most = np.where(services.max_g < 0, 2**31 - 1, services.max_g)
        column[part.here == 0] = OWN_WAYS + int(np.argmax(most))
    for way in (Way.FLEX, Way.DSP, Way.OWN):
        column[laned & (net.heads[way, station] > 0)] = int(way)
    lost = column < 0
    why = np.where(part.station >= 0, 0, OWN_WAYS if len(services) else 0)
    why = np.where(column >= 0, column, why)
    remarks = Remarks.about(
        Subject.PACKAGE,
        part.package,
        offer.reason[why, rows],
        now_s,
        limit=way_of[why],
        short=offer.short[why, rows],
    )
    keep = np.flatnonzero(~lost)
    part, column, rows = part.take(keep), column[keep], rows[keep]
    money = offer.quotes.money
    special = column >= OWN_WAYS
    unrated = special & (money[column, rows] == 0)
    money[column[unrated], rows[unrated]] = LAST_RESORT_C * 1000
    minus = np.full(len(rows), -1, np.int64)
    chosen = _fact(
        part, column, offer, rows, minus.astype(np.int32), np.zeros(len(rows), np.int64), minus, minus, gates[rows],
        net, way_of,
    )  # fmt: skip
    return chosen, Remarks.concat([wait, remarks])
