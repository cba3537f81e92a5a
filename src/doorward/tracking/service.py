"""The tracking services: learn from scans every hour; intervals and exceptions every quarter of an hour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.tables.fleet import Runs, Stops
from doorward.tables.flex import Blocks
from doorward.tables.journey import Status
from doorward.tables.linehaul import Lanes, Pallets, Trips
from doorward.tables.outages import Outages, PlannedOutages
from doorward.tables.packages import (
    Alarm,
    Alarms,
    Arrivals,
    EtaScales,
    Gaps,
    Heard,
    HeardTo,
    Packages,
    PickTasks,
    Scans,
    Watch,
)
from doorward.tables.sites import Sites
from doorward.tables.ways import Services
from doorward.tracking.alarms import missed_cutoff, plan_alarms, plan_cleared, raised_of, silent
from doorward.tracking.count import plan_arrivals, plan_gaps
from doorward.tracking.learn import plan_scales
from doorward.tracking.odds import Odds
from doorward.tracking.plan import TO_COME, plan_etas, reckon, scales_now
from doorward.tracking.rules import TrackingRules
from doorward.tracking.silence import Cells, Waves, put_off_s
from doorward.tracking.standstill import plan_watch
from doorward.tracking.transit import Partners

HOUR_S = 3_600
ONBOARD = np.zeros(len(Status), np.bool_)
ONBOARD[[Status.READY, Status.OUT]] = True


def learn_widths(desk: Desk) -> None:
    """Widen or narrow intervals on the road by the last hour's arrivals; count arrivals and delays of scans."""
    packages, scans, watch = desk.table(Packages), desk.table(Scans), desk.table(Watch)
    desk.post(plan_scales(packages, scans, desk.table(EtaScales), desk.rule(TrackingRules)))
    heard = desk.table(Heard)
    since, after_s = (int(heard.scans[0]), int(heard.at_s[0])) if len(heard) else (0, -1)
    if len(scans) == since and not ((packages.due_s > after_s) & (packages.due_s <= desk.now_s)).any():
        return
    stops, runs = desk.table(Stops), desk.table(Runs)
    desk.post(
        plan_arrivals(
            packages,
            scans,
            stops,
            runs,
            Partners.of(desk, desk.rule(TrackingRules), desk.utc_offset_s),
            watch,
            desk.rule(TrackingRules),
            since,
            after_s,
            desk.now_s,
        ),
        plan_gaps(
            packages, scans, desk.table(PickTasks), desk.table(Trips), runs, stops, cells_of(desk), since
        ),
        HeardTo.fill(1, scans=len(scans), at_s=desk.now_s),
    )


def cells_of(desk: Desk) -> Cells:
    """Where the counts of silence stand."""
    return Cells.of(desk.next(Sites), desk.next(Lanes), desk.next(Services))


def to_reckon(desk: Desk) -> NDArray[np.int64]:
    """Rows of Packages to look at now: all still to arrive on the hour; else what may have changed since.

    That is who is on the road or planned to be, had a scan that is not yet counted (`Heard`), has an open alarm, or
    whose promise has passed without one.
    """
    packages, watch = desk.table(Packages), desk.table(Watch)
    mine = TO_COME[packages.status]
    if desk.now_s % HOUR_S >= HOUR_S // 4:
        heard = desk.table(Heard)
        anew = packages.last_scan >= (int(heard.scans[0]) if len(heard) else 0)
        anew |= packages.due_s <= desk.now_s
        anew |= ONBOARD[packages.status] & (packages.stop >= 0)
        anew[: len(watch)] |= watch.raised != 0
        mine &= anew
    return np.flatnonzero(mine)


def tell(desk: Desk) -> None:
    """Reckon arrivals once: tell intervals that moved, raise exceptions, clear those that are over."""
    packages, watch, alarms = desk.table(Packages), desk.table(Watch), desk.table(Alarms)
    row = to_reckon(desk)
    if not len(row) and not np.any(watch.raised):
        return
    rules, now_s, scans = desk.rule(TrackingRules), desk.now_s, desk.table(Scans)
    pallets, trips, runs, stops = desk.table(Pallets), desk.table(Trips), desk.table(Runs), desk.table(Stops)
    missed = missed_cutoff(packages, pallets, trips, desk.table(PickTasks), row, rules.cutoff_grace_s, now_s)
    partners = Partners.of(desk, rules, desk.utc_offset_s)
    odds = Odds(desk.table(Arrivals), partners.services, rules.prior_arrivals)
    scale = scales_now(desk.table(EtaScales))
    waves = Waves.of(rules, desk.utc_offset_s)
    other_day = put_off_s(packages, trips, desk.table(Lanes), waves, row, now_s)
    now = reckon(
        packages, scans, runs, stops, partners, odds, watch, rules, now_s, scale, row, missed, other_day
    )
    late = raised_of(watch, now.row) & (1 << Alarm.WILL_BE_LATE | 1 << Alarm.LATE) != 0
    quiet = silent(
        packages, scans, desk.table(PickTasks), pallets, trips, runs, stops, desk.table(Blocks),
        waves, desk.table(Gaps), cells_of(desk), now.row, late, rules, now_s,
    )  # fmt: skip
    desk.post(
        plan_etas(now, packages, runs, stops, rules),
        plan_cleared(now, packages, watch, alarms, missed, rules, now_s),
        plan_alarms(now, packages, watch, alarms, missed, quiet, rules, now_s),
    )


def watch_outages(desk: Desk) -> None:
    """Write down which buildings and partners stand still, and which work again."""
    told = desk.world.outages.outages(desk.after_s, desk.now_s)
    if len(told) == 0:
        return
    desk.post(*plan_watch(told, desk.table(Outages), desk.table(PlannedOutages), desk.now_s))


SERVICES = [
    Service("tracking.watch", 300, watch_outages),
    Service("tracking.learn", 3600, learn_widths),
    Service("tracking.eta", 900, tell),
]
"""In the order of the roster."""
