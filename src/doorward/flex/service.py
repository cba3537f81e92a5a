"""The flex services: open blocks, offer them, settle answers, mind who comes, pay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import hour_of_day, second_of_day
from doorward.core.units import DAY_S, HOUR_S
from doorward.flex.lint import lint_blocks, lint_statements
from doorward.flex.market import (
    OPEN,
    REFUSED,
    WITHDRAWN,
    alike,
    curve_of,
    eligible,
    pick,
    to_withdraw,
    winners,
)
from doorward.flex.outlook import outlooks, van_room
from doorward.flex.pay import Worked, base_pay_c, statements
from doorward.flex.plan import NewBlocks, plan_blocks
from doorward.flex.price import post_price, price_grid
from doorward.flex.rules import FlexRules
from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.tables.fleet import Runs, RunStatus, Vehicles
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
    Paid,
    StandingMoved,
    Statements,
)
from doorward.tables.journey import Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Sites, Zones
from doorward.tables.ways import Way, WayCapacity

Longs = NDArray[np.int64]


def need(desk: Desk) -> None:
    """At `need_hour` open tomorrow's blocks; at `topup_hours` look at today's again."""
    rules, drivers = desk.rule(FlexRules), desk.table(Drivers)
    hour = hour_of_day(desk.now_s, desk.utc_offset_s)
    tomorrow = hour == rules.need_hour
    if len(drivers) == 0 or not (tomorrow or hour in rules.topup_hours):
        return
    midnight_s = desk.midnight_s + (DAY_S if tomorrow else 0)
    blocks = desk.table(Blocks)
    found = outlooks(
        desk.table(Sites), desk.table(Zones), desk.table(Orders), desk.table(Packages), desk.table(Vehicles),
        drivers, midnight_s, desk.now_s, tomorrow, rules,
        van_room(desk.table(WayCapacity), desk.day + int(tomorrow), len(desk.table(Sites))),
    )  # fmt: skip
    earliest_s = midnight_s if tomorrow else desk.now_s + rules.notice_s + 2 * rules.wave_s
    counts = np.isin(blocks.status, (BlockStatus.OPEN, BlockStatus.CLAIMED, BlockStatus.CHECKED_IN))
    # a block that has its run has its packages too: both are out of the question
    counts &= ~_has_run(desk) & (blocks.start_s >= midnight_s) & (blocks.start_s < midnight_s + DAY_S)
    per_station = np.bincount(blocks.station[counts], minlength=len(desk.table(Sites)))
    pay_c_h = base_pay_c(HOUR_S, rules)
    opened, stations = [], []
    for station, outlook in found.items():
        new = plan_blocks(
            outlook,
            midnight_s,
            earliest_s,
            int(per_station[station]),
            show_share(drivers, station),
            pay_c_h,
            rules,
        )
        lint_blocks(new, outlook, earliest_s, rules)
        opened.append(new)
        stations.append(np.full(len(new.start_s), station))
    post_blocks(desk, opened, stations)


def post_blocks(desk: Desk, opened: list[NewBlocks], stations: list[Longs]) -> None:
    """All stations' new blocks in one fact."""
    if not opened:
        return
    start, end, load = (np.concatenate(parts) for parts in zip(*opened, strict=True))
    lengths = sorted(set((end - start).tolist()))
    base_of = {length: base_pay_c(length, desk.rule(FlexRules)) for length in lengths}
    pay = np.array([base_of[length] for length in (end - start).tolist()], np.int64)
    desk.post(
        BlocksOpened.fill(
            len(start),
            block=desk.next(Blocks) + np.arange(len(start)),
            station=np.concatenate(stations),
            start_s=start,
            end_s=end,
            pay_c=pay,
            base_c=pay,
            need=load,
        )
    )


def show_share(drivers: Drivers, station: int) -> float:
    """Chance that who claims a block of this station works it: counts of its drivers beside 100 blocks of prior."""
    mine = drivers.station == station
    worked, lost = drivers.blocks[mine].sum(), (drivers.noshows[mine] + drivers.forfeits[mine]).sum()
    return float((worked + 95.0) / (worked + lost + 100.0))


def offer(desk: Desk) -> None:
    """A wave: post one price for each group of open blocks that are alike, and offer them to more drivers."""
    rules, blocks, drivers = desk.rule(FlexRules), desk.table(Blocks), desk.table(Drivers)
    rows = np.flatnonzero(
        (blocks.status == BlockStatus.OPEN) & (blocks.start_s > desk.now_s + rules.notice_s)
    )
    second = second_of_day(desk.now_s, desk.utc_offset_s)
    if len(rows) == 0 or len(drivers) == 0 or not rules.opens_s <= second <= rules.closes_s:
        return
    offers, sites = desk.table(Offers), desk.table(Sites)
    curve = curve_of(offers, blocks, rules)
    waiting = np.bincount(offers.block[offers.answer == OPEN], minlength=len(blocks))
    priced: list[tuple[Longs, int]] = []
    made: list[tuple[Longs, Longs, int]] = []
    for group in alike(blocks, rows):
        first, size = int(group[0]), len(group)
        base_c = int(blocks.base_c[first])
        ceiling_c = min(base_c * rules.surge_pm // 1000, int(blocks.need[first]) * rules.overflow_c)
        waves = waves_left(desk.now_s, int(blocks.start_s[first]) - rules.notice_s, desk.utc_offset_s, rules)
        pay_c = post_price(base_c, ceiling_c, waves, size, curve, rules.price_steps, rules.fanout)
        wanted = rules.fanout * size - int(waiting[group].sum())
        good = eligible(group, pay_c, blocks, offers, drivers, sites, rules)
        if wanted == rules.fanout * size:
            # nobody is thinking it over: if all have refused this pay, only more pay can change an answer
            for higher in price_grid(base_c, ceiling_c, rules.price_steps).tolist():
                if not good.any() and higher > pay_c:
                    pay_c, good = higher, eligible(group, higher, blocks, offers, drivers, sites, rules)
        priced.append((group[blocks.pay_c[group] != pay_c], pay_c))
        released = int(blocks.released_s[group].max())
        wave = (desk.now_s - released) // rules.wave_s if released >= 0 else 0
        driver = pick(good, wanted, wave, blocks, drivers, rules)
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
        _post_attendance(desk, desk.world.crew.attendance(blocks, claimed, desk.now_s))
    if len(unfilled):
        _post_moves(desk, unfilled, np.full(len(unfilled), -1), BlockStatus.UNFILLED)
        _remark_no_driver(desk, unfilled)
    idle = here[_waits_in_vain(desk, here)] if len(here) else here
    _post_moves(desk, idle, blocks.driver[idle].astype(np.int64), BlockStatus.CALLED_OFF)


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


def _post_moves(desk: Desk, block: Longs, driver: Longs, status: BlockStatus) -> None:
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
    _post_moves(desk, worked, blocks.driver[worked].astype(np.int64), BlockStatus.WORKED)
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
    Service(name="flex.offer", every_s=900, work=offer),
    Service(name="flex.answer", every_s=300, work=answer),
    Service(name="flex.attend", every_s=300, work=attend),
    Service(name="flex.pay", every_s=HOUR_S, work=pay),
]
"""In the roster's order."""
