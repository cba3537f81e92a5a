"""Orders to send."""

from __future__ import annotations

from typing import Any

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
