"""The twin's shop floors: rates with spread, pieces that are missing or broken, wrong chutes, scales that err.

Every time and every mishap is a draw about a task, a piece or a package, so asking twice gives the same answer and
nothing is remembered. The shares are a model with figures usual in the trade, not a measurement.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.core.seed import below, normal, uniform
from doorward.core.units import HOUR_S
from doorward.ledger.state import State
from doorward.ports.floor import Arrivals, Counts, FloorDone, FloorTrouble
from doorward.tables.journey import Event, Status
from doorward.tables.linehaul import Lanes
from doorward.tables.outages import What
from doorward.tables.packages import Contents, PickTasks, Waves
from doorward.tables.remarks import Reason
from doorward.tables.sites import Floors
from doorward.tables.stock import Purchases
from doorward.twin.outages import TwinOutages
from doorward.twin.suppliers import SupplierRules, cycle_counts, supplier_arrivals

Ints = NDArray[np.int64]
ROBOT = 1
"""PickTasks.method of goods-to-person stations."""


class FloorRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The twin's shop floors."""

    spread_pm: int = 50
    """A walk takes longer than planned by the size of a normal draw with this standard deviation, thousandths."""
    most_pm: int = 80
    """... and by no more than this: beyond the plan's allowance (`fulfillment.allowance_pm`) the picker's next walk
    would have begun, and more people would walk than there are."""
    slip_s: int = 240
    """Mean delay at packing and again at sorting, exponential, seconds."""
    tick_s: int = 300
    """How often the floors are asked what was done; packing and sorting go at the floor's rate within it."""
    pack_s: int = 60
    """A package is at least this long at packing, and again at sorting."""
    short_ppm: int = 2_500
    """Share of picks (a line in a package) at which pieces are missing, per million."""
    damage_ppm: int = 1_200
    """Share of picks at which pieces are broken, per million."""
    missort_ppm: int = 1_500
    """Share of packages put to a wrong chute, per million."""
    scale_pm: int = 4
    """Standard deviation of the scale, thousandths of the weight."""
    wrong_ppm: int = 2_000
    """Share of packages whose weight is badly off at first, per million."""


class TwinFloor:
    """`ports.floor.Floor` by seed, for all buildings."""

    def __init__(
        self,
        seed: int,
        lanes: Lanes,
        rules: FloorRules,
        suppliers: SupplierRules,
        outages: TwinOutages | None = None,
        state: State | None = None,
        floors: Floors | None = None,
    ) -> None:
        self.seed, self.rules, self.suppliers = seed, rules, suppliers
        self.outages, self.state, self.floors = outages, state, floors
        pairs = np.unique(np.stack([lanes.origin, lanes.dest], axis=1), axis=0).astype(np.int64)
        self._origin, self._dest = pairs[:, 0], pairs[:, 1]

    def times(self, tasks: PickTasks) -> tuple[Ints, Ints, Ints]:
        """When picking, packing and sorting of each task end if nobody waits for a free hand; never out of order.

        Walks end as planned or later, within the plan's allowance; robot stations are paced by machine and keep
        their plan: so neither ever does more than the plan, which keeps to the floor's rates, lets them.
        """
        rules = self.rules
        walk = np.abs(_walk_luck(self.seed, tasks)) * (tasks.method != ROBOT)
        slow = np.minimum(walk * rules.spread_pm, rules.most_pm) / 1000
        picked = tasks.pick_s + ((tasks.pick_s - tasks.start_s) * slow).astype(np.int64)
        late = [
            np.rint(-rules.slip_s * np.log1p(-uniform(self.seed, f"floor/slip/{step}", tasks.package)))
            for step in ("pack", "sort")
        ]
        packed = np.maximum(picked + rules.pack_s, tasks.pack_s + late[0].astype(np.int64))
        sorted_ = np.maximum(packed + rules.pack_s, tasks.sort_s + late[1].astype(np.int64))
        return self._interrupted(tasks, picked, packed, sorted_)

    def _interrupted(
        self, tasks: PickTasks, picked: Ints, packed: Ints, sorted_: Ints
    ) -> tuple[Ints, Ints, Ints]:
        """The same times with standstills: work released before or during one loses the hours, in its order."""
        if self.outages is None or len(tasks) == 0:
            return picked, packed, sorted_
        waves = self.state.table(Waves).released_s if self.state is not None else tasks.start_s[:0]
        since = waves[tasks.wave] if len(waves) else np.minimum(tasks.start_s, tasks.pick_s)
        since = np.minimum(since, picked)
        late, hold, pack_s = self.outages.worked, self.outages.put_off, self.rules.pack_s
        picks = late(since, picked, tasks.fc, What.PICKING)
        packs = np.maximum(picks + pack_s, late(since, packed, tasks.fc, What.SORTING))
        packs = hold(packs, tasks.fc, What.SORTING)
        sorts = np.maximum(packs + pack_s, late(since, sorted_, tasks.fc, What.SORTING))
        return picks, packs, hold(sorts, tasks.fc, What.SORTING)

    def trouble(self, tasks: PickTasks, contents: Contents, now_s: int) -> FloorTrouble:
        """Short and damaged pieces of tasks whose picking ends by now."""
        tasks = tasks.take(tasks.pick_s <= now_s)
        if len(tasks) == 0:
            return FloorTrouble.empty()
        picked, _, _ = self.times(tasks)
        task = np.minimum(np.searchsorted(tasks.package, contents.package), len(tasks) - 1)
        row = np.flatnonzero((tasks.package[task] == contents.package) & (picked[task] <= now_s))
        package, line = contents.package[row], contents.line[row]
        luck = uniform(self.seed, "floor/trouble", package, line)
        short, broken = self.rules.short_ppm / 1e6, self.rules.damage_ppm / 1e6
        hit = luck < short + broken
        row, package, line, luck = row[hit], package[hit], line[hit], luck[hit]
        held = contents.units[row]
        some = 1 + np.floor(uniform(self.seed, "floor/missing", package, line) * held).astype(np.int64)
        return FloorTrouble(
            package=package,
            line=line,
            sku=contents.sku[row],
            units=np.minimum(some, held),
            reason=np.where(luck < short, int(Reason.SHORT_PICK), int(Reason.DAMAGED)),
            at_s=picked[task[row]],
        )

    def done(
        self, tasks: PickTasks, status: NDArray[np.int8], next_site: NDArray[np.int32], now_s: int
    ) -> FloorDone:
        """Steps finished by now, step by step; packing and sorting no faster than the floor's rates."""
        parts = []
        earliest = np.where(
            status <= int(Status.RELEASED),
            tasks.pick_s,
            np.where(status == int(Status.PICKED), tasks.pack_s, tasks.sort_s),
        )
        near = earliest <= now_s  # nothing ends earlier; most tasks wait behind others
        tasks, status, next_site = tasks.take(near), status[near], next_site[near]
        picked, packed, sorted_ = self.times(tasks)
        if self.floors is not None:
            packed = self._paced(tasks, packed, status <= int(Status.PICKED), self.floors.pack_pph, now_s)
            after = np.where(status <= int(Status.PICKED), packed + self.rules.pack_s, 0)
            sorted_ = np.maximum(sorted_, after)
            sorted_ = self._paced(tasks, sorted_, status <= int(Status.PACKED), self.floors.sort_pph, now_s)
        steps = (
            (Status.RELEASED, Event.PICKED, picked),
            (Status.PICKED, Event.PACKED, packed),
            (Status.PACKED, Event.SORTED, sorted_),
        )
        for before, event, end in steps:
            row = np.flatnonzero((status <= int(before)) & (end <= now_s))
            ref = self._chute(tasks, next_site, row) if event is Event.SORTED else np.full(len(row), -1)
            parts.append(
                FloorDone(
                    package=tasks.package[row], event=np.full(len(row), int(event)), at_s=end[row], ref=ref
                )
            )
        return FloorDone.concat(parts)

    def _paced(
        self, tasks: PickTasks, ready_s: Ints, open_: NDArray[np.bool_], rate: NDArray[np.int32], now_s: int
    ) -> Ints:
        """When a step really ends at floors that finish one package every 3600 / rate seconds, first come first served.

        The ends lie on a grid, so that no stretch of time ever holds more than its share. What was ready in an earlier
        tick and is still open waited for a free hand: it takes a place in this one. Ends after now are not told: they
        are asked for again.
        """
        end = ready_s.copy()
        due = np.flatnonzero(open_ & (ready_s <= now_s))
        due = due[np.lexsort((tasks.package[due], ready_s[due], tasks.fc[due]))]
        for fc in np.unique(tasks.fc[due]).tolist():
            mine = due[tasks.fc[due] == fc]
            pph = max(1, int(rate[fc]))
            since = now_s - self.rules.tick_s + 1
            place = -(-np.maximum(ready_s[mine], since) * pph // HOUR_S)
            turn = np.arange(len(mine))
            place = np.maximum.accumulate(place - turn) + turn
            end[mine] = -(-place * HOUR_S // pph)
        return end if self.outages is None else self.outages.put_off(end, tasks.fc, What.SORTING)

    def _chute(self, tasks: PickTasks, next_site: NDArray[np.int32], row: NDArray[np.intp]) -> Ints:
        """The chute each package is put to: now and then that of another building served from here."""
        right = next_site[row].astype(np.int64)
        package, fc = tasks.package[row], tasks.fc[row]
        chute = right.copy()
        stray = below(self.seed, "floor/missort", self.rules.missort_ppm / 1e6, package) & (right >= 0)
        for k in np.flatnonzero(stray):
            others = self._dest[(self._origin == fc[k]) & (self._dest != right[k])]
            if len(others):
                luck = uniform(self.seed, "floor/chute", package[k])
                chute[k] = others[int(luck[0] * len(others))]
        return chute

    def weigh(
        self, package: Ints, planned_g: NDArray[np.int32], again: NDArray[np.bool_]
    ) -> NDArray[np.int32]:
        """What the scale at packing shows: near the plan, now and then far from it until the box was recounted."""
        noise = normal(self.seed, "floor/scale", package) * self.rules.scale_pm / 1000
        wrong = below(self.seed, "floor/wrong", self.rules.wrong_ppm / 1e6, package) & ~again
        far = np.where(wrong, 0.15 + 0.35 * uniform(self.seed, "floor/far", package), 0.0)
        return np.maximum(1, np.rint(planned_g * (1.0 + noise - far))).astype(np.int32)

    def arrivals(self, purchases: Purchases, row: Ints, now_s: int) -> Arrivals:
        """Which of these open purchases have reached the dock by now."""
        came = supplier_arrivals(purchases, row, now_s, self.seed, self.suppliers)
        if self.outages is None or len(came) == 0:
            return came
        at_s = self.outages.put_off(came.at_s, purchases.fc[came.purchase])
        return came.replace(at_s=at_s).take(at_s <= now_s)

    def counted(
        self, fc: NDArray[np.int32], sku: NDArray[np.int32], on_hand: NDArray[np.int32], day: int
    ) -> Counts:
        """Results of cycle counting these bins on this local day."""
        return cycle_counts(fc, sku, on_hand, day, self.seed, self.suppliers)


def _walk_luck(seed: int, tasks: PickTasks) -> NDArray[np.float64]:
    """A standard normal for each walk: tasks of one batch share it."""
    return normal(seed, "floor/walk", tasks.wave, tasks.batch)
