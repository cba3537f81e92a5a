"""Packages put together into errands: each once, limits and due times kept, no longer than going singly."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.sidewalk.bundle import bundle

spots = st.lists(
    st.tuples(
        st.integers(-1500, 1500), st.integers(-1500, 1500), st.integers(100, 6000), st.integers(1000, 15_000),
        st.integers(1000, 20_000),
    ),
    min_size=1, max_size=14,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(spots, st.integers(1, 3))
def test_errands_keep_their_limits(rows: list[tuple[int, ...]], doors: int) -> None:
    x, y = (np.array([row[k] for row in rows], np.float64) for k in (0, 1))
    weight, volume, due = (np.array([row[k] for row in rows], np.int64) for k in (2, 3, 4))
    due_lo = np.zeros(len(rows), np.int64)
    order = np.lexsort((np.arange(len(rows)), due))
    found, first, latest, earliest = bundle(
        order, x, y, weight, volume, due_lo, due, 500, doors, 10_000, 40_000, 8000.0, 500.0, 1.3, 1.5, 150
    )
    assert sorted(found.tolist()) == list(range(len(rows)))
    assert first[0] == 0 and first[-1] == len(rows)
    for e in range(len(first) - 1):
        team = found[first[e] : first[e + 1]]
        assert 1 <= len(team) <= doors
        assert len(team) == 1 or (weight[team].sum() <= 10_000 and volume[team].sum() <= 40_000)
        at, clock, metres, slack = (0.0, 0.0), 0.0, 0.0, np.inf
        for row in team:
            leg = round(float(np.hypot(x[row] - at[0], y[row] - at[1])) * 1.3)
            metres, clock, at = metres + leg, clock + np.ceil(leg / 1.5), (x[row], y[row])
            slack, clock = min(slack, due[row] - clock), clock + 150
        assert latest[e] == slack and (len(team) == 1 or slack >= max(500, earliest[e]))
        singly = 2 * 1.3 * np.hypot(x[team], y[team]).sum()
        home = metres + 1.3 * np.hypot(*at)
        assert len(team) == 1 or home <= singly + 500 * (len(team) - 1) + 4
        assert len(team) == 1 or home <= 8000
