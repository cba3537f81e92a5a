"""Routes of outgoing webhooks: endpoints, their secrets, what was delivered, dead letters and their replay."""

from __future__ import annotations

import base64
import secrets
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from litestar import delete, get, post
from litestar.params import QueryParameter
from msgspec import Meta

from doorward.apps.api.live import Live
from doorward.apps.api.problems import Trouble, missing
from doorward.apps.api.who import Who
from doorward.apps.live.sender import BOOK
from doorward.hooks.commands import (
    KIND,
    LONGEST_OVERLAP_S,
    PREFIX,
    DisableHook,
    EnableHook,
    Hook,
    KeptHook,
    MakeHook,
    ReplayHook,
    RotateSecret,
)
from doorward.ledger.deliveries import DEAD, DELIVERED, WAITS, Deliveries
from doorward.tables.hooks import HOOK_TYPES, Disabled, Endpoints

SECRET_BYTES = 32
STATUSES = {"waiting": WAITS, "delivered": DELIVERED, "dead": DEAD}
NAMES = {number: name for name, number in STATUSES.items()}
Limit = Annotated[int, QueryParameter(ge=1, le=200)]


class WebhookIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """events: which to be told, none for all. organisation: of the endpoint; one's own if left out."""

    url: Annotated[
        str, Meta(min_length=1, max_length=2_000, examples=["https://shop.example/hooks/doorward"])
    ]
    events: Annotated[list[str], Meta(max_length=50, examples=[["order.promised", "package.delivered"]])] = []
    organisation: int | None = None


class WebhookOut(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint. disabled_s: since when nothing is sent, -1 it is; why: asked or gone (it answered 410).

    waiting, delivered, dead: how many messages stand so
    """

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


class WebhookPage(msgspec.Struct, frozen=True):
    """Endpoints, the newest first. known: all events that there are."""

    items: list[WebhookOut]
    cursor: str
    known: list[str]


class SecretOut(msgspec.Struct, frozen=True):
    """What verifies its messages (Standard Webhooks), shown this once."""

    webhook: int
    secret: Annotated[str, Meta(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])]


class RotateIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """overlap_s: so long the old secret signs beside the new one."""

    overlap_s: Annotated[int, Meta(ge=0, le=LONGEST_OVERLAP_S)] = 86_400


class ReplayIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """since_s: dead letters of what happened since then (the network's time); 0 all."""

    since_s: Annotated[int, Meta(ge=0, le=1 << 40)] = 0


class Changed(msgspec.Struct, frozen=True):
    """It was done."""

    webhook: int
    turn: int


class AttemptOut(msgspec.Struct, frozen=True):
    """A try, Unix seconds by the wall. code: HTTP status, 0 no answer; note: what went wrong."""

    at_s: int
    code: int
    took_ms: int
    note: str


class DeliveryOut(msgspec.Struct, frozen=True, kw_only=True):
    """A message and what was tried. happened_s: the network's time; next_s: when it is tried next, -1 never."""

    message: str
    type: str
    happened_s: int
    status: Literal["waiting", "delivered", "dead"]
    next_s: int
    attempts: list[AttemptOut]
    body: dict[str, Any]


class DeliveryPage(msgspec.Struct, frozen=True):
    """A page of them, the newest first."""

    items: list[DeliveryOut]
    cursor: str


@post("/webhooks", opt={"scope": "HOOKS"}, status_code=201, summary="Make a webhook endpoint")
async def make_webhook(data: WebhookIn, live: Live, who: Who) -> SecretOut:
    """Signed by Standard Webhooks with the secret that the answer shows, once. Public https addresses only, unless the
    network was started with `--allow-private-webhooks`."""
    organisation = who.org if data.organisation is None else data.organisation
    if organisation != who.org and not who.operator:
        raise missing(f"organisation {organisation}")
    secret = _secret()
    asked = MakeHook(org=organisation, url=data.url, secret=secret, events=data.events)
    done = await live.ask("hooks.make", asked, asker=who.row)
    return SecretOut(msgspec.msgpack.decode(done.body, type=Hook).endpoint, secret)


@get("/webhooks", opt={"scope": "HOOKS"}, summary="Webhook endpoints")
async def webhooks_(
    live: Live, who: Who, cursor: Annotated[int, QueryParameter(ge=0, le=1 << 40)] = 0, limit: Limit = 100
) -> WebhookPage:
    """Of one's own organisation; the operator sees all."""
    endpoints = live.replica.state.table(Endpoints)
    seen = np.flatnonzero((endpoints.org == who.org) | who.operator)[::-1]
    part = seen[cursor : cursor + limit].tolist()
    book = _book(live)
    items = [_shown(live, book, row) for row in part]
    if book is not None:
        book.close()
    more = str(cursor + limit) if cursor + limit < len(seen) else ""
    return WebhookPage(items, more, list(HOOK_TYPES.values()))


@get("/webhooks/{webhook:int}", opt={"scope": "HOOKS"}, summary="A webhook endpoint")
async def webhook_(webhook: int, live: Live, who: Who) -> WebhookOut:
    """Where it leads, what it is told, and how that goes."""
    _must_see(live, who, webhook)
    book = _book(live)
    found = _shown(live, book, webhook)
    if book is not None:
        book.close()
    return found


@delete("/webhooks/{webhook:int}", opt={"scope": "HOOKS"}, status_code=200, summary="Disable an endpoint")
async def disable_webhook(webhook: int, live: Live, who: Who) -> Changed:
    """Nothing more is sent there; what waits becomes dead letters. It can be enabled again."""
    _must_see(live, who, webhook)
    done = await live.ask("hooks.disable", DisableHook(endpoint=webhook), asker=who.row)
    return Changed(webhook, done.turn)


@post("/webhooks/{webhook:int}/enable", opt={"scope": "HOOKS"}, status_code=200, summary="Enable an endpoint")
async def enable_webhook(webhook: int, live: Live, who: Who) -> Changed:
    """It is told of what happens from now on; what it missed is not made up, its dead letters can be replayed."""
    _must_see(live, who, webhook)
    done = await live.ask("hooks.enable", EnableHook(endpoint=webhook), asker=who.row)
    return Changed(webhook, done.turn)


@post(
    "/webhooks/{webhook:int}/rotate", opt={"scope": "HOOKS"}, status_code=200, summary="Draw another secret"
)
async def rotate_webhook(webhook: int, live: Live, who: Who, data: RotateIn) -> SecretOut:
    """The new one signs at once, and the old one beside it for a while, so that no message is refused meanwhile."""
    _must_see(live, who, webhook)
    secret = _secret()
    asked = RotateSecret(endpoint=webhook, secret=secret, overlap_s=data.overlap_s)
    await live.ask("hooks.rotate", asked, asker=who.row)
    return SecretOut(webhook, secret)


@post(
    "/webhooks/{webhook:int}/replay", opt={"scope": "HOOKS"}, status_code=200, summary="Replay dead letters"
)
async def replay_webhook(webhook: int, live: Live, who: Who, data: ReplayIn) -> Changed:
    """They are tried anew from the start, under their own ids: a receiver that knows an id may skip it."""
    _must_see(live, who, webhook)
    done = await live.ask("hooks.replay", ReplayHook(endpoint=webhook, since_s=data.since_s), asker=who.row)
    return Changed(webhook, done.turn)


@get("/webhooks/{webhook:int}/deliveries", opt={"scope": "HOOKS"}, summary="What was delivered, and what not")
async def deliveries_(
    webhook: int,
    live: Live,
    who: Who,
    status: Literal["", "waiting", "delivered", "dead"] = "",
    cursor: Annotated[str, QueryParameter(max_length=100)] = "",
    limit: Limit = 50,
) -> DeliveryPage:
    """Messages with every attempt, the newest first; `status=dead` are the dead letters."""
    _must_see(live, who, webhook)
    book = _book(live)
    if book is None:
        return DeliveryPage([], "")
    try:
        lines = book.page(webhook, STATUSES.get(status), _after(cursor), limit + 1)
        items = [
            DeliveryOut(
                message=line.message,
                type=str((body := msgspec.json.decode(line.body)).get("type", "")),
                happened_s=line.at_s,
                status=NAMES[line.status],  # type: ignore[arg-type]
                next_s=line.due_s if line.status == WAITS else -1,
                attempts=[AttemptOut(*each) for each in book.attempts(webhook, line.message)],
                body=body,
            )
            for line in lines[:limit]
        ]
    finally:
        book.close()
    last = lines[limit - 1] if len(lines) > limit else None
    return DeliveryPage(items, f"{last.at_s}.{last.message}" if last is not None else "")


# ---- inside ----------------------------------------------------------------------------------------------------


def _must_see(live: Live, who: Who, webhook: int) -> None:
    """Trouble 404 unless the endpoint is there for it."""
    orgs = live.replica.state.table(Endpoints).org
    if not 0 <= webhook < len(orgs) or not (who.operator or orgs[webhook] == who.org):
        raise missing(f"webhook {webhook}")


def _shown(live: Live, book: Deliveries | None, row: int) -> WebhookOut:
    endpoints, kept = live.replica.state.table(Endpoints), live.replica.vault.read(KIND, row)
    bits, reason = int(endpoints.events[row]), int(endpoints.reason[row])
    counts = book.counts(row) if book is not None else {}
    return WebhookOut(
        webhook=row,
        organisation=int(endpoints.org[row]),
        url=msgspec.json.decode(kept, type=KeptHook).url if kept else "",
        events=[name for bit, name in HOOK_TYPES.items() if bits & bit],
        made_s=int(endpoints.made_s[row]),
        rotated_s=int(endpoints.rotated_s[row]),
        disabled_s=int(endpoints.disabled_s[row]),
        why=Disabled(reason).name.lower() if reason >= 0 else "",
        **{name: counts.get(number, 0) for name, number in STATUSES.items()},
    )


def _book(live: Live) -> Deliveries | None:
    """The sender's file; None before there is one."""
    path = live.replica.where.root / BOOK
    book = Deliveries(path, read_only=True) if path.exists() else None
    return book if book is not None and book.ready else None


def _after(cursor: str) -> tuple[int, str] | None:
    if not cursor:
        return None
    at_s, _, message = cursor.partition(".")
    if not at_s.isascii() or not at_s.isdigit() or len(at_s) > 15 or not message:
        raise Trouble(
            422, "a cursor that is none of ours", field="cursor", remedy="send back what a page gave"
        )
    return int(at_s), message


def _secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


ROUTES = [
    *(make_webhook, webhooks_, webhook_, disable_webhook, enable_webhook, rotate_webhook, replay_webhook),
    deliveries_,
]
