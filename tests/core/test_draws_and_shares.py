"""Seeded draws, integer shares, distances, hours, driving times."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core import geo, hours, seed, travel
from doorward.core.split import split, split_groups


def test_a_draw_depends_on_what_it_is_about_and_on_nothing_else() -> None:
    ids = np.arange(1000)
    whole = seed.uniform(7, "home", ids, 2)
    assert np.array_equal(whole[::-1], seed.uniform(7, "home", ids[::-1], 2))
    assert whole[417] == seed.uniform(7, "home", 417, 2)
    assert not np.array_equal(whole, seed.uniform(8, "home", ids, 2))
    assert not np.array_equal(whole, seed.uniform(7, "away", ids, 2))
    assert not np.array_equal(whole, seed.uniform(7, "home", ids, 3))


def test_draws_are_uniform_and_normal() -> None:
    ids = np.arange(200_000)
    u, z = seed.uniform(3, "u", ids), seed.normal(3, "z", ids)
    assert np.abs(np.bincount((u * 20).astype(int), minlength=20) / len(ids) - 0.05).max() < 0.002
    assert abs(u[:-1] @ u[1:] / len(ids) - 0.25) < 0.002
    assert (abs(z.mean()), abs(z.std() - 1)) < (0.01, 0.01)


def test_seeds_wrap_and_negative_ids_are_fine() -> None:
    assert seed.uniform(2**64 + 5, "s", -3) == seed.uniform(5, "s", -3)
    assert seed.child(1, "a", 2) != seed.child(1, "a", 3)


@given(
    st.lists(
        st.tuples(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=9)), max_size=6
    )
)
def test_shares_add_up_and_lie_within_one_of_the_truth(groups: list[tuple[int, list[int]]]) -> None:
    totals = np.array([t for t, _ in groups], np.int64)
    group = np.repeat(np.arange(len(groups)), [len(w) for _, w in groups])
    weights = np.array([w for _, ws in groups for w in ws], np.int64)
    shares = split_groups(totals, group, weights)
    for g, (total, ws) in enumerate(groups):
        mine = shares[group == g]
        assert mine.sum() == total
        fair = [Fraction(total * w, sum(ws)) if sum(ws) else Fraction(total, len(ws)) for w in ws]
        assert all(abs(int(s) - f) < 1 for s, f in zip(mine, fair, strict=True))


def test_shares_of_numbers_beyond_63_bits_are_exact() -> None:
    weights = np.array([2**40, 2**41, 3], np.int64)
    shares = split(2**50 + 1, weights)
    assert shares.sum() == 2**50 + 1
    assert abs(int(shares[1]) - (2**50 + 1) * 2**41 // int(weights.sum())) <= 1


def test_distance_between_known_places() -> None:
    # one degree of latitude on the mean sphere; a quarter of the equator
    assert geo.crow_m(50_000_000, 7_000_000, 51_000_000, 7_000_000) == pytest.approx(111_195.08, abs=0.1)
    assert geo.crow_m(0, 0, 0, 90_000_000) == pytest.approx(10_007_557, abs=1)
    east, north = geo.plane_m(51_577_800, 100_000, 51_477_800, 0)
    assert np.hypot(east, north) == pytest.approx(geo.crow_m(51_477_800, 0, 51_577_800, 100_000), rel=0.002)
    over, _ = geo.plane_m(-16_800_000, -179_990_000, -16_800_000, 179_970_000)  # across the date line
    assert over == pytest.approx(geo.crow_m(-16_800_000, 0, -16_800_000, 40_000), rel=1e-3)


def test_nearest_equals_the_slow_obvious_version() -> None:
    draw = seed.generator(1, "nearest")
    lat, lon = draw.integers(-(10**6), 10**6, (2, 5000), dtype=np.int32)
    to_lat, to_lon = draw.integers(-(10**6), 10**6, (2, 7), dtype=np.int32)
    row, far = geo.nearest(lat, lon, to_lat, to_lon)
    for i in range(0, 5000, 617):
        slow = [float(geo.crow_m(lat[i], lon[i], a, b)) for a, b in zip(to_lat, to_lon, strict=True)]
        assert (row[i], far[i]) == (int(np.argmin(slow)), pytest.approx(min(slow)))


def test_hours_of_a_known_moment() -> None:
    at = 1_531_094_400 + 3 * 3600  # 2018-07-09 03:00 UTC, a Monday
    assert hours.weekday(at, 0) == 0
    assert hours.weekday(at, -3 * 3600 - 1) == 6
    assert hours.hour_of_day(at, -2 * 3600) == 1
    assert hours.day_start(at, 3600) == 1_531_094_400 - 3600


@given(st.floats(1, 200_000))
def test_kernel_and_numpy_drive_alike(crow_m: float) -> None:
    metres, seconds = travel.drive(crow_m)
    assert travel.curve_at(crow_m, travel.CURVE) == pytest.approx((float(metres), float(seconds)), rel=1e-9)


def test_driving_time_grows_with_distance() -> None:
    far = np.geomspace(10, 150_000, 400)
    metres, seconds = travel.drive(far)
    assert (np.diff(metres) > 0).all()
    assert (np.diff(seconds) > 0).all()
    assert (metres >= far).all()
