"""Packings are sound, nothing is lost in them, boxes are right-sized, real orders need no more boxes than BoxPacker."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.cartons import box_orders, read_orders
from doorward.fulfillment.cartons.kernel import SUPPORT_PM
from doorward.fulfillment.cartons.lint import lint_layout
from doorward.fulfillment.cartons.plan import Cartons, Fillings, Layout, Pieces, plan_cartons
from doorward.fulfillment.report import box_mix, floor_figures
from doorward.tables.items import FRAGILE, Boxes, Items
from doorward.tables.packages import Packages, PickTasks, Waves
from doorward.tables.remarks import Reason, Remarks
from tests.fulfillment.worlds import boxes_of, items_of


def pack(
    pieces: Pieces, items: Items, boxes: Boxes, tries: int = 3
) -> tuple[Cartons, Fillings, Remarks, Layout]:
    return plan_cartons(pieces, items, boxes, tries=tries, most=40, wall_mm=4, litre_mc=2_000, at_s=7)


def basket(rng: np.random.Generator, groups: int, skus: int) -> Pieces:
    count = rng.integers(1, 5, groups)
    lines = int(count.sum())
    return Pieces(
        group=np.repeat(np.arange(groups), count),
        line=np.arange(lines),
        sku=rng.integers(0, skus, lines),
        units=rng.integers(1, 6, lines),
    )


def one(length: int, width: int, height: int, weight: int = 100, flags: int = 0) -> Items:
    return Items.fill(
        1, length_mm=length, width_mm=width, height_mm=height, weight_g=weight, value_c=5, flags=flags
    )


def single(units: int) -> Pieces:
    return Pieces(group=np.zeros(1), line=np.zeros(1), sku=np.zeros(1), units=np.array([units]))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_packings_are_sound(seed: int, tries: int) -> None:
    rng = np.random.default_rng(seed)
    items, boxes = items_of(rng, 30), boxes_of()
    pieces = basket(rng, 6, 30)
    cartons, fillings, remarks, layout = pack(pieces, items, boxes, tries)
    assert lint_layout(cartons, layout, items, boxes, SUPPORT_PM) == []
    packed = np.zeros(len(pieces), np.int64)
    np.add.at(packed, fillings.line, fillings.units)
    assert (packed == pieces.units).all()
    assert (cartons.group[fillings.carton] == pieces.group[fillings.line]).all()
    assert (np.bincount(fillings.carton, weights=fillings.units) == cartons.units).all()
    assert (np.flatnonzero(cartons.box < 0) == remarks.row).all()
    assert ((cartons.void_pm >= 0) & (cartons.void_pm < 1000)).all()


def test_weights_sizes_and_void_add_up() -> None:
    items, boxes = one(200, 150, 60, weight=500), boxes_of()
    cartons, _, _, _ = pack(single(1), items, boxes)
    assert cartons.box.tolist() == [2]
    assert cartons.weight_g.tolist() == [500 + 90]
    assert (cartons.length_mm[0], cartons.width_mm[0], cartons.height_mm[0]) == (258, 208, 88)
    assert cartons.volume_ml.tolist() == [-(-258 * 208 * 88 // 1000)]
    assert cartons.void_pm.tolist() == [1000 * (250 * 200 * 80 - 200 * 150 * 60) // (250 * 200 * 80)]


def test_a_mailer_takes_the_shape_of_what_is_in_it() -> None:
    boxes = boxes_of()
    for soft, height, volume, void in ((0, 40, 300 * 220 * 40, 848), (1, 20, 300 * 220 * 20, -1)):
        suite = boxes.replace(soft=np.where(np.arange(len(boxes)) == 1, soft, 0))
        cartons, _, _, layout = pack(single(2), one(250, 80, 10, weight=100), suite.take(np.array([1])))
        assert lint_layout(cartons, layout, one(250, 80, 10), suite.take(np.array([1])), SUPPORT_PM) == []
        assert cartons.units.tolist() == [2] and cartons.weight_g.tolist() == [220]
        lies_flat = int(layout.place[:, 5].max())
        assert cartons.height_mm.tolist() == [height if not soft else lies_flat] and lies_flat <= height
        assert cartons.void_pm.tolist() == [void]
        assert cartons.volume_ml[0] == (volume if not soft else 300 * 220 * lies_flat) // 1000


def test_packing_is_told_by_the_piece_and_fill_for_boxes_only() -> None:
    boxes = boxes_of().replace(soft=np.array([1, 1, 0, 0, 0, 0, 0, 0]))
    packages = Packages.fill(
        4, fc=0, status=0, box=[0, 2, 2, -1], units=[3, 1, 2, 1], void_pm=[-1, 500, 300, 0], task=-1
    )
    mix = box_mix(packages, boxes)
    assert mix.box.tolist() == [-1, 0, 2] and mix.units.tolist() == [1, 3, 3]
    assert mix.packing_mg.tolist() == [0, 15_000 // 3, 180_000 // 3] and mix.void_pm.tolist() == [0, -1, 400]
    figures = floor_figures(
        packages, PickTasks.empty(), Waves.empty(), Remarks.empty(), np.zeros(1, np.int32), 1, boxes
    )
    assert figures.void_pm.tolist() == [400], "a mailer has no empty share"
    assert figures.packing_mg.tolist() == [(15 + 90 + 90) * 1000 // 7]


def test_too_heavy_for_one_box_makes_two() -> None:
    cartons, fillings, _, _ = pack(single(3), one(200, 150, 100, weight=12_000), boxes_of())
    assert cartons.units.tolist() == [2, 1]
    assert fillings.units.sum() == 3


def test_what_fits_no_box_ships_in_its_own_packaging() -> None:
    cartons, _, remarks, _ = pack(single(2), one(700, 300, 200), boxes_of())
    assert cartons.box.tolist() == [-1, -1]
    assert cartons.void_pm.tolist() == [0, 0]
    assert remarks.reason.tolist() == [int(Reason.NO_BOX)] * 2
    assert remarks.limit.tolist() == [7, 7]
    assert remarks.short.tolist() == [100, 100], "the longest side is 100 mm longer than the largest box"


def test_nothing_stands_on_a_fragile_piece() -> None:
    boxes = boxes_of().take(np.array([2]))
    solid, _, _, _ = pack(single(2), one(250, 200, 40), boxes)
    glass, _, _, _ = pack(single(2), one(250, 200, 40, flags=FRAGILE), boxes)
    assert (len(solid), len(glass)) == (1, 2)


def test_a_window_smaller_than_the_order_loses_nothing() -> None:
    cartons, fillings, _, layout = pack(single(130), one(90, 80, 70), boxes_of())
    assert fillings.units.sum() == 130
    assert cartons.units.max() <= 40
    assert lint_layout(cartons, layout, one(90, 80, 70), boxes_of(), SUPPORT_PM) == []


def test_the_checker_sees_faults() -> None:
    items, boxes = one(250, 200, 40), boxes_of().take(np.array([2]))
    cartons, _, _, layout = pack(single(2), items, boxes)
    assert lint_layout(cartons, layout, items, boxes, SUPPORT_PM) == []
    flat = Layout(layout.carton, layout.sku, np.repeat(layout.place[:1], 2, axis=0))
    assert any("overlap" in fault for fault in lint_layout(cartons, flat, items, boxes, SUPPORT_PM))
    high = Layout(layout.carton, layout.sku, layout.place + np.array([0, 0, 5, 0, 0, 5]))
    faults = lint_layout(cartons, high, items, boxes, SUPPORT_PM)
    assert any("sticks out" in fault for fault in faults)
    assert any("hangs" in fault for fault in faults)


@pytest.mark.oracle
def test_real_orders_need_no_more_boxes_than_boxpacker(shared_data: Path) -> None:
    pieces, items, boxes, theirs = read_orders(shared_data / "packing" / "orders")
    cartons = box_orders(pieces, items, boxes, 3)
    assert len(cartons) <= 1.005 * theirs.sum()
