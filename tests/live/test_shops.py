"""Shopify and WooCommerce send their order webhooks to a real server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.adapters.shop_orders import raw, shopify_order, signature, woo_order
from tests.live.conftest import Shop
from tests.live.orders import order
from tests.live.server import Server

SECRET = "shpss_0123456789abcdef"
PLACE = {key: order("", "")[key] for key in ("lat", "lon")}


@pytest.fixture(scope="module")
def skus(admin: httpx.Client) -> list[str]:
    """Articles that other tests leave alone, and that can be promised."""
    found: list[str] = []
    for each in admin.get("/api/v1/items?cursor=100&limit=400").json()["items"]:
        if len(found) == 7:
            break
        asked = {**PLACE, "lines": [{"sku": each["sku"], "units": 2}]}
        offers = admin.post("/api/v1/quotes", json=asked).json()["offers"]
        found += [each["sku"]] if offers[0]["due_s"] > 0 else []
    return found


@pytest.fixture(scope="module")
def nobody(server: Server) -> Iterator[httpx.Client]:
    """A shop: it has no key."""
    with server.client(None) as client:
        yield client


@pytest.fixture(scope="module")
def shopify(blue: Shop) -> dict[str, Any]:
    """Blue's connection."""
    body = {"kind": "shopify", "label": "Blue", "secret": SECRET, "speeds": {"Express": "next_day"}}
    answer = blue.client.post("/api/v1/connections", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture(scope="module")
def woo(red: Shop) -> dict[str, Any]:
    """Red's connection."""
    return dict(red.client.post("/api/v1/connections", json={"kind": "woocommerce"}).json())


def told(name: str, *skus: str, **changed: Any) -> dict[str, Any]:
    """A paid order that we serve."""
    made = shopify_order(name, *((sku, 1) for sku in skus))
    made["shipping_address"] |= {"latitude": PLACE["lat"], "longitude": PLACE["lon"]}
    return made | changed


def send(
    nobody: httpx.Client, path: str, body: bytes, topic: str, id: str = "", secret: str = SECRET
) -> httpx.Response:
    """As the shop does."""
    mine = "shopify" in path
    names = ("X-Shopify-Topic", "X-Shopify-Hmac-Sha256", "X-Shopify-Webhook-Id")
    if not mine:
        names = ("X-WC-Webhook-Topic", "X-WC-Webhook-Signature", "X-WC-Webhook-Delivery-ID")
    values = (topic, signature(body, secret), id)
    headers = {"content-type": "application/json", **dict(zip(names, values, strict=True))}
    return nobody.post(path, content=body, headers=headers)


def test_an_order_of_shopify_becomes_one_order(
    nobody: httpx.Client, shopify: dict[str, Any], blue: Shop, red: Shop, skus: list[str]
) -> None:
    body = raw(told("#1001", skus[0], skus[1]))
    first = send(nobody, shopify["path"], body, "orders/create", "one")
    assert first.status_code == 200 and first.json()["status"] == "placed", first.text
    number = first.json()["order"]
    for topic, id in (("orders/create", "one"), ("orders/create", "two"), ("orders/paid", "three")):
        again = send(nobody, shopify["path"], body, topic, id).json()
        assert (again["status"], again["order"]) == ("known", number)
    seen = blue.client.get(f"/api/v1/orders/{number}").json()
    assert seen["row"]["ref"] == "#1001" and len(seen["lines"]) == 2
    assert red.client.get(f"/api/v1/orders/{number}").status_code == 404
    recipient = blue.client.get(f"/api/v1/orders/{number}/recipient").json()
    assert recipient["name"] == "Ada Example" and recipient["street"] == "12 Harbour Street, Flat 3"


@pytest.fixture
def still(admin: httpx.Client) -> Iterator[None]:
    """The twin's clock stands: nothing is boxed meanwhile."""
    admin.post("/api/v1/twin/pause")
    yield
    admin.post("/api/v1/twin/go")


@pytest.mark.usefixtures("still")
def test_a_cancelled_order_is_called_off(
    nobody: httpx.Client, shopify: dict[str, Any], blue: Shop, skus: list[str]
) -> None:
    number = send(nobody, shopify["path"], raw(told("#1002", skus[2])), "orders/create", "c1").json()["order"]
    off = raw(told("#1002", skus[2], cancelled_at="2026-03-02T11:00:00Z"))
    answer = send(nobody, shopify["path"], off, "orders/cancelled", "c2")
    assert answer.json() == {"status": "cancelled", "order": number, "ref": "#1002"}, answer.text
    assert blue.client.post(f"/api/v1/orders/{number}/cancel").status_code == 409, "it was already"
    for id in ("c2", "c3"):
        assert send(nobody, shopify["path"], off, "orders/cancelled", id).json()["status"] == "known"
    # the other way round: it is not placed after it was called off
    off = raw(told("#1003", skus[2], cancelled_at="2026-03-02T11:00:00Z"))
    assert send(nobody, shopify["path"], off, "orders/cancelled", "c4").json()["status"] == "ignored"
    late = send(nobody, shopify["path"], raw(told("#1003", skus[2])), "orders/create", "c5").json()
    assert late["status"] == "ignored" and "before it came" in late["detail"]
    assert blue.client.get("/api/v1/search?q=%231003").json() == []


@pytest.mark.usefixtures("still")
def test_what_cannot_be_taken_is_listed_until_it_is_mended(
    nobody: httpx.Client, shopify: dict[str, Any], blue: Shop, red: Shop, admin: httpx.Client, skus: list[str]
) -> None:
    nowhere = told("#2002", skus[3])
    nowhere["shipping_address"] |= {"latitude": None, "longitude": None}
    afar = told("#2003", skus[3])
    afar["shipping_address"] |= {"latitude": 0.5, "longitude": 0.5}
    bad = {
        "#2001": (told("#2001", skus[3], "no such thing"), "no article 'no such thing'"),
        "#2002": (nowhere, "postcode K2P0V6"),
        "#2003": (afar, "km beyond zone"),
        "#2004": (told("#2004", skus[3], ""), "line 2 has no SKU"),
    }
    for ref, (order_, why) in bad.items():
        answer = send(nobody, shopify["path"], raw(order_), "orders/create", f"bad {ref}")
        assert answer.status_code == 200, "no retry mends it"
        assert answer.json()["status"] == "rejected" and why in answer.json()["detail"], answer.text
    broken = send(nobody, shopify["path"], b'{"id": "what"}', "orders/create", "broken")
    assert broken.status_code == 200 and broken.json()["status"] == "rejected"

    at = f"/api/v1/connections/{shopify['connection']}"
    listed = {each["ref"]: each for each in blue.client.get(f"{at}/rejects").json()["items"]}
    assert {*bad, "broken"} == set(listed) and blue.client.get(at).json()["rejects"] == 5
    assert all(each["errors"][0]["remedy"] for each in listed.values())
    assert "Ada" not in blue.client.get(f"{at}/rejects").text, "no names among the rejects"
    assert admin.get(f"{at}/rejects").json()["items"] and red.client.get(f"{at}/rejects").status_code == 404
    page = blue.client.get(f"{at}/rejects?limit=2").json()
    rest = blue.client.get(f"{at}/rejects?limit=200&cursor={page['cursor']}").json()
    assert len(page["items"]) == 2 and len(rest["items"]) == 3 and not rest["cursor"]

    mended = send(nobody, shopify["path"], raw(told("#2001", skus[3])), "orders/updated", "mended")
    assert mended.json()["status"] == "placed", mended.text
    left = {each["ref"] for each in blue.client.get(f"{at}/rejects").json()["items"]}
    assert left == {*bad, "broken"} - {"#2001"}
    assert len(blue.client.get(f"{at}/rejects?all=true").json()["items"]) >= 5
    again = send(nobody, shopify["path"], raw(told("#2001", skus[3])), "orders/updated", "more").json()
    assert again["status"] == "known"
    new = send(nobody, shopify["path"], raw(told("#2999", skus[3])), "orders/updated", "new").json()
    assert new["status"] == "ignored", "an order that never came by orders/create"


def test_only_what_is_signed_is_read(
    nobody: httpx.Client, shopify: dict[str, Any], woo: dict[str, Any], blue: Shop, skus: list[str]
) -> None:
    body = raw(told("#3001", skus[4]))
    n = shopify["connection"]
    answers = [
        send(nobody, shopify["path"], body, "orders/create", secret="wrong"),
        send(nobody, shopify["path"], body, "orders/create", secret=""),
        send(nobody, f"/api/v1/in/shopify/{n + 10_000}", body, "orders/create"),
        send(nobody, f"/api/v1/in/woocommerce/{n}", body, "order.created"),
        send(nobody, woo["path"], body, "order.created"),
        nobody.post(shopify["path"], content=body, headers={"X-Shopify-Topic": "orders/create"}),
        nobody.post(shopify["path"], content=b"\xff" * 100),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1, "nobody learns which part was wrong"
    assert blue.client.get("/api/v1/search?q=%233001").json() == []
    large = nobody.post(shopify["path"], content=b" " * (3 << 20))
    assert large.status_code == 413


@pytest.mark.usefixtures("still")
def test_orders_of_woocommerce(nobody: httpx.Client, woo: dict[str, Any], red: Shop, skus: list[str]) -> None:
    assert nobody.post(woo["path"], content=b"webhook_id=3").json()["status"] == "ignored", "its trial"

    def tell(topic: str, order_: dict[str, Any]) -> dict[str, Any]:
        answer = send(nobody, woo["path"], raw(order_), topic, secret=woo["secret"])
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    meta = [{"key": "_shipping_latitude", "value": str(PLACE["lat"])},
            {"key": "_shipping_longitude", "value": str(PLACE["lon"])}]  # fmt: skip
    mine = woo_order(4750, (skus[5], 2), meta_data=meta)
    assert tell("order.created", mine | {"status": "pending"})["status"] == "ignored"
    placed = tell("order.updated", mine)
    assert placed["status"] == "placed" and placed["ref"] == "4750"
    assert tell("order.updated", mine)["status"] == "known"
    assert tell("order.deleted", {"id": 4750}) == {
        "status": "cancelled", "order": placed["order"], "ref": "4750"
    }  # fmt: skip
    row = red.client.get(f"/api/v1/orders/{placed['order']}").json()["row"]
    assert row["ref"] == "4750"


def test_a_connection_has_its_owner(
    nobody: httpx.Client, woo: dict[str, Any], blue: Shop, red: Shop, skus: list[str]
) -> None:
    at = f"/api/v1/connections/{woo['connection']}"
    for verb, tail in (("GET", ""), ("DELETE", ""), ("POST", "/secret"), ("GET", "/rejects")):
        assert blue.client.request(verb, at + tail, json={}).status_code == 404
    assert (
        woo["secret"] not in red.client.get(at).text
        and woo["secret"] not in red.client.get("/api/v1/connections").text
    )
    body = {"kind": "woocommerce", "organisation": blue.organisation}
    assert red.client.post("/api/v1/connections", json=body).status_code == 404
    assert red.client.post("/api/v1/connections", json={"kind": "shopify"}).status_code == 422
    twice = red.client.post("/api/v1/connections", json={"kind": "woocommerce"})
    assert twice.status_code == 422 and twice.json()["field"] == "prefix"
    new = red.client.post(f"{at}/secret", json={}).json()["secret"]
    one = raw(woo_order(1, (skus[6], 1), status="pending"))
    assert send(nobody, woo["path"], one, "order.created", secret=woo["secret"]).status_code == 401
    assert send(nobody, woo["path"], one, "order.created", secret=new).status_code == 200
    assert red.client.delete(at).status_code == 200 and red.client.get(at).json()["ended_s"] > 0
    assert send(nobody, woo["path"], one, "order.created", secret=new).status_code == 401
