"""The running digest over all turns: equal contents in equal order, equal digest.

chain(turn) = BLAKE2b-128(chain(turn - 1), turn, at_s, service, key, facts), a fact being its schema line, its number of
rows and its values as 64-bit little-endian words. It digests what was said, not how it was stored: neither the packing,
nor LZ4, nor the grouping of commits can change it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

import numpy as np

from doorward.ledger.pack import Matrix, Schema

SIZE: Final = 16
ORIGIN: Final = blake2b(b"doorward journal 1", digest_size=SIZE).digest()
"""Chain of the empty journal."""


def turn(
    before: bytes, turn: int, at_s: int, service: str, key: bytes, facts: Iterable[tuple[Schema, Matrix]]
) -> bytes:
    """The digest after one more turn."""
    name = service.encode()
    digest = blake2b(before, digest_size=SIZE)
    digest.update(struct.pack("<qqHH", turn, at_s, len(name), len(key)) + name + key)
    for schema, values in facts:
        line = f"{schema.fact} {schema.text}".encode()
        digest.update(struct.pack("<Iq", len(line), values.shape[1]) + line)
        digest.update(np.ascontiguousarray(values, "<i8").data)
    return digest.digest()


def seal(*parts: str | bytes | int) -> bytes:
    """A digest of a few values, for rows that stand outside the chain."""
    digest = blake2b(digest_size=SIZE)
    for part in parts:
        raw = part if isinstance(part, bytes) else str(part).encode()
        digest.update(struct.pack("<q", len(raw)) + raw)
    return digest.digest()


def key_of(name: str) -> bytes:
    """The 16 bytes under which a command's name is remembered."""
    return seal("key", name)
