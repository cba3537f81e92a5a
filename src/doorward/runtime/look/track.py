"""What a customer sees of an order: when it comes, how far it is, and nothing of anybody else.

By stage: before the van is out no vehicle is shown; on the road the vehicle and the own door, only for the last doors;
after delivery where it was left, and no map. No other door, no driver, no vehicle's name at any stage.
"""

from __future__ import annotations

import numpy as np

from doorward.carriers.rules import CarriersRules
from doorward.carriers.waiting import free_cells, nearest_locker
from doorward.delivery.plan import days_open
from doorward.delivery.rules import DeliveryRules
from doorward.delivery.state import movable
from doorward.runtime.look.packages import package_shapes
from doorward.runtime.look.positions import positions
from doorward.runtime.look.shapes import Shape
from doorward.runtime.look.view import OPEN, Longs, View
from doorward.tables.doorstep import Left
from doorward.tables.journey import Event, Status
from doorward.tables.orders import LEAVE_OK, Orders, OrderStatus
from doorward.tables.packages import Packages, Scans
from doorward.tables.remarks import WORDS, Reason
from doorward.tables.sites import Sites, Zones
from doorward.tables.wishes import Wish, Wishes

LAST_DOORS = 10
"""The vehicle is shown when so many doors or fewer are before the own one."""
LEFT_WORDS = {
    Left.NOWHERE: "", Left.IN_HAND: "handed over in person", Left.AT_DOOR: "left at the door",
    Left.NEIGHBOUR: "left with a neighbour", Left.RECEPTION: "left at the reception",
    Left.SAFE_PLACE: "left in the safe place", Left.LOCKER_CELL: "in a locker", Left.MAILBOX: "in the mailbox",
}  # fmt: skip
STEPS: tuple[tuple[str, tuple[Event, ...]], ...] = (
    ("Packed", (Event.PACKED,)),
    ("On its way", (Event.DEPARTED, Event.HANDED_OVER, Event.CARRIER_MOVED)),
    ("Out for delivery", (Event.OUT_FOR_DELIVERY,)),
    ("Delivered", (Event.DELIVERED, Event.COLLECTED)),
)
TOLD: dict[Event, str] = {
    Event.PICKED: "Picked from the shelf",
    Event.PACKED: "Packed and labelled",
    Event.DEPARTED: "Left the building",
    Event.ARRIVED: "Arrived",
    Event.INDUCTED: "At your delivery station",
    Event.OUT_FOR_DELIVERY: "Out for delivery",
    Event.TRANSFERRED: "Now with another vehicle",
    Event.ATTEMPTED: "We could not deliver",
    Event.BROUGHT_BACK: "Back at the station for another try",
    Event.STORED: "Ready to be fetched",
    Event.COLLECTED: "Collected",
    Event.HANDED_OVER: "Handed to a partner carrier",
    Event.CARRIER_MOVED: "Moved by the partner carrier",
    Event.DELIVERED: "Delivered",
    Event.SENT_BACK: "Sent back",
    Event.RETURN_STARTED: "On its way back to the shop",
    Event.RETURNED: "Back at the shop",
    Event.LOST: "Lost",
}
"""Events that concern a customer, in a customer's words."""


class TrackStep(Shape):
    """A step of the way; at_s -1: not yet. now: the newest one reached."""

    label: str
    at_s: int
    now: bool


class TrackPoint(Shape):
    """A checkpoint, newest first."""

    at_s: int
    what: str
    where: str


class TrackMap(Shape):
    """The vehicle and the own door, degrees."""

    lat: float
    lon: float
    door_lat: float
    door_lon: float


class TrackPart(Shape):
    """One package. state: expected, out, delivered, locker, failed, returning, returned, lost, cancelled.

    from_s, to_s  when it is expected: the arrival interval told, or (told_s -1) the promised window
    before        doors before its own, -1 unknown;  late: expected after the promise
    partner       a partner carrier brings it
    """

    package: int
    state: str
    from_s: int
    to_s: int
    told_s: int
    late: bool
    before: int
    steps: list[TrackStep]
    points: list[TrackPoint]
    map: TrackMap | None
    done_s: int
    left: str
    why: str
    place: str
    place_lat: float
    place_lon: float
    co2_g: int
    partner: bool


class TrackChoices(Shape):
    """What a customer may still choose. door: where it may be left; days: local midnights, Unix seconds; locker,
    counter: names of the places where it could be fetched, empty if it could not; locker_m: metres from the door."""

    door: bool
    days: list[int]
    locker: str
    locker_m: int
    counter: str


class Track(Shape):
    """An order as its customer sees it. state: open, waiting (no promise yet), refused. wish: the newest one."""

    now_s: int
    turn: int
    state: str
    why: str
    placed_s: int
    from_s: int
    to_s: int
    leave_ok: bool
    wish: str
    choices: TrackChoices
    parts: list[TrackPart]


def track(view: View, order: int) -> Track:
    """The page of one order."""
    orders, packages = view.table(Orders), view.table(Packages)
    status = OrderStatus(int(orders.status[order]))
    gone = status in (OrderStatus.REFUSED, OrderStatus.EXPIRED)
    rows = np.flatnonzero((packages.order == order) & (packages.status != Status.CANCELLED))
    state = "refused" if gone else "open" if status == OrderStatus.ACCEPTED else "waiting"
    return Track(
        now_s=view.now_s,
        turn=view.turn,
        state=state,
        why=WORDS[Reason(max(0, int(orders.reason[order])))] if gone else "",
        placed_s=int(orders.at_s[order]),
        from_s=int(orders.due_lo_s[order]),
        to_s=int(orders.due_s[order]),
        leave_ok=bool(orders.consent[order] & LEAVE_OK),
        wish=_wish(view, order),
        choices=_choices(view, order, rows) if state == "open" else TrackChoices(False, [], "", -1, ""),
        parts=[_part(view, int(row), int(orders.at_s[order])) for row in rows],
    )


STATES = {
    Status.OUT: "out", Status.FAILED: "failed", Status.AT_LOCKER: "locker", Status.DELIVERED: "delivered",
    Status.RETURNING: "returning", Status.RETURNED: "returned", Status.LOST: "lost", Status.CANCELLED: "cancelled",
}  # fmt: skip


def _wish(view: View, order: int) -> str:
    wishes = view.table(Wishes)
    mine = np.flatnonzero(wishes.order == order)
    return Wish(int(wishes.wish[mine[-1]])).name.lower() if len(mine) else ""


def _choices(view: View, order: int, rows: Longs) -> TrackChoices:
    """By the commands' rules: the door until it is there, all else until it is on a vehicle's list or with a partner.

    A locker is offered if the nearest one with room is in reach; whether the box fits into a cell is found at the
    station: if not, it comes to the door.
    """
    orders, packages, sites = view.table(Orders), view.table(Packages), view.table(Sites)
    on_way = rows[
        OPEN[packages.status[rows]] & ~np.isin(packages.status[rows], (Status.AT_LOCKER, Status.RETURNING))
    ]
    door = not len(rows) or bool((packages.carrier[on_way] < 0).any())
    free = on_way[movable(packages, on_way)]
    if len(rows) and not len(free):
        return TrackChoices(door, [], "", -1, "")
    station = view.table(Zones).station[[int(orders.zone[order])]]
    door_lat, door_lon = orders.lat_udeg[[order]], orders.lon_udeg[[order]]
    site, metres = nearest_locker(door_lat, door_lon, station, sites, free_cells(packages, sites))
    near = site[0] >= 0 and metres[0] <= view.rule(CarriersRules).locker_m
    days = days_open(int(orders.due_s[order]), view.midnight_s, view.rule(DeliveryRules))
    return TrackChoices(
        door=door,
        days=list(days),
        locker=_place(view, int(site[0])) if near else "",
        locker_m=int(metres[0]) if near else -1,
        counter=_place(view, int(station[0])),
    )


def _part(view: View, package: int, placed_s: int) -> TrackPart:
    packages = view.table(Packages)
    shape = package_shapes(view, np.array([package], np.int64))[0]
    events = _events(view, package)
    status = Status(int(packages.status[package]))
    state = STATES.get(status, "expected")
    if state == "expected" and shape.attempts > 0:
        state = "failed"
    told = shape.eta_at_s >= 0 and shape.eta_hi_s >= view.now_s and state in ("expected", "out")
    from_s, to_s = (shape.eta_lo_s, shape.eta_hi_s) if told else (shape.due_lo_s, shape.due_s)
    ended = next((e for e in events if e[1] in (Event.DELIVERED, Event.COLLECTED)), None)
    failed = next((e for e in events if e[1] == Event.ATTEMPTED), None)
    place, sites = int(packages.holder[package]) if state == "locker" else -1, view.table(Sites)
    before = shape.stops_before if state == "out" else -1
    return TrackPart(
        package=package,
        state=state,
        from_s=from_s,
        to_s=to_s,
        told_s=shape.eta_at_s if told else -1,
        late=state in ("expected", "out", "failed") and max(to_s, view.now_s) > shape.due_s >= 0,
        before=before,
        steps=_steps(events, placed_s),
        points=[
            TrackPoint(at_s, TOLD[event], _place(view, site))
            for at_s, event, site, *_ in events
            if event in TOLD
        ],
        map=_map(view, package, shape.run) if 0 <= before <= LAST_DOORS else None,
        done_s=ended[0] if ended else -1,
        left=LEFT_WORDS.get(Left(ended[3]), "")
        if ended and ended[1] == Event.DELIVERED and 0 <= ended[3] <= 7
        else "",
        why=WORDS[Reason(failed[4])] if failed and state == "failed" else "",
        place=_place(view, place),
        place_lat=round(int(sites.lat_udeg[place]) * 1e-6, 5) if place >= 0 else 0.0,
        place_lon=round(int(sites.lon_udeg[place]) * 1e-6, 5) if place >= 0 else 0.0,
        co2_g=shape.co2_g,
        partner=int(packages.carrier[package]) >= 0,
    )


def _events(view: View, package: int) -> list[tuple[int, Event, int, int, int]]:
    """(at_s, event, site, ref, reason) of a package's scans, newest first."""
    scans, row = view.table(Scans), int(view.table(Packages).last_scan[package])
    found = []
    while row >= 0:
        event = Event(int(scans.event[row]))
        found.append(
            (
                int(scans.at_s[row]),
                event,
                int(scans.site[row]),
                int(scans.ref[row]),
                max(0, int(scans.reason[row])),
            )
        )
        row = int(scans.prev[row])
    return found


def _steps(events: list[tuple[int, Event, int, int, int]], placed_s: int) -> list[TrackStep]:
    """Each step with when it was reached last; a step that was passed over has no time of its own."""
    reached = [("Ordered", placed_s)]
    for label, which in STEPS:
        reached.append((label, next((at_s for at_s, event, *_ in events if event in which), -1)))
    newest = max(i for i, (_, at_s) in enumerate(reached) if at_s >= 0)
    return [TrackStep(label, at_s, i == newest) for i, (label, at_s) in enumerate(reached)]


def _place(view: View, site: int) -> str:
    return str(view.table(Sites).name[site]) if site >= 0 else ""


def _map(view: View, package: int, run: int) -> TrackMap | None:
    """Where the vehicle is, if it is known."""
    everything, orders = positions(view), view.table(Orders)
    if f"r{run}" not in everything.id:
        return None
    at, order = everything.id.index(f"r{run}"), int(view.table(Packages).order[package])
    return TrackMap(
        lat=round(everything.lat[at], 4),
        lon=round(everything.lon[at], 4),
        door_lat=round(int(orders.lat_udeg[order]) * 1e-6, 5),
        door_lon=round(int(orders.lon_udeg[order]) * 1e-6, 5),
    )
