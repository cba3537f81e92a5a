"""Exceptions that somebody put off: they are looked at again later, by everybody."""

from __future__ import annotations

from hashlib import blake2b

from doorward.core.table import I4, I8, Table


class Snoozed(Table):
    """Fact (tracking) and table, rows only grow; of several about one exception the newest holds.

    what (n,) `key_of` the exception's id; until_s (n,) put off until then, in the past: not any more; by (n,) row in
    Grants, -1 doorward itself
    """

    what: I8
    until_s: I8
    by: I4


def key_of(id: str) -> int:
    """The number that stands for an exception's id: 63 bits of its BLAKE2b digest."""
    return int.from_bytes(blake2b(id.encode(), digest_size=8).digest()) >> 1
