"""Settings that two rooms must see alike: a network sets them once, in the section of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHARED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "carriers": (
        "promise",
        {k: k for k in ("induct_s", "plan_s", "wave_s", "route_s", "delivery_days", "crossdock_s")},
    ),
    "promise": ("carriers", {"late_c": "faster_c"}),
}
"""Settings that two rooms must see alike: section -> (section that sets them, its key -> the key here)."""


def borrowed(section: str, rooms: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What `section` takes over from another one of the file; its own keys come before these."""
    origin, keys = SHARED.get(section, ("", {}))
    theirs = rooms.get(origin, {})
    return {ours: theirs[k] for k, ours in keys.items() if k in theirs}
