"""Routes that change something: orders, cancellations; and quotes, which change nothing."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.params import HeaderParameter

from doorward.apps.api.live import Live
from doorward.apps.api.orders_in import IndexedFault, Intake, OrderIn, QuoteIn
from doorward.apps.api.problems import Fault, Trouble
from doorward.apps.api.who import Who, must_see_order
from doorward.delivery.commands import WISHES, DayFor, DayTaken, WishFor, WishTaken
from doorward.promise.commands import Cancelled, CancelOrder, OrdersPlaced
from doorward.promise.offers import Offer, offers

Key = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key", max_length=200, required=False,
        description="Names the request: sent again with the same key, it is done once and answered alike.",
    ),
]  # fmt: skip


class OrderPlaced(msgspec.Struct, frozen=True):
    """An order that is durable. known: it had been placed before under the same reference."""

    order: int
    ref: str
    known: bool


class BatchAnswer(msgspec.Struct, frozen=True):
    """What became of a batch: the good half is in, each bad one is listed."""

    turn: int
    placed: list[OrderPlaced]
    errors: list[IndexedFault]


class QuoteAnswer(msgspec.Struct, frozen=True):
    """Offers as of a moment. Nothing is held; a promise is made when the order is placed."""

    turn: int
    now_s: int
    offers: list[Offer]


class CancelAnswer(msgspec.Struct, frozen=True):
    """The order was called off."""

    turn: int
    lines: int


def key_of(who: Who, key: str) -> str:
    """A command's key: the same word of two organisations names two requests."""
    return f"{who.org}/{key}" if key else ""


@post("/orders", opt={"scope": "ORDERS_WRITE"}, status_code=201, summary="Place an order")
async def place_order(
    data: OrderIn, live: Live, intake: Intake, who: Who, idempotency: Key = ""
) -> OrderPlaced:
    """Durable when answered. The promise follows within a second: read the order, or follow the stream."""
    parsed = intake.columns([data], [0], [], who.org)
    if parsed.faults:
        raise _unusable(parsed.faults)
    done = await live.ask("promise.place", parsed.asked, key=key_of(who, idempotency), asker=who.row)
    answer = msgspec.msgpack.decode(done.body, type=OrdersPlaced)
    return OrderPlaced(answer.order[0], data.ref, answer.known[0] or done.again)


@post(
    "/orders/batch",
    opt={"scope": "ORDERS_WRITE", "rows": "OrderIn"},
    status_code=200,
    summary="Place many orders",
)
async def place_batch(
    request: Request[Any, Any, Any], live: Live, intake: Intake, who: Who, idempotency: Key = ""
) -> BatchAnswer:
    """A JSON array of up to 10,000 orders. Good ones are placed in one turn, bad ones listed with what to do."""
    try:
        parsed = intake.batch(await request.body(), who.org)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Trouble(
            400, str(error)[:300], rule="a JSON array of orders", remedy="send [{...}, ...]"
        ) from error
    if not parsed.good:
        raise _unusable(parsed.faults)
    done = await live.ask("promise.place", parsed.asked, key=key_of(who, idempotency), asker=who.row)
    answer = msgspec.msgpack.decode(done.body, type=OrdersPlaced)
    placed = [
        OrderPlaced(order, ref, known)
        for order, ref, known in zip(answer.order, parsed.asked.refs, answer.known, strict=True)
    ]
    return BatchAnswer(done.turn, placed, parsed.faults)


@post(
    "/orders/{order:int}/cancel", opt={"scope": "ORDERS_WRITE"}, status_code=200, summary="Call an order off"
)
async def cancel_order(order: int, live: Live, who: Who, idempotency: Key = "") -> CancelAnswer:
    """As long as none of its pieces is in a box; else 409 says where it stands."""
    must_see_order(who, live.replica.state, order)
    done = await live.ask(
        "promise.cancel", CancelOrder(order=order), key=key_of(who, idempotency), asker=who.row
    )
    return CancelAnswer(done.turn, msgspec.msgpack.decode(done.body, type=Cancelled).lines)


class WishIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the recipient asks for: to the door in one of three ways, to the nearest locker with room, or fetched at the
    station; words: for the driver."""

    wish: WISHES
    words: Annotated[str, msgspec.Meta(max_length=300, examples=["behind the green gate"])] = ""


class WishAnswer(msgspec.Struct, frozen=True):
    """open: packages for which it holds; 0: none is made yet, it will hold for all."""

    turn: int
    open: int


class DayIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """day: the local date on which it is to come."""

    day: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-03-09"])]


class DayAnswer(msgspec.Struct, frozen=True):
    """The window promised now, Unix seconds, and the packages that it holds for (0: none is made yet)."""

    turn: int
    due_lo_s: int
    due_s: int
    moved: int


@post(
    "/orders/{order:int}/wish",
    opt={"scope": "ORDERS_WRITE"},
    status_code=200,
    summary="Take a recipient's wish",
)
async def wish_for(order: int, data: WishIn, live: Live, who: Who, idempotency: Key = "") -> WishAnswer:
    """Where its packages are left, brought or fetched; as on the tracking page."""
    must_see_order(who, live.replica.state, order)
    asked = WishFor(order=order, wish=data.wish, words=data.words)
    done = await live.ask("delivery.wish", asked, key=key_of(who, idempotency), asker=who.row)
    return WishAnswer(done.turn, msgspec.msgpack.decode(done.body, type=WishTaken).open)


@post(
    "/orders/{order:int}/day", opt={"scope": "ORDERS_WRITE"}, status_code=200, summary="Promise another day"
)
async def another_day(order: int, data: DayIn, live: Live, who: Who, idempotency: Key = "") -> DayAnswer:
    """After today and after the day promised, until a week ahead; 409 once it is on a driver's list."""
    must_see_order(who, live.replica.state, order)
    asked = DayFor(order=order, day=data.day)
    done = await live.ask("delivery.reschedule", asked, key=key_of(who, idempotency), asker=who.row)
    took = msgspec.msgpack.decode(done.body, type=DayTaken)
    return DayAnswer(done.turn, took.due_lo_s, took.due_s, took.moved)


@post("/quotes", opt={"scope": "ORDERS_READ"}, status_code=200, summary="When could it be there?")
async def quote(data: QuoteIn, live: Live, intake: Intake) -> QuoteAnswer:
    """An offer for every speed, from stock, cut-offs, capacity and timetables as they are now."""
    basket = intake.basket(data)
    if isinstance(basket, Fault):
        raise Trouble(422, basket.detail, field=basket.field, rule=basket.rule, remedy=basket.remedy)
    desk = live.replica.desk()
    return QuoteAnswer(live.replica.turn, desk.now_s, offers(desk, [basket])[0])


def _unusable(faults: list[IndexedFault]) -> Trouble:
    first = faults[0]
    return Trouble(
        422, first.detail if len(faults) == 1 else f"none of {len(faults)} orders can be used",
        field=first.field if len(faults) == 1 else "", rule=first.rule, remedy=first.remedy, errors=list(faults),
    )  # fmt: skip


ROUTES = [place_order, place_batch, cancel_order, wish_for, another_day, quote]
