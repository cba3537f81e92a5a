"""Secrets: drawn, shown once, known by their digest ever after; and passwords, by argon2id."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

PREFIX = "dw_"
"""So that a leaked key is recognised by scanners."""
LEAST_PASSWORD = 12


def new_key() -> str:
    """A secret of 32 random bytes for a machine or a browser's session."""
    return PREFIX + secrets.token_urlsafe(32)


def new_link() -> str:
    """A secret of 16 random bytes for a tracking link: short enough for a text message, too long to guess."""
    return secrets.token_urlsafe(16)


def digest(secret: str) -> str:
    """SHA-256 as hexadecimal: secrets of so many random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(a: str, b: str) -> bool:
    """Whether two texts are equal, in a time that tells nothing."""
    return hmac.compare_digest(a.encode(), b.encode())


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # argon2id with RFC 9106's second recommended parameters (64 MiB, 3 passes)


def hash_password(password: str) -> str:
    """argon2id; some 50 ms of a core on purpose."""
    return _hasher().hash(password)


@cache
def _nobody() -> str:
    return hash_password(secrets.token_urlsafe(16))


def check_password(hashed: str, password: str) -> bool:
    """Whether it is the password. Without a hash the same work is done, so that time tells nothing of who exists."""
    try:
        _hasher().verify(hashed or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(hashed)
