"""Learn safety margins from promises kept and broken: online conformal prediction, one margin a lane class.

After every package theta += gamma (late - (1 - q)): a late one raises the margin by gamma q, one in time lowers it by
gamma (1 - q), so in the long run the share of late ones tends to 1 - q whatever the network does (Gibbs and Candes
2021, "Adaptive conformal inference under distribution shift", eq. 2, on the quantile itself as in Angelopoulos, Candes
and Tibshirani 2023). gamma falls from `first_step_s` to `step_s` as packages are seen.

Late is judged by today's margin, not by the one of the promise: the margin that a package would have needed is
(offer - promise + margin in the promise), and it is late if it needs more than theta. Days lie between a promise and
its outcome; judged by the old margin, all parcels under way would push theta once more for what it has learnt already,
and it would overshoot by days (measured in bench/promise.py). A promise that was kept never asks for more than it was
given, so planners that use up the slack of promises do not drive the margins up.

In time means: first offered at the door (delivered, put in its locker, or tried) not after the promise. That nobody was
home is not the network's lateness; that a parcel was lost is.

Partners take days, and of the parcels of one day the fast ones report first: learnt as they come, they pull the margin
down before the slow ones are heard of, and while orders grow the fast ones are always the most. So a partner's parcel
that was in time counts when its promise ends (`due_between`), a late one when it comes.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.core.timetable import NEVER
from doorward.promise.lanes import Transits
from doorward.promise.rules import PromiseRules
from doorward.tables.journey import Event, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.promises import MarginMoved, Margins, Promises


@nb.njit(cache=True)
def track(
    klass: NDArray[np.int64],
    need_s: NDArray[np.int64],
    margin: NDArray[np.float64],
    seen: NDArray[np.int64],
    quantile: float,
    step_s: float,
    step_share: float,
    first_step_s: float,
    low_s: float,
    high_s: float,
) -> None:  # pragma: no cover - compiled
    """Move `margin` and `seen` (class,) by the margins that packages (n,) needed, in their order."""
    for i in range(len(klass)):
        c = klass[i]
        gamma = max(step_s, step_share * margin[c]) + first_step_s / np.sqrt(1.0 + seen[c])
        margin[c] += gamma * ((1.0 if need_s[i] > margin[c] else 0.0) - (1.0 - quantile))
        margin[c] = min(high_s, max(low_s, margin[c]))
        seen[c] += 1


def first_offers(scans: Scans, packages: Packages) -> Scans:
    """Of these scans (consecutive, up to now) those that are a package's first offer at the door, or its loss."""
    offer = np.isin(scans.event, (Event.DELIVERED, Event.ATTEMPTED, Event.STORED, Event.LOST))
    told = scans.take(np.flatnonzero(offer))
    if len(told) == 0:
        return told
    _, first, back = np.unique(told.package, return_index=True, return_inverse=True)
    tries = np.bincount(back, told.event == Event.ATTEMPTED).astype(np.int64)
    fresh = packages.attempts[told.package[first]] - tries == 0
    return told.take(np.sort(first[fresh]))


def plan_margins(
    scans: Scans,
    upto: int,
    packages: Packages,
    orders: Orders,
    promises: Promises,
    margins: Margins,
    now: NDArray[np.int64],
    rules: PromiseRules,
    transits: Transits | None = None,
    due_between: tuple[int, int] | None = None,
) -> MarginMoved:
    """Margins of the classes that met a first offer in `scans`; `upto` is the row behind the last of these scans.

    `now` (class,) are today's margins (plan.margins_now). No rows if nothing was learnt. What a lane's spread adds to
    its class's margin (`transits`; None: nothing) is taken out again: the class learns what is common to its lanes.
    `due_between`: time of the last call and of this one; parcels of partners that were in time wait for their promise
    to end (None: they do not).
    """
    told = first_offers(scans, packages)
    if due_between is not None:
        told = _at_due(told, packages, orders, *due_between)
    order = packages.order[told.package]
    klass = promises.klass[order].astype(np.int64)
    mine = (klass >= 0) & (klass < len(margins)) & (orders.due_s[order] >= 0)
    told, order, klass = told.take(mine), order[mine], klass[mine]
    lost = told.event == Event.LOST
    late = (told.at_s > orders.due_s[order]) | lost
    need_s = told.at_s - orders.due_s[order] + promises.margin_s[order]
    if transits is not None:
        need_s = need_s - transits.extra_of(klass, orders.zone[order], orders.promise_fc[order])
    need_s = np.where(lost, NEVER, need_s)
    theta, seen = now.astype(np.float64), margins.seen.copy()
    track(
        klass, need_s, theta, seen, rules.quantile_pm / 1000, rules.step_s, rules.step_pm / 1000, rules.first_step_s,
        rules.margin_min_s, rules.margin_max_s,
    )  # fmt: skip
    moved = np.unique(klass)
    kept = margins.kept + np.bincount(klass[~late], minlength=len(margins))
    return MarginMoved.fill(
        len(moved),
        klass=moved,
        margin_s=np.rint(theta[moved]).astype(np.int64),
        seen=seen[moved],
        kept=kept[moved],
        scans=upto,
    )


def _at_due(told: Scans, packages: Packages, orders: Orders, after_s: int, now_s: int) -> Scans:
    """Without partners' parcels whose promise still runs, with those heard of before whose promise ended just now."""
    due_s = orders.due_s[packages.order]
    waits = (packages.carrier[told.package] >= 0) & (due_s[told.package] > now_s) & (told.event != Event.LOST)
    ripe = (due_s > after_s) & (due_s <= now_s) & (packages.carrier >= 0)
    ripe &= (packages.status == Status.DELIVERED) & (packages.ended_s >= 0) & (packages.ended_s <= due_s)
    ripe[told.package] = False
    row = np.flatnonzero(ripe)
    held = Scans.fill(len(row), package=row, at_s=packages.ended_s[row], event=int(Event.DELIVERED))
    return Scans.concat([told.take(np.flatnonzero(~waits)), held])
