"""Orders by HTTP: durable, once, readable problems, promises that follow."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from doorward.runtime.config import load_network
from tests.live.server import Server

ZONES = load_network("metro").zones


def order(ref: str, zone: int = 0, **changed: Any) -> dict[str, Any]:
    """A good order, unless changed."""
    return {
        "ref": ref,
        "lat": float(ZONES.lat_udeg[zone]) / 1e6,
        "lon": float(ZONES.lon_udeg[zone]) / 1e6,
        "lines": [{"sku": "SKU-00007", "units": 1}],
        **changed,
    }


@pytest.fixture
def client(server: Server) -> httpx.Client:
    return server.client()


def test_an_order_is_placed_once_however_often_it_is_sent(client: httpx.Client) -> None:
    first = client.post("/api/v1/orders", json=order("once"))
    again = client.post("/api/v1/orders", json=order("once"))
    assert first.status_code == again.status_code == 201, first.text
    assert first.json()["order"] == again.json()["order"]
    assert (first.json()["known"], again.json()["known"]) == (False, True)
