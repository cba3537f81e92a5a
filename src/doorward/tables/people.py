"""Who may do what: organisations, principals, and what they are responsible for.

Only numbers stand here and in the journal. Names, e-mail addresses, password hashes and digests of secrets are text in
the vault (kinds `organisation`, `user`, `key`, `passkey`), where they can be erased; its references (scopes `email`,
`secret`, `passkey`, `subject`) are digests of addresses, secrets, credentials and of who somebody is to a provider.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

from doorward.core.table import I1, I4, I8, Table


class OrgKind(IntEnum):
    """What an organisation is to the network."""

    OPERATOR = 0
    SHIPPER = 1
    CONTRACTOR = 2
    CARRIER = 3


class Scope(IntFlag):
    """What a principal may do. Whose things it may do it to follows from its organisation."""

    NETWORK_READ = 1  # tower, buildings, linehaul: the whole network
    ORDERS_READ = 2
    ORDERS_WRITE = 4
    STOCK_WRITE = 8
    SCANS_WRITE = 16
    PLANS_WRITE = 32
    TWIN = 64
    REPORTS_READ = 128
    HOOKS = 256
    PEOPLE = 512  # users and keys of its own organisation
    ORGANISATIONS = 1024  # make organisations, and people anywhere
    RUNS_READ = 2048  # runs and where they are; a contractor its own
    PLANS_OWN = 4096  # better plans of runs that it sees; who may write plans may this


ALL = Scope(8191)


class Part(IntFlag):
    """Parts of a recipient's name and address."""

    NAME = 1
    STREET = 2
    TOWN = 4  # postcode, city, country
    PHONE = 8
    EMAIL = 16
    NOTE = 32


EVERY_PART = Part(63)


class Role(IntEnum):
    """Scopes that belong together."""

    ADMIN = 0
    PLANNER = 1
    VIEWER = 2
    SHIPPER = 3
    CONTRACTOR = 4
    CARRIER = 5


_S = Scope
ROLE_SCOPES: dict[Role, Scope] = {
    Role.ADMIN: ALL,
    Role.PLANNER: ALL & ~(_S.PEOPLE | _S.ORGANISATIONS),
    Role.VIEWER: _S.NETWORK_READ | _S.RUNS_READ | _S.ORDERS_READ | _S.REPORTS_READ,
    Role.SHIPPER: _S.ORDERS_READ | _S.ORDERS_WRITE | _S.STOCK_WRITE | _S.REPORTS_READ | _S.HOOKS | _S.PEOPLE,
    Role.CONTRACTOR: _S.RUNS_READ | _S.SCANS_WRITE | _S.PEOPLE | _S.PLANS_OWN,
    Role.CARRIER: _S.ORDERS_READ | _S.SCANS_WRITE | _S.HOOKS | _S.PEOPLE,
}
ROLES_OF: dict[OrgKind, tuple[Role, ...]] = {
    OrgKind.OPERATOR: (Role.ADMIN, Role.PLANNER, Role.VIEWER),
    OrgKind.SHIPPER: (Role.SHIPPER,),
    OrgKind.CONTRACTOR: (Role.CONTRACTOR,),
    OrgKind.CARRIER: (Role.CARRIER,),
}
"""Roles that people of an organisation may have."""


class Principal(IntEnum):
    """What stands behind a grant."""

    USER = 0
    KEY = 1
    SESSION = 2
    LINK = 3


class Organisations(Table):
    """Organisations, row 0 the operator. made_s, closed_s (-1 open) (n,)."""

    kind: I1
    made_s: I8
    closed_s: I8


class Grants(Table):
    """Principals and what they may, row = grant.

    kind    (n,)  Principal;  org (n,) row in Organisations;  role (n,) Role;  scopes (n,) bits of Scope
    made_s  (n,)  ends_s (n,) -1 never;  revoked_s (n,) -1 valid
    maker   (n,)  grant that made it; -1 doorward itself
    about   (n,)  SESSION: grant of its user;  LINK: order;  else -1
    """

    kind: I1
    org: I4
    role: I1
    scopes: I4
    made_s: I8
    ends_s: I8
    revoked_s: I8
    maker: I8
    about: I8


class Responsible(Table):
    """Which contractor drives each vehicle, row = vehicle; -1 the operator itself."""

    org: I4


class Serving(Table):
    """Which carrier runs each partner service, row = row in Services; -1 nobody of ours."""

    org: I4


class Passkeys(Table):
    """Passkeys (WebAuthn credentials) of users, row = passkey. Public key, number and name: vault, kind `passkey`.

    grant   (n,)  its user;  count (n,) how often its device says that it signed, 0 where a device does not count
    made_s  (n,)  used_s (n,) -1 never;  removed_s (n,) -1 there
    """

    grant: I8
    count: I8
    made_s: I8
    used_s: I8
    removed_s: I8


# ---- facts -----------------------------------------------------------------------------------------------------


class OrganisationMade(Table):
    """Fact (access): organisations; numbers continue Organisations."""

    organisation: I4
    kind: I1


class Granted(Table):
    """Fact (access): principals; numbers continue Grants. Columns as there."""

    grant: I8
    kind: I1
    org: I4
    role: I1
    scopes: I4
    ends_s: I8
    maker: I8
    about: I8


class Revoked(Table):
    """Fact (access): these grants, and sessions of these users, hold no longer."""

    grant: I8
    by: I8


class PasswordSet(Table):
    """Fact (access): a user has another password; its sessions end."""

    grant: I8
    by: I8


class PasskeyAdded(Table):
    """Fact (access): passkeys; numbers continue Passkeys."""

    passkey: I4
    grant: I8
    count: I8


class PasskeyUsed(Table):
    """Fact (access): somebody signed in with a passkey; count as in Passkeys."""

    passkey: I4
    count: I8


class PasskeyRemoved(Table):
    """Fact (access): these sign in nobody any more; their users' sessions end, but for the one that asked."""

    passkey: I4
    by: I8


class SubjectLinked(Table):
    """Fact (access): a provider vouched for a user's verified address; who that is there signs in as this user."""

    grant: I8


class VehicleGiven(Table):
    """Fact (access): who is responsible for a vehicle from now on."""

    vehicle: I4
    org: I4


class ServiceGiven(Table):
    """Fact (access): which carrier runs a partner service from now on."""

    service: I4
    org: I4


class Erased(Table):
    """Fact (access): personal text of an order's recipient (kind 0) or of a user (kind 1) was erased from the vault."""

    kind: I1
    row: I8
    by: I8
