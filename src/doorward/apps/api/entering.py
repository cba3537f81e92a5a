"""Opening a browser's session, however it was shown who asks: cookies, and who somebody is."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, get
from litestar.datastructures import Cookie
from litestar.middleware.csrf import generate_csrf_token

from doorward.access.commands import Made
from doorward.access.rights import person_behind, scopes
from doorward.adapters.secrets import digest, new_key
from doorward.adapters.signin.ceremonies import Ceremonies
from doorward.apps.api.live import Live
from doorward.apps.api.problems import Trouble
from doorward.apps.api.who import COOKIE, Door, unknown
from doorward.core.units import DAY_S
from doorward.ports.clock import wall_s
from doorward.runtime.live.prepare import SECRET_FILE
from doorward.runtime.live.service_file import ServiceFile
from doorward.tables.people import Grants, Organisations, OrgKind, Scope

SESSION_S = 7 * DAY_S
BEGUN = "dw_begun"
"""Cookie of a browser that has begun to sign in: what was begun is answered by this browser and no other."""
BEGUN_S = 300
SMALL = 64 << 10
"""Bytes of a body from somebody who is not known yet."""


class Me(msgspec.Struct, frozen=True):
    """Who is signed in, and what they may. csrf: for the header X-CSRF-Token of a browser's changes.

    now_s, utc_offset_s, mode (twin or live): the network's time, for those who may not ask for its clock.
    person: not a machine's key.
    """

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


class Signing:
    """Where people sign in, of one API process: the service's address, its secret, and what was begun."""

    def __init__(self, live: Live, service: ServiceFile) -> None:
        root = live.replica.where.root
        self.live, self.service = live, service
        self.secret = (root / SECRET_FILE).read_text()
        self.begun = Ceremonies(root / "signing-in", wall_s)

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by TLS, so that cookies need it."""
        return self.service.public_url.startswith("https:")

    async def enter(
        self, request: Request[Any, Any, Any], command: str, asked: Any, **more: Any
    ) -> tuple[Me, list[Cookie]]:
        """Give the command that opens a session (`asked` lacks its secret and end); who that is, and its cookies."""
        secret = new_key()
        ends_s = self.live.replica.now_s() + SESSION_S
        try:
            done = await self.live.ask(command, asked(digest=digest(secret), ends_s=ends_s, **more))
        except Trouble as error:
            if error.problem.status == 409:  # a rule says that this person does not come in
                raise unknown(error.problem.detail) from error
            raise
        row = made(done)
        grants = self.live.replica.state.table(Grants)
        csrf = generate_csrf_token(request.app.state.csrf.secret)
        me = me_of(self.live, row, int(grants.org[row]), scopes(grants, row), csrf)
        secure = self.secure or request.url.scheme == "https"
        kept = Cookie(
            key=COOKIE,
            value=secret,
            httponly=True,
            secure=secure,
            samesite="strict",
            max_age=SESSION_S,
            path="/",
        )
        name = request.app.state.csrf.cookie_name
        return me, [kept, Cookie(key=name, value=csrf, secure=secure, samesite="strict", path="/")]

    def begun_cookie(self, value: str, *, back_from_elsewhere: bool = False) -> Cookie:
        """Binds what was begun to a browser; an empty value takes it away. A provider's redirect comes from another
        site, with which a strict cookie would not be sent."""
        return Cookie(
            key=BEGUN, value=value, httponly=True, secure=self.secure, path="/api/v1/session",
            samesite="lax" if back_from_elsewhere else "strict", max_age=BEGUN_S if value else 0,
        )  # fmt: skip


class ProviderOut(msgspec.Struct, frozen=True):
    """A provider that vouches for people; path: where a browser goes to be sent there."""

    name: str
    label: str
    path: str


class Ways(msgspec.Struct, frozen=True):
    """How people sign in here. public_url: where passkeys work."""

    public_url: str
    providers: list[ProviderOut]


@get("/session/ways", opt={"scope": ""}, summary="How do people sign in here?")
async def ways(door: Door) -> Ways:
    """With e-mail and password or a key always; with a passkey at the public address; by these providers."""
    providers = [
        ProviderOut(each.name, each.label or each.name, f"/api/v1/session/oidc/{each.name}")
        for each in door.service.oidc
    ]
    return Ways(door.service.public_url, providers)


def made(done: Any) -> int:
    """The row that a command made."""
    return msgspec.msgpack.decode(done.body, type=Made).row


def names_of(scopes: Scope) -> list[str]:
    """Scopes in words."""
    return [scope.name for scope in Scope if scope.name and scope in scopes]


def me_of(live: Live, grant: int, org: int, scopes: Scope, csrf: str) -> Me:
    """Who a grant is."""
    kinds, grants = live.replica.state.table(Organisations).kind, live.replica.state.table(Grants)
    name = live.replica.vault.read("organisation", org) or b""
    return Me(
        grant, org, name.decode(), OrgKind(int(kinds[org])).name.lower(), names_of(scopes), csrf,
        live.replica.now_s(), live.replica.network.utc_offset_s, person_behind(grants, grant) >= 0,
        "live" if live.replica.where.settings.live else "twin",
    )  # fmt: skip


ROUTES = [ways]
