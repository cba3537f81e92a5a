"""Routes of passkeys: made while signed in, listed and removed; and signing in with one."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import msgspec
import numpy as np
from litestar import Request, Response, delete, get, post
from msgspec import Meta

from doorward.access.checks import PASSKEY
from doorward.access.signing import AddPasskey, EnterByPasskey, KeptPasskey, RemovePasskey, ref_of_credential
from doorward.adapters.signin import passkeys as keys
from doorward.apps.api.entering import BEGUN, SMALL, Me, Signing, made
from doorward.apps.api.live import Live
from doorward.apps.api.problems import Trouble, missing
from doorward.apps.api.who import SELF, Door, Who
from doorward.core.errors import BadInput
from doorward.tables.people import Grants, Passkeys, Scope

MAKING, SIGNING = "make a passkey", "sign in by passkey"


class PasskeyIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """credential: what navigator.credentials.create() answered, as JSON (PublicKeyCredential.toJSON())."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    credential: dict[str, Any]


class PasskeyOut(msgspec.Struct, frozen=True):
    """used_s: -1 never."""

    passkey: int
    name: str
    made_s: int
    used_s: int


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """credential: what navigator.credentials.get() answered, as JSON."""

    credential: dict[str, Any]


@post("/passkeys/options", opt={"scope": SELF}, status_code=200, summary="Begin to make a passkey")
async def begin_making(live: Live, door: Door, who: Who, signing: Signing) -> dict[str, Any]:
    """What navigator.credentials.create() is given (as JSON); to be answered by this session within five minutes."""
    user, vault = door.person(who), live.replica.vault
    text = msgspec.json.decode(vault.read("user", user) or b"{}")
    known = [_kept(live, row).credential for row in _rows(live, user)]
    asked = keys.to_register(
        keys.party(signing.service.public_url),
        keys.handle(signing.secret, user),
        text.get("email", ""),
        known,
    )
    signing.begun.begin(MAKING, str(who.row), asked.challenge)
    return asked.options


@post("/passkeys", opt={"scope": SELF}, status_code=201, summary="Make a passkey")
async def make_passkey(data: PasskeyIn, live: Live, who: Who, signing: Signing) -> PasskeyOut:
    """From now on it signs this person in."""
    challenge = signing.begun.take(MAKING, str(who.row))
    if challenge is None:
        raise _nothing_begun()
    new = keys.registered(keys.party(signing.service.public_url), data.credential, challenge)
    asked = AddPasskey(name=data.name, credential=new.credential, public_key=new.public_key, count=new.signed)
    row = made(await live.ask("access.add_passkey", asked, asker=who.row))
    return _out(live, row)


@get("/passkeys", opt={"scope": SELF}, summary="My passkeys")
async def my_passkeys(live: Live, door: Door, who: Who) -> list[PasskeyOut]:
    """Of whoever is signed in; nobody else's."""
    return [_out(live, row) for row in _rows(live, door.person(who))]


@delete("/passkeys/{passkey:int}", opt={"scope": SELF}, status_code=200, summary="Remove a passkey")
async def remove_passkey(passkey: int, live: Live, door: Door, who: Who) -> dict[str, str]:
    """One's own, or (who is over people) of a person of one's organisation; that person's other sessions end."""
    passkeys, grants = live.replica.state.table(Passkeys), live.replica.state.table(Grants)
    if not 0 <= passkey < len(passkeys) or passkeys.removed_s[passkey] >= 0:
        raise missing(f"passkey {passkey}")
    user = int(passkeys.grant[passkey])
    over = Scope.PEOPLE in who.scopes and (who.operator or grants.org[user] == who.org)
    if user != door.person(who) and not over:
        raise missing(f"passkey {passkey}")
    await live.ask("access.remove_passkey", RemovePasskey(passkey=passkey), asker=who.row)
    return {"status": "removed"}


@post(
    "/session/passkey/options", opt={"scope": ""}, status_code=200, summary="Begin to sign in with a passkey"
)
async def begin_signing(
    door: Door, signing: Signing, request: Request[Any, Any, Any]
) -> Response[dict[str, Any]]:
    """What navigator.credentials.get() is given (as JSON); to be answered by this browser within five minutes."""
    door.signs_in(request)
    asked, token = keys.to_sign_in(keys.party(signing.service.public_url)), secrets.token_urlsafe(32)
    signing.begun.begin(SIGNING, token, asked.challenge)
    return Response(asked.options, cookies=[signing.begun_cookie(token)])


@post(
    "/session/passkey",
    opt={"scope": ""},
    status_code=201,
    summary="Sign in with a passkey",
    request_max_body_size=SMALL,
)
async def sign_in_by_passkey(
    data: Signed, live: Live, signing: Signing, request: Request[Any, Any, Any]
) -> Response[Me]:
    """Sets the same cookie as signing in with a password."""
    challenge = signing.begun.take(SIGNING, request.cookies.get(BEGUN, ""))
    if challenge is None:
        raise _nothing_begun()
    row = _named(live, data.credential)
    if row < 0:
        raise _refused("no such passkey here")
    passkeys, kept = live.replica.state.table(Passkeys), _kept(live, row)
    try:
        count = keys.signed(
            keys.party(signing.service.public_url), data.credential, challenge, kept.public_key,
            int(passkeys.count[row]), keys.handle(signing.secret, int(passkeys.grant[row])),
        )  # fmt: skip
        me, cookies = await signing.enter(
            request, "access.enter_by_passkey", EnterByPasskey, passkey=row, count=count
        )
    except BadInput as error:
        live.log.warning("passkey refused", passkey=row, why=error.what)
        raise _refused(error.what) from error
    return Response(me, cookies=[*cookies, signing.begun_cookie("")])


def _named(live: Live, credential: dict[str, Any]) -> int:
    named = credential.get("id")
    if not isinstance(named, str) or len(named) > 2000:
        return -1
    return live.replica.vault.find(PASSKEY, [ref_of_credential(named)])[0]


def _rows(live: Live, user: int) -> list[int]:
    passkeys = live.replica.state.table(Passkeys)
    return np.flatnonzero((passkeys.grant == user) & (passkeys.removed_s < 0)).tolist()


def _kept(live: Live, row: int) -> KeptPasskey:
    return msgspec.json.decode(live.replica.vault.read(PASSKEY, row) or b"{}", type=KeptPasskey)


def _out(live: Live, row: int) -> PasskeyOut:
    passkeys = live.replica.state.table(Passkeys)
    return PasskeyOut(row, _kept(live, row).name, int(passkeys.made_s[row]), int(passkeys.used_s[row]))


def _nothing_begun() -> Trouble:
    return Trouble(
        409, "nothing was begun that this could answer", rule="once, within five minutes, by the same browser",
        remedy="begin again",
    )  # fmt: skip


def _refused(why: str) -> Trouble:
    return Trouble(
        401, why, remedy="sign in another way, or try again", headers={"WWW-Authenticate": "Bearer"}
    )


ROUTES = [begin_making, make_passkey, my_passkeys, remove_passkey, begin_signing, sign_in_by_passkey]
