"""Vehicles of the twin: `ports.fleet.Fleet` by seed. Stateless: a run's whole real timetable follows from its plan.

Every leg takes its planned time times the day's traffic at its station times a log-normal draw; handling at a door
likewise; breaks and waiting stay as planned. Who is at home, who refuses and which vans break down are draws about
the package and the run, so asking again gives the same answer. Prior of sidewalk robots: in the public PARL Changshu
orders 31.9 % of robot deliveries had to be repeated, against 2.4 % of deliveries by people.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import hour_of_day, local_day
from doorward.core.seed import below, normal, uniform
from doorward.ledger.state import State
from doorward.tables.doorstep import Left, Outcome
from doorward.tables.fleet import RunMoved, Runs, RunStatus, Stops, Visits
from doorward.tables.orders import LEAVE_OK, Orders
from doorward.tables.outages import What
from doorward.tables.packages import Packages
from doorward.tables.ways import Way
from doorward.twin.outages import TwinOutages

Longs = NDArray[np.int64]
AWAY_BY_HOUR = np.array([10] * 8 + [60, 130, 160, 170, 150, 160, 170, 160, 140, 110, 80, 60, 40, 20, 10, 10])
"""Doors that nobody opens, per mille, by local hour: working people are out at noon. A model, not a measurement."""


class FleetRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How runs differ from their plans: section `[twin.fleet]`."""

    depart_late_s: int = 240  # mean lateness of departure (exponential); craft and robots leave on time
    traffic_pm: int = 60  # standard deviation of a station's traffic of the day, per mille
    leg_pm: int = 220  # standard deviation of the logarithm of a leg's time, per mille
    service_pm: int = 350  # ... of the handling time at a door
    broken_pm: int = 15  # van runs that break down on the way
    tow_s: int = 9_000  # until a broken vehicle stands at its station again
    refused_pm: int = 3  # parcels refused at the door
    bad_address_pm: int = 4  # orders whose address is not found
    robot_away_pm: int = 319  # customers who do not come out to a sidewalk robot
    drone_abort_pm: int = 8  # flights called off on the way
    neighbour_pm: int = 250  # of those not at home, a neighbour takes it
    overtime_s: int = (
        7_200  # crews that an outage held up are back at most so much after their planned return
    )


class TwinFleet:
    """Everything that leaves stations. `state` is only read: who ordered what, who allows what."""

    def __init__(
        self,
        seed: int,
        state: State,
        utc_offset_s: int,
        rules: FleetRules | None = None,
        outages: TwinOutages | None = None,
    ) -> None:
        self.seed, self.state, self.utc_offset_s = seed, state, utc_offset_s
        self.rules, self.outages = rules or FleetRules(), outages

    def progress(
        self, runs: Runs, run: Longs, stops: Stops, stop: Longs, now_s: int
    ) -> tuple[RunMoved, Visits]:
        """See the port. Cost grows with the stops of the runs that are open.

        A broken vehicle is towed home: its run is DONE `tow_s` after it broke down.
        """
        broke = run[runs.status[run] == RunStatus.BROKEN]
        towed = broke[runs.ended_s[broke] + self.rules.tow_s <= now_s]
        home = RunMoved.fill(
            len(towed),
            run=towed,
            status=int(RunStatus.DONE),
            at_s=runs.ended_s[towed] + self.rules.tow_s,
            actual_m=runs.actual_m[towed],
        )
        run = run[(runs.depart_s[run] <= now_s) & (runs.status[run] != RunStatus.BROKEN)]
        if not len(run):
            return home, Visits.empty()
        left = self.departures(runs, run)
        rows, owner, done = self._timetable(runs, run, left, stops)
        back = left + (runs.back_s[run] - runs.depart_s[run])
        count = np.bincount(owner, minlength=len(run))
        has = count > 0
        ends = np.cumsum(count) - 1
        tail = np.zeros(len(run), np.int64)
        tail[has] = runs.back_s[run][has] - stops.plan_s[rows[ends[has]]] - stops.service_s[rows[ends[has]]]
        noise = self._spread("fleet/back", self.rules.leg_pm, run)
        back[has] = done[ends[has]] + np.maximum(0, tail[has] * noise[has]).astype(np.int64)
        back = self._home_in_time(runs, run, left, back)
        broken_s = self._breakdowns(runs, run, left, back)
        over_s = np.where(broken_s >= 0, broken_s, back)
        moved = self._moved(runs, run, left, over_s, broken_s >= 0, now_s)
        seen = np.isin(rows, stop) & (done <= np.minimum(now_s, over_s[owner]))
        aborted = (runs.way[run] == Way.DRONE) & below(
            self.seed, "fleet/abort", self.rules.drone_abort_pm / 1000, run
        )
        seen &= ~aborted[owner]
        return RunMoved.concat([home, moved]), self._visits(
            runs, run[owner[seen]], stops, rows[seen], done[seen]
        )

    def departures(self, runs: Runs, run: Longs) -> Longs:
        """When these runs really leave."""
        road = np.isin(runs.way[run], (Way.OWN, Way.DSP, Way.FLEX, Way.LOCKER)) & (runs.before[run] < 0)
        late = -np.log1p(-uniform(self.seed, "fleet/depart", run)) * self.rules.depart_late_s
        left = np.asarray(runs.depart_s[run] + np.where(road, np.minimum(late, 3600), 0).astype(np.int64))
        if self.outages is None:
            return left
        held = self.outages.put_off(left, runs.station[run], What.DEPARTURES, gap_s=3_600)
        return np.where(runs.before[run] < 0, held, left)

    def _home_in_time(self, runs: Runs, run: Longs, left: Longs, back: Longs) -> Longs:
        """Crews that an outage held at the station turn round in time; what they did not reach comes back with them."""
        if self.outages is None:
            return back
        held = left - runs.depart_s[run] > 3_600  # ordinary lateness is less
        last = np.maximum(runs.back_s[run] + self.rules.overtime_s, left + 600)
        return np.where(held, np.minimum(back, last), back)

    def _timetable(self, runs: Runs, run: Longs, left: Longs, stops: Stops) -> tuple[Longs, Longs, Longs]:
        """(rows of Stops, index into `run`, real end) of all stops of the runs, by run and sequence."""
        lo, hi = np.searchsorted(stops.run, run, "left"), np.searchsorted(stops.run, run, "right")
        count = hi - lo
        owner = np.repeat(np.arange(len(run)), count)
        rows = np.repeat(lo - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
        first = np.r_[True, owner[1:] != owner[:-1]] if len(owner) else np.zeros(0, bool)
        plan, leg, service = (
            getattr(stops, c)[rows].astype(np.int64) for c in ("plan_s", "leg_s", "service_s")
        )
        seq = stops.seq[rows]
        head = first | np.r_[True, seq[1:] != seq[:-1]][: len(seq)]
        door = np.cumsum(head) - 1
        over = plan[head] + np.bincount(door, service, int(head.sum())).astype(np.int64)
        before = np.where(first[head], runs.depart_s[run][owner[head]], np.r_[0, over[:-1]][: len(over)])
        wait = np.zeros(len(rows), np.int64)
        wait[head] = np.maximum(0, plan[head] - before - leg[head])
        of = run[owner]
        day = local_day(plan, self.utc_offset_s)
        traffic = 1 + normal(self.seed, "fleet/traffic", runs.station[of], day) * self.rules.traffic_pm / 1000
        drive = leg * np.clip(traffic, 0.7, 1.6) * self._spread("fleet/leg", self.rules.leg_pm, of, seq)
        work = service * self._spread("fleet/door", self.rules.service_pm, stops.package[rows], of)
        step = wait + drive.astype(np.int64) + work.astype(np.int64)
        total = np.cumsum(step)
        base = np.where(first, total - step, 0)
        start = left[owner] - np.maximum.accumulate(base) if len(base) else base
        return rows, owner, start + total

    def _spread(self, stream: str, sd_pm: int, *ids: Longs | NDArray[np.int16]) -> NDArray[np.float64]:
        """Log-normal factors of mean 1: plans are right on average, single legs and doors are not."""
        sd = sd_pm / 1000
        return np.exp(normal(self.seed, stream, *ids) * sd - sd * sd / 2)

    def _breakdowns(self, runs: Runs, run: Longs, left: Longs, back: Longs) -> Longs:
        """When a run's vehicle fails; -1: it does not. Going on on the road is a risk for the hours that are left."""
        road = np.isin(runs.way[run], (Way.OWN, Way.DSP))
        first, hours = run, np.maximum(1, runs.back_s - runs.depart_s)
        while (goes_on := runs.before[first] >= 0).any():
            first = np.where(goes_on, runs.before[first], first)
        share = np.where(first == run, 1.0, np.minimum(1.0, hours[run] / hours[first]))
        fails = road & below(self.seed, "fleet/broken", self.rules.broken_pm / 1000 * share, run)
        at = left + (uniform(self.seed, "fleet/where", run) * (back - left)).astype(np.int64)
        return np.where(fails, at, -1)

    def _moved(
        self, runs: Runs, run: Longs, left: Longs, over_s: Longs, broken: NDArray[np.bool_], now_s: int
    ) -> RunMoved:
        """Departures and ends not told before, in the order of the runs; a departure stands before its end."""
        leaves = (runs.status[run] == RunStatus.PLANNED) & (left <= now_s)
        ends = over_s <= now_s
        planned = np.maximum(1, runs.back_s[run] - runs.depart_s[run])
        share = np.clip((over_s - left) / planned, 0, 1)
        metres = np.where(broken, runs.dist_m[run] * share, runs.dist_m[run])
        parts = [
            RunMoved.fill(int(leaves.sum()), run=run[leaves], status=int(RunStatus.LEFT), at_s=left[leaves]),
            RunMoved.fill(
                int(ends.sum()),
                run=run[ends],
                status=np.where(broken[ends], int(RunStatus.BROKEN), int(RunStatus.DONE)),
                at_s=over_s[ends],
                actual_m=metres[ends].astype(np.int64),
            ),
        ]
        return RunMoved.concat(parts)

    def _visits(self, runs: Runs, of: Longs, stops: Stops, rows: Longs, at_s: Longs) -> Visits:
        """What happened at each door."""
        packages, orders, rules = self.state.table(Packages), self.state.table(Orders), self.rules
        package = stops.package[rows]
        order, tries = packages.order[package], packages.attempts[package]
        leave = (orders.consent[order] & LEAVE_OK) > 0
        robot, drone = runs.way[of] == Way.ROBOT, runs.way[of] == Way.DRONE
        share = (
            np.where(robot, rules.robot_away_pm, AWAY_BY_HOUR[hour_of_day(at_s, self.utc_offset_s)]) / 1000
        )
        away = below(self.seed, "door/away", share, package, tries)
        neighbour = below(self.seed, "door/neighbour", rules.neighbour_pm / 1000, package, tries) & ~robot
        outcome = np.full(len(rows), int(Outcome.DELIVERED), np.int8)
        left = np.where(away, np.where(neighbour, int(Left.NEIGHBOUR), int(Left.NOWHERE)), int(Left.IN_HAND))
        left = np.where(leave & ~robot, int(Left.AT_DOOR), left)
        left = np.where(drone, int(Left.SAFE_PLACE), left)
        outcome[(left == Left.NOWHERE)] = int(Outcome.NOT_HOME)
        refused = below(self.seed, "door/refused", rules.refused_pm / 1000, package) & ~drone
        outcome[refused & (left != Left.AT_DOOR)] = int(Outcome.REFUSED)
        nowhere = below(self.seed, "door/address", rules.bad_address_pm / 1000, order)
        outcome[nowhere & (tries == 0)] = int(Outcome.BAD_ADDRESS)
        locker = packages.locker[package] >= 0
        outcome[locker] = int(Outcome.STORED)
        left = np.where(locker, int(Left.LOCKER_CELL), left)
        left = np.where(outcome == Outcome.DELIVERED, left, np.where(locker, left, int(Left.NOWHERE)))
        return Visits.fill(len(rows), stop=rows, at_s=at_s, outcome=outcome, left=left)
