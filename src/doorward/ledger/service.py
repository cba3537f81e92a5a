"""A service: some twenty lines that read tables, call a planner and post facts, at appointed times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doorward.ledger.desk import Desk


@dataclass(frozen=True)
class Service:
    """Work to be done at appointed times.

    name     unique, "room.verb", written into every turn
    every_s  period; offset_s: seconds after local midnight of its first turn of a day (same for all days)
    work     reads and posts through the desk
    """

    name: str
    every_s: int
    work: Callable[[Desk], None]
    offset_s: int = 0
