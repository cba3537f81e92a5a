"""Positions on their way to the journal: the newest of each run, in one batch a second.

A van that says every second where it is would write thirty thousand facts a day, and a driver's every step would stay
for ever. The map needs where it is now: of what comes in within a second the newest place of each run goes on, and of
one run at most one place in `EVERY_S`. What waits here is lost when this process ends; the next ping comes soon.
"""

from __future__ import annotations

import asyncio
import contextlib

import numpy as np
from numpy.typing import NDArray

from doorward.apps.api.live import Live
from doorward.apps.api.problems import Trouble
from doorward.ports.clock import steady_s
from doorward.tracking.commands import MOST_AT_ONCE, Ping

EVERY_S = 10.0
BATCH_S = 1.0


class Pings:
    """What waits in one API process."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._newest: dict[int, tuple[int, int, int]] = {}
        self._sent: dict[int, float] = {}
        self._task: asyncio.Task[None] | None = None

    def take(self, rows: NDArray[np.int64]) -> None:
        """(n, 4) run, at_s, lat, lon."""
        for run, at_s, lat, lon in rows.tolist():
            known = self._newest.get(run)
            if known is None or at_s > known[0]:
                self._newest[run] = (at_s, lat, lon)
        if self._newest and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._send())

    async def close(self) -> None:
        """No more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _send(self) -> None:
        while self._newest:
            now = steady_s()
            self._sent = {run: at for run, at in self._sent.items() if now - at < EVERY_S}
            due = [run for run in self._newest if run not in self._sent][:MOST_AT_ONCE]
            if due:
                told = [(run, *self._newest.pop(run)) for run in due]
                self._sent.update(dict.fromkeys(due, now))
                run, at_s, lat, lon = (list(column) for column in zip(*told, strict=True))
                asked = Ping(run=run, at_s=at_s, lat_udeg=lat, lon_udeg=lon)
                with contextlib.suppress(Trouble):  # the writer is away: the next ping comes soon
                    await self._live.ask("tracking.ping", asked)
            await asyncio.sleep(BATCH_S)
