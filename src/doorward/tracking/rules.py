"""Settings of tracking."""

from __future__ import annotations

import msgspec


class TrackingRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far arrival intervals reach, how they learn, and when silence becomes an exception."""

    eta_step_s: int = 900
    """An interval is told anew when its later end moved by more than this ..."""
    eta_ride_step_s: int = 450
    """... or, once out for delivery, by more than this."""
    stop_spread_s: int = 240
    """One standard deviation of arrival at the next stop of a run ..."""
    stop_growth_s: int = 55
    """... growing by this times the square root of the stops before it."""
    eta_z_pm: int = 1645
    """Half width of an interval in standard deviations before anything is learnt, per mille (1645: nine of ten)."""
    eta_cover_pm: int = 900
    """Share of arrivals that are to lie inside what was told, per mille: what the half width is learnt towards."""
    eta_gain_pm: int = 1_000
    """How far one hour's misses move the logarithm of the half width: gain x (share missed - share allowed)."""
    eta_trust: int = 50
    """An hour with so few arrivals counts half."""
    slip_s: int = 86_400
    """A package that can no longer make its window is expected this much later."""
    silence_floor_s: int = 6 * 3_600
    """No scan inside a building for longer than this is an exception ..."""
    silence_road_s: int = 10 * 3_600
    """... on a trailer or a run ..."""
    silence_carrier_s: int = 72 * 3_600
    """... and with a partner carrier."""
