"""Whom to offer which block, and who has it: pure functions of the tables."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import crow_m
from doorward.core.units import DAY_S
from doorward.flex.price import learn
from doorward.flex.rules import FlexRules
from doorward.tables.flex import Blocks, BlockStatus, Drivers, Offers
from doorward.tables.sites import Sites

Longs = NDArray[np.int64]
HELD = (BlockStatus.CLAIMED, BlockStatus.CHECKED_IN, BlockStatus.WORKED)
OPEN, TAKEN, REFUSED, WITHDRAWN, TOO_LATE = range(5)
"""Offers.answer."""


class Wave(NamedTuple):
    """Offers to make: rows in Blocks and Drivers, and the pay; all (o,)."""

    block: Longs
    driver: Longs
    pay_c: Longs


def curve_of(offers: Offers, blocks: Blocks, rules: FlexRules) -> tuple[float, float]:
    """The acceptance curve after the newest answers; withdrawn offers tell nothing."""
    answered = np.flatnonzero((offers.answer != OPEN) & (offers.answer != WITHDRAWN))[-rules.learn_offers :]
    yes = (offers.answer[answered] == TAKEN) | (offers.answer[answered] == TOO_LATE)
    base = blocks.base_c[offers.block[answered]].astype(np.int64)
    return learn(offers.pay_c[answered].astype(np.int64), base, yes)


def alike(blocks: Blocks, rows: Longs) -> list[Longs]:
    """Rows of open blocks in groups of the same station, start and end, in that order."""
    order = np.lexsort((rows, blocks.end_s[rows], blocks.station[rows], blocks.start_s[rows]))
    rows = rows[order]
    key = np.stack([blocks.start_s[rows], blocks.station[rows].astype(np.int64), blocks.end_s[rows]])
    return np.split(rows, np.flatnonzero((np.diff(key) != 0).any(axis=0)) + 1) if len(rows) else []


def eligible(
    group: Longs, pay_c: int, blocks: Blocks, offers: Offers, drivers: Drivers, sites: Sites, rules: FlexRules
) -> NDArray[np.bool_]:
    """(drivers,) who may be offered a block of this group: near, free, within hours, not asked in vain at this pay."""
    first = int(group[0])
    station, start_s, end_s = (
        int(blocks.station[first]),
        int(blocks.start_s[first]),
        int(blocks.end_s[first]),
    )
    far = crow_m(drivers.lat_udeg, drivers.lon_udeg, sites.lat_udeg[station], sites.lon_udeg[station])
    good = (drivers.station == station) | (far <= rules.near_m)
    held = np.flatnonzero(np.isin(blocks.status, HELD) & (blocks.end_s > start_s - 7 * DAY_S))
    length = (blocks.end_s[held] - blocks.start_s[held]).astype(np.float64)
    driver, n = blocks.driver[held], len(drivers)
    near = np.abs(blocks.start_s[held] - start_s) < DAY_S // 2
    clash = (blocks.start_s[held] < end_s + rules.gap_s) & (blocks.end_s[held] > start_s - rules.gap_s)
    good &= np.bincount(driver[clash], minlength=n) == 0
    good &= np.bincount(driver[near], length[near], n) + (end_s - start_s) <= rules.day_s
    good &= np.bincount(driver, length, n) + (end_s - start_s) <= rules.week_s
    mine = np.zeros(len(blocks), np.bool_)
    mine[(blocks.station == station) & (blocks.start_s == start_s) & (blocks.end_s == end_s)] = True
    asked = np.flatnonzero(mine[offers.block])
    answer, who = offers.answer[asked], offers.driver[asked]
    # still thinking, or gave a block of this kind back: not again
    good[who[(answer == OPEN) | (answer == TAKEN)]] = False
    # nor who did not come to a block just before
    absent = (blocks.status == BlockStatus.NO_SHOW) & (np.abs(blocks.start_s - start_s) < DAY_S // 2)
    good[blocks.driver[absent]] = False
    no = (answer == REFUSED) & (offers.pay_c[asked] >= pay_c)
    good[who[no]] = False
    return np.asarray(good)


def fitness(
    block: int, blocks: Blocks, drivers: Drivers, sites: Sites, package_ml: float, rules: FlexRules
) -> Longs:
    """(drivers,) how a block suits each, less is better: a car that holds its packages first, then a short way to it.

    The way counts in steps of `near_step_m`, so that a few hundred metres do not outweigh standing.
    """
    station = int(blocks.station[block])
    far = crow_m(drivers.lat_udeg, drivers.lon_udeg, sites.lat_udeg[station], sites.lon_udeg[station])
    small = drivers.volume_ml < int(blocks.need[block]) * package_ml
    return np.asarray(small * 1_000_000 + far // rules.near_step_m, np.int64)


def pick(
    good: NDArray[np.bool_], wanted: int, wave: int, blocks: Blocks, drivers: Drivers, rules: FlexRules,
    rank: Longs | None = None,
) -> Longs:  # fmt: skip
    """Drivers of one wave: by standing tier, a share reserved for newcomers.

    Within a tier by work had (least first), then `rank` (`fitness`), then standing.
    """
    if wanted <= 0 or not good.any():
        return np.zeros(0, np.int64)
    new = drivers.blocks < rules.newcomer_blocks
    load = np.bincount(blocks.driver[blocks.driver >= 0], minlength=len(drivers))
    suits = np.zeros(len(drivers), np.int64) if rank is None else rank
    order = np.lexsort((np.arange(len(drivers)), -drivers.standing_pm, suits, load))
    order = order[good[order]]
    reserved = order[new[order]][: -(-wanted * rules.newcomer_pm // 1000)]
    rest = order[~np.isin(order, reserved)]
    others = rest[:0]
    for least in rules.tiers_pm[min(wave, len(rules.tiers_pm) - 1) :]:
        others = rest[drivers.standing_pm[rest] >= least]
        if len(others) or len(reserved):
            break  # a tier without anybody does not hold up a wave
    return np.asarray(np.r_[reserved, others[: wanted - len(reserved)]], np.int64)


def winners(
    offer: Longs, answer: Longs, offers: Offers, blocks: Blocks, rules: FlexRules
) -> tuple[Longs, Longs]:
    """Settle answers in the order given: (answer as it is to be posted, offers that won).

    The first yes has the block, unless the driver has taken one since that is too near in time or uses up the hours.
    """
    settled = answer.copy()
    won: list[int] = []
    taken: set[int] = set()
    new: dict[int, list[int]] = {}
    held = np.isin(blocks.status, HELD)
    for i in np.flatnonzero(answer == TAKEN):
        row, block, driver = int(offer[i]), int(offers.block[offer[i]]), int(offers.driver[offer[i]])
        if blocks.status[block] != BlockStatus.OPEN or block in taken:
            settled[i] = TOO_LATE
            continue
        theirs = np.r_[np.flatnonzero(held & (blocks.driver == driver)), new.get(driver, [])].astype(np.int64)
        if not _has_time(block, theirs, blocks, rules):
            settled[i] = WITHDRAWN
            continue
        taken.add(block)
        new.setdefault(driver, []).append(block)
        won.append(row)
    return settled, np.array(won, np.int64)


def _has_time(block: int, theirs: Longs, blocks: Blocks, rules: FlexRules) -> bool:
    """Whether a driver who holds the blocks `theirs` can take this one too."""
    start_s, end_s = int(blocks.start_s[block]), int(blocks.end_s[block])
    start, end = blocks.start_s[theirs], blocks.end_s[theirs]
    if ((start < end_s + rules.gap_s) & (end > start_s - rules.gap_s)).any():
        return False
    length = end - start
    day = int(length[np.abs(start - start_s) < DAY_S // 2].sum()) + end_s - start_s
    week = int(length[end > start_s - 7 * DAY_S].sum()) + end_s - start_s
    return day <= rules.day_s and week <= rules.week_s


def to_withdraw(waiting: Longs, won: Longs, offers: Offers, blocks: Blocks, rules: FlexRules) -> Longs:
    """Of the open offers `waiting` those to end now: the block is filled, or the driver took one too near to it."""
    block, driver = offers.block[waiting], offers.driver[waiting]
    filled = np.asarray(blocks.status != BlockStatus.OPEN)
    filled[offers.block[won]] = True
    gone = filled[block]
    for row in won.tolist():
        other = offers.block[row]
        clash = blocks.start_s[block] < blocks.end_s[other] + rules.gap_s
        clash &= blocks.end_s[block] > blocks.start_s[other] - rules.gap_s
        gone |= (driver == offers.driver[row]) & clash
    return np.asarray(waiting[gone], np.int64)
