"""Our events and statuses in the words of others: one row an event, one column a scheme; read both ways.

EPCIS business steps and dispositions stand in tables/journey.py, beside the law of the journey. Here are the codes of
parcel interfaces. They are coarser than our journey, so several events share a code; read inwards, a code means the one
event that is named as its reading. Codes are facts of their interfaces; names belong to their owners.
"""

from __future__ import annotations

from typing import NamedTuple

from doorward.tables.journey import Event, Status

E, S = Event, Status


class Codes(NamedTuple):
    """One event in other words.

    milestone  event code of Amazon's Shipping API v2 (EventCode of its tracking events)
    status     one of the twelve tracking statuses that Karrio unifies carriers to
    x12        shipment status code, data element 1650, in segment AT7 of the X12 214 message
    """

    milestone: str
    status: str
    x12: str


VOCABULARY: dict[Event, Codes] = {
    E.PLANNED: Codes("ReadyForReceive", "pending", "XB"),
    E.RELEASED: Codes("ReadyForReceive", "pending", "XB"),
    E.PICKED: Codes("ReadyForReceive", "pending", "XB"),
    E.PACKED: Codes("ReadyForReceive", "pending", "CP"),
    E.SORTED: Codes("ArrivedAtCarrierFacility", "in_transit", "L1"),
    E.DEPARTED: Codes("Departed", "in_transit", "P1"),
    E.ARRIVED: Codes("ArrivedAtCarrierFacility", "in_transit", "X4"),
    E.INDUCTED: Codes("ArrivedAtCarrierFacility", "in_transit", "AV"),
    E.OUT_FOR_DELIVERY: Codes("OutForDelivery", "out_for_delivery", "X6"),
    E.TRANSFERRED: Codes("OutForDelivery", "out_for_delivery", "AM"),
    E.DELIVERED: Codes("Delivered", "delivered", "D1"),
    E.ATTEMPTED: Codes("DeliveryAttempted", "delivery_failed", "AH"),
    E.BROUGHT_BACK: Codes("ArrivedAtCarrierFacility", "on_hold", "AP"),
    E.STORED: Codes("AvailableForPickup", "ready_for_pickup", "AW"),
    E.COLLECTED: Codes("Delivered", "delivered", "CB"),
    E.HANDED_OVER: Codes("PickupDone", "picked_up", "J1"),
    E.CARRIER_MOVED: Codes("Departed", "in_transit", "BA"),
    E.SENT_BACK: Codes("ReturnInitiated", "return_to_sender", "A7"),
    E.RETURN_STARTED: Codes("ReturnInitiated", "return_to_sender", "AI"),
    E.RETURNED: Codes("ReturnInitiated", "return_to_sender", "A3"),
    E.CANCELLED: Codes("PickupCancelled", "cancelled", "CA"),
    E.LOST: Codes("Lost", "unknown", "A9"),
}
"""Every event in every scheme. X12 codes: 1650 has none for goods lost, so the nearest (A9, damaged) stands there."""

STATUS_WORDS: dict[Status, str] = {
    S.PLANNED: "pending",
    S.RELEASED: "pending",
    S.PICKED: "pending",
    S.PACKED: "pending",
    S.SORTED: "in_transit",
    S.MOVING: "in_transit",
    S.ARRIVED: "in_transit",
    S.READY: "in_transit",
    S.OUT: "out_for_delivery",
    S.FAILED: "delivery_failed",
    S.WITH_CARRIER: "in_transit",
    S.AT_LOCKER: "ready_for_pickup",
    S.DELIVERED: "delivered",
    S.RETURNING: "return_to_sender",
    S.RETURNED: "return_to_sender",
    S.CANCELLED: "cancelled",
    S.LOST: "unknown",
}
"""Where a package stands, in the twelve tracking statuses."""

STATUSES = (
    "pending", "picked_up", "on_hold", "cancelled", "delivered", "in_transit", "delivery_failed", "delivery_delayed",
    "out_for_delivery", "ready_for_pickup", "return_to_sender", "unknown",
)  # fmt: skip
"""The twelve; `delivery_delayed` is not an event but an alarm (tables.packages.Alarm.WILL_BE_LATE, LATE)."""

READINGS: dict[str, dict[str, Event]] = {
    "milestone": {
        "ReadyForReceive": E.PACKED,
        "PickupDone": E.HANDED_OVER,
        "Departed": E.CARRIER_MOVED,
        "ArrivedAtCarrierFacility": E.ARRIVED,
        "OutForDelivery": E.OUT_FOR_DELIVERY,
        "DeliveryAttempted": E.ATTEMPTED,
        "AvailableForPickup": E.STORED,
        "Delivered": E.DELIVERED,
        "ReturnInitiated": E.RETURN_STARTED,
        "PickupCancelled": E.CANCELLED,
        "Lost": E.LOST,
    },
    "x12": {
        "XB": E.PLANNED,
        "CP": E.PACKED,
        "L1": E.SORTED,
        "P1": E.DEPARTED,
        "X4": E.ARRIVED,
        "AV": E.INDUCTED,
        "X6": E.OUT_FOR_DELIVERY,
        "AM": E.TRANSFERRED,
        "D1": E.DELIVERED,
        "AH": E.ATTEMPTED,
        "AP": E.BROUGHT_BACK,
        "AW": E.STORED,
        "CB": E.COLLECTED,
        "J1": E.HANDED_OVER,
        "BA": E.CARRIER_MOVED,
        "A7": E.SENT_BACK,
        "AI": E.RETURN_STARTED,
        "A3": E.RETURNED,
        "CA": E.CANCELLED,
        "A9": E.LOST,
    },
}
"""Read inwards: code -> the event it means. The twelve statuses say where a package stands, not what happened, so they
are not read inwards."""
