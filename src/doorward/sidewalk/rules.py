"""Settings of the sidewalk room; section [sidewalk] of a network file."""

from __future__ import annotations

import msgspec


class SidewalkRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an errand needs. Figures of published robots are in the README."""

    reach_m: int = 3_000
    """Farthest door, metres of pavement."""
    pavement_pm: int = 1_300
    """Metres of pavement per thousand metres of crow-fly distance."""
    speed_mms: int = 1_500
    """Mean speed with crossings, mm/s (5.4 km/h)."""
    compartments: int = 3
    """Packages on one errand, each in a compartment of its own; a few."""
    compartment_ml: int = 15_000
    """Largest package, outside, millilitres; the robot's volume in Vehicles counts for all together."""
    longest_mm: int = 450
    """Longest side of a package, millimetres."""
    load_g: int = 10_000
    """Most weight of one package, grams; the robot's payload in Vehicles counts for all together."""
    extra_m: int = 500
    """A second or third package joins an errand if it adds at most so many metres of pavement."""
    handover_s: int = 150
    """Mean time at a door until the customer has taken the package, seconds."""
    wait_s: int = 480
    """A robot leaves when nobody has come after this time, seconds; planned into the errand's last stop."""
    turn_s: int = 240
    """Unloading, loading and starting between two errands, seconds."""
    charge_s_km: int = 180
    """Charging for each kilometre rolled, seconds."""
    reserve_pm: int = 150
    """Share of the range never planned with, per mille."""
    rain_um: int = 4_000
    """Most rain in an hour, micrometres (heavy rain floods kerbs and blinds sensors)."""
    snow_um: int = 300
    """Most water that falls as snow in an hour, micrometres."""
    snow_below_dc: int = 10
    """Below this temperature what falls is snow, tenths of a degree Celsius."""
    opens_s: int = 28_800
    """First errand, second of the local day."""
    closes_s: int = 79_200
    """Robots are back by then, second of the local day."""
    horizon_s: int = 1_200
    """Errands are decided this far ahead, seconds; later ones may still change."""
    hope_s: int = 7_200
    """A package that is late already is taken if it can be there within this time, seconds."""
    repair_s: int = 14_400
    """A robot that broke down is ready again after this time, seconds."""
