"""Order webhooks of shop systems as orders of ours: Shopify (Admin API, topics orders/*) and WooCommerce (order.*).

Verified first, parsed then: `signed` compares base64 of HMAC-SHA256 over the raw body. Only documented fields are read,
unknown ones are skipped. Sources: shopify.dev "Webhooks" and "Order"; woocommerce.com "REST API: webhooks, orders".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, NamedTuple, TypeVar

import msgspec

from doorward.core import seed as draws
from doorward.core.errors import BadInput
from doorward.core.geo import EARTH_M

T = TypeVar("T")
LONGEST = 200
"""Letters of a name or an address that are kept."""
WOO_PLACES = ("shipping_latitude", "_shipping_latitude"), ("shipping_longitude", "_shipping_longitude")
"""WooCommerce has no coordinates of its own: entries of meta_data under which checkout plugins leave them."""


class Deed(Enum):
    """What a webhook asks for."""

    PLACE = "place"
    AGAIN = "again"  # place it if it was rejected before: it may have been mended
    CANCEL = "cancel"
    IGNORE = "ignore"


class ShopOrder(NamedTuple):
    """An order as the shop told it.

    ref       its name there (Shopify `name`, WooCommerce `id`)
    placed_s  Unix seconds, -1 not told
    lines     (sku, pieces) of what is shipped; an empty sku: the shop has none
    lat, lon  degrees, or None
    method    the shop's name of the way of delivery
    recipient name, phone, email, street, postcode, city, country, note
    """

    ref: str
    placed_s: int
    lines: list[tuple[str, int]]
    lat: float | None
    lon: float | None
    method: str
    recipient: dict[str, str]


class Heard(NamedTuple):
    """order: None where nothing is asked for."""

    deed: Deed
    order: ShopOrder | None
    why: str = ""


def signed(body: bytes, header: str, secret: str) -> bool:
    """Whether the header is the body's signature under the secret; takes as long for a nearly right one."""
    try:
        given = base64.b64decode(header, validate=True)
    except (binascii.Error, ValueError):
        given = b""
    right = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return hmac.compare_digest(given, right) and bool(secret)


# ---- Shopify ---------------------------------------------------------------------------------------------------


class _ShopifyAddress(msgspec.Struct, frozen=True):
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    zip: str | None = None
    country: str | None = None
    country_code: str | None = None
    phone: str | None = None
    latitude: float | str | None = None
    longitude: float | str | None = None


class _ShopifyLine(msgspec.Struct, frozen=True):
    quantity: int
    sku: str | None = None
    current_quantity: int | None = None
    requires_shipping: bool | None = True


class _ShippingLine(msgspec.Struct, frozen=True):
    code: str | None = None
    title: str | None = None
    method_title: str | None = None


class _ShopifyOrder(msgspec.Struct, frozen=True):
    id: int
    name: str | None = None
    created_at: str | None = None
    cancelled_at: str | None = None
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    shipping_address: _ShopifyAddress | None = None
    line_items: list[_ShopifyLine] = []
    shipping_lines: list[_ShippingLine] = []


SHOPIFY_PLACES = ("orders/create", "orders/paid")
SHOPIFY_CANCELS = ("orders/cancelled", "orders/updated")


def shopify(topic: str, body: bytes) -> Heard:
    """What an order webhook asks for. orders/create and orders/paid place, orders/updated only what was rejected
    before; orders/cancelled calls off, as does any that tells `cancelled_at`. BadInput if the body is no order."""
    if topic not in (*SHOPIFY_PLACES, *SHOPIFY_CANCELS):
        return Heard(Deed.IGNORE, None, f"nothing is done about {topic or 'no topic'}")
    told = _decoded(body, _ShopifyOrder)
    lines = [
        (line.sku or "", line.quantity if line.current_quantity is None else line.current_quantity)
        for line in told.line_items
        if line.requires_shipping is not False
    ]
    to = told.shipping_address or _ShopifyAddress()
    order = ShopOrder(
        ref=(told.name or str(told.id)).strip(),
        placed_s=_moment(told.created_at),
        lines=[line for line in lines if line[1] > 0],
        lat=_degrees(to.latitude, 90),
        lon=_degrees(to.longitude, 180),
        method=next((line.code or line.title or "" for line in told.shipping_lines), ""),
        recipient=_recipient(
            name=to.name or _joined(to.first_name, to.last_name),
            phone=to.phone or told.phone,
            email=told.email,
            street=_joined(to.company, to.address1, to.address2, sep=", "),
            postcode=to.zip,
            city=to.city,
            country=to.country_code or to.country,
            note=told.note,
        ),
    )
    if told.cancelled_at or topic == "orders/cancelled":
        return Heard(Deed.CANCEL, order)
    return _to_place(order, Deed.PLACE if topic in SHOPIFY_PLACES else Deed.AGAIN)


# ---- WooCommerce -----------------------------------------------------------------------------------------------


class _WooAddress(msgspec.Struct, frozen=True):
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address_1: str | None = None
    address_2: str | None = None
    city: str | None = None
    postcode: str | None = None
    country: str | None = None
    phone: str | None = None
    email: str | None = None


class _WooLine(msgspec.Struct, frozen=True):
    quantity: int
    sku: str | None = None


class _WooMeta(msgspec.Struct, frozen=True):
    key: str = ""
    value: Any = None


class _WooOrder(msgspec.Struct, frozen=True):
    id: int
    status: str = ""
    date_created_gmt: str | None = None
    customer_note: str | None = None
    billing: _WooAddress | None = None
    shipping: _WooAddress | None = None
    line_items: list[_WooLine] = []
    shipping_lines: list[_ShippingLine] = []
    meta_data: list[_WooMeta] = []


WOO_TOPICS = ("order.created", "order.updated", "order.restored", "order.deleted")
WOO_PLACED, WOO_CALLED_OFF = ("processing",), ("cancelled", "refunded", "failed", "trash")
PING = "webhook_id="
"""WooCommerce tries an address when a webhook is saved: a form with the webhook's number, not signed."""


def is_ping(body: bytes) -> bool:
    """Whether it is that trial; it asks for nothing."""
    text = body[:40].decode("latin-1")
    return len(body) <= 40 and text.startswith(PING) and text[len(PING) :].isdigit()


def woocommerce(topic: str, body: bytes) -> Heard:
    """What an order webhook asks for. A paid order (`processing`) is placed, whichever webhook tells of it; a
    cancelled, refunded, failed or deleted one is called off. BadInput if the body is no order."""
    if topic not in WOO_TOPICS:
        return Heard(Deed.IGNORE, None, f"nothing is done about {topic or 'no topic'}")
    told = _decoded(body, _WooOrder)
    billing, shipping = told.billing or _WooAddress(), told.shipping or _WooAddress()
    to = shipping if shipping.address_1 else billing
    meta = {each.key: each.value for each in told.meta_data}
    lat, lon = (next((meta[key] for key in keys if key in meta), None) for keys in WOO_PLACES)
    order = ShopOrder(
        ref=str(told.id),
        placed_s=_moment(told.date_created_gmt),
        lines=[(line.sku or "", line.quantity) for line in told.line_items if line.quantity > 0],
        lat=_degrees(lat, 90),
        lon=_degrees(lon, 180),
        method=next((line.method_title or "" for line in told.shipping_lines), ""),
        recipient=_recipient(
            name=_joined(to.first_name, to.last_name),
            phone=to.phone or billing.phone,
            email=billing.email,
            street=_joined(to.company, to.address_1, to.address_2, sep=", "),
            postcode=to.postcode,
            city=to.city,
            country=to.country,
            note=told.customer_note,
        ),
    )
    if topic == "order.deleted" or told.status in WOO_CALLED_OFF:
        return Heard(Deed.CANCEL, order)
    if told.status in WOO_PLACED:
        return _to_place(order, Deed.PLACE)
    status = told.status or "of no status"
    return Heard(Deed.IGNORE, order, f"an order that is {status} is not shipped yet, or not any more")


# ---- both ------------------------------------------------------------------------------------------------------


def _to_place(order: ShopOrder, deed: Deed) -> Heard:
    return Heard(deed, order) if order.lines else Heard(Deed.IGNORE, order, "nothing in it is shipped")


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(
            str(error)[:300], where="body", rule="an order as the shop's documentation describes it",
            remedy="see which version of its API the webhook is made for",
        ) from error  # fmt: skip


def _moment(text: str | None) -> int:
    """Unix seconds; a time without a zone is UTC. -1 if there is none, or it cannot be read."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return -1
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def _degrees(value: object, most: float) -> float | None:
    """A coordinate as a number or as digits; None for anything else, and for 0 exactly (how plugins say "none")."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if number and -most <= number <= most else None


def _joined(*parts: str | None, sep: str = " ") -> str:
    return sep.join(part.strip() for part in parts if part and part.strip())


def _recipient(**given: str | None) -> dict[str, str]:
    return {name: text.strip()[:LONGEST] for name, text in given.items() if text and text.strip()}


def speed_of(method: str, speeds: Mapping[str, str]) -> str:
    """The speed that a connection gives to a way of delivery; standard if it names none."""
    return speeds.get(method.strip().lower(), "standard")


def scattered(lat: float, lon: float, radius_m: int, name: str) -> tuple[float, float]:
    """A door within so many metres of a place, the same for the same name."""
    seed = draws.child(0, name)
    far = radius_m * math.sqrt(float(draws.uniform(seed, "shop/far", 0)[0]))
    turn = 2 * math.pi * float(draws.uniform(seed, "shop/turn", 0)[0])
    step = math.degrees(1 / EARTH_M)
    east = far * math.sin(turn) * step / max(0.01, math.cos(math.radians(lat)))
    return max(-90.0, min(90.0, lat + far * math.cos(turn) * step)), lon + east
