"""Remarks: for each thing not done, or done late, why, the binding limit, the number that would have made it fit."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike

from doorward.core.table import I1, I2, I8, Table


class Subject(IntEnum):
    """What a remark is about."""

    ORDER = 0
    LINE = 1
    PACKAGE = 2
    TRIP = 3
    RUN = 4
    BLOCK = 5
    SKU = 6
    SITE = 7
    VEHICLE = 8


class Reason(IntEnum):
    """Every reason doorward gives. Words for people are in `WORDS`."""

    NONE = 0
    # promise
    NO_STOCK = 1
    NO_COVERAGE = 2
    NO_CAPACITY = 3
    TOO_HEAVY = 4
    TOO_LARGE = 5
    ABANDONED = 6
    NO_HONEST_DATE = 7
    PARTNER_FULL = 8
    CALLED_OFF = 9
    # inventory and sourcing
    OUT_OF_STOCK = 20
    BACKORDER_TOO_LONG = 21
    SPLIT = 22
    NO_SPACE = 23
    BELOW_MINIMUM = 24
    # fulfillment
    SHORT_PICK = 30
    DAMAGED = 31
    WEIGHT_MISMATCH = 32
    MISSORT = 33
    CUTOFF_MISSED = 34
    NO_BOX = 35
    FLOOR_BUSY = 36
    # linehaul
    TRAILER_FULL = 40
    TRAILER_LATE = 41
    NO_LANE = 42
    NO_LOAD = 43
    HELD = 44
    # last mile
    DISPATCHER = 49
    NO_VOLUME = 50
    NO_WEIGHT = 51
    NO_TIME = 52
    NO_RANGE = 53
    NO_VEHICLE = 54
    WINDOW_CLOSED = 55
    BROKE_DOWN = 56
    NO_DRIVER = 57
    POSTPONED = 58
    NO_STOPS = 59
    # air and pavement
    WIND = 60
    RAIN = 61
    DARK = 62
    NO_FLY = 63
    PAYLOAD = 64
    OUT_OF_REACH = 65
    NO_PAD = 66
    NO_CONSENT = 67
    HAZMAT = 68
    # at the door
    NOT_HOME = 70
    REFUSED_BY_CUSTOMER = 71
    BAD_ADDRESS = 72
    ATTEMPTS_USED = 73
    LOCKER_FULL = 74
    NOT_COLLECTED = 75
    CUSTOMER_RETURN = 76
    ACCESS = 77
    BARRED = 78
    # carriers
    CARRIER_LATE = 80
    CARRIER_LOST = 81
    NO_SCAN = 82
    WILL_BE_LATE = 83
    DEARER = 84
    FORFEITED = 90
    DID_NOT_SHOW = 91
    WORKED_WELL = 92
    # charging
    NO_POWER = 95
    # buildings and partners
    STANDSTILL = 98
    WORKS_AGAIN = 99


WORDS: dict[Reason, str] = {
    Reason.NONE: "",
    Reason.NO_STOCK: "no building has the units",
    Reason.NO_COVERAGE: "no way to this door",
    Reason.NO_CAPACITY: "every day within reach is full",
    Reason.TOO_HEAVY: "heavier than any way carries",
    Reason.TOO_LARGE: "larger than any way carries",
    Reason.ABANDONED: "the customer did not answer before the promise expired",
    Reason.NO_HONEST_DATE: "no date can be promised at the stated quantile",
    Reason.PARTNER_FULL: "every day within reach of the partner that goes there is full",
    Reason.CALLED_OFF: "called off before it was packed",
    Reason.OUT_OF_STOCK: "out of stock when it was to be sourced",
    Reason.BACKORDER_TOO_LONG: "out of stock for longer than the customer is asked to wait",
    Reason.SPLIT: "shipped from more than one building",
    Reason.NO_SPACE: "no building has room on its shelves",
    Reason.BELOW_MINIMUM: "the supplier's order stays below its minimum; bought together with a later one",
    Reason.SHORT_PICK: "fewer on the shelf than the books say",
    Reason.DAMAGED: "damaged",
    Reason.WEIGHT_MISMATCH: "weight at packing differs from the contents",
    Reason.MISSORT: "sorted to the wrong place",
    Reason.CUTOFF_MISSED: "missed the cut-off",
    Reason.NO_BOX: "no box in the suite holds it; ships in its own packaging",
    Reason.FLOOR_BUSY: "the floor had no hour left",
    Reason.TRAILER_FULL: "the trailer was full",
    Reason.TRAILER_LATE: "the trailer was late",
    Reason.NO_LANE: "no lane leads there",
    Reason.NO_LOAD: "nothing to carry: the departure was cancelled",
    Reason.HELD: "held for a later departure that keeps every promise",
    Reason.NO_VOLUME: "no vehicle has the volume left",
    Reason.NO_WEIGHT: "no vehicle has the payload left",
    Reason.NO_TIME: "no shift has the minutes left",
    Reason.NO_RANGE: "no vehicle has the range left",
    Reason.NO_VEHICLE: "no vehicle at the station",
    Reason.WINDOW_CLOSED: "the promised window closes before any vehicle can be there",
    Reason.BROKE_DOWN: "the vehicle broke down",
    Reason.NO_DRIVER: "no driver took the block",
    Reason.POSTPONED: "it can wait, and a later route costs less",
    Reason.NO_STOPS: "no vehicle may make another stop",
    Reason.DISPATCHER: "a dispatcher decided so",
    Reason.WIND: "too much wind",
    Reason.RAIN: "too much rain",
    Reason.DARK: "no daylight",
    Reason.NO_FLY: "inside or behind a no-fly zone",
    Reason.PAYLOAD: "heavier than the craft carries",
    Reason.OUT_OF_REACH: "farther than the craft reaches",
    Reason.NO_PAD: "no craft ready in time",
    Reason.NO_CONSENT: "the customer has not allowed this way",
    Reason.HAZMAT: "hazardous goods",
    Reason.NOT_HOME: "nobody home",
    Reason.REFUSED_BY_CUSTOMER: "refused at the door",
    Reason.BAD_ADDRESS: "address not found",
    Reason.ATTEMPTS_USED: "all attempts used",
    Reason.LOCKER_FULL: "no free cell in the locker",
    Reason.NOT_COLLECTED: "not collected in time",
    Reason.CUSTOMER_RETURN: "sent back by the customer",
    Reason.ACCESS: "no access to the building",
    Reason.BARRED: "no vehicle of the station may go to this door",
    Reason.CARRIER_LATE: "the carrier is late",
    Reason.CARRIER_LOST: "lost at the carrier",
    Reason.NO_SCAN: "no scan for too long",
    Reason.WILL_BE_LATE: "will be late",
    Reason.DEARER: "another way costs less in all",
    Reason.FORFEITED: "the driver gave the block back",
    Reason.DID_NOT_SHOW: "the driver did not show",
    Reason.WORKED_WELL: "on time and complete",
    Reason.NO_POWER: "the charger or the site has not the power",
    Reason.STANDSTILL: "it stands still",
    Reason.WORKS_AGAIN: "it works again",
}


class Remarks(Table):
    """Fact (every planner) and table: rows only grow.

    subject (n,) Subject; row (n,) row in its table; reason (n,) Reason
    limit   (n,) which limit bound: row or number, as the planner's README says; -1 none
    short   (n,) by how much it fell short, in the limit's unit: the number that would have made it fit
    at_s    (n,)
    """

    subject: I1
    row: I8
    reason: I2
    limit: I8
    short: I8
    at_s: I8

    @classmethod
    def about(
        cls,
        subject: Subject,
        rows: ArrayLike,
        reason: ArrayLike,
        at_s: int,
        *,
        limit: ArrayLike = -1,
        short: ArrayLike = -1,
    ) -> Remarks:
        """Remarks about rows of one subject; the rest broadcasts."""
        n = len(np.atleast_1d(np.asarray(rows)))
        return cls.fill(n, subject=int(subject), row=rows, reason=reason, limit=limit, short=short, at_s=at_s)
