"""Energy and CO2e: factors with their sources, legs, and what each package is given of them."""

from __future__ import annotations

from enum import IntEnum

from doorward.core.table import I1, I4, I8, Table, Text


class LegKind(IntEnum):
    """What a leg is."""

    FC = 0
    SORT = 1
    LINEHAUL = 2
    STATION = 3
    LAST_MILE = 4
    CARRIER = 5
    PACKAGING = 6


class Factors(Table):
    """Emission factors: name, micrograms CO2e per unit well-to-tank and tank-to-wheel, unit, source, licence, year."""

    name: Text
    wtt_ug: I8
    ttw_ug: I8
    unit: Text
    source: Text
    licence: Text


class Legs(Table):
    """Fact (footprint) and table: one leg of many packages, closed; row = leg.

    kind (n,) LegKind; ref (n,) row in Trips, Runs, Sites or Services; at_s (n,) closed
    dist_m, wh, wtt_mg, ttw_mg (n,) of the whole leg; packages (n,)
    since, upto (n,) rows of Scans that a leg by period covers; by_mass (n,) 1: split by mass, 0: by item
    """

    kind: I1
    ref: I8
    at_s: I8
    dist_m: I8
    wh: I8
    wtt_mg: I8
    ttw_mg: I8
    packages: I4
    since: I8
    upto: I8
    by_mass: I1


class Shares(Table):
    """Packages' shares of legs, folded (never journaled): sums over a leg equal the leg exactly."""

    leg: I4
    package: I8
    dist_m: I8
    co2_mg: I8


class PackageFootprint(Table):
    """Running totals by package (row = package): dist_m of its way, co2_mg by stage."""

    dist_m: I8
    building_mg: I8
    linehaul_mg: I8
    last_mile_mg: I8
    carrier_mg: I8
    packaging_mg: I8
