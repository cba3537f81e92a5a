"""Promise waiting orders: a date, a window and a price that hold with the stated probability, or a reason why not.

Composed from stock (on hand, not reserved, not promised to lines without a building yet, plus what is inbound),
cut-offs and labour of the FCs, the linehaul timetable, delivery days and capacity of the stations, and transit times
of partner services. Orders are promised in order of arrival; each consumes what it is promised. The safety margin of
its lane class is learnt from kept and broken promises (promise.learn).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import crow_m
from doorward.core.hours import local_day
from doorward.core.stationday import delivery_wait
from doorward.core.units import DAY_S
from doorward.promise.capacity import collected, layout, places
from doorward.promise.closures import Closures, shrink
from doorward.promise.fares import DEAR, fares_c, parcel_mm, price_c
from doorward.promise.kernel import quote_each
from doorward.promise.lanes import Transits, distance_band
from doorward.promise.rules import PromiseRules
from doorward.promise.terms import NO_CAPACITY, NO_DATE, NO_STOCK, OK, PARTNER_FULL, Asked, Room, Shelf, Times
from doorward.promise.ways import Ways, plan_ways
from doorward.tables.items import Items
from doorward.tables.linehaul import Lanes
from doorward.tables.orders import Held, Lines, LineStatus, Openings, Orders, OrderStatus, Quoted, Speed
from doorward.tables.promises import Margins, Promises
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Floors, Sites, Zones
from doorward.tables.stock import Purchases, Stock
from doorward.tables.ways import Services, Way, WayCapacity

Ints = NDArray[np.int64]


def classes(sites: Sites, services: Services, rules: PromiseRules) -> tuple[int, int]:
    """How many lane classes there are, and bands a service (see tables.promises.Margins)."""
    bands = len(rules.band_m) + 1
    return 2 * len(sites) + bands * len(services), bands


def margins_now(margins: Margins, transits: Transits, rules: PromiseRules) -> Ints:
    """Margin of every class: learnt, or the prior (partners: mean spread of the class's lanes)."""
    own = np.repeat([rules.margin_s, rules.evening_margin_s], transits.own // 2)
    prior = np.r_[own, transits.prior_s.ravel()].astype(np.int64)
    prior = np.clip(prior, rules.margin_min_s, rules.margin_max_s)
    known = min(len(margins), len(prior))
    prior[:known] = margins.margin_s[:known]
    return np.asarray(prior, np.int64)


def plan_quotes(
    orders: Orders,
    waiting: Ints,
    lines: Lines,
    promises: Promises,
    openings: Openings,
    stock: Stock,
    purchases: Purchases,
    items: Items,
    sites: Sites,
    floors: Floors,
    zones: Zones,
    lanes: Lanes,
    services: Services,
    transits: Transits,
    margins: Margins,
    chosen: WayCapacity,
    rules: PromiseRules,
    now_s: int,
    offset_s: int,
    closures: Closures = (),
    first_hold: int = 0,
    offered: tuple[Orders, Lines] | None = None,
) -> tuple[Quoted, Held, NDArray[np.int64], NDArray[np.int16], Remarks]:
    """Promise the orders of rows `waiting` (ascending) as of `now_s`; openings must reach today.

    Returns the promises made and what they hold (rows of Holds from `first_hold` on); the orders refused with their
    Reasons; remarks on the refused. `limit` and `short` there: NO_STOCK sku and units missing; NO_CAPACITY and
    PARTNER_FULL the opening that bound and 1 package; TOO_HEAVY grams that are
    carried and grams beyond them; NO_HONEST_DATE the latest date allowed and seconds beyond it; NO_COVERAGE the zone.
    offered: orders and lines that nobody has placed yet, quoted in place of those waiting (`waiting` numbers them).
    """
    asked, own_lines = offered or (orders.take(waiting), lines)
    today = int(local_day(now_s, offset_s))
    ways = plan_ways(sites, floors, lanes, services, rules, now_s, offset_s, closures)
    times = _times(ways, transits, margins, rules, now_s, offset_s)
    merged = merged_lines(asked, own_lines, items)
    skus = np.unique(merged.sku)
    fcs, _ = layout(sites)
    shelf = _shelf(skus, stock, purchases, len(items), fcs, rules, now_s, offset_s)
    _claim(shelf.free, skus, orders, lines, promises)
    each = _asked(asked, ways, merged, skus, sites, zones, services, transits, rules, today)
    base, room = _room(openings, places(sites, services), today)
    room.taken[:] += collected(chosen, sites, services, today, len(room.taken))
    room = room._replace(limit=shrink(room.limit, closures, sites, rules, now_s, offset_s))
    result, held = quote_each(times, each, shelf, room)
    why, heavy = result[:, 9].copy(), merged.heavy_g
    light = each.own & (zones.station[asked.zone] >= 0) | each.takes.any(axis=(1, 2))
    most = max(rules.own_max_g, int(services.max_g.max(initial=0)))
    why[(why != OK) & (heavy > most)] = Reason.TOO_HEAVY
    why[(why != OK) & ~light & (heavy <= most)] = Reason.NO_COVERAGE
    good = why == OK
    price = price_c(asked, result[:, 1], merged.weight_g, zones, rules, today, offset_s)
    leave = last_pickup(result[good], times, asked.zone[good], room.limit.shape[1])
    quoted = _quoted(waiting[good], result[good], price[good], leave, rules, now_s)
    opening = (held[:, 1] + base).astype(np.int32)
    holds = Held(hold=first_hold + np.arange(len(held)), order=waiting[held[:, 0]], opening=opening)
    remarks = _remarks(waiting, asked, result, why, heavy, skus, times.latest_s, most, base, now_s)
    return quoted, holds, waiting[~good], why[~good].astype(np.int16), remarks


class Merged(NamedTuple):
    """Lines of orders, those of one SKU together, by pointer (n + 1,); heaviest piece, grams and ml of all (n,);
    longest and second side of any piece, mm (n,)."""

    pointer: Ints
    sku: Ints
    units: Ints
    heavy_g: Ints
    weight_g: Ints
    volume_ml: Ints
    longest_mm: Ints
    second_mm: Ints


def merged_lines(asked: Orders, lines: Lines, items: Items) -> Merged:
    """Gather the lines of the orders."""
    count = asked.lines.astype(np.int64)
    nth = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    row = np.repeat(asked.first_line, count) + nth
    owner = np.repeat(np.arange(len(asked)), count)
    key, inverse = np.unique(owner * (len(items) + 1) + lines.sku[row], return_inverse=True)
    units = np.bincount(inverse, lines.units[row], len(key)).astype(np.int64)
    owner, sku = key // (len(items) + 1), key % (len(items) + 1)
    pointer = np.searchsorted(owner, np.arange(len(asked) + 1)).astype(np.int64)
    piece = items.weight_g[sku].astype(np.int64)
    heavy = np.zeros(len(asked), np.int64)
    np.maximum.at(heavy, owner, piece)
    grams = np.bincount(owner, piece * units, len(asked)).astype(np.int64)
    volume = np.bincount(owner, items.volume_ml()[sku] * units, len(asked)).astype(np.int64)
    sides = np.sort(np.stack([items.length_mm[sku], items.width_mm[sku], items.height_mm[sku]]), axis=0)
    reach = np.zeros((2, len(asked)), np.int64)
    np.maximum.at(reach[0], owner, sides[2])
    np.maximum.at(reach[1], owner, sides[1])
    return Merged(pointer, sku, units, heavy, grams, volume, reach[0], reach[1])


def _times(
    ways: Ways,
    transits: Transits,
    margins: Margins,
    rules: PromiseRules,
    now_s: int,
    offset_s: int,
) -> Times:
    return Times(
        offset_s=offset_s,
        today=int(local_day(now_s, offset_s)),
        latest_s=now_s + rules.longest_days * DAY_S,
        own=transits.own,
        bands=len(rules.band_m) + 1,
        candidates=rules.candidate_fcs,
        route_s=rules.route_s[0],
        first_wave_s=rules.wave_s[0],
        door_day=ways.door_day,
        door_s=ways.door_s,
        door_late=ways.door_late,
        tonight_s=ways.tonight_s,
        leave_day=ways.leave_day,
        pick_s=ways.pick_s,
        transit_s=transits.p50_s,
        sigma=transits.sigma,
        extra_s=transits.extra_s,
        margin=margins_now(margins, transits, rules),
        window_lo=np.asarray(rules.window_lo_s, np.int64),
        window_hi=np.asarray(rules.window_hi_s, np.int64),
        delivers=delivery_wait(rules) == 0,
        late_pm=1_000 - rules.quantile_pm,
        late_day_c=rules.late_day_c,
    )


def _shelf(
    skus: Ints,
    stock: Stock,
    purchases: Purchases,
    catalogue: int,
    fcs: int,
    rules: PromiseRules,
    now_s: int,
    offset_s: int,
) -> Shelf:
    """Free units of the SKUs asked for, and what is inbound (the dock counts as inbound now), soonest first.

    Inbound units count from the day after they can be for sale: by then the night has put them in reach of all waves.
    """
    row = np.arange(fcs)[:, None] * catalogue + skus[None]
    free = stock.on_hand[row].astype(np.int64) - stock.reserved[row]
    dock_fc, dock_sku = np.nonzero(stock.dock[row] > 0)
    open_ = np.flatnonzero(purchases.received_s < 0)
    place = np.searchsorted(skus, purchases.sku[open_])
    mine = place < len(skus)
    mine[mine] = skus[place[mine]] == purchases.sku[open_[mine]]
    open_, place = open_[mine], place[mine]
    sku = np.r_[dock_sku, place]
    fc = np.r_[dock_fc, purchases.fc[open_]].astype(np.int64)
    units = np.r_[stock.dock[row][dock_fc, dock_sku], purchases.units[open_]].astype(np.int64)
    due = np.r_[np.full(len(dock_fc), now_s), np.maximum(purchases.due_s[open_], now_s)]
    day = local_day(due + rules.inbound_lag_s, offset_s) - local_day(now_s, offset_s) + 1
    by = np.lexsort((fc, day, sku))
    pointer = np.searchsorted(sku[by], np.arange(len(skus) + 1)).astype(np.int64)
    return Shelf(free=free, pointer=pointer, fc=fc[by], day=day[by].astype(np.int64), units=units[by])


def _claim(free: Ints, skus: Ints, orders: Orders, lines: Lines, promises: Promises) -> None:
    """Take off what was promised to lines that have no building yet: at the promise's FC, or wherever the units lie."""
    row = np.flatnonzero((lines.status == LineStatus.WAITING) | (lines.status == LineStatus.BACKORDERED))
    status = orders.status[lines.order[row]]
    row = row[(status == OrderStatus.QUOTED) | (status == OrderStatus.ACCEPTED)]
    place = np.searchsorted(skus, lines.sku[row])
    mine = place < len(skus)
    mine[mine] = skus[place[mine]] == lines.sku[row[mine]]
    row, place = row[mine], place[mine]
    fc = orders.promise_fc[lines.order[row]]
    split = promises.parts[lines.order[row]] > 1
    for r in np.flatnonzero(split):
        shelf, left = free[:, place[r]], int(lines.units[row[r]])
        if shelf[fc[r]] < left:
            for at in np.argsort(-shelf, kind="stable"):  # the fullest first: most lines lie in one building
                take = max(0, min(left, int(shelf[at])))
                shelf[at] -= take
                left -= take
        shelf[fc[r]] -= left
    whole = ~split
    np.subtract.at(free, (fc[whole], place[whole]), lines.units[row[whole]])


def _asked(
    asked: Orders,
    ways: Ways,
    merged: Merged,
    skus: Ints,
    sites: Sites,
    zones: Zones,
    services: Services,
    transits: Transits,
    rules: PromiseRules,
    today: int,
) -> Asked:
    """Who is where and wants what."""
    fcs, stations = layout(sites)
    site = zones.station[asked.zone].astype(np.int64)
    rank = np.where(site >= 0, np.searchsorted(stations, site), -1)
    soon = ways.door_s[:, min(1, ways.door_s.shape[1] - 1), :]
    reaches = np.zeros(len(asked), np.bool_)
    if len(stations):
        reaches = (rank >= 0) & (ways.door_day[:, :, np.maximum(rank, 0)] >= 0).any(axis=(0, 1))
    zone, back = np.unique(asked.zone, return_inverse=True)
    far = crow_m(
        zones.lat_udeg[zone, None], zones.lon_udeg[zone, None], sites.lat_udeg[None, :fcs], sites.lon_udeg[None, :fcs]
    )  # fmt: skip
    time = np.zeros((len(zone), fcs), np.int64)
    served = zones.station[zone] >= 0
    if len(stations):
        time[served] = soon[:, np.searchsorted(stations, zones.station[zone[served]])].T
    near = np.lexsort((far, time), axis=1)
    band = distance_band(far, rules)
    takes, cents = _counted(asked, merged, services, transits, rules, fcs, today)
    return Asked(
        station=np.where(reaches, rank, -1),
        site=site,
        zone=asked.zone.astype(np.int64),
        near=near[back].astype(np.int64),
        band=band[back],
        takes=takes,
        cents=cents,
        broken_c=np.asarray(rules.faster_c, np.int64)[np.clip(asked.speed, 0, 2)],
        own=merged.heavy_g <= rules.own_max_g,
        first_day=np.where(asked.speed == Speed.STANDARD, rules.standard_days, 0).astype(np.int64),
        today=asked.speed == Speed.SAME_DAY,
        pointer=merged.pointer,
        sku=np.searchsorted(skus, merged.sku).astype(np.int64),
        units=merged.units,
    )


def _counted(
    asked: Orders,
    merged: Merged,
    services: Services,
    transits: Transits,
    rules: PromiseRules,
    fcs: int,
    today: int,
) -> tuple[NDArray[np.bool_], Ints]:
    """Services that may be counted on from each FC, (n, fc, service), and what they charge; nothing where no service
    has a rate: then nothing is known, and all that take the piece count."""
    takes = np.ascontiguousarray(
        np.repeat(_takes(asked.speed, merged.heavy_g, services)[:, None], fcs, axis=1)
    )
    if transits.fares is None:
        return takes, np.zeros(takes.shape, np.int64)
    volume = merged.volume_ml * rules.parcel_pm // 1000
    size = parcel_mm(volume, merged.longest_mm, merged.second_mm)
    cents = fares_c(transits.fares, asked.zone.astype(np.int64), merged.weight_g, size, today)
    rated = takes & (cents < DEAR)
    known = rated.any(axis=2, keepdims=True)
    return np.where(known, rated, takes).copy(order="C"), np.where(known, cents, 0).copy(order="C")


def _takes(speed: NDArray[np.int8], heavy: Ints, services: Services) -> NDArray[np.bool_]:
    """Services that a promise may count on, (n, service). Standard: on the post, the cheap way to places without a
    station, so that the date can be kept without paying for speed; on regional carriers, then express, only where
    the slower ones do not take the piece. Faster speeds on all. Couriers are booked when they pay, never promised."""
    takes = (services.max_g[None] >= heavy[:, None]) & (services.way[None] != Way.COURIER)
    counted = takes.copy()
    open_ = speed == Speed.STANDARD
    for way in (Way.POST, Way.REGIONAL):
        by = takes & (services.way == way)[None]
        here = open_ & by.any(axis=1)
        counted[here] = by[here]
        open_ &= ~here
    return np.ascontiguousarray(counted)


def _room(openings: Openings, rows: int, today: int) -> tuple[int, Room]:
    """Openings from today on as (day, place), `rows` a day, and the row of the first."""
    base = (today - int(openings.day[0])) * rows
    shape = (-1, rows)
    limit = openings.limit[base:].astype(np.int64).reshape(shape)
    return base, Room(limit=limit, taken=openings.taken[base:].astype(np.int64).reshape(shape))


def last_pickup(r: Ints, t: Times, zone: NDArray[np.int32], places: int) -> Ints:
    """The last pick-up that still holds promises of the kernel's rows `r`; -1 where the own network brings it."""
    leave = np.full(len(r), -1, np.int64)
    at = np.flatnonzero(r[:, 2] >= t.own)
    service, fc = (r[at, 2] - t.own) // t.bands, r[at, 8]
    pick = t.pick_s[fc, r[at, 4] // places, service]
    spare = r[at, 1] - pick - t.transit_s[zone[at], fc, service] - r[at, 3]
    leave[at] = pick + np.maximum(spare, 0) // DAY_S * DAY_S
    return leave


def _quoted(order: Ints, r: Ints, price: Ints, leave: Ints, rules: PromiseRules, now_s: int) -> Quoted:
    return Quoted.fill(
        len(order),
        order=order,
        due_lo_s=np.maximum(r[:, 0], now_s),
        due_s=r[:, 1],
        price_c=price,
        fc=r[:, 8],
        expires_s=now_s + rules.hold_s,
        quantile_pm=rules.quantile_pm,
        margin_s=r[:, 3],
        klass=r[:, 2],
        parts=r[:, 10],
        leave_s=leave,
    )


def _remarks(
    order: Ints,
    asked: Orders,
    r: Ints,
    why: Ints,
    heavy: Ints,
    skus: Ints,
    latest_s: int,
    most_g: int,
    base: int,
    now_s: int,
) -> Remarks:
    limit, short = asked.zone.astype(np.int64), np.full(len(order), -1, np.int64)
    at = why == NO_STOCK
    limit[at], short[at] = skus[r[at, 4]], r[at, 7]
    at = (why == NO_CAPACITY) | (why == PARTNER_FULL)
    limit[at], short[at] = np.where(r[at, 4] >= 0, r[at, 4] + base, -1), 1
    at = why == Reason.TOO_HEAVY
    limit[at], short[at] = most_g, heavy[at] - most_g
    at = why == NO_DATE
    limit[at], short[at] = latest_s, r[at, 1] - latest_s
    no = why != OK
    return Remarks.about(Subject.ORDER, order[no], why[no], now_s, limit=limit[no], short=short[no])
