"""What time it is. The only file that asks."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """A clock that can be waited on."""

    def now_s(self) -> int:
        """Unix seconds."""
        ...

    def sleep_until(self, at_s: int) -> None:
        """Return when it is `at_s` or later."""
        ...


class WallClock:
    """The real one."""

    def now_s(self) -> int:
        return int(time.time())

    def sleep_until(self, at_s: int) -> None:
        wait = at_s - time.time()
        if wait > 0:
            time.sleep(wait)


class VirtualClock:
    """The twin's: jumps to where it is told to be."""

    def __init__(self, start_s: int) -> None:
        self._now_s = start_s

    def now_s(self) -> int:
        return self._now_s

    def sleep_until(self, at_s: int) -> None:
        self._now_s = max(self._now_s, at_s)
