"""Orders to send."""

from __future__ import annotations

from typing import Any

import httpx

from doorward.runtime.config import load_network

ZONES = load_network("metro").zones


def order(ref: str, sku: str, /, zone: int = 0, **changed: Any) -> dict[str, Any]:
    """A good order, unless changed."""
    return {
        "ref": ref,
        "lat": float(ZONES.lat_udeg[zone]) / 1e6,
        "lon": float(ZONES.lon_udeg[zone]) / 1e6,
        "lines": [{"sku": sku, "units": 1}],
        **changed,
    }


def in_stock(client: httpx.Client) -> str:
    """An article that would be promised now: other tests may have ordered the rest."""
    for each in client.get("/api/v1/items", params={"limit": 1000}).json()["items"]:
        basket = {key: value for key, value in order("", each["sku"]).items() if key in ("lat", "lon", "lines")}
        if not client.post("/api/v1/quotes", json=basket).json()["offers"][0]["reason"]:
            return str(each["sku"])
    raise AssertionError("nothing is left of any article")
