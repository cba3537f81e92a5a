"""What exceptions are made of: each function here takes from the open packages those of one kind of trouble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from doorward.lastmile.board.sheet import VANS
from doorward.lastmile.rules import LastmileRules
from doorward.linehaul.rules import LinehaulRules
from doorward.runtime.look import holds
from doorward.runtime.look.doors import Doors, doors_of
from doorward.runtime.look.floor import cutoffs
from doorward.runtime.look.network import site_name
from doorward.runtime.look.positions import positions
from doorward.runtime.look.runs import run_name
from doorward.runtime.look.shapes import Action
from doorward.runtime.look.tone import Stand
from doorward.runtime.look.trips import travel
from doorward.runtime.look.view import Flags, Longs, View
from doorward.runtime.look.words import STILL, clock, count_of, counted, reason_words, stage_word
from doorward.tables.fleet import Runs, RunStatus, Stops
from doorward.tables.journey import Holder, Status
from doorward.tables.linehaul import Lanes, Trips, TripStatus
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Alarm, Packages, Scans, Watch
from doorward.tables.remarks import Reason, Remarks
from doorward.tables.sites import Sites
from doorward.tables.ways import Services
from doorward.tracking.alarms import raised_of

UNPLANNED = np.zeros(max(Reason) + 1, np.bool_)
UNPLANNED[
    [
        Reason.NO_VOLUME, Reason.NO_WEIGHT, Reason.NO_TIME, Reason.NO_RANGE, Reason.NO_VEHICLE, Reason.NO_STOPS,
        Reason.WINDOW_CLOSED, Reason.NO_DRIVER, Reason.NO_PAD, Reason.STANDSTILL, Reason.BARRED,
        Reason.NO_CAPACITY, Reason.PARTNER_FULL, Reason.NO_COVERAGE, Reason.TOO_HEAVY, Reason.TOO_LARGE,
    ]
] = True  # fmt: skip
"""Remarks that say why a plan left a package behind; others tell of a decision, or of what was mended since."""
OPTIMISE = Action("board.optimise", "Plan its runs anew")
MEND = Action("run.mend", "Reorder its doors")
OUT = Action("vehicle.out", "Take the vehicle out of the plan")
RECHOOSE = Action("package.rechoose", "Choose another way to the door")


@dataclass
class Group:
    """An exception before it is told; since_s -1: since its first open alarm."""

    id: str
    kind: str
    title: str
    cause: str
    about: str
    row: int
    site: int
    package: Longs
    lat_udeg: int = 0
    lon_udeg: int = 0
    stand: int = Stand.NONE
    since_s: int = -1
    actions: list[Action] = field(default_factory=list)


class Inbox:
    """Groups found so far, and which packages are still free."""

    def __init__(self, view: View) -> None:
        self.view, self.found = view, list[Group]()
        self.free = np.zeros(len(view.table(Packages)), np.bool_)
        self.free[view.open] = True
        self._places: dict[str, tuple[int, int]] | None = None

    def take(self, package: Longs) -> Longs:
        """Those of these packages that are in no group yet; they are not free any more."""
        mine = np.unique(package[self.free[package]])
        self.free[mine] = False
        return mine

    def add(self, group: Group) -> None:
        """One more; without a place of its own it stands at its site."""
        if group.site >= 0 and not (group.lat_udeg or group.lon_udeg):
            sites = self.view.table(Sites)
            group.lat_udeg, group.lon_udeg = int(sites.lat_udeg[group.site]), int(sites.lon_udeg[group.site])
        self.found.append(group)

    def place(self, name: str) -> tuple[int, int]:
        """Where a run or trip on the road is now, microdegrees; (0, 0) it is not."""
        if self._places is None:
            at = positions(self.view)
            self._places = {
                i: (round(lat * 1e6), round(lon * 1e6))
                for i, lat, lon in zip(at.id, at.lat, at.lon, strict=True)
            }
        return self._places.get(name, (0, 0))


def broken_runs(inbox: Inbox) -> None:
    """Vehicles that stand broken with packages aboard."""
    view, runs = inbox.view, inbox.view.table(Runs)
    run = np.flatnonzero(runs.status == RunStatus.BROKEN)
    doors = doors_of(view, run)
    for k, number in enumerate(run.tolist()):
        aboard = inbox.take(_live(view, doors, k))
        if not len(aboard):
            continue
        lat, lon = inbox.place(f"r{number}")
        vehicle = int(runs.vehicle[number])
        inbox.add(
            Group(
                f"run-{number}-broken", "BROKE_DOWN", f"{run_name(view, number)} broke down",
                f"{count_of(len(aboard), 'package')} aboard, stopped {clock(view, int(runs.ended_s[number]))}",
                "run", number, int(runs.station[number]), aboard, lat, lon, Stand.AT_RISK,
                int(runs.ended_s[number]), [OUT, OPTIMISE] if vehicle >= 0 else [OPTIMISE],
            )
        )  # fmt: skip


def standstills(inbox: Inbox) -> None:
    """Buildings that stand still, wholly or in part, and partners that do not collect."""
    view, outages, packages = inbox.view, inbox.view.table(Outages), inbox.view.table(Packages)
    now = (outages.from_s <= view.now_s) & ((outages.until_s < 0) | (outages.until_s > view.now_s))
    for row in np.flatnonzero(now).tolist():
        site, service, what = int(outages.site[row]), int(outages.service[row]), What(int(outages.what[row]))
        open_ = view.open
        here = (packages.holder_kind[open_] == Holder.SITE) & ~view.settled(open_)
        if site >= 0:
            here &= packages.holder[open_] == site
        if what is What.PICKUPS:
            here &= packages.carrier[open_] == service if service >= 0 else packages.carrier[open_] >= 0
        who = site_name(view, site) if site >= 0 else ""
        if what is What.PICKUPS:
            partner = str(view.table(Services).name[service]) if service >= 0 else "no partner"
            title = f"{partner} does not collect" if service >= 0 else "no partner collects"
            title += f" at {who}" if who else ""
        else:
            title = f"{who}: {STILL[what]}"
        until = int(outages.until_s[row])
        ends = f"until {clock(view, until)}" if until >= 0 else "no end is known yet"
        taken = inbox.take(open_[here])
        inbox.add(
            Group(
                f"outage-{row}", "STANDSTILL", title,
                f"since {clock(view, int(outages.from_s[row]))}, {ends}",
                "site" if site >= 0 else "service", site if site >= 0 else service, site,
                taken, stand=Stand.AT_RISK, since_s=int(outages.from_s[row]), actions=_another_way(view, taken),
            )
        )  # fmt: skip


def late_trucks(inbox: Inbox) -> None:
    """Trips expected behind their timetable by more than `LinehaulRules.late_s`."""
    view, trips, lanes = inbox.view, inbox.view.table(Trips), inbox.view.table(Lanes)
    trip = np.flatnonzero((trips.status == TripStatus.LEFT) | (trips.status == TripStatus.LOADED))
    found = travel(view, trip)
    late = found.late_s > view.rule(LinehaulRules).late_s
    for k in np.flatnonzero(late).tolist():
        number = int(trip[k])
        lane, left = int(trips.lane[number]), int(trips.left_s[number])
        origin, dest = int(lanes.origin[lane]), int(lanes.dest[lane])
        lat, lon = inbox.place(f"t{number}")
        why = f"left {clock(view, left)}" if left >= 0 else "has not left"
        due, plan = int(trips.arrive_s[number]), int(trips.depart_s[number])
        taken = inbox.take(found.package[found.of == k])
        inbox.add(
            Group(
                f"trip-{number}-late", "TRUCK_LATE",
                f"Truck {site_name(view, origin)} to {site_name(view, dest)} is {int(found.late_s[k]) // 60} min late",
                f"{why} instead of {clock(view, plan)}; was to arrive {clock(view, due)}",
                "trip", number, origin if left < 0 else dest, taken, lat, lon,
                Stand.LATE, max(due, plan) if due < view.now_s else max(plan, left),
                holds.for_late_truck(view, number, due + int(found.late_s[k]), taken),
            )
        )  # fmt: skip


def late_runs(inbox: Inbox) -> None:
    """Runs on the road, or planned, with doors expected after their promise, or packages with an alarm."""
    view, runs = inbox.view, inbox.view.table(Runs)
    run = np.flatnonzero((runs.status == RunStatus.LEFT) | (runs.status == RunStatus.PLANNED))
    doors = doors_of(view, run)
    package = view.table(Stops).package[doors.rows]
    door = np.repeat(np.arange(len(doors.of)), np.diff(doors.head))
    bad = doors.live & (doors.late[door] | _alarmed(view, package, LATENESS))
    which = doors.of[door]
    for k in np.unique(which[bad]).tolist():
        number, mine = int(run[k]), bad & (which == k)
        taken = inbox.take(package[mine])
        if not len(taken):
            continue
        count, behind = len(np.unique(door[mine])), int(doors.shift_s[k]) // 60
        past = bool((view.tones_of(taken) == Stand.LATE).any())
        lat, lon = inbox.place(f"r{number}")
        planned = runs.status[number] == RunStatus.PLANNED
        van = runs.way[number] in VANS and bool(doors.late[door[mine]].any())
        inbox.add(
            Group(
                f"run-{number}-late", "LATE" if past else "WILL_BE_LATE",
                f"{run_name(view, number)}: {count_of(count, 'door')} late",
                _behind(behind, bool(planned)), "run", number, int(runs.station[number]), taken, lat, lon,
                Stand.AT_RISK, actions=[OPTIMISE] if planned else [MEND] if van else [],
            )
        )  # fmt: skip


def _behind(minutes: int, planned: bool) -> str:
    if planned:
        return f"it was to leave {minutes} min ago" if minutes > 0 else "planned so: no better run was found"
    return (
        f"the run is {minutes} min behind its plan"
        if minutes > 0
        else "the run keeps its plan, which comes too late"
    )


def late_floors(inbox: Inbox) -> None:
    """Cut-offs ahead that the floor will not make."""
    view, packages = inbox.view, inbox.view.table(Packages)
    found = cutoffs(view)
    for c in np.flatnonzero((found.slack_s < 0) & (found.cutoff_s >= view.now_s)).tolist():
        work = found.package[found.of == c]
        taken = inbox.take(work[packages.status[work] < Status.SORTED])
        if not len(taken):
            continue
        fc, cutoff = int(found.fc[c]), int(found.cutoff_s[c])
        inbox.add(
            Group(
                f"site-{fc}-floor-{cutoff}", "FLOOR_BEHIND",
                f"{site_name(view, fc)} is behind its {clock(view, cutoff)} cut-off",
                f"{len(taken)} of {count_of(len(work), 'package')} are not staged; "
                f"the work ends {-int(found.slack_s[c]) // 60} min after it",
                "site", fc, fc, taken, stand=Stand.AT_RISK,
                actions=holds.for_floor(view, fc, cutoff, cutoff - int(found.slack_s[c]), taken),
            )
        )  # fmt: skip


def unassigned(inbox: Inbox) -> None:
    """Packages that stand on no run though a plan looked at them, or though they are late: by station and cause.

    The cause is the newest remark since they came to the station.
    """
    view, packages, remarks = inbox.view, inbox.view.table(Packages), inbox.view.table(Remarks)
    row = view.unassigned
    newest = standing_remark(view, row)
    reason = np.where(newest >= 0, remarks.reason[newest] if len(remarks) else 0, 0).astype(np.int64)
    trouble = UNPLANNED[reason] | _alarmed(view, row, LATENESS)
    row, reason = row[trouble], reason[trouble]
    for key in np.unique(packages.station[row].astype(np.int64) << 16 | reason).tolist():
        station, why = key >> 16, Reason(key & 0xFFFF)
        taken = inbox.take(row[(packages.station[row] == station) & (reason == why)])
        if not len(taken):
            continue
        inbox.add(
            Group(
                f"station-{station}-unassigned-{why.name.lower()}", "UNASSIGNED",
                f"{count_of(len(taken), 'package')} at {site_name(view, station)} on no run",
                reason_words(why) or "no run took them yet", "site", station, station, taken,
                actions=[OPTIMISE, *_another_way(view, taken)],
            )
        )  # fmt: skip


def tried(inbox: Inbox) -> None:
    """Packages tried in vain that are or will be late for it, on their way back to the station: by station."""
    view, packages = inbox.view, inbox.view.table(Packages)
    row = view.open[(packages.status[view.open] == Status.FAILED) & inbox.free[view.open]]
    row = row[_alarmed(view, row, LATENESS) | (view.tones_of(row) == Stand.LATE)]
    for station in np.unique(packages.station[row]).tolist():
        taken = inbox.take(row[packages.station[row] == station])
        reason = view.table(Scans).reason[packages.last_scan[taken]]
        past = bool((view.tones_of(taken) == Stand.LATE).any())
        inbox.add(
            Group(
                f"station-{station}-tried", "LATE" if past else "WILL_BE_LATE",
                f"{count_of(len(taken), 'package')} of {site_name(view, station)} tried in vain",
                counted([reason_words(r) for r in reason.tolist()]), "site", station, station, taken,
                actions=_another_way(view, taken),
            )
        )  # fmt: skip


LATENESS = 1 << Alarm.WILL_BE_LATE | 1 << Alarm.LATE
KINDS = (
    ("MISSED_CUTOFF", "missed", 1 << Alarm.MISSED_CUTOFF, "missed their cut-off"),
    ("LATE", "late", 1 << Alarm.LATE, "are late"),
    ("WILL_BE_LATE", "expected-late", 1 << Alarm.WILL_BE_LATE, "will be late"),
    ("NO_SCAN", "silent", 1 << Alarm.NO_SCAN, "had no scan for too long"),
)
"""What is left: kind, part of the id, alarm, words."""


def left_over(inbox: Inbox) -> None:
    """Packages with an open alarm that no other group has, by alarm and by who holds them."""
    view, packages = inbox.view, inbox.view.table(Packages)
    for kind, part, bit, words in KINDS:
        row = view.open[inbox.free[view.open] & ~view.settled(view.open)]
        hit = _alarmed(view, row, bit)
        if kind == "LATE":
            hit |= view.tones_of(row) == Stand.LATE
        row = row[hit]
        held = packages.holder_kind[row].astype(np.int64) << 40 | packages.holder[row]
        for key in np.unique(held).tolist():
            taken = inbox.take(row[held == key])
            inbox.add(_of_place(inbox, Holder(key >> 40), key & (1 << 40) - 1, kind, part, words, taken))


def _of_place(
    inbox: Inbox, holder: Holder, row: int, kind: str, part: str, words: str, taken: Longs
) -> Group:
    view = inbox.view
    about = {Holder.SITE: "site", Holder.TRIP: "trip", Holder.RUN: "run", Holder.CARRIER: "service"}[holder]
    site, lat, lon = -1, 0, 0
    if holder is Holder.SITE:
        site, where = row, f"at {site_name(view, row)}"
    elif holder is Holder.RUN:
        site, where = int(view.table(Runs).station[row]), f"with {run_name(view, row)}"
        lat, lon = inbox.place(f"r{row}")
    elif holder is Holder.TRIP:
        lane = int(view.table(Trips).lane[row])
        site = int(view.table(Lanes).dest[lane])
        where, (lat, lon) = f"on the truck to {site_name(view, site)}", inbox.place(f"t{row}")
    else:
        where = f"with {view.table(Services).name[row]}"
    if len(taken) == 1:
        words = words.replace("are", "is").replace("their", "its")
    stages = counted([stage_word(s) for s in view.table(Packages).status[taken].tolist()])
    return Group(
        f"{about}-{row}-{part}", kind, f"{count_of(len(taken), 'package')} {where} {words}", stages, about, row,
        site, taken, lat, lon, actions=_another_way(view, taken) if kind != "NO_SCAN" else [],
    )  # fmt: skip


def _another_way(view: View, package: Longs) -> list[Action]:
    """Let those of these that wait on no run, their way chosen, go another; nothing where none does."""
    packages, most = view.table(Packages), view.rule(LastmileRules).board.most_packages
    status = packages.status[package]
    waits = (status == Status.PLANNED) | (status == Status.READY)
    waits &= (packages.stop[package] < 0) & (packages.way[package] >= 0)
    return [Action(RECHOOSE.command, RECHOOSE.label, package[waits][:most].tolist())] if waits.any() else []


def standing_remark(view: View, row: Longs) -> Longs:
    """Row of the newest remark about each of these packages since its last scan, (n,); -1 none."""
    packages, scans, remarks = view.table(Packages), view.table(Scans), view.table(Remarks)
    newest = view.newest_remark[row]
    told = np.flatnonzero(newest >= 0)
    old = remarks.at_s[newest[told]] < scans.at_s[packages.last_scan[row[told]]]
    newest[told[old]] = -1
    return newest


def _live(view: View, doors: Doors, k: int) -> Longs:
    """Packages still to be handed over on the k-th run."""
    lo, hi = doors.head[doors.start[k]], doors.head[doors.start[k + 1]]
    return np.asarray(view.table(Stops).package[doors.rows[lo:hi][doors.live[lo:hi]]])


def _alarmed(view: View, row: Longs, bits: int) -> Flags:
    """Packages with one of these alarms open, (n,)."""
    return np.asarray(raised_of(view.table(Watch), row) & bits != 0)


ALL: tuple[Callable[[Inbox], None], ...] = (
    broken_runs, standstills, late_trucks, late_runs, late_floors, unassigned, tried, left_over,
)  # fmt: skip
"""In this order: a package belongs to the first that takes it."""
