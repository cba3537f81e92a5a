"""The twin's floors tell one story: in order, never ahead of time, the same whenever they are asked."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.tables.journey import Event, Status
from doorward.tables.linehaul import Lanes
from doorward.tables.packages import Contents, PickTasks
from doorward.tables.stock import Purchases
from doorward.twin.floor import FloorRules, TwinFloor
from doorward.twin.suppliers import SupplierRules

LANES = Lanes.fill(3, origin=[0, 0, 1], dest=[5, 6, 5])
ROUGH = FloorRules(short_ppm=200_000, damage_ppm=100_000, missort_ppm=300_000, wrong_ppm=200_000)


def tasks_of(rng: np.random.Generator, n: int) -> PickTasks:
    start = rng.integers(0, 5_000, n)
    pick = start + rng.integers(0, 300, n) ** 2 // 50
    pack = pick + rng.integers(0, 2_000, n)
    return PickTasks.fill(
        n, package=np.arange(n) * 3, wave=rng.integers(0, 5, n), fc=rng.integers(0, 2, n), batch=rng.integers(0, 9, n),
        start_s=start, pick_s=pick, pack_s=pack, sort_s=pack + rng.integers(0, 900, n),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 12_000))
def test_steps_come_in_order_and_not_before_they_happen(seed: int, now_s: int) -> None:
    rng = np.random.default_rng(seed)
    tasks, floor = tasks_of(rng, 40), TwinFloor(seed, LANES, ROUGH, SupplierRules())
    picked, packed, sorted_ = floor.times(tasks)
    assert (tasks.start_s <= picked).all()
    assert (picked < packed).all() and (packed < sorted_).all()
    status, site = np.full(40, int(Status.RELEASED), np.int8), np.full(40, 5, np.int32)
    done = floor.done(tasks, status, site, now_s)
    assert (done.at_s <= now_s).all()
    for event, end in ((Event.PICKED, picked), (Event.PACKED, packed), (Event.SORTED, sorted_)):
        mine = done.take(done.event == int(event))
        assert sorted(mine.package.tolist()) == tasks.package[end <= now_s].tolist()
    later = np.where(picked <= now_s, int(Status.PICKED), int(Status.RELEASED)).astype(np.int8)
    again = floor.done(tasks, later, site, now_s)
    assert (again.event > int(Event.PICKED)).all()
    rest = done.take(done.event > int(Event.PICKED))
    assert again.equals(rest), "what was told and not taken is told again, and the same"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 9_000))
def test_trouble_is_about_pieces_picked_by_now(seed: int, now_s: int) -> None:
    rng = np.random.default_rng(seed)
    tasks, floor = tasks_of(rng, 40), TwinFloor(seed, LANES, ROUGH, SupplierRules())
    contents = Contents.fill(
        80, package=np.repeat(tasks.package, 2), line=np.arange(80), sku=1, units=rng.integers(1, 5, 80)
    )
    trouble, whole = floor.trouble(tasks, contents, now_s), floor.trouble(tasks, contents, 10**9)
    assert (trouble.at_s <= now_s).all()
    assert set(trouble.line.tolist()) <= set(whole.line.tolist())
    assert (trouble.units >= 1).all() and (trouble.units <= contents.units[trouble.line]).all()
    assert 0 < len(whole) < 80


def test_wrong_chutes_are_other_buildings_served_from_here() -> None:
    rng = np.random.default_rng(1)
    tasks, floor = tasks_of(rng, 400), TwinFloor(1, LANES, ROUGH, SupplierRules())
    done = floor.done(tasks, np.full(400, int(Status.PACKED), np.int8), np.full(400, 5, np.int32), 10**9)
    at_first = tasks.fc == 0
    assert set(done.ref[at_first].tolist()) == {5, 6}
    assert set(done.ref[~at_first].tolist()) == {5}, "a building with one lane has no wrong chute"
    assert 0.2 < (done.ref[at_first] == 6).mean() < 0.4
    partner = floor.done(tasks, np.full(400, int(Status.PACKED), np.int8), np.full(400, -1, np.int32), 10**9)
    assert (partner.ref == -1).all()


def test_scales_are_near_the_plan_but_for_a_few() -> None:
    floor = TwinFloor(3, LANES, FloorRules(wrong_ppm=50_000), SupplierRules())
    package, planned = np.arange(4_000), np.full(4_000, 1_000, np.int32)
    shown = floor.weigh(package, planned, package < 0)
    far = np.abs(shown - 1_000) > 40
    assert 0.03 < far.mean() < 0.07
    assert floor.weigh(package, planned, package < 0).tolist() == shown.tolist()
    assert (np.abs(floor.weigh(package, planned, package >= 0) - 1_000) <= 40).all(), (
        "recounted boxes are right"
    )


def test_suppliers_answer_through_the_floor() -> None:
    floor = TwinFloor(3, LANES, FloorRules(), SupplierRules())
    purchases = Purchases.fill(5, fc=0, sku=np.arange(5), units=10, ordered_s=0, due_s=90_000)
    assert len(floor.arrivals(purchases, np.arange(5), 1_000)) == 0
    assert len(floor.arrivals(purchases, np.arange(5), 10**6)) == 5
    counts = floor.counted(
        np.zeros(500, np.int32), np.arange(500, dtype=np.int32), np.full(500, 9, np.int32), 4
    )
    assert (counts.difference != 0).all()
