"""The chance that a package is late, and what its lateness is expected to cost.

Chance: 1 where it is late already. Else by the arrival interval told last, which holds `TrackingRules.eta_cover_pm` of
arrivals, read as a normal distribution; at least what an open alarm WILL_BE_LATE said. A package never told of: what
the choice of its way reckoned (`Bills.late_pm`), before that one minus the quantile its promise was made at.

Cost: `CarriersRules.late_c` of the order's speed times that chance, and `late_day_c` for every expected day of lateness
(of a normal distribution beyond the promise; late already: what has passed, or until the middle of the interval).
These are the prices that the choice of a way pays with, so that the inbox and the plans weigh lateness alike.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.carriers.rules import CarriersRules
from doorward.core.units import DAY_S
from doorward.runtime.look.view import Longs, View
from doorward.tables.orders import Orders
from doorward.tables.packages import Alarm, Alarms, Packages, Watch
from doorward.tables.promises import Promises
from doorward.tables.ways import Bills
from doorward.tracking.alarms import raised_of
from doorward.tracking.plan import normal_above
from doorward.tracking.rules import TrackingRules

Reals = NDArray[np.float64]


class Risk(NamedTuple):
    """Of packages (n,): chance of being late, 0 to 1; expected days of lateness."""

    late: Reals
    days: Reals


def risk_of(view: View, row: Longs) -> Risk:
    """Risk of packages `row`; nothing is at risk any more of those whose promise is behind them."""
    packages, now_s = view.table(Packages), view.now_s
    due, lo, hi = packages.due_s[row], packages.eta_lo_s[row], packages.eta_hi_s[row]
    told = packages.eta_at_s[row] >= 0
    half_z = view.rule(TrackingRules).eta_z_pm / 1000
    middle = np.where(told, (lo + hi) / 2, due.astype(np.float64))
    spread = np.where(told, np.maximum(1, hi - lo) / 2 / half_z, 1.0)
    z = (due - middle) / spread
    late = np.where(told, normal_above(z), chosen_late(view, row))
    density = np.exp(-(np.minimum(z, 38.0) ** 2) / 2) / np.sqrt(2 * np.pi)
    beyond_s = np.where(told, np.maximum(0.0, spread * (density - z * normal_above(z))), 0.0)
    late = np.maximum(late, _alarmed(view, row))
    past = due < now_s
    late[past] = 1.0
    beyond_s[past] = np.maximum(now_s, middle[past]) - due[past]
    over = view.settled(row) | (due < 0)
    late[over], beyond_s[over] = 0.0, 0.0
    return Risk(late, np.asarray(beyond_s / DAY_S))


def chosen_late(view: View, row: Longs) -> Reals:
    """Chance of lateness as reckoned when the way was chosen; before that by the promise's quantile, (n,)."""
    bills, order = view.table(Bills), view.table(Packages).order[row]
    late_pm = 1000.0 - quantile_pm(view, order)
    known = row < len(bills)
    billed = bills.late_pm[row[known]]
    late_pm[known] = np.where(billed >= 0, billed, late_pm[known])
    return np.asarray(late_pm / 1000)


def quantile_pm(view: View, order: Longs) -> Reals:
    """Share of promises kept that was stated with each order's, per mille, (n,); 1000 where none was."""
    promises = view.table(Promises)
    found = np.full(len(order), 1000.0)
    known = order < len(promises)
    stated = promises.quantile_pm[order[known]]
    found[known] = np.where(stated >= 0, stated, 1000)
    return found


def cost_c(view: View, row: Longs) -> Reals:
    """What the lateness of packages `row` is expected to cost, cents, (n,)."""
    rules, risk = view.rule(CarriersRules), risk_of(view, row)
    speed = view.table(Orders).speed[view.table(Packages).order[row]]
    broken_c = np.asarray(rules.late_c, np.float64)[np.clip(speed, 0, len(rules.late_c) - 1)]
    return np.asarray(broken_c * risk.late + rules.late_day_c * risk.days)


def _alarmed(view: View, row: Longs) -> Reals:
    """The chance that open alarms tell, (n,); 0 without one."""
    watch, alarms = view.table(Watch), view.table(Alarms)
    raised = raised_of(watch, row)
    found = np.where(raised & 1 << Alarm.LATE != 0, 1.0, 0.0)
    told = np.flatnonzero(raised & 1 << Alarm.WILL_BE_LATE != 0)
    said = alarms.limit[watch.will_be_late[row[told]]] / 1000
    found[told] = np.maximum(found[told], said)
    return found
