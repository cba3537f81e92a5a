"""The tracking services: learn from arrivals every hour; intervals and exceptions every quarter of an hour."""

from __future__ import annotations

import numpy as np

from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.tables.fleet import Runs, Stops
from doorward.tables.packages import EtaScales, Packages, Scans, Watch
from doorward.tables.ways import Services
from doorward.tracking.learn import plan_scales
from doorward.tracking.plan import plan_alarms, plan_etas, scales_now
from doorward.tracking.rules import TrackingRules


def learn_widths(desk: Desk) -> None:
    """Widen or narrow intervals on the road by the last hour's arrivals."""
    desk.post(
        plan_scales(desk.table(Packages), desk.table(Scans), desk.table(EtaScales), desk.rule(TrackingRules))
    )


def tell_etas(desk: Desk) -> None:
    """Compute arrival intervals and tell those that moved."""
    if desk.next(Packages):
        desk.post(
            plan_etas(
                desk.table(Packages),
                desk.table(Scans),
                desk.table(Runs),
                desk.table(Stops),
                desk.table(Services),
                desk.rule(TrackingRules),
                desk.now_s,
                scales_now(desk.table(EtaScales)),
            )
        )


def raise_alarms(desk: Desk) -> None:
    """Raise exceptions for packages that are silent, late, or going to be."""
    packages = desk.table(Packages)
    if len(packages):
        raised = np.zeros(len(packages), np.int8)
        raised[: desk.next(Watch)] = desk.table(Watch).raised
        desk.post(plan_alarms(packages, desk.table(Scans), raised, desk.rule(TrackingRules), desk.now_s))


SERVICES = [
    Service("tracking.learn", 3600, learn_widths),
    Service("tracking.eta", 900, tell_etas),
    Service("tracking.alarm", 900, raise_alarms),
]
"""In the order of the roster."""
