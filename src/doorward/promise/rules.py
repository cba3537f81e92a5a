"""Settings of the promise room: section [promise] of a network file."""

from __future__ import annotations

import msgspec


class PromiseRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How dates are composed, priced, held and learnt."""

    quantile_pm: int = 950
    """Stated share of promises to be kept, per mille."""
    horizon_days: int = 21
    """Days whose capacity is open for sale, today included."""
    outage_guess_s: int = 7_200
    """A standstill whose end nobody knows is taken to last so much longer."""
    longest_days: int = 18
    """A promise farther away than this is not made."""
    hold_s: int = 900
    """An unanswered promise expires after this."""
    candidate_fcs: int = 3
    """Buildings tried for a whole order, nearest in time first."""
    process_s: int = 10_800
    """From checkout to staged at the dock of an FC: sourcing, wave, picking, packing, sorting."""
    later_day_s: int = 21_600
    """Work that an FC takes over into a later day is staged this long after the building opens (midnight if always)."""
    crossdock_s: int = 3_600
    """Handling where a package changes trucks."""
    induct_s: int = 2_700
    """From a station's dock to a route being planned with it."""
    plan_s: tuple[int, ...] = (30_600, 48_600)
    """When stations plan each wave: what is sorted in by then goes with it, second of the local day, ascending."""
    wave_s: tuple[int, ...] = (34_200, 50_400)
    """Routes leave the stations about then, second of the local day, ascending."""
    route_s: tuple[int, ...] = (17_100, 10_800)
    """From a wave's departure to the average door on its routes: those that leave late are shorter."""
    evening_plan_s: int = -1
    """What is sorted in by then and was asked for the same day still goes out, second of the local day; -1 there is no
    delivery in the evening."""
    evening_s: int = -1
    """Then gig drivers take it, or drones and robots on their own time: vans are out; second of the local day."""
    evening_route_s: int = 5_400
    """From then to the average door."""
    evening_margin_s: int = 5_400
    """Safety margin in the evening before anything was learnt."""
    window_lo_s: tuple[int, ...] = (28_800,)
    """Delivery windows begin, second of the local day, ascending."""
    window_hi_s: tuple[int, ...] = (64_800, 68_400, 72_000, 75_600)
    """Delivery windows end. Own network: the first end that is safe enough; partners promise days: the last one."""
    delivery_days: int = 127
    """Weekdays with delivery, bit 0 Monday."""
    standard_days: int = 1
    """Standard delivery is not promised before this many days from today: the first days are for those who pay."""
    faster_c: tuple[int, int, int] = (900, 1_200, 1_800)
    """What a broken promise is reckoned at where ways are chosen (`CarriersRules.late_c`), by speed asked for: a date
    that rests on a fast partner is promised only if the choice, by fares and lateness, will keep it."""
    late_day_c: int = 150
    """And for every expected day of lateness (`CarriersRules.late_day_c`)."""
    parcel_pm: int = 1_500
    """Outer volume of a parcel against its pieces', per mille, for the weight that carriers bill."""
    own_max_g: int = 31_500
    """Heaviest piece that the own network takes to a door."""
    package_ml: int = 12_000
    """Trailer volume that a package takes on average, air between packages included."""
    fc_units: int = 2
    """Units in a package on average; turns units an hour into packages a day."""
    fill_pm: int = 900
    """Share of rated capacity that is sold, per mille."""
    stop_s: int = 100
    """Handling at a door, as the last mile plans it."""
    break_after_s: int = 16_200
    """A van's shift that is longer than this has its break inside."""
    door_packages_pm: int = 1_150
    """Packages a stop, per mille: neighbours behind one door share it."""
    gig_packages: int = 12
    """Packages a day that are promised on each gig driver of a station: half of what the choice believes can be had
    (`CarriersRules.claim_pm` of the drivers, a block each), as blocks open only once they are forecast."""
    inbound_lag_s: int = 21_600
    """From a supplier's date (or the dock) to being for sale."""
    standard_c: int = 399
    """Price of standard delivery, cents."""
    next_day_c: int = 799
    """Price of next-day delivery, cents."""
    same_day_c: int = 1_199
    """Price of same-day delivery, cents."""
    free_g: int = 5_000
    """Weight included in the price."""
    kg_c: int = 40
    """Price of every kilogram (or part) beyond it."""
    rural_c: int = 200
    """Added where partners call the zone rural."""
    band_m: tuple[int, ...] = (250_000, 1_000_000)
    """Partner services learn their lateness by distance: under the first, under the second ..., beyond the last."""
    margin_s: int = 14_400
    """Safety margin of the own network before anything was learnt. Partners: scaled from their own quantiles."""
    margin_min_s: int = 0
    """Learning does not go below: the planned time at the door is never promised away."""
    margin_max_s: int = 432_000
    """Learning does not go above."""
    step_s: int = 300
    """Learning step once much was seen (gamma), at least."""
    step_pm: int = 20
    """The same as a share of the margin, per mille: partners that take days are learnt in larger steps."""
    first_step_s: int = 3_600
    """Additional step at the first package; falls with the square root of packages seen."""
