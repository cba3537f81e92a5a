"""Vehicles of the twin: `ports.fleet.Fleet` by seed. Stateless: a run's whole real timetable follows from its plan.

Every leg takes its planned time times the day's traffic at its station times a log-normal draw; handling at a door
likewise; breaks and waiting stay as planned. Who is at home, who refuses and which vans break down are draws about
the package and the run, so asking again gives the same answer. Prior of sidewalk robots: in the public PARL Changshu
orders 31.9 % of robot deliveries had to be repeated, against 2.4 % of deliveries by people.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import hour_of_day, local_day
from doorward.core.seed import below, normal, uniform
from doorward.core.units import HOUR_S
from doorward.ledger.state import State
from doorward.tables.doorstep import Left, Outcome
from doorward.tables.fleet import RunMoved, Runs, RunStatus, Stops, Visits
from doorward.tables.orders import LEAVE_OK, Orders
from doorward.tables.outages import What
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites
from doorward.tables.ways import Way
from doorward.twin.outages import TwinOutages
from doorward.twin.roads import TwinRoads

Longs = NDArray[np.int64]
ROAD = (Way.OWN, Way.DSP, Way.FLEX, Way.LOCKER)
AWAY_BY_HOUR = np.array([10] * 8 + [60, 130, 160, 170, 150, 160, 170, 160, 140, 110, 80, 60, 40, 20, 10, 10])
"""Doors that nobody opens, per mille, by local hour: working people are out at noon. A model, not a measurement."""


class FleetRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How runs differ from their plans: section `[twin.fleet]`."""

    depart_late_s: int = 240  # mean lateness of departure (exponential); craft and robots leave on time
    traffic_pm: int = 60  # standard deviation of a station's traffic of the day, per mille
    leg_pm: int = 220  # standard deviation of the logarithm of a leg's time, per mille
    service_pm: int = 350  # ... of the handling time at a door
    broken_pm: int = 15  # vans that break down in `broken_h` hours on the road
    broken_h: int = 8
    tow_s: int = 9_000  # until a broken vehicle stands at its station again
    refused_pm: int = 3  # parcels refused at the door
    bad_address_pm: int = 4  # orders whose address is not found
    robot_away_pm: int = 319  # customers who do not come out to a sidewalk robot
    drone_abort_pm: int = 3  # flights called off on the way for other reasons than the weather
    drone_gust_pm: int = (
        900  # gusts from this share of the rules' limit on send a craft home, always from ...
    )
    drone_storm_pm: int = 1_300  # ... this share on; rain likewise
    neighbour_pm: int = 250  # of those not at home, a neighbour takes it
    overtime_s: int = (
        7_200  # crews that an outage held up are back at most so much after their planned return
    )


class _Legs(NamedTuple):
    """Legs of runs in the order in which they are driven; `first` marks a run's first."""

    begins: Longs
    first: NDArray[np.bool_]
    wait: Longs
    drive: NDArray[np.float64]
    work: Longs
    planned_s: Longs

    def take(self, rows: Longs) -> _Legs:
        """Some of them; whole runs."""
        return _Legs(
            self.begins[rows], self.first[rows], self.wait[rows], self.drive[rows], self.work[rows],
            self.planned_s[rows],
        )  # fmt: skip

    def done(self, longer: NDArray[np.float64]) -> Longs:
        """When each door is left, drives taking so many times as long."""
        return _clock(self.begins, self.first, self.wait + (self.drive * longer).astype(np.int64) + self.work)


class TwinFleet:
    """Everything that leaves stations. `state` is only read: who ordered what, who allows what."""

    def __init__(
        self,
        seed: int,
        state: State,
        utc_offset_s: int,
        rules: FleetRules | None = None,
        outages: TwinOutages | None = None,
        roads: TwinRoads | None = None,
        limits: tuple[int, int] = (15_000, 1_000),
    ) -> None:
        self.seed, self.state, self.utc_offset_s = seed, state, utc_offset_s
        self.rules, self.outages, self.roads = rules or FleetRules(), outages, roads
        self.limits = limits
        self._found = np.empty(0)

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
        aborted = self._aborted(runs, run, left)
        seen &= ~aborted[owner]
        return RunMoved.concat([home, moved]), self._visits(
            runs, run[owner[seen]], stops, rows[seen], done[seen]
        )

    def _aborted(self, runs: Runs, run: Longs, left: Longs) -> NDArray[np.bool_]:
        """Flights called off on the way: by the gusts and the rain of the hour, and now and then for other reasons.

        Craft turn back with a chance that grows from nothing at `drone_gust_pm` of the planning limit to certainty at
        `drone_storm_pm`: limits are set with a margin, but gusts are local.
        """
        flies = runs.way[run] == Way.DRONE
        chance = np.full(len(run), self.rules.drone_abort_pm / 1000)
        weather = self.roads.weather if self.roads is not None else None
        if weather is not None and flies.any():
            region = self.state.table(Sites).region[runs.station[run]].astype(np.int64)
            day = local_day(left, self.utc_offset_s)
            row = region * 24 + hour_of_day(left, self.utc_offset_s)
            for each in np.unique(day[flies]).tolist():
                mine, hours = flies & (day == each), weather.truth(each)
                for told, limit in zip((hours.gust_mms, hours.rain_um), self.limits, strict=True):
                    lo, hi = limit * self.rules.drone_gust_pm, limit * self.rules.drone_storm_pm
                    share = (told[row[mine]] * 1000.0 - lo) / max(1, hi - lo)
                    chance[mine] = np.maximum(chance[mine], np.clip(share, 0.0, 1.0))
        return np.asarray(flies & below(self.seed, "fleet/abort", chance, run))

    def departures(self, runs: Runs, run: Longs) -> Longs:
        """When these runs really leave."""
        road = np.isin(runs.way[run], ROAD) & (runs.before[run] < 0)
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
        if not len(rows):
            return rows, owner, plan
        begins = left[owner]
        done = _clock(begins, first, wait + drive.astype(np.int64) + work.astype(np.int64))
        if self.roads is None:
            return rows, owner, done
        legs = _Legs(begins, first, wait, drive, work.astype(np.int64), plan - leg)
        longer = self._longer(runs, of, stops, rows, legs)
        return rows, owner, legs.done(longer)

    def _longer(self, runs: Runs, of: Longs, stops: Stops, rows: Longs, legs: _Legs) -> NDArray[np.float64]:
        """True over planned driving time of each leg; worked out once for a run, as it follows from its plan."""
        assert self.roads is not None
        if len(self._found) < len(stops):
            more = np.full(len(stops) + 4_096 - len(self._found), np.nan)
            self._found = np.concatenate([self._found, more])
        new = np.flatnonzero(np.isnan(self._found[rows]))
        if len(new):
            part, mine, at = legs.take(new), of[new], rows[new]
            order = self.state.table(Packages).order[stops.package[at]]
            orders, region = self.state.table(Orders), self.state.table(Sites).region[runs.station[mine]]
            place = orders.lat_udeg[order], orders.lon_udeg[order]
            road, longer = np.isin(runs.way[mine], ROAD), np.ones(len(new))
            for _ in range(2):  # which hour a leg falls in depends on the legs before it
                starts = part.done(longer) - (part.drive * longer).astype(np.int64) - part.work
                longer = np.where(road, self.roads.longer(part.planned_s, starts, region, *place), 1.0)
            self._found[at] = longer
        return self._found[rows]

    def _spread(self, stream: str, sd_pm: int, *ids: Longs | NDArray[np.int16]) -> NDArray[np.float64]:
        """Log-normal factors of mean 1: plans are right on average, single legs and doors are not."""
        sd = sd_pm / 1000
        return np.exp(normal(self.seed, stream, *ids) * sd - sd * sd / 2)

    def _breakdowns(self, runs: Runs, run: Longs, left: Longs, back: Longs) -> Longs:
        """When a run's vehicle fails; -1: it does not.

        Drawn for each vehicle and hour of the calendar, whatever it does then: worlds in which the same van is out at
        the same time see the same breakdown, however runs are planned, numbered or split.
        """
        road = np.isin(runs.way[run], (Way.OWN, Way.DSP))
        at = np.full(len(run), -1, np.int64)
        if not road.any():
            return at
        hours = int((back[road] // HOUR_S - left[road] // HOUR_S).max()) + 1
        hour = (left[road] // HOUR_S)[:, None] + np.arange(hours)
        vehicle = runs.vehicle[run][road][:, None]
        share = self.rules.broken_pm / 1000 / self.rules.broken_h
        moment = hour * HOUR_S + (uniform(self.seed, "fleet/where", vehicle, hour) * HOUR_S).astype(np.int64)
        fails = below(self.seed, "fleet/broken", share, vehicle, hour)
        fails &= (moment >= left[road][:, None]) & (moment < back[road][:, None])
        first = np.argmax(fails, axis=1)
        at[road] = np.where(fails.any(axis=1), moment[np.arange(len(first)), first], -1)
        return at

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


def _clock(begins: Longs, first: NDArray[np.bool_], step: Longs) -> Longs:
    """When each step is over, steps of a run one after the other from `begins`; `first` marks a run's first step."""
    total = np.cumsum(step)
    return np.asarray(begins - np.maximum.accumulate(np.where(first, total - step, 0)) + total)
