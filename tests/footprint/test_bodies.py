"""Truck bodies and places on partners' trucks: what a departure emits is borne by its packages to the milligram."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.footprint.factors import defra_2025
from doorward.footprint.plan import BODY_FACTORS, factor, plan_shares, trip_legs
from doorward.footprint.rules import FootprintRules
from doorward.tables.footprint import Legs
from doorward.tables.linehaul import Body, Equipment, Lanes, Trips

FACTORS = defra_2025()
DENSE_G_L = 300


def kinds_of(lane_m: np.ndarray) -> tuple[Lanes, Equipment]:
    """Every body, owned and as a place on a partner's truck, and one battery vehicle, on each lane: 9 rows a lane."""
    n = len(lane_m)
    lanes = Lanes.fill(n, origin=0, dest=1, dist_m=lane_m, weight_g=20_000_000, volume_ml=10**8, electric=0)
    kinds = Equipment.fill(
        9 * n, lane=np.repeat(np.arange(n), 9), truck=np.tile(np.arange(9), n), drive_s=3_600,
        volume_ml=40_000_000, weight_g=8_000_000, cost_c=1_000, tonne_c=0,
        body=np.tile([0, 1, 2, 3, 0, 1, 2, 3, 0], n), shared=np.tile([0] * 4 + [1] * 4 + [0], n),
        dense_g_l=np.tile([0] * 4 + [DENSE_G_L] * 4 + [0], n), electric=np.tile([0] * 8 + [1], n),
    )  # fmt: skip
    return lanes, kinds


def legs_of(
    kind: np.ndarray, grams: np.ndarray, ml: np.ndarray, lanes: Lanes, kinds: Equipment, back: int
) -> Legs:
    trips = Trips.fill(
        len(kind), lane=kinds.lane[kind], equipment=kind, weight_g=grams, volume_ml=ml, packages=1
    )
    rules = FootprintRules(empty_return_pm=back)
    return trip_legs(trips, np.arange(len(kind)), lanes, kinds, FACTORS, rules, at_s=0)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.sampled_from([0, 500, 1_000]), st.booleans())
def test_packages_bear_their_vehicle_exactly_whatever_body_drives(
    seed: int, n: int, back: int, by_mass: bool
) -> None:
    rng = np.random.default_rng(seed)
    lanes, kinds = kinds_of(rng.integers(1, 2_000_000, 3))
    kind, grams = rng.integers(0, len(kinds), n), rng.integers(0, 8_000_000, n)
    legs = legs_of(kind, grams, rng.integers(0, 40_000_000, n), lanes, kinds, back)
    leg = np.repeat(np.arange(n), rng.integers(1, 40, n))
    weight = rng.integers(0, 30_000, len(leg)) if by_mass else np.ones(len(leg), np.int64)
    shares = plan_shares(legs, 0, leg, np.arange(len(leg)), weight, np.full(len(leg), -1))
    for row, whole in (("co2_mg", legs.wtt_mg + legs.ttw_mg), ("dist_m", legs.dist_m)):
        given_ = np.zeros(n, np.int64)
        np.add.at(given_, leg, getattr(shares, row))
        assert np.array_equal(given_, whole)
        assert (getattr(shares, row) >= 0).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 12))
def test_places_on_a_partners_truck_cost_the_same_carbon_together_or_apart(seed: int, n: int) -> None:
    """Tonne-kilometres add up: cutting a part load into parts moves each leg by less than a gram and a kilometre."""
    rng = np.random.default_rng(seed)
    lanes, kinds = kinds_of(rng.integers(1_000, 2_000_000, 1))
    grams = rng.integers(1_000, 500_000, n)
    ml = grams * (
        1000 // DENSE_G_L - 1 if seed % 2 else 20
    )  # all dense or all bulky, as one tariff charges them
    for kind in range(4, 8):
        apart = legs_of(np.full(n, kind), grams, ml, lanes, kinds, 1_000)
        whole = legs_of(
            np.array([kind]), grams[[0]] * 0 + grams.sum(), ml[[0]] * 0 + ml.sum(), lanes, kinds, 1_000
        )
        tonne = sum(factor(FACTORS, BODY_FACTORS[kind - 4][2]))
        slack = n * (tonne * int(lanes.dist_m[0]) // 10**9 + tonne // 10**6 + 3)
        total = (apart.wtt_mg + apart.ttw_mg).sum()
        assert abs(int(total) - int(whole.wtt_mg[0] + whole.ttw_mg[0])) <= slack


def test_smaller_bodies_emit_less_and_fuller_ones_more() -> None:
    lanes, kinds = kinds_of(np.array([100_000]))

    def total(kind: int, grams: int) -> int:
        leg = legs_of(np.array([kind]), np.array([grams]), np.array([0]), lanes, kinds, 1_000)
        return int(leg.wtt_mg[0] + leg.ttw_mg[0])

    empty = [total(int(body), 0) for body in Body]
    assert empty == sorted(empty, reverse=True)
    for body in (Body.ARTIC, Body.RIGID, Body.LIGHT):
        assert total(int(body), 8_000_000) > total(int(body), 4_000_000) > total(int(body), 0)
    assert total(int(Body.RIGID), 8_000_000) == pytest.approx(100_000 * (2 * 682.68 + 193.16), rel=1e-4)
    assert total(4 + int(Body.RIGID), 1_000_000) == pytest.approx(100_000 * 456.08, rel=1e-4)
