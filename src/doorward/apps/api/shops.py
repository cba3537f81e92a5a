"""Routes of shops: connections, what was rejected, and the addresses that take Shopify's and WooCommerce's webhooks."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from litestar import Request, delete, get, post
from litestar.params import HeaderParameter, QueryParameter
from msgspec import Meta

from doorward.adapters.shops import is_ping, shopify, signed, woocommerce
from doorward.apps.api.live import Live
from doorward.apps.api.orders_in import Intake
from doorward.apps.api.problems import Trouble, missing
from doorward.apps.api.shop_orders import Taken, Taking
from doorward.apps.api.who import Door, Who
from doorward.core.errors import BadInput
from doorward.hooks.shops import (
    REJECT,
    SHOP,
    Connect,
    Disconnect,
    KeptReject,
    KeptShop,
    KeyConnection,
    RejectFault,
    Row,
    SpeedName,
)
from doorward.tables.shops import Connections, Rejects, ShopKind

MOST_BODY = 2 << 20
Limit = Annotated[int, QueryParameter(ge=1, le=200)]
Cursor = Annotated[int, QueryParameter(ge=0, le=1 << 40)]
Secret = Annotated[str, Meta(max_length=256)]


class ConnectionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A shop whose order webhooks become orders.

    secret  Shopify: the one that signs its webhooks; WooCommerce: left out, one is drawn to be entered there
    prefix  stands before each of its references; needed from the second shop of an organisation on
    speeds  the shop's names of its ways of delivery, and how fast they are; others are standard
    """

    kind: Annotated[Literal["shopify", "woocommerce"], Meta(examples=["woocommerce"])]
    label: Annotated[str, Meta(max_length=200, examples=["Blue Shop"])] = ""
    secret: Secret = ""
    prefix: Annotated[str, Meta(max_length=20)] = ""
    speeds: Annotated[dict[str, SpeedName], Meta(max_length=50, examples=[{"Express": "next_day"}])] = {}
    organisation: int | None = None


class SecretIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The new secret; left out, one is drawn."""

    secret: Secret = ""


class ConnectionMade(msgspec.Struct, frozen=True):
    """path: where the shop sends its webhooks, on this server; secret: shown this once."""

    connection: int
    path: str
    secret: str


class ConnectionOut(msgspec.Struct, frozen=True, kw_only=True):
    """A connection. ended_s: -1 it holds; rejects: how many wait for a person."""

    connection: int
    organisation: int
    kind: str
    label: str
    prefix: str
    speeds: dict[str, SpeedName]
    path: str
    made_s: int
    keyed_s: int
    ended_s: int
    rejects: int


class ConnectionPage(msgspec.Struct, frozen=True):
    """Connections, the newest first."""

    items: list[ConnectionOut]
    cursor: str


class RejectOut(msgspec.Struct, frozen=True, kw_only=True):
    """An order that was not taken, and why. at_s: when it last came; done_s: taken after all or called off, -1 open."""

    reject: int
    ref: str
    topic: str
    at_s: int
    times: int
    done_s: int
    errors: list[RejectFault]


class RejectPage(msgspec.Struct, frozen=True):
    """Rejects, the newest first."""

    items: list[RejectOut]
    cursor: str


class ConnectionEnded(msgspec.Struct, frozen=True):
    """It was done."""

    connection: int
    turn: int


@post("/connections", opt={"scope": "HOOKS"}, status_code=201, summary="Connect a shop")
async def connect(data: ConnectionIn, live: Live, who: Who) -> ConnectionMade:
    """Its order webhooks go to the path that the answer names, signed with the secret that it shows, once."""
    organisation = who.org if data.organisation is None else data.organisation
    if organisation != who.org and not who.operator:
        raise missing(f"organisation {organisation}")
    if data.kind == "shopify" and not data.secret:
        raise Trouble(
            422, "Shopify draws the secret itself", field="secret", rule="the secret that signs its webhooks",
            remedy="send the app's client secret, or the one shown below the shop's webhooks",
        )  # fmt: skip
    secret = data.secret or _secret()
    asked = Connect(
        org=organisation, kind=data.kind, secret=secret, label=data.label, prefix=data.prefix, speeds=data.speeds
    )  # fmt: skip
    row = _row(await live.ask("hooks.connect", asked, asker=who.row))
    return ConnectionMade(row, path_of(data.kind, row), secret)


@get("/connections", opt={"scope": "HOOKS"}, summary="Connected shops")
async def connections_(live: Live, who: Who, cursor: Cursor = 0, limit: Limit = 100) -> ConnectionPage:
    """Of one's own organisation; the operator sees all."""
    table = live.replica.state.table(Connections)
    seen = np.flatnonzero((table.org == who.org) | who.operator)[::-1]
    items = [_shown(live, row) for row in seen[cursor : cursor + limit].tolist()]
    return ConnectionPage(items, str(cursor + limit) if cursor + limit < len(seen) else "")


@get("/connections/{connection:int}", opt={"scope": "HOOKS"}, summary="A connected shop")
async def connection_(connection: int, live: Live, who: Who) -> ConnectionOut:
    """How it is set up, and how many of its orders wait for a person."""
    _must_see(live, who, connection)
    return _shown(live, connection)


@delete("/connections/{connection:int}", opt={"scope": "HOOKS"}, status_code=200, summary="Disconnect a shop")
async def disconnect(connection: int, live: Live, who: Who) -> ConnectionEnded:
    """Nothing more is taken from it; orders that were taken stay."""
    _must_see(live, who, connection)
    done = await live.ask("hooks.disconnect", Disconnect(connection=connection), asker=who.row)
    return ConnectionEnded(connection, done.turn)


@post(
    "/connections/{connection:int}/secret", opt={"scope": "HOOKS"}, status_code=200, summary="Another secret"
)
async def key_connection(connection: int, data: SecretIn, live: Live, who: Who) -> ConnectionMade:
    """It alone verifies from now on; webhooks signed with the one before are sent again by the shop."""
    _must_see(live, who, connection)
    secret = data.secret or _secret()
    await live.ask("hooks.key_connection", KeyConnection(connection=connection, secret=secret), asker=who.row)
    kind = ShopKind(int(live.replica.state.table(Connections).kind[connection])).name.lower()
    return ConnectionMade(connection, path_of(kind, connection), secret)


@get("/connections/{connection:int}/rejects", opt={"scope": "HOOKS"}, summary="Orders that were not taken")
async def rejects_(
    connection: int, live: Live, who: Who, all: bool = False, cursor: Cursor = 0, limit: Limit = 50
) -> RejectPage:
    """Those that wait for a person, the newest first (`all`: settled ones too). Mended in the shop and sent again, an
    order is taken and its reject settled."""
    _must_see(live, who, connection)
    table = live.replica.state.table(Rejects)
    seen = np.flatnonzero((table.connection == connection) & ((table.done_s < 0) | all))[::-1]
    items = []
    for row in seen[cursor : cursor + limit].tolist():
        body = live.replica.vault.read(REJECT, row)
        kept = msgspec.json.decode(body, type=KeptReject) if body else KeptReject(ref="", topic="", faults=[])
        items.append(
            RejectOut(
                reject=row, ref=kept.ref, topic=kept.topic, at_s=int(table.at_s[row]), errors=kept.faults,
                times=int(table.times[row]), done_s=int(table.done_s[row]),
            )
        )  # fmt: skip
    return RejectPage(items, str(cursor + limit) if cursor + limit < len(seen) else "")


# ---- what shops send -------------------------------------------------------------------------------------------

_VERIFIED = (
    "Signed by base64 of HMAC-SHA256 over the raw body. 2xx: do not send it again, also for an order that "
    "could not be taken (`status` rejected; it is listed to people). 401: not signed so; 503: send it again."
)


@post(
    "/in/shopify/{connection:int}", opt={"scope": ""}, status_code=200, summary="Take a webhook of Shopify",
    description=_VERIFIED, request_max_body_size=MOST_BODY,
)  # fmt: skip
async def in_shopify(
    connection: int, request: Request[Any, Any, Any], live: Live, intake: Intake, door: Door,
    topic: Annotated[str, HeaderParameter(name="X-Shopify-Topic", required=False, max_length=300)] = "",
    signature: Annotated[str, HeaderParameter(name="X-Shopify-Hmac-Sha256", required=False, max_length=300)] = "",
    delivery: Annotated[str, HeaderParameter(name="X-Shopify-Webhook-Id", required=False, max_length=300)] = "",
) -> Taken:  # fmt: skip
    """orders/create and orders/paid place an order, orders/cancelled calls it off; others are answered and skipped."""
    body = await request.body()
    shop = _verified(live, door, request, connection, ShopKind.SHOPIFY, body, signature)
    try:
        heard = shopify(topic, body)
    except BadInput as error:
        return await _taking(live, intake, connection, shop).unread(topic, delivery, error)
    return await _taking(live, intake, connection, shop).take(heard, topic, delivery)


@post(
    "/in/woocommerce/{connection:int}", opt={"scope": ""}, status_code=200,
    summary="Take a webhook of WooCommerce", description=_VERIFIED, request_max_body_size=MOST_BODY,
)  # fmt: skip
async def in_woocommerce(
    connection: int, request: Request[Any, Any, Any], live: Live, intake: Intake, door: Door,
    topic: Annotated[str, HeaderParameter(name="X-WC-Webhook-Topic", required=False, max_length=300)] = "",
    signature: Annotated[str, HeaderParameter(name="X-WC-Webhook-Signature", required=False, max_length=300)] = "",
    delivery: Annotated[str, HeaderParameter(name="X-WC-Webhook-Delivery-ID", required=False, max_length=300)] = "",
) -> Taken:  # fmt: skip
    """An order that is `processing` is placed, one that is cancelled, refunded, failed or deleted is called off."""
    body = await request.body()
    if not signature and is_ping(body):
        return Taken("ignored", detail="the address is there")
    shop = _verified(live, door, request, connection, ShopKind.WOOCOMMERCE, body, signature)
    try:
        heard = woocommerce(topic, body)
    except BadInput as error:
        return await _taking(live, intake, connection, shop).unread(topic, delivery, error)
    return await _taking(live, intake, connection, shop).take(heard, topic, delivery)


def path_of(kind: str, connection: int) -> str:
    """Where a shop sends its webhooks."""
    return f"/api/v1/in/{kind}/{connection}"


# ---- inside ----------------------------------------------------------------------------------------------------


def _verified(
    live: Live, door: Door, request: Request[Any, Any, Any], connection: int, kind: ShopKind, body: bytes,
    signature: str,
) -> KeptShop:  # fmt: skip
    """Trouble 401, the same for every reason, unless the body is signed by a connection of this kind that holds."""
    door.slow_down(f"in {door.address(request)}")
    table, kept = live.replica.state.table(Connections), None
    if 0 <= connection < len(table) and table.ended_s[connection] < 0 and table.kind[connection] == kind:
        kept = live.replica.vault.read(SHOP, connection)
    shop = msgspec.json.decode(kept, type=KeptShop) if kept else KeptShop(secret="")
    if not signed(body, signature, shop.secret):
        raise Trouble(
            401, "no such connection, or its signature does not hold", rule="base64 of HMAC-SHA256 of the raw body",
            remedy="check the address and the secret in the shop", headers={"WWW-Authenticate": "Signature"},
        )  # fmt: skip
    return shop


def _taking(live: Live, intake: Intake, connection: int, shop: KeptShop) -> Taking:
    return Taking(live, intake, connection, int(live.replica.state.table(Connections).org[connection]), shop)


def _must_see(live: Live, who: Who, connection: int) -> None:
    """Trouble 404 unless the connection is there for it."""
    orgs = live.replica.state.table(Connections).org
    if not 0 <= connection < len(orgs) or not (who.operator or orgs[connection] == who.org):
        raise missing(f"connection {connection}")


def _shown(live: Live, row: int) -> ConnectionOut:
    state, kept = live.replica.state, live.replica.vault.read(SHOP, row)
    table, rejects = state.table(Connections), state.table(Rejects)
    shop = msgspec.json.decode(kept, type=KeptShop) if kept else KeptShop(secret="")
    kind = ShopKind(int(table.kind[row])).name.lower()
    return ConnectionOut(
        connection=row,
        organisation=int(table.org[row]),
        kind=kind,
        label=shop.label,
        prefix=shop.prefix,
        speeds=shop.speeds,
        path=path_of(kind, row),
        made_s=int(table.made_s[row]),
        keyed_s=int(table.keyed_s[row]),
        ended_s=int(table.ended_s[row]),
        rejects=int(((rejects.connection == row) & (rejects.done_s < 0)).sum()),
    )


def _row(done: Any) -> int:
    return msgspec.msgpack.decode(done.body, type=Row).row


def _secret() -> str:
    return secrets.token_urlsafe(36)


ROUTES = [
    *(connect, connections_, connection_, disconnect, key_connection, rejects_),
    *(in_shopify, in_woocommerce),
]
