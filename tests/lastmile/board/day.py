"""A small station's day on a real ledger: a plan at 08:30, the twin's vans, and commands as a dispatcher gives them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from doorward.core.table import Table
from doorward.delivery.rules import DeliveryRules
from doorward.delivery.service import follow
from doorward.delivery.state import FOLDS as DELIVERY
from doorward.lastmile.board.asked import Answer
from doorward.lastmile.board.commands import COMMANDS
from doorward.lastmile.board.state import FOLDS as BOARD
from doorward.lastmile.rules import LastmileRules
from doorward.lastmile.service import plan, rescue
from doorward.lastmile.state import FOLDS as LASTMILE
from doorward.ledger.desk import Desk
from doorward.ledger.ledger import Ledger
from doorward.ledger.state import State
from doorward.ports.outages import AllWell
from doorward.tables.fleet import Runs, RunStatus, Stops
from doorward.tables.journey import Event, Holder, Status
from doorward.tables.packages import Packages, Scans
from doorward.tables.ways import Way
from doorward.tracking.state import FOLDS as TRACKING
from doorward.twin.fleet import FleetRules, TwinFleet
from tests.modes import MIDNIGHT_S, load_vehicles, station_state, weather

from doorward.carriers.state import FOLDS as CARRIERS  # isort: skip

RULES = LastmileRules(iterations_least=200, iterations_stop=2)
HOUR = 3_600
PLAN_S = MIDNIGHT_S + RULES.plan_s[0]
FOLDS: dict[type[Table], Any] = {**LASTMILE, **BOARD, **DELIVERY, **TRACKING, **CARRIERS}
BY_NAME = {command.name: command for command in COMMANDS}


def reference(
    n: int, vans: int, seed: int, *, waits: int = 4, hours: tuple[int, int] = (19, 21), **van: int
) -> State:
    """n READY packages at station 1 (the last `waits` of them promised tomorrow), `vans` vans in its yard."""
    state = station_state(n, Way.OWN, seed, spread_m=5_000, hours=hours)
    usual = {
        "volume_ml": 8_000_000, "weight_g": 1_200_000, "max_stops": 200, "shift_lo_s": 7 * HOUR,
        "shift_hi_s": 19 * HOUR, "break_s": 1_800, "range_m": 300_000, "electric": 0,
        "fixed_c": 2_000, "hour_c": 2_880, "km_mc": 25,
        "co2_ug_m": 240_000,
    }  # fmt: skip
    load_vehicles(state, vans, Way.OWN, **(usual | van))
    row = np.arange(n)
    state.append(Scans.fill(n, package=row, at_s=MIDNIGHT_S, event=int(Event.INDUCTED), site=1, reason=0))
    state.put(Packages, row, last_scan=row, holder_kind=int(Holder.SITE), holder=1, fc=0)
    state.put(Packages, row[n - waits :], due_lo_s=MIDNIGHT_S + 30 * HOUR, due_s=MIDNIGHT_S + 40 * HOUR)
    return state


class Day:
    """A ledger, a clock, and the twin's vans."""

    def __init__(self, folder: Path, state: State, *, seed: int = 7, fleet: FleetRules | None = None) -> None:
        self.folder, self.seed = folder, seed
        self.tables = [state.table(kind) for kind in state.kinds()]
        self.ledger = Ledger.open(folder, FOLDS, self.tables)
        self.now_s, self.key = PLAN_S, 0
        fleet = fleet or FleetRules(broken_pm=0)
        self.world: Any = SimpleNamespace(
            weather=weather(), outages=AllWell(), fleet=TwinFleet(seed, self.ledger.state, 0, fleet)
        )

    @property
    def state(self) -> State:
        return self.ledger.state

    def table(self, kind: type[Any]) -> Any:
        return self.ledger.table(kind)

    def desk(self, every_s: int = 900) -> Desk:
        rules = {type(each): each for each in (RULES, DeliveryRules())}
        return Desk(self.state, self.world, rules, self.seed, 0, self.now_s, self.now_s - every_s)

    def work(self, *services: Any, every_s: int = 900) -> None:
        for service in services:
            desk = self.desk(every_s)
            service(desk)
            self.ledger.post(service.__name__, self.now_s, desk.posted)
        self.ledger.commit()

    def ask(self, name: str, **fields: Any) -> Answer:
        """A command; what it raises leaves nothing behind."""
        command, desk = BY_NAME[name], self.desk()
        answer = command.work(desk, command.takes(**fields))
        self.key += 1
        self.ledger.post(name, self.now_s, desk.posted, key=f"key {self.key}")
        self.ledger.commit()
        return answer  # type: ignore[no-any-return]

    def until(self, now_s: int) -> None:
        """Follow the vans, every five minutes."""
        while self.now_s < now_s:
            self.now_s += 300
            self.work(follow, rescue, every_s=300)

    def open_runs(self, *status: RunStatus) -> list[int]:
        return np.flatnonzero(np.isin(self.table(Runs).status, status or (RunStatus.PLANNED,))).tolist()  # type: ignore[no-any-return]

    def order_of(self, run: int) -> list[list[int]]:
        """Packages by stop, those still to do."""
        stops, packages = self.table(Stops), self.table(Packages)
        rows = np.flatnonzero((stops.run == run) & (stops.done_s < 0))
        rows = rows[packages.stop[stops.package[rows]] == rows]
        return [
            sorted(stops.package[rows[stops.seq[rows] == q]].tolist()) for q in np.unique(stops.seq[rows])
        ]

    def pool(self) -> list[int]:
        packages = self.table(Packages)
        return np.flatnonzero((packages.status == Status.READY) & (packages.stop < 0)).tolist()  # type: ignore[no-any-return]

    def board(self) -> dict[str, Any]:
        """What a dispatcher sees, without the runs' numbers: by vehicle, its departure and order of stops."""
        runs = self.table(Runs)
        return {
            str(int(runs.vehicle[run])): (int(runs.depart_s[run]), int(runs.back_s[run]), self.order_of(run))
            for run in self.open_runs(RunStatus.PLANNED, RunStatus.LEFT)
        }


def planned(folder: Path, n: int = 60, vans: int = 4, seed: int = 3, **more: Any) -> Day:
    """The day after its 08:30 plan."""
    day = Day(folder, reference(n, vans, seed, **more))
    day.work(plan)
    return day
