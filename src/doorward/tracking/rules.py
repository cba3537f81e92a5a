"""Settings of tracking."""

from __future__ import annotations

import msgspec


class TrackingRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far arrival intervals reach, how they learn, and when silence becomes an exception."""

    eta_step_s: int = 900
    """An interval is told anew when its later end moved by more than this ..."""
    eta_ride_step_s: int = 450
    """... or, once out for delivery, by more than this."""
    stop_spread_s: int = 60
    """Standard deviation of arrival at the next stop of a run (squares of the three add up) ..."""
    hour_spread_s: int = 350
    """... of the steps before it, independent of each other, for an hour of nothing but driving ..."""
    pace_pm: int = 60
    """... and of a station's streets: per mille of the driving time until the stop, before its runs tell (see pace)."""
    depart_late_s: int = 240
    """Runs leave so long after their planned time in the mean; the standard deviation is as large (exponential)."""
    eta_z_pm: int = 1645
    """Half width of an interval in standard deviations before anything is learnt, per mille (1645: nine of ten)."""
    eta_cover_pm: int = 900
    """Share of arrivals that are to lie inside what was told, per mille: what the half width is learnt towards."""
    eta_gain_pm: int = 1_000
    """How far one hour's misses move the logarithm of the half width: gain x (share missed - share allowed)."""
    eta_trust: int = 50
    """An hour with so few arrivals counts half."""
    prior_arrivals: int = 400
    """What is assumed of arrivals before any are seen counts as so many (those of one day are not independent)."""
    late_raise_pm: int = 500
    """A package will be late when the chance of it, per mille, is at least this ..."""
    late_clear_pm: int = 250
    """... and no longer when it fell below this."""
    cutoff_grace_s: int = 1_800
    """A departure counts as missed this long after it was to leave (trucks leave late, scans come late)."""
    silence_pm: int = 995
    """A scan is missing when it is later than this share, per mille, of earlier ones at that hand-over and place."""
    silence_stretch_pm: int = 1_000
    """What silence allows is this multiple of that quantile, per mille ..."""
    silence_late_pm: int = 3_000
    """... and this once the promise has passed or lateness is told of: silence must mean more than that then."""
    silence_least_s: int = 7_200
    """No silence shorter than this is an exception."""
    plan_s: tuple[int, ...] = (30_600, 48_600)
    """When stations plan each wave of vans, second of the local day; a network sets it in [lastmile] ..."""
    load_s: int = 1_800
    """... and how long after that its first vans leave: nobody expects a package to move before its wave."""
    partner_opens_s: int = 28_800
    """Partners deliver from this second of the local day ..."""
    partner_closes_s: int = 72_000
    """... to this one; services of less than half a day at any time."""
    prior_gaps: int = 100
    """The limits below count as so many scans, before any are seen."""
    silence_floor_s: int = 6 * 3_600
    """Assumed largest delay of a scan after its planned time inside a building ..."""
    silence_road_s: int = 4 * 3_600
    """... on a trailer or a run ..."""
    silence_wait_s: int = 6 * 3_600
    """... waiting at a station for a run ..."""
    silence_carrier_s: int = 72 * 3_600
    """... and with a partner carrier."""
    ahead_s: int = 120
    """A report may be dated this far ahead of our clock; devices err."""
