"""Settings of the linehaul room, section `[linehaul]` of a network file."""

from __future__ import annotations

import msgspec


class LinehaulRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How trailers are loaded and packages transferred."""

    stack_pm: int = 800  # share of a trailer's volume that pallets can use, per mille
    station_s: int = 43_200  # from arrival at the delivery station to the promised end: what is needed there
    unload_s: int = 1_200  # from a trailer's arrival until its first package can be sorted on
    sort_hours: int = 20  # hours a day in which a building passes its daily capacity
    late_s: int = 1_800  # an arrival later than this is remarked
    pallet_ml: int = 1_500_000  # usable volume of a pallet or cage
    pallet_g: int = 600_000  # what it carries
    swaps: int = 2_000  # limit of improvement steps for one trailer
