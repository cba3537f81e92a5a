"""Which departures run, with what vehicle, and which pallets go on which: consolidation over the next few departures.

A departure is an option. Between two buildings, given what waits now and the departures within reach, minimise vehicle
cost + price of carbon + cost of lateness, within volume and weight: service network design (Crainic 2000; Wieberneit
2008) cut down to one pair of buildings and a rolling horizon, solved anew at every cut-off as in load planning of
less-than-truckload carriers (Erera, Hewitt, Savelsbergh and Zhang 2013). Few pallets: every assignment is looked at.
More: pallets of like urgency are bundled, the bundles are assigned exactly, then from the best of these single pallets
move or change places while cost falls.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.units import DAY_S

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
STATES = 4_096
"""Most assignments that are looked at one by one."""
STARTS = 6
"""Assignments of bundles from which single pallets are moved."""
TIE = 0.5
"""Costs closer than this are equal (thousandths of a cent); then waiting is better: more may come."""


class Choices(NamedTuple):
    """What may drive: departures j by time, kinds k; a kind that a departure does not have holds nothing (most_ml -1).

    most_ml, most_g (J, K); fixed_mc (J, K) of the run; rate_mc (J, K) of a chargeable gram and least_mc (J, K) of all;
    carbon_mc (J, K) of a chargeable gram; dense (J, K) grams that a millilitre is charged as at least
    """

    most_ml: Ints
    most_g: Ints
    fixed_mc: Floats
    rate_mc: Floats
    least_mc: Floats
    carbon_mc: Floats
    dense: Floats


def run_cost(choices: Choices, j: int, volume: Floats, weight: Floats) -> Floats:
    """(m, K) cost of departure j with these loads (m,); infinite where it does not fit."""
    v, w = volume[:, None], weight[:, None]
    charged = np.maximum(w, v * choices.dense[j])
    money = choices.fixed_mc[j] + np.maximum(choices.least_mc[j], charged * choices.rate_mc[j])
    fits = (v <= choices.most_ml[j]) & (w <= choices.most_g[j])
    return np.where(fits, money + charged * choices.carbon_mc[j], np.inf)


def assignment_cost(
    assign: Ints, volume: Ints, weight: Ints, late_mc: Floats, stay_mc: Floats, choices: Choices
) -> tuple[Floats, Ints]:
    """(m,) cost of assignments (m, n) of pallets to departures (J: stays), and (m, J) the cheapest kind, -1 none."""
    departures = late_mc.shape[1]
    cost = (assign == departures) @ stay_mc
    kind = np.full((len(assign), departures), -1, np.int64)
    for j in range(departures):
        on = assign == j
        each = run_cost(choices, j, (on @ volume).astype(np.float64), (on @ weight).astype(np.float64))
        each = each + on @ late_mc[:, j]
        best, runs = each.argmin(axis=1), on.any(axis=1)
        cost = cost + np.where(runs, each[np.arange(len(on)), best], 0.0)
        kind[:, j] = np.where(runs, best, -1)
    return cost, kind


def consolidate(
    volume: Ints, weight: Ints, late_mc: Floats, stay_mc: Floats, choices: Choices
) -> tuple[Ints, Ints, float]:
    """Departure of each pallet (J: stays behind), kind of each departure (-1: it does not run), cost.

    volume, weight (n,); late_mc (n, J, K) cost of lateness of a pallet; stay_mc (n,) if it goes with none of them.
    """
    n, departures = late_mc.shape[:2]
    most = max(1, int(np.floor(np.log(STATES) / np.log(departures + 1) + 1e-9)))
    bundle = np.arange(n)
    if n > most:
        rank = np.lexsort((np.arange(n), -late_mc.min(axis=2).sum(axis=1)))
        bundle[rank] = np.arange(n) * most // n
    size = int(bundle.max(initial=-1)) + 1
    member = np.zeros((size, n))
    member[bundle, np.arange(n)] = 1.0
    late = np.einsum("bn,njk->bjk", member, late_mc)
    every = np.stack(np.unravel_index(np.arange((departures + 1) ** size), (departures + 1,) * size), axis=1)
    cost, _ = assignment_cost(
        every, (member @ volume).astype(np.int64), (member @ weight).astype(np.int64), late, member @ stay_mc,
        choices,
    )  # fmt: skip
    equal = np.flatnonzero(cost <= cost.min() + TIE)
    waits = np.where(every[equal] == departures, 0, every[equal]).sum(axis=1)
    found = every[equal[waits.argmax()]][None]
    if n > most:
        found = every[np.argsort(cost, kind="stable")[:STARTS]]
        found = np.stack(
            [
                improve(each[bundle].astype(np.int64), volume, weight, late_mc, stay_mc, choices)
                for each in found
            ]
        )
    else:
        found = found[:, bundle]
    total, kind = assignment_cost(found, volume, weight, late_mc, stay_mc, choices)
    best = int(total.argmin())
    return found[best].astype(np.int64), kind[best], float(total[best])


def improve(
    assign: Ints,
    volume: Ints,
    weight: Ints,
    late_mc: Floats,
    stay_mc: Floats,
    choices: Choices,
    steps: int = 200,
) -> Ints:
    """Move one pallet to another departure, or exchange two, the best step first, while cost falls."""
    n, departures = late_mc.shape[:2]
    best = float(assignment_cost(assign[None], volume, weight, late_mc, stay_mc, choices)[0][0])
    who, where = (x.ravel() for x in np.meshgrid(np.arange(n), np.arange(departures + 1), indexing="ij"))
    one, other = np.triu_indices(n, 1)
    for _ in range(steps):
        differ = assign[one] != assign[other]
        a, b = one[differ], other[differ]
        every = np.repeat(assign[None], len(who) + len(a), axis=0)
        every[np.arange(len(who)), who] = where
        swap = len(who) + np.arange(len(a))
        every[swap, a], every[swap, b] = assign[b], assign[a]
        cost, _ = assignment_cost(every, volume, weight, late_mc, stay_mc, choices)
        move = int(cost.argmin())
        if not cost[move] < best - TIE:
            break
        best, assign = float(cost[move]), every[move]
    return assign


def lateness_mc(
    lead_s: Ints, safe_s: int, last_s: int, late_mc: int, hour_mc: int, spare_mc: int = 0
) -> Floats:
    """What it costs that so much time is left between the arrival at the station and the promised end.

    Nothing from a day more than `safe_s` on; `spare_mc` below it, for there is no second attempt; up to `late_mc` more
    at `last_s`, rising evenly from `safe_s`; beyond it `hour_mc` more for each hour.
    """
    spare = np.where(lead_s < safe_s + DAY_S, spare_mc, 0)
    short = np.clip((safe_s - lead_s) / max(1, safe_s - last_s), 0.0, 1.0)
    return np.asarray(spare + short * late_mc + np.maximum(0, last_s - lead_s) / 3600 * hour_mc, np.float64)
