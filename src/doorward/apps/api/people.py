"""Routes of access: signing in, organisations, users, keys, links; and erasing what is personal."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from msgspec import Meta

from doorward.access.commands import (
    EMAIL,
    SECRET,
    Erase,
    GiveServices,
    GiveVehicles,
    MakeKey,
    MakeLink,
    MakeOrganisation,
    MakeUser,
    OpenSession,
    Revoke,
    SetPassword,
    ref_of,
)
from doorward.access.rights import holds
from doorward.adapters.secrets import LEAST_PASSWORD, check_password, digest, hash_password, new_key, new_link
from doorward.apps.api.entering import SMALL, Me, Signing, made, me_of, names_of
from doorward.apps.api.live import Live
from doorward.apps.api.problems import missing
from doorward.apps.api.who import COOKIE, Door, Who, must_see_order, unknown
from doorward.core.units import DAY_S
from doorward.tables.people import Grants, Organisations, OrgKind, Principal, Role, Scope

LINK_S = 30 * DAY_S
Name = Annotated[str, Meta(examples=["Blue Shop"], min_length=1, max_length=300)]
Password = Annotated[str, Meta(examples=["a sentence that nobody guesses"], min_length=LEAST_PASSWORD, max_length=500)]


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By e-mail and password, or by a key."""

    email: Annotated[str, Meta(max_length=400)] = ""
    password: Annotated[str, Meta(max_length=500)] = ""
    key: Annotated[str, Meta(max_length=200)] = ""


class OrganisationIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new organisation."""

    name: Name
    kind: Literal["shipper", "contractor", "carrier"]


class OrganisationOut(msgspec.Struct, frozen=True):
    """An organisation."""

    organisation: int
    name: str
    kind: str


class UserIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new person."""

    organisation: int
    role: Annotated[str, Meta(examples=["planner"])]
    email: Annotated[str, Meta(max_length=400, examples=["ada@example.org"])]
    password: Password | None = None
    name: Annotated[str, Meta(max_length=300)] = ""


class KeyIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new key. scopes: none for all of the role; days: how long it holds, none for ever."""

    organisation: int
    role: Annotated[str, Meta(examples=["viewer"])]
    label: Name
    scopes: list[str] = []
    days: Annotated[int, Meta(ge=1, le=3650)] | None = None


class KeyOut(msgspec.Struct, frozen=True):
    """The key, shown this once: only its digest is kept."""

    grant: int
    key: str


class GrantOut(msgspec.Struct, frozen=True):
    """A user or a key."""

    grant: int
    kind: str
    organisation: int
    role: str
    scopes: list[str]
    label: str
    made_s: int
    ends_s: int
    holds: bool


class VehiclesIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Vehicles by their numbers in GET /network."""

    vehicles: Annotated[list[int], Meta(min_length=1, max_length=10_000)]


class ServicesIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Partner services by their numbers."""

    services: Annotated[list[int], Meta(min_length=1, max_length=10_000)]


class LinkOut(msgspec.Struct, frozen=True):
    """A customer's tracking link, shown this once."""

    grant: int
    path: str
    ends_s: int


class PasswordIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new password."""

    password: Password


@post("/session", opt={"scope": ""}, status_code=201, summary="Sign in", request_max_body_size=SMALL)
async def sign_in(
    data: SignIn, live: Live, door: Door, signing: Signing, request: Request[Any, Any, Any]
) -> Response[Me]:
    """Sets a cookie that no script can read; it holds for seven days, and ends with the password."""
    door.signs_in(request, data.email.lower() or "key")
    row = await _checked(data, live)
    me, cookies = await signing.enter(request, "access.open_session", OpenSession, grant=row)
    return Response(me, cookies=cookies)


async def _checked(data: SignIn, live: Live) -> int:
    """The grant of who signs in. One answer for all that is wrong: nobody learns who exists."""
    vault, grants = live.replica.vault, live.replica.state.table(Grants)
    if data.key:
        row = vault.find(SECRET, [digest(data.key)])[0]
        if row >= 0 and grants.kind[row] == Principal.KEY and holds(grants, row, live.replica.now_s()):
            return row
        raise unknown("no such key, or it does not hold")
    row = vault.find(EMAIL, [ref_of(data.email)])[0]
    kept = vault.read("user", row) if row >= 0 else None
    hashed = msgspec.json.decode(kept).get("hashed", "") if kept else ""
    good = await asyncio.to_thread(check_password, hashed, data.password)
    if not good or not holds(grants, row, live.replica.now_s()):
        raise unknown("e-mail or password is wrong")
    return row


@get("/session", opt={"scope": ""}, summary="Who am I?")
async def session(live: Live, door: Door, request: Request[Any, Any, Any]) -> Me:
    """401 if nobody is signed in."""
    who = door.recognise(request)
    if who is None:
        raise unknown("nobody is signed in")
    csrf = request.cookies.get(request.app.state.csrf.cookie_name, "")
    return me_of(live, who.row, who.org, who.scopes, csrf)


@delete("/session", opt={"scope": ""}, status_code=200, summary="Sign out")
async def sign_out(live: Live, door: Door, request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """The session ends at once, everywhere."""
    who = door.recognise(request)
    if who is not None and live.replica.state.table(Grants).kind[who.row] == Principal.SESSION:
        await live.ask("access.revoke", Revoke(grant=who.row), asker=who.row)
    return Response({"status": "signed out"}, cookies=[Cookie(key=COOKIE, value="", max_age=0, path="/")])


@get("/organisations", opt={"scope": "PEOPLE"}, summary="Organisations")
async def organisations(live: Live, who: Who) -> list[OrganisationOut]:
    """The operator sees all, others their own."""
    kinds, names = live.replica.state.table(Organisations).kind, live.replica.vault.since("organisation")
    return [
        OrganisationOut(row, names.get(row, b"").decode(), OrgKind(int(kind)).name.lower())
        for row, kind in enumerate(kinds)
        if who.operator or row == who.org
    ]


@post("/organisations", opt={"scope": "ORGANISATIONS"}, status_code=201, summary="Make an organisation")
async def make_organisation(data: OrganisationIn, live: Live, who: Who) -> OrganisationOut:
    """A shipper, a contractor or a carrier."""
    asked = MakeOrganisation(name=data.name, kind=data.kind)
    row = made(await live.ask("access.make_organisation", asked, asker=who.row))
    return OrganisationOut(row, data.name, data.kind)


@post(
    "/organisations/{organisation:int}/vehicles", opt={"scope": "ORGANISATIONS"}, status_code=200,
    summary="Give vehicles to a contractor",
)  # fmt: skip
async def give_vehicles(organisation: int, data: VehiclesIn, live: Live, who: Who) -> dict[str, str]:
    """It sees their runs from now on; organisation 0 takes them back."""
    asked = GiveVehicles(vehicles=data.vehicles, org=organisation or -1)
    await live.ask("access.give_vehicles", asked, asker=who.row)
    return {"status": "given"}


@post(
    "/organisations/{organisation:int}/services", opt={"scope": "ORGANISATIONS"}, status_code=200,
    summary="Give partner services to a carrier",
)  # fmt: skip
async def give_services(organisation: int, data: ServicesIn, live: Live, who: Who) -> dict[str, str]:
    """It sees what is handed over to them from now on; organisation 0 takes them back."""
    asked = GiveServices(services=data.services, org=organisation or -1)
    await live.ask("access.give_services", asked, asker=who.row)
    return {"status": "given"}


@get("/grants", opt={"scope": "PEOPLE"}, summary="Users and keys")
async def grants_(live: Live, who: Who) -> list[GrantOut]:
    """Of one's own organisation; the operator sees all. Sessions and links are not listed."""
    grants, vault, now_s = live.replica.state.table(Grants), live.replica.vault, live.replica.now_s()
    texts = {**vault.since("user"), **vault.since("key")}
    found = []
    for row in range(len(grants)):
        kind = Principal(int(grants.kind[row]))
        if kind not in (Principal.USER, Principal.KEY) or not (who.operator or grants.org[row] == who.org):
            continue
        text = msgspec.json.decode(texts[row]) if row in texts else {}
        found.append(
            GrantOut(
                grant=row, kind=kind.name.lower(), organisation=int(grants.org[row]),
                role=Role(int(grants.role[row])).name.lower(), scopes=names_of(Scope(int(grants.scopes[row]))),
                label=text.get("email") or text.get("label", ""), made_s=int(grants.made_s[row]),
                ends_s=int(grants.ends_s[row]), holds=holds(grants, row, now_s),
            )
        )  # fmt: skip
    return found


@post("/users", opt={"scope": "PEOPLE"}, status_code=201, summary="Make a user")
async def make_user(data: UserIn, live: Live, who: Who) -> dict[str, int]:
    """With a password of at least twelve characters; or without one, for who signs in by an OpenID provider that knows
    the same e-mail address."""
    hashed = await asyncio.to_thread(hash_password, data.password) if data.password is not None else ""
    asked = MakeUser(org=data.organisation, role=data.role, email=data.email, name=data.name, hashed=hashed)
    return {"grant": made(await live.ask("access.make_user", asked, asker=who.row))}


@post("/users/{grant:int}/password", opt={"scope": "PEOPLE"}, status_code=200, summary="Set a password")
async def set_password(grant: int, data: PasswordIn, live: Live, who: Who) -> dict[str, str]:
    """All sessions of that person end."""
    hashed = await asyncio.to_thread(hash_password, data.password)
    await live.ask("access.set_password", SetPassword(grant=grant, hashed=hashed), asker=who.row)
    return {"status": "set"}


@delete("/users/{grant:int}", opt={"scope": "PEOPLE"}, status_code=200, summary="Erase a person")
async def erase_user(grant: int, live: Live, who: Who) -> dict[str, str]:
    """Name, address and password are gone, and nobody signs in with them; what the person did stays, by number."""
    grants = live.replica.state.table(Grants)
    if not 0 <= grant < len(grants) or not (who.operator or grants.org[grant] == who.org):
        raise missing(f"user {grant}")
    await live.ask("access.erase", Erase(kind="user", row=grant), asker=who.row)
    return {"status": "erased"}


@post("/keys", opt={"scope": "PEOPLE"}, status_code=201, summary="Make a key")
async def make_key(data: KeyIn, live: Live, who: Who) -> KeyOut:
    """The answer shows it, once."""
    secret = new_key()
    ends_s = -1 if data.days is None else live.replica.now_s() + data.days * DAY_S
    asked = MakeKey(
        org=data.organisation,
        role=data.role,
        label=data.label,
        digest=digest(secret),
        scopes=data.scopes,
        ends_s=ends_s,
    )
    return KeyOut(made(await live.ask("access.make_key", asked, asker=who.row)), secret)


@delete("/grants/{grant:int}", opt={"scope": "PEOPLE"}, status_code=200, summary="Revoke a user or a key")
async def revoke(grant: int, live: Live, who: Who) -> dict[str, str]:
    """At once; its sessions end too."""
    grants = live.replica.state.table(Grants)
    if not 0 <= grant < len(grants) or not (who.operator or grants.org[grant] == who.org):
        raise missing(f"grant {grant}")
    await live.ask("access.revoke", Revoke(grant=grant), asker=who.row)
    return {"status": "revoked"}


@post(
    "/orders/{order:int}/link", opt={"scope": "ORDERS_READ"}, status_code=201, summary="Make a tracking link"
)
async def make_link(order: int, live: Live, who: Who) -> LinkOut:
    """For the customer, without signing in; holds for thirty days, and can be revoked."""
    must_see_order(who, live.replica.state, order)
    secret, ends_s = new_link(), live.replica.now_s() + LINK_S
    asked = MakeLink(order=order, digest=digest(secret), ends_s=ends_s)
    return LinkOut(made(await live.ask("access.make_link", asked, asker=who.row)), f"/t/{secret}", ends_s)


@delete(
    "/orders/{order:int}/recipient", opt={"scope": "PEOPLE"}, status_code=200, summary="Erase a recipient"
)
async def erase_recipient(order: int, live: Live, who: Who) -> dict[str, str]:
    """Name and address of an order's recipient; what happened stays, without them."""
    must_see_order(who, live.replica.state, order)
    await live.ask("access.erase", Erase(kind="recipient", row=order), asker=who.row)
    return {"status": "erased"}


ROUTES = [
    *(
        sign_in,
        session,
        sign_out,
        organisations,
        make_organisation,
        give_vehicles,
        give_services,
        erase_user,
        grants_,
        make_user,
        set_password,
        make_key,
    ),
    *(revoke, make_link, erase_recipient),
]
