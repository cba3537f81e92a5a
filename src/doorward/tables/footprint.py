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
    RETURN = 7


class DataClass(IntEnum):
    """How well a leg's energy is known (ISO 14083): metered, modelled from the vehicle's own figures, or default."""

    PRIMARY = 0
    MODELLED = 1
    DEFAULT = 2


class Split(IntEnum):
    """How a leg is split over its packages."""

    ITEM = 0
    MASS = 1
    MASS_DISTANCE = 2


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
    dist_m, wh (at the meter), wtt_mg, ttw_mg (n,) of the whole leg; packages (n,) that bear it
    since, upto (n,) its packages have their scans in these rows of Scans; by_mass (n,) Split
    basis (n,) DataClass
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
    basis: I1


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


class Batteries(Table):
    """Energy account of each vehicle, row = vehicle: Wh at the meter used by closed runs, and planned by charges."""

    used_wh: I8
    charged_wh: I8


class ChargesPlanned(Table):
    """Fact (footprint) and table, row = charge: one van's night at its charger.

    charge, vehicle, station (n,); from_s, until_s (n,) at the charger; need_wh, given_wh (n,) at the meter
    """

    charge: I8
    vehicle: I4
    station: I4
    from_s: I8
    until_s: I8
    need_wh: I8
    given_wh: I8


class ChargeSlots(Table):
    """Fact (footprint) and table: energy of a charge in one slot; slots of no energy are left out.

    charge (n,) row in ChargesPlanned; slot_s (n,) when the slot begins; wh (n,) at the meter
    """

    charge: I8
    slot_s: I8
    wh: I4
