"""How far alarms and arrival intervals of finished runs can be trusted, against what truly happened in them.

    python -m bench.alarms RUN...

Alarms by kind: how many per 1,000 packages, precision, recall, lead. Intervals by stage: every interval that was told,
judged by the stage the package was in when told: share inside, mean width, interval score (width + 2/a x what lies
outside, a = 0.1; Gneiting and Raftery 2007, eq. 43), over first arrivals at the door.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from doorward.ledger.state import State
from doorward.runtime.build import open_ledger
from doorward.runtime.rundir import RunDir
from doorward.tables.journey import JOURNEY, Event, Status
from doorward.tables.packages import Alarms, EtaSet, Packages, Scans
from doorward.tracking.report import alarm_quality
from doorward.tracking.rules import TrackingRules

AFTER = np.array([int(JOURNEY[event].after) for event in Event])


def first_arrival(state: State) -> NDArray[np.int64]:
    """First time at the door or in the locker; -1."""
    scans = state.table(Scans)
    at = np.flatnonzero(np.isin(scans.event, (Event.DELIVERED, Event.STORED, Event.ATTEMPTED)))
    found = np.full(state.count(Packages), 1 << 60, np.int64)
    np.minimum.at(found, scans.package[at], scans.at_s[at])
    return np.where(found < 1 << 60, found, -1)


def show_alarms(state: State) -> None:
    """One line a kind."""
    packages, scans, alarms = state.table(Packages), state.table(Scans), state.table(Alarms)
    print(f"{len(alarms)} alarms, {1000 * len(alarms) / len(packages):.1f} per 1,000 packages")
    for q in alarm_quality(packages, scans, alarms, TrackingRules().cutoff_grace_s, int(scans.at_s[-1])):
        found = len(np.unique(alarms.package[alarms.kind == q.kind]))
        precision, recall = q.true / max(1, q.true + q.false), q.true / max(1, q.true + q.missed)
        print(
            f"  {q.kind.name:14}{q.raised:6} raised of {found} packages, {q.open} open, {q.true} true, "
            f"{q.false} false, {q.missed} missed (+{q.tried} tried): "
            f"precision {precision:.2f} recall {recall:.2f} lead {q.lead_min:.0f} min, "
            f"{q.ahead} of the true before the promise"
        )


def show_intervals(state: State, etas: EtaSet, at: NDArray[np.int64]) -> None:
    """One line a stage."""
    scans, came = state.table(Scans), first_arrival(state)
    package, lo, hi = etas.package, etas.lo_s, etas.hi_s
    order = np.lexsort((np.arange(len(scans)), scans.at_s, scans.package))
    key = scans.package[order] * (1 << 34) + scans.at_s[order]
    row = order[np.searchsorted(key, package * (1 << 34) + at, side="right") - 1]
    status = AFTER[scans.event[row]]
    good = (came[package] >= at) & (scans.package[row] == package)
    for stage in (*Status, None):
        mine = good & (status == stage) if stage is not None else good
        if mine.any():
            a, width = came[package[mine]], (hi - lo)[mine]
            out = np.maximum(0, lo[mine] - a) + np.maximum(0, a - hi[mine])
            print(
                f"  {stage.name if stage is not None else 'all':14}{mine.sum():7} told  "
                f"inside {(out == 0).mean():6.1%}  "
                f"width {width.mean() / 60:6.0f} min  score {(width + 20 * out).mean() / 60:7.0f} min"
            )


def main() -> None:
    """All runs named."""
    for run in sys.argv[1:]:
        ledger = open_ledger(RunDir(Path(run)))
        print(run)
        show_alarms(ledger.state)
        etas, _, at = ledger.journal.facts(EtaSet)
        show_intervals(ledger.state, etas, at)
        ledger.close()


if __name__ == "__main__":
    main()
