"""Runs of a day as bars of the Gantt, and one run with its doors."""

from __future__ import annotations

import numpy as np

from doorward.core.errors import BadInput
from doorward.core.units import DAY_S
from doorward.lastmile.rules import LastmileRules
from doorward.runtime.look.doors import GOOD, NEVER_S, Doors, degrees, doors_of
from doorward.runtime.look.shapes import Door, RunBar, RunDetail, Runs
from doorward.runtime.look.tone import tone, tone_list
from doorward.runtime.look.view import Longs, View
from doorward.tables import fleet
from doorward.tables.doorstep import Outcome
from doorward.tables.fleet import RunStatus, Stops, Vehicles
from doorward.tables.flex import Blocks, Drivers
from doorward.tables.packages import Packages
from doorward.tables.ways import Way


def run_name(view: View, run: int) -> str:
    """What people call a run: by its vehicle, or by the gig driver's number."""
    runs = view.table(fleet.Runs)
    vehicle, block = int(runs.vehicle[run]), int(runs.block[run])
    if vehicle >= 0:
        return str(view.table(Vehicles).name[vehicle])
    driver = int(view.table(Blocks).driver[block]) if block >= 0 else -1
    return f"gig driver {driver}" if driver >= 0 else f"run {run}"


def runs_of(view: View, day: int | None = None, station: int = -1) -> Runs:
    """Runs that depart on a local day (none: today), of one station or of all (-1), by station and departure."""
    runs = view.table(fleet.Runs)
    begins = view.begins_s(day)
    mine = (runs.depart_s >= begins) & (runs.depart_s < begins + DAY_S)
    if station >= 0:
        mine &= runs.station == station
    run = np.flatnonzero(mine)
    doors = doors_of(view, run)
    rank = np.lexsort((run, runs.depart_s[run], runs.station[run]))
    return Runs(view.turn, view.now_s, [bar_of(view, doors, int(k)) for k in rank])


def bar_of(view: View, doors: Doors, k: int) -> RunBar:
    """The k-th run of `doors` as a bar."""
    runs, stops = view.table(fleet.Runs), view.table(Stops)
    run, lo, hi = int(doors.run[k]), int(doors.start[k]), int(doors.start[k + 1])
    outcome = stops.outcome[doors.rows[doors.head[lo] : doors.head[hi]]]
    done = outcome >= 0
    good = int(GOOD[outcome[done]].sum())
    coming = np.flatnonzero(doors.open[lo:hi])
    next_s = int(doors.plan_s[lo + coming[0]] + doors.shift_s[k]) if len(coming) else -1
    return RunBar(
        run=run,
        name=run_name(view, run),
        way=Way(int(runs.way[run])).name.lower(),
        vehicle=int(runs.vehicle[run]),
        station=int(runs.station[run]),
        status=RunStatus(int(runs.status[run])).name.lower(),
        tone=tone(int(doors.stand[k])),
        depart_s=int(runs.depart_s[run]),
        back_s=int(runs.back_s[run]),
        left_s=int(runs.left_s[run]),
        ended_s=int(runs.ended_s[run]),
        packages=int(runs.packages[run]),
        delivered=good,
        failed=int(done.sum()) - good,
        late=int((doors.late[lo:hi] & doors.open[lo:hi]).sum()),
        next_s=next_s,
        shift_s=int(doors.shift_s[k]),
        plan_s=doors.plan_s[lo:hi].tolist(),
        done_s=doors.done_s[lo:hi].tolist(),
        door_late=doors.late[lo:hi].tolist(),
    )


def run_detail(view: View, run: int) -> RunDetail:
    """One run with its doors. Raises BadInput if there is none of that number."""
    count = len(view.table(fleet.Runs))
    if not 0 <= run < count:
        rule = f"runs go from 0 to {count - 1}" if count else "no run has been planned yet"
        raise BadInput(f"no run {run}", where="run", rule=rule, remedy="take one of GET /runs")
    return run_details(view, np.array([run], np.int64))[0]


def run_details(view: View, run: Longs) -> list[RunDetail]:
    """These runs, ascending, with their doors."""
    doors = doors_of(view, run)
    return [_detail(view, doors, k) for k in range(len(run))]


def _detail(view: View, doors: Doors, k: int) -> RunDetail:
    runs = view.table(fleet.Runs)
    run = int(doors.run[k])
    room_ml, room_g = _room(view, run)
    return RunDetail(
        turn=view.turn,
        now_s=view.now_s,
        bar=bar_of(view, doors, k),
        dist_m=int(runs.dist_m[run]),
        cost_c=int(runs.cost_c[run]),
        volume_ml=int(runs.volume_ml[run]),
        weight_g=int(runs.weight_g[run]),
        room_ml=room_ml,
        room_g=room_g,
        doors=_doors(view, doors, int(doors.start[k]), int(doors.start[k + 1])),
    )


def _room(view: View, run: int) -> tuple[int, int]:
    """Volume that parcels can fill, and payload, of the vehicle of a run; -1 unknown."""
    runs = view.table(fleet.Runs)
    vehicle, block = int(runs.vehicle[run]), int(runs.block[run])
    driver = int(view.table(Blocks).driver[block]) if block >= 0 else -1
    fill_pm = view.rule(LastmileRules).volume_fill_pm
    if vehicle >= 0:
        vans = view.table(Vehicles)
        return int(vans.volume_ml[vehicle]) * fill_pm // 1000, int(vans.weight_g[vehicle])
    if driver >= 0:
        cars = view.table(Drivers)
        return int(cars.volume_ml[driver]) * fill_pm // 1000, int(cars.weight_g[driver])
    return -1, -1


def _doors(view: View, doors: Doors, lo: int, hi: int) -> list[Door]:
    stops, packages = view.table(Stops), view.table(Packages)
    tones, lat, lon = tone_list(doors.stand_d[lo:hi]), degrees(doors.lat[lo:hi]), degrees(doors.lon[lo:hi])
    found = []
    for i, d in enumerate(range(lo, hi)):
        rows = doors.rows[doors.head[d] : doors.head[d + 1]]
        package = stops.package[rows]
        told = package[packages.eta_at_s[package] >= 0]
        found.append(
            Door(
                seq=int(stops.seq[rows[0]]),
                stops=rows.tolist(),
                packages=package.tolist(),
                lat=lat[i],
                lon=lon[i],
                plan_s=int(doors.plan_s[d]),
                service_s=int(np.maximum(0, stops.service_s[rows]).sum()),
                leg_m=int(stops.leg_m[rows[0]]),
                eta_lo_s=int(packages.eta_lo_s[told].min(initial=NEVER_S)) if len(told) else -1,
                eta_hi_s=int(packages.eta_hi_s[told].max(initial=-1)),
                due_lo_s=int(packages.due_lo_s[package].max(initial=-1)),
                due_s=int(doors.due_s[d]) if doors.due_s[d] < NEVER_S else -1,
                done_s=int(doors.done_s[d]),
                outcome=_outcome(view, rows, bool(doors.open[d])),
                tone=tones[i],
                locked=bool(view.locked[package].any()),
            )
        )
    return found


def _outcome(view: View, rows: Longs, still: bool) -> str:
    """What came of a door: of several packages the first that was not handed over; `moved`: another run brings it."""
    outcome = view.table(Stops).outcome[rows]
    done = outcome[outcome >= 0]
    bad = done[~GOOD[done]]
    if len(done):
        return Outcome(int(bad[0] if len(bad) else done[0])).name.lower()
    return "" if still else "moved"
