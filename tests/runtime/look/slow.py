"""The slow, obvious versions: one package, one order, one run at a time."""

from __future__ import annotations

import math
from typing import Any

from doorward.core.units import DAY_S
from doorward.ledger.state import State
from doorward.tables.doorstep import Outcome
from doorward.tables.fleet import Runs, RunStatus, Stops
from doorward.tables.journey import ENDED, Event, Status
from doorward.tables.linehaul import Lanes, Trips, TripStatus
from doorward.tables.orders import Lines, LineStatus, Orders, OrderStatus
from doorward.tables.packages import Alarm, Alarms, Packages, Scans
from doorward.tables.sites import Sites

OVER = (*ENDED, Status.AT_LOCKER, Status.RETURNING)


def row(state: State, kind: Any, number: int) -> dict[str, int]:
    table = state.table(kind)
    return {name: getattr(table, name)[number].item() for name in table.columns if name not in ("name",)}


def tone(state: State, package: int, now_s: int) -> str:
    """The law, read from the alarms themselves."""
    p, alarms = row(state, Packages, package), state.table(Alarms)
    mine = {
        Alarm(int(alarms.kind[a]))
        for a in range(len(alarms))
        if alarms.package[a] == package and alarms.cleared_s[a] < 0
    }
    if p["status"] in OVER:
        return "done"
    if p["due_s"] < now_s or Alarm.LATE in mine:
        return "late"
    if mine & {Alarm.WILL_BE_LATE, Alarm.MISSED_CUTOFF} or (
        p["eta_at_s"] >= 0 and p["eta_hi_s"] > p["due_s"]
    ):
        return "at_risk"
    return "silent" if mine == {Alarm.NO_SCAN} else "on_time"


def open_packages(state: State) -> list[int]:
    return [n for n in range(state.count(Packages)) if state.table(Packages).status[n] not in ENDED]


def handed_s(state: State, package: int) -> int:
    scans = state.table(Scans)
    at = [
        int(scans.at_s[s])
        for s in range(len(scans))
        if scans.package[s] == package and scans.event[s] in (Event.DELIVERED, Event.STORED)
    ]
    return min(at, default=-1)


def promised(state: State, midnight_s: int, now_s: int) -> dict[int, str]:
    """Each order promised for the day: kept, missed or open."""
    boxes: dict[int, list[int]] = {}
    for n in range(state.count(Packages)):
        if state.table(Packages).status[n] != Status.CANCELLED:
            boxes.setdefault(int(state.table(Packages).order[n]), []).append(n)
    lines, waiting = state.table(Lines), set()
    for n in range(len(lines)):
        if lines.status[n] in (LineStatus.WAITING, LineStatus.BACKORDERED, LineStatus.SOURCED):
            waiting.add(int(lines.order[n]))
    found = {}
    for n in range(state.count(Orders)):
        o = row(state, Orders, n)
        if o["status"] != OrderStatus.ACCEPTED or not midnight_s <= o["due_s"] < midnight_s + DAY_S:
            continue
        mine = boxes.get(n, [])
        if not mine and n not in waiting:
            continue
        at = [handed_s(state, p) for p in mine]
        status = [int(state.table(Packages).status[p]) for p in mine]
        if mine and n not in waiting and min(at) >= 0 and max(at) <= o["due_s"]:
            found[n] = "kept"
        elif o["due_s"] < now_s or any(
            s == Status.LOST or (s in (Status.RETURNING, Status.RETURNED) and a < 0)
            for s, a in zip(status, at, strict=True)
        ):
            found[n] = "missed"
        else:
            found[n] = "open"
    return found


def on_road(state: State) -> list[str]:
    """What moves; a day without breakdowns."""
    runs, trips = state.table(Runs), state.table(Trips)
    found = [f"r{n}" for n in range(len(runs)) if runs.status[n] == RunStatus.LEFT]
    return found + [f"t{n}" for n in range(len(trips)) if trips.status[n] == TripStatus.LEFT]


def shift_s(state: State, run: int, now_s: int) -> int:
    """By the newest stop done, else by the departure; at least what the next stop is overdue."""
    stops, runs = state.table(Stops), state.table(Runs)
    mine = [n for n in range(len(stops)) if stops.run[n] == run]
    served, at, door = {}, 0, None
    for n in mine:
        if stops.seq[n] != door:
            door, at = stops.seq[n], int(stops.plan_s[n])
        at += max(0, int(stops.service_s[n]))
        served[n] = at
    done = [n for n in mine if stops.done_s[n] >= 0]
    shift = int(runs.left_s[run] - runs.depart_s[run])
    if done:
        newest = max(done, key=lambda n: (int(stops.done_s[n]), n))
        shift = int(stops.done_s[newest]) - served[newest]
    ahead = [served[n] for n in mine if stops.done_s[n] < 0]
    return max(shift, now_s - min(ahead)) if ahead else shift


def spot(state: State, package: int) -> tuple[float, float]:
    """Degrees of a package's door or locker."""
    p = row(state, Packages, package)
    if p["locker"] >= 0:
        site = state.table(Sites)
        return site.lat_udeg[p["locker"]] / 1e6, site.lon_udeg[p["locker"]] / 1e6
    o = row(state, Orders, p["order"])
    return o["lat_udeg"] / 1e6, o["lon_udeg"] / 1e6


def place(state: State, name: str, now_s: int) -> tuple[float, float]:
    """Degrees of a run or trip on the road."""
    sites, number = state.table(Sites), int(name[1:])

    def home(site: int) -> tuple[float, float]:
        return sites.lat_udeg[site] / 1e6, sites.lon_udeg[site] / 1e6

    if name[0] == "t":
        t, lane = row(state, Trips, number), row(state, Lanes, int(state.table(Trips).lane[number]))
        a, b = home(lane["origin"]), home(lane["dest"])
        share = (now_s - t["left_s"]) / (t["arrive_s"] - t["depart_s"])
    else:
        r, stops = row(state, Runs, number), state.table(Stops)
        mine = [n for n in range(len(stops)) if stops.run[n] == number]
        done = [n for n in mine if stops.done_s[n] >= 0]
        ahead = [n for n in mine if stops.done_s[n] < 0 and state.table(Packages).stop[stops.package[n]] == n]
        shift = shift_s(state, number, now_s)
        a, since = home(r["station"]), r["left_s"]
        if done:
            newest = max(done, key=lambda n: (int(stops.done_s[n]), n))
            a, since = spot(state, int(stops.package[newest])), max(since, int(stops.done_s[newest]))
        b, due = home(r["station"]), r["back_s"] + shift
        if ahead:
            b, due = spot(state, int(stops.package[ahead[0]])), int(stops.plan_s[ahead[0]]) + shift
        share = (now_s - since) / max(1, due - since)
    share = min(1.0, max(0.0, share))
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def good(outcome: int) -> bool:
    return outcome in (Outcome.DELIVERED, Outcome.STORED)


def bearing(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Degrees from north, by the formula of the great circle."""
    la, lb, d = math.radians(a[0]), math.radians(b[0]), math.radians(b[1] - a[1])
    y = math.sin(d) * math.cos(lb)
    x = math.cos(la) * math.sin(lb) - math.sin(la) * math.cos(lb) * math.cos(d)
    return math.degrees(math.atan2(y, x)) % 360
