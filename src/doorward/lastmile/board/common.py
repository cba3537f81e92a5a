"""What all commands of the board share: reading tables, checking what was named, posting an edit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from doorward.core.errors import BadInput, Refused
from doorward.lastmile.board.asked import Answer, Misfit
from doorward.lastmile.board.change import Change, answer_of, facts_of
from doorward.lastmile.board.lint import lint
from doorward.lastmile.board.sheet import VANS, Moment, Tables, must_be_run, why_fixed
from doorward.lastmile.board.timing import Where
from doorward.lastmile.depot import depot_at
from doorward.lastmile.rules import LastmileRules
from doorward.ledger.desk import Desk
from doorward.tables.board import Edited, EditKind, Edits, Generations, Locks, OutOfService
from doorward.tables.fleet import Runs, RunStatus, Stops, Vehicles
from doorward.tables.flex import Blocks, Drivers
from doorward.tables.journey import Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import SiteKind, Sites


def tables(desk: Desk) -> Tables:
    """What the board reads, as of the last turn."""
    return Tables(
        desk.table(Runs), desk.table(Stops), desk.table(Packages), desk.table(Orders), desk.table(Sites),
        desk.table(Vehicles), desk.table(Blocks), desk.table(Drivers), desk.table(OutOfService),
        desk.table(Generations),
    )  # fmt: skip


def where(desk: Desk, station: int) -> Where:
    """The tables, the station's day and the rules."""
    t, rules = tables(desk), desk.rule(LastmileRules)
    if not (0 <= station < len(t.sites) and t.sites.kind[station] == SiteKind.STATION):
        raise BadInput(
            f"site {station} is no delivery station", where="station", rule="runs leave from stations"
        )
    return Where(t, depot_at(desk, station), rules, Moment(desk.now_s, desk.midnight_s))


def some(desk: Desk, packages: Sequence[int]) -> list[int]:
    """Packages asked for, each once. Raises BadInput for none, too many, or one that is not there."""
    most, n = desk.rule(LastmileRules).board.most_packages, desk.next(Packages)
    if not 1 <= len(packages) <= most:
        raise BadInput(f"{len(packages)} packages", where="packages", rule=f"1 to {most} at once")
    for package in packages:
        if not 0 <= package < n:
            raise BadInput(
                f"there is no package {package}", where="packages", rule=f"packages are 0 to {n - 1}"
            )
    return list(dict.fromkeys(packages))


def runs_of(t: Tables, packages: Iterable[int]) -> list[int]:
    """Runs that packages stand on, each once. Refused for one that stands on none or has been done."""
    found: dict[int, None] = {}
    for package in packages:
        stop = int(t.packages.stop[package])
        if t.packages.status[package] not in (Status.READY, Status.OUT) or stop < 0:
            state = Status(int(t.packages.status[package])).name
            raise Refused(f"package {package} ({state}) has no stop that is still to do")
        found[int(t.stops.run[stop])] = None
    return list(found)


def one_station(t: Tables, runs: Sequence[int]) -> int:
    """The station of some runs. Refused if they are not of one."""
    for run in runs:
        must_be_run(t, run)
    stations = {int(t.runs.station[run]) for run in runs}
    if len(stations) != 1:
        raise Refused(
            f"runs {', '.join(map(str, runs))} are of different stations: packages do not move between them"
        )
    return stations.pop()


def kept(
    desk: Desk, change: Change, kind: EditKind, at: Where, *, fits: list[Misfit] | None = None
) -> Answer:
    """Check a change, post it as an edit, and tell what it does. A change of nothing is no edit."""
    if not change.new.sheets:
        return Answer(edit=-1)
    edit, first_run = desk.next(Edits), desk.next(Runs)
    facts = facts_of(change, edit, first_run, desk.now_s)
    lint(facts, at.t, desk.now_s)
    desk.post(edited(desk, edit, at.depot.station, kind), *facts)
    return answer_of(change, edit, first_run, at, desk.table(Locks), fits=fits)


def edited(desk: Desk, edit: int, station: int, kind: EditKind, of: int = -1) -> Edited:
    """The fact that begins an edit."""
    return Edited.fill(1, edit=edit, station=station, kind=int(kind), by=desk.asker, of=of)


def open_runs(t: Tables, station: int, rules: LastmileRules) -> list[int]:
    """Runs of a station that have not left and can be edited."""
    run = np.flatnonzero(
        (t.runs.status == RunStatus.PLANNED) & (t.runs.station == station) & (t.runs.before < 0)
    )
    return [each for each in run.tolist() if not why_fixed(t, each, rules)]


def free_vehicle(t: Tables, vehicle: int) -> None:
    """Raise unless a vehicle stands in the yard, in service."""
    if not 0 <= vehicle < len(t.vehicles):
        raise BadInput(
            f"there is no vehicle {vehicle}", where="vehicle", rule=f"they are 0 to {len(t.vehicles) - 1}"
        )
    name = t.vehicles.name[vehicle]
    if t.vehicles.way[vehicle] not in VANS:
        raise Refused(f"vehicle {name} is no van")
    if vehicle < len(t.out) and t.out.since_s[vehicle] >= 0:
        raise Refused(f"vehicle {name} is out of service")
    busy = np.flatnonzero((t.runs.vehicle == vehicle) & (t.runs.status != RunStatus.DONE))
    if len(busy):
        raise Refused(f"vehicle {name} is on run {int(busy[0])}")
