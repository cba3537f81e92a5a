"""Commands of the access room. Secrets never come here: a command is given digests and hashes, made by adapters."""

from __future__ import annotations

import hashlib
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from doorward.access.checks import (
    EMAIL,
    SECRET,
    Made,
    grant,
    must_end,
    need,
    no_longer,
    no_more,
    over,
    role_of,
    somebody_stays,
)
from doorward.access.rights import OPERATOR, holds
from doorward.access.signing import COMMANDS as SIGNING
from doorward.access.signing import forget_ways
from doorward.core.errors import BadInput, Refused
from doorward.core.units import DAY_S
from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.tables.fleet import Vehicles
from doorward.tables.orders import Orders
from doorward.tables.people import (
    ROLE_SCOPES,
    Erased,
    Grants,
    OrganisationMade,
    Organisations,
    OrgKind,
    PasswordSet,
    Principal,
    Revoked,
    Role,
    Scope,
    ServiceGiven,
    VehicleGiven,
)
from doorward.tables.ways import Services

Text = Annotated[str, Meta(min_length=1, max_length=300)]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
MOST_SESSION_S, MOST_LINK_S = 30 * DAY_S, 180 * DAY_S
"""A browser's session and a customer's link hold no longer."""


def ref_of(email: str) -> str:
    """What an e-mail address is referred to by: a digest, so that the address itself can be erased."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


class Nothing(msgspec.Struct, frozen=True, kw_only=True):
    """Done; nothing to tell."""


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """The first start: the operator, and a first key that may everything."""

    name: Text
    digest: Digest


class MakeOrganisation(msgspec.Struct, frozen=True, kw_only=True):
    """kind: shipper, contractor, carrier."""

    name: Text
    kind: str


class MakeUser(msgspec.Struct, frozen=True, kw_only=True):
    """hashed: argon2id of the password, or empty: none yet."""

    org: int
    role: str
    email: Annotated[str, Meta(pattern=r"^[^@\s]{1,200}@[^@\s]{1,200}$")]
    name: Annotated[str, Meta(max_length=300)] = ""
    hashed: Annotated[str, Meta(max_length=300)] = ""


class MakeKey(msgspec.Struct, frozen=True, kw_only=True):
    """scopes: names, none for all of the role; ends_s: -1 never; digest: of the secret that is shown once."""

    org: int
    role: str
    label: Text
    digest: Digest
    scopes: list[str] = []
    ends_s: int = -1


class OpenSession(msgspec.Struct, frozen=True, kw_only=True):
    """A user (or key) signed in with a browser."""

    grant: int
    digest: Digest
    ends_s: int


class MakeLink(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's tracking link for an order."""

    order: int
    digest: Digest
    ends_s: int


class Revoke(msgspec.Struct, frozen=True, kw_only=True):
    """End grants."""

    grant: int


class SetPassword(msgspec.Struct, frozen=True, kw_only=True):
    """hashed: argon2id of the new password."""

    grant: int
    hashed: Text


class GiveVehicles(msgspec.Struct, frozen=True, kw_only=True):
    """org: a contractor; -1 takes them back."""

    vehicles: Annotated[list[int], Meta(min_length=1, max_length=10_000)]
    org: int


class GiveServices(msgspec.Struct, frozen=True, kw_only=True):
    """org: a carrier; -1 takes them back."""

    services: Annotated[list[int], Meta(min_length=1, max_length=10_000)]
    org: int


class Erase(msgspec.Struct, frozen=True, kw_only=True):
    """kind: recipient (row: order) or user (row: grant)."""

    kind: str
    row: int


def start(desk: Desk, asked: Start) -> Made:
    """Once: a network that has an operator has one for ever."""
    if desk.next(Organisations):
        raise Refused("the network has its operator already; what to do: sign in, or let an admin make a key")
    desk.post(OrganisationMade(organisation=np.array([0]), kind=np.array([OrgKind.OPERATOR])))
    desk.keep("organisation", 0, asked.name.encode())
    return grant(desk, Principal.KEY, OPERATOR, Role.ADMIN, text={"label": "first key"}, digest=asked.digest)


def make_organisation(desk: Desk, asked: MakeOrganisation) -> Made:
    """Shippers, contractors, carriers; by who may make organisations."""
    need(desk, Scope.ORGANISATIONS)
    kinds = {k.name.lower(): k for k in OrgKind if k != OrgKind.OPERATOR}
    if asked.kind not in kinds:
        raise BadInput(f"no kind {asked.kind!r}", where="kind", rule=f"one of {', '.join(kinds)}")
    row = desk.next(Organisations)
    desk.post(OrganisationMade(organisation=np.array([row]), kind=np.array([kinds[asked.kind]])))
    desk.keep("organisation", row, asked.name.encode())
    return Made(row=row)


def make_user(desk: Desk, asked: MakeUser) -> Made:
    """A person of an organisation; an e-mail address signs in one person."""
    role = role_of(desk, asked.org, asked.role)
    no_longer(desk, -1)
    email = asked.email.lower()
    if desk.vault is not None and desk.vault.find(EMAIL, [ref_of(email)])[0] >= 0:
        raise BadInput(
            "this address signs in somebody already", where="email", rule="one person an address",
            remedy="use another address, or set that person's password",
        )  # fmt: skip
    text = {"email": email, "name": asked.name, "hashed": asked.hashed}
    made = grant(desk, Principal.USER, asked.org, role, text=text)
    desk.refer(EMAIL, ref_of(email), made.row)
    return made


def make_key(desk: Desk, asked: MakeKey) -> Made:
    """A secret for a machine, with the scopes of its role or some of them."""
    role = role_of(desk, asked.org, asked.role)
    known = {scope.name: scope for scope in Scope}
    chosen = Scope(0)
    for name in asked.scopes:
        if name not in known:
            raise BadInput(
                f"no scope {name!r}", where="scopes", rule=f"of {', '.join(s for s in known if s)}"
            )
        chosen |= known[name]
    if asked.scopes and chosen & ~ROLE_SCOPES[role]:
        raise Refused(f"the role {role.name.lower()} has not all of these scopes")
    if asked.ends_s != -1:
        must_end(desk, asked.ends_s)
    no_longer(desk, asked.ends_s)
    bits = chosen if asked.scopes else ROLE_SCOPES[role]
    return grant(
        desk, Principal.KEY, asked.org, role, text={"label": asked.label}, digest=asked.digest,
        ends_s=asked.ends_s, bits=bits,
    )  # fmt: skip


def open_session(desk: Desk, asked: OpenSession) -> Made:
    """Somebody whose password or key was checked signs in."""
    must_end(desk, asked.ends_s, MOST_SESSION_S)
    grants = desk.table(Grants)
    if not holds(grants, asked.grant, desk.now_s) or grants.kind[asked.grant] not in (
        Principal.USER,
        Principal.KEY,
    ):
        raise Refused("who signs in must be a user or a key that holds")
    row = asked.grant
    return grant(
        desk, Principal.SESSION, int(grants.org[row]), Role(int(grants.role[row])), digest=asked.digest,
        ends_s=asked.ends_s, bits=Scope(0), about=row, text={},
    )  # fmt: skip


def make_link(desk: Desk, asked: MakeLink) -> Made:
    """Whoever has the link sees this order's way to the door, and nothing else."""
    orders = desk.table(Orders)
    if not 0 <= asked.order < len(orders):
        raise BadInput(f"no order {asked.order}", where="order")
    org = max(OPERATOR, int(orders.shop[asked.order]))
    need(desk, Scope.ORDERS_READ)
    if desk.asker >= 0 and desk.table(Grants).org[desk.asker] not in (OPERATOR, org):
        raise BadInput(f"no order {asked.order}", where="order", rule="an order that the asker sees")
    must_end(desk, asked.ends_s, MOST_LINK_S)
    return grant(
        desk, Principal.LINK, org, Role.VIEWER, digest=asked.digest, ends_s=asked.ends_s, bits=Scope(0),
        about=asked.order, text={},
    )  # fmt: skip


def revoke(desk: Desk, asked: Revoke) -> Nothing:
    """End a grant of one's own organisation (who may make organisations: of any), or one's own session."""
    grants = desk.table(Grants)
    if not 0 <= asked.grant < len(grants):
        raise BadInput(f"no grant {asked.grant}", where="grant")
    if asked.grant != desk.asker:
        over(desk, int(grants.org[asked.grant]))
    elif not holds(grants, desk.asker, desk.now_s):
        raise Refused("it holds no longer")
    somebody_stays(desk, asked.grant)
    if grants.revoked_s[asked.grant] < 0:
        desk.post(Revoked(grant=np.array([asked.grant]), by=np.array([desk.asker])))
    return Nothing()


def set_password(desk: Desk, asked: SetPassword) -> Nothing:
    """One's own, or of a person of one's organisation."""
    grants = desk.table(Grants)
    if not 0 <= asked.grant < len(grants) or grants.kind[asked.grant] != Principal.USER:
        raise BadInput(f"no user {asked.grant}", where="grant")
    own = (
        holds(grants, desk.asker, desk.now_s)
        and grants.kind[desk.asker] == Principal.SESSION
        and int(grants.about[desk.asker]) == asked.grant
    )
    if not own:
        over(desk, int(grants.org[asked.grant]))
        no_more(desk, Scope(int(grants.scopes[asked.grant])))
    kept = desk.vault.read("user", asked.grant) if desk.vault is not None else None
    if desk.vault is not None and not kept:
        raise Refused(f"user {asked.grant} was erased; what to do: make a new one")
    text = msgspec.json.decode(kept) if kept else {}
    desk.keep("user", asked.grant, msgspec.json.encode({**text, "hashed": asked.hashed}))
    desk.post(PasswordSet(grant=np.array([asked.grant]), by=np.array([desk.asker])))
    return Nothing()


def give_vehicles(desk: Desk, asked: GiveVehicles) -> Nothing:
    """Vehicles that a contractor drives: it sees their runs, and only theirs."""
    need(desk, Scope.ORGANISATIONS)
    _must_be(desk, asked.org, OrgKind.CONTRACTOR)
    count = desk.next(Vehicles)
    if not all(0 <= v < count for v in asked.vehicles):
        raise BadInput("a vehicle that does not exist", where="vehicles", rule=f"0 to {count - 1}")
    vehicles = np.unique(np.array(asked.vehicles))
    desk.post(VehicleGiven.fill(len(vehicles), vehicle=vehicles, org=asked.org))
    return Nothing()


def give_services(desk: Desk, asked: GiveServices) -> Nothing:
    """Partner services that a carrier runs: it sees what was handed over to them, and only that."""
    need(desk, Scope.ORGANISATIONS)
    _must_be(desk, asked.org, OrgKind.CARRIER)
    count = desk.next(Services)
    if not all(0 <= s < count for s in asked.services):
        raise BadInput("a service that does not exist", where="services", rule=f"0 to {count - 1}")
    services = np.unique(np.array(asked.services))
    desk.post(ServiceGiven.fill(len(services), service=services, org=asked.org))
    return Nothing()


def _must_be(desk: Desk, org: int, kind: OrgKind) -> None:
    """BadInput unless it is such an organisation, or -1: the operator itself."""
    kinds = desk.table(Organisations).kind
    if org != -1 and not (0 <= org < len(kinds) and kinds[org] == kind):
        word = kind.name.lower()
        raise BadInput(
            f"organisation {org} is no {word}", where="org", rule=f"a {word}, or -1",
            remedy="take one of GET /api/v1/organisations",
        )  # fmt: skip


def erase(desk: Desk, asked: Erase) -> Nothing:
    """Take personal text out of the vault; what happened stays. A user that is erased signs in no more."""
    need(desk, Scope.PEOPLE)
    grants, kinds = desk.table(Grants), {"recipient": (0, Orders), "user": (1, Grants)}
    if asked.kind not in kinds:
        raise BadInput(f"no kind {asked.kind!r}", where="kind", rule=f"one of {', '.join(kinds)}")
    number, table = kinds[asked.kind]
    user = table is Grants
    if not 0 <= asked.row < desk.next(table) or (user and grants.kind[asked.row] != Principal.USER):
        raise BadInput(f"no {asked.kind} {asked.row}", where="row", rule="the row of one that there is")
    over(desk, max(OPERATOR, int((grants.org if user else desk.table(Orders).shop)[asked.row])))
    if user:
        somebody_stays(desk, asked.row)
        desk.forget(EMAIL, asked.row)
        forget_ways(desk, asked.row)
        if grants.revoked_s[asked.row] < 0:
            desk.post(Revoked(grant=np.array([asked.row]), by=np.array([desk.asker])))
    desk.keep(asked.kind, asked.row, b"")
    desk.post(Erased(kind=np.array([number]), row=np.array([asked.row]), by=np.array([desk.asker])))
    return Nothing()


COMMANDS: list[Command] = [
    Command("access.start", Start, start),
    Command("access.make_organisation", MakeOrganisation, make_organisation),
    Command("access.make_user", MakeUser, make_user),
    Command("access.make_key", MakeKey, make_key),
    Command("access.open_session", OpenSession, open_session),
    Command("access.make_link", MakeLink, make_link),
    Command("access.revoke", Revoke, revoke),
    Command("access.set_password", SetPassword, set_password),
    Command("access.give_vehicles", GiveVehicles, give_vehicles),
    Command("access.give_services", GiveServices, give_services),
    Command("access.erase", Erase, erase),
    *SIGNING,
]

__all__ = ["COMMANDS", "EMAIL", "SECRET", "Made"]
