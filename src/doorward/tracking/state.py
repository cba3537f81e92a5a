"""Fold scans, arrival intervals, alarms and remarks.

`Scanned` is the one fact that moves packages. The journey's law is checked for every row: a scan that the law forbids
is our own bug (the rooms filter what the outside says), so it stops the turn.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.journey import ENDED, JOURNEY, Event, Holder, Status
from doorward.tables.linehaul import Lanes
from doorward.tables.outages import OutageOver, Outages, OutageSeen
from doorward.tables.packages import (
    Alarm,
    Alarms,
    AlarmsCleared,
    Arrivals,
    ArrivalsSeen,
    EtaScaled,
    EtaScales,
    EtaSet,
    Gaps,
    GapsSeen,
    Heard,
    HeardTo,
    Packages,
    Scanned,
    Scans,
    Watch,
)
from doorward.tables.remarks import Remarks
from doorward.tables.sites import Sites
from doorward.tables.snoozes import Snoozed
from doorward.tables.ways import Services, Way
from doorward.tracking import odds, silence

EVENTS = len(Event)
ALLOWED = np.zeros((EVENTS, len(Status)), np.bool_)
AFTER = np.zeros(EVENTS, np.int8)
HOLDER = np.zeros(EVENTS, np.int8)
for _event, _rule in JOURNEY.items():
    ALLOWED[_event, list(_rule.before)] = True
    AFTER[_event], HOLDER[_event] = _rule.after, _rule.holder
ENDS = np.isin(AFTER, ENDED)
AT_SITE = np.isin(HOLDER, (Holder.SITE, Holder.GONE))


def rounds(package: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each row the how-manieth row of its package it is (0, 1, ...), rows being in order."""
    order = np.argsort(package, kind="stable")
    run = package[order]
    starts = np.flatnonzero(np.r_[True, run[1:] != run[:-1]])
    nth = np.arange(len(run)) - np.repeat(starts, np.diff(np.r_[starts, len(run)]))
    back = np.empty(len(run), np.int64)
    back[order] = nth
    return back


def fold_scanned(state: State, rows: Scanned, at_s: int) -> None:
    """Apply scans in order; several scans of one package in one fact are applied one after the other."""
    if int(rows.at_s.max(initial=0)) > at_s:
        raise ValueError(f"a scan of {int(rows.at_s.max())} became known at {at_s}, before it happened")
    nth = rounds(rows.package)
    for step in range(int(nth.max(initial=-1)) + 1):
        _apply(state, rows.take(nth == step) if nth.any() else rows)


def _apply(state: State, rows: Scanned) -> None:
    """Scans of packages that differ from each other."""
    package, event = rows.package, rows.event
    status = state.get(Packages, "status", package)
    good = ALLOWED[event, status]
    if not good.all():
        bad = int(np.argmin(good))
        raise ValueError(
            f"package {package[bad]} is {Status(int(status[bad])).name}: "
            f"{Event(int(event[bad])).name} is not allowed then"
        )
    scan = state.count(Scans) + np.arange(len(rows))
    state.append(
        Scans(
            package=package,
            at_s=rows.at_s,
            event=event,
            site=rows.site,
            ref=rows.ref,
            reason=rows.reason,
            prev=state.get(Packages, "last_scan", package),
        )
    )
    kind = HOLDER[event]
    order = state.get(Packages, "order", package)
    holder = np.where(AT_SITE[event], rows.site, np.where(kind == Holder.CUSTOMER, order, rows.ref))
    state.put(Packages, package, status=AFTER[event], holder_kind=kind, holder=holder, last_scan=scan)
    _side_effects(state, rows)


def _side_effects(state: State, rows: Scanned) -> None:
    """The columns that single events set besides status and holder."""
    event, package = rows.event, rows.package
    ended = ENDS[event]
    if ended.any():
        state.put(Packages, package[ended], ended_s=rows.at_s[ended])
    for which, column in ((Event.RELEASED, "wave"), (Event.SORTED, "pallet")):
        at = event == which
        if at.any():
            state.put(Packages, package[at], **{column: rows.ref[at]})
    released = event == Event.RELEASED
    if released.any():
        state.put(Packages, package[released], released_s=rows.at_s[released])
    back = event == Event.BROUGHT_BACK
    if back.any():
        state.put(Packages, package[back], stop=-1)
    tried = event == Event.ATTEMPTED
    if tried.any():
        state.add(Packages, package[tried], attempts=1)
    sent = event == Event.SENT_BACK
    if sent.any():
        state.put(Packages, package[sent], ended_s=-1)


def fold_eta(state: State, rows: EtaSet, at_s: int) -> None:
    """A newer interval replaces the older."""
    state.put(Packages, rows.package, eta_lo_s=rows.lo_s, eta_hi_s=rows.hi_s, eta_at_s=at_s)


def fold_scaled(state: State, rows: EtaScaled, at_s: int) -> None:
    """What was learnt about the width of intervals replaces what was known."""
    if state.count(EtaScales) == 0:
        state.append(EtaScales.fill(len(Way), scale_pm=1000, seen=0, kept=0, scans=0))
    columns = {name: getattr(rows, name) for name in EtaScales.columns}
    state.put(EtaScales, rows.way.astype(np.int64), **columns)


def fold_alarms(state: State, rows: Alarms, at_s: int) -> None:
    """Open alarms; each package remembers the newest of each kind."""
    first = state.append(rows)
    missing = state.count(Packages) - state.count(Watch)
    if missing > 0:
        state.append(Watch.fill(missing, raised=0))
    raised = np.array(state.table(Watch).raised)
    np.bitwise_or.at(raised, rows.package, np.left_shift(1, rows.kind).astype(np.int8))
    state.put(Watch, rows.package, raised=raised[rows.package])
    number = first + np.arange(len(rows))
    for kind in Alarm:
        mine = rows.kind == kind
        state.put(Watch, rows.package[mine], **{kind.name.lower(): number[mine]})


def fold_cleared(state: State, rows: AlarmsCleared, at_s: int) -> None:
    """Close alarms."""
    package, kind = state.get(Alarms, "package", rows.alarm), state.get(Alarms, "kind", rows.alarm)
    state.put(Alarms, rows.alarm, cleared_s=at_s)
    raised = np.array(state.table(Watch).raised)
    np.bitwise_and.at(raised, package, np.invert(np.left_shift(1, kind)).astype(np.int8))
    state.put(Watch, package, raised=raised[package])


def fold_arrivals(state: State, rows: ArrivalsSeen, at_s: int) -> None:
    """Count arrivals."""
    if state.count(Arrivals) == 0:
        state.append(Arrivals.fill(odds.CELLS * odds.BINS, seen=0))
    state.add(Arrivals, rows.row.astype(np.int64), seen=rows.n)


def fold_gaps(state: State, rows: GapsSeen, at_s: int) -> None:
    """Count scans by their delay."""
    if state.count(Gaps) == 0:
        cells = silence.Cells.of(state.count(Sites), state.count(Lanes), state.count(Services))
        state.append(Gaps.fill(cells.cells * silence.BINS, seen=0))
    state.add(Gaps, rows.row.astype(np.int64), seen=rows.n)


def fold_heard(state: State, rows: HeardTo, at_s: int) -> None:
    """Remember up to where the scans have been read."""
    state.load(Heard(scans=rows.scans, at_s=rows.at_s))


def append(state: State, rows: Table, at_s: int) -> None:
    """Facts that are tables themselves: rows only grow."""
    state.append(rows)


def fold_seen(state: State, rows: OutageSeen, at_s: int) -> None:
    """Outages begin."""
    if rows.outage.tolist() != list(range(state.count(Outages), state.count(Outages) + len(rows))):
        raise ValueError("outages must be numbered on")
    state.append(Outages(**{name: getattr(rows, name) for name in Outages.columns}))


def fold_over(state: State, rows: OutageOver, at_s: int) -> None:
    """Outages end."""
    state.put(Outages, rows.outage.astype(np.int64), until_s=rows.until_s)


FOLDS: dict[type[Table], Fold] = {
    OutageSeen: fold_seen,
    OutageOver: fold_over,
    Scanned: fold_scanned,
    EtaSet: fold_eta,
    EtaScaled: fold_scaled,
    Alarms: fold_alarms,
    AlarmsCleared: fold_cleared,
    ArrivalsSeen: fold_arrivals,
    GapsSeen: fold_gaps,
    HeardTo: fold_heard,
    Remarks: append,
    Snoozed: append,
}
"""Facts folded here."""
