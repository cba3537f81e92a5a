"""Pieces for one order line lie together: the same totals, within the buildings' room."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.inventory.place.gather import least_together, plan_gather
from doorward.inventory.place.plan import plan_patterns
from doorward.inventory.rules import InventoryRules
from doorward.tables.stock import Replayed
from tests.inventory.worlds import buildings

ENDLESS = np.full(3, 10**12)


def patterns_of(fcs: int, seed: int):  # type: ignore[no-untyped-def]
    sites, zones = buildings(fcs, 4 * fcs, seed)
    return plan_patterns(sites, fcs, zones, np.full(4 * fcs, 1 / (4 * fcs)), InventoryRules())


def test_what_should_lie_together() -> None:
    asked = Replayed(asked=[5, 2, 30, 4], largest=[1, 2, 3, 2])
    assert least_together(asked).tolist() == [0, 2, 9, 4]


def test_the_fullest_building_gets_the_rest_from_the_others() -> None:
    units = np.array([[1, 0], [2, 0], [1, 3]])
    out = plan_gather(units, np.array([4, 2]), np.array([10, 10]), patterns_of(3, 1), ENDLESS)
    assert out.tolist() == [[0, 0], [4, 0], [0, 3]]


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.booleans())
def test_gathering_conserves_and_fits(seed: int, tight: bool) -> None:
    draw = np.random.default_rng(seed)
    units, volume = draw.integers(0, 4, (3, 20)), draw.integers(1, 50, 20)
    least = draw.integers(0, 9, 20)
    free = (units @ volume + draw.integers(0, 60, 3)) if tight else ENDLESS
    out = plan_gather(units, least, volume, patterns_of(3, 2), free)
    assert (out >= 0).all()
    assert (out.sum(axis=0) == units.sum(axis=0)).all()
    assert (out @ volume <= free).all()
    assert (out.max(axis=0) >= units.max(axis=0)).all()
    if not tight:
        assert (out.max(axis=0) >= np.minimum(least, np.where(units.sum(axis=0) >= least, least, 0))).all()
