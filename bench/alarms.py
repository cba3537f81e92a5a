"""How far alarms and arrival intervals of finished runs can be trusted, against what truly happened in them.

    python -m bench.alarms [--anew] RUN...

--anew: with tracking's services, as this checkout has them, run anew over the run's journal (no other room reads what
they post, so the rest of the journal stays as it is).

Alarms by kind: how many per 1,000 packages, precision, recall, lead; see `alarm_quality`. Intervals by stage: every
interval that was told, judged by the stage the package was in when told: share inside, mean width, interval score
(width + 2/a x what lies outside, a = 0.1; Gneiting and Raftery 2007, eq. 43), over first arrivals at the door.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import Table
from doorward.ledger.desk import Desk
from doorward.ledger.pack import pack, table_of
from doorward.ledger.read import Reader
from doorward.ledger.service import Service
from doorward.ledger.state import State
from doorward.runtime.book import load_book
from doorward.runtime.build import all_folds, all_services, network_of, open_ledger, reference_tables
from doorward.runtime.config import rules_from
from doorward.runtime.roster import first_due
from doorward.runtime.rules import RULES
from doorward.runtime.rundir import RunDir
from doorward.tables.journey import JOURNEY, Event, Status
from doorward.tables.packages import Alarm, Alarms, EtaSet, Packages, Scans
from doorward.tracking.report import Quality, alarm_quality, arrived_s
from doorward.tracking.rules import TrackingRules
from doorward.tracking.service import learn_widths, tell

AFTER = np.array([int(JOURNEY[event].after) for event in Event])
Told = tuple[EtaSet, NDArray[np.int64]]


def run_anew(where: RunDir) -> tuple[State, Told]:
    """Tables at the end of a run whose alarms are reckoned anew; intervals told, with their times."""
    network, folds, state = network_of(where), all_folds(), State()
    for table in reference_tables(network, load_book(where), where):
        state.load(table)
    rules, kinds = rules_from(network, RULES), {kind.__name__: kind for kind in folds}
    mine = [service for service in all_services() if service.work in (learn_widths, tell)]
    names, told, at = {service.name for service in mine}, [EtaSet.empty()], [np.empty(0, np.int64)]
    due: dict[str, int] = {}
    with Reader(where.journal) as journal:
        for turn in journal.turns():
            due = due or {s.name: first_due(s, turn.at_s, network.utc_offset_s) for s in mine}
            while (now_s := min(due.values())) < turn.at_s:
                for service in (each for each in mine if due[each.name] == now_s):
                    due[service.name] += service.every_s
                    for fact in _posted(service, state, rules, now_s, network.utc_offset_s):
                        folds[type(fact)](state, fact, now_s)
                        if isinstance(fact, EtaSet):
                            told.append(fact)
                            at.append(np.full(len(fact), now_s, np.int64))
            if turn.service not in names:
                for stored in turn.facts:
                    kind = kinds[stored.schema.fact]
                    folds[kind](state, table_of(kind, stored.schema, stored.values()), turn.at_s)
    return state, (EtaSet.concat(told), np.concatenate(at))


def _posted(
    service: Service, state: State, rules: Mapping[type[Any], Any], now_s: int, offset_s: int
) -> list[Table]:
    """What a service posts, as read back from its packed form (what is folded must not share memory with the state)."""
    # tracking asks the world nothing: it reads tables only
    desk = Desk(state, None, rules, 0, offset_s, now_s, now_s - service.every_s)  # type: ignore[arg-type]
    service.work(desk)
    packed = [(type(fact), pack(fact)) for fact in desk.posted]
    return [table_of(kind, each.schema, each.values) for kind, each in packed]


def first_arrival(state: State) -> NDArray[np.int64]:
    """First time at the door or in the locker; -1."""
    scans = state.table(Scans)
    at = np.flatnonzero(np.isin(scans.event, (Event.DELIVERED, Event.STORED, Event.ATTEMPTED)))
    found = np.full(state.count(Packages), 1 << 60, np.int64)
    np.minimum.at(found, scans.package[at], scans.at_s[at])
    return np.where(found < 1 << 60, found, -1)


HEAD = ("alarm", "raised", "per 1,000", "open", "true", "false", "precision", "before the", "precision",
        "trouble", "none", "recall", "lead, min")  # fmt: skip
UNDER = ("", "", "", "", "", "", "", "promise", "of these", "foreseeable", "raised", "", "(median)")
AHEAD_H = (0, 1, 2, 4)
WIDE = (14, 7, 10, 5, 6, 6, 10, 11, 10, 12, 7, 8, 10)


def show_alarms(state: State) -> None:
    """One line a kind."""
    packages, scans, alarms = state.table(Packages), state.table(Scans), state.table(Alarms)
    grace_s = TrackingRules().cutoff_grace_s
    for words in (HEAD, UNDER):
        _line(*words)
    for q in alarm_quality(packages, scans, alarms, grace_s, int(scans.at_s[-1])):
        _line(*_cells(q, len(packages)))
    told = len(np.unique(alarms.package))
    _line("all", len(alarms), f"{1000 * len(alarms) / len(packages):.1f}", int((alarms.cleared_s < 0).sum()))
    print(f"  of {len(packages):,} packages {told:,} had an alarm, {1000 * told / len(packages):.1f} per 1,000")
    late, shares = foretold_ahead(packages, scans, alarms)
    ahead = ", ".join(f"{share:.1%} {h} h" for h, share in zip(AHEAD_H, shares, strict=True))
    print(f"  of {late:,} late, tries in vain left out, WILL_BE_LATE told {ahead} before the promise")


def foretold_ahead(packages: Packages, scans: Scans, alarms: Alarms) -> tuple[int, list[float]]:
    """(packages late though no try at their door was in vain, share with WILL_BE_LATE so many hours ahead)."""
    came, now_s = arrived_s(packages, scans), int(scans.at_s[-1])
    late = (packages.status != Status.CANCELLED) & (packages.due_s < now_s) & (packages.attempts == 0)
    late &= (came < 0) | (came > packages.due_s)
    mine = alarms.take(alarms.kind == Alarm.WILL_BE_LATE)
    ahead_s = packages.due_s[mine.package] - mine.at_s
    shares = []
    for hours in AHEAD_H:
        seen = np.zeros(len(packages), np.bool_)
        seen[mine.package[ahead_s >= hours * 3_600]] = True
        shares.append(float((late & seen).sum() / max(1, late.sum())))
    return int(late.sum()), shares


def _cells(q: Quality, packages: int) -> tuple[object, ...]:
    share = [a / b if b else float("nan") for a, b in ((q.true, q.true + q.false), (q.ahead, q.ahead + q.early))]
    recall = q.found / (q.found + q.missed) if q.found + q.missed else float("nan")
    return (
        *(q.kind.name, q.raised, f"{1000 * q.raised / packages:.1f}", q.open, q.true, q.false),
        *(f"{share[0]:.2f}", q.ahead + q.early, f"{share[1]:.2f}"),
        *(q.found + q.missed, q.missed, f"{recall:.3f}", f"{q.lead_min:.0f}"),
    )


def _line(*cells: object) -> None:
    pairs = zip(cells, WIDE, strict=False)
    print("  " + "".join(f"{c!s:{w}}" if w == WIDE[0] else f"{c!s:>{w}}" for c, w in pairs))


def show_intervals(state: State, etas: EtaSet, at: NDArray[np.int64]) -> None:
    """One line a stage."""
    scans, came = state.table(Scans), first_arrival(state)
    package, lo, hi = etas.package, etas.lo_s, etas.hi_s
    order = np.lexsort((np.arange(len(scans)), scans.at_s, scans.package))
    key = scans.package[order] * (1 << 34) + scans.at_s[order]
    row = order[np.searchsorted(key, package * (1 << 34) + at, side="right") - 1]
    status = AFTER[scans.event[row]]
    good = (came[package] >= at) & (scans.package[row] == package)
    print(f"  {'told while':14}{'told':>7}{'inside':>8}{'early':>8}{'late':>8}{'width, min':>12}{'score, min':>12}")
    for stage in (*Status, None):
        mine = good & (status == stage) if stage is not None else good
        if mine.any():
            a, width = came[package[mine]], (hi - lo)[mine]
            early, late = np.maximum(0, lo[mine] - a), np.maximum(0, a - hi[mine])
            score = (width + 20 * (early + late)).mean() / 60
            shares = [float(each.mean()) for each in (early + late == 0, early > 0, late > 0)]
            print(
                f"  {stage.name if stage is not None else 'all':14}{mine.sum():7}"
                + "".join(f"{each:8.1%}" for each in shares)
                + f"{width.mean() / 60:12,.0f}{score:12,.0f}"
            )


def main() -> None:
    """All runs named."""
    for run in (each for each in sys.argv[1:] if each != "--anew"):
        print(run)
        where = RunDir(Path(run))
        if "--anew" in sys.argv[1:]:
            state, told = run_anew(where)
            show_alarms(state)
            show_intervals(state, *told)
            continue
        ledger = open_ledger(where)
        show_alarms(ledger.state)
        etas, _, at = ledger.journal.facts(EtaSet)
        show_intervals(ledger.state, etas, at)
        ledger.close()


if __name__ == "__main__":
    main()
