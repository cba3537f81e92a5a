"""The inbox: messages from the outside are taken once, however often they come.

What was taken is remembered by (source, id) in the transaction of the turn that answers to it: after a kill either both
are there or neither is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from doorward.core.errors import Refused
from doorward.ledger import chain
from doorward.ledger.journal import Journal


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message from the outside.

    source  who sent it: a carrier, a storefront
    id      the sender's own name for it, the same in every repetition
    """

    source: str
    id: str

    @property
    def mark(self) -> bytes:
        """The 16 bytes under which it is remembered."""
        return chain.seal("inbox", self.source, self.id)


def taken_in(journal: Journal, receipt: Receipt) -> int | None:
    """The turn that took this message, or None."""
    return journal.turn_that_took(receipt.mark)


def fresh(journal: Journal, receipts: Sequence[Receipt]) -> list[Receipt]:
    """Those not taken before, each once, in order."""
    return [each for each in dict.fromkeys(receipts) if taken_in(journal, each) is None]


def statements(journal: Journal, turn: int, receipts: Sequence[Receipt]) -> list[tuple[str, tuple[Any, ...]]]:
    """What to write in the transaction of the turn; Refused if one was taken before."""
    marks = [each.mark for each in receipts]
    for each in receipts:
        if (earlier := taken_in(journal, each)) is not None:
            raise Refused(f"message {each.id} of {each.source} was taken in turn {earlier}")
    if len(set(marks)) < len(marks):
        raise Refused("a turn takes each message once")
    return [("insert into inbox values(?,?)", (mark, turn)) for mark in marks]
