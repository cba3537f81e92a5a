"""Time travel: tables as they were, opened beside the living ones and moved on as the slider moves."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import UTC, datetime

from doorward.apps.api.problems import Trouble
from doorward.ledger.ledger import Ledger
from doorward.ledger.state import State
from doorward.runtime.build import all_folds
from doorward.runtime.live.prepare import live_reference
from doorward.runtime.live.replica import Replica

KEPT = 3
"""Pasts held open; the one used longest ago makes room."""


class Pasts:
    """States of earlier moments. One is opened or moved at a time, in a thread: the living go on meanwhile."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._open: OrderedDict[int, Ledger] = OrderedDict()
        self._lock = asyncio.Lock()

    async def at(self, at_s: int) -> tuple[State, int]:
        """(tables, turn) of the newest turn that was not later than `at_s`. Trouble 422 outside the journal."""
        replica = self._replica
        begins_s, now_s = replica.where.settings.start_s, replica.now_s()
        if not begins_s <= at_s <= now_s:
            offset_s = replica.network.utc_offset_s
            begins = datetime.fromtimestamp(begins_s + offset_s, UTC)
            what = (
                f"nothing was recorded then: the journal begins {begins:%Y-%m-%d %H:%M}"
                if at_s < begins_s
                else "that is still to come"
            )
            raise Trouble(
                422, what, field="at", rule=f"Unix seconds from {begins_s} to {now_s}", remedy="leave it out for now"
            )
        async with self._lock:
            turn = replica.ledger.journal.turn_at(at_s)
            ledger = self._open.pop(turn, None)
            if ledger is None:
                ledger = await asyncio.to_thread(self._go, turn)
            self._open[ledger.at] = ledger
            while len(self._open) > KEPT:
                self._open.popitem(last=False)[1].close()
        return ledger.state, ledger.at

    def _go(self, turn: int) -> Ledger:
        """A past that is moved on to the turn, or one that is opened there."""
        before = [at for at in self._open if at < turn]
        if before and len(self._open) >= KEPT:
            ledger = self._open.pop(max(before))
            ledger.replay(turn)
            return ledger
        root = self._replica.where.root
        return Ledger.open(root, all_folds(), live_reference(self._replica.where), read_only=True, upto=turn)

    def close(self) -> None:
        """Let go of all."""
        for ledger in self._open.values():
            ledger.close()
        self._open.clear()
