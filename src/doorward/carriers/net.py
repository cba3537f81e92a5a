"""The network as the choice of a way sees it: distances, zones of cards, linehaul shares, stations' vans. Pure.

Built once per set of reference tables (`network` keeps the last few results); every array is indexed by site, zone or
service rows.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.carriers.cards.plan import Rater, area_classes, rater
from doorward.carriers.rules import CarriersRules
from doorward.core.geo import crow_m
from doorward.core.units import DAY_S
from doorward.core.vanday import packages_by_wave
from doorward.tables.cards import CardBook, card_rows, lane_transit, zone_numbers
from doorward.tables.fleet import Vehicles
from doorward.tables.flex import Drivers
from doorward.tables.linehaul import Lanes, NextHop
from doorward.tables.sites import SiteKind, Sites, Zones, land_of
from doorward.tables.ways import Services, Way

I64 = NDArray[np.int64]
WEEK_S = 7 * DAY_S
OWN_WAYS = 6
"""Own ways are Way 0..5; columns from here on are partner services."""


class Reference(NamedTuple):
    """The tables that do not change during a run."""

    sites: Sites
    zones: Zones
    services: Services
    book: CardBook
    vehicles: Vehicles
    drivers: Drivers
    lanes: Lanes
    hops: NextHop


class Network(NamedTuple):
    """Shapes: S sites, F FCs, Z zones, k services; lane = fc * Z + zone.

    far_m (F * Z,) FC to zone centre; reach_m (Z,) station to zone centre
    zone_of (k, F * Z) card zone; area_of (k, Z); p50_s, p90_s (k, F * Z) transit
    haul_uc_ml (F, S) millionths of a cent of linehaul per millilitre; haul_ug_ml (F, S) CO2e; -1 no way
    hop, hop_s (F, S) first hop and mean time; week (x,) pair * week + second of departure, ascending, with
    week_next_s (x,) what is still to drive after it
    seconds_c, km_mc, co2_ug_m (6, S) crew cost per 1,000 s in mc, distance cost, CO2e by own way and station
    fixed_mc (6, S); heads (6, S) vehicles (FLEX: drivers)
    timetable: columns of Lanes for core.timetable.reach, without those that leave stations
    vans (waves, 6, S) packages that own and contractors' vans bring if all of a station leave in that wave
    shut (6, S, 128) whether every vehicle of that way and station is barred from doors with these access notes
    share (Z,) of its station's inhabitants that live in a zone; 0 without a station
    """

    rates: Rater
    far_m: I64
    reach_m: I64
    zone_of: NDArray[np.int16]
    area_of: NDArray[np.int8]
    p50_s: I64
    p90_s: I64
    haul_uc_ml: I64
    haul_ug_ml: I64
    hop: I64
    hop_s: I64
    week: I64
    week_next_s: I64
    seconds_mc: I64
    km_mc: I64
    co2_ug_m: I64
    fixed_mc: I64
    heads: I64
    vans: NDArray[np.float64]
    shut: NDArray[np.bool_]
    share: NDArray[np.float64]
    timetable: tuple[Any, ...]


@lru_cache(maxsize=4)
def network(ref: Reference, rules: CarriersRules) -> Network:
    """Everything that follows from the reference tables alone."""
    sites, zones, services = ref.sites, ref.zones, ref.services
    fcs = int((sites.kind == SiteKind.FC).sum())
    far = crow_m(
        sites.lat_udeg[:fcs, None], sites.lon_udeg[:fcs, None], zones.lat_udeg[None], zones.lon_udeg[None]
    )
    far_m = np.rint(far).astype(np.int64).ravel()
    at = np.maximum(zones.station, 0)
    reach = crow_m(sites.lat_udeg[at], sites.lon_udeg[at], zones.lat_udeg, zones.lon_udeg)
    cards = card_rows(services, ref.book.cards)
    card_zone = zone_numbers(ref.book.bands, len(ref.book.cards), far_m)[cards]
    p50, p90 = lane_transit(services, cards, card_zone, ref.book.transit)
    money, co2 = _linehaul(ref, rules, fcs)
    hop, hop_s = _hops(ref, fcs)
    week, after = _departures(ref, fcs, hop, hop_s)
    return Network(
        select_cards(rater(ref.book), cards),
        far_m,
        np.rint(reach).astype(np.int64),
        card_zone,
        area_classes(ref.book.areas, len(ref.book.cards), zones)[cards],
        p50,
        p90,
        money,
        co2,
        hop,
        hop_s,
        week,
        after,
        *_crews(ref, rules),
        _vans(ref, rules),
        _barred(ref),
        _shares(zones, len(sites)),
        _timetable(ref),
    )


def _timetable(ref: Reference) -> tuple[Any, ...]:
    lanes = ref.lanes.take(
        ref.sites.kind[ref.lanes.origin] != SiteKind.STATION
    )  # those send back what is not theirs
    return lanes.origin, lanes.dest, lanes.depart_s, lanes.cutoff_s, lanes.drive_s, lanes.days


def _shares(zones: Zones, sites: int) -> NDArray[np.float64]:
    people = np.where(zones.station >= 0, np.maximum(zones.people, 1), 0).astype(np.float64)
    station = np.maximum(zones.station, 0)
    return np.asarray(
        people / np.maximum(np.bincount(station, weights=people, minlength=sites)[station], 1.0)
    )


def select_cards(cards: Rater, rows: I64) -> Rater:
    """The same rater with one card per service (a card may serve several)."""
    if np.array_equal(rows, np.arange(len(cards.head))):
        return cards

    def pick(flat: I64, at: I64) -> tuple[I64, I64]:
        parts = [flat[at[r] : at[r + 1]] for r in rows]
        return np.concatenate([flat[:0], *parts]), np.cumsum([0, *map(len, parts)]).astype(np.int64)

    steps, step_at = pick(cards.steps, cards.step_at)
    cents, cents_at = pick(cards.cents, cards.cents_at)
    sur, sur_at = pick(cards.sur, cards.sur_at)
    return Rater(cards.head[rows], steps, step_at, cents, cents_at, cards.zones[rows], sur, sur_at)


def _hops(ref: Reference, fcs: int) -> tuple[I64, I64]:
    s = len(ref.sites)
    if len(ref.hops) != s * s:
        return np.full((fcs, s), -1, np.int64), np.full((fcs, s), -1, np.int64)
    site = ref.hops.site.astype(np.int64).reshape(s, s)[:fcs].copy()
    return site, ref.hops.time_s.astype(np.int64).reshape(s, s)[:fcs].copy()


def _linehaul(ref: Reference, rules: CarriersRules, fcs: int) -> tuple[I64, I64]:
    """Marginal linehaul of a millilitre from each FC to each site: lane cost over filled volume, along the hops."""
    s, lanes = len(ref.sites), ref.lanes
    money, grams, seen = np.zeros((s, s)), np.zeros((s, s)), np.zeros((s, s))
    filled = np.maximum(1.0, lanes.volume_ml * (rules.fill_pm / 1000))
    np.add.at(money, (lanes.origin, lanes.dest), lanes.cost_c * 1e6 / filled)
    truck = np.where(lanes.electric == 1, rules.etruck_ug_m, rules.truck_ug_m)
    np.add.at(grams, (lanes.origin, lanes.dest), truck * lanes.dist_m.astype(np.float64) / filled)
    np.add.at(seen, (lanes.origin, lanes.dest), 1.0)
    money, grams = money / np.maximum(seen, 1), grams / np.maximum(seen, 1)
    out = np.full((fcs, s), -1, np.int64), np.full((fcs, s), -1, np.int64)
    if len(ref.hops) != s * s:
        return out
    hop = ref.hops.site.astype(np.int64).reshape(s, s)
    dest = np.broadcast_to(np.arange(s), (fcs, s))
    here = np.broadcast_to(np.arange(fcs)[:, None], (fcs, s)).copy()
    cost, co2 = np.zeros((fcs, s)), np.zeros((fcs, s))
    known = np.ones((fcs, s), bool)
    for _ in range(s):
        going = known & (here != dest)
        if not going.any():
            break
        then = np.where(going, hop[here, dest], here)
        known &= then >= 0
        then = np.maximum(then, 0)
        going &= known
        cost += np.where(going, money[here, then], 0)
        co2 += np.where(going, grams[here, then], 0)
        here = np.where(going, then, here)
    known &= here == dest
    out[0][known], out[1][known] = np.rint(cost[known]), np.rint(co2[known])
    return out


def _departures(ref: Reference, fcs: int, hop: I64, hop_s: I64) -> tuple[I64, I64]:
    """Departures of a week by (FC, destination): pair * WEEK_S + second of the week, and what remains after leaving."""
    s, lanes = len(ref.sites), ref.lanes
    if len(ref.hops) != s * s:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    tail_s = ref.hops.time_s.astype(np.int64).reshape(s, s)
    keys, after = [], []
    for row in range(len(lanes)):
        origin, via = int(lanes.origin[row]), int(lanes.dest[row])
        if origin >= fcs:
            continue
        dests = np.flatnonzero(hop[origin] == via)
        rest = int(lanes.drive_s[row]) + np.where(dests == via, 0, tail_s[via, dests])
        for day in range(7):
            if int(lanes.days[row]) & 0x7F & (1 << day):
                keys.append((origin * s + dests) * WEEK_S + day * DAY_S + int(lanes.depart_s[row]))
                after.append(rest)
    if not keys:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    key, rest = np.concatenate(keys), np.concatenate(after)
    order = np.argsort(key, kind="stable")
    return key[order], rest[order].astype(np.int64)


def _crews(ref: Reference, rules: CarriersRules) -> tuple[I64, I64, I64, I64, I64]:
    """Crew, distance and CO2e rates of each own way at each station, means over its vehicles."""
    s, v = len(ref.sites), ref.vehicles
    heads = np.zeros((OWN_WAYS, s), np.int64)
    good = (v.way >= 0) & (v.way < OWN_WAYS)
    way, station = v.way[good].astype(np.int64), v.station[good]
    np.add.at(heads, (way, station), 1)

    def mean(values: NDArray[np.int32], other: int) -> NDArray[np.float64]:
        total = np.zeros((OWN_WAYS, s))
        np.add.at(total, (way, station), values[good].astype(np.float64))
        return np.where(heads > 0, total / np.maximum(heads, 1), other)

    hour, km, co2 = mean(v.hour_c, rules.hour_c), mean(v.km_mc, rules.km_mc), mean(v.co2_ug_m, rules.co2_ug_m)
    draw = mean(v.wh_km, rules.drone_wh_km) * rules.grid_ug_wh / 1000
    co2 = np.where(co2 > 0, co2, draw)  # a battery's way to the door is its electricity
    fixed = mean(v.fixed_c, 0)
    own = Way.OWN if heads[Way.OWN].any() else Way.DSP
    for table in (hour, km, co2):
        table[Way.LOCKER] = np.where(heads[Way.OWN] > 0, table[Way.OWN], table[own])
    heads[Way.LOCKER] = heads[Way.OWN] + heads[Way.DSP]
    heads[Way.FLEX] = np.bincount(ref.drivers.station, minlength=s)[:s] if len(ref.drivers) else 0
    if len(ref.drivers):
        co2[Way.FLEX] = float(ref.drivers.co2_ug_m.mean())
        km[Way.FLEX] = float(ref.drivers.car_km_mc.mean())
    per_ks = hour * 1000 * 1000 / 3600
    return tuple(np.rint(x).astype(np.int64) for x in (per_ks, km, co2, fixed * 1000, heads))  # type: ignore[return-value]


def _vans(ref: Reference, rules: CarriersRules) -> NDArray[np.float64]:
    """Packages by wave, way and station, as the promise reckons them; a way has its share of the station's vans."""
    v, s = ref.vehicles, len(ref.sites)
    out = np.zeros((len(rules.wave_s), OWN_WAYS, s))
    road = np.isin(v.way, (Way.OWN, Way.DSP))
    for station in np.unique(v.station[road]).tolist():
        van, land = v.take(road & (v.station == station)), land_of(ref.sites, ref.zones, station)
        if len(land[0]) == 0:
            continue
        each = packages_by_wave(
            land, van.shift_lo_s, van.shift_hi_s, van.break_s, van.max_stops, van.volume_ml, rules
        )
        for wave, leaves_s in enumerate(rules.wave_s):
            span_s = np.maximum(0.0, van.shift_hi_s - np.maximum(van.shift_lo_s, leaves_s))
            part = np.bincount(van.way, span_s, OWN_WAYS) / max(1.0, span_s.sum())
            out[wave, :, station] = np.floor(each[wave] * part * rules.load_pm / 1000)
    return out


def _barred(ref: Reference) -> NDArray[np.bool_]:
    v, notes = ref.vehicles, np.arange(128)
    out = np.zeros((OWN_WAYS, len(ref.sites), 128), bool)
    some = (v.way >= 0) & (v.way < OWN_WAYS)
    kinds = np.stack([v.way[some], v.station[some], np.maximum(0, v.barred[some])]).astype(np.int64)
    kinds = np.unique(kinds, axis=1)
    out[kinds[0], kinds[1]] = True
    for way, station, barred in kinds.T.tolist():
        out[way, station] &= (notes & barred) != 0
    return out


def latest_departure(net: Network, pair: I64, deadline_s: I64, utc_offset_s: int) -> I64:
    """The last departure from an FC after which a destination is still reached by the deadline; -1 no lane.

    pair (n,) fc * S + destination; deadline_s (n,) Unix seconds at the destination -> Unix seconds of departure.
    """
    out = np.full(len(pair), -1, np.int64)
    if len(net.week) == 0:
        return out
    local = deadline_s + utc_offset_s + 3 * DAY_S  # Thursday 1970-01-01: the week begins on Monday
    first = np.searchsorted(net.week, pair * WEEK_S)
    last = np.searchsorted(net.week, (pair + 1) * WEEK_S)
    some = last > first
    rest = net.week_next_s[np.minimum(first, len(net.week) - 1)]
    for _ in range(2):  # the remaining drive may differ between departures: once more with the one found
        target = local - rest
        in_week = target % WEEK_S
        at = np.searchsorted(net.week, pair * WEEK_S + in_week, side="right") - 1
        wraps = at < first
        at = np.clip(np.where(wraps, last - 1, at), 0, len(net.week) - 1)
        leaves = net.week[at] - pair * WEEK_S
        start = target - in_week - np.where(wraps, WEEK_S, 0)
        found = start + leaves - 3 * DAY_S - utc_offset_s
        rest = net.week_next_s[at]
    out[some] = found[some]
    return out
