"""Order webhooks as shops send them: our own texts, of the fields that their documentation describes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any


def shopify_order(name: str, /, *lines: tuple[str | None, int], **changed: Any) -> dict[str, Any]:
    """A paid order of a shop on Shopify."""
    return {
        "id": 820982911946154508,
        "admin_graphql_api_id": "gid://shopify/Order/820982911946154508",
        "name": name,
        "order_number": 1234,
        "created_at": "2026-03-02T10:00:00-05:00",
        "cancelled_at": None,
        "currency": "USD",
        "email": "ada@example.org",
        "financial_status": "paid",
        "fulfillment_status": None,
        "note": "ring twice",
        "total_price": "42.00",
        "line_items": [
            {
                "id": 866550311766439020 + i, "title": "A thing", "sku": sku, "quantity": units,
                "requires_shipping": True, "grams": 200, "price": "19.99", "variant_id": None,
            }
            for i, (sku, units) in enumerate(lines)
        ],
        "shipping_address": {
            "first_name": "Ada", "last_name": "Example", "name": "Ada Example", "company": None,
            "address1": "12 Harbour Street", "address2": "Flat 3", "city": "Port", "zip": "K2P 0V6",
            "province": "Ontario", "country": "Canada", "country_code": "CA", "phone": "555-0100",
            "latitude": 45.41634, "longitude": -75.6868,
        },
        "shipping_lines": [{"code": "Express", "title": "By tomorrow", "price": "5.00"}],
        **changed,
    }  # fmt: skip


def woo_order(number: int, /, *lines: tuple[str, int], **changed: Any) -> dict[str, Any]:
    """A paid order of a shop with WooCommerce."""
    person = {
        "first_name": "Ada", "last_name": "Example", "company": "", "address_1": "12 Harbour Street",
        "address_2": "", "city": "Port", "state": "SP", "postcode": "01310-100", "country": "BR",
    }  # fmt: skip
    return {
        "id": number,
        "parent_id": 0,
        "number": str(number),
        "order_key": "wc_order_example",
        "status": "processing",
        "currency": "BRL",
        "date_created": "2026-03-02T07:00:00",
        "date_created_gmt": "2026-03-02T10:00:00",
        "total": "42.00",
        "customer_note": "",
        "billing": {**person, "email": "ada@example.org", "phone": "555-0100"},
        "shipping": {**person, "phone": ""},
        "line_items": [
            {"id": 315 + i, "name": "A thing", "product_id": 93, "sku": sku, "quantity": units, "total": "21.00"}
            for i, (sku, units) in enumerate(lines)
        ],
        "shipping_lines": [{"id": 317, "method_title": "Flat rate", "method_id": "flat_rate", "total": "10.00"}],
        "meta_data": [{"id": 13106, "key": "_download_permissions_granted", "value": "yes"}],
        **changed,
    }  # fmt: skip


def raw(order: object) -> bytes:
    """As it is sent."""
    return json.dumps(order).encode()


def signature(body: bytes, secret: str) -> str:
    """As a shop signs it."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
