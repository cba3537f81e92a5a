"""Check promises independently of how they were planned."""

from __future__ import annotations

import numpy as np

from doorward.core.units import DAY_S
from doorward.promise.rules import PromiseRules
from doorward.tables.orders import Held, OpeningKind, Openings, Quoted


def lint_quotes(
    quoted: Quoted, held: Held, openings: Openings, rules: PromiseRules, now_s: int, offset_s: int
) -> list[str]:
    """Sentences about what is wrong; none if all is well. `openings` as before these promises."""
    wrong: list[str] = []

    def must(good: np.ndarray[tuple[int], np.dtype[np.bool_]], rule: str) -> None:
        if not good.all():
            wrong.append(f"order {quoted.order[int(np.argmin(good))]}: {rule}")

    must(np.diff(quoted.order, prepend=-1) > 0, "orders are promised once, in order")
    must(quoted.due_lo_s < quoted.due_s, "a window begins before it ends")
    must(quoted.due_lo_s >= now_s, "a window does not begin in the past")
    must(quoted.due_s <= now_s + rules.longest_days * DAY_S, "a promise lies within the longest date allowed")
    must(quoted.expires_s == now_s + rules.hold_s, "a promise is held as long as the rules say")
    second = (quoted.due_s + offset_s) % DAY_S
    must(np.isin(second, rules.window_hi_s), "a promise ends with a delivery window")
    weekday = ((quoted.due_s + offset_s) // DAY_S + 3) % 7
    must(((rules.delivery_days >> weekday) & 1) == 1, "a promise falls on a delivery day")
    taken = openings.taken.astype(np.int64)
    place = np.searchsorted(quoted.order, held.order)
    if len(held) and not np.isin(held.order, quoted.order).all():
        return [*wrong, "only what was promised holds room"]
    kind = openings.kind[held.opening]

    def holds(*kinds: OpeningKind) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.bincount(place[np.isin(kind, kinds)], minlength=len(quoted))

    labour, trucks = holds(OpeningKind.FC), holds(OpeningKind.LINEHAUL)
    must(labour == quoted.parts, "every part of a promise holds labour")
    doors = holds(OpeningKind.STATION, OpeningKind.LATE_WAVE, OpeningKind.EVENING)
    must(trucks == doors, "trucks and stations are held together")
    must(labour == trucks + holds(OpeningKind.PARTNER), "every part goes by the own network or by a partner")
    late = openings.day[held.opening] > (quoted.due_s[place] + offset_s) // DAY_S
    must(
        np.bincount(place[late], minlength=len(quoted)) == 0,
        "what is held is held on or before the promised day",
    )
    np.add.at(taken, held.opening, 1)
    over = np.flatnonzero((taken > openings.limit) & (taken > openings.taken))
    wrong += [f"opening {o}: {taken[o]} taken of {openings.limit[o]}" for o in over]
    return wrong
