"""Commands of signing in without a password: passkeys (W3C Web Authentication), and providers that vouch for people.

What a device or a provider signed was checked before (adapters/signin); here stands what the journal alone can say:
whose a passkey is, whether its counter went on, who was invited. One turn each, so that two at once see each other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from doorward.access.checks import (
    EMAIL,
    PASSKEY,
    SUBJECT,
    Made,
    grant,
    must_end,
    over,
    passkeys_of,
    somebody_stays,
)
from doorward.access.rights import holds
from doorward.core.errors import BadInput, Refused
from doorward.core.units import DAY_S
from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.tables.people import (
    Grants,
    PasskeyAdded,
    PasskeyRemoved,
    Passkeys,
    PasskeyUsed,
    Principal,
    Role,
    Scope,
    SubjectLinked,
)

Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Base64 = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,3000}$")]
Count = Annotated[int, Meta(ge=0, lt=2**32)]
MOST_SESSION_S, MOST_PASSKEYS = 30 * DAY_S, 20


class KeptPasskey(msgspec.Struct, frozen=True):
    """What the vault keeps of a passkey. credential, public_key (COSE, RFC 9053): base64url without padding."""

    name: str
    credential: Base64
    public_key: Base64


class AddPasskey(msgspec.Struct, frozen=True, kw_only=True):
    """For the user whose session asks. count: what the device says at registration."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    credential: Base64
    public_key: Base64
    count: Count


class RemovePasskey(msgspec.Struct, frozen=True, kw_only=True):
    """One's own, or of a person of one's organisation."""

    passkey: int


class EnterByPasskey(msgspec.Struct, frozen=True, kw_only=True):
    """A device signed with this passkey. count: what it said; digest: of the session's secret."""

    passkey: int
    count: Count
    digest: Digest
    ends_s: int


class EnterBySubject(msgspec.Struct, frozen=True, kw_only=True):
    """A provider vouched. subject: digest of issuer and subject; issuer: digest; email: reference of the verified
    address, empty without one; digest: of the session's secret."""

    issuer: Digest
    subject: Digest
    email: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]
    digest: Digest
    ends_s: int


def ref_of_credential(credential: str) -> str:
    """What a passkey is referred to by: a digest of its number (base64url)."""
    try:
        raw = base64.urlsafe_b64decode(credential + "=" * (-len(credential) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    return hashlib.sha256(raw).hexdigest()


def ref_of_subject(issuer: str, subject: str) -> str:
    """What somebody is referred to by who is known to a provider: a digest, of a length that nobody can shift."""
    parts = (part.encode() for part in (issuer, subject))
    return hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).hexdigest()


def add_passkey(desk: Desk, asked: AddPasskey) -> Made:
    """One's own, from a session of one's own: nobody adds a way in to somebody else's account."""
    grants, ref = desk.table(Grants), ref_of_credential(asked.credential)
    own = holds(grants, desk.asker, desk.now_s) and grants.kind[desk.asker] == Principal.SESSION
    user = int(grants.about[desk.asker]) if own else -1
    if user < 0 or grants.kind[user] != Principal.USER:
        raise Refused("a passkey is added by the person who is signed in; what to do: sign in as a user")
    if len(passkeys_of(desk, user)) >= MOST_PASSKEYS:
        raise Refused(f"a person has at most {MOST_PASSKEYS} passkeys; what to do: remove one")
    if desk.vault is not None and desk.vault.find(PASSKEY, [ref])[0] >= 0:
        raise BadInput("this passkey is registered already", where="credential", remedy="use another device")
    row = desk.next(Passkeys)
    desk.post(PasskeyAdded.fill(1, passkey=row, grant=user, count=asked.count))
    desk.keep(PASSKEY, row, msgspec.json.encode(KeptPasskey(asked.name, asked.credential, asked.public_key)))
    desk.refer(PASSKEY, ref, row)
    return Made(row=row)


def remove_passkey(desk: Desk, asked: RemovePasskey) -> Made:
    """It signs in nobody any more, and whoever is signed in as that person by other sessions signs in anew."""
    passkeys, grants = desk.table(Passkeys), desk.table(Grants)
    if not 0 <= asked.passkey < len(passkeys) or passkeys.removed_s[asked.passkey] >= 0:
        raise BadInput(
            f"no passkey {asked.passkey}", where="passkey", remedy="take one of GET /api/v1/passkeys"
        )
    user = int(passkeys.grant[asked.passkey])
    own = (
        holds(grants, desk.asker, desk.now_s)
        and grants.kind[desk.asker] == Principal.SESSION
        and int(grants.about[desk.asker]) == user
    )
    if not own:
        over(desk, int(grants.org[user]))
    if passkeys_of(desk, user) == [asked.passkey] and not _user(desk, user).get("hashed"):
        somebody_stays(desk, user)
    _forget(desk, asked.passkey)
    desk.post(PasskeyRemoved(passkey=np.array([asked.passkey]), by=np.array([desk.asker])))
    return Made(row=asked.passkey)


def enter_by_passkey(desk: Desk, asked: EnterByPasskey) -> Made:
    """A session of the passkey's user. A counter that did not go on means a copy of the device (section 6.1.1)."""
    passkeys = desk.table(Passkeys)
    if not 0 <= asked.passkey < len(passkeys) or passkeys.removed_s[asked.passkey] >= 0:
        raise Refused("this passkey was removed")
    before = int(passkeys.count[asked.passkey])
    if (asked.count or before) and asked.count <= before:
        raise Refused("the passkey's counter went back: there may be a copy of it; what to do: remove it")
    desk.post(PasskeyUsed(passkey=np.array([asked.passkey]), count=np.array([asked.count])))
    return _enter(desk, int(passkeys.grant[asked.passkey]), asked.digest, asked.ends_s)


def enter_by_subject(desk: Desk, asked: EnterBySubject) -> Made:
    """A session of who this is to the provider: known from before, or invited by the address that it verified."""
    if desk.vault is None:
        raise Refused("nothing is kept here that knows people")
    row = desk.vault.find(SUBJECT, [asked.subject])[0]
    if row < 0:
        row = desk.vault.find(EMAIL, [asked.email])[0] if asked.email else -1
        text = _user(desk, row)
        if not text:
            raise Refused("nobody with this address was invited; what to do: ask an admin to make a user")
        if asked.issuer in text.get("issuers", []):
            raise Refused("this address is somebody else's at the provider by now; what to do: ask an admin")
        text = {**text, "issuers": [*text.get("issuers", []), asked.issuer]}
        desk.keep("user", row, msgspec.json.encode(text))
        desk.refer(SUBJECT, asked.subject, row)
        desk.post(SubjectLinked(grant=np.array([row])))
    return _enter(desk, row, asked.digest, asked.ends_s)


def _enter(desk: Desk, user: int, digest: str, ends_s: int) -> Made:
    must_end(desk, ends_s, MOST_SESSION_S)
    grants = desk.table(Grants)
    if not holds(grants, user, desk.now_s) or grants.kind[user] != Principal.USER:
        raise Refused("who signs in must be a user that holds")
    return grant(
        desk, Principal.SESSION, int(grants.org[user]), Role(int(grants.role[user])), digest=digest,
        ends_s=ends_s, bits=Scope(0), about=user, text={},
    )  # fmt: skip


def _user(desk: Desk, row: int) -> dict[str, Any]:
    """A user's text; empty of nobody, and of who was erased."""
    kept = desk.vault.read("user", row) if desk.vault is not None and row >= 0 else None
    found: dict[str, Any] = msgspec.json.decode(kept) if kept else {}
    return found


def _forget(desk: Desk, passkey: int) -> None:
    desk.keep(PASSKEY, passkey, b"")
    desk.forget(PASSKEY, passkey)


def forget_ways(desk: Desk, user: int) -> None:
    """Passkeys and providers of a user who is erased; the fact of that says it all."""
    for passkey in passkeys_of(desk, user):
        _forget(desk, passkey)
        desk.post(PasskeyRemoved(passkey=np.array([passkey]), by=np.array([desk.asker])))
    desk.forget(SUBJECT, user)


COMMANDS: list[Command] = [
    Command("access.add_passkey", AddPasskey, add_passkey),
    Command("access.remove_passkey", RemovePasskey, remove_passkey),
    Command("access.enter_by_passkey", EnterByPasskey, enter_by_passkey),
    Command("access.enter_by_subject", EnterBySubject, enter_by_subject),
]
