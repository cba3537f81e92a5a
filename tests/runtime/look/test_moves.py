"""Moves, applied one after the other, are the positions."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from doorward.runtime.look.moves import COLUMNS, GRID, gridded, moved
from doorward.runtime.look.positions import positions
from doorward.runtime.look.shapes import Moved, Positions
from doorward.runtime.look.view import View


def after(before: Positions, change: Moved) -> Positions:
    """What a client does with a change, row by row."""
    gone = set(change.gone)
    rows = [
        {name: getattr(before, name)[row] for name in COLUMNS}
        for row in range(len(before.id))
        if row not in gone
    ]
    assert len(rows) == len(change.lat) == len(change.lon)
    for row, lat, lon in zip(rows, change.lat, change.lon, strict=True):
        row["lat"] = (round(row["lat"] * GRID) + lat) / GRID
        row["lon"] = (round(row["lon"] * GRID) + lon) / GRID
        row["age_s"] += change.now_s - before.now_s
    for at, name in ((change.turned, "heading"), (change.toned, "tone"), (change.fresh, "age_s")):
        for row, value in zip(at, getattr(change, name), strict=True):
            rows[row][name] = value
    for row in change.estimated:
        rows[row]["estimated"] = not rows[row]["estimated"]
    columns = [[row[name] for row in rows] + getattr(change.come, name) for name in COLUMNS]
    return Positions(change.turn, change.now_s, *columns)


def by_id(found: Positions) -> dict[str, tuple[object, ...]]:
    return {each: row for each, *row in zip(*(getattr(found, name) for name in COLUMNS), strict=True)}  # type: ignore[misc]


vehicle = st.tuples(
    st.just("van"), st.floats(-89, 89), st.floats(-179, 179), st.integers(0, 359),
    st.sampled_from(("late", "on_time")), st.integers(0, 999), st.booleans(),
)  # fmt: skip
moment = st.dictionaries(st.integers(0, 12).map(lambda n: f"r{n}"), vehicle)


@given(st.lists(moment, min_size=1, max_size=6), st.randoms())
def test_changes_add_up(seen: list[dict[str, tuple[object, ...]]], rng: st.random.Random) -> None:  # type: ignore[name-defined]
    at: Positions | None = None
    shown: Positions | None = None
    for turn, rows in enumerate(seen):
        ids = list(rows)
        rng.shuffle(ids)
        columns = [[rows[each][k] for each in ids] for k in range(len(COLUMNS) - 1)]
        now = gridded(Positions(turn, turn * 7, ids, *columns))  # type: ignore[arg-type]
        if at is None or shown is None:
            at = shown = now
            continue
        change, at = moved(at, now)
        wire = msgspec.json.decode(msgspec.json.encode(change), type=Moved)
        shown = after(shown, wire)
        assert shown == at and by_id(shown) == by_id(now)
        assert all(
            abs(a - b) <= 0.5 / GRID + 1e-9 for a, b in zip(now.lat, [rows[e][1] for e in ids], strict=True)
        )  # type: ignore[operator]


def test_a_second_of_a_day_is_small(noon: View) -> None:
    first = gridded(positions(noon))
    later = View(noon.state, noon.now_s + 1, noon.turn, noon.frame)
    change, _ = moved(first, gridded(positions(later)))
    assert len(first.id) > 5 and not change.gone and not change.come.id and not change.fresh
    assert len(change.lat) == len(first.id) and any(change.lat), "vans move"
