"""Paths, energy and 4-D volumes of sorties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.seed import uniform
from doorward.drones.plan import Craft, Sky, plan_sorties
from doorward.drones.reach import cruise_wh_m, hover_wh, leg_s, paths, reach_m
from doorward.drones.rules import DronesRules
from doorward.drones.volumes import Flights, air_s, layer, meetings, position, volumes
from doorward.tables.cargo import Cargo
from doorward.tables.orders import DRONE_OK
from doorward.tables.remarks import Reason

circles = st.lists(
    st.tuples(st.integers(-9000, 9000), st.integers(-9000, 9000), st.integers(100, 2500)), max_size=4
)
NONE = np.zeros(0)
LONG = np.zeros(0, np.int64)


@settings(max_examples=200, deadline=None)
@given(circles, st.integers(-12_000, 12_000), st.integers(-12_000, 12_000))
def test_a_clear_path_keeps_out_of_every_circle(rows: list[tuple[int, int, int]], x: int, y: int) -> None:
    cx, cy, radius = (np.array([row[k] for row in rows], float) for k in range(3))
    via_x, via_y, path, short = paths(np.array([float(x)]), np.array([float(y)]), cx, cy, radius)
    if short[0] > 0:
        assert len(rows) > 0
        return
    assert path[0] >= np.hypot(x, y) - 1e-6
    t = np.linspace(0, 1, 400)
    px = np.r_[t * via_x[0], via_x[0] + t * (x - via_x[0])]
    py = np.r_[t * via_y[0], via_y[0] + t * (y - via_y[0])]
    for a, b, r in zip(cx, cy, radius, strict=True):
        assert (np.hypot(px - a, py - b) >= r - 1e-6).all()


def test_a_detour_is_a_little_longer_than_the_taut_string() -> None:
    _, _, path, short = paths(
        np.array([10_000.0]), np.zeros(1), np.array([5000.0]), np.zeros(1), np.array([1000.0])
    )
    angle = np.arcsin(0.2)
    taut = 2 * np.sqrt(5000**2 - 1000**2) + 2 * 1000 * angle
    assert short[0] == 0 and taut < path[0] < taut * 1.002
    inside = paths(np.array([5000.0]), np.array([900.0]), np.array([5000.0]), np.zeros(1), np.array([1000.0]))
    assert inside[3][0] == pytest.approx(100.0)


def test_energy_follows_its_formulas() -> None:
    rules = DronesRules(craft_g=4000)
    # D'Andrea 2014: (m_d + m_p) g / (r eta), r = 3, eta = 0.5: 26.15 J/m empty, 39.2 J/m with 2 kg
    wh_km = 4.0 * 9.80665 / 1.5 / 3.6
    both = cruise_wh_m(rules, 1000, np.array([2000.0]), np.zeros(1))[0] * wh_km / 1000
    assert both * 3600 == pytest.approx((4 + 6) * 9.80665 / 1.5)
    # momentum theory: hovering power grows with the mass to 3/2
    light = hover_wh(DronesRules(craft_g=4000), np.zeros(1))[0]
    assert hover_wh(DronesRules(craft_g=16_000), np.zeros(1))[0] == pytest.approx(8 * light)
    windy = reach_m(rules, 20_000, 30, np.array([2000.0]), np.array([10_000.0]))
    assert windy[0] < reach_m(rules, 20_000, 30, np.array([2000.0]), np.zeros(1))[0]
    assert leg_s(DronesRules(), np.array([5600.0]), 0.0)[0] == 200


def flights_of(n: int, seed: int) -> Flights:
    row = np.arange(n)
    angle, far = 2 * np.pi * uniform(seed, "a", row), 500 + 9000 * uniform(seed, "r", row)
    x, y = far * np.cos(angle), far * np.sin(angle)
    depart = (3600 * uniform(seed, "t", row)).astype(np.int64)
    return Flights(depart, x, y, x / 2, y / 2, far, leg_s(DronesRules(), far, 0.0))


def test_volumes_hold_the_craft_at_every_second() -> None:
    rules, flights = DronesRules(), flights_of(6, 1)
    boxes = volumes(flights, rules)
    for f in range(6):
        mine = boxes.flight == f
        for s in range(int(air_s(rules, flights.leg_s)[f])):
            at = flights.depart_s[f] + s + 0.5
            over = np.flatnonzero(mine & (boxes.from_s <= at) & (at <= boxes.to_s))
            assert len(over) >= 1
            out = (s + 0.5 - rules.climb_s) / flights.leg_s[f]
            if 0 < out < 1:
                x, y = position(flights, np.array([f]), np.array([out]))
                box = over[0]
                assert np.hypot(boxes.x[box] - x, boxes.y[box] - y)[0] <= boxes.radius_m[box]


def test_meetings_are_those_of_the_obvious_loop() -> None:
    boxes = volumes(flights_of(8, 2), DronesRules())
    found = {tuple(pair) for pair in meetings(boxes, boxes).tolist() if pair[0] < pair[1]}
    for i in range(len(boxes.x)):
        for j in range(i + 1, len(boxes.x)):
            meet = (
                boxes.from_s[i] < boxes.to_s[j] and boxes.from_s[j] < boxes.to_s[i]
                and boxes.low_m[i] < boxes.high_m[j] and boxes.low_m[j] < boxes.high_m[i]
                and np.hypot(boxes.x[i] - boxes.x[j], boxes.y[i] - boxes.y[j]) < boxes.radius_m[i] + boxes.radius_m[j]
            )  # fmt: skip
            assert ((i, j) in found) == bool(meet)


def test_six_layers_below_four_hundred_feet() -> None:
    rules = DronesRules()
    bearing = np.radians(np.arange(0, 360, 7))
    assert set(layer(bearing).tolist()) == set(range(6))
    assert ((layer(bearing + np.pi) - layer(bearing)) % 6 == 3).all()
    assert rules.layer_floor_m + 6 * rules.layer_m <= 120
    assert rules.pad_gap_s > 2 * rules.climb_s


@pytest.mark.parametrize("seed", range(6))
def test_planned_sorties_never_share_a_volume(seed: int) -> None:
    rules, n = DronesRules(), 60
    flights = flights_of(n, seed)
    cargo = Cargo(
        np.arange(n), flights.x, flights.y, *(np.full(n, v) for v in (1000, 900, 300, 0, DRONE_OK, 0, 0, 0, 90_000))
    )  # fmt: skip
    craft = Craft(np.arange(8), np.zeros(8, np.int64), 32_000, 30, 3000)
    hours = np.arange(24) * 3600
    sky = Sky(hours, *(np.full(24, v) for v in (0, 1000, 2000, 150)), hours, hours + 3600, NONE, NONE, NONE)
    busy = Flights(LONG, NONE, NONE, NONE, NONE, NONE, LONG)
    first, dropped = plan_sorties(cargo, craft, sky, busy, 36_000, rules)
    assert len(first.row) >= 5 and len(dropped.row) == 0
    boxes = volumes(first.flights, rules)
    pairs = boxes.flight[meetings(boxes, boxes)]
    assert (pairs[:, 0] == pairs[:, 1]).all()
    second, _ = plan_sorties(cargo, craft, sky, first.flights, 36_900, rules)
    later = volumes(second.flights, rules)
    assert len(meetings(later, boxes)) == 0


def test_reasons_carry_the_number_that_would_have_fitted() -> None:
    cargo = Cargo(
        np.arange(3), np.array([100.0, 200.0, 13_000.0]), np.zeros(3), np.array([2500, 1000, 1000]),
        np.full(3, 900), np.array([300, 460, 300]), *(np.full(3, v) for v in (0, DRONE_OK, 0, 0, 0, 90_000)),
    )  # fmt: skip
    craft = Craft(np.arange(1), np.zeros(1, np.int64), 60_000, 30, 3000)
    hours = np.arange(24) * 3600
    sky = Sky(hours, *(np.full(24, v) for v in (0, 0, 0, 150)), hours, hours + 3600, NONE, NONE, NONE)
    busy = Flights(LONG, NONE, NONE, NONE, NONE, NONE, LONG)
    _, dropped = plan_sorties(cargo, craft, sky, busy, 36_000, DronesRules())
    assert dropped.reason.tolist() == [Reason.PAYLOAD, Reason.TOO_LARGE, Reason.OUT_OF_REACH]
    assert dropped.limit.tolist() == [2270, 450, 12_000] and dropped.short.tolist() == [230, 10, 1000]
