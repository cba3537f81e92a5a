"""Moments as people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from doorward.core.errors import BadInput
from doorward.core.units import DAY_S

GRAMMAR = '"14:05" (first day), "2 14:05" (second day) or "2026-03-02 14:05"'


def moment(text: str, start_s: int, utc_offset_s: int, where: str = "--at") -> int:
    """Unix seconds of "14:05" (first day), "2 14:05" (second day) or "2026-03-02 14:05", local time; 24:00 too."""
    found = re.fullmatch(r"(?:(\d{1,3})[ d]+)?(\d{1,2}):(\d{2})", text.strip())
    if (
        found
        and (int(found[2]), int(found[3])) <= (24, 0)
        and int(found[3]) < 60
        and found[1] not in ("0", "00")
    ):
        return start_s + (int(found[1] or 1) - 1) * DAY_S + int(found[2]) * 3600 + int(found[3]) * 60
    try:
        local = datetime.fromisoformat(text.strip()).replace(tzinfo=UTC)
    except ValueError as error:
        raise BadInput(
            f"cannot read the time {text!r}", where=where, rule=GRAMMAR, remedy="write it so"
        ) from error
    return int(local.timestamp()) - utc_offset_s


def spoken(at_s: int, start_s: int) -> str:
    """A moment as `moment` reads it: "2 14:05"."""
    day, second = divmod(at_s - start_s, DAY_S)
    return f"{day + 1} {second // 3600:02d}:{second % 3600 // 60:02d}"
