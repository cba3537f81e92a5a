"""Passkeys: what a browser is asked, and whether what its device signed is right (W3C Web Authentication Level 3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from doorward.core.errors import BadInput

NAME = "doorward"
TIMEOUT_MS = 120_000
VERIFIED = UserVerificationRequirement.REQUIRED
LONGEST_ID = 1023
"""Bytes of a credential's number (section 4)."""


class Party(NamedTuple):
    """Who asks: the service at its public address. id: host; origin: scheme, host and port."""

    id: str
    origin: str


class Asked(NamedTuple):
    """options: JSON for the browser; challenge: what its device must sign."""

    options: dict[str, Any]
    challenge: bytes


class New(NamedTuple):
    """A passkey that was made. credential, public_key: base64url; signed: how often already, by its device."""

    credential: str
    public_key: str
    signed: int


def party(public_url: str) -> Party:
    """The party at a public address."""
    return Party(urlsplit(public_url).hostname or "", public_url)


def handle(secret: str, user: int) -> bytes:
    """(32,) what a device knows a user by: says nothing about the person, and is the same each time."""
    return hmac.new(secret.encode(), b"passkey user %d" % user, hashlib.sha256).digest()


def to_register(who: Party, user: bytes, label: str, known: list[str]) -> Asked:
    """Ask for a new passkey of a user (its handle); known: credentials (base64url) that the user has."""
    options = generate_registration_options(
        rp_id=who.id,
        rp_name=NAME,
        user_name=label,
        user_id=user,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=unpacked(each)) for each in known],
    )
    return Asked(json.loads(options_to_json(options)), options.challenge)


def registered(who: Party, credential: dict[str, Any], challenge: bytes) -> New:
    """The passkey that a device made. BadInput if anything is not as asked."""
    try:
        found = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=who.id,
            expected_origin=who.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _bad(error) from error
    if not 0 < len(found.credential_id) <= LONGEST_ID:
        raise _bad(ValueError("the credential's number is too long"))
    return New(packed(found.credential_id), packed(found.credential_public_key), found.sign_count)


def to_sign_in(who: Party) -> Asked:
    """Ask for any passkey of ours: nobody learns who has one."""
    options = generate_authentication_options(
        rp_id=who.id, timeout=TIMEOUT_MS, user_verification=VERIFIED, allow_credentials=[]
    )
    return Asked(json.loads(options_to_json(options)), options.challenge)


def signed(
    who: Party, credential: dict[str, Any], challenge: bytes, public_key: str, count: int, user: bytes
) -> int:
    """The device's new counter. BadInput if anything is not as asked, or the device says another user."""
    try:
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=who.id,
            expected_origin=who.origin,
            credential_public_key=unpacked(public_key),
            credential_current_sign_count=count,
            require_user_verification=True,
        )
        said = credential["response"].get("userHandle")
        if not isinstance(said, str) or not hmac.compare_digest(unpacked(said), user):
            raise ValueError("the passkey is another user's")
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _bad(error) from error
    return found.new_sign_count


def packed(raw: bytes) -> str:
    """Base64url without padding (RFC 4648)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _bad(error: Exception) -> BadInput:
    said = str(error) or "it cannot be read"
    return BadInput(
        f"the passkey does not hold: {said[:200]}", where="credential",
        rule="signed by the device for this service, this challenge, once", remedy="try again",
    )  # fmt: skip
