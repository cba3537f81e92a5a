"""Who asks, and what they may: every route names the scope it needs in `opt`, and this guard looks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware.csrf import CSRFMiddleware
from litestar.types import Receive, Send
from litestar.types import Scope as AsgiScope

from doorward.access.commands import SECRET
from doorward.access.rights import OPERATOR, holds, kind_of, orders_seen, person_behind, scopes
from doorward.adapters.secrets import digest
from doorward.apps.api.live import Live
from doorward.apps.api.problems import Trouble, missing
from doorward.ledger.state import State
from doorward.ports.clock import wall_s
from doorward.runtime.live.service_file import ServiceFile
from doorward.tables.orders import Orders
from doorward.tables.people import Grants, OrgKind, Principal, Scope

COOKIE = "dw_session"
SELF = "SELF"
"""In place of a scope: whoever is signed in as a person, for what is that person's own."""


@dataclass(frozen=True)
class Who:
    """A principal: its row in Grants, its organisation and what that is, its scopes, and whether a browser speaks."""

    row: int
    org: int
    kind: OrgKind
    scopes: Scope
    browser: bool

    @property
    def operator(self) -> bool:
        """Whether it sees everything."""
        return self.org == OPERATOR


class Door:
    """Recognises principals by their secrets, for one API process."""

    def __init__(self, live: Live, service: ServiceFile) -> None:
        self._live, self.service = live, service
        limits: dict[str, str] = msgspec.structs.asdict(service.limits)
        self._rates = {name: parse(rate) for name, rate in limits.items()}
        self._rows: dict[str, int] = {}
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def recognise(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Who | None:
        """Who sent it; None without a secret. Trouble 401 for one that does not hold."""
        header = connection.headers.get("authorization", "")
        secret = header[7:] if header[:7].lower() == "bearer " else ""
        browser = not secret
        secret = secret or connection.cookies.get(COOKIE, "")
        if not secret:
            return None
        row = self._row(digest(secret))
        replica = self._live.replica
        grants = replica.state.table(Grants)
        if row < 0 or grants.kind[row] not in (Principal.KEY, Principal.SESSION):
            raise unknown()
        if not holds(grants, row, replica.now_s()):
            raise unknown("it was revoked, or has ended")
        org = int(grants.org[row])
        return Who(row, org, kind_of(replica.state, org), scopes(grants, row), browser)

    def person(self, who: Who) -> int:
        """The user whose session asks; -1 for a key, and for who signed in with one."""
        return person_behind(self._live.replica.state.table(Grants), who.row)

    def _row(self, print_: str) -> int:
        row = self._rows.get(print_, -1)
        if row < 0:
            row = self._live.replica.vault.find(SECRET, [print_])[0]
            if row >= 0:
                if len(self._rows) > 10_000:
                    self._rows.clear()
                self._rows[print_] = row
        return row

    def slow_down(self, who: str, limit: str = "requests") -> None:
        """Trouble 429 for who asks more often than a limit of the service settings allows."""
        rate = self._rates[limit]
        if not self._limiter.hit(rate, who):
            wait_s = max(1, math.ceil(self._limiter.get_window_stats(rate, who).reset_time - wall_s()))
            raise Trouble(
                429, "too many requests", rule=str(rate), remedy="wait, and send many things in one batch",
                headers={"Retry-After": str(wait_s)},
            )  # fmt: skip

    def signs_in(self, request: Request[Any, Any, Any], person: str = "") -> None:
        """Trouble 429 for an address that tries too often, for one person or at all."""
        address = self.address(request)
        self.slow_down(f"sign in {address}", "sign_ins_address")
        if person:
            self.slow_down(f"sign in {address} {person}", "sign_ins")

    def address(self, request: Request[Any, Any, Any]) -> str:
        """Who connects; behind proxies of ours the address that the last of them saw."""
        address, proxies = request.client.host if request.client else "", self.service.proxies
        for earlier in reversed(request.headers.get("x-forwarded-for", "").split(",")):
            if address not in proxies or not earlier.strip():
                break
            address = earlier.strip()
        return address


def unknown(why: str = "no such key or session") -> Trouble:
    """401."""
    return Trouble(
        401,
        why,
        remedy="send `Authorization: Bearer dw_...`, or sign in at /",
        headers={"WWW-Authenticate": "Bearer"},
    )


def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Before every route: recognise, check the scope it names, leave the principal for it."""
    wanted = handler.opt.get("scope")
    if wanted is None and connection.scope.get("method") == "OPTIONS":
        return  # the framework's own, which says what else the path takes
    if wanted is None:
        raise Trouble(500, "a route without a scope")
    if wanted == "":
        return
    door: Door = connection.app.state.door
    who = door.recognise(connection)
    if who is None:
        raise unknown("nobody is signed in")
    door.slow_down(str(who.row))
    if wanted == SELF:
        if door.person(who) < 0:
            raise Trouble(403, "this is for a person", remedy="sign in with e-mail and password first")
    elif not any(Scope[each] in who.scopes for each in wanted.split("|")):
        words = wanted.replace("|", " or ")
        raise Trouble(
            403, f"this needs the scope {words}", remedy="ask an admin for a key or a role that has it"
        )
    if handler.opt.get("operators") and not who.operator:
        raise Trouble(403, "this is the operator's")
    connection.state.who = who


def who(request: Request[Any, Any, Any]) -> Who:
    """The principal that the guard recognised."""
    found: Who = request.state.who
    return found


SIGN_INS = ("/api/v1/session", "/api/v1/session/passkey", "/api/v1/session/passkey/options")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Csrf(CSRFMiddleware):
    """Litestar's check of forged requests, where a browser's cookie speaks; a key in a header cannot be forged so."""

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == ScopeType.HTTP:
            headers = dict(scope["headers"])
            # who signs in anew with a dead session's cookie has no token; another site never has the strict cookie
            signs_in = scope["method"] == "POST" and scope["path"] in SIGN_INS
            if scope["method"] not in SAFE_METHODS and scope["path"].startswith("/api/"):
                self._must_be_ours(scope, headers)
            cookie = f"{COOKIE}=".encode() in headers.get(b"cookie", b"")
            if signs_in or b"authorization" in headers or not cookie:
                await self.app(scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    def _must_be_ours(self, scope: AsgiScope, headers: dict[bytes, bytes]) -> None:
        """Trouble 403 for a page of another site, also where no cookie is needed: it must not sign anybody in here."""
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        ours = scope["litestar_app"].state.door.service.public_url
        if origin and origin != ours and origin.partition("://")[2] != host:
            raise Trouble(403, "this came from a page of another site", rule=f"pages of {ours} only")


def must_see_order(who: Who, state: State, order: int) -> None:
    """Trouble 404 unless the order is there for it: others' orders look like none."""
    there = 0 <= order < state.count(Orders)
    if not there or not orders_seen(state, who.org, np.array([order]))[0]:
        raise missing(f"order {order}")
