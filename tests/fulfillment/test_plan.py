"""What the floors take on, how they recover, how pallets close, what the figures say."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.bins import closed_bins, first_fit
from doorward.fulfillment.lint import lint_boxing
from doorward.fulfillment.plan import choose_due
from doorward.fulfillment.report import box_mix, floor_figures
from doorward.fulfillment.rules import FulfillmentRules
from doorward.tables.items import Boxes
from doorward.tables.journey import Status
from doorward.tables.linehaul import Pallets
from doorward.tables.orders import Lines, LineStatus
from doorward.tables.packages import Boxed, Cartonized, Packages, PickTasks, Waves
from doorward.tables.remarks import Remarks
from doorward.tables.sites import Floors
from doorward.twin.floor import FloorRules
from tests.fulfillment.worlds import World, conserved

NOW_S = 1_000_000
FLOORS = Floors.fill(2, pick_uph=100, goods_uph=50, pack_pph=100)
WALKED, POD = np.zeros((2, 1), bool), np.ones((2, 1), bool)
RULES = FulfillmentRules(backlog_s=7_200, urgent_s=3_600, horizon_s=86_400)


def waiting(fc: list[int], order: list[int], units: list[int] | int = 1) -> Lines:
    return Lines.fill(len(fc), fc=fc, order=order, units=units, sku=0, status=int(LineStatus.SOURCED))


def test_urgent_lines_go_whatever_the_backlog_and_far_ones_wait() -> None:
    lines = waiting([0, 0, 0], [0, 1, 2])
    need = np.array([NOW_S + 600, NOW_S + 50_000, NOW_S + 90_000])
    full, none = np.full((3, 2), 500), np.zeros((3, 2), np.int64)
    row = np.arange(3)
    assert choose_due(row, lines, need, WALKED, full, FLOORS, RULES, NOW_S)[0].tolist() == [0]
    assert choose_due(row, lines, need, WALKED, none, FLOORS, RULES, NOW_S)[0].tolist() == [0, 1]


def test_room_is_filled_by_urgency_and_each_building_has_its_own() -> None:
    n = 600
    lines = waiting([0] * n + [1] * 10, list(range(n + 10)))
    need = NOW_S + 4_000 + np.arange(n + 10)[::-1]
    have = np.array([[50, 0], [0, 0], [50, 0]])
    line, group = choose_due(np.arange(n + 10), lines, need, WALKED, have, FLOORS, RULES, NOW_S)
    at_first = line[lines.fc[line] == 0]
    assert len(at_first) == 150, "two hours of 100 an hour, 50 of them taken"
    assert at_first.tolist() == list(range(n - 1, n - 151, -1))
    assert (lines.fc[line] == 1).sum() == 10
    assert (np.diff(group) >= 0).all()
    line, _ = choose_due(np.arange(n + 10), lines, need, POD, have, FLOORS, RULES, NOW_S)
    assert (lines.fc[line] == 0).sum() == 100, "two hours of 50 an hour at robot stations"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_lines_of_an_order_at_one_building_stay_together(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = waiting(rng.integers(0, 2, 40).tolist(), np.sort(rng.integers(0, 15, 40)).tolist())
    need = NOW_S + rng.integers(0, 100_000, 15)[lines.order]
    have, on_pod = rng.integers(0, 250, (3, 2)), rng.integers(0, 2, (2, 1)) == 0
    line, group = choose_due(np.arange(40), lines, need, on_pod, have, FLOORS, RULES, NOW_S)
    key = lines.fc.astype(np.int64) * 100 + lines.order
    assert set(key[line]).isdisjoint(key[np.setdiff1d(np.arange(40), line)])
    for g in range(int(group.max(initial=-1)) + 1):
        assert len(set(key[line[group == g]])) == 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_bins_keep_their_limits_and_full_ones_close(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    chute = np.sort(rng.integers(0, 4, n))
    volume, weight = rng.integers(1, 60, n), rng.integers(1, 60, n)
    bins = first_fit(chute, volume, weight, 100, 100)
    assert (np.bincount(bins, weights=volume) <= 100).all()
    assert (np.bincount(bins, weights=weight) <= 100).all()
    assert all(len(set(chute[bins == b])) == 1 for b in range(int(bins.max()) + 1))
    go = chute == 1
    shut = closed_bins(chute, volume, weight, go, most_volume=100, most_weight=100)
    assert (shut[go] >= 0).all()
    assert set(shut[shut >= 0]) == set(range(int(shut.max(initial=-1)) + 1))
    for b in range(int(shut.max(initial=-1)) + 1):
        mine = shut == b
        assert go[mine].all() or max(volume[mine].sum(), weight[mine].sum()) >= 80


def test_boxing_passes_the_linter_and_figures_add_up() -> None:
    def sound(world: World) -> None:
        conserved(world)
        who, _, facts = world.turns[-1]
        if who == "fulfillment.cartonize":
            made, boxed = (next(f for f in facts if isinstance(f, kind)) for kind in (Cartonized, Boxed))
            assert lint_boxing(made, boxed, world.state.table(Lines)) == []

    rough = FloorRules(short_ppm=100_000, damage_ppm=50_000, wrong_ppm=100_000)
    world = World(seed=9, orders=50, floor_rules=rough, check=sound)
    world.run(30)
    lines = world.state.table(Lines)
    packages, remarks = world.state.table(Packages), world.state.table(Remarks)
    boxes = world.state.table(Boxes)
    figures = floor_figures(
        packages, world.state.table(PickTasks), world.state.table(Waves), remarks, lines.fc, 2, boxes
    )
    kept = packages.status != int(Status.CANCELLED)
    assert figures.packages.sum() == kept.sum() == box_mix(packages, boxes).packages.sum()
    assert figures.units.sum() == packages.units[kept].sum()
    assert figures.walked.sum() + figures.robots.sum() == (packages.task >= 0).sum()
    assert figures.walk_m.sum() == world.state.table(Waves).walk_m.sum()
    assert figures.mismatches.sum() > 0
    pallets = world.state.table(Pallets)
    assert pallets.packages.sum() >= (packages.pallet >= 0).sum()
