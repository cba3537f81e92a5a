"""What must be true of the carbon ledger and of charging plans, checked apart from the code that makes them.

Slow and obvious on purpose: dictionaries and sets, one row at a time.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from doorward.footprint.rules import FootprintRules
from doorward.ledger.state import State
from doorward.tables.fleet import Runs
from doorward.tables.footprint import (
    Batteries,
    ChargeSlots,
    ChargesPlanned,
    LegKind,
    Legs,
    PackageFootprint,
    Shares,
    Split,
)
from doorward.tables.journey import Event
from doorward.tables.packages import Scans

STAGE = {
    LegKind.FC: ("building_mg", {Event.PACKED}, "site"),
    LegKind.SORT: ("building_mg", {Event.ARRIVED}, "site"),
    LegKind.LINEHAUL: ("linehaul_mg", {Event.DEPARTED}, "ref"),
    LegKind.STATION: ("building_mg", {Event.INDUCTED, Event.BROUGHT_BACK}, "site"),
    LegKind.LAST_MILE: ("last_mile_mg", {Event.OUT_FOR_DELIVERY, Event.TRANSFERRED}, "ref"),
    LegKind.CARRIER: ("carrier_mg", {Event.HANDED_OVER}, "ref"),
    LegKind.PACKAGING: ("packaging_mg", {Event.PACKED}, "site"),
    LegKind.RETURN: ("linehaul_mg", {Event.RETURNED}, "site"),
}
"""Kind -> (running total, events that put a package on it, column of Scans that names it)."""


def lint_ledger(state: State) -> list[str]:
    """Sentences about legs, shares and totals that do not balance; empty if all is well."""
    legs, shares = state.table(Legs), state.table(Shares)
    found: list[str] = []
    twice = [
        pair
        for pair, n in Counter(zip(shares.leg.tolist(), shares.package.tolist(), strict=True)).items()
        if n > 1
    ]
    found += [f"package {p} has two shares of leg {leg}" for leg, p in twice]
    co2: defaultdict[int, list[int]] = defaultdict(list)
    dist: defaultdict[int, int] = defaultdict(int)
    for leg, mg, m in zip(shares.leg.tolist(), shares.co2_mg.tolist(), shares.dist_m.tolist(), strict=True):
        co2[leg].append(mg)
        dist[leg] += m
    seen: set[tuple[int, int]] = set()
    for leg in range(len(legs)):
        kind, ref, mine = LegKind(int(legs.kind[leg])), int(legs.ref[leg]), co2[leg]
        total, name = int(legs.wtt_mg[leg] + legs.ttw_mg[leg]), f"leg {leg} ({kind.name} {ref})"
        if len(mine) != legs.packages[leg]:
            found.append(f"{name} says {legs.packages[leg]} packages and has {len(mine)} shares")
        if mine and (sum(mine) != total or dist[leg] != legs.dist_m[leg]):
            found.append(
                f"{name} has {total} mg and {legs.dist_m[leg]} m, its packages {sum(mine)} and {dist[leg]}"
            )
        evenly = legs.by_mass[leg] == Split.ITEM and kind not in (
            LegKind.CARRIER,
            LegKind.PACKAGING,
            LegKind.RETURN,
        )
        if mine and evenly and max(mine) - min(mine) > 1:
            found.append(f"{name} is split by item from {min(mine)} to {max(mine)} mg")
        if kind in (LegKind.LAST_MILE, LegKind.LINEHAUL):
            if (kind, ref) in seen:
                found.append(f"{name} is a second leg of the same vehicle trip")
            seen.add((kind, ref))
    return found + _riders(state) + _totals(state)


def _riders(state: State) -> list[str]:
    """Packages that bear a leg without a scan that puts them on it, and those with one that bear nothing of it."""
    legs, shares, scans = state.table(Legs), state.table(Shares), state.table(Scans)
    at: defaultdict[tuple[str, int, int], list[tuple[int, int]]] = defaultdict(list)
    for row, (event, site, ref, package) in enumerate(
        zip(
            scans.event.tolist(), scans.site.tolist(), scans.ref.tolist(), scans.package.tolist(), strict=True
        )
    ):
        at["site", event, site].append((row, package))
        at["ref", event, ref].append((row, package))
    has: defaultdict[int, set[int]] = defaultdict(set)
    for leg, package in zip(shares.leg.tolist(), shares.package.tolist(), strict=True):
        has[leg].add(package)
    found = []
    for leg in range(len(legs)):
        kind, ref = LegKind(int(legs.kind[leg])), int(legs.ref[leg])
        _, events, column = STAGE[kind]
        every = [hit for event in sorted(events) for hit in at[column, event, ref]]
        vehicle = kind in (LegKind.LAST_MILE, LegKind.LINEHAUL)
        known = {p for row, p in every if row < legs.upto[leg] and (vehicle or row >= legs.since[leg])}
        if known != has[leg]:
            found.append(
                f"leg {leg} ({kind.name} {ref}) is borne by {len(has[leg] - known)} packages that were not on it, "
                f"not by {len(known - has[leg])} that were"
            )
    return found


def _totals(state: State) -> list[str]:
    """Running totals that are not the sums of the shares; batteries that are not the sums of legs and charges."""
    legs, shares, prints = state.table(Legs), state.table(Shares), state.table(PackageFootprint)
    sums: Counter[tuple[str, int]] = Counter()
    for leg, package, mg, m in zip(
        shares.leg.tolist(),
        shares.package.tolist(),
        shares.co2_mg.tolist(),
        shares.dist_m.tolist(),
        strict=True,
    ):
        sums[STAGE[LegKind(int(legs.kind[leg]))][0], package] += mg
        sums["dist_m", package] += m
    found = [
        f"PackageFootprint.{name} of package {package} is {value}, its shares are {sums[name, package]}"
        for name in PackageFootprint.columns
        for package, value in enumerate(getattr(prints, name).tolist())
        if value != sums[name, package]
    ]
    runs, charges, batteries = state.table(Runs), state.table(ChargesPlanned), state.table(Batteries)
    used: Counter[int] = Counter()
    for kind, ref, wh in zip(legs.kind.tolist(), legs.ref.tolist(), legs.wh.tolist(), strict=True):
        if kind == LegKind.LAST_MILE and wh > 0:
            used[int(runs.vehicle[ref])] += wh
    given: Counter[int] = Counter()
    for vehicle, wh in zip(charges.vehicle.tolist(), charges.given_wh.tolist(), strict=True):
        given[vehicle] += wh
    pairs = zip(batteries.used_wh.tolist(), batteries.charged_wh.tolist(), strict=True)
    return found + [
        f"the battery of vehicle {v} has used {u} and taken {c} Wh, its legs and charges say {used[v]} and {given[v]}"
        for v, (u, c) in enumerate(pairs)
        if (u, c) != (used[v], given[v])
    ]


def lint_charges(
    charges: ChargesPlanned, slots: ChargeSlots, rules: FootprintRules, slot_s: int
) -> list[str]:
    """Sentences about charges that a charger, a station or a clock forbids. `charge` numbers may begin anywhere."""
    found: list[str] = []
    row = {int(c): i for i, c in enumerate(charges.charge)}
    given: Counter[int] = Counter()
    station: Counter[tuple[int, int]] = Counter()
    for charge, at, wh in zip(slots.charge.tolist(), slots.slot_s.tolist(), slots.wh.tolist(), strict=True):
        i = row[charge]
        stands_s = min(at + slot_s, int(charges.until_s[i])) - max(at, int(charges.from_s[i]))
        if wh <= 0 or wh * 3600 > rules.charger_w * max(0, stands_s):
            found.append(
                f"charge {charge} takes {wh} Wh at {at}, where it stands {stands_s} s at the charger"
            )
        given[charge] += wh
        station[int(charges.station[i]), at] += wh
    limit = rules.site_limit_w * slot_s
    found += [f"station {s} gives {wh} Wh at {at}" for (s, at), wh in station.items() if wh * 3600 > limit]
    for charge, i in row.items():
        if given[charge] != charges.given_wh[i] or charges.given_wh[i] > charges.need_wh[i]:
            found.append(
                f"charge {charge} gives {given[charge]}, says {charges.given_wh[i]}, needs {charges.need_wh[i]}"
            )
    return found
