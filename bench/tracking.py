"""How often arrival intervals hold, with and without learning, and what a day of them costs.

    python -m bench.tracking

Synthetic streets (tests/tracking/streets.py): 40 runs of 50 stops a day, 300 s a stop by plan; twelve days, of which
the last eight are judged. Cost: 21,000 packages of one day on 350 runs, among 100,000 that have ended.
"""

from __future__ import annotations

import time

import numpy as np

from doorward.ledger.state import State
from doorward.tables.fleet import Runs, RunStatus, Stops
from doorward.tables.journey import Status
from doorward.tables.packages import Arrivals, EtaScales, Packages, Scans, Watch
from doorward.tables.ways import Way
from doorward.tracking.learn import judged
from doorward.tracking.odds import Odds
from doorward.tracking.plan import plan_etas, reckon, scales_now
from doorward.tracking.rules import TrackingRules
from doorward.tracking.transit import Partners
from tests.tracking.streets import Streets, drive_day

RULES = TrackingRules()
KINDS = {
    "calm": Streets(step_s=20, pace=0.02, start_s=60),
    "usual": Streets(step_s=80, pace=0.05, start_s=300),
    "rough": Streets(step_s=120, pace=0.15, start_s=900),
    "wild": Streets(step_s=250, pace=0.2, start_s=900),
}


def coverage(name: str, learn: bool) -> None:
    """One row: share inside over the last eight days, mean width, intervals told per package, factor in the end."""
    state, known, told = State(), 0, 0
    for day in range(12):
        if day == 4:
            known, told = state.count(Scans), 0
        told += drive_day(state, day, KINDS[name], RULES, seed=5, runs=40, learn=learn)
    packages, scans = state.table(Packages), state.table(Scans)
    row, inside = judged(packages, scans, known)
    package = scans.package[row]
    width = float((packages.eta_hi_s - packages.eta_lo_s)[package].mean()) / 60
    factor = scales_now(state.table(EtaScales))[Way.OWN] / 1000
    print(
        f"{name:8}{'learnt' if learn else 'fixed':8}{inside.mean():8.1%} inside  width {width:5.1f} min  "
        f"{told / (8 * 40 * 50):4.1f} told per package  factor {factor:4.2f}"
    )


def cost(ended: int = 100_000, n: int = 21_000, per_run: int = 60) -> None:
    """CPU of one quarter of an hour."""
    total, runs = ended + n, (ended + n) // per_run + 1
    row, now = np.arange(total), 1_000_000
    state = State()
    status = np.where(row < ended, int(Status.DELIVERED), int(Status.OUT))
    state.append(
        Packages.fill(
            total, status=status, stop=row, way=0, due_lo_s=0, due_s=now + 9000, last_scan=row, carrier=-1
        )
    )
    state.append(Scans.fill(total, package=row, at_s=now - 600, event=8))
    run_status = np.where(
        np.arange(runs) * per_run < ended - per_run, int(RunStatus.DONE), int(RunStatus.LEFT)
    )
    state.append(Runs.fill(runs, depart_s=now - 9000, left_s=now - 8900, packages=per_run, status=run_status))
    done = np.where(row < ended + n // 3, now - 300, -1)
    state.append(
        Stops.fill(
            total,
            run=row // per_run,
            seq=row % per_run,
            package=row,
            plan_s=now - 200 + row % 900,
            done_s=done,
        )
    )
    packages, scans, runs_, stops = (state.table(t) for t in (Packages, Scans, Runs, Stops))
    began = time.process_time()
    for _ in range(10):
        partners = Partners.of(state, RULES, 0)
        odds = Odds(state.table(Arrivals), partners.services, RULES.prior_arrivals)
        scale = scales_now(EtaScales.empty())
        told = reckon(packages, scans, runs_, stops, partners, odds, state.table(Watch), RULES, now, scale)  # type: ignore[arg-type]
        plan_etas(told, packages, runs_, stops, RULES)  # type: ignore[arg-type]
    print(
        f"intervals: {(time.process_time() - began) * 100:.1f} CPU ms a time, {n:,} open of {total:,} packages"
    )


def main() -> None:
    """Print both tables."""
    for name in KINDS:
        coverage(name, learn=False)
        coverage(name, learn=True)
    cost()


if __name__ == "__main__":
    main()
