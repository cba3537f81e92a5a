"""The router is exact, batches hold their cart, planned times keep capacity and opening hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.walks import by_rule, largest_gap
from doorward.fulfillment.lint import lint_release
from doorward.fulfillment.picking import schedule
from doorward.fulfillment.picking.batching import batch_walk, improve, savings
from doorward.fulfillment.picking.plan import Floor, Spots, first_come, plan_batches, plan_release
from doorward.fulfillment.picking.routing import s_shape, tour
from doorward.fulfillment.picking.slots import plan_slots
from doorward.fulfillment.plan import rows_of
from doorward.fulfillment.rules import FulfillmentRules
from doorward.tables.packages import Contents, Packages, PickTasks
from doorward.tables.remarks import Reason
from doorward.tables.sites import Floors
from tests.fulfillment.worlds import MIDNIGHT_S, OFFSET_S, World, items_of


def between(a: int, b: int, bays: int, front: int, pitch: int, width: int) -> int:
    """Walking distance between two slots, or the depot (-1): within the aisle, or around by front or back."""
    length = 2 * front + (bays - 1) * pitch
    (i, y), (j, z) = [(0, 0) if s < 0 else (s // bays, front + s % bays * pitch) for s in (a, b)]
    if i == j:
        return abs(y - z)
    return width * abs(i - j) + min(y + z, 2 * length - y - z)


def shortest(slots: list[int], *shape: int) -> int:
    """Every order of visiting."""
    ways = permutations(slots)
    return min(
        sum(between(a, b, *shape) for a, b in zip((-1, *way), (*way, -1), strict=True)) for way in ways
    )


@settings(max_examples=150, deadline=None)
@given(
    st.sets(st.integers(0, 4 * 6 - 1), min_size=1, max_size=6),
    st.integers(0, 3),
    st.integers(1, 4),
    st.integers(1, 9),
)
def test_the_router_equals_every_order_of_visiting(
    spots: set[int], front: int, pitch: int, width: int
) -> None:
    slots = np.array(sorted(spots), np.int64)
    assert tour(slots, len(slots), 6, front, pitch, width) == shortest(sorted(spots), 6, front, pitch, width)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 10 * 45 - 1), min_size=1, max_size=40))
def test_the_exact_walk_is_never_longer_than_the_s_shape(spots: set[int]) -> None:
    slots = np.array(sorted(spots), np.int64)
    assert tour(slots, len(slots), 45, 1, 1, 5) <= s_shape(slots, len(slots), 45, 1, 1, 5)


def pool(seed: int, packages: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    spots = [np.unique(rng.integers(0, 450, rng.integers(1, 5))) for _ in range(packages)]
    start = np.r_[0, np.cumsum([len(s) for s in spots])].astype(np.int64)
    return start, np.concatenate(spots), rng.integers(20, 400, packages)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 25))
def test_batches_hold_their_cart_and_only_get_shorter(seed: int, packages: int) -> None:
    start, slots, load = pool(seed, packages)
    shape, room = np.array([45, 1, 1, 5]), np.zeros(len(slots) + 1, np.int64)

    def length(batch: np.ndarray) -> int:
        return sum(batch_walk(start, slots, batch, int(b), shape, room) for b in np.unique(batch))

    saved = savings(start, slots, load, 1000, shape)
    better = improve(start, slots, load, 1000, shape, saved, 500, 20.0, seed)
    assert length(better) <= length(saved) <= length(np.arange(packages))
    for batch in (saved, better):
        assert (np.bincount(batch, weights=load) <= 1000).all()
    assert np.array_equal(better, improve(start, slots, load, 1000, shape, saved, 500, 20.0, seed))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(60, 3_000), st.integers(0, 20), st.integers(1, 24))
def test_booked_work_never_exceeds_the_rate_nor_the_hours(
    seed: int, rate: int, opens: int, hours: int
) -> None:
    rng = np.random.default_rng(seed)
    closes = min(24, opens + hours)
    whole = schedule.room(rate, MIDNIGHT_S, opens * 3600, closes * 3600, OFFSET_S)
    left = whole.copy()
    ready = np.sort(MIDNIGHT_S + rng.integers(0, 20_000, 80))
    done = schedule.book(left, whole, MIDNIGHT_S, ready, np.full(80, 1000))
    assert (done >= ready).all()
    assert (left >= 0).all()
    assert (whole - left).sum() == 80_000
    per_hour = np.bincount((done - MIDNIGHT_S - 1) // 3600)
    assert per_hour.max() <= rate + rate * schedule.BUCKET_S // 3600 + 1
    of_day = (done - 1 + OFFSET_S) % 86_400
    assert ((of_day >= opens * 3600) & (of_day < closes * 3600)).all()


def test_batches_go_to_the_picker_who_is_free_first() -> None:
    free = schedule.free_heads(2, np.array([100, 100]), np.array([400, 900]))
    assert sorted(free.tolist()) == [400, 900]
    start, end = schedule.assign(free, 300, np.array([50, 50, 1000]), 0, 0, 86_400, 0)
    assert start.tolist() == [400, 450, 500]
    assert end.tolist() == [450, 500, 1500]
    start, _ = schedule.assign(np.zeros(1, np.int64), 90_000 - 3600, np.array([50]), 0, 7_200, 86_400, 0)
    assert start.tolist() == [86_400 + 7_200], "not before the doors open"
    start, end = schedule.assign(np.zeros(1, np.int64), 0, np.array([101, 50]), 80, 0, 86_400, 0)
    assert (start.tolist(), end.tolist()) == ([0, 110], [101, 160]), (
        "a rest of 8 %, rounded up, between walks"
    )


def floors(pickers: int = 3) -> Floors:
    return Floors.fill(
        1, pick_uph=120, goods_uph=120, pack_pph=100, sort_pph=200, pickers=pickers, packers=4, aisles=6, bays=15,
        opens_s=0, closes_s=86_400,
    )  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_releases_pass_the_linter(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    items, rules = items_of(rng, 50), FulfillmentRules()
    count = rng.integers(1, 4, n)
    contents = Contents.fill(
        int(count.sum()),
        package=np.repeat(np.arange(n), count),
        sku=rng.integers(0, 50, int(count.sum())),
        units=1,
    )
    packages = Packages.fill(
        n, units=count, volume_ml=4_000, leave_s=MIDNIGHT_S + rng.integers(0, 9, n) * 3600, fc=0
    )
    row, start = rows_of(contents, np.arange(n))
    house = floors()
    floor = Floor(
        0,
        house,
        plan_slots(items, house, rules),
        PickTasks.empty(),
        np.zeros(0, np.int8),
        np.zeros(0, np.int32),
    )
    waves, tasks, remarks = plan_release(
        np.arange(n), packages, contents.take(row), start, floor, rules,
        wave=5, now_s=MIDNIGHT_S, utc_offset_s=OFFSET_S, seed=seed,
    )  # fmt: skip
    assert lint_release(waves, tasks, MIDNIGHT_S, 3) == []
    assert sorted(tasks.package.tolist()) == list(range(n))
    late = tasks.package[tasks.sort_s > packages.leave_s[tasks.package]]
    assert sorted(remarks.row[remarks.reason == int(Reason.CUTOFF_MISSED)].tolist()) == sorted(late.tolist())


def test_fast_movers_lie_near_the_depot_and_pods_take_the_slow_tail() -> None:
    items, rules = items_of(np.random.default_rng(0), 200), FulfillmentRules()
    slot = plan_slots(items, floors(), rules).slot[0]
    pods = slot < 0
    assert (items.length_mm[pods] <= rules.pod_mm).all()
    share = items.rate_upm[pods].sum() / items.rate_upm.sum()
    assert share**2 <= 0.5 + 0.01, "both pieces of a pair lie on pods as often as robots do half of the work"
    walked = np.flatnonzero(~pods)
    far = slot[walked] // 15 * rules.aisle_mm + slot[walked] % 15 * rules.bay_mm
    assert (np.diff(far[np.argsort(-items.rate_upm[walked], kind="stable")]) >= 0).all()


@pytest.mark.parametrize("pickers", [1, 4])
def test_work_under_way_delays_what_comes_after(pickers: int) -> None:
    world = World(seed=4, orders=60)
    world.state.load(world.state.table(Floors).replace(pickers=[pickers] * 2))
    world.run(4)
    tasks = world.state.table(PickTasks)
    for fc in range(2):
        walks = tasks.take((tasks.fc == fc) & (tasks.method == 0))
        _, first = np.unique(np.stack([walks.wave, walks.batch]), axis=1, return_index=True)
        start, end = walks.start_s[first], walks.pick_s[first]
        at_once = [int(((start <= s) & (s < end)).sum()) for s in start]
        assert max(at_once) <= pickers


@settings(max_examples=120, deadline=None)
@given(
    st.sets(st.integers(0, 14 * 30 - 1), min_size=1, max_size=60),
    st.integers(0, 5),
    st.integers(1, 4),
    st.integers(1, 12),
)
def test_no_rule_of_thumb_walks_less(spots: set[int], front: int, pitch: int, width: int) -> None:
    slots, shape = np.array(sorted(spots), np.int64), (30, front, pitch, width)
    exact, s, gap = by_rule(slots, shape)
    assert exact <= min(s, gap)
    assert gap <= s or len(np.unique(slots // 30)) > 1, "one aisle is walked there and back by both"


def test_the_rules_of_thumb_by_hand() -> None:
    """Three aisles of 10 bays, 1 m apart; picks at bays 1 and 8, at 2 and 9, and at 4."""
    slots, shape = np.array([1, 8, 12, 19, 24], np.int64), (10, 1, 1, 3)
    assert s_shape(slots, 5, *shape) == 11 + 11 + 2 * 5 + 2 * 2 * 3
    assert largest_gap(slots, *shape) == 11 + 2 * (11 - 7) + 11 + 2 * 2 * 3
    assert tour(slots, 5, *shape) == shortest(slots.tolist(), *shape) <= 42


def every_batching(load: list[int]) -> Iterator[list[int]]:
    """All ways to put packages on carts of 1000."""

    def place(k: int, batch: list[int], full: list[int]) -> Iterator[list[int]]:
        if k == len(load):
            yield batch
            return
        for b in range(len(full) + 1):
            held = [*full, 0] if b == len(full) else list(full)
            held[b] += load[k]
            if held[b] <= 1000:
                yield from place(k + 1, [*batch, b], held)

    yield from place(0, [], [])


def test_small_pools_are_batched_as_well_as_by_trying_everything() -> None:
    rng, shape = np.random.default_rng(3), np.array([50, 1_400, 1_400, 3_600], np.int64)
    ours, best, plain = [], [], []
    for case in range(60):
        n = int(rng.integers(2, 7))
        spots = [np.unique(rng.integers(0, 2_000, rng.integers(1, 4))) for _ in range(n)]
        start, slots = np.r_[0, np.cumsum([len(s) for s in spots])].astype(np.int64), np.concatenate(spots)
        load, room = rng.integers(100, 600, n), np.zeros(len(slots) + 1, np.int64)

        def metres(
            batch: Sequence[int] | np.ndarray, start: np.ndarray = start, slots: np.ndarray = slots,
            room: np.ndarray = room,
        ) -> float:  # fmt: skip
            kept = np.asarray(batch, np.int64)
            return sum(batch_walk(start, slots, kept, int(b), shape, room) for b in np.unique(kept)) / 1000

        batch, walks = plan_batches(Spots(start, slots), load, shape, 12, case, np.arange(n))
        ours.append(metres(batch))
        assert ours[-1] == sum(walks) / 1000
        best.append(min(metres(each) for each in every_batching(load.tolist())))
        plain.append(metres(first_come(load, np.arange(n))))
    gap = np.array(ours) / np.array(best) - 1
    assert (gap >= 0).all() and gap.mean() < 0.005 and (gap == 0).mean() >= 0.9
    assert (np.array(ours) <= np.array(plain)).all() and sum(ours) < 0.95 * sum(plain)
