"""Orders by HTTP: durable, once, readable problems, promises that follow."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.live.conftest import Shop
from tests.live.orders import in_stock, order
from tests.live.server import stand_still


@pytest.fixture(scope="module")
def sku(admin: httpx.Client) -> str:
    """An article."""
    return str(admin.get("/api/v1/items").json()["items"][0]["sku"])


def test_an_order_is_placed_once_however_often_it_is_sent(blue: Shop, red: Shop, sku: str) -> None:
    first = blue.client.post("/api/v1/orders", json=order("once", sku))
    again = blue.client.post("/api/v1/orders", json=order("once", sku))
    other = red.client.post("/api/v1/orders", json=order("once", sku))
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 201), first.text
    assert first.json()["order"] == again.json()["order"] != other.json()["order"]
    assert (first.json()["known"], again.json()["known"], other.json()["known"]) == (False, True, False)


def test_what_was_answered_can_be_read_at_once_and_is_promised_soon(blue: Shop, sku: str) -> None:
    number = blue.client.post("/api/v1/orders", json=order("promised", sku)).json()["order"]
    assert blue.client.get(f"/api/v1/orders/{number}").json()["row"]["ref"] == "promised"
    until = time.monotonic() + 10
    while time.monotonic() < until:
        row = blue.client.get(f"/api/v1/orders/{number}").json()["row"]
        if row["status"] == "open":
            break
        time.sleep(0.05)
    assert row["status"] == "open" and row["due_s"] > row["placed_s"], row


def test_the_good_half_of_a_batch_goes_in(blue: Shop, sku: str) -> None:
    batch: list[Any] = [order(f"half-{i}", sku, zone=i % 5) for i in range(10)]
    batch[1]["lat"] = 91
    batch[3]["lines"] = []
    batch[5]["lines"][0]["sku"] = "no such thing"
    batch[7] |= {"lat": 0.0, "lon": 0.0}
    batch[9] = "not even an order"
    answer = blue.client.post("/api/v1/orders/batch", json=batch)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [each["ref"] for each in found["placed"]] == [f"half-{i}" for i in (0, 2, 4, 6, 8)]
    faults = {each.get("index", 0): each for each in found["errors"]}
    assert sorted(faults) == [1, 3, 5, 7, 9]
    assert (
        faults[1]["field"] == "lat" and faults[5]["field"] == "lines[0].sku" and faults[7]["field"] == "lat"
    )
    assert faults[1]["ref"] == "half-1" and all(each["remedy"] for each in faults.values())


def test_a_key_names_one_request(blue: Shop, sku: str) -> None:
    headers = {"Idempotency-Key": "the-key"}
    batch = [order(f"keyed-{i}", sku) for i in range(3)]
    first = blue.client.post("/api/v1/orders/batch", json=batch, headers=headers)
    again = blue.client.post("/api/v1/orders/batch", json=batch, headers=headers)
    assert first.status_code == again.status_code == 200, again.text
    assert first.json()["placed"] == again.json()["placed"] and first.json()["turn"] == again.json()["turn"]
    other = blue.client.post("/api/v1/orders/batch", json=batch[:1], headers=headers)
    assert other.status_code == 422 and "key" in other.json()["detail"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"lat": "north"}, "lat"),
        ({"lon": None}, "lon"),
        ({"speed": "yesterday"}, "speed"),
        ({"lines": [{"sku": "x", "units": 0}]}, "units"),
        ({"surprise": 1}, "surprise"),
        ({"ref": ""}, "ref"),
        ({"placed_at": -5}, "placed_at"),
    ],
)
def test_a_problem_says_what_to_mend(blue: Shop, sku: str, changed: dict[str, Any], field: str) -> None:
    answer = blue.client.post("/api/v1/orders", json=order("bad", sku, **changed))
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["title"] and told["detail"] and field in answer.text, answer.text


@pytest.fixture
def still(admin: httpx.Client) -> Iterator[None]:
    """The twin's clock stands: nothing is boxed meanwhile."""
    stand_still(admin)
    yield
    admin.post("/api/v1/twin/go")


@pytest.mark.usefixtures("still")
def test_an_order_is_called_off_before_it_is_boxed(blue: Shop, red: Shop) -> None:
    body = order("off", in_stock(blue.client))
    number = blue.client.post("/api/v1/orders", json=body).json()["order"]
    assert red.client.post(f"/api/v1/orders/{number}/cancel").status_code == 404
    called_off = blue.client.post(f"/api/v1/orders/{number}/cancel")
    assert called_off.status_code == 200, called_off.text
    again = blue.client.post(f"/api/v1/orders/{number}/cancel")
    assert again.status_code == 409 and "already" in again.json()["detail"]


def test_quotes_offer_every_speed_and_hold_nothing(admin: httpx.Client, blue: Shop, sku: str) -> None:
    asked = {key: value for key, value in order("", sku).items() if key in ("lat", "lon", "lines")}
    answer = blue.client.post("/api/v1/quotes", json=asked).json()
    assert [each["speed"] for each in answer["offers"]] == ["standard", "next_day", "same_day"]
    for each in answer["offers"]:
        assert bool(each["reason"]) == (each["due_s"] < 0)
        assert each["due_s"] < 0 or answer["now_s"] < each["due_s"]
    assert blue.client.post("/api/v1/quotes", json={**asked, "lines": [{"sku": "?"}]}).status_code == 422


def test_orders_are_read_page_by_page_each_once(blue: Shop, sku: str) -> None:
    mine = blue.client.post("/api/v1/orders/batch", json=[order(f"page-{i}", sku) for i in range(23)]).json()
    wanted = {each["order"] for each in mine["placed"]}
    seen: list[int] = []
    cursor = ""
    while True:
        page = blue.client.get("/api/v1/orders", params={"limit": 7, "cursor": cursor}).json()
        seen += [each["order"] for each in page["items"]]
        cursor = page["cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) and wanted <= set(seen)


def test_a_recipient_is_kept_apart_and_can_be_erased(blue: Shop, red: Shop, sku: str) -> None:
    body = order("secret", sku, recipient={"name": "Ada Example", "street": "12 Harbour Street"})
    number = blue.client.post("/api/v1/orders", json=body).json()["order"]
    assert blue.client.get(f"/api/v1/orders/{number}/recipient").json()["name"] == "Ada Example"
    assert "Ada Example" not in blue.client.get(f"/api/v1/orders/{number}").text
    assert red.client.get(f"/api/v1/orders/{number}/recipient").status_code == 404
    assert red.client.delete(f"/api/v1/orders/{number}/recipient").status_code == 404
    assert blue.client.delete(f"/api/v1/orders/{number}/recipient").status_code == 200
    assert blue.client.get(f"/api/v1/orders/{number}/recipient").status_code == 404


def test_nothing_changed_is_not_sent_again(admin: httpx.Client) -> None:
    for _ in range(20):  # the twin's clock may tick in between
        first = admin.get("/api/v1/linehaul")
        again = admin.get("/api/v1/linehaul", headers={"If-None-Match": first.headers["etag"]})
        if again.status_code == 304:
            assert not again.content
            return
    raise AssertionError("never 304")


def test_bodies_that_are_too_large_or_too_deep_are_refused(blue: Shop) -> None:
    kind = {"content-type": "application/json"}
    large = blue.client.post("/api/v1/orders/batch", content=b"[" + b" " * (17 << 20) + b"]", headers=kind)
    assert large.status_code == 413
    deep = blue.client.post("/api/v1/orders/batch", content=b"[" * 200_000, headers=kind)
    assert deep.status_code == 400 and deep.json()["rule"]


def test_an_order_is_found_by_who_and_where(admin: httpx.Client, blue: Shop, red: Shop, sku: str) -> None:
    recipient = {"name": "Zoë Brückner", "street": "7 Quayside Mews", "city": "Oldport"}
    body = order("by-address", sku, recipient=recipient)
    number = blue.client.post("/api/v1/orders", json=body).json()["order"]

    def found(client: httpx.Client, q: str) -> list[int]:
        hits = client.get("/api/v1/search", params={"q": q}).json()
        return [hit["row"] for hit in hits if hit["kind"] == "order" and "Quayside" in hit["sub"]]

    for q in ("quayside", "7 Quayside Mews", "Quayside, oldport", "brückner", "BRÜCKNER QUAYSIDE"):
        assert found(blue.client, q) == found(admin, q) == [number], q
        assert found(red.client, q) == []
    for q in ("street", "quayside nowhere", "%%%", "qu"):
        assert found(admin, q) == [], q
