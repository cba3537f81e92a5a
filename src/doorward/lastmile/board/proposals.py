"""Proposals: what a plan would start from, a plan kept, taken or dropped.

A proposal says of which runs it was made and how many doors each had done; it is taken only while that is still so.
What it comes to is reckoned here, when it is kept and again when it is taken: whoever searched is believed in nothing
but the order of doors.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from doorward.core.errors import BadInput, Refused, Stale
from doorward.lastmile.board.asked import (
    Accept,
    Answer,
    Discard,
    Plan,
    Propose,
    RunChange,
    Shift,
    Survey,
    Surveyed,
)
from doorward.lastmile.board.better import run_locked, shifts
from doorward.lastmile.board.change import Change, answer_of, change_of
from doorward.lastmile.board.common import kept, one_station, open_runs, where
from doorward.lastmile.board.judge import late_by
from doorward.lastmile.board.lint import lint_held
from doorward.lastmile.board.sheet import (
    VANS,
    Board,
    Door,
    Moment,
    Tables,
    doors_of,
    home,
    in_pool,
    on_road,
    open_rows,
    read,
)
from doorward.lastmile.board.timing import Where
from doorward.lastmile.plan import waiting
from doorward.lastmile.routing.plan import Depot
from doorward.lastmile.rules import LastmileRules
from doorward.ledger.desk import Desk
from doorward.tables.board import (
    EditKind,
    Edits,
    Locks,
    ProposalClosed,
    ProposalMade,
    Proposals,
    ProposalState,
    ProposedRuns,
    ProposedStops,
)
from doorward.tables.fleet import RunStatus, StopsPlanned
from doorward.tables.packages import Scans
from doorward.tables.ways import Way

STOP = ("seq", "package", "leg_m", "leg_s", "plan_s", "service_s")
PLAN = "plan"
"""Kind of the text that is kept of a proposal: what it showed when it was made (asked.Plan, MessagePack)."""


def do_survey(desk: Desk, asked: Survey) -> Surveyed:
    """See Survey."""
    at = where(desk, asked.station)
    most = at.rules.board
    runs = list(dict.fromkeys(asked.runs)) or [
        run for run in open_runs(at.t, asked.station, at.rules) if not run_locked(at, run)
    ]
    if not runs:
        raise Refused(f"station {asked.station} has no run that has not left")
    if len(runs) > most.most_runs:
        raise BadInput(f"{len(runs)} runs", where="runs", rule=f"at most {most.most_runs} at once")
    if one_station(at.t, runs) != asked.station:
        raise BadInput(f"run {runs[0]} is not of station {asked.station}", where="runs")
    read(at.t, runs, at.rules, at.when)  # refused here if one of them cannot be edited
    pool = _pool(desk, asked, at)
    return Surveyed(
        station=asked.station, now_s=desk.now_s, midnight_s=desk.midnight_s, runs=runs,
        done=[home(at.t, run) for run in runs], pool=pool, seed=desk.child_seed("board", asked.station, desk.now_s),
        pace=at.depot.pace.tolist(),
    )  # fmt: skip


def _pool(desk: Desk, asked: Survey, at: Where) -> list[int]:
    """Packages of the pool that take part, most urgent first."""
    most, p = at.rules.board.most_pool, at.t.packages
    if not asked.whole_pool:
        pool = list(dict.fromkeys(asked.pool))
        if len(pool) > most:
            raise BadInput(f"{len(pool)} packages", where="pool", rule=f"at most {most} at once")
        for package in pool:
            if why := in_pool(at.t, package, asked.station):
                raise Refused(f"package {package} cannot be put on a run: {why}")
        return pool
    row = waiting(p, desk.table(Scans), at.t.orders, desk.midnight_s, (*VANS, Way.LOCKER))
    row = row[p.station[row] == asked.station]
    row = row[np.lexsort((row, p.due_s[row]))][:most]
    return [each for each in row.tolist() if not in_pool(at.t, each, asked.station)]


def surveyed_where(t: Tables, found: Surveyed, rules: LastmileRules) -> Where:
    """The same place and moment for a planner elsewhere."""
    sites, s = t.sites, found.station
    pace = np.array(found.pace)
    depot = Depot(s, int(sites.lat_udeg[s]), int(sites.lon_udeg[s]), found.midnight_s, pace)
    return Where(t, depot, rules, Moment(found.now_s, found.midnight_s))


def do_propose(desk: Desk, asked: Propose) -> Plan:
    """See Propose."""
    at = where(desk, asked.station)
    if not len(asked.runs) == len(asked.done) == len(asked.doors):
        raise BadInput("runs, done and doors differ in length", where="doors")
    doors = [tuple(tuple(door) for door in each) for each in asked.doors]
    change = _change(at, asked.station, asked.runs, asked.done, doors, desk.table(Locks))
    proposal, rules = desk.next(Proposals), at.rules.board
    locks, moved = desk.table(Locks), shifts(change.old, change.new)
    answer = answer_of(change, -1, -1, at, locks)
    before = {p for sheet in change.old.sheets for door in sheet.doors for p in door}
    plan = Plan(
        proposal=proposal, station=asked.station, state="open", at_s=desk.now_s,
        expires_s=desk.now_s + rules.expires_s, runs=_counted(answer.runs, moved), before=answer.before,
        after=answer.after, before_c=asked.before_c, after_c=asked.after_c, moved=moved,
        assigned=[p for each in moved if each.run < 0 for p in each.packages if p not in before],
        unassigned=asked.unassigned, seed=asked.seed, iterations=asked.iterations, seconds=asked.seconds,
        weights=asked.weights,
    )  # fmt: skip
    _discard_former(desk, asked.station)
    desk.post(
        ProposalMade.fill(
            1, proposal=proposal, station=asked.station, by=desk.asker, seed=asked.seed, iterations=asked.iterations
        ),
        *_rows(proposal, change, at.t),
    )  # fmt: skip
    desk.keep(PLAN, proposal, msgspec.msgpack.encode(plan))
    return plan


def _counted(runs: Sequence[RunChange], moved: Sequence[Shift]) -> list[RunChange]:
    """Runs with how many doors move to them, or on them."""
    return [
        msgspec.structs.replace(each, moved=sum(shift.to_run == each.run for shift in moved)) for each in runs
    ]


def _discard_former(desk: Desk, station: int) -> None:
    """Whoever asks anew for a station drops what they had been shown of it."""
    p = desk.table(Proposals)
    old = np.flatnonzero((p.state == ProposalState.OPEN) & (p.station == station) & (p.by == desk.asker))
    desk.post(
        ProposalClosed.fill(len(old), proposal=old, state=int(ProposalState.DISCARDED), edit=-1),
    )


def _rows(proposal: int, change: Change, t: Tables) -> tuple[ProposedRuns, ProposedStops]:
    """The change as rows of a proposal: runs in the order of the sheets, and their stops."""
    runs, stops, n = change.after.runs, change.after.stops, len(change.old.sheets)
    row = change.after.row
    run = np.array([sheet.run for sheet in change.old.sheets], np.int64)
    taken = np.maximum(row, 0)
    columns = {
        name: np.where(row >= 0, getattr(runs, name)[taken], -1 if name in ("depart_s", "back_s") else 0)
        for name in ProposedRuns.columns
        if name not in ("proposal", "run", "done", "vehicle", "block", "way", "station", "before")
    } if len(runs) else {"depart_s": np.full(n, -1), "back_s": np.full(n, -1)}  # fmt: skip
    proposed = ProposedRuns.fill(
        n, proposal=proposal, run=run, done=[home(t, int(each)) for each in run], way=change.new.cars.way,
        station=t.runs.station[run], vehicle=change.new.cars.vehicle, block=change.new.cars.block,
        before=[sheet.before for sheet in change.old.sheets], **columns,
    )  # fmt: skip
    of = np.full(len(runs), -1, np.int64)
    of[row[row >= 0]] = np.flatnonzero(row >= 0)
    return proposed, ProposedStops.fill(
        len(stops), proposal=proposal, of=of[stops.run], **{name: getattr(stops, name) for name in STOP}
    )


def _change(
    at: Where, station: int, runs: Sequence[int], done: Sequence[int], doors: Sequence[tuple[Door, ...]],
    locks: Locks,
) -> Change:  # fmt: skip
    """What putting these doors on these runs comes to now. Stale, with which run has changed and why, if the runs are
    not as they were; only runs that differ are in it."""
    if why := why_stale(at.t, station, runs, done, doors, at.when):
        raise Stale(why)
    old = read(at.t, runs, at.rules, at.when)
    new = Board([sheet._replace(doors=d) for sheet, d in zip(old.sheets, doors, strict=True)], old.cars)
    try:
        lint_held(
            [sheet.doors for sheet in old.sheets], [sheet.doors for sheet in new.sheets],
            [sheet.lead for sheet in old.sheets], [run_locked(at, run) for run in runs], locks,
        )  # fmt: skip
    except ValueError as error:
        raise Stale(f"{error}: it was locked since") from error
    return change_of(old, new, at, force=True)


def why_stale(
    t: Tables, station: int, runs: Sequence[int], done: Sequence[int], doors: Sequence[tuple[Door, ...]],
    when: Moment,
) -> str:  # fmt: skip
    """What has happened to runs, or packages, since a plan was made for them; empty: nothing."""
    for run, then, plan in zip(runs, done, doors, strict=True):
        if not 0 <= run < len(t.runs):
            return f"there is no run {run}"
        status = int(t.runs.status[run])
        into = int(t.book.into[run]) if run < len(t.book) else -1
        if status == RunStatus.DONE:
            return (
                f"run {run} was edited since: run {into} took its place"
                if into >= 0
                else f"run {run} has ended"
            )
        if status == RunStatus.BROKEN:
            return f"run {run} broke down at {when.clock(int(t.runs.ended_s[run]))}"
        if home(t, run) != then:
            return f"run {run} has done {home(t, run)} doors by now, {then} when the plan was made"
        if on_road(t.runs, run) and (why := _aboard(t, run, plan, when)):
            return why
    mine = set(runs)
    for package in (p for each in doors for door in each for p in door):
        stop = int(t.packages.stop[package]) if 0 <= package < len(t.packages) else -1
        if (stop < 0 or int(t.stops.run[stop]) not in mine) and (why := in_pool(t, package, station)):
            return f"package {package} cannot be put on a run any more: {why}"
    return ""


def _aboard(t: Tables, run: int, plan: tuple[Door, ...], when: Moment) -> str:
    """Why a plan does not fit a van on the road: what it carries stays aboard, and its next door the next."""
    there = doors_of(t, open_rows(t, run))
    if sorted(p for door in plan for p in door) != sorted(p for door in there for p in door):
        left = int(t.runs.left_s[run])
        return (
            f"run {run} left at {when.clock(left)}: what it carries stays aboard"
            if left >= 0
            else f"run {run} is on the road"
        )
    return "" if plan[:1] == there[:1] else f"run {run} is on its way to the door of package {there[0][0]}"


def proposed(
    runs: ProposedRuns, stops: ProposedStops, proposal: int
) -> tuple[list[int], list[int], list[tuple[Door, ...]]]:
    """(runs, doors they had done, doors to be) of a proposal."""
    mine, all_ = runs.take(runs.proposal == proposal), stops.take(stops.proposal == proposal)
    doors = []
    for k in range(len(mine)):
        here = all_.take(all_.of == k)
        cuts = np.flatnonzero(np.diff(here.seq)) + 1
        parts = np.split(here.package, cuts) if len(here) else []
        doors.append(tuple(tuple(part.tolist()) for part in parts))
    return mine.run.tolist(), mine.done.tolist(), doors


def state_of(proposals: Proposals, proposal: int, expires_s: int, now_s: int) -> str:
    """What became of a proposal."""
    state = ProposalState(int(proposals.state[proposal]))
    return "expired" if state is ProposalState.OPEN and now_s >= expires_s else state.name.lower()


def _open(desk: Desk, proposal: int, verb: str) -> Where:
    """The place and moment of a proposal that can still be taken or dropped. Refused for another one."""
    proposals = desk.table(Proposals)
    if not 0 <= proposal < len(proposals):
        raise BadInput(f"there is no plan {proposal}", where="proposal", rule="plans that were proposed")
    at = where(desk, int(proposals.station[proposal]))
    ends = int(proposals.at_s[proposal]) + at.rules.board.expires_s
    state = state_of(proposals, proposal, ends, desk.now_s)
    if state == "expired" and verb == "accepted":
        raise Stale(f"plan {proposal} was void from {at.when.clock(ends)} on")
    if state in ("accepted", "discarded"):
        raise Refused(f"plan {proposal} was {state}: it cannot be {verb}")
    return at


def do_accept(desk: Desk, asked: Accept) -> Answer:
    """See Accept."""
    at = _open(desk, asked.proposal, "accepted")
    runs, done, doors = proposed(desk.table(ProposedRuns), desk.table(ProposedStops), asked.proposal)
    if not runs:
        raise Refused(f"plan {asked.proposal} changes nothing")
    try:
        change = _change(at, at.depot.station, runs, done, doors, desk.table(Locks))
    except Refused as error:
        raise Stale(f"plan {asked.proposal} does not fit any more: {error}") from error
    then = desk.table(ProposedStops).take(desk.table(ProposedStops).proposal == asked.proposal)
    shown = late_by(
        StopsPlanned(run=then.of, **{name: getattr(then, name) for name in STOP}), at.t.packages.due_s, 0
    )
    for each in change.soft:
        if each.package not in shown:
            raise Stale(f"plan {asked.proposal} comes too late by now: {each.words}")
    edit = desk.next(Edits)
    answer = kept(desk, change, EditKind.ACCEPT, at)
    closed = ProposalClosed.fill(
        1, proposal=asked.proposal, state=int(ProposalState.ACCEPTED), edit=edit if answer.edit >= 0 else -1
    )
    desk.post(closed)
    return msgspec.structs.replace(answer, proposal=asked.proposal)


def do_discard(desk: Desk, asked: Discard) -> Answer:
    """See Discard."""
    _open(desk, asked.proposal, "discarded")
    desk.post(
        ProposalClosed.fill(1, proposal=asked.proposal, state=int(ProposalState.DISCARDED), edit=-1),
    )
    return Answer(edit=-1, proposal=asked.proposal)
