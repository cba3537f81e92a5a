"""What a user asks of a run, and how progress is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Tell = Callable[[str, int, int, str], None]
"""tell(stage, done, total, words): progress for whoever watches."""


@dataclass(frozen=True)
class Request:
    """What the user asked for; see `doorward run --help`."""

    network: str
    orders: Path | None = None
    stock: Path | None = None
    items: Path | None = None
    days: int | None = None
    drain_days: int = 7
    pace: float = 1.0
    scale: float = 1.0
    seed: int = 1
    out: Path | None = None
    workers: int = 0
    opens_s: int = -1
    """Local midnight at which a network on the wall clock opens, without any order; -1: a run."""
