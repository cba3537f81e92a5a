"""The choice of departures, vehicles and assignments against exhaustive search and an integer program."""

from __future__ import annotations

import itertools

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.ledger.state import State
from doorward.linehaul.consolidate import Choices, consolidate, lateness_mc
from doorward.linehaul.lint import lint_settled, lint_trips
from doorward.linehaul.report import lane_fill
from doorward.linehaul.state import fold_cancelled, fold_loaded, fold_planned, fold_settled
from doorward.tables.linehaul import (
    Equipment,
    Lanes,
    Loaded,
    Pallets,
    Trips,
    TripsCancelled,
    TripsPlanned,
    TripsSettled,
    TripStatus,
)
from doorward.tables.remarks import Reason, Remarks
from tests.fulfillment.worlds import World, conserved, lanes_of


def world_of(
    seed: int, n: int, departures: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Choices]:
    """A van, a truck and a part load on each departure, pallets of all urgencies; nothing is safe to leave behind."""
    rng = np.random.default_rng(seed)
    volume, weight = rng.integers(100, 1_500, n), rng.integers(20, 400, n)
    late = (
        rng.integers(0, 4_000, (n, 1, 1))
        * (rng.random((n, 1, 1)) < 0.6)
        * np.arange(departures)[None, :, None]
    )
    late = np.repeat(late, 3, axis=2).astype(float) + np.array([0.0, 0.0, 50.0])
    shape = (departures, 3)

    def each(*values: float) -> np.ndarray:
        return np.broadcast_to(np.array(values), shape).copy()

    choices = Choices(
        most_ml=each(3_000, 9_000, 2_000).astype(np.int64),
        most_g=each(900, 2_500, 800).astype(np.int64),
        fixed_mc=each(4_000, 7_500, 0) * rng.uniform(0.8, 1.2, (departures, 1)),
        rate_mc=each(0, 0, 6.0),
        least_mc=each(0, 0, 900),
        carbon_mc=each(0, 0, 0.5),
        dense=each(0, 0, 0.3),
    )
    return volume, weight, late, np.full(n, 30_000.0), choices


def price(choices: Choices, j: int, k: int, volume: int, weight: int) -> float:
    if volume > choices.most_ml[j, k] or weight > choices.most_g[j, k]:
        return float("inf")
    charged = max(weight, volume * choices.dense[j, k])
    tariff = max(choices.least_mc[j, k], charged * choices.rate_mc[j, k])
    return float(choices.fixed_mc[j, k] + tariff + charged * choices.carbon_mc[j, k])


def exhaustive(
    volume: np.ndarray, weight: np.ndarray, late: np.ndarray, stay: np.ndarray, choices: Choices
) -> float:
    """Every pallet on every departure or none, every vehicle: the slow and obvious way."""
    n, departures, kinds = late.shape
    best = float("inf")
    for assign in itertools.product(range(departures + 1), repeat=n):
        cost = sum(stay[p] for p in range(n) if assign[p] == departures)
        for j in range(departures):
            on = [p for p in range(n) if assign[p] == j]
            if on:
                v, w = int(volume[on].sum()), int(weight[on].sum())
                cost += min(price(choices, j, k, v, w) + late[on, j, k].sum() for k in range(kinds))
        best = min(best, cost)
    return float(best)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 3))
def test_few_pallets_cost_what_exhaustive_search_finds(seed: int, n: int, departures: int) -> None:
    world = world_of(seed, n, departures)
    assign, kind, cost = consolidate(*world)
    assert cost == pytest.approx(exhaustive(*world), abs=0.6)
    for j in range(departures):
        assert (kind[j] >= 0) == bool((assign == j).any())


def integer_program(
    volume: np.ndarray, weight: np.ndarray, late: np.ndarray, stay: np.ndarray, choices: Choices
) -> float:
    """The same choice as a mixed-integer program, solved by HiGHS."""
    n, departures, kinds = late.shape
    model = highspy.Highs()
    model.silent()
    cost = 0
    leaves = [model.addBinary() for _ in range(n)]
    cost = sum(float(stay[p]) * leaves[p] for p in range(n))
    goes = {}
    for j, k in itertools.product(range(departures), range(kinds)):
        runs, tariff, charged = model.addBinary(), model.addVariable(lb=0), model.addVariable(lb=0)
        on = [model.addBinary() for _ in range(n)]
        goes[j, k] = on
        v = sum(int(volume[p]) * on[p] for p in range(n))
        w = sum(int(weight[p]) * on[p] for p in range(n))
        model.addConstr(v <= int(choices.most_ml[j, k]) * runs)
        model.addConstr(w <= int(choices.most_g[j, k]) * runs)
        model.addConstr(charged >= w)
        model.addConstr(charged >= float(choices.dense[j, k]) * v)
        model.addConstr(tariff >= float(choices.least_mc[j, k]) * runs)
        model.addConstr(tariff >= float(choices.rate_mc[j, k]) * charged)
        cost += float(choices.fixed_mc[j, k]) * runs + tariff + float(choices.carbon_mc[j, k]) * charged
        cost += sum(float(late[p, j, k]) * on[p] for p in range(n))
        goes[j, k, "runs"] = [runs]
    for p in range(n):
        model.addConstr(leaves[p] + sum(goes[j, k][p] for j in range(departures) for k in range(kinds)) == 1)
    for j in range(departures):
        model.addConstr(sum(goes[j, k, "runs"][0] for k in range(kinds)) <= 1)
    model.setOptionValue("mip_rel_gap", 0.0)
    model.minimize(cost)
    return float(model.getInfo().objective_function_value)


@pytest.mark.oracle
def test_many_pallets_are_near_the_integer_program() -> None:
    gaps = []
    for seed in range(20):
        world = world_of(seed, 7 + seed % 6, 2)
        _, _, cost = consolidate(*world)
        best = integer_program(*world)
        assert cost >= best - 0.6
        gaps.append(cost / best - 1)
    assert np.mean(gaps) <= 0.005
    assert max(gaps) <= 0.03


def test_one_pallet_waits_when_it_can_and_goes_when_it_must() -> None:
    _, _, _, stay, choices = world_of(1, 1, 2)
    choices = choices._replace(fixed_mc=choices.fixed_mc[[0, 0]])
    one = np.array([500]), np.array([60])
    free = np.zeros((1, 2, 3))
    assert consolidate(*one, free, stay, choices)[0].tolist() == [1], "equal cost: more may come"
    urgent = free + np.array([0.0, 9_000.0])[None, :, None]
    assign, kind, cost = consolidate(*one, urgent, stay, choices)
    assert (assign.tolist(), kind.tolist()) == ([0], [2, -1])
    assert cost == pytest.approx(900 + 0.5 * 150), "the least charge of a part load, and its carbon"


def test_a_pallet_that_would_be_late_goes_first_when_the_truck_is_full() -> None:
    _, _, _, stay, choices = world_of(1, 4, 2)
    choices = choices._replace(most_ml=np.where(choices.most_ml > 5_000, 2_000, -1))
    late = np.zeros((4, 2, 3))
    late[2, 1] = 5_000.0
    volume = np.array([1_000, 1_000, 1_500, 400])
    assign, _, _ = consolidate(volume, np.full(4, 10), late, np.repeat(stay, 4)[:4], choices)
    assert assign[2] == 0 and volume[assign == 0].sum() <= 2_000
    assert (assign < 2).sum() >= 3, "the rest goes with the next one as far as there is room"


def test_lateness_costs_nothing_while_there_is_time() -> None:
    cost = lateness_mc(np.array([50_000, 40_000, 30_000, 20_000, 16_400]), 40_000, 20_000, 1_000, 60)
    assert cost.tolist() == [0.0, 0.0, 500.0, 1_000.0, 1_060.0]
    spare = lateness_mc(np.array([126_400, 126_399, 30_000]), 40_000, 20_000, 1_000, 60, 7)
    assert spare.tolist() == [0.0, 7.0, 507.0], "a day for a second attempt is worth something"


def test_states_settle_what_is_loaded_and_cancel_what_is_not() -> None:
    state = State()
    fold_planned(state, TripsPlanned.fill(2, trip=[0, 1], lane=0, depart_s=[5, 6], arrive_s=9), 0)
    state.append(Pallets.fill(1, site=0, dest=1, packages=3, volume_ml=10, weight_g=7))
    fold_loaded(state, Loaded.fill(1, pallet=0, trip=0), 0)
    fold_settled(state, TripsSettled.fill(1, trip=0, equipment=4, arrive_s=11, cost_c=900), 0)
    fold_cancelled(state, TripsCancelled.fill(1, trip=1, reason=int(Reason.NO_LOAD)), 0)
    trips = state.table(Trips)
    assert (trips.equipment[0], trips.arrive_s[0], trips.cost_c[0]) == (4, 11, 900)
    assert trips.status.tolist() == [int(TripStatus.LOADED), int(TripStatus.CANCELLED)]
    with pytest.raises(ValueError, match="carries something"):
        fold_cancelled(state, TripsCancelled.fill(1, trip=0, reason=int(Reason.HELD)), 0)
    with pytest.raises(ValueError, match="cancelled"):
        fold_settled(state, TripsSettled.fill(1, trip=1, equipment=0, arrive_s=11, cost_c=900), 0)


def kinds_of(lanes: Lanes) -> Equipment:
    """A large truck, a van and a part load on every lane."""
    n = len(lanes)
    return Equipment.fill(
        3 * n, lane=np.repeat(np.arange(n), 3), truck=np.tile([0, 1, 2], n), drive_s=np.tile([3_600, 3_000, 5_400], n),
        volume_ml=np.tile([60_000_000, 11_000_000, 3_000_000], n),
        weight_g=np.tile([18_000_000, 1_200_000, 500_000], n),
        cost_c=np.tile([20_000, 8_000, 1_500], n), tonne_c=np.tile([0, 0, 9_000], n),
        dense_g_l=np.tile([0, 0, 250], n), body=np.tile([0, 3, 1], n), shared=np.tile([0, 0, 1], n), electric=0,
    )  # fmt: skip


def test_a_small_world_runs_few_departures_and_everything_comes_in_the_end() -> None:
    def sound(world: World) -> None:
        conserved(world)
        for fact in world.turns[-1][2]:
            if isinstance(fact, TripsSettled):
                lanes, kinds = world.state.table(Lanes), world.state.table(Equipment)
                assert lint_settled(fact, world.state.table(Trips), lanes, kinds) == []

    world = World(seed=5, orders=150, check=sound)
    lanes = lanes_of()
    world.state.load(kinds_of(lanes))
    world.run(72)
    trips, remarks = world.state.table(Trips), world.state.table(Remarks)
    done, off = trips.status == int(TripStatus.DONE), trips.status == int(TripStatus.CANCELLED)
    assert (trips.packages[done] > 0).all(), "nobody drives air"
    assert (trips.packages[off] == 0).all() and off.any()
    told = np.isin(remarks.reason, (int(Reason.NO_LOAD), int(Reason.HELD)))
    assert sorted(remarks.row[told].tolist()) == np.flatnonzero(off).tolist()
    held = remarks.row[remarks.reason == int(Reason.HELD)]
    fill = lane_fill(trips, lanes, world.state.table(Pallets), world.state.table(Equipment), held)
    assert fill.trips.sum() + fill.shared.sum() == (trips.status >= int(TripStatus.LEFT)).sum() - off.sum()
    assert fill.held.sum() + fill.idle.sum() == off.sum()
    pallets = world.state.table(Pallets)
    assert (pallets.trip[pallets.closed_s < world.now_s - 172_800] >= 0).all(), "nothing is held for ever"
    assert lint_trips(trips, pallets, lanes, world.state.table(Equipment)) == []
    _planted(trips, pallets, lanes, world.state.table(Equipment))


def _planted(trips: Trips, pallets: Pallets, lanes: Lanes, kinds: Equipment) -> None:
    """A linter that cannot fail checks nothing."""
    row = int(np.flatnonzero(trips.status == int(TripStatus.DONE))[0])
    for column, words in (
        ("packages", "says packages"), ("weight_g", "over its weight"), ("volume_ml", "over its volume"),
        ("cost_c", "tariff"), ("left_s", "before its time"), ("arrived_s", "before it left"),
    ):  # fmt: skip
        values = getattr(trips, column).copy()
        if column.endswith("_s"):
            values[row] = 0
        else:
            values[row] += 100_000_000
        wrong = trips.replace(**{column: values})
        assert any(words in each for each in lint_trips(wrong, pallets, lanes, kinds)), column
    astray = pallets.replace(dest=pallets.dest * 0 + lanes.origin[0])
    assert any("elsewhere" in each for each in lint_trips(trips, astray, lanes, kinds))
