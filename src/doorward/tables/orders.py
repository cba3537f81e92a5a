"""Orders and their lines, and the facts that make and end them."""

from __future__ import annotations

from enum import IntEnum, IntFlag

import numpy as np

from doorward.core.table import I1, I2, I4, I8, Table, Text


class OrderStatus(IntEnum):
    """Where an order stands before it is made of packages."""

    PLACED = 0
    QUOTED = 1
    ACCEPTED = 2
    REFUSED = 3
    EXPIRED = 4


class LineStatus(IntEnum):
    """Where an order line stands."""

    WAITING = 0
    BACKORDERED = 1
    SOURCED = 2
    BOXED = 3
    CANCELLED = 4


class Speed(IntEnum):
    """What the customer asked for."""

    STANDARD = 0
    NEXT_DAY = 1
    SAME_DAY = 2


LOCKER_OK, DRONE_OK, ROBOT_OK, LEAVE_OK, PARTS_OK = 1, 2, 4, 8, 16
LOCKER_ONLY, PICK_UP = 32, 64
"""Bits of `Orders.consent`: ways that the customer allows, whether it may be left at the door, whether those units of a
line that are there may come before the others; and what a recipient asked for since: a locker if one has room, the
counter of the delivery station."""


class Access(IntFlag):
    """What a driver must know of a door beforehand: bits of `Orders.access`."""

    GATE_CODE = 1  # a gate or house door opens by a code
    UPSTAIRS = 2  # an upper floor without a lift
    HEIGHT_LIMIT = 4  # under a low gate, bridge or ceiling: no high vehicles
    FOOT_ONLY = 8  # a pedestrian street: no vehicles but those allowed there, and a walk
    DOG = 16  # wait until the dog is held
    SIGN_IN = 32  # sign in at a desk


BARRING = Access.HEIGHT_LIMIT | Access.FOOT_ONLY
"""Bits for which some vehicles cannot come to the door; the others cost time."""


def access_words(bits: int) -> str:
    """Access notes in words, as in an order file: `gate_code+dog`; empty if there are none."""
    return "+".join(each.name.lower() for each in Access if max(0, bits) & each and each.name)


class OrderRefs(Table):
    """The customer's own reference of each order (row = order). Never on the hot path, never in the journal."""

    ref: Text


class Orders(Table):
    """Orders, row = order number, in the order they were placed.

    at_s        (n,)  placed, Unix seconds
    zone        (n,)  row in Zones
    lat_udeg, lon_udeg  (n,)  the doorstep
    speed       (n,)  Speed
    consent     (n,)  bits, see above
    first_line  (n,)  row in Lines of its first line
    lines       (n,)  how many lines
    status      (n,)  OrderStatus
    due_lo_s    (n,)  promised window begins; -1 before a promise
    due_s       (n,)  promised window ends
    price_c     (n,)  price of the delivery as promised
    promise_fc  (n,)  FC the promise was composed from; -1 none
    expires_s   (n,)  an unanswered promise ends then; -1 none
    reason      (n,)  Reason of refusal or expiry; 0 none
    access      (n,)  bits of Access; 0 nothing to know, -1 nothing was said
    shop        (n,)  row in Organisations of the shipper it belongs to; -1 the operator's own
    """

    at_s: I8
    zone: I4
    lat_udeg: I4
    lon_udeg: I4
    speed: I1
    consent: I1
    first_line: I8
    lines: I2
    status: I1
    due_lo_s: I8
    due_s: I8
    price_c: I4
    promise_fc: I4
    expires_s: I8
    reason: I2
    access: I1
    shop: I4


class Lines(Table):
    """Order lines, row = line number; the lines of an order as placed stand together.

    A line that several buildings ship together is divided: the units of all but one building become parts, new rows at
    the end that live as lines do. The units of a line and its parts add up to `asked`.

    order     (n,)
    sku       (n,)  row in Items
    units     (n,)  at least 1
    status    (n,)  LineStatus
    fc        (n,)  FC it is sourced from; -1 none
    since_s   (n,)  when it took this status
    reason    (n,)  Reason, where backordered or cancelled; 0 none
    tries     (n,)  how often it came back from the floor (short, damaged)
    dropped   (n,)  units cancelled out of it, the rest being shipped
    parent    (n,)  the line as placed that this is a part of; -1 it is one itself
    asked     (n,)  units the customer asked for in this line, parts included; 0 in a part
    """

    order: I8
    sku: I4
    units: I4
    status: I1
    fc: I4
    since_s: I8
    reason: I2
    tries: I1
    dropped: I4
    parent: I8
    asked: I4

    def check(self) -> None:
        self.must("units", self.units >= 1, "an order line asks for at least one piece")
        placed = self.order[self.parent < 0]
        self.must("order", np.diff(placed, prepend=0) >= 0, "lines stand in the order of their orders")


# ---- facts -----------------------------------------------------------------------------------------------------


class Placed(Table):
    """Fact (promise): orders came in. Columns as in Orders; order numbers continue the table."""

    order: I8
    at_s: I8
    zone: I4
    lat_udeg: I4
    lon_udeg: I4
    speed: I1
    consent: I1
    first_line: I8
    lines: I2
    access: I1
    shop: I4


class LinePlaced(Table):
    """Fact (promise): their lines; line numbers continue the table."""

    line: I8
    order: I8
    sku: I4
    units: I4


class Quoted(Table):
    """Fact (promise): a delivery promise was made and its capacity is held until `expires_s`.

    margin_s (n,)  safety added for the stated quantile
    klass    (n,)  lane class (tables.promises.Margins);  parts (n,) buildings the promise was composed from
    leave_s  (n,)  see tables.promises.Promises
    """

    order: I8
    due_lo_s: I8
    due_s: I8
    price_c: I4
    fc: I4
    expires_s: I8
    quantile_pm: I2
    margin_s: I4
    klass: I4
    parts: I2
    leave_s: I8


class Held(Table):
    """Fact (promise): what promises hold: each part of an order one package in every opening it passes.

    hold  (n,)  row in Holds, continues it; the rows of an order stand together
    order, opening  (n,)
    """

    hold: I8
    order: I8
    opening: I4


class Answered(Table):
    """Fact (promise): the customer's answer, or none: status is ACCEPTED, REFUSED (by us, with reason) or EXPIRED."""

    order: I8
    status: I1
    reason: I2


class HoldsReturned(Table):
    """Fact (promise): every line of these accepted orders was cancelled; what the promise held is given back."""

    order: I8


class PartnerRoomReturned(Table):
    """Fact (promise): all packages of the orders of these holds have their way, which takes its own room
    (tables.ways.WayCapacity): the partner's room that the promise held is given back."""

    hold: I8


class LineSplit(Table):
    """Fact (sourcing): `units` of a line that holds no reservation become a part: a new row `part` of Lines, WAITING.

    line is the row they are taken from, itself perhaps a part; it keeps at least one unit.
    """

    part: I8
    line: I8
    units: I4


class LineSourced(Table):
    """Fact (sourcing): a line got a building (fc >= 0; SOURCED) or lost it (fc = -1; WAITING). Reserves its units."""

    line: I8
    fc: I4


class LineHeld(Table):
    """Fact (sourcing, fulfillment): a line is BACKORDERED, CANCELLED or WAITING again, with the reason."""

    line: I8
    status: I1
    reason: I2


class LineDropped(Table):
    """Fact (fulfillment): units of a boxed line will not be shipped (short; its other units are in boxes)."""

    line: I8
    units: I4
    reason: I2


class Openings(Table):
    """Capacity by resource and day, with what promises hold of it.

    kind   (n,)  OpeningKind
    site   (n,)  row in Sites
    day    (n,)  local day number
    limit  (n,)  packages
    taken  (n,)  packages promised (accepted or still held); PARTNER: until their way is chosen
    carrier (n,) PARTNER: row in Services; -1 other kinds
    """

    kind: I1
    site: I4
    day: I4
    limit: I4
    taken: I4
    carrier: I4


class OpeningKind(IntEnum):
    """Which resource an opening is.

    STATION: packages whose vans leave with a day's first wave. LATE_WAVE: those that reach the station for a later wave
    only; its limit is what all vans could still bring if none had left before, so both share the vans:
    taken / limit of the two together stays within 1.
    EVENING: packages that leave a station in the evening, without vans.
    PARTNER: packages that a service (`carrier`) collects at an FC (`site`) on a day: the room of the same row of
    WayCapacity, of which promises hold what packages have not taken yet.
    """

    FC = 0
    LINEHAUL = 1
    STATION = 2
    LATE_WAVE = 3
    PARTNER = 4
    EVENING = 5


class Opened(Table):
    """Fact (promise): capacity was opened for sale; rows continue Openings."""

    opening: I4
    kind: I1
    site: I4
    day: I4
    limit: I4
    carrier: I4


class Holds(Table):
    """The openings that orders hold, one row each; those of an order stand together (`Promises.first_hold`).

    order   (n,)
    opening (n,)  row in Openings; -1 given back
    """

    order: I8
    opening: I4
