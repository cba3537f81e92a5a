"""The flex services: open blocks, offer them, settle answers, mind who comes, pay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import HOUR_S
from doorward.flex.lint import lint_statements
from doorward.flex.opening import need, room
from doorward.flex.pay import Worked, statements
from doorward.flex.rules import FlexRules
from doorward.flex.trading import answer, attend, offer, post_moves
from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.tables.fleet import Runs, RunStatus
from doorward.tables.flex import Blocks, BlockStatus, Drivers, Paid, StandingMoved, Statements
from doorward.tables.remarks import Reason

Longs = NDArray[np.int64]


def pay(desk: Desk) -> None:
    """Statements for blocks whose runs have all ended, and for drivers who were called off."""
    blocks = desk.table(Blocks)
    here = np.flatnonzero(blocks.status == BlockStatus.CHECKED_IN)
    off = np.flatnonzero(blocks.status == BlockStatus.CALLED_OFF)
    if len(off):
        paid = np.zeros(len(blocks), np.bool_)
        paid[desk.table(Statements).block] = True
        off = off[~paid[off]]
    if len(here) == 0 and len(off) == 0:
        return
    worked, runs_of = _worked(desk, here)
    block = np.concatenate([worked, off])
    if len(block) == 0:
        return
    rules, drivers, driver = desk.rule(FlexRules), desk.table(Drivers), blocks.driver[block]
    vain = np.r_[np.zeros(len(worked), np.bool_), np.ones(len(off), np.bool_)]
    left_s, ended_s, dist_m, packages = (np.r_[column, np.zeros(len(off), np.int64)] for column in runs_of)
    start_s = blocks.start_s[block]
    tips = desk.world.crew.tips(block, driver, packages)
    done = Worked(
        block=block,
        driver=driver.astype(np.int64),
        pay_c=blocks.pay_c[block].astype(np.int64),
        block_s=blocks.end_s[block] - start_s,
        engaged_s=np.maximum(0, np.where(vain, blocks.ended_s[block], ended_s) - start_s),
        wait_s=np.where(vain, 0, np.maximum(0, left_s - start_s)),
        dist_m=dist_m,
        car_mc_m=drivers.car_km_mc[driver].astype(np.int64),
        tip_c=np.where(packages > 0, tips, 0),
        called_off=vain,
    )
    sheet = statements(done, rules)
    lint_statements(sheet, done, rules)
    post_moves(desk, worked, blocks.driver[worked].astype(np.int64), BlockStatus.WORKED)
    desk.post(
        Paid(**{name: getattr(sheet, name) for name in Paid.columns}),
        StandingMoved.fill(
            len(worked), driver=blocks.driver[worked], delta_pm=rules.well_pm, reason=int(Reason.WORKED_WELL)
        ),
    )


def _worked(desk: Desk, here: Longs) -> tuple[Longs, tuple[Longs, Longs, Longs, Longs]]:
    """Blocks whose runs have all ended; first departure, last return, metres and packages of their runs."""
    runs, n = desk.table(Runs), desk.next(Blocks)
    rows = np.flatnonzero(runs.block >= 0)
    of = runs.block[rows]
    ended = (runs.status[rows] == RunStatus.DONE) | (runs.status[rows] == RunStatus.BROKEN)
    has, still_out = np.bincount(of, minlength=n) > 0, np.bincount(of[~ended], minlength=n) > 0
    left = np.full(n, 2**62, np.int64)
    back, metres, packages = (np.zeros(n, np.int64) for _ in range(3))
    depart = np.where(runs.left_s[rows] >= 0, runs.left_s[rows], runs.depart_s[rows])
    np.minimum.at(left, of, depart)
    np.maximum.at(back, of, np.where(runs.ended_s[rows] >= 0, runs.ended_s[rows], runs.back_s[rows]))
    np.add.at(metres, of, runs.dist_m[rows])
    np.add.at(packages, of, runs.packages[rows])
    done = here[has[here] & ~still_out[here]]
    return done, (left[done], back[done], metres[done], packages[done])


SERVICES: list[Service] = [
    Service(name="flex.need", every_s=HOUR_S, work=need),
    Service(name="flex.offer", every_s=300, work=offer),
    Service(name="flex.answer", every_s=300, work=answer),
    Service(name="flex.attend", every_s=300, work=attend),
    Service(name="flex.room", every_s=300, work=room),
    Service(name="flex.pay", every_s=HOUR_S, work=pay),
]
"""In the roster's order."""
