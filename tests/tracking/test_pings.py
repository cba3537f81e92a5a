"""Where vehicles are: the newest place told stands, in whatever order and however often places come."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from doorward.ledger.state import State
from doorward.tables.reports import Pinged, RunPings
from doorward.tracking.reports_state import fold_pinged

Place = tuple[int, int, int, int]
PLACES = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 50), st.integers(-90, 90), st.integers(-180, 180)),
    min_size=1, max_size=30, unique_by=lambda place: place[:2],
)  # fmt: skip


def told(batches: Sequence[Sequence[Place]]) -> dict[int, tuple[int, int, int]]:
    """What stands after these batches."""
    state = State()
    for batch in batches:
        run, at_s, lat, lon = (np.array(column) for column in zip(*batch, strict=True))
        fold_pinged(state, Pinged(run=run, at_s=at_s, lat_udeg=lat, lon_udeg=lon), 100)
    table = state.table(RunPings)
    rows = zip(table.at_s.tolist(), table.lat_udeg.tolist(), table.lon_udeg.tolist(), strict=True)
    return {run: row for run, row in enumerate(rows) if row[0] >= 0}


@given(PLACES, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(places: list[Place], chance: object) -> None:
    newest: dict[int, tuple[int, int, int]] = {}
    for run, at_s, lat, lon in places:
        if at_s > newest.get(run, (0,))[0]:
            newest[run] = (at_s, lat, lon)
    assert told([places]) == newest
    mixed = places * 2
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert told([mixed[i : i + 7] for i in range(0, len(mixed), 7)]) == newest
