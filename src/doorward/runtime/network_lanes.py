"""The timetable: from rules for lanes to departures, and the way from every building to every other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import crow_m
from doorward.core.travel import drive
from doorward.core.units import DAY_S
from doorward.runtime import network_file as f
from doorward.runtime.network_tables import Names, clock_s, unique
from doorward.runtime.problems import Problems
from doorward.tables.linehaul import Equipment, Lanes, NextHop
from doorward.tables.sites import SiteKind, Sites

KINDS = {"fc": SiteKind.FC, "sort": SiteKind.SORT, "station": SiteKind.STATION}
BODIES = ("artic", "rigid", "light", "van")
"""Names of `tables.linehaul.Body`, in its order."""
WEEK_S = 7 * DAY_S
FAR = np.iinfo(np.int64).max // 4


def make_lanes(
    problems: Problems, trucks: Sequence[f.Truck], lanes: Sequence[f.Lane], names: Names, sites: Sites
) -> tuple[Lanes, Equipment]:
    """One row for each pair of buildings and departure, by origin, destination and time; and what may drive each."""
    unique(problems, [(f"[[truck]] {i + 1}", t.name) for i, t in enumerate(trucks)], "trucks")
    by_name = {t.name: i for i, t in enumerate(trucks)}
    parts: list[Lanes] = []
    options: list[Equipment] = []
    for i, lane in enumerate(lanes):
        where = f"[[lane]] {i + 1}"
        truck = problems.row_of(by_name, lane.truck, "truck", where, "truck")
        also = [problems.row_of(by_name, name, "truck", where, "also") for name in lane.also]
        a, b = _pairs(problems, lane, names, sites, where)
        if truck < 0 or not len(a):
            continue
        parts.append(_departures(lane, trucks[truck], a, b, sites))
        if also and min(also) >= 0:
            first = sum(len(part) for part in parts[:-1])
            options += [
                _equipment(parts[-1], first, trucks[truck], trucks[k], k)
                for k in dict.fromkeys((truck, *also))
            ]
    made = Lanes.concat(parts)
    order = np.lexsort((made.depart_s, made.dest, made.origin))
    made = made.take(order)
    kinds = Equipment.concat(options)
    kinds = kinds.replace(lane=np.argsort(order)[kinds.lane])
    kinds = kinds.take(np.argsort(kinds.lane, kind="stable"))
    twice = (np.diff(made.origin) == 0) & (np.diff(made.dest) == 0) & (np.diff(made.depart_s) == 0)
    if twice.any():
        k = int(np.flatnonzero(twice)[0])
        hour, minute = divmod(int(made.depart_s[k]) // 60, 60)
        ends = f"{sites.name[made.origin[k]]} to {sites.name[made.dest[k]]} at {hour:02d}:{minute:02d}"
        problems.add(
            "[[lane]]", "departs", f"{int(twice.sum())} departures are given twice, for example {ends}",
            "a departure is given once", "remove it from one of the sections, or shift it by a minute",
        )  # fmt: skip
    return made, kinds


def _equipment(lanes: Lanes, first: int, usual: f.Truck, truck: f.Truck, number: int) -> Equipment:
    """One kind of truck on the departures of one section, rows numbered from `first`."""
    drive_s = lanes.drive_s - usual.handle_s + truck.handle_s
    km = lanes.dist_m / 1000
    own = truck.start_c + truck.km_c * km + truck.hour_c * drive_s / 3600
    return Equipment.fill(
        len(lanes),
        lane=first + np.arange(len(lanes)),
        truck=number,
        volume_ml=truck.volume_ml,
        weight_g=truck.weight_g,
        drive_s=drive_s,
        cost_c=truck.start_c if truck.shared else np.rint(own).astype(np.int64),
        tonne_c=np.rint(truck.tonne_c + truck.tonne_km_c * km).astype(np.int64) if truck.shared else 0,
        dense_g_l=truck.dense_g_l if truck.shared else 0,
        body=BODIES.index(truck.body),
        shared=int(truck.shared),
        electric=int(truck.electric),
    )


def _departures(
    lane: f.Lane, truck: f.Truck, a: NDArray[np.int64], b: NDArray[np.int64], sites: Sites
) -> Lanes:
    road_m, road_s = drive(crow_m(sites.lat_udeg[a], sites.lon_udeg[a], sites.lat_udeg[b], sites.lon_udeg[b]))
    dist_m = np.rint(road_m).astype(np.int64) if not lane.dist_m else np.full(len(a), lane.dist_m)
    drive_s = (-(-road_s // 60) * 60 if not lane.drive_s else np.full(len(a), lane.drive_s)) + truck.handle_s
    cost_c = truck.start_c + truck.km_c * dist_m / 1000 + truck.hour_c * drive_s / 3600
    times = np.array([clock_s(t) % DAY_S for t in lane.departs], np.int32)
    pairs, n = len(a), len(a) * len(times)
    wide = np.repeat(np.arange(pairs), len(times))
    mask = sum(1 << f.DAYS.index(day) for day in set(lane.days))
    return Lanes.fill(
        n,
        origin=a[wide],
        dest=b[wide],
        depart_s=np.tile(times, pairs),
        cutoff_s=lane.cutoff_s,
        drive_s=np.rint(drive_s).astype(np.int32)[wide],
        dist_m=dist_m[wide],
        volume_ml=truck.volume_ml,
        weight_g=truck.weight_g,
        cost_c=np.rint(cost_c).astype(np.int32)[wide],
        days=mask,
        electric=int(truck.electric),
    )


def _pairs(
    problems: Problems, lane: f.Lane, names: Names, sites: Sites, where: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Origins and destinations that the rule of one section means."""
    origins = _named(problems, lane.origin, names, sites, where, "from")
    dests = _named(problems, lane.dest, names, sites, where, "to")
    a, b = (x.ravel() for x in np.meshgrid(origins, dests, indexing="ij"))
    far = crow_m(sites.lat_udeg[a], sites.lon_udeg[a], sites.lat_udeg[b], sites.lon_udeg[b])
    good = a != b
    same = sites.region[a] == sites.region[b]
    if lane.region != "any":
        good &= same if lane.region == "same" else ~same
    if lane.within_m:
        good &= far <= lane.within_m
    a, b, far = a[good], b[good], far[good]
    if lane.nearest and len(a):
        order = np.lexsort((b, far, a))
        start = np.r_[True, a[order][1:] != a[order][:-1]]
        rank = np.arange(len(a)) - np.maximum.accumulate(np.where(start, np.arange(len(a)), 0))
        chosen = np.sort(order[rank < lane.nearest])
        a, b = a[chosen], b[chosen]
    if len(origins) and len(dests) and not len(a):
        problems.add(
            where, "", "it means no pair of buildings", "a lane leads from one building to another",
            "correct from, to, region or within_m",
        )  # fmt: skip
    return a, b


def _named(
    problems: Problems, wanted: Sequence[str], names: Names, sites: Sites, where: str, column: str
) -> NDArray[np.int64]:
    rows: list[int] = []
    for name in wanted:
        if name in KINDS and name not in names.sites:
            rows += np.flatnonzero(sites.kind == KINDS[name]).tolist()
        else:
            row = problems.row_of(names.sites, name, "building", where, column)
            rows += [row] if row >= 0 else []
    return np.unique(np.array(rows, np.int64))


def mean_wait_s(depart_s: NDArray[np.int32], days: NDArray[np.int8]) -> float:
    """Mean seconds until the next of these departures for something ready at a uniformly drawn time of the week."""
    on = (days[:, None].astype(np.int64) >> np.arange(7)) & 1
    times = np.unique((np.arange(7) * DAY_S + depart_s[:, None].astype(np.int64))[on == 1])
    gaps = np.diff(np.r_[times, times[0] + WEEK_S])
    return float((gaps.astype(np.float64) ** 2).sum() / (2 * WEEK_S))


def make_next_hop(lanes: Lanes, sites: Sites, dwell_s: int = 3_600) -> NextHop:
    """The way of least mean time, waiting, cut-off, driving and `dwell_s` at each change included.

    Trucks are changed at fulfillment and sort centers, never at a station. Floyd (1962) with successors, in rows; ties
    go to the way found first (fewer changes, then the lower site).
    """
    n = len(sites)
    time = np.full((n, n), FAR, np.int64)
    hop = np.full((n, n), -1, np.int64)
    dist = np.full((n, n), -1, np.int64)
    key = lanes.origin.astype(np.int64) * n + lanes.dest
    for pair in np.unique(key):
        rows = np.flatnonzero(key == pair)
        a, b = divmod(int(pair), n)
        wait = mean_wait_s(lanes.depart_s[rows], lanes.days[rows])
        fastest = rows[lanes.drive_s[rows].argmin()]
        time[a, b] = round(wait + float(lanes.cutoff_s[fastest]) + float(lanes.drive_s[fastest]))
        dist[a, b], hop[a, b] = lanes.dist_m[fastest], b
    for k in np.flatnonzero((sites.kind == SiteKind.FC) | (sites.kind == SiteKind.SORT)):
        through = time[:, k, None] + time[None, k, :] + dwell_s
        better = through < time
        better[k], better[:, k] = False, False
        time = np.where(better, through, time)
        dist = np.where(better, dist[:, k, None] + dist[None, k, :], dist)
        hop = np.where(better, hop[:, k, None], hop)
    self = np.arange(n)
    time[self, self], dist[self, self], hop[self, self] = 0, 0, self
    time[hop < 0] = -1
    return NextHop(
        site=hop.ravel().astype(np.int32),
        time_s=time.ravel().astype(np.int32),
        dist_m=dist.ravel().astype(np.int32),
    )


def check_ways(problems: Problems, hops: NextHop, sites: Sites) -> None:
    """Every fulfillment center reaches every station, and every station every other."""
    n = len(sites)
    site = hops.site.reshape(n, n)
    stations = np.flatnonzero(sites.kind == SiteKind.STATION)

    def names(rows: NDArray[np.intp]) -> str:
        return ", ".join(sites.name[rows[:5]]) + (" ..." if len(rows) > 5 else "")

    for fc in np.flatnonzero(sites.kind == SiteKind.FC):
        missing = stations[site[fc, stations] < 0]
        if len(missing):
            problems.add(
                "[[lane]]", "",
                f"no way leads from {sites.name[fc]} to {len(missing)} of {len(stations)} stations ({names(missing)})",
                "lanes connect every fulfillment center with every station", "add a [[lane]] or a change of trucks",
            )  # fmt: skip
    stuck = stations[(site[np.ix_(stations, stations)] < 0).any(axis=1)]
    if len(stuck):
        problems.add(
            "[[lane]]", "",
            f"no way leads from {len(stuck)} of {len(stations)} stations ({names(stuck)}) to every other",
            "a package sorted to the wrong station goes on from there, over a sort or fulfillment center",
            'add a [[lane]] back, for example from = ["station"], to = ["sort"], departs = ["20:00"]',
        )  # fmt: skip
