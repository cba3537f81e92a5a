"""Fold legs: find the packages of each, split, and keep running totals. Shares are never journaled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import Table
from doorward.footprint.plan import factor, plan_shares
from doorward.ledger.state import Fold, State
from doorward.tables.fleet import Stops
from doorward.tables.footprint import Factors, LegKind, Legs, PackageFootprint
from doorward.tables.items import Boxes
from doorward.tables.journey import Event
from doorward.tables.packages import Packages, Scans

Longs = NDArray[np.int64]
COLUMN = {
    LegKind.FC: "building_mg",
    LegKind.SORT: "building_mg",
    LegKind.STATION: "building_mg",
    LegKind.LINEHAUL: "linehaul_mg",
    LegKind.LAST_MILE: "last_mile_mg",
    LegKind.CARRIER: "carrier_mg",
    LegKind.PACKAGING: "packaging_mg",
}
DAY_EVENTS = {
    LegKind.FC: Event.PACKED,
    LegKind.SORT: Event.ARRIVED,
    LegKind.STATION: Event.INDUCTED,
    LegKind.CARRIER: Event.HANDED_OVER,
    LegKind.PACKAGING: Event.PACKED,
}
"""Buildings, carriers and packaging close by period: who had this scan there since the leg before."""


def members(state: State, legs: Legs, first: int, since: Longs) -> tuple[Longs, Longs]:
    """(leg number, package) of all packages of the legs, together by leg, ascending; each package once a leg.

    since (len(legs),): first Scans row of the leg's period, for legs that close by period.
    """
    parts: list[tuple[Longs, Longs]] = []
    for kind in LegKind:
        here = np.flatnonzero(legs.kind == kind)
        if not len(here):
            continue
        number = np.full(int(legs.ref.max()) + 1, -1, np.int64)
        number[legs.ref[here]] = here
        if kind is LegKind.LAST_MILE:
            stops = state.table(Stops)
            ref, package = stops.run.astype(np.int64), stops.package
        else:
            scans = state.table(Scans)
            lo = int(since[here].min()) if kind in DAY_EVENTS else 0
            hit = lo + np.flatnonzero(scans.event[lo:] == DAY_EVENTS.get(kind, Event.DEPARTED))
            package = scans.package[hit]
            ref = (
                scans.ref[hit]
                if kind in (LegKind.LINEHAUL, LegKind.CARRIER)
                else scans.site[hit].astype(np.int64)
            )
        known = (ref >= 0) & (ref < len(number))
        leg = np.where(known, number[np.where(known, ref, 0)], -1)
        parts.append((leg[leg >= 0], package[leg >= 0]))
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    leg, package = (np.concatenate([p[i] for p in parts]) for i in (0, 1))
    pairs = np.unique(np.stack([leg, package], axis=1), axis=0)
    return pairs[:, 0] + first, pairs[:, 1]


def packaging_mg(state: State, package: Longs) -> Longs:
    """Milligrams CO2e of each package's box: board and film at their factors."""
    factors, boxes = state.table(Factors), state.table(Boxes)
    box = state.get(Packages, "box", package)
    board, film = sum(factor(factors, "board")), sum(factor(factors, "film"))
    grams = np.where(box >= 0, boxes.board_g[box] * board + boxes.film_g[box] * film, 0)
    return np.asarray(grams // 1000, np.int64)


def fold_legs(state: State, rows: Legs, at_s: int) -> None:
    """Append legs and give their packages their shares."""
    first = state.append(rows)
    leg, package = members(state, rows, first, rows.since)
    missing = state.count(Packages) - state.count(PackageFootprint)
    if missing > 0:
        state.append(PackageFootprint.fill(missing, **{c: 0 for c in PackageFootprint.columns}))
    if not len(leg):
        return
    kind = rows.kind[leg - first]
    weight = np.ones(len(leg), np.int64)
    mass = rows.by_mass[leg - first] == 1
    weight[mass] = np.maximum(1, state.get(Packages, "weight_g", package[mass]))
    quoted = np.full(len(leg), -1, np.int64)
    boxes, away = kind == LegKind.PACKAGING, kind == LegKind.CARRIER
    quoted[boxes] = packaging_mg(state, package[boxes])
    quoted[away] = np.maximum(0, state.get(Packages, "co2_mg", package[away]))
    shares = plan_shares(rows, first, leg, package, weight, quoted)
    state.append(shares)
    state.add(PackageFootprint, package, dist_m=shares.dist_m)
    for name in set(COLUMN.values()):
        mine = np.isin(kind, [k for k, c in COLUMN.items() if c == name])
        if mine.any():
            state.add(PackageFootprint, package[mine], **{name: shares.co2_mg[mine]})


FOLDS: dict[type[Table], Fold] = {Legs: fold_legs}
"""Facts folded here."""
