"""Earliest arrivals by timetable."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.timetable import HOPS, NEVER, next_departure, reach
from tests.promise.worlds import MIDNIGHT_S, OFFSET_S, lanes_of, sites_of

HOUR = 3600


def test_next_departure_waits_for_the_hour_and_the_weekday() -> None:
    monday = (MIDNIGHT_S + OFFSET_S) // 86_400 % 7  # 1970-01-01 was a Thursday
    first = MIDNIGHT_S + (4 - monday) % 7 * 86_400
    assert next_departure(first + 5 * HOUR, 7 * HOUR, 127, OFFSET_S) == first + 7 * HOUR
    assert next_departure(first + 7 * HOUR, 7 * HOUR, 127, OFFSET_S) == first + 7 * HOUR
    assert next_departure(first + 7 * HOUR + 1, 7 * HOUR, 127, OFFSET_S) == first + 31 * HOUR
    assert next_departure(first, 7 * HOUR, 0b0000001, OFFSET_S) == first + 7 * HOUR
    assert next_departure(first + 8 * HOUR, 7 * HOUR, 0b0000001, OFFSET_S) == first + 7 * 86_400 + 7 * HOUR
    assert next_departure(first, 7 * HOUR, 0, OFFSET_S) == NEVER


def slow(start_s: int, origin: int, sites: int, lanes: object, dwell_s: int) -> dict[int, int]:
    """All ways of up to HOPS departures, one by one."""
    best = {origin: start_s}
    front = [(origin, start_s)]
    for _ in range(HOPS):
        after = []
        for at, ready in front:
            for k in range(len(lanes)):  # type: ignore[arg-type]
                a, b = int(lanes.origin[k]), int(lanes.dest[k])  # type: ignore[attr-defined]
                if a != at or b == origin:
                    continue
                staged = ready + int(lanes.cutoff_s[k]) + (dwell_s if at != origin else 0)  # type: ignore[attr-defined]
                leaves = next_departure(staged, int(lanes.depart_s[k]), int(lanes.days[k]), OFFSET_S)  # type: ignore[attr-defined]
                there = leaves + int(lanes.drive_s[k])  # type: ignore[attr-defined]
                if there < best.get(b, NEVER):
                    best[b] = there
                    after.append((b, there))
        front = after
    return best


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3), st.integers(1, 3), st.integers(0, 86_400))
def test_equals_trying_every_way(seed: int, fcs: int, stations: int, after_s: int) -> None:
    rng = np.random.default_rng(seed)
    sites = sites_of(rng, fcs, stations)
    lanes = lanes_of(sites, fcs, stations)
    lanes = lanes.replace(days=rng.integers(0, 128, len(lanes)))
    start = MIDNIGHT_S + after_s
    arrive, leave = reach(
        np.full(fcs, start), np.arange(fcs, dtype=np.int32), len(sites), lanes.origin, lanes.dest,
        lanes.depart_s, lanes.cutoff_s, lanes.drive_s, lanes.days, HOUR, OFFSET_S,
    )  # fmt: skip
    for f in range(fcs):
        expected = slow(start, f, len(sites), lanes, HOUR)
        assert {s: int(t) for s, t in enumerate(arrive[f]) if t < NEVER} == expected
        assert ((leave[f] <= arrive[f]) & (leave[f] >= start)).all()
