"""Shops' order webhooks: what they ask for, and who signed them."""

from __future__ import annotations

import base64
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.adapters.shops import Deed, is_ping, scattered, shopify, signed, speed_of, woocommerce
from doorward.core.errors import BadInput
from tests.adapters.shop_orders import raw, shopify_order, woo_order

RFC_4231 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_a_signature_is_that_of_the_standard() -> None:
    """RFC 4231, test case 2."""
    body, right = b"what do ya want for nothing?", base64.b64encode(bytes.fromhex(RFC_4231)).decode()
    assert signed(body, right, "Jefe")
    for header in ("", "=", right[:-4], RFC_4231, right.lower(), right + "A", "\u00e4" * 44, right + "\n"):
        assert not signed(body, header, "Jefe"), header
    assert not signed(body + b"\n", right, "Jefe") and not signed(body, right, "jefe")
    empty = "thNnmggU2ex3L5XXeMNfxf8Wl8STcVZTxscSFEKSxa0="  # of nothing, under no secret
    assert not signed(b"", empty, ""), "a forgotten secret verifies nothing"


def test_an_order_of_shopify_is_read() -> None:
    heard = shopify("orders/create", raw(shopify_order("#1001", ("SKU-1", 2), ("SKU-2", 1))))
    assert heard.deed is Deed.PLACE and heard.order is not None
    order = heard.order
    assert (order.ref, order.placed_s, order.method) == ("#1001", 1772463600, "Express")
    assert order.lines == [("SKU-1", 2), ("SKU-2", 1)] and (order.lat, order.lon) == (45.41634, -75.6868)
    assert order.recipient == {
        "name": "Ada Example", "phone": "555-0100", "email": "ada@example.org", "country": "CA",
        "street": "12 Harbour Street, Flat 3", "postcode": "K2P 0V6", "city": "Port", "note": "ring twice",
    }  # fmt: skip


def test_only_what_is_shipped_counts() -> None:
    told = shopify_order("#1", ("A", 1), ("gift card", 1), (None, 3), ("taken out", 2))
    told["line_items"][1]["requires_shipping"] = False
    told["line_items"][3]["current_quantity"] = 0
    heard = shopify("orders/create", raw(told))
    assert heard.order is not None and heard.order.lines == [("A", 1), ("", 3)]
    told["line_items"] = told["line_items"][1:2]
    assert shopify("orders/create", raw(told)).deed is Deed.IGNORE


@pytest.mark.parametrize(
    ("topic", "changed", "deed"),
    [
        ("orders/paid", {}, Deed.PLACE),
        ("orders/updated", {}, Deed.AGAIN),
        ("orders/cancelled", {}, Deed.CANCEL),
        ("orders/updated", {"cancelled_at": "2026-03-02T11:00:00-05:00"}, Deed.CANCEL),
        ("orders/create", {"cancelled_at": "2026-03-02T11:00:00-05:00"}, Deed.CANCEL),
        ("orders/fulfilled", {}, Deed.IGNORE),
        ("products/update", {}, Deed.IGNORE),
        ("", {}, Deed.IGNORE),
    ],
)
def test_what_topics_of_shopify_ask_for(topic: str, changed: dict[str, Any], deed: Deed) -> None:
    assert shopify(topic, raw(shopify_order("#1", ("A", 1), **changed))).deed is deed


@pytest.mark.parametrize(
    ("topic", "status", "deed"),
    [
        ("order.created", "processing", Deed.PLACE),
        ("order.updated", "processing", Deed.PLACE),
        ("order.created", "pending", Deed.IGNORE),
        ("order.created", "on-hold", Deed.IGNORE),
        ("order.updated", "completed", Deed.IGNORE),
        ("order.updated", "cancelled", Deed.CANCEL),
        ("order.updated", "refunded", Deed.CANCEL),
        ("order.updated", "trash", Deed.CANCEL),
        ("order.restored", "processing", Deed.PLACE),
        ("customer.created", "processing", Deed.IGNORE),
    ],
)
def test_what_topics_of_woocommerce_ask_for(topic: str, status: str, deed: Deed) -> None:
    assert woocommerce(topic, raw(woo_order(7, ("A", 1), status=status))).deed is deed


def test_an_order_of_woocommerce_is_read() -> None:
    told = woo_order(4750, ("SKU-1", 2))
    told["meta_data"] += [
        {"key": "shipping_latitude", "value": "-23.55"},
        {"key": "shipping_longitude", "value": -46.63},
    ]
    order = woocommerce("order.created", raw(told)).order
    assert order is not None and (order.ref, order.placed_s) == ("4750", 1772445600)
    assert (order.lat, order.lon, order.lines) == (-23.55, -46.63, [("SKU-1", 2)])
    assert order.recipient["email"] == "ada@example.org" and order.recipient["phone"] == "555-0100"
    told["shipping"] = {}
    order = woocommerce("order.created", raw(told)).order
    assert order is not None and order.recipient["street"] == "12 Harbour Street", (
        "else to the bill's address"
    )
    deleted = woocommerce("order.deleted", b'{"id": 4750}')
    assert deleted.deed is Deed.CANCEL and deleted.order is not None and deleted.order.ref == "4750"


def test_the_trial_of_an_address_is_known() -> None:
    assert is_ping(b"webhook_id=12")
    for body in (b"", b"webhook_id=", b"webhook_id=1&x=2", b'{"id": 1}', b"webhook_id=" + b"1" * 100):
        assert not is_ping(body)


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "name", "line_items", "shipping_address", "sku", "quantity", "latitude", "status"]),
        each, max_size=4,
    ), max_leaves=12,
).map(raw))  # fmt: skip
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    for read, topic in ((shopify, "orders/create"), (woocommerce, "order.created")):
        try:
            heard = read(topic, body)
        except BadInput:
            continue
        assert heard.order is not None and all(units > 0 for _, units in heard.order.lines)


def test_a_method_has_the_speed_that_was_agreed() -> None:
    speeds = {"express": "next_day"}
    assert [speed_of(each, speeds) for each in (" Express", "other", "")] == [
        "next_day",
        "standard",
        "standard",
    ]


@given(st.floats(-85, 85), st.floats(-179, 179), st.integers(0, 20_000), st.text(max_size=10))
def test_a_door_lies_within_its_postcode(lat: float, lon: float, radius_m: int, name: str) -> None:
    there = scattered(lat, lon, radius_m, name)
    assert there == scattered(lat, lon, radius_m, name)
    north = math.radians(there[0] - lat)
    east = math.radians(there[1] - lon) * math.cos(math.radians(lat))
    assert 6_371_000 * math.hypot(north, east) <= radius_m * 1.01 + 1
