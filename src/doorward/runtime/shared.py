"""Settings that two rooms must see alike: a network sets them once, in the section of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doorward.fulfillment.rules import FulfillmentRules
from doorward.promise.rules import PromiseRules
from doorward.runtime.problems import Problems
from doorward.twin.floor import FloorRules

SHARED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "carriers": (
        "promise",
        {
            k: k
            for k in (
                "induct_s",
                "plan_s",
                "wave_s",
                "route_s",
                "delivery_days",
                "crossdock_s",  # the clock
                "evening_plan_s",
                "evening_s",
                "evening_route_s",
                "stop_s",
                "break_after_s",
                "door_packages_pm",
                "package_ml",  # what a van's day holds
                "outage_guess_s",
            )
        },
    ),
    "flex": ("promise", {"evening_s": "evening_s", "stop_s": "door_s"}),
    "tracking": ("lastmile", {"plan_s": "plan_s", "load_s": "load_s"}),
    "promise": ("carriers", {"late_c": "faster_c", "late_day_c": "late_day_c"}),
}
"""Settings that two rooms must see alike: section -> (section that sets them, its key -> the key here)."""


def borrowed(section: str, rooms: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What `section` takes over from another one of the file; its own keys come before these."""
    origin, keys = SHARED.get(section, ("", {}))
    theirs = rooms.get(origin, {})
    return {ours: theirs[k] for k, ours in keys.items() if k in theirs}


def contradictions(problems: Problems, rules: Mapping[type[Any], Any]) -> None:
    """Add what two sections say against each other, of those that could be read."""
    promise = rules.get(PromiseRules)
    if (
        promise is not None
        and promise.evening_s >= 0
        and not 0 <= promise.evening_plan_s <= promise.evening_s
    ):
        problems.add(
            "[promise]",
            "evening_plan_s",
            f"the evening leaves at {promise.evening_s} and is planned at {promise.evening_plan_s}",
            "0 <= evening_plan_s <= evening_s, seconds of the local day",
            "write evening_plan_s some minutes before evening_s, or leave both out",
        )
    floor, twin = rules.get(FulfillmentRules), rules.get(FloorRules)
    if floor is not None and twin is not None and twin.most_pm > floor.allowance_pm:
        problems.add(
            "[twin.floor]",
            "most_pm",
            f"walks take up to {twin.most_pm} per mille longer, but a picker rests {floor.allowance_pm}",
            "a walk is over before its picker's next one begins: most_pm <= fulfillment.allowance_pm",
            f"write allowance_pm = {twin.most_pm} in [fulfillment], or most_pm = {floor.allowance_pm} here",
        )
