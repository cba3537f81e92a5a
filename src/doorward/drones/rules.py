"""Settings of the drones room; section [drones] of a network file."""

from __future__ import annotations

import msgspec


class DronesRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a sortie needs. Figures of published craft are in the README."""

    payload_g: int = 2270
    """Heaviest package, grams (5 lb); a craft's own limit in Vehicles counts too."""
    longest_mm: int = 450
    """Longest side of a package that fits the bay, millimetres."""
    radius_m: int = 12_000
    """Farthest door along the path to fly, metres."""
    speed_mms: int = 28_000
    """Cruise speed through the air, mm/s (about 63 mph)."""
    craft_g: int = 20_000
    """Mass of the craft with battery, grams."""
    disc_cm2: int = 12_000
    """Area of all rotor discs, square centimetres."""
    hover_efficiency_pm: int = 600
    """Share of the battery's power that moves air while hovering, per mille."""
    reserve_pm: int = 200
    """Share of the battery never planned with, per mille."""
    cold_pm: int = 150
    """Share of the battery lost below 0 degrees Celsius, per mille."""
    climb_s: int = 30
    """Climb to the layer, and descent from it, at the pad; also at the door, each, seconds."""
    release_s: int = 40
    """Hovering at the door until the package is down, seconds."""
    turn_s: int = 300
    """Battery exchange and loading between two sorties of a craft, seconds."""
    pad_gap_s: int = 90
    """Least time between two take-offs or landings at a station's pad, seconds; above twice `climb_s`."""
    wind_mms: int = 11_000
    """Most mean wind, mm/s."""
    gust_mms: int = 15_000
    """Most gusts, mm/s."""
    rain_um: int = 1_000
    """Most rain in an hour, micrometres (light rain)."""
    daylight: bool = True
    """Only between sunrise and sunset."""
    opens_s: int = 25_200
    """First take-off, second of the local day."""
    closes_s: int = 75_600
    """Last landing, second of the local day."""
    horizon_s: int = 1_200
    """Take-offs are decided this far ahead, seconds; later ones may still change."""
    hope_s: int = 7_200
    """A package that is late already is flown if it can be there within this time, seconds."""
    nofly_margin_m: int = 50
    """Distance kept from no-fly circles, metres."""
    lane_m: int = 30
    """Half the width of the tube reserved around a craft, metres."""
    layer_floor_m: int = 60
    """Height of the lowest cruise layer above ground, metres."""
    layer_m: int = 10
    """Height of one of the six layers, metres; floor and layers stay below 120 m (400 ft)."""
    repair_s: int = 14_400
    """A craft that broke down is ready again after this time, seconds."""
