"""Cells against counting by hand: each door in the hexagon whose middle is nearest, nothing lost, nothing twice."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.runtime.look.cells import ENOUGH_PM, MOST_CELLS, RADIUS_PX, Box, Cells, Doors, cells
from doorward.runtime.look.shapes import Tone

NAMES: tuple[Tone, ...] = ("none", "done", "on_time", "silent", "at_risk", "late")

door = st.tuples(
    st.integers(-84_000_000, 84_000_000),
    st.integers(-179_900_000, 179_900_000),
    st.integers(0, len(NAMES) - 1),
)
town = st.tuples(
    st.integers(41_900_000, 42_100_000), st.integers(-30_600_000, -30_400_000), st.integers(0, len(NAMES) - 1)
)


def gather(doors: list[tuple[int, int, int]], zoom: int, box: Box | None = None) -> Cells:
    lat, lon, stand = (np.array([each[i] for each in doors], np.int64) for i in range(3))
    return cells(7, 99, Doors(lat, lon), stand.astype(np.int8), NAMES, zoom, box)


def plane(lat: float, lon: float) -> tuple[float, float]:
    y = (1 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / math.pi) / 2
    return (lon + 180) / 360, y


def nearest(lat: float, lon: float, zoom: int) -> tuple[float, float]:
    """The middle of the nearest hexagon, by trying all around; rows are 1.5 radii apart, every other one shifted."""
    size = RADIUS_PX / (512 * 2**zoom)
    x, y = plane(lat, lon)
    row = round(y / (1.5 * size))
    middles = []
    for each in range(row - 2, row + 3):
        shift = size * math.sqrt(3) * each / 2
        column = round((x - shift) / (size * math.sqrt(3)))
        middles += [
            (shift + c * size * math.sqrt(3), each * 1.5 * size) for c in range(column - 2, column + 3)
        ]
    return min(middles, key=lambda m: math.hypot(m[0] - x, m[1] - y))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.one_of(door, town), max_size=60), st.integers(0, 16))
def test_counts_equal_counting_by_hand(doors: list[tuple[int, int, int]], zoom: int) -> None:
    found = gather(doors, zoom)
    slow: dict[tuple[int, int], Counter[str]] = {}
    size = RADIUS_PX / (512 * 2**zoom)
    for lat, lon, stand in doors:
        if NAMES[stand] in ("none", "done"):
            continue
        x, y = nearest(lat / 1e6, lon / 1e6, zoom)
        slow.setdefault((round(x / size * 100), round(y / size * 100)), Counter())[NAMES[stand]] += 1
    fast = {}
    for i in range(len(found.lat)):
        x, y = plane(found.lat[i], found.lon[i])
        fast[round(x / size * 100), round(y / size * 100)] = (
            found.on_time[i],
            found.at_risk[i],
            found.late[i],
            found.silent[i],
        )
    want = {k: (c["on_time"], c["at_risk"], c["late"], c["silent"]) for k, c in slow.items()}
    if zoom <= 12:  # beyond, a hundredth of a cell is less than the six digits of the middle
        assert fast == want
    assert sorted(fast.values()) == sorted(want.values())
    assert found.zoom == zoom


@settings(max_examples=60, deadline=None)
@given(st.lists(town, min_size=1, max_size=60), st.integers(4, 12))
def test_every_door_lies_in_its_hexagon_and_the_worst_tone_is_told(
    doors: list[tuple[int, int, int]], zoom: int
) -> None:
    found = gather(doors, zoom)
    columns = (found.lon, found.ring, found.packages, found.late, found.tone)
    assert {len(each) for each in columns} == {len(found.lat)}
    assert found.packages == sorted(found.packages, reverse=True)
    assert sum(found.packages) == sum(NAMES[s] not in ("none", "done") for _, _, s in doors)
    for i, ring in enumerate(found.ring):
        middle = plane(found.lat[i], found.lon[i])
        far = [math.dist(middle, plane(ring[k + 1], ring[k])) for k in range(0, 12, 2)]
        assert max(far) - min(far) < 2e-3 * max(far) + 1e-8
        counts = {"late": found.late[i], "at_risk": found.at_risk[i], "silent": found.silent[i]}
        bad, told = 0, "on_time"
        for name, count in counts.items():
            bad += count
            if bad * 1000 >= found.packages[i] * ENOUGH_PM:
                told = name
                break
        assert found.tone[i] == told


def test_one_late_package_in_a_hundred_does_not_make_a_place_late() -> None:
    many = [(42_000_000, -30_500_000, NAMES.index("on_time"))] * 99
    found = gather([*many, (42_000_000, -30_500_000, NAMES.index("late"))], 8)
    assert (found.packages, found.late, found.tone) == ([100], [1], ["on_time"])
    assert gather([*many[:18], (42_000_000, -30_500_000, NAMES.index("late"))], 8).tone == ["late"]


def test_the_lattice_does_not_move_with_the_view() -> None:
    doors = [(42_000_000 + 3_000 * i, -30_500_000 + 7_000 * (i % 13), 2 + i % 4) for i in range(300)]
    whole = gather(doors, 10)
    part = gather(doors, 10, (-30.5, 42.2, -30.4, 42.5))
    at = {(a, b): n for a, b, n in zip(whole.lat, whole.lon, whole.packages, strict=True)}
    assert 0 < len(part.lat) < len(whole.lat)
    assert all(n <= at[a, b] for a, b, n in zip(part.lat, part.lon, part.packages, strict=True))


def test_a_box_over_the_date_line() -> None:
    doors = [(10_000_000, 179_500_000, 2), (10_000_000, -179_500_000, 2), (10_000_000, 0, 2)]
    assert sum(gather(doors, 6, (179.0, 0.0, -179.0, 20.0)).packages) == 2


def test_too_many_cells_make_a_coarser_lattice() -> None:
    doors = [
        (-60_000_000 + 400_000 * (i // 300), -179_000_000 + 1_190_000 * (i % 300), 2) for i in range(60_000)
    ]
    found = gather(doors, 16)
    assert len(found.lat) <= MOST_CELLS
    assert found.zoom < 16
    assert sum(found.packages) == 60_000


def test_no_packages_make_no_cells() -> None:
    found = gather([], 8)
    assert (found.lat, found.ring, found.tone, found.turn, found.now_s) == ([], [], [], 7, 99)
