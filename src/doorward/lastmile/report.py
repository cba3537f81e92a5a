"""Figures of finished and open runs: stops and packages a route, metres a package, first attempts, vans' use, lateness.

Pure functions over tables; shares in per mille, -1 where there is nothing to divide by.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.tables.doorstep import Outcome
from doorward.tables.fleet import Runs, RunStatus, Stops, Vehicles
from doorward.tables.packages import Packages
from doorward.tables.ways import Way


class RouteFigures(NamedTuple):
    """Runs of some ways together.

    stops_run_pm, packages_run_pm  thousandths of a stop and of a package on the average run
    dist_package_m                 metres driven (planned where a run is still out) for each package
    volume_use_pm, time_use_pm     share of the volume, and of the shift, of the vehicles on their runs
    first_try_pm                   visits to packages at their first attempt that ended it well
    late_pm, late_s                visits after the promise, and how late those were on average
    """

    runs: int
    packages: int
    stops_run_pm: int
    packages_run_pm: int
    dist_package_m: int
    volume_use_pm: int
    time_use_pm: int
    first_try_pm: int
    late_pm: int
    late_s: int


def route_figures(
    runs: Runs, stops: Stops, packages: Packages, vehicles: Vehicles, ways: tuple[Way, ...]
) -> RouteFigures:
    """Figures of all runs of the given ways."""
    run = np.flatnonzero(np.isin(runs.way, [int(way) for way in ways]))
    count, carried = len(run), int(runs.packages[run].sum())
    metres = np.where(runs.status == RunStatus.DONE, np.maximum(runs.actual_m, 0), runs.dist_m)[run]
    volume, hours = _use(runs, run, vehicles)
    chosen = np.zeros(len(runs), bool)
    chosen[run] = True
    row = np.flatnonzero(chosen[stops.run] & (stops.done_s >= 0))
    good = np.isin(stops.outcome[row], (Outcome.DELIVERED, Outcome.STORED))
    first = _first_visits(stops, row)
    over = stops.done_s[row] - packages.due_s[stops.package[row]]
    late = good & (over > 0)
    return RouteFigures(
        runs=count,
        packages=carried,
        stops_run_pm=_share(int(runs.stops[run].sum()), count),
        packages_run_pm=_share(carried, count),
        dist_package_m=_share(int(metres.sum()), carried) // 1000 if carried else -1,
        volume_use_pm=volume,
        time_use_pm=hours,
        first_try_pm=_share(int((good & first).sum()), int(first.sum())),
        late_pm=_share(int(late.sum()), int(good.sum())),
        late_s=int(over[late].mean()) if late.any() else -1,
    )


def _share(part: int, whole: int) -> int:
    """Per mille, rounded down."""
    return 1000 * part // whole if whole else -1


def _use(runs: Runs, run: NDArray[np.int64], vehicles: Vehicles) -> tuple[int, int]:
    """Volume and shift used by the runs of vehicles of our own list."""
    run = run[runs.vehicle[run] >= 0]
    v = runs.vehicle[run]
    volume = _share(int(runs.volume_ml[run].sum()), int(vehicles.volume_ml[v].sum()))
    shift = int((vehicles.shift_hi_s[v] - vehicles.shift_lo_s[v]).sum())
    return volume, _share(int((runs.back_s[run] - runs.depart_s[run]).sum()), shift)


def _first_visits(stops: Stops, row: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of these visits, those before which their package had not been visited."""
    done = np.flatnonzero(stops.done_s >= 0)
    done = done[np.lexsort((done, stops.done_s[done], stops.package[done]))]
    package = stops.package[done]
    first = np.zeros(len(stops), bool)
    first[done[np.r_[True, package[1:] != package[:-1]]] if len(done) else done] = True
    return np.asarray(first[row])
