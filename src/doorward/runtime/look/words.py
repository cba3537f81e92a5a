"""Words that several read models share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from doorward.core.hours import second_of_day
from doorward.runtime.look.view import View
from doorward.tables.journey import Status
from doorward.tables.remarks import WORDS, Reason


def clock(view: View, at_s: int) -> str:
    """A moment as the local time of day: `14:05`."""
    second = int(second_of_day(at_s, view.frame.utc_offset_s))
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


def count_of(n: int, noun: str) -> str:
    """`1 door`, `2 doors`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def counted(words: Iterable[str]) -> str:
    """What there is, the most frequent first: `4 sorted, 1 packed`."""
    return ", ".join(f"{n:,} {word}" for word, n in Counter(words).most_common())


def stage_word(status: int) -> str:
    """A package's status in words: `with carrier`."""
    return Status(status).name.lower().replace("_", " ")


def reason_words(reason: int) -> str:
    """A reason in words; empty for none."""
    return WORDS[Reason(max(0, reason))]
