"""The dispatcher's board: edits of runs, what they replaced, locks, vehicles out of service, proposals.

A run that is edited is not changed: it ends, and a new run takes its place (`Generations.into`), as where a van goes
on after a rescue. Rows of Stops of a run stay together, old ones stay readable (an edit is undone from them), and
whoever drives, follows or reckons runs sees nothing but runs.
"""

from __future__ import annotations

from enum import IntEnum

from doorward.core.table import I1, I2, I4, I8, Table
from doorward.tables.ways import WayChosen


class EditKind(IntEnum):
    """What a dispatcher did."""

    MOVE = 0
    TAKE_OFF = 1
    PUT = 2
    LOCK = 3
    SWAP = 4
    OPEN = 5
    START = 6
    SERVICE = 7
    RECHOOSE = 8
    ACCEPT = 9
    UNDO = 10
    REDO = 11


class EditState(IntEnum):
    """Whether an edit holds. GONE: undone, and something else was done since: it cannot be done again."""

    DONE = 0
    UNDONE = 1
    GONE = 2


class Edits(Table):
    """Edits of the board, row = edit.

    station, kind (EditKind), at_s (n,); by (n,) row in Grants, -1 doorward itself
    of (n,) the edit that an UNDO or REDO is about, -1; state (n,) EditState (an UNDO or REDO stays DONE)
    last (n,) the newest edit that did or undid it: undoing, or doing again, turns that one round
    """

    station: I4
    kind: I1
    at_s: I8
    by: I4
    of: I4
    state: I1
    last: I4


class Rewrites(Table):
    """What edits did to runs, rows only grow: edit; run that ended, -1 the new one replaces none; into the run that
    took its place, -1 none did; back, vehicle, block as in RunsRewritten."""

    edit: I4
    run: I4
    into: I4
    back: I4
    vehicle: I4
    block: I4


class Generations(Table):
    """Runs as the board knows them, row = run; there may be fewer rows than runs.

    into (n,) the run that took its place; WHOLE none did, it is still the one; GONE it was dissolved
    number (n,) how often the run has been rewritten until this one; -1 never
    locked (n,) 1: optimising leaves the whole run alone
    vehicle, block (n,) those of a run that never left: `Runs` has -1 there, for the vehicle is free again
    """

    into: I4
    number: I4
    locked: I1
    vehicle: I4
    block: I4


WHOLE, GONE = -1, -2
"""`Generations.into` of a run that is still the one, and of one that was dissolved."""


class Locks(Table):
    """Packages whose stop keeps its run and its order when runs are optimised: on (n,) 1, row = package; there may be
    fewer rows than packages."""

    on: I1


class LockEdits(Table):
    """Locks that edits set, rows only grow; columns as in LocksSet."""

    edit: I4
    run: I4
    package: I8
    on: I1
    was: I1


class ServiceEdits(Table):
    """Vehicles that edits took out of service or brought back, rows only grow; columns as in VehicleServed."""

    edit: I4
    vehicle: I4
    out: I1


class WayEdits(WayChosen):
    """Fact (lastmile) and table, rows only grow: ways that edits took from packages, as they had been chosen."""

    edit: I4


class OutOfService(Table):
    """Vehicles, row = vehicle; fewer rows than vehicles: the rest is in service. since_s (n,) out since, -1 in service;
    max_stops (n,) what it may make when it is back: `Vehicles.max_stops` is 0 meanwhile, so no planner uses it."""

    since_s: I8
    max_stops: I4


class ProposalState(IntEnum):
    """What became of a proposal."""

    OPEN = 0
    ACCEPTED = 1
    DISCARDED = 2


class Proposals(Table):
    """Better plans for some runs and packages, row = proposal: station, at_s, by (row in Grants), state
    (ProposalState); seed and iterations that it was made with; edit (n,) that accepted it, -1."""

    station: I4
    at_s: I8
    by: I4
    state: I1
    seed: I8
    iterations: I4
    edit: I4


class ProposedRuns(Table):
    """Fact (lastmile) and table, rows only grow: the runs of a proposal.

    proposal; run (n,) the run it was made for, -1 a new one; done (n,) doors that the run had done then
    the rest as in RunsPlanned, depart_s -1 and stops 0: the run is dissolved
    """

    proposal: I4
    run: I4
    done: I4
    way: I1
    station: I4
    vehicle: I4
    block: I4
    depart_s: I8
    back_s: I8
    dist_m: I4
    drive_s: I4
    service_s: I4
    packages: I4
    stops: I4
    volume_ml: I8
    weight_g: I8
    cost_c: I4
    before: I4


class ProposedStops(Table):
    """Fact (lastmile) and table, rows only grow: their stops, and with `of` -1 packages of the pool that stay there.

    proposal; of (n,) the run's place among the proposal's runs; the rest as in StopsPlanned
    """

    proposal: I4
    of: I4
    seq: I2
    package: I8
    leg_m: I4
    leg_s: I4
    plan_s: I8
    service_s: I4


# ---- facts -----------------------------------------------------------------------------------------------------


class Edited(Table):
    """Fact (lastmile): the board was edited; numbers continue Edits. What it did follows in the same turn."""

    edit: I4
    station: I4
    kind: I1
    by: I4
    of: I4


class RunsRewritten(Table):
    """Fact (lastmile): runs ended at the desk, and which run (of RunsPlanned in the same turn) took their place.

    run (n,) -1: `into` replaces none;  into (n,) -1: dissolved;  vehicle, block (n,) that `run` had
    back (n,) a run that was dissolved before, as which `into` is back; -1 none
    actual_m (n,) metres that it has driven: 0 if it never left
    """

    edit: I4
    run: I4
    into: I4
    back: I4
    vehicle: I4
    block: I4
    actual_m: I4


class StopsTaken(Table):
    """Fact (lastmile): packages at their station that stand on no run any more."""

    edit: I4
    package: I8


class LocksSet(Table):
    """Fact (lastmile): a package's stop, or a whole run, was locked or unlocked: run or package (the other -1), on and
    was 1 or 0."""

    edit: I4
    run: I4
    package: I8
    on: I1
    was: I1


class VehicleServed(Table):
    """Fact (lastmile): vehicles out of service (out 1) or back (0)."""

    edit: I4
    vehicle: I4
    out: I1


class ProposalMade(Table):
    """Fact (lastmile): proposals; numbers continue Proposals. ProposedRuns and ProposedStops follow in the turn."""

    proposal: I4
    station: I4
    by: I4
    seed: I8
    iterations: I4


class ProposalClosed(Table):
    """Fact (lastmile): a proposal was accepted (by this edit) or discarded (edit -1)."""

    proposal: I4
    state: I1
    edit: I4
