"""The shapes that screens and the API show. Times are Unix seconds (-1 none), money cents, degrees WGS 84.

Shapes are made by the other files of this folder, pure functions of (state, now), and rendered by `apps`. Every shape
that may be old says of which turn it is. Words stand beside the numbers, so that no client needs our enumerations.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Tone = Literal["on_time", "at_risk", "late", "silent", "done", "none"]
"""How a thing stands against its promise; drawn as colour, shape and word together."""


class Shape(msgspec.Struct):
    """Base of all shapes."""


# ---- what stands still ----------------------------------------------------------------------------------------


class SiteShape(Shape):
    """A building. kind: fc, sort, station, locker; station: of a locker, the station that serves it."""

    site: int
    name: str
    kind: str
    lat: float
    lon: float
    region: int
    station: int
    capacity: int


class ZoneShape(Shape):
    """A delivery zone."""

    zone: int
    name: str
    lat: float
    lon: float
    radius_m: int
    station: int
    rural: bool


class LaneShape(Shape):
    """A pair of buildings with departures between them; departs_s: seconds of the local day, ascending."""

    origin: int
    dest: int
    dist_m: int
    departs_s: list[int]


class VehicleShape(Shape):
    """A vehicle that can be planned with. out: it is out of service, or broke down."""

    vehicle: int
    name: str
    way: str
    station: int
    out: bool


class ServiceShape(Shape):
    """A partner carrier's service."""

    service: int
    name: str
    way: str


class NetworkShape(Shape):
    """What does not change while the network runs. bounds: west, south, east, north."""

    name: str
    currency: str
    utc_offset_s: int
    bounds: tuple[float, float, float, float]
    regions: list[str]
    sites: list[SiteShape]
    zones: list[ZoneShape]
    lanes: list[LaneShape]
    vehicles: list[VehicleShape]
    services: list[ServiceShape]


# ---- the tower ------------------------------------------------------------------------------------------------


class CutoffShape(Shape):
    """A departure that buildings work towards. slack_s: left after the work still to do."""

    site: int
    cutoff_s: int
    packages: int
    staged: int
    slack_s: int


class StageShape(Shape):
    """Open packages by stage of the journey. stage: a status, in words."""

    stage: str
    packages: int
    at_risk: int
    late: int


class SiteLoad(Shape):
    """Open packages that a building holds."""

    site: int
    packages: int
    at_risk: int
    late: int


class Overview(Shape):
    """The strip of the control tower. *_pm: per mille; -1 where nothing is to be counted yet.

    orders           all that were ever placed;  units  of articles that lie on the shelves
    promised_today   orders whose promise ends on this local day; kept_today those handed over in time by now,
    missed_today     those that can no longer be kept
    on_time_pm       kept of kept and missed;  forecast_pm  expected share of all of today's, by the chances told
    at_risk, late, silent  open packages;  unassigned  packages ready at a station that stand on no run,
    unassigned_today  those of them promised for today, or for an earlier day
    vehicles_out     runs on the road
    co2_g_package, cost_c_package  mean of packages promised for today, as reckoned when their way was chosen
    """

    turn: int
    now_s: int
    orders: int
    units: int
    orders_open: int
    promised_today: int
    kept_today: int
    missed_today: int
    on_time_pm: int
    forecast_pm: int
    at_risk: int
    late: int
    silent: int
    unassigned: int
    unassigned_today: int
    blocks_open: int
    vehicles_out: int
    co2_g_package: int
    cost_c_package: int
    next_cutoff: CutoffShape | None
    stages: list[StageShape]
    sites: list[SiteLoad]


class RunBar(Shape):
    """A run as one row of the Gantt. plan_s, done_s, door_late: one entry a door, in order; done_s -1 not yet.

    status: planned, left, broken, done;  next_s: expected at the next door, -1 none;  late: doors expected too late
    """

    run: int
    name: str
    way: str
    vehicle: int
    station: int
    status: str
    tone: Tone
    depart_s: int
    back_s: int
    left_s: int
    ended_s: int
    packages: int
    delivered: int
    failed: int
    late: int
    next_s: int
    shift_s: int
    plan_s: list[int]
    done_s: list[int]
    door_late: list[bool]


class Runs(Shape):
    """Runs of a local day, by station and departure. shift_s of a bar: seconds behind its plan."""

    turn: int
    now_s: int
    runs: list[RunBar]


class Door(Shape):
    """One door of a run, in order. packages: numbers; outcome: delivered, not_home ..., empty before.

    eta_lo_s, eta_hi_s: arrival interval told; due_lo_s, due_s: the tightest promise of its packages
    """

    seq: int
    stops: list[int]
    packages: list[int]
    lat: float
    lon: float
    plan_s: int
    service_s: int
    leg_m: int
    eta_lo_s: int
    eta_hi_s: int
    due_lo_s: int
    due_s: int
    done_s: int
    outcome: str
    tone: Tone
    locked: bool


class RunDetail(Shape):
    """A run with its doors, for the map and the board. room_*: volume that parcels can fill and payload, -1 unknown."""

    turn: int
    now_s: int
    bar: RunBar
    dist_m: int
    cost_c: int
    volume_ml: int
    weight_g: int
    room_ml: int
    room_g: int
    doors: list[Door]


class Positions(Shape):
    """Everything that moves, as columns of one length, for the live map.

    id: `r12` a run, `t5` a trip;  kind: van, contractor, gig, drone, robot, truck;  heading: degrees from north;
    age_s: seconds since the last fact or ping that it rests on;  estimated: between two facts, by plan
    """

    turn: int
    now_s: int
    id: list[str]
    kind: list[str]
    lat: list[float]
    lon: list[float]
    heading: list[int]
    tone: list[Tone]
    age_s: list[int]
    estimated: list[bool]


class Moved(Shape):
    """What changed since the positions told before.

    gone: rows of them that are no more. Of those that stay, in their order: lat, lon: steps of 0.00001 degrees, all;
    turned, heading: rows and their new heading; toned, tone likewise; fresh, age_s: rows whose age did not just grow by
    the time between; estimated: rows where it is the other way round now. come: rows that are new, after all others
    """

    turn: int
    now_s: int
    gone: list[int]
    lat: list[int]
    lon: list[int]
    turned: list[int]
    heading: list[int]
    toned: list[int]
    tone: list[Tone]
    fresh: list[int]
    age_s: list[int]
    estimated: list[int]
    come: Positions


class Action(Shape):
    """Something that can be done about an exception. command: its name for `POST /exceptions/{id}/actions`.

    rows, until_s: what it is done to (packages, trips), and until when, where it is not all that the exception is about
    """

    command: str
    label: str
    rows: list[int] = []
    until_s: int = -1


class ExceptionShape(Shape):
    """Something that needs a person. id is stable while it lasts: kind and number, as in `run-12-late`.

    kind: LATE, WILL_BE_LATE, NO_SCAN, MISSED_CUTOFF, BROKE_DOWN, STANDSTILL, UNASSIGNED, TRUCK_LATE, FLOOR_BEHIND
    minutes: to the breach of the first promise it touches; negative: since
    about, row: what it is about (run, trip, site, service) and its number; lat, lon: 0, 0 it has no place
    cost_c: what lateness is expected to cost
    put_off_s: until when (Unix seconds) somebody put it off, by the command snooze; -1 nobody did
    """

    id: str
    kind: str
    tone: Tone
    title: str
    cause: str
    about: str
    row: int
    site: int
    lat: float
    lon: float
    packages: list[int]
    count: int
    minutes: int
    cost_c: int
    since_s: int
    actions: list[Action]
    put_off_s: int = -1


class Exceptions(Shape):
    """The inbox, worst first."""

    turn: int
    now_s: int
    items: list[ExceptionShape]
