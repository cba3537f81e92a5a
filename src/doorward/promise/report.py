"""Promise against actual: how many promises were kept, how long they were, by lane class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import I4, I8, Table
from doorward.promise.learn import first_offers
from doorward.tables.journey import Event, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.promises import Promises


class Kept(Table):
    """Promises against what became of them, one row a lane class with packages; klass -1: all together.

    packages     (n,)  planned and not cancelled
    judged       (n,)  offered at the door, lost, or past their promise without either
    in_time      (n,)  of these, first offered not after the promise
    delivered    (n,)  delivered or collected by now;  delivered_in_time (n,) of these, not after the promise
                 (put into its locker, where it is collected)
    promised_s   (n,)  mean time from order to promise, of packages judged
    taken_s      (n,)  mean time from order to first offer, of packages offered; -1 none
    margin_s     (n,)  mean safety in the promises
    """

    klass: I4
    packages: I8
    judged: I8
    in_time: I8
    delivered: I8
    delivered_in_time: I8
    promised_s: I8
    taken_s: I8
    margin_s: I8


def promises_kept(orders: Orders, promises: Promises, packages: Packages, scans: Scans, now_s: int) -> Kept:
    """Compare every package's first offer at the door with its order's promise as of `now_s`.

    A package that is past its promise and was not offered yet counts as late: leaving open ones out would flatter.
    """
    offer_s = np.full(len(packages), -1, np.int64)
    lost = packages.status == Status.LOST
    told = first_offers(scans, packages)
    seen = told.event != Event.LOST
    offer_s[told.package[seen]] = told.at_s[seen]
    alive = packages.status != Status.CANCELLED
    order = packages.order
    due = orders.due_s[order]
    offered = offer_s >= 0
    judged = alive & (offered | lost | (due < now_s))
    in_time = judged & offered & (offer_s <= due)
    delivered = packages.status == Status.DELIVERED
    stored = (
        told.event == Event.STORED
    )  # a locker's promise is kept when it lies there, not when it is collected
    came_s = packages.ended_s.copy()
    came_s[told.package[stored]] = told.at_s[stored]
    on_time = delivered & (came_s <= due)
    klass = promises.klass[order].astype(np.int64)
    kinds = np.unique(klass[alive & (klass >= 0)])

    def row(mine: NDArray[np.bool_]) -> list[int]:
        return [
            int((mine & alive).sum()),
            int((mine & judged).sum()),
            int((mine & in_time).sum()),
            int((mine & delivered).sum()),
            int((mine & on_time).sum()),
            _mean((due - orders.at_s[order])[mine & judged]),
            _mean((offer_s - orders.at_s[order])[mine & offered]),
            _mean(promises.margin_s[order][mine & alive]),
        ]

    rows = [[-1, *row(np.ones(len(packages), np.bool_))], *([int(k), *row(klass == k)] for k in kinds)]
    return Kept(**{name: [r[c] for r in rows] for c, name in enumerate(Kept.columns)})  # type: ignore[arg-type]


def _mean(seconds: NDArray[np.integer[Any]]) -> int:
    return round(float(seconds.mean())) if len(seconds) else -1
