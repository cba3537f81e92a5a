"""Routes that only read: the shapes of runtime/look, as of now or of an earlier moment (`?at=`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
import numpy as np
from litestar import Request, Response, get
from litestar.openapi.spec import Example
from litestar.params import PathParameter, QueryParameter

from doorward.access.rights import parts_seen, redacted, runs_seen
from doorward.adapters.items import SIZES
from doorward.apps.api.live import Live
from doorward.apps.api.orders_in import RecipientIn
from doorward.apps.api.own import own_board, own_doors, own_network, own_positions, own_runs
from doorward.apps.api.past import Pasts
from doorward.apps.api.problems import Trouble, missing
from doorward.apps.api.who import Who, must_see_order
from doorward.runtime.look.board import board
from doorward.runtime.look.center import center_shape
from doorward.runtime.look.exceptions import exceptions
from doorward.runtime.look.linehaul import linehaul
from doorward.runtime.look.network import network_shape
from doorward.runtime.look.orders import order_detail, order_page
from doorward.runtime.look.overview import overview
from doorward.runtime.look.packages import package_shape
from doorward.runtime.look.positions import positions
from doorward.runtime.look.runs import run_detail, runs_of
from doorward.runtime.look.search import search
from doorward.runtime.look.shapes import Exceptions, NetworkShape, Overview, Positions, RunDetail, Runs
from doorward.runtime.look.shapes_pages import (
    Board,
    CenterShape,
    Hit,
    Linehaul,
    OrderDetail,
    OrderPage,
    PackageShape,
    StationShape,
)
from doorward.runtime.look.station import station_shape
from doorward.runtime.look.view import Frame, View
from doorward.tables.fleet import Runs as Runs_
from doorward.tables.items import Items
from doorward.tables.packages import Packages
from doorward.tables.people import Part

At = Annotated[
    int | None, QueryParameter(name="at", required=False, description="Unix seconds: as it was then.")
]
WORDS = [Example(summary="part of a name", value="Northgate")]
STATION = [Example(summary="a station of the metro network", value=7)]
Station = Annotated[int, QueryParameter(description="Number of a station in GET /network.", examples=STATION)]
OfStation = Annotated[
    int, PathParameter(description="Number of a station in GET /network.", examples=STATION)
]
Day = Annotated[
    int | None, QueryParameter(name="day", required=False, description="Local day number; none for today.")
]
S = TypeVar("S")
KEPT = 128
"""Answers kept while the tables and the second stay the same: many clients ask for the same."""


class Looking:
    """Makes views and renders shapes for one API process."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._frame = Frame.of(live.replica.network, live.replica.rules)
        self.pasts = Pasts(live.replica)
        self.steps: dict[int, Any] = {}
        self._kept: dict[tuple[Any, ...], bytes] = {}
        self._of: tuple[int, int] = (-1, -1)

    def now(self) -> View:
        """The living tables."""
        replica = self._live.replica
        return View(replica.state, replica.now_s(), replica.turn, self._frame, replica.vault)

    async def at(self, at: int | None) -> View:
        """The tables of now, or as they were."""
        if at is None:
            return self.now()
        state, turn = await self.pasts.at(at)
        return View(state, at, turn, self._frame, self._live.replica.vault)

    def rendered(self, view: View, name: tuple[Any, ...], shape: Callable[[View], Any]) -> bytes:
        """A shape of now as JSON, made once for all who ask for it within the same turn and second."""
        if self._of != (view.turn, view.now_s):
            self._kept.clear()
            self._of = (view.turn, view.now_s)
        body = self._kept.get(name)
        if body is None:
            body = msgspec.json.encode(shape(view))
            if len(self._kept) < KEPT:
                self._kept[name] = body
        return body

    async def answer(
        self,
        request: Request[Any, Any, Any],
        at: int | None,
        name: tuple[Any, ...],
        shape: Callable[[View], S],
    ) -> Response[S]:
        """A shape as JSON, with an ETag; 304 where the asker has it already."""
        view = await self.at(at)
        tag = f'"{view.turn}-{view.now_s}"'
        if asked_again(request, tag):
            return unchanged(tag)
        return tagged(
            self.rendered(view, name, shape) if at is None else msgspec.json.encode(shape(view)), tag
        )


def asked_again(request: Request[Any, Any, Any], tag: str) -> bool:
    """Whether the asker has what this ETag stands for."""
    return request.headers.get("if-none-match") == tag


def unchanged(tag: str) -> Response[Any]:
    """304: what the asker has still holds."""
    return Response(b"", status_code=304, headers={"ETag": tag})


def tagged(body: bytes, tag: str) -> Response[Any]:
    """JSON that is rendered already, to be asked for again by its ETag."""
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    return Response(body, media_type="application/json", headers=headers)


@get("/network", opt={"scope": "RUNS_READ"}, summary="What stands still", responses=None)
async def network_(request: Request[Any, Any, Any], looking: Looking, who: Who) -> Response[NetworkShape]:
    """Buildings, zones, lanes, vehicles, partners. A contractor's are its vehicles and the stations they leave from."""

    def shape(view: View) -> NetworkShape:
        return own_network(who, view.state, network_shape(view))

    return await looking.answer(request, None, ("network", who.org), shape)


@get("/overview", opt={"scope": "NETWORK_READ"}, summary="How is it going?")
async def overview_(request: Request[Any, Any, Any], looking: Looking, at: At = None) -> Response[Overview]:
    """Promises of the day, what is at risk, the next cut-off, packages by stage."""
    return await looking.answer(request, at, ("overview",), overview)


@get("/runs", opt={"scope": "RUNS_READ"}, summary="Runs of a day")
async def runs_(
    request: Request[Any, Any, Any],
    looking: Looking,
    who: Who,
    day: Day = None,
    station: int = -1,
    at: At = None,
) -> Response[Runs]:
    """Every run as a row of the Gantt, with its doors' plan and what became of them."""

    def shape(view: View) -> Runs:
        return own_runs(who, looking.now().state, runs_of(view, day, station))

    return await looking.answer(request, at, ("runs", who.org, day, station), shape)


@get("/runs/{run:int}", opt={"scope": "RUNS_READ"}, summary="A run")
async def run_(
    request: Request[Any, Any, Any], run: int, looking: Looking, who: Who, at: At = None
) -> Response[RunDetail]:
    """Its doors in order, promises, arrivals told, what became of them."""

    def shape(view: View) -> RunDetail:
        # of an earlier moment only what is seen today: vehicles are taken back, packages delivered
        now = looking.now().state
        if not 0 <= run < view.state.count(Runs_) or not runs_seen(now, who.org)[run]:
            raise missing(f"run {run}")
        return own_doors(who, now, run_detail(view, run))

    return await looking.answer(request, at, ("run", who.org, run), shape)


@get("/positions", opt={"scope": "RUNS_READ"}, summary="Where everything is")
async def positions_(
    request: Request[Any, Any, Any], looking: Looking, who: Who, at: At = None
) -> Response[Positions]:
    """Vehicles on the road, in the air, on pavements; between two facts by plan, and then it says so."""

    def shape(view: View) -> Positions:
        return own_positions(who, looking.now().state, positions(view))

    return await looking.answer(request, at, ("positions", who.org), shape)


@get("/exceptions", opt={"scope": "NETWORK_READ"}, summary="What needs a person")
async def exceptions_(
    request: Request[Any, Any, Any], looking: Looking, at: At = None
) -> Response[Exceptions]:
    """Grouped as people act on it, worst first."""
    return await looking.answer(request, at, ("exceptions",), exceptions)


@get("/orders", opt={"scope": "ORDERS_READ"}, summary="Orders")
async def orders_(
    request: Request[Any, Any, Any], looking: Looking, who: Who, status: str = "", tone: str = "", cursor: str = "",
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 50, at: At = None,
) -> Response[OrderPage]:  # fmt: skip
    """Newest first, page by page."""
    shop = None if who.operator else who.org

    def shape(view: View) -> OrderPage:
        return order_page(view, status=status, tone=tone, shop=shop, cursor=cursor, limit=limit)

    name = ("orders", shop, status, tone, cursor, limit)
    return await looking.answer(request, at, name, shape)


@get("/orders/{order:int}", opt={"scope": "ORDERS_READ"}, summary="An order")
async def order_(
    request: Request[Any, Any, Any], order: int, looking: Looking, who: Who, at: At = None
) -> Response[OrderDetail]:
    """Its lines, packages and story; every line answers why."""

    def shape(view: View) -> OrderDetail:
        must_see_order(who, view.state, order)
        return order_detail(view, order)

    return await looking.answer(request, at, ("order", who.org, order), shape)


@get("/orders/{order:int}/recipient", opt={"scope": "ORDERS_READ"}, summary="Who an order is for")
async def recipient_(order: int, live: Live, who: Who) -> RecipientIn:
    """From the vault; 404 if nothing was given, or it was erased."""
    must_see_order(who, live.replica.state, order)
    kept = live.replica.vault.read("recipient", order)
    if kept is None:
        raise missing(f"recipient of order {order}")
    return msgspec.json.decode(kept, type=RecipientIn)


@get("/packages/{package:int}", opt={"scope": "ORDERS_READ"}, summary="A package")
async def package_(
    request: Request[Any, Any, Any], package: int, looking: Looking, who: Who, at: At = None
) -> Response[PackageShape]:
    """Where it is, when it will be there, and its whole story."""

    def shape(view: View) -> PackageShape:
        packages = view.table(Packages)
        if not 0 <= package < len(packages):
            raise missing(f"package {package}")
        try:
            must_see_order(who, view.state, int(packages.order[package]))
        except Trouble as error:
            raise missing(f"package {package}") from error
        return package_shape(view, package)

    return await looking.answer(request, at, ("package", who.org, package), shape)


@get("/packages/{package:int}/recipient", opt={"scope": "SCANS_WRITE"}, summary="Who a package is for")
async def package_recipient_(package: int, looking: Looking, who: Who) -> RecipientIn:
    """What its carrier or contractor needs of it at this stage, and nothing after delivery; 404 then."""
    view, row = looking.now(), np.array([package])
    there = 0 <= package < view.state.count(Packages)
    parts = Part(int(parts_seen(view.state, who.org, row)[0])) if there else Part(0)
    if not parts:
        raise missing(f"package {package}")
    order = int(view.table(Packages).order[package])
    kept = view.vault.read("recipient", order) if view.vault is not None else None
    if kept is None:
        raise missing(f"recipient of package {package}")
    return msgspec.convert(redacted(msgspec.json.decode(kept), parts), RecipientIn)


@get("/search", opt={"scope": "ORDERS_READ"}, summary="Find")
async def search_(
    looking: Looking,
    who: Who,
    q: Annotated[str, QueryParameter(min_length=1, max_length=200, examples=WORDS)],
    at: At = None,
) -> list[Hit]:
    """Orders by number, reference, name or address, packages by number or SSCC, runs, trips, buildings, vehicles."""
    view = await looking.at(at)
    return search(view, q, shop=None if who.operator else who.org)


@get("/sites/{site:int}/center", opt={"scope": "NETWORK_READ"}, summary="A fulfillment center")
async def center_(
    request: Request[Any, Any, Any], site: int, looking: Looking, at: At = None
) -> Response[CenterShape]:
    """Will it make its cut-offs? Waves, backlog, robots, stock."""
    return await looking.answer(request, at, ("center", site), lambda view: center_shape(view, site))


@get("/sites/{site:int}/station", opt={"scope": "NETWORK_READ"}, summary="A delivery station")
async def station_(
    request: Request[Any, Any, Any], site: OfStation, looking: Looking, at: At = None
) -> Response[StationShape]:
    """What comes in, what is ready, who is out."""
    return await looking.answer(request, at, ("station", site), lambda view: station_shape(view, site))


@get("/linehaul", opt={"scope": "NETWORK_READ"}, summary="Departures")
async def linehaul_(
    request: Request[Any, Any, Any], looking: Looking, day: Day = None, at: At = None
) -> Response[Linehaul]:
    """What leaves when, how full, how late."""
    return await looking.answer(request, at, ("linehaul", day), lambda view: linehaul(view, day))


@get("/board", opt={"scope": "RUNS_READ"}, summary="The dispatcher's board")
async def board_(
    request: Request[Any, Any, Any], looking: Looking, who: Who, station: Station, at: At = None
) -> Response[Board]:
    """A station's pool, each package with why it stands there, and its runs. A contractor sees its own runs."""

    def shape(view: View) -> Board:
        return own_board(who, looking.now().state, board(view, station))

    return await looking.answer(request, at, ("board", who.org, station), shape)


class ItemOut(msgspec.Struct, frozen=True):
    """An article."""

    sku: str
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    value_c: int


class ItemPage(msgspec.Struct, frozen=True):
    """A page of the catalogue."""

    items: list[ItemOut]
    cursor: str


@get("/items", opt={"scope": "ORDERS_READ"}, summary="The catalogue")
async def items_(
    live: Live,
    cursor: Annotated[str, QueryParameter(pattern=r"^[0-9]{0,9}$")] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=1000)] = 100,
) -> ItemPage:
    """Articles that can be ordered, page by page."""
    table = live.replica.state.table(Items)
    first = int(cursor or 0)
    rows = np.arange(first, min(len(table), first + limit))
    found = [
        ItemOut(str(table.name[r]), *(int(getattr(table, c)[r]) for c in (*SIZES, "value_c")))
        for r in rows.tolist()
    ]
    return ItemPage(found, str(first + limit) if first + limit < len(table) else "")


ROUTES = [
    *(
        network_,
        overview_,
        runs_,
        run_,
        positions_,
        exceptions_,
        orders_,
        order_,
        recipient_,
        package_,
        package_recipient_,
        search_,
    ),
    *(center_, station_, linehaul_, board_, items_),
]
