"""Fold legs: find the packages of each, split, and keep running totals. Shares are never journaled. Fold charges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import crow_m
from doorward.core.table import Table
from doorward.core.travel import drive
from doorward.footprint.plan import factor, plan_shares
from doorward.ledger.state import Fold, State
from doorward.tables.fleet import Runs, Vehicles
from doorward.tables.footprint import (
    Batteries,
    ChargeSlots,
    ChargesPlanned,
    Factors,
    LegKind,
    Legs,
    PackageFootprint,
    Split,
)
from doorward.tables.items import Boxes
from doorward.tables.journey import Event
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.sites import Sites

Longs = NDArray[np.int64]
COLUMN = {
    LegKind.FC: "building_mg",
    LegKind.SORT: "building_mg",
    LegKind.STATION: "building_mg",
    LegKind.LINEHAUL: "linehaul_mg",
    LegKind.RETURN: "linehaul_mg",
    LegKind.LAST_MILE: "last_mile_mg",
    LegKind.CARRIER: "carrier_mg",
    LegKind.PACKAGING: "packaging_mg",
}
"""The running total of a package that a leg's share is added to."""
EVENTS: dict[LegKind, tuple[Event, ...]] = {
    LegKind.FC: (Event.PACKED,),
    LegKind.SORT: (Event.ARRIVED,),
    LegKind.LINEHAUL: (Event.DEPARTED,),
    LegKind.STATION: (Event.INDUCTED, Event.BROUGHT_BACK),
    LegKind.LAST_MILE: (Event.OUT_FOR_DELIVERY, Event.TRANSFERRED),
    LegKind.CARRIER: (Event.HANDED_OVER,),
    LegKind.PACKAGING: (Event.PACKED,),
    LegKind.RETURN: (Event.RETURNED,),
}
"""Who had one of these scans there bears the leg: packages that really were in the building or on the vehicle."""
BY_REF = (LegKind.LINEHAUL, LegKind.LAST_MILE, LegKind.CARRIER)
"""Legs named by the scan's `ref` (trip, run, service); the others by its `site`."""


def passes(state: State, kind: LegKind, lo: int, hi: int) -> tuple[Longs, Longs]:
    """(row of the leg's own table, package) of every scan of this kind in rows lo..hi of Scans."""
    scans = state.table(Scans)
    hit = lo + np.flatnonzero(np.isin(scans.event[lo:hi], EVENTS[kind]))
    ref = scans.ref[hit] if kind in BY_REF else scans.site[hit].astype(np.int64)
    return ref[ref >= 0], scans.package[hit[ref >= 0]]


def members(state: State, legs: Legs) -> tuple[Longs, Longs]:
    """(row in `legs`, package) of all packages that bear them, together by leg, ascending; each package once a leg.

    Cost grows with the scans between the earliest `since` and the latest `upto` of a kind, not with all scans.
    """
    parts: list[Longs] = []
    packages = max(1, state.count(Packages))
    for kind in LegKind:
        here = np.flatnonzero(legs.kind == kind)
        if not len(here):
            continue
        ref, package = passes(state, kind, int(legs.since[here].min()), int(legs.upto[here].max()))
        number = np.full(int(legs.ref[here].max()) + 1, -1, np.int64)
        number[legs.ref[here]] = here
        known = ref < len(number)
        leg = number[ref[known]]
        parts.append(leg[leg >= 0] * packages + package[known][leg >= 0])
    key = np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)
    return key // packages, key % packages


def packaging_mg(state: State, package: Longs) -> Longs:
    """Milligrams CO2e of each package's box: board and film at their factors."""
    factors, boxes = state.table(Factors), state.table(Boxes)
    box = state.get(Packages, "box", package)
    if len(boxes) == 0:
        return np.zeros(len(package), np.int64)
    board, film = sum(factor(factors, "board")), sum(factor(factors, "film"))
    grams = np.where(box >= 0, boxes.board_g[box] * board + boxes.film_g[box] * film, 0)
    return np.asarray(grams // 1000, np.int64)


def quoted_mg(state: State, package: Longs) -> Longs:
    """What the partner carrier of each package quoted when it was chosen; 0 if it quoted none."""
    return np.asarray(np.maximum(0, state.get(Packages, "co2_mg", package)), np.int64)


def return_mg(state: State, package: Longs) -> Longs:
    """The way back to the sender: mass x road distance from the station to the FC on an average truck; by the partner
    carrier once more what it quoted. What a customer drives to hand it in is not known and not in it."""
    sites = state.table(Sites)
    fc, station = (state.get(Packages, column, package) for column in ("fc", "station"))
    far = crow_m(sites.lat_udeg[station], sites.lon_udeg[station], sites.lat_udeg[fc], sites.lon_udeg[fc])
    metres = np.rint(drive(far)[0]).astype(np.int64)
    tkm = sum(factor(state.table(Factors), "truck_tkm"))
    truck = grams(state, package) * metres // 1_000_000 * tkm // 1000
    return np.asarray(np.where(station >= 0, truck, quoted_mg(state, package)), np.int64)


OWN = {LegKind.PACKAGING: packaging_mg, LegKind.CARRIER: quoted_mg, LegKind.RETURN: return_mg}
"""What packages have by themselves; legs of these kinds are sums of it."""


def grams(state: State, package: Longs) -> Longs:
    """Weight as packed, else as planned; at least 1."""
    packed, planned = (state.get(Packages, column, package) for column in ("packed_g", "weight_g"))
    return np.maximum(1, np.where(packed > 0, packed, planned)).astype(np.int64)


def direct_m(state: State, station: Longs, package: Longs) -> Longs:
    """Great-circle metres from a station straight to the door or locker of each package (GLEC's direct distance)."""
    sites, orders = state.table(Sites), state.table(Orders)
    order, locker = (state.get(Packages, column, package) for column in ("order", "locker"))
    lat, lon = (
        np.where(locker >= 0, at_site[locker], at_door[order])
        for at_site, at_door in ((sites.lat_udeg, orders.lat_udeg), (sites.lon_udeg, orders.lon_udeg))
    )
    return np.rint(crow_m(sites.lat_udeg[station], sites.lon_udeg[station], lat, lon)).astype(np.int64)


def weights(state: State, rows: Legs, leg: Longs, package: Longs) -> Longs:
    """What each package weighs in the split of its leg: 1, grams, or kilograms x metres."""
    weight = np.ones(len(leg), np.int64)
    by = rows.by_mass[leg]
    heavy = by != Split.ITEM
    weight[heavy] = grams(state, package[heavy])
    far = (by == Split.MASS_DISTANCE) & (rows.kind[leg] == LegKind.LAST_MILE)
    if far.any():
        station = state.get(Runs, "station", rows.ref[leg[far]])
        weight[far] = np.maximum(1, weight[far] * direct_m(state, station, package[far]) // 1000)
    return weight


def fold_legs(state: State, rows: Legs, at_s: int) -> None:
    """Append legs and give their packages their shares."""
    first = state.append(rows)
    leg, package = members(state, rows)
    missing = state.count(Packages) - state.count(PackageFootprint)
    if missing > 0:
        state.append(PackageFootprint.fill(missing, **{c: 0 for c in PackageFootprint.columns}))
    _use(state, rows)
    if not len(leg):
        return
    kind = rows.kind[leg]
    own = np.full(len(leg), -1, np.int64)
    for each, amount in OWN.items():
        mine = kind == each
        if mine.any():
            own[mine] = amount(state, package[mine])
    shares = plan_shares(rows, first, leg + first, package, weights(state, rows, leg, package), own)
    state.append(shares)
    state.add(PackageFootprint, package, dist_m=shares.dist_m)
    for name in sorted(set(COLUMN.values())):
        mine = np.isin(kind, [k for k, c in COLUMN.items() if c == name])
        if mine.any():
            state.add(PackageFootprint, package[mine], **{name: shares.co2_mg[mine]})


def _use(state: State, rows: Legs) -> None:
    """Energy that battery vehicles drew on these legs is owed to their batteries."""
    mine = np.flatnonzero((rows.kind == LegKind.LAST_MILE) & (rows.wh > 0))
    if len(mine):
        _open_batteries(state)
        vehicle = state.get(Runs, "vehicle", rows.ref[mine])
        state.add(Batteries, vehicle, used_wh=rows.wh[mine])


def _open_batteries(state: State) -> None:
    missing = state.count(Vehicles) - state.count(Batteries)
    if missing > 0:
        state.append(Batteries.fill(missing, used_wh=0, charged_wh=0))


def fold_charges(state: State, rows: ChargesPlanned, at_s: int) -> None:
    """Charges are kept, and what they give is booked to the batteries."""
    first = state.append(rows)
    if not np.array_equal(rows.charge, np.arange(first, first + len(rows))):
        raise ValueError(f"charge numbers must continue at {first}")
    _open_batteries(state)
    state.add(Batteries, rows.vehicle, charged_wh=rows.given_wh)


def fold_slots(state: State, rows: ChargeSlots, at_s: int) -> None:
    """Slots of charges; rows only grow."""
    state.append(rows)


FOLDS: dict[type[Table], Fold] = {Legs: fold_legs, ChargesPlanned: fold_charges, ChargeSlots: fold_slots}
"""Facts folded here."""
