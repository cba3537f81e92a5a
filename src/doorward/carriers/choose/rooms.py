"""Room in every way: what is opened for the slots of a day, and how much of it one batch may use.

Slots: vans and gig drivers by the wave that a package reaches its station for, gig drivers also by the evening,
drones and robots by the hour, partners by their pick-up, lockers by the day. The waves of a day share the vans: what is
put into one is gone for the others.
A batch may use an opening up to the line limit x (chosen so far + batch) / expected demand of that station, day and
wave, so that what comes later finds its share. What was not used stays for later batches.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.carriers.net import OWN_WAYS, Network
from doorward.carriers.rules import CarriersRules
from doorward.core.units import HOUR_S
from doorward.tables.fleet import Vehicles
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.ways import Services, Way, WayCapacity, WayLimited, WayOpened

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
CLOSED_S = 50_400
"""Second of the local day after which no more packages are expected for that same day."""
POOL = -1
"""Way of a pool row in WayCapacity."""
VANS = (Way.OWN, Way.DSP)
SAID = 0.05
"""Room that moves between waves is said when it is more than this share, and more than a few packages."""


def wave_weights(rules: CarriersRules) -> F64:
    """Share of a day's packages that each wave is expected to bring before anything is known, (waves,)."""
    waves = len(rules.wave_s)
    if waves == 1:
        return np.ones(1)
    late = rules.late_wave_pm / 1000
    return np.array([1 - late] + [late / (waves - 1)] * (waves - 1))


def craft_hours(way: Way, rules: CarriersRules) -> I64:
    """Seconds of the local day at which the slots of drones or robots begin."""
    first, last = rules.drone_hours if way == Way.DRONE else rules.robot_hours
    return np.arange(first, last, dtype=np.int64) * HOUR_S


def hourly(vehicles: Vehicles, way: Way, sites: int, rules: CarriersRules) -> I64:
    """Packages that a station's drones or robots carry in each hour, (hours, sites)."""
    if way == Way.DRONE:  # a mean sortie goes half the radius out and back: one radius in all
        trip_s = rules.drone_m * 1000 // rules.drone_mms + rules.drone_s
        each = HOUR_S * rules.flyable_pm / 1000 / trip_s
    else:
        trip_s = rules.robot_m * rules.road_pm // rules.robot_mms + rules.robot_s
        each = HOUR_S * rules.robot_use_pm / 1000 / trip_s * rules.robot_packages_pm / 1000
    mine = vehicles.way == way
    out = []
    for begin in craft_hours(way, rules):
        span = np.minimum(vehicles.shift_hi_s[mine], begin + HOUR_S) - np.maximum(
            vehicles.shift_lo_s[mine], begin
        )
        part = np.maximum(0, span) / HOUR_S
        out.append(np.bincount(vehicles.station[mine], part * each, sites))
    rows: I64 = np.floor(np.array(out).reshape(-1, sites) + 1e-9).astype(np.int64)
    return rows


def day_limits(
    sites: Sites, vehicles: Vehicles, services: Services, net: Network, rules: CarriersRules
) -> tuple[I64, I64, I64, I64, I64]:
    """(way, site, carrier, slot, packages) of every opening of an ordinary day; pools last."""
    s = len(sites)
    station = np.flatnonzero(sites.kind == SiteKind.STATION)
    weight, waves = wave_weights(rules), np.asarray(rules.wave_s, np.int64)
    parts: list[tuple[int, I64, int, int, I64]] = []
    for way in VANS:
        room = divided(net.vans[:, way], np.zeros((len(waves), s)), weight[:, None] * net.vans[0, way])
        parts += [(int(way), station, -1, int(at), room[k, station]) for k, at in enumerate(waves)]
    gigs = net.heads[Way.FLEX] * rules.claim_pm // 1000 * rules.block_packages
    half = gigs // len(waves)  # as blocks lie; the marketplace says better as soon as they are opened
    parts += [(int(Way.FLEX), station, -1, int(at), half[station]) for at in waves]
    if rules.evening_s >= 0:
        evening = gigs // (len(waves) + 1)
        parts.append((int(Way.FLEX), station, -1, rules.evening_s, evening[station]))
    for way in (Way.DRONE, Way.ROBOT):
        by_hour = hourly(vehicles, way, s, rules)
        hours = craft_hours(way, rules)
        parts += [(int(way), station, -1, int(at), by_hour[k, station]) for k, at in enumerate(hours)]
    locker = np.flatnonzero(sites.kind == SiteKind.LOCKER)
    parts.append((int(Way.LOCKER), locker, -1, -1, sites.capacity[locker].astype(np.int64)))
    fc = np.flatnonzero(sites.kind == SiteKind.FC)
    for row in range(len(services)):
        room = np.full(len(fc), int(services.capacity[row]), np.int64)
        parts.append((int(services.way[row]), fc, row, int(services.pickup_s[row]), room))
    expected = (net.vans[0].sum(axis=0) + gigs) * rules.expect_pm / 1000
    for k, at in enumerate(waves):
        pool = np.maximum(1, (expected * weight[k]).astype(np.int64))
        parts.append((POOL, station, -1, int(at), pool[station]))
    parts = [(w, at[n > 0], c, t, n[n > 0]) for w, at, c, t, n in parts]
    return (
        np.concatenate([np.full(len(at), w, np.int64) for w, at, _, _, _ in parts]),
        np.concatenate([at for _, at, _, _, _ in parts]).astype(np.int64),
        np.concatenate([np.full(len(at), c, np.int64) for _, at, c, _, _ in parts]),
        np.concatenate([np.full(len(at), t, np.int64) for _, at, _, t, _ in parts]),
        np.concatenate([n for _, _, _, _, n in parts]),
    )


def divided(full: F64, taken: F64, weight: F64) -> I64:
    """Room of each wave (waves, n) if vans that go in one are gone for the others: sum of room / full is at most 1.

    full: packages if all vans went in that wave; what is taken keeps its vans; weight: packages still to come for each
    wave. Where the vans do not bring them all, they are shared in proportion; where they do, the first wave that
    expects something has those left over. A wave that expects nothing gets nothing but what it took.
    """
    safe = np.maximum(full, 1e-9)
    used = np.where(full > 0, taken / safe, 0.0)
    want = np.where(full > 0, weight / safe, 0.0)
    spare = np.maximum(0.0, 1.0 - used.sum(axis=0))
    total = want.sum(axis=0)
    part = want * np.minimum(1.0, spare / np.maximum(total, 1e-12))
    first = np.argmax(want > 0, axis=0), np.arange(full.shape[1])
    part[first] += np.where(total > 0, np.maximum(0.0, spare - total), 0.0)
    room: I64 = np.maximum(taken, np.floor(full * (used + part) + 1e-6)).astype(np.int64)
    return room


def shift_vans(
    capacity: WayCapacity, index: Index, net: Network, expected: I64, promised: I64, second: int,
    rules: CarriersRules, yard: F64 | None = None,
) -> WayLimited:  # fmt: skip
    """Move vans between the waves of a day to where packages are still to come; only what is worth saying.

    expected, promised (k,): as for `budgets`. Today a wave that was planned keeps what it took and gives back the rest,
    and later ones have the vans that stayed: yard (ways of VANS, S), share of a station's vans without a run today.
    """
    waves = np.asarray(rules.wave_s, np.int64)
    stations = np.flatnonzero(net.vans[0].sum(axis=0) > 0)
    if len(waves) < 2 or len(stations) == 0:
        return WayLimited.empty()
    day = np.repeat(np.arange(index.days) + index.today, len(stations))
    at = np.tile(stations, index.days).astype(np.int32)
    pool = np.array([index.pool(at, day, int(w)) for w in waves])
    prior = wave_weights(rules)[:, None]
    come = np.where(pool >= 0, np.maximum(expected, promised)[pool] - capacity.taken[pool], 0)
    come = (
        np.minimum(np.maximum(0, come), np.maximum(0, come.sum(axis=0))) + prior
    )  # what comes sooner than promised
    over = (np.asarray(rules.plan_s)[:, None] <= second) & (day == index.today)[None]
    come = np.where(over, 0.0, come)
    live = come.sum(axis=0) > 0
    rows, limits = [], []
    for way in VANS:
        row = np.array([index.row(int(way), at, day, int(w)) for w in waves])
        good = live & (row >= 0).all(axis=0)
        full = net.vans[:, way][:, at]
        mine = come * full / np.maximum(net.vans[:, list(VANS)].sum(axis=1)[:, at], 1e-9)
        room = divided(full, capacity.taken[row].astype(np.float64), mine)
        if yard is not None:
            left = np.floor(full * yard[VANS.index(way), at]).astype(np.int64)
            held = over[0] & ~over
            room = np.where(held, np.maximum(capacity.taken[row], np.minimum(room, left)), room)
        was = capacity.limit[row].astype(np.int64)
        good &= (np.abs(room - was) > np.maximum(4, SAID * was)).any(axis=0)
        rows.append(row[:, good].ravel())
        limits.append(room[:, good].ravel())
    opening = np.concatenate(rows)
    return WayLimited.fill(len(opening), opening=opening, limit=np.concatenate(limits), cost_mc=-1)


def open_days(
    have: WayCapacity,
    today: int,
    sites: Sites,
    vehicles: Vehicles,
    services: Services,
    net: Network,
    rules: CarriersRules,
) -> WayOpened:
    """Openings of the days of the horizon that are not open yet, ascending by day; empty when all are."""
    first = today if len(have) == 0 else max(today, int(have.day[-1]) + 1)
    days = np.arange(first, today + rules.horizon_days + 1)
    if len(days) == 0:
        return WayOpened.empty()
    way, site, carrier, slot, limit = day_limits(sites, vehicles, services, net, rules)
    rows, n = len(way) * len(days), len(way)
    return WayOpened.fill(
        rows,
        opening=len(have) + np.arange(rows),
        way=np.tile(way, len(days)),
        station=np.tile(site, len(days)),
        day=np.repeat(days, n),
        limit=np.tile(limit, len(days)),
        carrier=np.tile(carrier, len(days)),
        slot_s=np.tile(slot, len(days)),
    )


class Index:
    """Find openings by (column, site, day, slot): one dense array over the days that are still ahead."""

    def __init__(self, capacity: WayCapacity, sites: int, services: int, today: int) -> None:
        self.capacity, self.columns = capacity, OWN_WAYS + services + 1
        self.first = int(np.searchsorted(capacity.day, today))
        self.today = today
        ahead = slice(self.first, len(capacity))
        day = capacity.day[ahead] - today
        self.days = int(day.max(initial=0)) + 1
        way, carrier = capacity.way[ahead].astype(np.int64), capacity.carrier[ahead]
        column = np.where(way == POOL, self.columns - 1, np.where(carrier >= 0, OWN_WAYS + carrier, way))
        key = column * 131_072 + capacity.slot_s[ahead] + 1
        found, at = np.unique(key, return_inverse=True)
        self.slots = [found[found // 131_072 == c] % 131_072 - 1 for c in range(self.columns)]
        self.begin = np.searchsorted(found, np.arange(self.columns) * 131_072)
        self.dense = np.full((max(1, len(found)), self.days, sites), -1, np.int32)
        self.dense[at, day, capacity.station[ahead]] = np.arange(self.first, len(capacity))

    def row(self, column: int, site: NDArray[np.int32], day: I64, slot_s: I64 | int) -> NDArray[np.int32]:
        """Rows in WayCapacity (n,) of the slots that hold these seconds of the day; days beyond the horizon are
        clipped to its ends, seconds before the first slot to that; -1 none."""
        slots = self.slots[column]
        if len(slots) == 0:
            return np.full(len(site), -1, np.int32)
        which = np.maximum(np.searchsorted(slots, slot_s, side="right") - 1, 0) + self.begin[column]
        at = np.clip(day - self.today, 0, self.days - 1)
        found = self.dense[which, at, np.maximum(site, 0)]
        return np.asarray(np.where(site >= 0, found, -1), np.int32)

    def pool(self, site: NDArray[np.int32], day: I64, slot_s: I64 | int) -> NDArray[np.int32]:
        """Pool rows, likewise."""
        return self.row(self.columns - 1, site, day, slot_s)


def expected_demand(capacity: WayCapacity, today: int, back: int = 7, bounded: bool = False) -> I64:
    """Packages expected for every pool row (0 elsewhere): mean of the closed days of station and wave, else as opened,
    but (bounded) no more than the day's vans and gig drivers have room for by now.

    Only whole days with packages count, at most `back` of them, and not the network's first: nobody could have ordered
    for it the day before.
    """
    pool = capacity.way == POOL
    most = np.maximum(1, road_room(capacity)) if bounded else capacity.limit
    out = np.where(pool, np.minimum(capacity.limit, most), 0).astype(np.int64)
    past = pool & (capacity.day < today) & (capacity.day >= today - back) & (capacity.taken > 0)
    past &= capacity.day > capacity.day.min(initial=today)
    if past.any():
        key = capacity.station.astype(np.int64) * 131_072 + capacity.slot_s + 1
        size = np.unique(key[pool])
        at = np.searchsorted(size, key[past])
        total = np.bincount(at, weights=capacity.taken[past], minlength=len(size))
        days = np.bincount(at, minlength=len(size))
        mean = np.rint(total / np.maximum(days, 1)).astype(np.int64)
        row = np.flatnonzero(pool)
        of = np.searchsorted(size, key[row])
        known = days[of] > 0
        out[row[known]] = mean[of[known]]
    return np.asarray(np.maximum(out, np.where(pool, capacity.taken, 0)), np.int64)


def road_room(capacity: WayCapacity) -> I64:
    """Room of vans and gig drivers in the waves of the station and day of every row (k,)."""
    key = capacity.day.astype(np.int64) * 65_536 + capacity.station
    _, at = np.unique(key, return_inverse=True)
    road = np.isin(capacity.way, (*VANS, Way.FLEX))
    road &= np.isin(capacity.slot_s, np.unique(capacity.slot_s[capacity.way == POOL]))
    total = np.bincount(at, np.where(road, capacity.limit, 0))
    return np.asarray(total[at], np.int64)


def budgets(
    capacity: WayCapacity,
    index: Index,
    pool: NDArray[np.int32],
    expected: I64,
    promised: I64,
    free_cells: I64,
    second: int,
) -> I64:
    """Packages that this batch may put into each opening (k,), paced for own ways; never more than is left.

    pool (n,) pool row of each package of the batch; promised (k,) packages already promised for the pool's station,
    day and wave (0 unknown); free_cells (S,) by site, -1 not a locker; second of the local day: today's expectation
    runs out by CLOSED_S, so that nothing is kept for packages that no longer come. Hours of drones and robots are
    paced by the station's day; evenings are not: who was promised one comes before them.
    """
    left = np.maximum(0, capacity.limit.astype(np.int64) - capacity.taken)
    coming = np.bincount(pool[pool >= 0], minlength=len(capacity))
    done = capacity.taken + coming
    to_come = np.maximum(0, np.maximum(expected, promised) - done)
    today = capacity.day == index.today
    whole = done + np.where(today, to_come * max(0, CLOSED_S - second) // CLOSED_S, to_come)
    out = left.copy()
    waves = index.slots[index.columns - 1]
    ahead, in_wave = capacity.day >= index.today, np.isin(capacity.way, (Way.OWN, Way.DSP, Way.FLEX))
    in_wave &= np.isin(capacity.slot_s, waves)
    for rows, by_wave in ((in_wave, True), (np.isin(capacity.way, (Way.DRONE, Way.ROBOT)), False)):
        at = np.flatnonzero(rows & ahead)
        site, day = capacity.station[at], capacity.day[at].astype(np.int64)
        slots = [capacity.slot_s[at].astype(np.int64)] if by_wave else waves.tolist()
        some, all_ = np.zeros(len(at)), np.zeros(len(at))
        for slot in slots:
            of = index.pool(site, day, slot)
            some += np.where(of >= 0, done[of], 0)
            all_ += np.where(of >= 0, whole[of], 0)
        share = np.where(all_ > 0, some / np.maximum(all_, 1), 1.0)
        line = np.ceil(capacity.limit[at] * share).astype(np.int64)
        out[at] = np.clip(line - capacity.taken[at], 0, left[at])
    cell = np.flatnonzero(capacity.way == Way.LOCKER)
    out[cell] = np.minimum(out[cell], np.maximum(0, free_cells[capacity.station[cell]]))
    return np.asarray(out, np.int64)


def posted_prices(
    capacity: WayCapacity, price: I64, use: I64, seen: NDArray[np.bool_], rules: CarriersRules
) -> tuple[NDArray[np.int64], I64]:
    """(openings, new prices): openings seen by the batch move towards its prices, the faster the larger the batch."""
    weight = use / (use + rules.smooth_packages)
    old = capacity.price_mc
    new = np.rint(old + weight * (price - old)).astype(np.int64)
    new[new < 500] = 0  # half a cent is nothing
    at = np.flatnonzero(seen & (np.abs(new - old) > np.maximum(1_000, old // 50)))
    return at, new[at]
