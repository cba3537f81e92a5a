"""Shapes of the API's requests and answers. Made by `make client`: change the API, not this file."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType


class Action(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Action."""

    command: str
    label: str
    rows: list[int] | UnsetType = UNSET
    until_s: int = -1


class ActionIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Action In."""

    command: str
    minutes: int = 60


class ActionOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Action Out."""

    turn: int
    words: str
    undo: Back


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Answer."""

    edit: int
    runs: list[RunChange] | UnsetType = UNSET
    before: Totals | UnsetType = UNSET
    after: Totals | UnsetType = UNSET
    moved: int = 0
    pool: list[int] | UnsetType = UNSET
    fits: list[Misfit] | UnsetType = UNSET
    proposal: int = -1


class AttemptOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Attempt Out."""

    at_s: int
    code: int
    took_ms: int
    note: str


class Back(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Back."""

    path: str
    body: dict[str, Any]


class BatchAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Batch Answer."""

    turn: int
    placed: list[OrderPlaced]
    errors: list[IndexedFault]


class Board(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Board."""

    turn: int
    now_s: int
    station: int
    unassigned: list[Unassigned]
    runs: list[RunDetail]


class CancelAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Cancel Answer."""

    turn: int
    lines: int


class CaptureFault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Capture Fault."""

    index: int
    field: str
    what: str
    rule: str
    remedy: str


class CaptureJob(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Capture Job."""

    captureID: str
    createdAt: str
    finishedAt: str
    running: bool
    success: bool
    captureErrorBehaviour: Literal['rollback', 'proceed']
    errors: list[CaptureFault]
    taken: int
    known: int


class Cells(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Cells."""

    turn: int
    now_s: int
    zoom: int
    lat: list[float]
    lon: list[float]
    ring: list[list[float]]
    packages: list[int]
    on_time: list[int]
    at_risk: list[int]
    late: list[int]
    silent: list[int]
    tone: list[Literal['on_time', 'at_risk', 'late', 'silent', 'done', 'none']]


class CenterCutoff(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Center Cutoff."""

    cutoff_s: int
    dest: int
    packages: int
    released: int
    picked: int
    packed: int
    staged: int
    slack_s: int
    tone: Literal['on_time', 'at_risk', 'late', 'silent', 'done', 'none']


class CenterShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Center Shape."""

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


class Changed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Changed."""

    webhook: int
    turn: int


class ClockShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Clock Shape."""

    mode: str
    now_s: float
    clock_s: float
    speed: float
    paused: bool
    behind_s: float
    next_s: int
    wall_s: float
    start_s: int
    turn: int


class Collection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Collection."""

    context: str = msgspec.field(name="@context", default='https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld')
    type: str = 'Collection'
    member: list[str] | UnsetType = UNSET


class ConnectionEnded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Connection Ended."""

    connection: int
    turn: int


class ConnectionIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Connection In."""

    kind: Literal['shopify', 'woocommerce']
    label: str = ''
    secret: str = ''
    prefix: str = ''
    speeds: dict[str, Literal['standard', 'next_day', 'same_day']] | UnsetType = UNSET
    organisation: int | UnsetType | None = UNSET


class ConnectionMade(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Connection Made."""

    connection: int
    path: str
    secret: str


class ConnectionOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Connection Out."""

    connection: int
    organisation: int
    kind: str
    label: str
    prefix: str
    speeds: dict[str, Literal['standard', 'next_day', 'same_day']]
    path: str
    made_s: int
    keyed_s: int
    ended_s: int
    rejects: int


class ConnectionPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Connection Page."""

    items: list[ConnectionOut]
    cursor: str


class CountIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Pieces of an article that lie in a fulfillment center (its row in `GET /api/v1/network`) now."""

    site: int
    sku: str
    units: int


class CountsAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Counts Answer."""

    turn: int
    found: int
    written_off: int
    errors: list[RowFault]


class CutoffShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Cutoff Shape."""

    site: int
    cutoff_s: int
    packages: int
    staged: int
    slack_s: int


class DayAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Day Answer."""

    turn: int
    due_lo_s: int
    due_s: int
    moved: int


class DayIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Day In."""

    day: str


class DayReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Day Report."""

    day: int
    begins_s: int
    ended: bool
    placed: int
    promised: int
    kept: int
    missed: int
    on_time_pm: int
    delivered: int
    tried_in_vain: int
    cost_c_package: int
    co2_g_package: int
    ways: dict[str, Share]
    stations: dict[str, Share]
    road: Road | None


class DeliveryOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Delivery Out."""

    message: str
    type: str
    happened_s: int
    status: Literal['waiting', 'delivered', 'dead']
    next_s: int
    attempts: list[AttemptOut]
    body: dict[str, Any]


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Delivery Page."""

    items: list[DeliveryOut]
    cursor: str


class Departure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Departure."""

    trip: int
    origin: int
    dest: int
    status: str
    tone: Literal['on_time', 'at_risk', 'late', 'silent', 'done', 'none']
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


class Departures(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Departures."""

    trips: list[int]
    depart_s: list[int]
    arrive_s: list[int]


class Door(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Door."""

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
    tone: Literal['on_time', 'at_risk', 'late', 'silent', 'done', 'none']
    locked: bool


class ExceptionShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Exception Shape."""

    id: str
    kind: str
    tone: Literal['on_time', 'at_risk', 'late', 'silent', 'done', 'none']
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


class Exceptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Exceptions."""

    turn: int
    now_s: int
    items: list[ExceptionShape]


class ForkIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Fork In."""

    name: str = ''
    injections: list[dict[str, str | int | float]] | UnsetType = UNSET
    vehicles: list[int] | UnsetType = UNSET


class ForkOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Fork Out."""

    fork: int
    name: str
    turn: int
    at_s: int
    until_s: int
    state: str
    progress_pm: int
    error: str
    measures: list[Measure]


class GrantOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Grant Out."""

    grant: int
    kind: str
    organisation: int
    role: str
    scopes: list[str]
    label: str
    made_s: int
    ends_s: int
    holds: bool


class Health(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Health."""

    status: Literal['ok', 'reading only', 'starting']
    turn: int
    writer: bool


class HeardAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Heard Answer."""

    turn: int
    taken: int
    known: int
    errors: list[RowFault]


class Hit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Hit."""

    kind: str
    row: int
    title: str
    sub: str
    to: str


class Hold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Hold."""

    trips: list[int]
    until_s: int


class IndexedFault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Indexed Fault."""

    detail: str
    field: str = ''
    rule: str = ''
    remedy: str = ''
    index: int = 0
    ref: str = ''


class Inject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Inject."""

    kind: Literal['rain', 'orders', 'closed']
    minutes: int
    amount: float = 0
    target: int = -1
    from_s: int = -1


class InjectTaken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Inject Taken."""

    from_s: int
    until_s: int


class InjectionOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Injection Out."""

    kind: str
    target: int
    amount: int
    from_s: int
    until_s: int


class ItemOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Item Out."""

    sku: str
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    value_c: int


class ItemPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Item Page."""

    items: list[ItemOut]
    cursor: str


class KeyIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Key In."""

    organisation: int
    role: str
    label: str
    scopes: list[str] | UnsetType = UNSET
    days: int | UnsetType | None = UNSET


class KeyOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Key Out."""

    grant: int
    key: str


class LaneShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Lane Shape."""

    origin: int
    dest: int
    dist_m: int
    departs_s: list[int]


class LineIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Line In."""

    sku: str
    units: int = 1


class LineShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Line Shape."""

    line: int
    sku: int
    item: str
    units: int
    status: str
    fc: int
    reason: str


class Linehaul(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Linehaul."""

    turn: int
    now_s: int
    departures: list[Departure]


class LinkOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Link Out."""

    grant: int
    path: str
    ends_s: int


class Lock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Lock."""

    packages: list[int] | UnsetType = UNSET
    runs: list[int] | UnsetType = UNSET
    on: bool = True


class Me(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Me."""

    grant: int
    organisation: int
    organisation_name: str
    kind: str
    scopes: list[str]
    csrf: str
    now_s: int
    utc_offset_s: int
    person: bool
    mode: str


class Measure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Measure."""

    name: str
    words: str
    unit: str
    better: str
    base: float
    fork: float


class Misfit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Misfit."""

    run: int
    vehicle: int
    block: int
    limit: str
    short: int
    unit: str
    package: int = -1
    start_s: int = -1
    soft: bool = False
    words: str = ''


class Moment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Moment."""

    at_s: int
    what: str
    where: str
    who: str
    why: str
    turn: int


class Move(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Move."""

    packages: list[int]
    run: int
    place: int = -1
    force: bool = False


class NetworkShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Network Shape."""

    name: str
    currency: str
    utc_offset_s: int
    bounds: list[Any]
    regions: list[str]
    sites: list[SiteShape]
    zones: list[ZoneShape]
    lanes: list[LaneShape]
    vehicles: list[VehicleShape]
    services: list[ServiceShape]


class Offer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Offer."""

    speed: str
    due_lo_s: int
    due_s: int
    price_c: int
    quantile_pm: int
    fc: str
    reason: str


class Open(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Open."""

    vehicle: int
    packages: list[int]
    start_s: int = -1
    force: bool = False


class OptimiseIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Optimise In."""

    station: int
    runs: list[int] | UnsetType = UNSET
    pool: list[int] | UnsetType = UNSET
    whole_pool: bool = False
    seconds: float = -1.0
    iterations: int = -1
    weights: Weights | UnsetType = UNSET


class OrderDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Order Detail."""

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


class OrderIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Order In."""

    ref: str
    lat: float
    lon: float
    lines: list[LineIn]
    speed: Literal['standard', 'next_day', 'same_day'] = 'standard'
    consent: list[Literal['locker', 'drone', 'robot', 'leave', 'parts']] | UnsetType = UNSET
    access: list[Literal['gate_code', 'upstairs', 'height_limit', 'foot_only', 'dog', 'sign_in']] | UnsetType | None = UNSET
    placed_at: int | UnsetType | None = UNSET
    recipient: RecipientIn | UnsetType | None = UNSET


class OrderPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Order Page."""

    turn: int
    items: list[OrderRow]
    cursor: str


class OrderPlaced(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Order Placed."""

    order: int
    ref: str
    known: bool


class OrderRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Order Row."""

    order: int
    ref: str
    status: str
    tone: Literal['on_time', 'at_risk', 'late', 'silent', 'done', 'none']
    placed_s: int
    due_lo_s: int
    due_s: int
    zone: str
    packages: int
    delivered: int
    stage: str


class OrganisationIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Organisation In."""

    name: str
    kind: Literal['shipper', 'contractor', 'carrier']


class OrganisationOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Organisation Out."""

    organisation: int
    name: str
    kind: str


class Overview(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Overview."""

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


class PackageShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Package Shape."""

    package: int
    sscc: str
    order: int
    status: str
    tone: Literal['on_time', 'at_risk', 'late', 'silent', 'done', 'none']
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


class PasskeyIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Passkey In."""

    name: str
    credential: dict[str, Any]


class PasskeyOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Passkey Out."""

    passkey: int
    name: str
    made_s: int
    used_s: int


class PasswordIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Password In."""

    password: str


class PingIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a vehicle is: its row in `GET /api/v1/network`, or the run that it drives."""

    at_s: int
    lat: float
    lon: float
    vehicle: int = -1
    run: int = -1


class PingsAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Pings Answer."""

    taken: int
    idle: int
    errors: list[RowFault]


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Plan."""

    proposal: int
    station: int
    state: str
    at_s: int
    expires_s: int
    runs: list[RunChange]
    before: Totals
    after: Totals
    before_c: int
    after_c: int
    moved: list[Shift]
    assigned: list[int]
    unassigned: list[Unserved]
    seed: int
    iterations: int
    seconds: float
    weights: Weights
    edit: int = -1
    why: str = ''


class Positions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Positions."""

    turn: int
    now_s: int
    id: list[str]
    kind: list[str]
    lat: list[float]
    lon: list[float]
    heading: list[int]
    tone: list[Literal['on_time', 'at_risk', 'late', 'silent', 'done', 'none']]
    age_s: list[int]
    estimated: list[bool]


class ProviderOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Provider Out."""

    name: str
    label: str
    path: str


class PurchaseOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Purchase Out."""

    purchase: int
    site: int
    sku: str
    units: int
    due_s: int


class PurchasePage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Purchase Page."""

    turn: int
    items: list[PurchaseOut]
    cursor: str


class Put(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Put."""

    packages: list[int]
    run: int = -1
    place: int = -1
    force: bool = False


class QuoteAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Quote Answer."""

    turn: int
    now_s: int
    offers: list[Offer]


class QuoteIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Quote In."""

    lat: float
    lon: float
    lines: list[LineIn]


class ReceiptIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A purchase (`GET /api/v1/stock/purchases`) that reached its dock, and the pieces counted."""

    purchase: int
    units: int


class ReceiptsAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Receipts Answer."""

    turn: int
    received: int
    known: int
    errors: list[RowFault]


class Rechoose(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rechoose."""

    packages: list[int]


class RecipientIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Recipient In."""

    name: str = ''
    phone: str = ''
    email: str = ''
    street: str = ''
    postcode: str = ''
    city: str = ''
    country: str = ''
    note: str = ''


class Redo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Redo."""

    station: int


class RejectFault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Reject Fault."""

    detail: str
    field: str = ''
    rule: str = ''
    remedy: str = ''


class RejectOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Reject Out."""

    reject: int
    ref: str
    topic: str
    at_s: int
    times: int
    done_s: int
    errors: list[RejectFault]


class RejectPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Reject Page."""

    items: list[RejectOut]
    cursor: str


class Release(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Release."""

    trips: list[int]


class ReplayIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Replay In."""

    since_s: int = 0


class Reports(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Reports."""

    turn: int
    now_s: int
    days: list[DayReport]


class Road(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Road."""

    runs: int
    doors: int
    km: float
    hours: float


class RotateIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rotate In."""

    overlap_s: int = 86400


class RowFault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Row Fault."""

    detail: str
    field: str = ''
    rule: str = ''
    remedy: str = ''
    row: int = 0


class RunBar(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Run Bar."""

    run: int
    name: str
    way: str
    vehicle: int
    station: int
    status: str
    tone: Literal['on_time', 'at_risk', 'late', 'silent', 'done', 'none']
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


class RunChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Run Change."""

    run: int
    into: int
    vehicle: int
    block: int
    depart_s: int
    back_s: int
    before: Totals
    after: Totals
    visits: list[Visit]
    moved: int
    broken: list[Misfit]


class RunDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Run Detail."""

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


class RunReportIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Run Report In."""

    what: Literal['left', 'delivered', 'attempted', 'stored', 'broke_down', 'back']
    at_s: int
    packages: list[int] | UnsetType = UNSET
    ssccs: list[str] | UnsetType = UNSET
    outcome: Literal['', 'delivered', 'not_home', 'refused', 'bad_address', 'stored', 'locker_full', 'no_access'] = ''
    left: Literal['', 'nowhere', 'in_hand', 'at_door', 'neighbour', 'reception', 'safe_place', 'locker_cell', 'mailbox'] = ''
    metres: int = -1


class Runs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Runs."""

    turn: int
    now_s: int
    runs: list[RunBar]


class ScanIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened to a package, named by its number or by the SSCC on its label. at_s Unix
    seconds when it happened, however late it is told site row of the building where it happened; -1
    none ref the run (at the door, out for delivery, brought back), the trip (departed, arrived) or the
    building that it was sorted to; -1 not told outcome of an attempt: why not; left: where a delivered
    package is; reason: why it was lost or sent on device, sequence who says it, and its count of what
    it said"""

    event: Literal['arrived', 'attempted', 'brought_back', 'carrier_moved', 'collected', 'delivered', 'departed', 'handed_over', 'inducted', 'lost', 'out_for_delivery', 'packed', 'picked', 'return_started', 'sent_back', 'sorted', 'stored']
    at_s: int
    package: int = -1
    sscc: str = ''
    site: int = -1
    ref: int = -1
    outcome: Literal['', 'bad_address', 'delivered', 'locker_full', 'no_access', 'not_home', 'refused', 'stored'] = ''
    left: Literal['', 'at_door', 'in_hand', 'locker_cell', 'mailbox', 'neighbour', 'nowhere', 'reception', 'safe_place'] = ''
    reason: str = ''
    device: int = -1
    sequence: int = -1


class SecretIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Secret In."""

    secret: str = ''


class SecretOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Secret Out."""

    webhook: int
    secret: str


class Service(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Service."""

    vehicle: int
    out: bool = True
    release: bool = False


class ServiceShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Service Shape."""

    service: int
    name: str
    way: str


class ServicesIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Services In."""

    services: list[int]


class Share(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Share."""

    packages: int
    delivered: int
    in_time: int
    cost_c: int
    co2_g: int


class Shift(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Shift."""

    packages: list[int]
    run: int
    place: int
    to_run: int
    to_place: int


class SignIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Sign In."""

    email: str = ''
    password: str = ''
    key: str = ''


class Signed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Signed."""

    credential: dict[str, Any]


class SiteLoad(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Site Load."""

    site: int
    packages: int
    at_risk: int
    late: int


class SiteShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Site Shape."""

    site: int
    name: str
    kind: str
    lat: float
    lon: float
    region: int
    station: int
    capacity: int


class SpeedIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Speed In."""

    speed: float


class StageShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Stage Shape."""

    stage: str
    packages: int
    at_risk: int
    late: int


class Start(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Start."""

    run: int
    start_s: int
    force: bool = False


class StationShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Station Shape."""

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


class Swap(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Swap."""

    run: int
    other: int
    force: bool = False


class TakeOff(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Take Off."""

    packages: list[int]


class Taken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Taken."""

    status: Literal['placed', 'known', 'cancelled', 'ignored', 'rejected']
    order: int = -1
    ref: str = ''
    detail: str = ''
    errors: list[RejectFault] | UnsetType = UNSET


class Totals(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Totals."""

    doors: int = 0
    packages: int = 0
    dist_m: int = 0
    time_s: int = 0
    late_s: int = 0
    late_doors: int = 0
    co2_mg: int = 0
    cost_c: int = 0
    volume_ml: int = 0
    weight_g: int = 0


class TripReportIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Trip Report In."""

    what: Literal['left', 'arrived']
    at_s: int


class Unassigned(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Unassigned."""

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
    tone: Literal['on_time', 'at_risk', 'late', 'silent', 'done', 'none']
    why: str
    fits: str


class Undo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Undo."""

    station: int
    edit: int = -1


class Unserved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Unserved."""

    packages: list[int]
    limit: str
    short: int
    unit: str
    vehicle: int
    words: str


class UntilIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Until In."""

    at: int


class UserIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """User In."""

    organisation: int
    role: str
    email: str
    password: str | UnsetType | None = UNSET
    name: str = ''


class VehicleShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Vehicle Shape."""

    vehicle: int
    name: str
    way: str
    station: int
    out: bool


class VehiclesIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Vehicles In."""

    vehicles: list[int]


class Visit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Visit."""

    seq: int
    packages: list[int]
    plan_s: int
    service_s: int
    late_s: int
    locked: bool


class Ways(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ways."""

    public_url: str
    providers: list[ProviderOut]


class WebhookIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Webhook In."""

    url: str
    events: list[str] | UnsetType = UNSET
    organisation: int | UnsetType | None = UNSET


class WebhookOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Webhook Out."""

    webhook: int
    organisation: int
    url: str
    events: list[str]
    made_s: int
    rotated_s: int
    disabled_s: int
    why: str
    waiting: int
    delivered: int
    dead: int


class WebhookPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Webhook Page."""

    items: list[WebhookOut]
    cursor: str
    known: list[str]


class Weights(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Weights."""

    km: float = 1.0
    hours: float = 1.0
    lateness: float = 1.0
    co2_c_kg: float = 0.0


class WishAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Wish Answer."""

    turn: int
    open: int


class WishIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Wish In."""

    wish: Literal['in_person', 'safe_place', 'neighbour', 'locker', 'pick_up']
    words: str = ''


class ZoneShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Zone Shape."""

    zone: int
    name: str
    lat: float
    lon: float
    radius_m: int
    station: int
    rural: bool
