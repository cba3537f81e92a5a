"""Pallets hold what they say, go to one place and leave whole: checked by the linter on random worlds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.table import Table
from doorward.fulfillment.pallets.lint import lint_pallets
from doorward.fulfillment.pallets.plan import plan_pallets
from doorward.fulfillment.rules import FulfillmentRules
from doorward.tables.journey import Event
from doorward.tables.linehaul import Loaded, Pallets, PalletsBuilt, TripMoved, TripStatus
from doorward.tables.packages import Packages, Palletized, Scanned
from doorward.twin.floor import FloorRules
from tests.fulfillment.worlds import World

RULES = FulfillmentRules()


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.booleans())
def test_planned_pallets_are_sound(seed: int, n: int, shut: bool) -> None:
    rng = np.random.default_rng(seed)
    site, dest = rng.integers(0, 2, n), rng.integers(2, 5, n)
    packages = Packages.fill(
        n, volume_ml=rng.integers(100, 400_000, n), weight_g=rng.integers(50, 90_000, n), packed_g=-1
    )
    go = np.isin(dest, rng.integers(2, 5, 2)) if not shut else np.ones(n, bool)
    built, on = plan_pallets(
        np.arange(n), site, dest, rng.integers(0, 9, n), packages.volume_ml, packages.weight_g.astype(np.int64), go,
        np.zeros(n, np.int64), first=0, most_ml=1_000_000, most_g=200_000, now_s=50,
    )  # fmt: skip
    sorted_ = scan(np.arange(n), Event.SORTED, site)
    assert lint_pallets([[sorted_], [built, on]], packages, most_ml=1_000_000, most_g=200_000) == []
    assert set(np.flatnonzero(go)) <= set(on.package.tolist()), "what must go lies on a pallet"
    assert (built.dest[on.pallet] == dest[on.package]).all()


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_pallets_of_random_worlds_live_soundly(seed: int) -> None:
    rules = FulfillmentRules(pallet_ml=60_000, pallet_g=40_000)
    world = World(seed, orders=90, floor_rules=FloorRules(missort_ppm=60_000, wrong_ppm=50_000), rules=rules)
    world.run(40)
    assert world.state.count(Pallets) > 20
    facts = [facts for _, _, facts in world.turns]
    faults = lint_pallets(facts, world.state.table(Packages), most_ml=1_500_000, most_g=600_000)
    assert faults == []


def scan(package: np.ndarray, event: Event, site: np.ndarray | int, ref: int = -1) -> Scanned:
    return Scanned.fill(len(package), package=package, at_s=0, event=int(event), site=site, ref=ref, reason=0)


def life() -> list[list[Table]]:
    """Two packages on one pallet from site 0 to site 1, by trip 7."""
    both = np.arange(2)
    return [
        [scan(both, Event.SORTED, 0)],
        [
            PalletsBuilt.fill(1, pallet=0, site=0, dest=1, packages=2, volume_ml=30, weight_g=300),
            Palletized(package=both, pallet=np.zeros(2)),
        ],
        [Loaded.fill(1, pallet=0, trip=7)],
        [TripMoved.fill(1, trip=7, status=int(TripStatus.LEFT)), scan(both, Event.DEPARTED, 0, 7)],
        [scan(both, Event.ARRIVED, 1)],
    ]


BREACHES = {
    "over its volume": lambda turns: turns,
    "says 2 packages": lambda turns: [
        [fact.take(np.arange(1)) if isinstance(fact, Palletized) else fact for fact in facts] for facts in turns
    ],
    "does not wait": lambda turns: turns[1:],
    "left with 1 of": lambda turns: [*turns[:3], [turns[3][0], scan(np.arange(1), Event.DEPARTED, 0, 7)]],
    "without a pallet": lambda turns: [turns[0], turns[3]],
    "which has left": lambda turns: [*turns[:2], [turns[3][0]], turns[2]],
    "not where it goes": lambda turns: [*turns[:4], [scan(np.arange(2), Event.ARRIVED, 2)]],
    "pallets 0 and 1": lambda turns: [
        *turns[:2],
        [PalletsBuilt.fill(1, pallet=1, site=0, dest=1, packages=1, volume_ml=10, weight_g=100),
         Palletized(package=np.zeros(1), pallet=np.ones(1))],
    ],
    "which was closed": lambda turns: [*turns[:2], [Palletized(package=np.zeros(1), pallet=np.zeros(1))]],
    "meets event": lambda turns: [*turns[:2], [scan(np.arange(1), Event.HANDED_OVER, 0)]],
    "goes nowhere": lambda turns: [
        [PalletsBuilt.fill(1, pallet=0, site=0, dest=0, packages=0, volume_ml=0, weight_g=0)]
    ],
}  # fmt: skip


@pytest.mark.parametrize("told", BREACHES)
def test_the_checker_sees_faults(told: str) -> None:
    packages = Packages.fill(2, volume_ml=[10, 20], weight_g=[100, 200], packed_g=-1)
    assert lint_pallets(life(), packages, most_ml=30, most_g=300) == []
    most = 29 if told == "over its volume" else 30
    faults = lint_pallets(BREACHES[told](life()), packages, most_ml=most, most_g=300)
    assert any(told in fault for fault in faults), faults
