"""Every event and status has its word in every scheme, and what is read inwards is what was written outwards."""

from __future__ import annotations

from collections import Counter

import pytest

from doorward.tables.journey import JOURNEY, Event, Status
from doorward.tables.vocabulary import READINGS, STATUS_WORDS, STATUSES, VOCABULARY, Codes

EVENT_CODES = {
    "ReadyForReceive", "PickupDone", "Delivered", "Departed", "DeliveryAttempted", "Lost", "OutForDelivery",
    "ArrivedAtCarrierFacility", "Rejected", "Undeliverable", "PickupCancelled", "ReturnInitiated", "AvailableForPickup",
    "RecipientRequestedAlternateDeliveryTiming", "PackageReceivedByCarrier",
}  # fmt: skip
"""EventCode of Amazon's Shipping API v2, with the addition of August 2025."""
X12_1650 = {
    "A3", "A7", "A9", "AF", "AG", "AH", "AI", "AJ", "AM", "AN", "AP", "AR", "AV", "AW", "B6", "BA", "BC", "C1", "CA",
    "CB", "CD", "CL", "CP", "D1", "J1", "K1", "L1", "OO", "P1", "PA", "PR", "R1", "RL", "S1", "SD", "X1", "X2", "X3",
    "X4", "X5", "X6", "X8", "XB",
}  # fmt: skip
"""Shipment status codes of X12 data element 1650 (release 004030, and AW of later ones)."""


def test_every_event_has_a_word_in_every_scheme() -> None:
    assert set(VOCABULARY) == set(Event) == set(JOURNEY)
    assert all(all(codes) for codes in VOCABULARY.values())
    assert {c.milestone for c in VOCABULARY.values()} <= EVENT_CODES
    assert {c.x12 for c in VOCABULARY.values()} <= X12_1650
    assert {c.status for c in VOCABULARY.values()} <= set(STATUSES) and len(set(STATUSES)) == 12


def test_every_status_has_a_word_that_agrees_with_the_event_leading_there() -> None:
    assert set(STATUS_WORDS) == set(Status) and set(STATUS_WORDS.values()) <= set(STATUSES)
    passing = {Event.HANDED_OVER: "picked_up", Event.BROUGHT_BACK: "on_hold"}
    for event, rule in JOURNEY.items():
        assert VOCABULARY[event].status == passing.get(event, STATUS_WORDS[rule.after])


@pytest.mark.parametrize("scheme", sorted(READINGS))
def test_what_is_read_inwards_was_written_outwards(scheme: str) -> None:
    column = Codes._fields.index(scheme)
    written = {codes[column] for codes in VOCABULARY.values()}
    assert set(READINGS[scheme]) == written
    for code, event in READINGS[scheme].items():
        assert VOCABULARY[event][column] == code


def test_x12_codes_are_unique_from_the_dock_onwards() -> None:
    """Before it is packed a package is only known (XB); after that no two events share a code."""
    times = Counter(codes.x12 for codes in VOCABULARY.values())
    assert [code for code, n in times.items() if n > 1] == ["XB"]
