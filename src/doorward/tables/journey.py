"""The journey of a package: every status, which event leads where, which room speaks it, who holds the package then.

A package is always in exactly one place: its holder. Each hand-over is one scan, and each scan names one event of this
page. `doorward journey` prints it; `tracking/state.py` folds it; docs and exports read it. Names outside are mapped
here once: EPCIS 2.0 / CBV business steps and dispositions (GS1), and the milestone codes that carriers use.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Holder(IntEnum):
    """Who has the package; `Packages.holder` is a row in the table named here."""

    SITE = 0  # Sites
    TRIP = 1  # Trips
    RUN = 2  # Runs
    CARRIER = 3  # Carriers
    CUSTOMER = 4  # Orders
    GONE = 5  # written off or cancelled; holder is the Site where it happened


class Status(IntEnum):
    """Where a package stands."""

    PLANNED = 0
    RELEASED = 1
    PICKED = 2
    PACKED = 3
    SORTED = 4
    MOVING = 5
    ARRIVED = 6
    READY = 7
    OUT = 8
    FAILED = 9
    WITH_CARRIER = 10
    AT_LOCKER = 11
    DELIVERED = 12
    RETURNING = 13
    RETURNED = 14
    CANCELLED = 15
    LOST = 16


ENDED = (Status.DELIVERED, Status.RETURNED, Status.CANCELLED, Status.LOST)
"""A package in one of these needs nothing more from the network."""

ON_FLOOR = (Status.PLANNED, Status.RELEASED, Status.PICKED, Status.PACKED, Status.SORTED)


class Event(IntEnum):
    """What a scan says happened."""

    PLANNED = 0
    RELEASED = 1
    PICKED = 2
    PACKED = 3
    SORTED = 4
    DEPARTED = 5
    ARRIVED = 6
    INDUCTED = 7
    OUT_FOR_DELIVERY = 8
    TRANSFERRED = 9
    DELIVERED = 10
    ATTEMPTED = 11
    BROUGHT_BACK = 12
    STORED = 13
    COLLECTED = 14
    HANDED_OVER = 15
    CARRIER_MOVED = 16
    SENT_BACK = 17
    RETURN_STARTED = 18
    RETURNED = 19
    CANCELLED = 20
    LOST = 21


class Rule(NamedTuple):
    """One line of the journey."""

    room: tuple[str, ...]
    before: tuple[Status, ...]
    after: Status
    holder: Holder
    biz_step: str
    disposition: str
    words: str


_S, _H = Status, Holder
_LAST_MILE = ("lastmile", "flex", "drones", "sidewalk")

JOURNEY: dict[Event, Rule] = {
    Event.PLANNED: Rule(
        ("fulfillment",), (), _S.PLANNED, _H.SITE, "commissioning", "active", "box and contents decided"
    ),
    Event.RELEASED: Rule(
        ("fulfillment",), (_S.PLANNED,), _S.RELEASED, _H.SITE, "picking", "in_progress", "released to a wave"
    ),
    Event.PICKED: Rule(
        ("fulfillment",), (_S.RELEASED,), _S.PICKED, _H.SITE, "picking", "in_progress", "picked"
    ),
    Event.PACKED: Rule(
        ("fulfillment",),
        (_S.PICKED,),
        _S.PACKED,
        _H.SITE,
        "packing",
        "in_progress",
        "packed, weighed, labelled",
    ),
    Event.SORTED: Rule(
        ("fulfillment", "linehaul"),
        (_S.PACKED, _S.ARRIVED),
        _S.SORTED,
        _H.SITE,
        "staging_outbound",
        "in_progress",
        "sorted to its next hop",
    ),
    Event.DEPARTED: Rule(
        ("linehaul",), (_S.SORTED,), _S.MOVING, _H.TRIP, "departing", "in_transit", "on a trailer"
    ),
    Event.ARRIVED: Rule(
        ("linehaul",), (_S.MOVING,), _S.ARRIVED, _H.SITE, "arriving", "in_progress", "arrived at a building"
    ),
    Event.INDUCTED: Rule(
        ("lastmile",),
        (_S.ARRIVED, _S.SORTED),
        _S.READY,
        _H.SITE,
        "receiving",
        "in_progress",
        "at its delivery station",
    ),
    Event.OUT_FOR_DELIVERY: Rule(
        ("delivery", *_LAST_MILE), (_S.READY,), _S.OUT, _H.RUN, "departing", "in_transit", "out for delivery"
    ),
    Event.TRANSFERRED: Rule(
        _LAST_MILE,
        (_S.OUT, _S.FAILED),
        _S.OUT,
        _H.RUN,
        "transporting",
        "in_transit",
        "moved to another run",
    ),
    Event.DELIVERED: Rule(
        ("delivery", "carriers"),
        (_S.OUT, _S.WITH_CARRIER),
        _S.DELIVERED,
        _H.CUSTOMER,
        "retail_selling",
        "retail_sold",
        "delivered",
    ),
    Event.ATTEMPTED: Rule(
        ("delivery",), (_S.OUT,), _S.FAILED, _H.RUN, "transporting", "in_transit", "tried, not delivered"
    ),
    Event.BROUGHT_BACK: Rule(
        ("delivery", *_LAST_MILE),
        (_S.FAILED, _S.OUT),
        _S.READY,
        _H.SITE,
        "receiving",
        "in_progress",
        "back at the station",
    ),
    Event.STORED: Rule(
        ("delivery",),
        (_S.OUT, _S.READY),
        _S.AT_LOCKER,
        _H.SITE,
        "storing",
        "sellable_accessible",
        "in a locker, or at the counter of its station",
    ),
    Event.COLLECTED: Rule(
        ("delivery",),
        (_S.AT_LOCKER,),
        _S.DELIVERED,
        _H.CUSTOMER,
        "retail_selling",
        "retail_sold",
        "collected by the customer",
    ),
    Event.HANDED_OVER: Rule(
        ("carriers",),
        (_S.SORTED,),
        _S.WITH_CARRIER,
        _H.CARRIER,
        "shipping",
        "in_transit",
        "with a partner carrier",
    ),
    Event.CARRIER_MOVED: Rule(
        ("carriers",),
        (_S.WITH_CARRIER,),
        _S.WITH_CARRIER,
        _H.CARRIER,
        "transporting",
        "in_transit",
        "moved inside the carrier",
    ),
    Event.SENT_BACK: Rule(
        ("delivery",),
        (_S.DELIVERED,),
        _S.RETURNING,
        _H.SITE,
        "shipping",
        "returned",
        "sent back by the customer",
    ),
    Event.RETURN_STARTED: Rule(
        ("delivery", "carriers"),
        (_S.READY, _S.AT_LOCKER, _S.WITH_CARRIER),
        _S.RETURNING,
        _H.SITE,
        "shipping",
        "returned",
        "on its way back to the sender",
    ),
    Event.RETURNED: Rule(
        ("delivery",), (_S.RETURNING,), _S.RETURNED, _H.SITE, "receiving", "returned", "back in the building"
    ),
    Event.CANCELLED: Rule(
        ("fulfillment",),
        (_S.PLANNED, _S.RELEASED, _S.PICKED),
        _S.CANCELLED,
        _H.GONE,
        "void_shipping",
        "inactive",
        "taken apart before packing; its lines wait again or are cancelled",
    ),
    Event.LOST: Rule(
        ("carriers", "linehaul", "delivery"),
        (_S.MOVING, _S.ARRIVED, _S.OUT, _S.WITH_CARRIER, _S.RETURNING),
        _S.LOST,
        _H.GONE,
        "other",
        "unknown",
        "lost or destroyed, written off",
    ),
}
"""Event -> rule; see `Rule` for the columns."""
