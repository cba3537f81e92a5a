"""What time it is. The only file that asks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """A clock that can be waited on."""

    def now_s(self) -> int:
        """Unix seconds."""
        ...

    def sleep_until(self, at_s: int) -> None:
        """Return when it is `at_s` or later."""
        ...


class LiveClock(Protocol):
    """A clock that goes by itself; it never goes back."""

    def now_s(self) -> int:
        """Unix seconds."""
        ...

    def wait_s(self, at_s: int) -> float:
        """Seconds of waiting until it is `at_s`; 0 or less: it is."""
        ...


class VirtualClock:
    """The twin's: jumps to where it is told to be."""

    def __init__(self, start_s: int) -> None:
        self._now_s = start_s

    def now_s(self) -> int:
        return self._now_s

    def sleep_until(self, at_s: int) -> None:
        self._now_s = max(self._now_s, at_s)


JUMP_S = 2.0
"""By so much the wall clock must differ from the steady one to be followed."""
FOREVER_S = 3600.0


class WallClock:
    """The real one, made steady: it follows a wall clock that is put forward, and goes on evenly under one put back.

    A day of work must not stand still for an hour because somebody put the clock back; `ahead_s` says by how much this
    clock leads the wall clock then.
    """

    def __init__(
        self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall, self._steady = wall, steady
        self._at, self._since = wall(), steady()

    def not_before(self, at_s: int) -> None:
        """It is `at_s` at least: a journal that was written under a clock that has been put back since goes on."""
        if self._now() < at_s:
            self._at, self._since = float(at_s), self._steady()

    def _now(self) -> float:
        now = self._at + self._steady() - self._since
        wall = self._wall()
        if wall > now + JUMP_S:
            self._at, self._since, now = wall, self._steady(), wall
        return now

    def now_s(self) -> int:
        return int(self._now())

    def ahead_s(self) -> float:
        """Seconds by which this clock leads the wall clock."""
        return max(0.0, self._now() - self._wall())

    def wait_s(self, at_s: int) -> float:
        return at_s - self._now()

    def sleep_until(self, at_s: int) -> None:
        while (wait := self.wait_s(at_s)) > 0:
            time.sleep(min(wait, FOREVER_S))


class PacedClock:
    """The twin's clock where people look on: `speed` virtual seconds a second, or paused."""

    def __init__(
        self, start_s: float, speed: float = 1.0, *, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._steady = steady
        self._at, self._since = float(start_s), steady()
        self._speed, self._paused = speed, False

    def _now(self) -> float:
        if self._paused:
            return self._at
        return self._at + (self._steady() - self._since) * self._speed

    def _anchor(self, at_s: float) -> None:
        self._at, self._since = at_s, self._steady()

    @property
    def speed(self) -> float:
        """Virtual seconds a second."""
        return self._speed

    @property
    def paused(self) -> bool:
        """Whether it stands still."""
        return self._paused

    def now_s(self) -> int:
        return int(self._now())

    def wait_s(self, at_s: int) -> float:
        left = at_s - self._now()
        return FOREVER_S if left > 0 and self._paused else left / self._speed

    def set_speed(self, speed: float) -> None:
        """From now on go so fast."""
        self._anchor(self._now())
        self._speed = speed

    def pause(self, paused: bool) -> None:
        """Stand still, or go on."""
        self._anchor(self._now())
        self._paused = paused

    def go_to(self, at_s: float) -> None:
        """It is `at_s` now: a jump ahead, or a halt where the work has come to when it cannot keep up."""
        self._anchor(at_s)


def wall_s() -> float:
    """Unix seconds of the machine's clock, for tokens and logs; the network's own time comes from its clock."""
    return time.time()


def steady_s() -> float:
    """Seconds that only grow, for waiting and measuring."""
    return time.monotonic()


def cpu_s() -> float:
    """Processor seconds of this process so far."""
    return time.process_time()


def pause_s(seconds: float) -> None:
    """Let so much time pass."""
    time.sleep(seconds)
