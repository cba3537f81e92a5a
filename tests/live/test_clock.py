"""Clocks that never go back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doorward.ports.clock import FOREVER_S, PacedClock, WallClock


class Times:
    """A wall clock that people move, and a steady one that they cannot."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_000_000.0, 50.0

    def passes(self, seconds: float, moved: float = 0.0) -> None:
        self.steady += seconds
        self.wall += seconds + moved


def test_a_clock_put_back_an_hour_goes_on_evenly() -> None:
    times = Times()
    clock = WallClock(lambda: times.wall, lambda: times.steady)
    times.passes(10, moved=-3600)
    assert clock.now_s() == 1_000_010 and round(clock.ahead_s()) == 3600
    times.passes(60)
    assert clock.now_s() == 1_000_070
    times.passes(5, moved=3600)
    assert clock.now_s() == 1_000_075 and clock.ahead_s() == 0


def test_a_clock_put_forward_is_followed() -> None:
    times = Times()
    clock = WallClock(lambda: times.wall, lambda: times.steady)
    times.passes(10, moved=7200)
    assert clock.now_s() == 1_007_210 and clock.wait_s(1_007_220) == 10


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(-1e5, 1e5)), max_size=30))
def test_it_never_goes_back_and_never_lags(steps: list[tuple[float, float]]) -> None:
    times = Times()
    clock = WallClock(lambda: times.wall, lambda: times.steady)
    before = clock.now_s()
    for seconds, moved in steps:
        times.passes(seconds, moved)
        now = clock.now_s()
        assert now >= before + int(seconds) - 1 and now >= times.wall - 3
        before = now


def test_the_twins_clock_keeps_its_speed_across_changes() -> None:
    times = Times()
    clock = PacedClock(0, 60, steady=lambda: times.steady)
    times.passes(2)
    assert clock.now_s() == 120 and clock.wait_s(180) == 1
    clock.set_speed(10)
    times.passes(2)
    assert clock.now_s() == 140
    clock.pause(True)
    times.passes(100)
    assert clock.now_s() == 140 and clock.wait_s(141) == FOREVER_S and clock.wait_s(140) <= 0
    clock.pause(False)
    times.passes(1)
    assert clock.now_s() == 150
    clock.go_to(500)
    assert clock.now_s() == 500
