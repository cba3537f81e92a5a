"""Commands of the access room. Secrets never come here: a command is given digests and hashes, made by adapters."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from doorward.access.rights import OPERATOR, holds, scopes
from doorward.core.errors import BadInput, Refused
from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.tables.fleet import Vehicles
from doorward.tables.orders import Orders
from doorward.tables.people import (
    ROLE_SCOPES,
    ROLES_OF,
    Erased,
    Granted,
    Grants,
    OrganisationMade,
    Organisations,
    OrgKind,
    PasswordSet,
    Principal,
    Revoked,
    Role,
    Scope,
    VehicleGiven,
)

Text = Annotated[str, Meta(min_length=1, max_length=300)]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
EMAIL, SECRET = "email", "secret"
"""Scopes of references: who bears an e-mail address, whom a secret's digest belongs to."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The row of what was made."""

    row: int


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
    return _grant(desk, Principal.KEY, OPERATOR, Role.ADMIN, text={"label": "first key"}, digest=asked.digest)


def make_organisation(desk: Desk, asked: MakeOrganisation) -> Made:
    """Shippers, contractors, carriers; by who may make organisations."""
    _need(desk, Scope.ORGANISATIONS)
    kinds = {k.name.lower(): k for k in OrgKind if k != OrgKind.OPERATOR}
    if asked.kind not in kinds:
        raise BadInput(f"no kind {asked.kind!r}", where="kind", rule=f"one of {', '.join(kinds)}")
    row = desk.next(Organisations)
    desk.post(OrganisationMade(organisation=np.array([row]), kind=np.array([kinds[asked.kind]])))
    desk.keep("organisation", row, asked.name.encode())
    return Made(row=row)


def make_user(desk: Desk, asked: MakeUser) -> Made:
    """A person of an organisation; an e-mail address signs in one person."""
    role = _role(desk, asked.org, asked.role)
    email = asked.email.lower()
    if desk.vault is not None and desk.vault.find(EMAIL, [email])[0] >= 0:
        raise BadInput(
            "this address signs in somebody already", where="email", rule="one person an address",
            remedy="use another address, or set that person's password",
        )  # fmt: skip
    text = {"email": email, "name": asked.name, "hashed": asked.hashed}
    made = _grant(desk, Principal.USER, asked.org, role, text=text)
    desk.refer(EMAIL, email, made.row)
    return made


def make_key(desk: Desk, asked: MakeKey) -> Made:
    """A secret for a machine, with the scopes of its role or some of them."""
    role = _role(desk, asked.org, asked.role)
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
    bits = chosen if asked.scopes else ROLE_SCOPES[role]
    return _grant(
        desk, Principal.KEY, asked.org, role, text={"label": asked.label}, digest=asked.digest,
        ends_s=asked.ends_s, bits=bits,
    )  # fmt: skip


def open_session(desk: Desk, asked: OpenSession) -> Made:
    """Somebody whose password or key was checked signs in."""
    grants = desk.table(Grants)
    if not holds(grants, asked.grant, desk.now_s) or grants.kind[asked.grant] not in (
        Principal.USER,
        Principal.KEY,
    ):
        raise Refused("who signs in must be a user or a key that holds")
    row = asked.grant
    return _grant(
        desk, Principal.SESSION, int(grants.org[row]), Role(int(grants.role[row])), digest=asked.digest,
        ends_s=asked.ends_s, bits=Scope(0), about=row, text={},
    )  # fmt: skip


def make_link(desk: Desk, asked: MakeLink) -> Made:
    """Whoever has the link sees this order's way to the door, and nothing else."""
    orders = desk.table(Orders)
    if not 0 <= asked.order < len(orders):
        raise BadInput(f"no order {asked.order}", where="order")
    org = max(OPERATOR, int(orders.shop[asked.order]))
    if desk.asker >= 0:
        mine = int(desk.table(Grants).org[desk.asker])
        if mine not in (OPERATOR, org):
            raise BadInput(f"no order {asked.order}", where="order")
    return _grant(
        desk, Principal.LINK, org, Role.VIEWER, digest=asked.digest, ends_s=asked.ends_s, bits=Scope(0),
        about=asked.order, text={},
    )  # fmt: skip


def revoke(desk: Desk, asked: Revoke) -> Nothing:
    """End a grant of one's own organisation (who may make organisations: of any), or one's own session."""
    grants = desk.table(Grants)
    if not 0 <= asked.grant < len(grants):
        raise BadInput(f"no grant {asked.grant}", where="grant")
    if asked.grant != desk.asker:
        _over(desk, int(grants.org[asked.grant]))
    elif not holds(grants, desk.asker, desk.now_s):
        raise Refused("it holds no longer")
    if grants.revoked_s[asked.grant] < 0:
        desk.post(Revoked(grant=np.array([asked.grant]), by=np.array([desk.asker])))
    return Nothing()


def set_password(desk: Desk, asked: SetPassword) -> Nothing:
    """One's own, or of a person of one's organisation."""
    grants = desk.table(Grants)
    if not 0 <= asked.grant < len(grants) or grants.kind[asked.grant] != Principal.USER:
        raise BadInput(f"no user {asked.grant}", where="grant")
    own = holds(grants, desk.asker, desk.now_s) and int(grants.about[desk.asker]) == asked.grant
    if not own:
        _over(desk, int(grants.org[asked.grant]))
        _no_more(desk, Scope(int(grants.scopes[asked.grant])))
    kept = desk.vault.read("user", asked.grant) if desk.vault is not None else None
    text = msgspec.json.decode(kept) if kept else {}
    desk.keep("user", asked.grant, msgspec.json.encode({**text, "hashed": asked.hashed}))
    desk.post(PasswordSet(grant=np.array([asked.grant]), by=np.array([desk.asker])))
    return Nothing()


def give_vehicles(desk: Desk, asked: GiveVehicles) -> Nothing:
    """Vehicles that a contractor drives: it sees their runs, and only theirs."""
    _need(desk, Scope.ORGANISATIONS)
    if asked.org >= 0:
        kinds = desk.table(Organisations).kind
        if asked.org >= len(kinds) or kinds[asked.org] != OrgKind.CONTRACTOR:
            raise BadInput(
                f"organisation {asked.org} is no contractor", where="org", rule="a contractor, or -1"
            )
    count = desk.next(Vehicles)
    if not all(0 <= v < count for v in asked.vehicles):
        raise BadInput("a vehicle that does not exist", where="vehicles", rule=f"0 to {count - 1}")
    vehicles = np.unique(np.array(asked.vehicles))
    desk.post(VehicleGiven.fill(len(vehicles), vehicle=vehicles, org=asked.org))
    return Nothing()


def erase(desk: Desk, asked: Erase) -> Nothing:
    """Take personal text out of the vault; what happened stays."""
    _need(desk, Scope.PEOPLE)
    kinds = {"recipient": (0, Orders), "user": (1, Grants)}
    if asked.kind not in kinds:
        raise BadInput(f"no kind {asked.kind!r}", where="kind", rule=f"one of {', '.join(kinds)}")
    number, table = kinds[asked.kind]
    if not 0 <= asked.row < desk.next(table):
        raise BadInput(f"no {asked.kind} {asked.row}", where="row")
    org = (
        desk.table(Orders).shop[asked.row] if asked.kind == "recipient" else desk.table(Grants).org[asked.row]
    )
    _over(desk, max(OPERATOR, int(org)))
    desk.keep(asked.kind, asked.row, b"")
    desk.post(Erased(kind=np.array([number]), row=np.array([asked.row]), by=np.array([desk.asker])))
    return Nothing()


# ---- inside ----------------------------------------------------------------------------------------------------


def _grant(
    desk: Desk, kind: Principal, org: int, role: Role, *, text: dict[str, Any], digest: str = "", ends_s: int = -1,
    bits: Scope | None = None, about: int = -1,
) -> Made:  # fmt: skip
    row = desk.next(Grants)
    bits = ROLE_SCOPES[role] if bits is None else bits
    desk.post(
        Granted.fill(
            1,
            grant=row,
            kind=kind,
            org=org,
            role=role,
            scopes=int(bits),
            ends_s=ends_s,
            maker=desk.asker,
            about=about,
        )
    )
    if text:
        desk.keep(kind.name.lower(), row, msgspec.json.encode(text))
    if digest:
        if desk.vault is not None and desk.vault.find(SECRET, [digest])[0] >= 0:
            raise BadInput("this secret was used before", where="digest", remedy="draw another one")
        desk.refer(SECRET, digest, row)
    return Made(row=row)


def _role(desk: Desk, org: int, name: str) -> Role:
    """The role that somebody is to get, if the asker may give it in that organisation."""
    _over(desk, org)
    kinds = desk.table(Organisations).kind
    if not 0 <= org < len(kinds):
        raise BadInput(f"no organisation {org}", where="org")
    fit = {role.name.lower(): role for role in ROLES_OF[OrgKind(int(kinds[org]))]}
    if name not in fit:
        raise BadInput(f"no role {name!r} there", where="role", rule=f"one of {', '.join(fit)}")
    _no_more(desk, ROLE_SCOPES[fit[name]])
    return fit[name]


def _has(desk: Desk) -> Scope:
    """What the asker may, as of this turn: it may have been revoked since the request came in."""
    grants = desk.table(Grants)
    return scopes(grants, desk.asker) if holds(grants, desk.asker, desk.now_s) else Scope(0)


def _need(desk: Desk, scope: Scope) -> None:
    if desk.asker >= 0 and scope not in _has(desk):
        raise Refused(f"this needs the scope {scope.name}")


def _over(desk: Desk, org: int) -> None:
    """The asker must be over the people of an organisation: its own, or any if it may make organisations."""
    if desk.asker < 0 or Scope.ORGANISATIONS in _has(desk):
        return
    if Scope.PEOPLE not in _has(desk) or int(desk.table(Grants).org[desk.asker]) != org:
        raise Refused("only people of one's own organisation, and with the scope PEOPLE")


def _no_more(desk: Desk, given: Scope) -> None:
    if desk.asker >= 0 and (lacking := given & ~_has(desk)):
        names = ", ".join(scope.name or "" for scope in Scope if scope in lacking)
        raise Refused(f"nobody gives more than they have: {names}")


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
    Command("access.erase", Erase, erase),
]
