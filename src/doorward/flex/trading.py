"""Services that offer blocks, settle answers, and mind who comes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import second_of_day
from doorward.core.units import DAY_S, HOUR_S
from doorward.flex.market import (
    OPEN,
    REFUSED,
    WITHDRAWN,
    alike,
    curve_of,
    eligible,
    fitness,
    pick,
    to_withdraw,
    winners,
)
from doorward.flex.outlook import package_size
from doorward.flex.pay import base_pay_c
from doorward.flex.price import post_price, price_grid
from doorward.flex.room import live_need, packages_on
from doorward.flex.rules import FlexRules
from doorward.ledger.desk import Desk
from doorward.tables.fleet import Runs
from doorward.tables.flex import (
    BlockMoved,
    Blocks,
    BlocksOpened,
    BlocksPriced,
    BlockStatus,
    Drivers,
    OfferAnswered,
    Offered,
    Offers,
    StandingMoved,
)
from doorward.tables.journey import Status
from doorward.tables.packages import Packages
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Sites
from doorward.tables.ways import Way

Longs = NDArray[np.int64]


def offer(desk: Desk) -> None:
    """A wave: post one price for each group of open blocks that are alike, and offer them to more drivers.

    Waves come every `wave_s`; blocks that begin within `notice_s` (given back late, or in place of a driver who did not
    come) are instant offers: made at once, to more drivers, of every standing.
    """
    rules, blocks, drivers = desk.rule(FlexRules), desk.table(Blocks), desk.table(Drivers)
    instant = blocks.start_s <= desk.now_s + rules.notice_s
    rows = np.flatnonzero(
        (blocks.status == BlockStatus.OPEN)
        & (blocks.start_s > desk.now_s + rules.instant_s)
        & (instant | (desk.now_s % rules.wave_s == 0))
    )
    second = second_of_day(desk.now_s, desk.utc_offset_s)
    if len(rows) == 0 or len(drivers) == 0 or not rules.opens_s <= second <= rules.closes_s:
        return
    offers, sites = desk.table(Offers), desk.table(Sites)
    size_ml = package_size(desk.table(Packages), rules)
    curve = curve_of(offers, blocks, rules)
    waiting = np.bincount(offers.block[offers.answer == OPEN], minlength=len(blocks))
    priced: list[tuple[Longs, int]] = []
    made: list[tuple[Longs, Longs, int]] = []
    for group in alike(blocks, rows):
        first, size = int(group[0]), len(group)
        base_c = int(blocks.base_c[first])
        ceiling_c = min(base_c * rules.surge_pm // 1000, int(blocks.need[first]) * rules.overflow_c)
        waves = waves_left(desk.now_s, int(blocks.start_s[first]) - rules.notice_s, desk.utc_offset_s, rules)
        fanout = rules.instant_fanout if instant[first] else rules.fanout
        pay_c = post_price(base_c, ceiling_c, waves, size, curve, rules.price_steps, rules.fanout)
        pay_c = max(
            pay_c, int(blocks.pay_c[group].max())
        )  # it only ever rises: waiting for less is not taught
        wanted = fanout * size - int(waiting[group].sum())
        good = eligible(group, pay_c, blocks, offers, drivers, sites, rules)
        if wanted == fanout * size:
            # nobody is thinking it over: if all have refused this pay, only more pay can change an answer
            for higher in price_grid(base_c, ceiling_c, rules.price_steps).tolist():
                if not good.any() and higher > pay_c:
                    pay_c, good = higher, eligible(group, higher, blocks, offers, drivers, sites, rules)
        priced.append((group[blocks.pay_c[group] != pay_c], pay_c))
        released = int(blocks.released_s[group].max())
        wave = (desk.now_s - released) // rules.wave_s if released >= 0 else 0
        if instant[first]:
            wave = len(rules.tiers_pm)
        rank = fitness(first, blocks, drivers, sites, size_ml, rules)
        driver = pick(good, wanted, wave, blocks, drivers, rules, rank)
        made.append((group[np.arange(len(driver)) % size], driver, pay_c))
    post_wave(desk, priced, made)


def waves_left(now_s: int, last_s: int, utc_offset_s: int, rules: FlexRules) -> int:
    """Waves from now to `last_s`, those of closed hours not counted."""
    ahead = np.arange(now_s, max(now_s, last_s) + 1, rules.wave_s)
    second = second_of_day(ahead, utc_offset_s)
    return int(((second >= rules.opens_s) & (second <= rules.closes_s)).sum())


def post_wave(desk: Desk, priced: list[tuple[Longs, int]], made: list[tuple[Longs, Longs, int]]) -> None:
    """Prices first, then offers at these prices."""
    if priced:
        block = np.concatenate([group for group, _ in priced])
        pay = np.repeat([pay_c for _, pay_c in priced], [len(group) for group, _ in priced])
        desk.post(BlocksPriced.fill(len(block), block=block, pay_c=pay))
    block = np.concatenate([group for group, _, _ in made])
    desk.post(
        Offered.fill(
            len(block),
            offer=desk.next(Offers) + np.arange(len(block)),
            block=block,
            driver=np.concatenate([driver for _, driver, _ in made]),
            pay_c=np.repeat([pay_c for _, _, pay_c in made], [len(driver) for _, driver, _ in made]),
        )
    )


def answer(desk: Desk) -> None:
    """Settle what drivers answered; end offers whose block is filled or whose driver is taken."""
    offers = desk.table(Offers)
    waiting = np.flatnonzero(offers.answer == OPEN)
    if len(waiting) == 0:
        return
    rules, blocks = desk.rule(FlexRules), desk.table(Blocks)
    told = desk.world.crew.answers(offers, waiting, blocks, desk.table(Drivers), desk.now_s)
    settled, won = winners(told.offer, told.answer.astype(np.int64), offers, blocks, rules)
    rest = waiting[~np.isin(waiting, told.offer)]
    gone = to_withdraw(rest, won, offers, blocks, rules)
    rest = rest[~np.isin(rest, gone)]
    begun = rest[blocks.start_s[offers.block[rest]] <= desk.now_s]
    desk.post(
        OfferAnswered.fill(
            len(told) + len(gone) + len(begun),
            offer=np.concatenate([told.offer, gone, begun]),
            answer=np.concatenate([settled, np.full(len(gone), WITHDRAWN), np.full(len(begun), REFUSED)]),
        )
    )
    block = offers.block[won]
    higher = offers.pay_c[won] > blocks.pay_c[block]
    desk.post(
        BlocksPriced.fill(int(higher.sum()), block=block[higher], pay_c=offers.pay_c[won][higher]),
        BlockMoved.fill(len(won), block=block, driver=offers.driver[won], status=int(BlockStatus.CLAIMED)),
    )


def attend(desk: Desk) -> None:
    """Forfeits, check-ins, no-shows; blocks that begin unfilled; drivers who have waited in vain."""
    blocks = desk.table(Blocks)
    status = blocks.status
    claimed = np.flatnonzero(status == BlockStatus.CLAIMED)
    unfilled = np.flatnonzero((status == BlockStatus.OPEN) & (blocks.start_s <= desk.now_s))
    here = np.flatnonzero(status == BlockStatus.CHECKED_IN)
    if len(claimed):
        moved = desk.world.crew.attendance(blocks, claimed, desk.now_s)
        _post_attendance(desk, moved)
        absent = moved.block[moved.status == BlockStatus.NO_SHOW].astype(np.int64)
        if len(absent):
            _replace(desk, absent)
    if len(unfilled):
        post_moves(desk, unfilled, np.full(len(unfilled), -1), BlockStatus.UNFILLED)
        _remark_no_driver(desk, unfilled)
    idle = here[_waits_in_vain(desk, here)] if len(here) else here
    post_moves(desk, idle, blocks.driver[idle].astype(np.int64), BlockStatus.CALLED_OFF)


def _replace(desk: Desk, lost: Longs) -> None:
    """Instant blocks in place of those nobody came for, as far as their packages wait and there is time."""
    rules, blocks, packages = desk.rule(FlexRules), desk.table(Blocks), desk.table(Packages)
    start_s = -(-(desk.now_s + rules.instant_lead_s) // 300) * 300
    closes_s = desk.midnight_s + rules.closes_s
    waits = (packages.way == Way.FLEX) & (packages.stop < 0) & (packages.status < Status.OUT)
    waits &= (packages.due_s < desk.midnight_s + DAY_S) & (packages.station >= 0)
    on, sites = packages_on(blocks, desk.table(Runs)), len(desk.table(Sites))
    on[lost] = 0  # they carry nothing
    short = np.bincount(packages.station[waits], minlength=sites)
    short -= live_need(blocks, on, desk.midnight_s, sites)
    made = []
    for block in lost.tolist():
        station, asked = int(blocks.station[block]), int(blocks.need[block])
        length = max([s for s in rules.lengths_s if start_s + s <= closes_s], default=0)
        length = min(length, int(blocks.end_s[block] - blocks.start_s[block]))
        need = min(asked, max(1, rules.packages_h * length // HOUR_S))
        if short[station] > 0 and length > 0:
            short[station] -= need
            made.append((station, start_s, start_s + length, need))
    if made:
        station_, start_, end_, need_ = np.array(made, np.int64).T
        base = np.array([base_pay_c(int(s), rules) for s in end_ - start_], np.int64)
        desk.post(
            BlocksOpened.fill(
                len(made), block=desk.next(Blocks) + np.arange(len(made)), station=station_, start_s=start_,
                end_s=end_, pay_c=base, base_c=base, need=need_,
            )
        )  # fmt: skip


def _post_attendance(desk: Desk, moved: BlockMoved) -> None:
    rules, blocks = desk.rule(FlexRules), desk.table(Blocks)
    back = moved.block[moved.status == BlockStatus.OPEN]
    absent = moved.block[moved.status == BlockStatus.NO_SHOW]
    # the exact minute is not told: whoever may have been in time is taken to have been
    late = back[blocks.start_s[back] - desk.after_s < rules.notice_s]
    desk.post(moved)
    for block, delta, reason in (
        (late, rules.forfeit_pm, Reason.FORFEITED),
        (absent, rules.noshow_pm, Reason.DID_NOT_SHOW),
    ):
        desk.post(
            StandingMoved.fill(len(block), driver=blocks.driver[block], delta_pm=delta, reason=int(reason))
        )
    _remark_no_driver(desk, absent.astype(np.int64))


def _remark_no_driver(desk: Desk, block: Longs) -> None:
    """Limit: the pay that was posted, cents; short: packages that the block was for."""
    blocks = desk.table(Blocks)
    if len(block):
        desk.post(
            Remarks.about(
                Subject.BLOCK,
                block,
                int(Reason.NO_DRIVER),
                desk.now_s,
                limit=blocks.pay_c[block],
                short=blocks.need[block],
            )
        )


def post_moves(desk: Desk, block: Longs, driver: Longs, status: BlockStatus) -> None:
    desk.post(BlockMoved.fill(len(block), block=block, driver=driver, status=int(status)))


def _waits_in_vain(desk: Desk, here: Longs) -> NDArray[np.bool_]:
    """Checked in, an hour after the start, no run, and nothing for gig drivers at the station (or the block ended)."""
    rules, blocks = desk.rule(FlexRules), desk.table(Blocks)
    since = blocks.start_s[here] + rules.call_off_s <= desk.now_s
    if not since.any():
        return since
    packages = desk.table(Packages)
    ready = (packages.status == Status.READY) & (packages.way == Way.FLEX) & (packages.stop < 0)
    at_station = np.bincount(packages.station[ready], minlength=len(desk.table(Sites)))
    nothing = (at_station[blocks.station[here]] == 0) | (blocks.end_s[here] <= desk.now_s)
    return np.asarray(since & nothing & ~_has_run(desk)[here])


def _has_run(desk: Desk) -> NDArray[np.bool_]:
    """(blocks,) whether any run was planned for it."""
    run_of = desk.table(Runs).block
    has = np.zeros(desk.next(Blocks), np.bool_)
    has[run_of[run_of >= 0]] = True
    return has
