"""The stream of who is not the operator: turns about its own things, counted right, and nothing of anybody else's."""

from __future__ import annotations

import time
from typing import Any

import httpx

from tests.live.conftest import Shop
from tests.live.orders import order
from tests.live.server import Server
from tests.live.test_stream import events


def place(shop: Shop, admin: httpx.Client, name: str, count: int) -> None:
    """Orders in one batch."""
    sku = admin.get("/api/v1/items").json()["items"][0]["sku"]
    batch = [order(f"{name}-{i}", sku) for i in range(count)]
    answer = shop.client.post("/api/v1/orders/batch", json=batch)
    assert answer.status_code == 200, answer.text


def until(client: httpx.Client, after: int, wanted: dict[str, int]) -> list[dict[str, Any]]:
    """Turns of a stream, until so many rows of these facts were told."""
    seen: list[dict[str, Any]] = []
    for kind, number, data in events(client, after=after):
        assert kind == "turn" and data["turn"] == number, "no clock, which is the operator's"
        seen.append(data)
        if all(sum(each["facts"].get(fact, 0) for each in seen) >= n for fact, n in wanted.items()):
            return seen
    raise AssertionError(seen)


def test_a_shipper_is_told_of_its_own_orders_only(
    server: Server, admin: httpx.Client, blue: Shop, red: Shop
) -> None:
    """While the twin's own customers and another shop order, too."""
    begin = admin.get("/api/v1/clock").json()["turn"]
    place(red, admin, "others", 7)
    place(blue, admin, "own", 3)
    place(red, admin, "others-too", 7)
    with server.client(blue.key) as client:
        seen = until(client, begin, {"Placed": 3, "LinePlaced": 3, "Answered": 3})
    assert sum(each["facts"].get("Placed", 0) for each in seen) == 3
    assert all(set(each) == {"turn", "now_s", "facts"} for each in seen)
    facts = {fact for each in seen for fact in each["facts"]}
    assert facts <= {
        "Placed",
        "LinePlaced",
        "Quoted",
        "Answered",
        "LineSourced",
        "LineHeld",
        "Cartonized",
        "Scanned",
    }
    assert all(min(each["facts"].values()) >= 1 for each in seen)
    with server.client(blue.key) as client:  # resumed after its first turn: the same, without it
        again = until(client, seen[0]["turn"], {"Answered": 3})
    assert again[: len(seen) - 1] == seen[1:][: len(again)]


def test_a_shipper_without_orders_hears_nothing(server: Server, admin: httpx.Client) -> None:
    """Not even which services worked: only beats."""
    organisation = admin.post("/api/v1/organisations", json={"name": "New", "kind": "shipper"}).json()[
        "organisation"
    ]
    asked = {"organisation": organisation, "role": "shipper", "label": "x"}
    key = admin.post("/api/v1/keys", json=asked).json()["key"]
    after = max(0, admin.get("/api/v1/clock").json()["turn"] - 200)
    heard = ""
    with (
        server.client(key) as client,
        client.stream("GET", f"/api/v1/stream?after={after}", timeout=1.5) as answer,
    ):
        assert answer.status_code == 200
        ends = time.monotonic() + 1
        try:
            for line in answer.iter_lines():
                heard += line
                if time.monotonic() > ends:
                    break
        except httpx.ReadTimeout:
            pass
    assert heard == "retry: 1000"


def test_a_contractor_is_told_of_runs_of_its_vehicles(server: Server, admin: httpx.Client) -> None:
    """Every stop that it made is told, and no other: compared with what its run shows."""
    asked = {"name": "Grey", "kind": "contractor"}
    organisation = admin.post("/api/v1/organisations", json=asked).json()["organisation"]
    asked = {"organisation": organisation, "role": "contractor", "label": "x"}
    key = admin.post("/api/v1/keys", json=asked).json()["key"]
    runs = [
        bar for bar in admin.get("/api/v1/runs").json()["runs"] if bar["vehicle"] >= 0 and bar["left_s"] > 0
    ]
    assert runs
    vehicle = runs[-1]["vehicle"]
    with server.client(key) as client:
        admin.post(f"/api/v1/organisations/{organisation}/vehicles", json={"vehicles": [vehicle]})
        own = client.get("/api/v1/runs").json()
        stops = sum(len(client.get(f"/api/v1/runs/{bar['run']}").json()["doors"]) for bar in own["runs"])
        assert stops
        seen = until(client, 0, {"RunsPlanned": len(own["runs"])})
    assert sum(each["facts"].get("RunsPlanned", 0) for each in seen) == len(own["runs"])
    assert not {"Placed", "Quoted", "Answered"} & {fact for each in seen for fact in each["facts"]}


def test_the_operators_key_without_the_network_is_refused(server: Server, admin: httpx.Client) -> None:
    """All orders are the operator's: a part of it would be the whole."""
    asked = {"organisation": 0, "role": "admin", "label": "orders", "scopes": ["ORDERS_READ"]}
    with server.client(admin.post("/api/v1/keys", json=asked).json()["key"]) as client:
        assert client.get("/api/v1/stream").status_code == 403
