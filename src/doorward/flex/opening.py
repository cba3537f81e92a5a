"""Services that open blocks and say what they can carry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import hour_of_day, second_of_day
from doorward.core.units import DAY_S, HOUR_S
from doorward.flex.lint import lint_blocks
from doorward.flex.outlook import look_hours, looked_at, outlooks, promises_left, van_room
from doorward.flex.pay import base_pay_c
from doorward.flex.plan import NewBlocks, demand_quantiles, marginal_pm, plan_blocks, share_mc, stretches
from doorward.flex.room import (
    LIVE,
    begins_of,
    carried,
    changed,
    given_back,
    live_need,
    packages_on,
    rates,
    slots_of,
    still_open,
)
from doorward.flex.rules import FlexRules
from doorward.ledger.desk import Desk
from doorward.tables.fleet import Runs, Vehicles
from doorward.tables.flex import Blocks, BlocksOpened, Drivers
from doorward.tables.orders import Openings, Orders
from doorward.tables.packages import Packages
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Sites, Zones
from doorward.tables.ways import Bills, Way, WayCapacity, WayDropped, WayLimited

Longs = NDArray[np.int64]


def need(desk: Desk) -> None:
    """At `need_hour` and in the evening open tomorrow's blocks; at `topup_hours` look at today's again.

    Each look also says what the blocks of that day can carry, and what one package more costs.
    """
    rules, drivers = desk.rule(FlexRules), desk.table(Drivers)
    hour = hour_of_day(desk.now_s, desk.utc_offset_s)
    looks = look_hours(rules)
    tomorrow = hour in looks
    if len(drivers) == 0 or not (tomorrow or hour in rules.topup_hours):
        return
    midnight_s, sites = desk.midnight_s + (DAY_S if tomorrow else 0), len(desk.table(Sites))
    blocks, ways, day = desk.table(Blocks), desk.table(WayCapacity), desk.day + int(tomorrow)
    found = outlooks(
        desk.table(Sites), desk.table(Zones), desk.table(Orders), desk.table(Packages), desk.table(Vehicles),
        drivers, midnight_s, desk.now_s, tomorrow, rules, van_room(ways, day, sites), desk.utc_offset_s,
        promises_left(desk.table(Openings), day, sites), begins_of(desk.table(Packages), desk.table(Bills), ways),
    )  # fmt: skip
    earliest_s = midnight_s if tomorrow else desk.now_s + rules.notice_s + 2 * rules.wave_s
    on, believed = packages_on(blocks, desk.table(Runs)), rates(drivers, blocks, desk.now_s, sites)
    slots = slots_of(ways, day)
    room = carried(blocks, on, believed, midnight_s, sites, slots)
    cost_mc = np.full(sites, -1, np.int64)
    pay_c_h = base_pay_c(HOUR_S, rules)
    pay_of = tuple(base_pay_c(length, rules) for length in rules.lengths_s)
    opened, stations = [], []
    for station, whole in found.items():
        show = float(believed.show[station])
        live = (blocks.station == station) & np.isin(blocks.status, LIVE) & (on < 0)
        for outlook, own, lo_s, hi_s in reversed(stretches(whole, midnight_s, rules)):
            have = int(live_need(blocks, on, midnight_s + lo_s, sites, midnight_s + hi_s)[station])
            new = plan_blocks(
                outlook, midnight_s, earliest_s, have, show, pay_c_h, own, begins=blocks.start_s[live],
                early=tomorrow and hour < looks[-1],
            )  # fmt: skip
            lint_blocks(new, outlook, earliest_s, own)
            opened.append(new)
            stations.append(np.full(len(new.start_s), station))
            which = np.maximum(np.searchsorted(slots, new.start_s - midnight_s, side="right") - 1, 0)
            np.add.at(room[:, station], which, new.need * show * float(believed.fill[station]))
        spare = (have + int(new.need.sum())) * show  # the day's: it comes last
        demand = demand_quantiles(outlook, rules)
        share = share_mc(float(demand.mean()), outlook, pay_of, rules)
        cost_mc[station] = share * marginal_pm(demand, spare, rules) // 1000
    post_blocks(desk, opened, stations)
    opening, limit, cost = changed(ways, day, room, cost_mc, _told_until(desk, int(tomorrow)))
    desk.post(WayLimited.fill(len(opening), opening=opening, limit=limit, cost_mc=cost))


def _told_until(desk: Desk, ahead: int) -> int:
    """Second of the day, `ahead` days from today, up to which blocks say what gig drivers carry; from then on the
    choice may fill what they could."""
    rules = desk.rule(FlexRules)
    if rules.evening_s >= 0 and (ahead or still_open(desk.now_s, desk.utc_offset_s, rules)):
        return rules.evening_s
    return DAY_S


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


def room(desk: Desk) -> None:
    """Keep the choice's room at what blocks can carry now; give back what no driver will carry, in time for vans."""
    rules, blocks, drivers, ways = (desk.rule(FlexRules), desk.table(Blocks), desk.table(Drivers),
                                    desk.table(WayCapacity))  # fmt: skip
    if len(drivers) == 0 or len(ways) == 0:
        return
    sites, on = len(desk.table(Sites)), packages_on(blocks, desk.table(Runs))
    believed = rates(drivers, blocks, desk.now_s, sites)
    for ahead in range(1 + looked_at(desk.now_s, desk.utc_offset_s, rules)):
        slots = slots_of(ways, desk.day + ahead)
        expected = carried(blocks, on, believed, desk.midnight_s + ahead * DAY_S, sites, slots)
        opening, limit, cost = changed(ways, desk.day + ahead, expected, before_s=_told_until(desk, ahead))
        desk.post(WayLimited.fill(len(opening), opening=opening, limit=limit, cost_mc=cost))
    second = second_of_day(desk.now_s, desk.utc_offset_s)
    if any(second - (desk.now_s - desk.after_s) < at <= second for at in rules.give_back_s):
        packages = desk.table(Packages)
        later = begins_of(packages, desk.table(Bills), ways) >= _told_until(desk, 0)
        back, limit, short = given_back(
            packages, blocks, on, desk.midnight_s, desk.now_s, sites, rules, later
        )
        why = int(Reason.NO_DRIVER)
        desk.post(WayDropped.fill(len(back), package=back, way=int(Way.FLEX), reason=why))
        if len(back):
            desk.post(Remarks.about(Subject.PACKAGE, back, why, desk.now_s, limit=limit, short=short))
