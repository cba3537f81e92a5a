"""What every command of the access room asks first: whether the asker still holds, and may give what it gives.

Asked in the turn itself, because the asker may have been revoked while its request was on the way. An asker of -1 is
doorward itself (the first start, somebody at the machine), and may everything.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from doorward.access.rights import ends_of, holds, scopes
from doorward.core.errors import BadInput, Refused
from doorward.ledger.desk import Desk
from doorward.tables.people import (
    ROLE_SCOPES,
    ROLES_OF,
    Granted,
    Grants,
    Organisations,
    OrgKind,
    Passkeys,
    Principal,
    Role,
    Scope,
)

EMAIL, SECRET = "email", "secret"
"""Scopes of references: digest of an e-mail address -> user, digest of a secret -> whom it belongs to."""
PASSKEY, SUBJECT = "passkey", "subject"
"""Further ones: digest of a credential's number -> passkey, digest of an issuer and its subject -> user."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The row of what was made."""

    row: int


def grant(
    desk: Desk, kind: Principal, org: int, role: Role, *, text: dict[str, Any], digest: str = "", ends_s: int = -1,
    bits: Scope | None = None, about: int = -1,
) -> Made:  # fmt: skip
    """Make a principal. bits: its scopes, none for all of the role; text: kept in the vault."""
    row = desk.next(Grants)
    bits = ROLE_SCOPES[role] if bits is None else bits
    columns = {"kind": kind, "org": org, "role": role, "scopes": int(bits), "ends_s": ends_s}
    desk.post(Granted.fill(1, grant=row, maker=desk.asker, about=about, **columns))
    if text:
        desk.keep(kind.name.lower(), row, msgspec.json.encode(text))
    if digest:
        if desk.vault is not None and desk.vault.find(SECRET, [digest])[0] >= 0:
            raise BadInput("this secret was used before", where="digest", remedy="draw another one")
        desk.refer(SECRET, digest, row)
    return Made(row=row)


def role_of(desk: Desk, org: int, name: str) -> Role:
    """The role that somebody is to get, if the asker may give it in that organisation."""
    over(desk, org)
    kinds = desk.table(Organisations).kind
    if not 0 <= org < len(kinds):
        raise BadInput(f"no organisation {org}", where="org", remedy="take one of GET /api/v1/organisations")
    fit = {role.name.lower(): role for role in ROLES_OF[OrgKind(int(kinds[org]))]}
    if name not in fit:
        raise BadInput(f"no role {name!r} there", where="role", rule=f"one of {', '.join(fit)}")
    no_more(desk, ROLE_SCOPES[fit[name]])
    return fit[name]


def has(desk: Desk) -> Scope:
    """What the asker may as of this turn; nothing if it does not hold."""
    grants = desk.table(Grants)
    return scopes(grants, desk.asker) if holds(grants, desk.asker, desk.now_s) else Scope(0)


def need(desk: Desk, scope: Scope) -> None:
    """Refused unless the asker has the scope."""
    if desk.asker >= 0 and scope not in has(desk):
        raise Refused(f"this needs the scope {scope.name}; what to do: ask an admin for a role that has it")


def over(desk: Desk, org: int) -> None:
    """The asker must be over the people of an organisation: its own, or any if it may make organisations."""
    if desk.asker < 0 or Scope.ORGANISATIONS in has(desk):
        return
    if Scope.PEOPLE not in has(desk) or int(desk.table(Grants).org[desk.asker]) != org:
        raise Refused("only people of one's own organisation, and with the scope PEOPLE")


def no_more(desk: Desk, given: Scope) -> None:
    """Refused if the asker lacks any of these scopes."""
    if desk.asker >= 0 and (lacking := given & ~has(desk)):
        names = ", ".join(scope.name or "" for scope in Scope if scope in lacking)
        raise Refused(f"nobody gives more than they have: {names}")


def no_longer(desk: Desk, ends_s: int) -> None:
    """Refused if what is made (-1: never ends) would hold longer than its maker. A session holds its user's time."""
    if desk.asker < 0:
        return
    last_s = ends_of(desk.table(Grants), desk.asker)
    if last_s >= 0 and not 0 <= ends_s <= last_s:
        raise Refused(f"nobody gives for longer than they have; what to do: end it at {last_s} at the latest")


def must_end(desk: Desk, ends_s: int, within_s: int = 2**40) -> None:
    """BadInput unless it ends after now, within a time."""
    if not desk.now_s < ends_s <= desk.now_s + within_s:
        rule = f"after now ({desk.now_s}) and at most {within_s} s later"
        raise BadInput(f"an end at {ends_s}", where="ends_s", rule=rule, remedy="name a later or nearer end")


def somebody_stays(desk: Desk, row: int) -> None:
    """Refused if without this one nobody could make organisations any more, and no key ever again."""
    grants = desk.table(Grants)
    lasting = (
        np.isin(grants.kind, (Principal.USER, Principal.KEY)) & (grants.ends_s < 0) & (grants.revoked_s < 0)
    )
    rows = np.flatnonzero(lasting & (grants.scopes & int(Scope.ORGANISATIONS) > 0)).tolist()
    if row in rows and not any(_signs_in(desk, each) for each in rows if each != row):
        raise Refused("the last one who may make organisations; what to do: make another one first")


def passkeys_of(desk: Desk, user: int) -> list[int]:
    """Rows of a user's passkeys that are there."""
    passkeys = desk.table(Passkeys)
    return np.flatnonzero((passkeys.grant == user) & (passkeys.removed_s < 0)).tolist()


def _signs_in(desk: Desk, row: int) -> bool:
    """Whether a key, or a user who has a password or a passkey. A provider may go away, so it does not count."""
    if desk.table(Grants).kind[row] == Principal.KEY or desk.vault is None or passkeys_of(desk, row):
        return True
    kept = desk.vault.read("user", row)
    return bool(kept and msgspec.json.decode(kept).get("hashed"))
