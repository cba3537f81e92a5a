"""Stops a day reckoned from the land against what the router plans on random stations; properties of the reckoning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.seed import generator
from doorward.core.vanday import stops_in_a_day
from doorward.lastmile.plan import kept_back
from doorward.lastmile.routing.doors import Parcels
from doorward.lastmile.routing.plan import plan_routes
from doorward.lastmile.rules import LastmileRules
from tests.lastmile.world import LAT, LON, MIDNIGHT_S, cars, depot, parcels

SHIFT_S = 10 * 3600 - 1_800


def spread(n: int, radius_m: float, seed: int) -> tuple[Parcels, np.ndarray]:
    """n doors spread evenly over a disc around the station, and how far they are."""
    rng = generator(seed, "disc", n)
    far, angle = radius_m * np.sqrt(rng.random(n)), 2 * np.pi * rng.random(n)
    lat = (LAT + far * np.sin(angle) / 0.1112).astype(np.int64)
    lon = (LON + far * np.cos(angle) / 0.0750).astype(np.int64)
    return parcels(n, seed).replace(lat_udeg=lat, lon_udeg=lon), far


def reckoned(radius_m: float, vans: int, most: int = 220) -> float:
    rings = radius_m * np.sqrt((np.arange(20) + 0.5) / 20)
    return stops_in_a_day(
        np.full(20, np.pi * radius_m**2 / 20),
        np.ones(20),
        rings,
        np.full(vans, float(SHIFT_S)),
        np.full(vans, float(most)),
        100.0,
    )


@pytest.mark.parametrize(("radius_m", "vans"), [(6_000, 3), (14_000, 4), (22_000, 3), (30_000, 5)])
def test_the_router_brings_what_was_reckoned_and_not_much_more(radius_m: float, vans: int) -> None:
    limit = reckoned(radius_m, vans)
    routed = []
    for waiting in (0.9, 1.3):
        many, _ = spread(int(waiting * limit), radius_m, vans)
        runs, _, _ = plan_routes(many, cars(vans), depot(), LastmileRules(), seed=1, now_s=MIDNIGHT_S)
        routed.append(int(runs.packages.sum()))
    assert routed[0] >= 0.98 * int(0.9 * limit)  # the share that is sold (fill_pm) can be kept
    assert (
        0.9 * limit <= routed[1] <= 1.25 * limit
    )  # with a choice of doors the near ones are taken: a little more


@settings(max_examples=60, deadline=None)
@given(st.floats(1_000, 60_000), st.integers(1, 30), st.floats(1.05, 2.0))
def test_more_vans_bring_more_and_more_land_less(radius_m: float, vans: int, more: float) -> None:
    here = reckoned(radius_m, vans)
    assert 0 <= here <= 220 * vans
    assert reckoned(radius_m, vans + 1) >= here
    assert reckoned(radius_m * more, vans) <= here + 1e-6
    # each further van finds its doors closer together: no fewer stops a van
    assert reckoned(radius_m, vans + 1) / (vans + 1) >= here / vans - 1e-6


def test_no_vans_no_land_or_no_time_is_nothing() -> None:
    none, one = np.empty(0), np.ones(1)
    assert stops_in_a_day(one, one, one, none, none, 100.0) == 0.0
    assert stops_in_a_day(none, none, none, one, one, 100.0) == 0.0
    assert stops_in_a_day(one * 1e8, one, one * 90_000, one * 600, one * 190, 100.0) == 0.0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 12), st.integers(0, 900), st.integers(0, 400), st.integers(0, 4 * 3600))
def test_vans_stay_for_the_later_wave_only_as_far_as_the_first_can_spare_them(
    vans: int, must_go: int, later: int, wait_s: int
) -> None:
    land = (np.full(4, 5e7), np.ones(4), np.array([2_000.0, 6_000, 9_000, 12_000]))
    fleet, rules = cars(vans), LastmileRules()
    at = MIDNIGHT_S + 10 * 3600 + wait_s
    back = kept_back(fleet, land, must_go, later, at, rules)
    assert 0 <= back <= max(0, vans - (must_go > 0))
    if later == 0:
        assert back == 0
    assert kept_back(fleet, land, must_go + 50, later, at, rules) <= back
    assert kept_back(fleet, land, must_go, later + 50, at, rules) >= back
    if back:
        shifts = (fleet.until_s - fleet.depart_s - 1_800).astype(float)
        stops = stops_in_a_day(*land, shifts, np.full(vans, 220.0), 100.0)
        assert must_go <= (vans - back) * stops / vans  # the vans that go bring what must go now
