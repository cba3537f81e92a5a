"""The shapes of orders, buildings, linehaul and the dispatcher's board; see shapes.py for their rules."""

from __future__ import annotations

from doorward.runtime.look.shapes import RunDetail, Shape, SiteShape, Tone

# ---- orders ---------------------------------------------------------------------------------------------------


class OrderRow(Shape):
    """An order in a list. ref: the shop's own reference, or empty."""

    order: int
    ref: str
    status: str
    tone: Tone
    placed_s: int
    due_lo_s: int
    due_s: int
    zone: str
    packages: int
    delivered: int
    stage: str


class OrderPage(Shape):
    """A page of orders. cursor: what to ask for next, empty at the end."""

    turn: int
    items: list[OrderRow]
    cursor: str


class Moment(Shape):
    """One line of a story. why: the remark of the plan that decided it; turn: where it stands in the journal, -1."""

    at_s: int
    what: str
    where: str
    who: str
    why: str
    turn: int


class LineShape(Shape):
    """A line of an order."""

    line: int
    sku: int
    item: str
    units: int
    status: str
    fc: int
    reason: str


class PackageShape(Shape):
    """A package with its whole story."""

    package: int
    sscc: str
    order: int
    status: str
    tone: Tone
    way: str
    why_way: str
    carrier: str
    fc: int
    station: int
    run: int
    seq: int
    stops_before: int
    box: str
    weight_g: int
    board_g: int
    value_c: int
    bill_c: int
    co2_g: int
    due_lo_s: int
    due_s: int
    eta_lo_s: int
    eta_hi_s: int
    eta_at_s: int
    attempts: int
    story: list[Moment]


class OrderDetail(Shape):
    """An order, its lines, its packages, its story: every line answers why."""

    turn: int
    now_s: int
    row: OrderRow
    lat: float
    lon: float
    access: list[str]
    speed: str
    price_c: int
    quantile_pm: int
    lines: list[LineShape]
    packages: list[PackageShape]
    story: list[Moment]


class Hit(Shape):
    """A search result. kind: order, package, run, trip, site, vehicle; to: the page that shows it."""

    kind: str
    row: int
    title: str
    sub: str
    to: str


# ---- buildings and linehaul -----------------------------------------------------------------------------------


class CenterCutoff(Shape):
    """One cut-off of a building, by how far its packages are."""

    cutoff_s: int
    dest: int
    packages: int
    released: int
    picked: int
    packed: int
    staged: int
    slack_s: int
    tone: Tone


class CenterShape(Shape):
    """A fulfillment center: will we make the cut-offs?

    cutoffs: by time, with what is released, picked, packed, staged;  hours: units picked in each of the last 24 hours
    robots, robots_down, stations: goods-to-person;  stock: SKUs held, units on hand, reserved, low (below their need)
    """

    turn: int
    now_s: int
    site: SiteShape
    cutoffs: list[CenterCutoff]
    released: int
    picked: int
    packed: int
    staged: int
    picked_uph: int
    pick_uph: int
    packed_pph: int
    pack_pph: int
    hours_s: list[int]
    hours_units: list[int]
    robots: int
    robots_down: int
    stations: int
    skus: int
    on_hand: int
    reserved: int
    low: int
    aisle_picks: list[int]
    standstill: str


class Departure(Shape):
    """A trip. fill_pm: of the trailer, by what binds (volume or weight); late_s: behind its timetable."""

    trip: int
    origin: int
    dest: int
    status: str
    tone: Tone
    depart_s: int
    arrive_s: int
    left_s: int
    arrived_s: int
    packages: int
    waiting: int
    fill_pm: int
    cost_c: int
    late_s: int
    truck: str


class Linehaul(Shape):
    """Departures of a local day, by time."""

    turn: int
    now_s: int
    departures: list[Departure]


class StationShape(Shape):
    """A delivery station: what came in, what stands ready, who is out."""

    turn: int
    now_s: int
    site: SiteShape
    inbound: int
    ready: int
    unassigned: int
    out: int
    delivered_today: int
    failed_today: int
    vehicles: int
    vehicles_out: int
    blocks: int
    blocks_taken: int
    standstill: str


class Unassigned(Shape):
    """A package ready at a station that stands on no run. why: the newest remark; fits: what would make it fit."""

    package: int
    order: int
    station: int
    way: str
    lat: float
    lon: float
    due_lo_s: int
    due_s: int
    weight_g: int
    volume_ml: int
    tone: Tone
    why: str
    fits: str


class Board(Shape):
    """The dispatcher's board of a station: the pool, and its runs that are planned or on the road."""

    turn: int
    now_s: int
    station: int
    unassigned: list[Unassigned]
    runs: list[RunDetail]
