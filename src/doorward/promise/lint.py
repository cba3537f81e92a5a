"""Check promises independently of how they were planned."""

from __future__ import annotations

import numpy as np

from doorward.core.units import DAY_S
from doorward.promise.rules import PromiseRules
from doorward.tables.orders import OpeningKind, Openings, Quoted


def lint_quotes(
    quoted: Quoted, openings: Openings, rules: PromiseRules, now_s: int, offset_s: int
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
    must(quoted.opening >= 0, "every promise holds labour")
    must((quoted.opening_b >= 0) == (quoted.opening_c >= 0), "trucks and stations are held together")
    taken = openings.taken.astype(np.int64)
    for held, kind in (
        (quoted.opening, (OpeningKind.FC,)),
        (quoted.opening_b, (OpeningKind.LINEHAUL,)),
        (quoted.opening_c, (OpeningKind.STATION, OpeningKind.LATE_WAVE)),
    ):
        have = held >= 0
        good = np.ones(len(quoted), np.bool_)
        good[have] = np.isin(openings.kind[held[have]], kind)
        must(good, f"an opening of kind {kind[0].name} is held where it should be")
        good[have] = openings.day[held[have]] <= (quoted.due_s[have] + offset_s) // DAY_S
        must(good, f"{kind[0].name} is held on or before the promised day")
        np.add.at(taken, held[have], 1)
    over = np.flatnonzero((taken > openings.limit) & (taken > openings.taken))
    wrong += [f"opening {o}: {taken[o]} taken of {openings.limit[o]}" for o in over]
    return wrong
