"""Robots and stations: the rate equals a simulated building, keeps its bounds, and moves the right way."""

from __future__ import annotations

import heapq
from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.presenting import (
    Presenting,
    away_s,
    bounds_s,
    enough,
    goods_uph,
    ready,
    round_m,
    stand_s,
    visits_s,
)

RULES = Presenting()


def simulated(
    stations: int, robots: int, away: float, stand: float, *, seed: int, rounds: int, careful: bool
) -> float:
    """Pods a second in a building played event by event. careful: a robot goes to a station at random, and a person
    takes a random (exponential) time; else it goes to the shortest queue and every pod takes the same time. The time
    away is uniform in both: only its mean counts."""
    rng = np.random.default_rng(seed)
    queues: list[deque[int]] = [deque() for _ in range(stations)]
    events = [(float(rng.uniform(0, 2 * away)), robot, -1) for robot in range(robots)]
    heapq.heapify(events)
    done, began, now = 0, 0.0, 0.0

    def serve(station: int) -> None:
        took = float(rng.exponential(stand)) if careful else stand
        heapq.heappush(events, (now + took, queues[station][0], station))

    while done < rounds:
        now, robot, station = heapq.heappop(events)
        if station < 0:  # comes to a station
            pick = int(rng.integers(stations)) if careful else int(np.argmin([len(q) for q in queues]))
            queues[pick].append(robot)
            if len(queues[pick]) == 1:
                serve(pick)
            continue
        queues[station].popleft()
        if queues[station]:
            serve(station)
        heapq.heappush(events, (now + float(rng.uniform(0, 2 * away)), robot, -1))
        done += 1
        if done == rounds // 10:
            began = now
    return (rounds - rounds // 10) / (now - began)


@pytest.mark.parametrize(("stations", "robots"), [(1, 3), (2, 10), (3, 30), (4, 24), (5, 80)])
def test_the_rate_is_that_of_a_simulated_building(stations: int, robots: int) -> None:
    away, stand = away_s(900, RULES), stand_s(RULES)
    rate = visits_s(stations, robots, away, stand)
    played = simulated(stations, robots, away, stand, seed=stations, rounds=25_000, careful=True)
    assert rate == pytest.approx(played, rel=0.025)
    # a building that takes the shorter queue and works evenly does more, never more than the bounds
    even = simulated(stations, robots, away, stand, seed=stations, rounds=8_000, careful=False)
    assert rate * 0.985 <= even <= min(bounds_s(stations, robots, away, stand)) * 1.03


def test_one_robot_never_waits_and_one_station_is_the_machine_repair_model() -> None:
    assert visits_s(3, 1, 80.0, 20.0) == pytest.approx(1 / 100)
    # Palm (1947): n machines, one repairman, by the birth-death equations
    for n in (2, 5, 9):
        weight = [1.0]
        for k in range(n):
            weight.append(weight[-1] * (n - k) * 20.0 / 80.0)
        busy = 1 - weight[0] / sum(weight)
        assert visits_s(1, n, 80.0, 20.0) == pytest.approx(busy / 20.0)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 12), st.integers(1, 150), st.integers(20, 6_000))
def test_bounds_hold_and_more_is_never_less(stations: int, robots: int, pods: int) -> None:
    away, stand = away_s(pods, RULES), stand_s(RULES)
    rate = visits_s(stations, robots, away, stand)
    assert 0 < rate <= min(bounds_s(stations, robots, away, stand)) + 1e-12
    assert visits_s(stations, robots + 1, away, stand) >= rate - 1e-12
    assert visits_s(stations + 1, robots, away, stand) >= rate - 1e-12
    assert visits_s(stations, robots, away_s(pods + 50, RULES), stand) <= rate + 1e-12
    assert goods_uph(stations, robots + 5, pods, RULES) >= goods_uph(stations, robots, pods, RULES)


def test_few_robots_bind_and_many_leave_it_to_the_stations() -> None:
    away, stand = away_s(900, RULES), stand_s(RULES)
    by_stations, by_robots = bounds_s(6, 3, away, stand)
    assert by_robots < by_stations and visits_s(6, 3, away, stand) == pytest.approx(by_robots, rel=0.06)
    by_stations, by_robots = bounds_s(2, 200, away, stand)
    assert by_stations < by_robots and visits_s(2, 200, away, stand) == pytest.approx(by_stations, rel=0.01)
    assert goods_uph(0, 10, 900, RULES) == goods_uph(3, 0, 900, RULES) == 0


def test_the_round_is_that_of_random_places() -> None:
    """Old place, next pod, a station, the pod's place: uniform in a field twice as wide as deep."""
    rng = np.random.default_rng(1)
    deep = (900 * RULES.pod_dm2 / 100 / 2) ** 0.5
    old, pod, home = (rng.uniform(0, 1, (200_000, 2)) * (2 * deep, deep) for _ in range(3))
    station = np.stack([rng.uniform(0, 2 * deep, 200_000), np.zeros(200_000)], axis=1)
    legs = [np.abs(a - b).sum(axis=1) for a, b in ((old, pod), (pod, station), (station, home))]
    assert sum(legs).mean() * RULES.detour_pm / 1000 == pytest.approx(round_m(900, RULES), rel=0.01)


@settings(max_examples=40, deadline=None)
@given(st.integers(50, 2_500), st.integers(100, 3_000))
def test_enough_is_enough_and_a_robot_fewer_is_not(uph: int, pods: int) -> None:
    stations, robots = enough(uph, pods, RULES)
    assert goods_uph(stations, robots, pods, RULES) >= uph
    assert robots == 1 or goods_uph(stations, robots - 1, pods, RULES) < uph
    assert ready(robots, RULES) >= 1
