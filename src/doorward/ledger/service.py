"""Services work at appointed times, commands when somebody asks: some twenty lines that read, call a planner, post."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class Command:
    """Work that somebody outside asks for.

    name   unique, "room.verb", written into every turn
    takes  the msgspec.Struct that it is asked with; its fields are numbers, text, lists, tables or such structs
    work   reads and posts through the desk; what it returns is the answer (a msgspec.Struct). Everything posted is one
           turn. Raises BadInput (the asker's mistake), Refused (a rule of the business) or Stale: then nothing is kept
    then   services that should work right afterwards, not only at their appointed time
    """

    name: str
    takes: type[Any]
    work: Callable[[Desk, Any], Any]
    then: tuple[str, ...] = ()
