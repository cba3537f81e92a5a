"""The tracking services: learn from scans every hour; intervals and exceptions every quarter of an hour."""

from __future__ import annotations

import numpy as np

from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.tables.fleet import Runs, Stops
from doorward.tables.linehaul import Pallets, Trips
from doorward.tables.outages import Outages, PlannedOutages
from doorward.tables.packages import (
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
from doorward.tables.ways import Services
from doorward.tracking.alarms import missed_cutoff, plan_alarms, plan_cleared, silent
from doorward.tracking.count import plan_arrivals, plan_gaps
from doorward.tracking.learn import plan_scales
from doorward.tracking.odds import Odds
from doorward.tracking.plan import TO_COME, plan_etas, reckon, scales_now
from doorward.tracking.rules import TrackingRules
from doorward.tracking.standstill import plan_watch


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
        plan_arrivals(packages, scans, stops, watch, since, after_s, desk.now_s),
        plan_gaps(packages, scans, desk.table(PickTasks), desk.table(Trips), runs, stops, since),
        HeardTo.fill(1, scans=len(scans), at_s=desk.now_s),
    )


def tell(desk: Desk) -> None:
    """Reckon every arrival once: tell intervals that moved, raise exceptions, clear those that are over."""
    packages, watch, alarms = desk.table(Packages), desk.table(Watch), desk.table(Alarms)
    if not TO_COME[packages.status].any() and not np.any(watch.raised):
        return
    rules, now_s, scans = desk.rule(TrackingRules), desk.now_s, desk.table(Scans)
    pallets, trips, runs, stops = desk.table(Pallets), desk.table(Trips), desk.table(Runs), desk.table(Stops)
    row = np.flatnonzero(TO_COME[packages.status])
    missed = missed_cutoff(packages, pallets, trips, row, rules.cutoff_grace_s, now_s)
    odds = Odds(desk.table(Arrivals), desk.table(Services), rules.prior_arrivals)
    scale = scales_now(desk.table(EtaScales))
    now = reckon(packages, scans, runs, stops, odds, watch, rules, now_s, scale, missed)
    quiet = silent(
        packages, scans, desk.table(PickTasks), pallets, trips, runs, stops, desk.table(Gaps), now.row, rules, now_s
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
