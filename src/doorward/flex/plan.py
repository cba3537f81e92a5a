"""How many blocks, when, how long: a newsvendor whose supply does not always show up.

Too many drivers cost their idle pay, too few cost the overflow. The number of blocks minimises the expected cost over
the quantiles of demand and a binomial show-up; without uncertainty in the show-up it is the classic critical fractile
(Arrow, Harris and Marschak 1951). Blocks stand at the starts from which packages can still be brought in time.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from doorward.core.units import DAY_S, HOUR_S
from doorward.core.vanday import hour_of_stops
from doorward.flex.rules import FlexRules

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
NONE = np.zeros(0, np.int64)
GRID = 41
Z = np.array([NormalDist().inv_cdf((k + 0.5) / GRID) for k in range(GRID)])
"""Standard normal quantiles in the middle of `GRID` equal shares."""


class Outlook(NamedTuple):
    """What a station will have to carry on a day."""

    due_s: Longs
    """(n,) due times of the packages known to go by gig driver."""
    from_s: Longs
    """(n,) no block that begins sooner can take them."""
    to_come: float
    """Packages for the road that are sure to come and have no way yet."""
    late: float
    """Likewise of orders still to be placed: a forecast."""
    van_left: float
    """Packages that the vans can still be given."""
    package_ml: float
    car_ml: float
    """Mean volume of a package; volume that most drivers' cars have (a low quantile)."""
    land: tuple[Floats, Floats, Floats] | None = None
    """Area, share and distance of the station's zones, as in core/vanday.py; None: not known."""


class NewBlocks(NamedTuple):
    """Blocks to open at a station; all (b,)."""

    start_s: Longs
    end_s: Longs
    need: Longs


class Stretch(NamedTuple):
    """A stretch of the day whose blocks are planned by themselves: those that begin in [from_s, until_s) of it."""

    outlook: Outlook
    rules: FlexRules
    from_s: int
    until_s: int


def stretches(outlook: Outlook, midnight_s: int, rules: FlexRules) -> list[Stretch]:
    """The day, and the evening if the network has one: there all is known, and no van takes what is left over."""
    if rules.evening_s < 0:
        return [Stretch(outlook, rules, 0, DAY_S)]
    at = midnight_s + rules.evening_s
    tonight = outlook.from_s >= at
    day = outlook._replace(due_s=outlook.due_s[~tonight], from_s=outlook.from_s[~tonight])
    evening = outlook._replace(
        due_s=outlook.due_s[tonight], from_s=outlook.from_s[tonight], to_come=0.0, late=0.0, van_left=0.0
    )
    starts = rules.starts_s
    by_day = structs.replace(rules, starts_s=tuple(s for s in starts if s < rules.evening_s))
    late = tuple(s for s in starts if s >= rules.evening_s) or (rules.evening_s,)
    by_night = structs.replace(rules, starts_s=late, overflow_c=rules.evening_overflow_c)
    return [Stretch(day, by_day, 0, rules.evening_s), Stretch(evening, by_night, rules.evening_s, DAY_S)]


def demand_quantiles(outlook: Outlook, rules: FlexRules) -> Floats:
    """(GRID,) packages for gig drivers: those known, and what comes less what the vans can take."""
    deviation = np.sqrt(outlook.to_come + outlook.late) + rules.spread_pm / 1000.0 * outlook.late
    coming = np.maximum(0.0, outlook.to_come + outlook.late + Z * deviation)
    return np.asarray(len(outlook.due_s) + np.maximum(0.0, coming - outlook.van_left))


def marginal_pm(demand: Floats, carried: float, rules: FlexRules) -> int:
    """What one package more adds to the pay of blocks, per mille of a package's share of a block.

    With blocks for `carried` packages opened: if demand passes them, the share in one block more, whole; if not, the
    share in a driver who would otherwise be called off at `idle_pm` of the pay. Weighted by the chance of each.
    """
    spare = float((demand <= carried).mean())
    return round(1000 - rules.idle_pm * spare)


def share_mc(demand: float, outlook: Outlook, pay_of: tuple[int, ...], rules: FlexRules) -> int:
    """A package's share of a block, thousandths of a cent: of the length that is cheapest for `demand` packages.

    pay_of: pay of a block of each of `rules.lengths_s`, cents. Few packages do not fill a block: it is paid all the
    same.
    """
    full = [packages_of(length, outlook, rules) for length in rules.lengths_s]
    return min(
        round(pay * 1000 / min(most, max(1.0, demand))) for pay, most in zip(pay_of, full, strict=True)
    )


def book(
    demand: Floats, per_block: float, show: float, pay_c: float, idle_c: float, overflow_c: float, most: int
) -> int:
    """The number of blocks of least expected cost.

    demand (q,) equally likely packages; per_block: packages a block carries; show: chance that its driver comes;
    pay_c of a block used, idle_c of a driver who came in vain, overflow_c of a package left over
    """
    best, best_cost = 0, np.inf
    chance = np.ones(1)
    used = np.ceil(demand / per_block)
    for blocks in range(most + 1):
        shows = np.arange(blocks + 1)[:, None]
        working = np.minimum(shows, used)
        left = np.maximum(0.0, demand - shows * per_block)
        cost = working * pay_c + np.maximum(0, shows - used) * idle_c + left * overflow_c
        expected = float(chance @ cost.mean(axis=1))
        if expected < best_cost - 1e-9:
            best, best_cost = blocks, expected
        elif blocks > best + 3:
            break  # convex but for rounding
        chance = np.convolve(chance, np.array([1.0 - show, show]))
    return best


def plan_blocks(
    outlook: Outlook,
    midnight_s: int,
    earliest_s: int,
    have: int,
    show: float,
    pay_c_h: float,
    rules: FlexRules,
    begins: Longs = NONE,
    early: bool = False,
) -> NewBlocks:
    """Blocks to open beside those for `have` packages that the station has already; starts from `earliest_s` on.

    begins (k,): starts of the blocks it has; new ones stand where there are fewest for the packages that may go then
    early: another look follows before the day begins, so that no more than the `early_pm` quantile is opened for now.
    Deterministic.
    """
    starts = midnight_s + np.array(rules.starts_s, np.int64)
    starts = starts[starts >= earliest_s]
    if len(starts) == 0:
        return NewBlocks(NONE, NONE, NONE)
    weight, longest = _spread(outlook, starts, rules)
    each = np.array([packages_of(int(length), outlook, rules) for length in longest], np.int64)
    carried = max(1, int((weight @ each) // weight.sum()))
    pay_c = pay_c_h * float(weight @ longest / weight.sum()) / HOUR_S
    demand = demand_quantiles(outlook, rules)
    idle_c = pay_c * rules.idle_pm / 1000.0
    held = have // carried
    wanted = book(demand, carried, show, pay_c, idle_c, rules.overflow_c, rules.most_blocks + held)
    if early:
        low = float(np.quantile(demand, rules.early_pm / 1000.0))
        wanted = min(wanted, max(-(-len(outlook.due_s) // carried), round(low / carried)))
    extra = min(rules.most_blocks, wanted - round(have / carried))
    if extra <= 0:
        return NewBlocks(NONE, NONE, NONE)
    count = _even(extra, weight, (starts[:, None] == begins[None, :]).sum(axis=1))
    start = np.repeat(starts, count)
    return NewBlocks(start, start + np.repeat(longest, count), np.repeat(each, count))


def _even(extra: int, weight: Longs, have: Longs) -> Longs:
    """Blocks to add at each start: one by one where weight / (blocks + 1) is greatest, the earlier of equals."""
    count = np.zeros(len(weight), np.int64)
    for _ in range(extra):
        count[int(np.argmax(weight / (have + count + 1.0)))] += 1
    return count


def packages_of(length_s: int, outlook: Outlook, rules: FlexRules) -> int:
    """Packages that a block of this length carries: by time, by how far apart so many doors lie, and by the volume of
    most cars; at least 1."""
    by_time = rules.packages_h * length_s / HOUR_S
    if outlook.land is not None and len(outlook.land[0]):
        doors = len(outlook.due_s) + max(0.0, outlook.to_come + outlook.late - outlook.van_left)
        an_hour, way_h = hour_of_stops(doors, *outlook.land, float(rules.door_s))
        by_time = min(by_time, an_hour * max(0.0, length_s / HOUR_S - way_h))
    by_car = outlook.car_ml / max(1.0, outlook.package_ml)
    return max(1, int(min(by_time, by_car)))


def _spread(outlook: Outlook, starts: Longs, rules: FlexRules) -> tuple[Longs, Longs]:
    """Weight of each start, and the length of the longest block that what may go then allows.

    A package counts evenly at all starts when it is there and from which a shortest block ends by its due time; if
    there is none, at the first one when it is there (else the last). Without packages all starts are alike and days end
    with the last of them.
    """
    shortest, due_s = rules.lengths_s[0], outlook.due_s
    end_s = int(starts[-1]) + rules.lengths_s[-1]
    if len(due_s) == 0:
        return np.ones(len(starts), np.int64), _longest(end_s - starts, rules)
    there = starts[None, :] >= outlook.from_s[:, None]
    fits = there & (starts[None, :] + shortest <= due_s[:, None])
    none = np.flatnonzero(~fits.any(axis=1))
    fits[none, np.where(there[none].any(axis=1), there[none].argmax(axis=1), len(starts) - 1)] = True
    weight = (fits * (27_720 // np.maximum(1, fits.sum(axis=1)))[:, None]).sum(axis=0)
    latest = np.where(fits, due_s[:, None], 0).max(axis=0)
    return weight.astype(np.int64), _longest(latest - starts, rules)


def _longest(room_s: Longs, rules: FlexRules) -> Longs:
    """The longest block that ends within `room_s` of its start; the shortest if none does."""
    lengths = np.array(rules.lengths_s, np.int64)
    fits = lengths[None, :] <= room_s[:, None]
    return np.asarray(lengths[np.maximum(0, fits.sum(axis=1) - 1)])
