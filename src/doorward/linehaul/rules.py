"""Settings of the linehaul room, section `[linehaul]` of a network file."""

from __future__ import annotations

import msgspec


class LinehaulRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How trailers are loaded and packages transferred."""

    stack_pm: int = 800  # share of a trailer's volume that pallets can use, per mille
    station_s: int = 43_200  # from arrival at the delivery station to the promised end: what is needed there
    hold_most_s: int = 2_700  # a person may hold a departure for so long
    hold_slack_s: int = 9_000  # nothing is held for a departure that arrives with less than this to spare
    last_s: int = 25_200  # arrived later than this before the promised end, it is late
    spare_c: int = (
        2_000  # a package that loses the day it would have for a second attempt before its promised end
    )
    later: int = 2  # departures after the one at its cut-off that are weighed against it
    hold_fill_pm: int = (
        500  # share of a later departure that may be planned on now: the rest is for what is to come
    )
    later_share_pm: int = (
        700  # share of a later vehicle that what waits now must pay: the rest is for what is to come
    )
    wait_mc_h: int = 2_000  # a package that is an hour later at its station, promise or not
    transfer_s: int = 5_400  # from arrival at a sort center to staged for the next departure
    late_c: int = 20_000  # a package that a choice of departure makes late: nearly a hard limit
    late_hour_c: int = 2_000  # ... and for each hour more
    carbon_c_t: int = 10_000  # price of a tonne of CO2e
    body_ug_m: tuple[int, int, int, int] = (1_060_000, 780_000, 620_000, 346_000)
    # CO2e of the bodies artic, rigid, light, van: for decisions only, the ledger takes the factors
    body_ug_tm: tuple[int, int, int, int] = (
        96_000,
        456_000,
        651_000,
        779_000,
    )  # ... by tonne and metre, shared
    electric_ug_m: int = 270_000  # of a battery truck
    unload_s: int = 1_200  # from a trailer's arrival until its first package can be sorted on
    sort_hours: int = 20  # hours a day in which a building passes its daily capacity
    late_s: int = 1_800  # an arrival later than this is remarked
    pallet_ml: int = 1_500_000  # usable volume of a pallet or cage
    pallet_g: int = 600_000  # what it carries
