"""The gig marketplace: drivers, blocks, offers, standing, pay."""

from __future__ import annotations

from enum import IntEnum

from doorward.core.table import I1, I2, I4, I8, Table


class Drivers(Table):
    """Gig drivers, row = driver (number, never a name).

    station (n,) nearest; lat_udeg, lon_udeg (n,) home
    volume_ml, weight_g (n,) of the own vehicle; car_km_mc (n,) thousandths of a cent of mileage pay per metre
    standing_pm (n,) reliability 0..1000; blocks, noshows, forfeits (n,) counts
    co2_ug_m (n,) well-to-wheel micrograms per metre of the car
    """

    station: I4
    lat_udeg: I4
    lon_udeg: I4
    volume_ml: I8
    weight_g: I8
    car_km_mc: I4
    standing_pm: I2
    blocks: I4
    noshows: I4
    forfeits: I4
    co2_ug_m: I4


class BlockStatus(IntEnum):
    """Where a block stands."""

    OPEN = 0
    CLAIMED = 1
    CHECKED_IN = 2
    WORKED = 3
    NO_SHOW = 4
    UNFILLED = 5
    CALLED_OFF = 6


class Blocks(Table):
    """Blocks of work, row = block: station, start_s, end_s, pay_c known before acceptance, driver (-1 open), status.

    base_c (n,) pay before surge; need (n,) packages forecast for it; released_s (n,) first offered
    claimed_s (n,) when its driver took it; -1 nobody has it
    ended_s (n,) when it became WORKED, NO_SHOW, UNFILLED or CALLED_OFF; -1 before
    """

    station: I4
    start_s: I8
    end_s: I8
    pay_c: I4
    base_c: I4
    driver: I4
    status: I1
    need: I4
    released_s: I8
    claimed_s: I8
    ended_s: I8


class Offers(Table):
    """Offers of a block to a driver at a pay, row = offer.

    answer (n,): 0 open, 1 taken, 2 refused or expired; 3 withdrawn before an answer (the block was filled, or the
    driver took an overlapping one); 4 the driver said yes, but another had been first
    """

    block: I4
    driver: I4
    pay_c: I4
    at_s: I8
    answer: I1


class Statements(Table):
    """Pay statements to the cent: base_c + mileage_c + wait_c + topup_c + tip_c = total_c. rule: row of pay rule."""

    block: I4
    driver: I4
    base_c: I4
    mileage_c: I4
    wait_c: I4
    topup_c: I4
    tip_c: I4
    total_c: I4
    rule: I1


# ---- facts -----------------------------------------------------------------------------------------------------


class BlocksOpened(Table):
    """Fact (flex): blocks; numbers continue Blocks."""

    block: I4
    station: I4
    start_s: I8
    end_s: I8
    pay_c: I4
    base_c: I4
    need: I4


class BlocksPriced(Table):
    """Fact (flex): a new posted pay (surge) for open blocks."""

    block: I4
    pay_c: I4


class Offered(Table):
    """Fact (flex): offers; numbers continue Offers."""

    offer: I8
    block: I4
    driver: I4
    pay_c: I4


class OfferAnswered(Table):
    """Fact (flex): answers; of several takers of a block the first in journal order has it."""

    offer: I8
    answer: I1


class BlockMoved(Table):
    """Fact (flex): a block changed: driver (or -1) and BlockStatus."""

    block: I4
    driver: I4
    status: I1


class StandingMoved(Table):
    """Fact (flex): a driver's standing changed by a named event."""

    driver: I4
    delta_pm: I2
    reason: I2


class Paid(Table):
    """Fact (flex): statements; rows continue Statements."""

    block: I4
    driver: I4
    base_c: I4
    mileage_c: I4
    wait_c: I4
    topup_c: I4
    tip_c: I4
    total_c: I4
    rule: I1
