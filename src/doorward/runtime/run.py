"""The main job: orders come in for some days, then the clock runs on until every order has ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from doorward.core.units import DAY_S, HOUR_S
from doorward.ledger.drafts import whole
from doorward.ledger.state import State
from doorward.ports.clock import VirtualClock
from doorward.runtime.book import prepare
from doorward.runtime.build import Assembled, assemble
from doorward.runtime.checks import violations
from doorward.runtime.progress import cpu_s, peak_mib, wall_s
from doorward.runtime.report import write_report
from doorward.runtime.request import Request, Tell
from doorward.runtime.results import OPEN, order_ends, summary
from doorward.runtime.rundir import RunDir
from doorward.tables.journey import Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages


def start_run(request: Request, tell: Tell) -> dict[str, Any]:
    """Read the inputs, make the run directory, run, report. Raises BadInput for what cannot be read."""
    began = wall_s()
    where = prepare(request, tell)
    return _finish(where, tell, began, request.workers)


def resume_run(directory: Path, tell: Tell, workers: int = 0) -> dict[str, Any]:
    """Go on with a run that was interrupted at any moment."""
    return _finish(RunDir(directory), tell, wall_s(), workers)


def _finish(where: RunDir, tell: Tell, began: float, workers: int) -> dict[str, Any]:
    settings = where.settings
    run = assemble(where, workers)
    try:
        total = run.expected_orders
        end_s = settings.start_s + settings.days * DAY_S
        told = _Watch(run, tell, total, settings.utc_offset_s)
        run.roster.run(
            VirtualClock(settings.start_s),
            settings.start_s,
            end_s + settings.drain_days * DAY_S,
            finished=lambda now_s: (
                now_s >= end_s and now_s % HOUR_S == 0 and all_ended(run.ledger.state, total)
            ),
            told=told,
            meter=cpu_s,
        )
        told.close()
        run.ledger.checkpoint(where.root)
        result = _result(where, run, began)
        planners = run.pool.workers if run.pool else 0
        if run.pool:
            run.pool.close()
        tell("report", 0, 1, "")
        result["report"] = str(write_report(where, run, result))
        tell("report", 1, 1, "")
        result["wall_s"] = round(wall_s() - began, 2)
        result["peak_mib"] = peak_mib(planners)
        with whole(where.root / "result.json") as draft:
            draft.write_bytes(msgspec.json.format(msgspec.json.encode(result)))
        return result
    finally:
        run.close()


def all_ended(state: State, total: int) -> bool:
    """Every expected order came in and none is open any more."""
    return state.count(Orders) >= total and not (order_ends(state) == OPEN).any()


class _Watch:
    """Tells how far the run is, and checkpoints at each local midnight."""

    def __init__(self, run: Assembled, tell: Tell, total: int, utc_offset_s: int) -> None:
        self._run, self._tell, self._total, self._offset = run, tell, total, utc_offset_s

    def __call__(self, now_s: int) -> None:
        local = now_s + self._offset
        if local % HOUR_S == 0:
            state = self._run.ledger.state
            packages = state.table(Packages)
            delivered = int((packages.status == Status.DELIVERED).sum())
            day = (now_s - self._run.settings.start_s) // DAY_S
            self._tell(
                "network",
                self._ended(state),
                self._total,
                f"day {day + 1} {local % DAY_S // HOUR_S:02d}:00  {state.count(Orders):,} orders in, "
                f"{len(packages):,} packages, {delivered:,} delivered",
            )
        if local % DAY_S == 0 and now_s > self._run.settings.start_s:
            self._run.ledger.checkpoint(self._run.where.root)

    def _ended(self, state: State) -> int:
        return int(np.sum(order_ends(state) != OPEN)) if state.count(Orders) else 0

    def close(self) -> None:
        """The run is over."""
        state = self._run.ledger.state
        self._tell("network", self._ended(state), self._total, f"{self._ended(state):,} orders ended")


def _result(where: RunDir, run: Assembled, began: float) -> dict[str, Any]:
    settings = where.settings
    turn, chain = run.ledger.head()
    return {
        **summary(run.ledger.state),
        "rejected": settings.rejected,
        "journal_turns": turn,
        "journal_digest": chain,
        "generated_input": settings.generated,
        "violations": violations(run.ledger.state),
        "cpu_s_by_service": {k: round(v, 2) for k, v in run.roster.cpu_s.items() if v >= 0.01},
        "network": settings.network,
        "currency": run.network.currency,
        "seed": settings.seed,
        "out": str(where.root),
        "wall_s": round(wall_s() - began, 2),
        "peak_mib": peak_mib(),
    }
