"""Every call of the API as a method. Made by `make client`: change the API, not this file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from doorward.client.http import Http, part
from doorward.client.shapes import (
    ActionIn,
    ActionOut,
    Answer,
    BatchAnswer,
    Board,
    CancelAnswer,
    CaptureJob,
    Cells,
    CenterShape,
    Changed,
    ClockShape,
    Collection,
    ConnectionEnded,
    ConnectionIn,
    ConnectionMade,
    ConnectionOut,
    ConnectionPage,
    CountIn,
    CountsAnswer,
    DayAnswer,
    DayIn,
    DeliveryOut,
    DeliveryPage,
    Departures,
    Exceptions,
    ForkIn,
    ForkOut,
    GrantOut,
    HeardAnswer,
    Hit,
    Hold,
    Inject,
    InjectTaken,
    InjectionOut,
    ItemOut,
    ItemPage,
    KeyIn,
    KeyOut,
    Linehaul,
    LinkOut,
    Lock,
    Move,
    NetworkShape,
    Open,
    OrderDetail,
    OrderIn,
    OrderPage,
    OrderPlaced,
    OrderRow,
    OrganisationIn,
    OrganisationOut,
    Overview,
    PackageShape,
    PasswordIn,
    PingIn,
    PingsAnswer,
    Plan,
    Positions,
    PurchaseOut,
    PurchasePage,
    Put,
    QuoteAnswer,
    QuoteIn,
    ReceiptIn,
    ReceiptsAnswer,
    Rechoose,
    RecipientIn,
    Redo,
    RejectOut,
    RejectPage,
    Release,
    ReplayIn,
    Reports,
    RotateIn,
    RunDetail,
    RunReportIn,
    Runs,
    ScanIn,
    SecretIn,
    SecretOut,
    Service,
    ServicesIn,
    SpeedIn,
    Start,
    StationShape,
    Swap,
    TakeOff,
    TripReportIn,
    Undo,
    UntilIn,
    UserIn,
    VehiclesIn,
    WebhookIn,
    WebhookOut,
    WebhookPage,
    WishAnswer,
    WishIn,
)


class Calls(Http):
    """One method for each operation."""

    def board(self, *, station: int, at: int | None = None) -> Board:
        """The dispatcher's board."""
        return self._call("GET", "/api/v1/board", Board, query={"station": station, "at": at})

    def board_lock(self, body: Lock, *, key: str = "") -> Answer:
        """Lock or unlock."""
        return self._call("POST", "/api/v1/board/lock", Answer, body=body, key=key)

    def board_move(self, body: Move, *, key: str = "") -> Answer:
        """Move doors to a run or a place."""
        return self._call("POST", "/api/v1/board/move", Answer, body=body, key=key)

    def board_open(self, body: Open, *, key: str = "") -> Answer:
        """Open a run on a free vehicle."""
        return self._call("POST", "/api/v1/board/open", Answer, body=body, key=key)

    def board_optimise(self, body: Any) -> Plan:
        """Ask for a better plan."""
        return self._call("POST", "/api/v1/board/optimise", Plan, body=body)

    def board_put(self, body: Put, *, key: str = "") -> Answer:
        """Put packages of the pool on a run."""
        return self._call("POST", "/api/v1/board/put", Answer, body=body, key=key)

    def board_rechoose(self, body: Rechoose, *, key: str = "") -> Answer:
        """Let packages' ways be chosen anew."""
        return self._call("POST", "/api/v1/board/rechoose", Answer, body=body, key=key)

    def board_redo(self, body: Redo, *, key: str = "") -> Answer:
        """Do again."""
        return self._call("POST", "/api/v1/board/redo", Answer, body=body, key=key)

    def board_service(self, body: Service, *, key: str = "") -> Answer:
        """Take a vehicle out of service, or bring it back."""
        return self._call("POST", "/api/v1/board/service", Answer, body=body, key=key)

    def board_start(self, body: Start, *, key: str = "") -> Answer:
        """Let a run leave at another time."""
        return self._call("POST", "/api/v1/board/start", Answer, body=body, key=key)

    def board_swap(self, body: Swap, *, key: str = "") -> Answer:
        """Exchange the vehicles of two runs."""
        return self._call("POST", "/api/v1/board/swap", Answer, body=body, key=key)

    def board_take_off(self, body: TakeOff, *, key: str = "") -> Answer:
        """Take doors off their runs."""
        return self._call("POST", "/api/v1/board/take_off", Answer, body=body, key=key)

    def board_undo(self, body: Undo, *, key: str = "") -> Answer:
        """Undo."""
        return self._call("POST", "/api/v1/board/undo", Answer, body=body, key=key)

    def cells(self, *, zoom: int | None = None, at: int | None = None) -> Cells:
        """Open packages by hexagon."""
        return self._call("GET", "/api/v1/cells", Cells, query={"zoom": zoom, "at": at})

    def clock(self) -> ClockShape:
        """What time it is in the network."""
        return self._call("GET", "/api/v1/clock", ClockShape)

    def connections(self, *, cursor: int | None = None, limit: int | None = None) -> ConnectionPage:
        """Connected shops."""
        return self._call("GET", "/api/v1/connections", ConnectionPage, query={"cursor": cursor, "limit": limit})

    def each_connections(self, *, limit: int | None = None) -> Iterator[ConnectionOut]:
        """The same, page after page, to the end."""
        return self._pages(lambda cursor: self.connections(cursor=int(cursor) if cursor else None, limit=limit))

    def connect(self, body: ConnectionIn) -> ConnectionMade:
        """Connect a shop."""
        return self._call("POST", "/api/v1/connections", ConnectionMade, body=body)

    def connection(self, connection: int) -> ConnectionOut:
        """A connected shop."""
        return self._call("GET", f"/api/v1/connections/{part(connection)}", ConnectionOut)

    def disconnect(self, connection: int) -> ConnectionEnded:
        """Disconnect a shop."""
        return self._call("DELETE", f"/api/v1/connections/{part(connection)}", ConnectionEnded)

    def rejects(self, connection: int, *, all: bool | None = None, cursor: int | None = None, limit: int | None = None) -> RejectPage:
        """Orders that were not taken."""
        return self._call("GET", f"/api/v1/connections/{part(connection)}/rejects", RejectPage, query={"all": all, "cursor": cursor, "limit": limit})

    def each_rejects(self, connection: int, *, all: bool | None = None, limit: int | None = None) -> Iterator[RejectOut]:
        """The same, page after page, to the end."""
        return self._pages(lambda cursor: self.rejects(connection, all=all, cursor=int(cursor) if cursor else None, limit=limit))

    def key_connection(self, connection: int, body: SecretIn) -> ConnectionMade:
        """Another secret."""
        return self._call("POST", f"/api/v1/connections/{part(connection)}/secret", ConnectionMade, body=body)

    def epcis_root(self) -> Collection:
        """What EPCIS has here."""
        return self._call("GET", "/api/v1/epcis", Collection)

    def capture(self) -> CaptureJob:
        """Capture EPCIS events."""
        return self._call("POST", "/api/v1/epcis/capture", CaptureJob)

    def capture_job(self, job: int) -> CaptureJob:
        """A capture job."""
        return self._call("GET", f"/api/v1/epcis/capture/{part(job)}", CaptureJob)

    def events(self, *, event_type: str | None = None, ge_event_time: str | None = None, lt_event_time: str | None = None, eq_action: str | None = None, eq_biz_step: str | None = None, eq_disposition: str | None = None, match_epc: str | None = None, per_page: str | None = None, next_page_token: str | None = None) -> str:
        """Query EPCIS events."""
        return self._call("GET", "/api/v1/epcis/events", str, query={"eventType": event_type, "GE_eventTime": ge_event_time, "LT_eventTime": lt_event_time, "EQ_action": eq_action, "EQ_bizStep": eq_biz_step, "EQ_disposition": eq_disposition, "MATCH_epc": match_epc, "perPage": per_page, "nextPageToken": next_page_token})

    def exceptions(self, *, at: int | None = None) -> Exceptions:
        """What needs a person."""
        return self._call("GET", "/api/v1/exceptions", Exceptions, query={"at": at})

    def act(self, id: str, body: ActionIn, *, key: str = "") -> ActionOut:
        """Act on an exception."""
        return self._call("POST", f"/api/v1/exceptions/{part(id)}/actions", ActionOut, body=body, key=key)

    def grants(self) -> list[GrantOut]:
        """Users and keys."""
        return self._call("GET", "/api/v1/grants", list[GrantOut])

    def revoke(self, grant: int) -> dict[str, str]:
        """Revoke a user or a key."""
        return self._call("DELETE", f"/api/v1/grants/{part(grant)}", dict[str, str])

    def items(self, *, cursor: str | None = None, limit: int | None = None) -> ItemPage:
        """The catalogue."""
        return self._call("GET", "/api/v1/items", ItemPage, query={"cursor": cursor, "limit": limit})

    def each_items(self, *, limit: int | None = None) -> Iterator[ItemOut]:
        """The same, page after page, to the end."""
        return self._pages(lambda cursor: self.items(cursor=cursor, limit=limit))

    def make_key(self, body: KeyIn) -> KeyOut:
        """Make a key."""
        return self._call("POST", "/api/v1/keys", KeyOut, body=body)

    def linehaul(self, *, day: int | None = None, at: int | None = None) -> Linehaul:
        """Departures."""
        return self._call("GET", "/api/v1/linehaul", Linehaul, query={"day": day, "at": at})

    def linehaul_hold(self, body: Hold, *, key: str = "") -> Departures:
        """Let departures wait."""
        return self._call("POST", "/api/v1/linehaul/hold", Departures, body=body, key=key)

    def linehaul_release(self, body: Release, *, key: str = "") -> Departures:
        """Let departures wait no longer."""
        return self._call("POST", "/api/v1/linehaul/release", Departures, body=body, key=key)

    def network(self) -> NetworkShape:
        """What stands still."""
        return self._call("GET", "/api/v1/network", NetworkShape)

    def orders(self, *, status: str | None = None, tone: str | None = None, cursor: str | None = None, limit: int | None = None, at: int | None = None) -> OrderPage:
        """Orders."""
        return self._call("GET", "/api/v1/orders", OrderPage, query={"status": status, "tone": tone, "cursor": cursor, "limit": limit, "at": at})

    def each_orders(self, *, status: str | None = None, tone: str | None = None, limit: int | None = None, at: int | None = None) -> Iterator[OrderRow]:
        """The same, page after page, to the end."""
        return self._pages(lambda cursor: self.orders(status=status, tone=tone, cursor=cursor, limit=limit, at=at))

    def place_order(self, body: OrderIn, *, key: str = "") -> OrderPlaced:
        """Place an order."""
        return self._call("POST", "/api/v1/orders", OrderPlaced, body=body, key=key)

    def place_batch(self, body: list[OrderIn], *, key: str = "") -> BatchAnswer:
        """Place many orders."""
        return self._call("POST", "/api/v1/orders/batch", BatchAnswer, body=body, key=key)

    def order(self, order: int, *, at: int | None = None) -> OrderDetail:
        """An order."""
        return self._call("GET", f"/api/v1/orders/{part(order)}", OrderDetail, query={"at": at})

    def cancel_order(self, order: int, *, key: str = "") -> CancelAnswer:
        """Call an order off."""
        return self._call("POST", f"/api/v1/orders/{part(order)}/cancel", CancelAnswer, key=key)

    def another_day(self, order: int, body: DayIn, *, key: str = "") -> DayAnswer:
        """Promise another day."""
        return self._call("POST", f"/api/v1/orders/{part(order)}/day", DayAnswer, body=body, key=key)

    def make_link(self, order: int) -> LinkOut:
        """Make a tracking link."""
        return self._call("POST", f"/api/v1/orders/{part(order)}/link", LinkOut)

    def recipient(self, order: int) -> RecipientIn:
        """Who an order is for."""
        return self._call("GET", f"/api/v1/orders/{part(order)}/recipient", RecipientIn)

    def erase_recipient(self, order: int) -> dict[str, str]:
        """Erase a recipient."""
        return self._call("DELETE", f"/api/v1/orders/{part(order)}/recipient", dict[str, str])

    def wish_for(self, order: int, body: WishIn, *, key: str = "") -> WishAnswer:
        """Take a recipient's wish."""
        return self._call("POST", f"/api/v1/orders/{part(order)}/wish", WishAnswer, body=body, key=key)

    def organisations(self) -> list[OrganisationOut]:
        """Organisations."""
        return self._call("GET", "/api/v1/organisations", list[OrganisationOut])

    def make_organisation(self, body: OrganisationIn) -> OrganisationOut:
        """Make an organisation."""
        return self._call("POST", "/api/v1/organisations", OrganisationOut, body=body)

    def give_services(self, organisation: int, body: ServicesIn) -> dict[str, str]:
        """Give partner services to a carrier."""
        return self._call("POST", f"/api/v1/organisations/{part(organisation)}/services", dict[str, str], body=body)

    def give_vehicles(self, organisation: int, body: VehiclesIn) -> dict[str, str]:
        """Give vehicles to a contractor."""
        return self._call("POST", f"/api/v1/organisations/{part(organisation)}/vehicles", dict[str, str], body=body)

    def overview(self, *, at: int | None = None) -> Overview:
        """How is it going?."""
        return self._call("GET", "/api/v1/overview", Overview, query={"at": at})

    def package(self, package: int, *, at: int | None = None) -> PackageShape:
        """A package."""
        return self._call("GET", f"/api/v1/packages/{part(package)}", PackageShape, query={"at": at})

    def package_recipient(self, package: int) -> RecipientIn:
        """Who a package is for."""
        return self._call("GET", f"/api/v1/packages/{part(package)}/recipient", RecipientIn)

    def plan(self, plan: int) -> Plan:
        """A plan that was proposed."""
        return self._call("GET", f"/api/v1/plans/{part(plan)}", Plan)

    def plan_accept(self, plan: int, *, key: str = "") -> Answer:
        """Take a plan."""
        return self._call("POST", f"/api/v1/plans/{part(plan)}/accept", Answer, key=key)

    def plan_discard(self, plan: int, *, key: str = "") -> Answer:
        """Drop a plan."""
        return self._call("POST", f"/api/v1/plans/{part(plan)}/discard", Answer, key=key)

    def plan_undo(self, plan: int, *, key: str = "") -> Answer:
        """Undo a plan that was taken."""
        return self._call("POST", f"/api/v1/plans/{part(plan)}/undo", Answer, key=key)

    def positions(self, *, at: int | None = None) -> Positions:
        """Where everything is."""
        return self._call("GET", "/api/v1/positions", Positions, query={"at": at})

    def post_positions(self, body: PingIn | list[PingIn]) -> PingsAnswer:
        """Report positions."""
        return self._call("POST", "/api/v1/positions", PingsAnswer, body=body)

    def quote(self, body: QuoteIn) -> QuoteAnswer:
        """When could it be there?."""
        return self._call("POST", "/api/v1/quotes", QuoteAnswer, body=body)

    def reports(self, *, days: int | None = None, at: int | None = None) -> Reports:
        """What days came to."""
        return self._call("GET", "/api/v1/reports", Reports, query={"days": days, "at": at})

    def runs(self, *, day: int | None = None, station: int | None = None, at: int | None = None) -> Runs:
        """Runs of a day."""
        return self._call("GET", "/api/v1/runs", Runs, query={"day": day, "station": station, "at": at})

    def run(self, run: int, *, at: int | None = None) -> RunDetail:
        """A run."""
        return self._call("GET", f"/api/v1/runs/{part(run)}", RunDetail, query={"at": at})

    def post_run(self, run: int, body: list[RunReportIn], *, key: str = "") -> HeardAnswer:
        """Report on a run."""
        return self._call("POST", f"/api/v1/runs/{part(run)}/reports", HeardAnswer, body=body, key=key)

    def post_scans(self, body: ScanIn | list[ScanIn], *, key: str = "") -> HeardAnswer:
        """Report scans."""
        return self._call("POST", "/api/v1/scans", HeardAnswer, body=body, key=key)

    def search(self, *, q: str, at: int | None = None) -> list[Hit]:
        """Find."""
        return self._call("GET", "/api/v1/search", list[Hit], query={"q": q, "at": at})

    def center(self, site: int, *, at: int | None = None) -> CenterShape:
        """A fulfillment center."""
        return self._call("GET", f"/api/v1/sites/{part(site)}/center", CenterShape, query={"at": at})

    def station(self, site: int, *, at: int | None = None) -> StationShape:
        """A delivery station."""
        return self._call("GET", f"/api/v1/sites/{part(site)}/station", StationShape, query={"at": at})

    def post_counts(self, body: CountIn | list[CountIn], *, key: str = "") -> CountsAnswer:
        """Report what was counted."""
        return self._call("POST", "/api/v1/stock/counts", CountsAnswer, body=body, key=key)

    def purchases(self, *, site: int | None = None, cursor: str | None = None) -> PurchasePage:
        """Goods that are to come."""
        return self._call("GET", "/api/v1/stock/purchases", PurchasePage, query={"site": site, "cursor": cursor})

    def each_purchases(self, *, site: int | None = None) -> Iterator[PurchaseOut]:
        """The same, page after page, to the end."""
        return self._pages(lambda cursor: self.purchases(site=site, cursor=cursor))

    def post_receipts(self, body: ReceiptIn | list[ReceiptIn], *, key: str = "") -> ReceiptsAnswer:
        """Report goods that came."""
        return self._call("POST", "/api/v1/stock/receipts", ReceiptsAnswer, body=body, key=key)

    def stream(self, *, after: int | None = None) -> Any:
        """Follow what happens."""
        return self._call("GET", "/api/v1/stream", Any, query={"after": after})

    def stream_positions(self, *, whole: bool | None = None) -> Any:
        """Follow where everything is."""
        return self._call("GET", "/api/v1/stream/positions", Any, query={"whole": whole})

    def post_trip(self, trip: int, body: list[TripReportIn], *, key: str = "") -> HeardAnswer:
        """Report on a trip."""
        return self._call("POST", f"/api/v1/trips/{part(trip)}/reports", HeardAnswer, body=body, key=key)

    def fork(self, body: ForkIn) -> ForkOut:
        """What if?."""
        return self._call("POST", "/api/v1/twin/fork", ForkOut, body=body)

    def all_forks(self) -> list[ForkOut]:
        """Forks of the twin."""
        return self._call("GET", "/api/v1/twin/forks", list[ForkOut])

    def one_fork(self, number: int) -> ForkOut:
        """A fork of the twin."""
        return self._call("GET", f"/api/v1/twin/forks/{part(number)}", ForkOut)

    def end_fork(self, number: int) -> dict[str, str]:
        """End a fork."""
        return self._call("DELETE", f"/api/v1/twin/forks/{part(number)}", dict[str, str])

    def go(self) -> ClockShape:
        """Let the twin's time go on."""
        return self._call("POST", "/api/v1/twin/go", ClockShape)

    def inject(self, body: Inject) -> InjectTaken:
        """Do something to the twin."""
        return self._call("POST", "/api/v1/twin/inject", InjectTaken, body=body)

    def injections(self) -> list[InjectionOut]:
        """What was done to the twin."""
        return self._call("GET", "/api/v1/twin/injections", list[InjectionOut])

    def pause(self) -> ClockShape:
        """Stop the twin's time."""
        return self._call("POST", "/api/v1/twin/pause", ClockShape)

    def speed(self, body: SpeedIn) -> ClockShape:
        """How fast the twin's time goes."""
        return self._call("POST", "/api/v1/twin/speed", ClockShape, body=body)

    def step(self) -> ClockShape:
        """One appointment on, then stop."""
        return self._call("POST", "/api/v1/twin/step", ClockShape)

    def until(self, body: UntilIn) -> ClockShape:
        """Hurry to a later moment."""
        return self._call("POST", "/api/v1/twin/until", ClockShape, body=body)

    def make_user(self, body: UserIn) -> dict[str, int]:
        """Make a user."""
        return self._call("POST", "/api/v1/users", dict[str, int], body=body)

    def erase_user(self, grant: int) -> dict[str, str]:
        """Erase a person."""
        return self._call("DELETE", f"/api/v1/users/{part(grant)}", dict[str, str])

    def set_password(self, grant: int, body: PasswordIn) -> dict[str, str]:
        """Set a password."""
        return self._call("POST", f"/api/v1/users/{part(grant)}/password", dict[str, str], body=body)

    def webhooks(self, *, cursor: int | None = None, limit: int | None = None) -> WebhookPage:
        """Webhook endpoints."""
        return self._call("GET", "/api/v1/webhooks", WebhookPage, query={"cursor": cursor, "limit": limit})

    def each_webhooks(self, *, limit: int | None = None) -> Iterator[WebhookOut]:
        """The same, page after page, to the end."""
        return self._pages(lambda cursor: self.webhooks(cursor=int(cursor) if cursor else None, limit=limit))

    def make_webhook(self, body: WebhookIn) -> SecretOut:
        """Make a webhook endpoint."""
        return self._call("POST", "/api/v1/webhooks", SecretOut, body=body)

    def webhook(self, webhook: int) -> WebhookOut:
        """A webhook endpoint."""
        return self._call("GET", f"/api/v1/webhooks/{part(webhook)}", WebhookOut)

    def disable_webhook(self, webhook: int) -> Changed:
        """Disable an endpoint."""
        return self._call("DELETE", f"/api/v1/webhooks/{part(webhook)}", Changed)

    def deliveries(self, webhook: int, *, status: Literal['', 'waiting', 'delivered', 'dead'] | None = None, cursor: str | None = None, limit: int | None = None) -> DeliveryPage:
        """What was delivered, and what not."""
        return self._call("GET", f"/api/v1/webhooks/{part(webhook)}/deliveries", DeliveryPage, query={"status": status, "cursor": cursor, "limit": limit})

    def each_deliveries(self, webhook: int, *, status: Literal['', 'waiting', 'delivered', 'dead'] | None = None, limit: int | None = None) -> Iterator[DeliveryOut]:
        """The same, page after page, to the end."""
        return self._pages(lambda cursor: self.deliveries(webhook, status=status, cursor=cursor, limit=limit))

    def enable_webhook(self, webhook: int) -> Changed:
        """Enable an endpoint."""
        return self._call("POST", f"/api/v1/webhooks/{part(webhook)}/enable", Changed)

    def replay_webhook(self, webhook: int, body: ReplayIn) -> Changed:
        """Replay dead letters."""
        return self._call("POST", f"/api/v1/webhooks/{part(webhook)}/replay", Changed, body=body)

    def rotate_webhook(self, webhook: int, body: RotateIn) -> SecretOut:
        """Draw another secret."""
        return self._call("POST", f"/api/v1/webhooks/{part(webhook)}/rotate", SecretOut, body=body)
