"""How the marketplace did, from its tables: for the report of a run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorward.core.units import HOUR_S
from doorward.tables.fleet import Runs
from doorward.tables.flex import Blocks, BlockStatus, Statements


class Market(NamedTuple):
    """Counts of blocks, shares in per mille (-1: nothing to divide by), money in cents."""

    opened: int
    filled: int
    unfilled: int
    no_shows: int
    called_off: int
    worked: int
    fill_pm: int
    """Blocks that a driver came for, of those whose start has passed."""
    surge_pm: int
    """Posted pay at the end over base pay, mean over blocks that were taken."""
    pay_c: int
    pay_c_h: int
    """All pay without tips for an hour of block time, called-off blocks included."""
    topup_c: int
    tips_c: int
    packages: int
    """On runs of blocks that were worked."""
    busy_pm: int
    """Time from leaving to returning, of the time of blocks that were worked."""


def market(blocks: Blocks, statements: Statements, runs: Runs) -> Market:
    """The figures of all blocks so far."""

    def count(*which: BlockStatus) -> int:
        return int(np.isin(blocks.status, which).sum())

    came = (BlockStatus.CHECKED_IN, BlockStatus.WORKED, BlockStatus.CALLED_OFF)
    lost = count(BlockStatus.NO_SHOW, BlockStatus.UNFILLED)
    filled, taken = count(*came), np.isin(blocks.status, (*came, BlockStatus.CLAIMED, BlockStatus.NO_SHOW))
    base = int(blocks.base_c[taken].sum())
    hours_s = int((blocks.end_s - blocks.start_s)[statements.block].sum())
    pay_c = int(statements.total_c.sum() - statements.tip_c.sum())
    done = np.flatnonzero((runs.block >= 0) & (runs.left_s >= 0) & (runs.ended_s >= 0))
    done = done[blocks.status[runs.block[done]] == BlockStatus.WORKED]
    block = np.unique(runs.block[done])
    block_s = int((blocks.end_s - blocks.start_s)[block].sum())
    return Market(
        opened=len(blocks),
        filled=filled,
        unfilled=count(BlockStatus.UNFILLED),
        no_shows=count(BlockStatus.NO_SHOW),
        called_off=count(BlockStatus.CALLED_OFF),
        worked=count(BlockStatus.WORKED),
        fill_pm=1000 * filled // (filled + lost) if filled + lost else -1,
        surge_pm=1000 * int(blocks.pay_c[taken].sum()) // base if base else -1,
        pay_c=pay_c,
        pay_c_h=pay_c * HOUR_S // hours_s if hours_s else -1,
        topup_c=int(statements.topup_c.sum()),
        tips_c=int(statements.tip_c.sum()),
        packages=int(runs.packages[done].sum()),
        busy_pm=1000 * int((runs.ended_s - runs.left_s)[done].sum()) // block_s if block_s else -1,
    )
