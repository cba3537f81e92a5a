"""Cut-offs of the fulfillment centers: what must leave when, how far it is, and whether the floor makes it.

A cut-off is what shares (building, `Packages.leave_s`). The floor is expected to work in the order of cut-offs, so the
work before one is all that stands before it too: pieces to pick over the pickers' or the robot stations' rate (by
work order; before there is one, over both), packages to pack and to sort over theirs, whichever takes longest; and not
before the work orders end by plan. A building that stands still begins when it works again, as far as is known.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import HOUR_S
from doorward.runtime.look.view import Longs, View
from doorward.tables.journey import ON_FLOOR, Holder, Status
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Packages, PickTasks
from doorward.tables.sites import Floors

FLOOR = np.zeros(len(Status), np.bool_)
FLOOR[list(ON_FLOOR)] = True
GOODS = 1
"""`PickTasks.method` of goods-to-person stations."""


class Cutoffs(NamedTuple):
    """Cut-offs (c,), by building and time: fc, cutoff_s; packages in all, by status (c, 5); slack_s left after the
    work still to do, negative: it will not be made

    package (p,) rows of Packages on the floors; of (p,) the cut-off of each
    """

    fc: Longs
    cutoff_s: Longs
    packages: Longs
    by_status: Longs
    slack_s: Longs
    package: Longs
    of: Longs


def cutoffs(view: View) -> Cutoffs:
    """Cut-offs that packages on a floor work towards. O(open packages)."""
    packages = view.table(Packages)
    row = view.open
    row = row[
        FLOOR[packages.status[row]]
        & (packages.holder_kind[row] == Holder.SITE)
        & (packages.leave_s[row] >= 0)
    ]
    row = row[packages.holder[row] == packages.fc[row]]
    row = row[np.lexsort((packages.leave_s[row], packages.fc[row]))]
    fc, leave = packages.fc[row].astype(np.int64), packages.leave_s[row]
    new = np.ones(len(row), np.bool_)
    new[1:] = (fc[1:] != fc[:-1]) | (leave[1:] != leave[:-1])
    of, first = np.cumsum(new) - 1, np.flatnonzero(new)
    c = len(first)
    cell = of * len(ON_FLOOR) + packages.status[row]
    by_status = np.bincount(cell, minlength=c * len(ON_FLOOR)).reshape(c, len(ON_FLOOR)).astype(np.int64)
    ends_s = _ends_s(view, row, of, fc[first], by_status)
    return Cutoffs(fc[first], leave[first], by_status.sum(axis=1), by_status, leave[first] - ends_s, row, of)


def _ends_s(view: View, row: Longs, of: Longs, fc: Longs, by_status: Longs) -> Longs:
    """When the work before each cut-off is expected to be done, (c,)."""
    packages, tasks, floors, c = view.table(Packages), view.table(PickTasks), view.table(Floors), len(fc)
    if not len(floors) or not c:
        return np.full(c, view.now_s, np.int64)
    unpicked = np.flatnonzero(packages.status[row] < Status.PICKED)
    units, task = packages.units[row[unpicked]].astype(np.float64), packages.task[row[unpicked]]
    walk_uph, goods_uph = floors.pick_uph[fc].astype(np.float64), floors.goods_uph[fc].astype(np.float64)
    by_goods = goods_uph / np.maximum(1.0, walk_uph + goods_uph)
    known = task >= 0
    share = by_goods[of[unpicked]]
    share[known] = tasks.method[task[known]] == GOODS
    goods = np.bincount(of[unpicked], units * share, c)
    walk = np.bincount(of[unpicked], units * (1 - share), c)
    pack = by_status[:, : Status.PACKED].sum(axis=1)
    sort = by_status[:, : Status.SORTED].sum(axis=1)
    work_h = np.zeros(c)
    for work, rate in (
        (walk, walk_uph),
        (goods, goods_uph),
        (pack, floors.pack_pph[fc]),
        (sort, floors.sort_pph[fc]),
    ):
        work_h = np.maximum(work_h, _ahead(work, fc) / np.maximum(1.0, rate))
    ends = view.now_s + _still_s(view)[fc] + (work_h * HOUR_S).astype(np.int64)
    works = np.flatnonzero((packages.status[row] < Status.SORTED) & (packages.task[row] >= 0))
    np.maximum.at(ends, of[works], tasks.sort_s[packages.task[row[works]]])
    ends[sort == 0] = view.now_s
    return np.asarray(ends, np.int64)


def _ahead(work: NDArray[np.float64] | Longs, fc: Longs) -> NDArray[np.float64]:
    """Work of each cut-off and of those before it at the same building, (c,)."""
    total = np.cumsum(work, dtype=np.float64)
    first = np.searchsorted(fc, fc)
    return np.asarray(total - (total[first] - work[first]))


def _still_s(view: View) -> Longs:
    """Seconds until each building's floor works again as far as is known, (sites,); 0 it works, or nobody knows."""
    sites = int(view.table(Floors).pick_uph.shape[0])
    outages = view.table(Outages)
    if not len(outages):
        return np.zeros(sites, np.int64)
    every = max(sites, int(outages.site.max()) + 1)
    left = outages.left_s(every, view.now_s, What.PICKING, What.SORTING)
    return np.maximum(0, left)[:sites]
