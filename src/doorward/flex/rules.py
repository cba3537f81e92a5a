"""Settings of the flex room; section [flex] of a network file. Pay rules are rows, not code."""

from __future__ import annotations

import msgspec


class PayRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A floor under the pay of a block, tips apart: max(minutes x rate + metres x rate, least of a block)."""

    name: str
    """How the network file and statements call it."""
    per_minute_mc: int
    """For each minute, thousandths of a cent."""
    per_metre_mc: int = 0
    """For each metre driven, thousandths of a cent."""
    least_c: int = 0
    """A block pays at least this, cents."""
    whole_block: bool = False
    """Minutes: true, of the whole block at least (on-call time counts); false, engaged minutes only."""


HOURLY = PayRule(name="hourly", per_minute_mc=36_884, whole_block=True)
"""Like New York City's from 2026-04-01: 22.13 an hour of trip and on-call time."""
MINUTE_AND_MILE = PayRule(name="minute-and-mile", per_minute_mc=45_000, per_metre_mc=48, least_c=520)
"""Like Seattle's of 2025: 0.45 a minute and 0.77 a mile engaged, 5.20 an offer."""
WAGE_MULTIPLE = PayRule(name="wage-multiple", per_minute_mc=33_560, per_metre_mc=23)
"""Like California's Proposition 22: 1.2 x 16.78 an hour engaged and 0.36 a mile."""


class FlexRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How blocks are opened, offered, priced and paid."""

    need_hour: int = 17
    """Hour of the local day at which tomorrow's blocks are opened."""
    evening_hours: tuple[int, ...] = (18, 19, 20, 21, 22)
    """Later hours at which tomorrow is looked at again; the last decides."""
    topup_hours: tuple[int, ...] = (6, 9, 12, 14)
    """Hours at which today's are looked at again."""
    starts_s: tuple[int, ...] = (32_400, 39_600, 46_800, 54_000, 61_200)
    """Starts of blocks, seconds of the local day."""
    evening_s: int = -1
    """From then on blocks bring what was asked for today (section [promise]); until the last of `topup_hours` the
    choice of a way may fill what such blocks could carry, then they are opened for what it chose."""
    lengths_s: tuple[int, ...] = (7_200, 10_800, 14_400)
    """Lengths of blocks, seconds, ascending; 2 to 5 hours."""
    packages_h: int = 13
    """Packages delivered in an hour of a block, loading and the way out included."""
    door_s: int = 100
    """Handling at a door, seconds (`stop_s` of section [promise])."""
    package_ml: int = 9_000
    """Mean volume of a package, millilitres, until the network has its own."""
    road_share_pm: int = 800
    """Share of packages that go by van or gig driver to the door, per mille, until a station has its own."""
    order_packages_pm: int = 1_060
    """Packages per thousand orders, for orders not boxed yet."""
    orders_from_h: int = 8
    """Orders for tomorrow are taken to come evenly from this hour of the local day ..."""
    orders_until_h: int = 23
    """... to this one, until there is history."""
    spread_pm: int = 250
    """Standard deviation of the orders still to come, per mille of them."""
    early_pm: int = 350
    """Quantile of the shortfall for which blocks are opened while a later look follows, per mille."""
    vans_until_s: int = 46_800
    """Second of the local day after which vans take no more packages for that day."""
    stop_s: int = 150
    """Seconds of a van's shift for each stop, driving included."""
    stop_packages_pm: int = 1_150
    """Packages per thousand stops of a van."""
    overflow_c: int = 600
    """Cost of a package that no block carries (courier, or late), cents."""
    evening_overflow_c: int = 1_800
    """Likewise of one that was promised for this evening: no van can bring it any more, cents."""
    idle_pm: int = 600
    """Share of the posted pay that a driver gets who is called off, per mille."""
    most_blocks: int = 60
    """Blocks opened for a station at once, at most."""
    base_c_h: int = 2_200
    """Posted pay before surge for an hour, cents; the pay rules may ask for more."""
    surge_pm: int = 1_800
    """Posted pay never passes this much of the base, per mille; nor what overflow would cost."""
    price_steps: int = 13
    """Prices between base and ceiling that are considered."""
    fanout: int = 3
    """Open offers for each open block."""
    wave_s: int = 900
    """Time between two waves of offers, seconds."""
    notice_s: int = 2_700
    """A claim may be given back freely until this long before the start, seconds; later offers are instant."""
    instant_s: int = 600
    """No offers later than this before the start, seconds."""
    instant_lead_s: int = 1_800
    """From a driver's failing to come to the start of the block that replaces his, seconds."""
    instant_fanout: int = 8
    """Open offers for each open block that begins within `notice_s`."""
    give_back_s: tuple[int, ...] = (27_000, 46_800)
    """Seconds of the local day at which packages that no claimed block will carry go back to the choice of a way."""
    doubt_s: int = 10_800
    """Open blocks that begin within this time of `give_back_s` are taken to stay empty, seconds."""
    opens_s: int = 21_600
    """No offers before this second of the local day."""
    closes_s: int = 79_200
    """No offers after this second of the local day."""
    tiers_pm: tuple[int, ...] = (800, 600, 0)
    """Least standing in the first, second, ... wave; the last holds from then on."""
    newcomer_blocks: int = 5
    """Who has worked fewer blocks is a newcomer."""
    newcomer_pm: int = 200
    """Share of the offers of every wave reserved for newcomers, per mille."""
    near_m: int = 25_000
    """Drivers who live farther from the station get no offers, metres as the crow flies."""
    near_step_m: int = 5_000
    """Ways to the station that differ by less count alike in the order of offers, metres."""
    gap_s: int = 1_800
    """Least time between two blocks of one driver, seconds."""
    day_s: int = 28_800
    """Most block time of a driver in a day, seconds."""
    week_s: int = 144_000
    """Most block time of a driver in seven days, seconds."""
    learn_offers: int = 2_000
    """Newest answers that the acceptance curve is learned from."""
    call_off_s: int = 3_600
    """A driver who checked in and has no packages is called off so long after the start, seconds."""
    wait_free_s: int = 900
    """Waiting at the station that is not paid extra, seconds."""
    wait_mc_min: int = 30_000
    """Each further minute of waiting, thousandths of a cent."""
    well_pm: int = 8
    """Standing gained by a block worked."""
    forfeit_pm: int = -40
    """Standing lost by a block given back late."""
    noshow_pm: int = -150
    """Standing lost by not coming."""
    pay_rules: tuple[PayRule, ...] = (HOURLY, MINUTE_AND_MILE, WAGE_MULTIPLE)
    """Known pay rules; a statement names the row of the one that bound."""
    active: tuple[str, ...] = ("hourly",)
    """Names of the pay rules in force here; no statement is below any of them."""
