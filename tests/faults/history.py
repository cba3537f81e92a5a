"""What a journal under fault is fed with, and what must be found afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from doorward.core.table import I1, I4, I8, Table
from doorward.ledger.journal import DURABLE, Journal
from doorward.ledger.pack import Packed, pack
from tests.faults.disk import Disk

NAME = "journal.db"
EAGER = {**DURABLE, "wal_autocheckpoint": 12}
"""As in production, but the WAL is folded into the file every few commits, so that cuts fall into that too."""


class Moved(Table):
    """A fact for tests: things moved."""

    thing: I8
    at_s: I8
    place: I4
    kind: I1


def moves(turn: int, rows: int | None = None) -> list[Packed]:
    """The facts of a turn, drawn from its number."""
    draw = np.random.default_rng(turn)
    counts = [rows] if rows is not None else draw.integers(1, 60, draw.integers(1, 3)).tolist()
    return [
        pack(
            Moved(
                thing=draw.integers(0, 1000, n),
                at_s=turn * 300 + draw.integers(0, 300, n),
                place=draw.integers(-1, 50, n),
                kind=draw.integers(0, 9, n),
            )
        )
        for n in counts
    ]


@dataclass
class Told:
    """What the writer was told before it died: every acknowledged (turn, chain)."""

    acknowledged: list[tuple[int, bytes]] = field(default_factory=list)
    heads: set[int] = field(default_factory=lambda: {0})


def write(journal: Journal, told: Told, groups: int, disk: Disk) -> None:
    """Append groups of turns after the newest, committing each, until done or until the power goes off."""
    for _ in range(groups):
        draw = np.random.default_rng(journal.head.turn + 1_000_000)
        for _ in range(draw.integers(1, 4)):
            turn = journal.head.turn + 1
            journal.append(
                f"room.{turn % 5}", turn * 300, moves(turn), key=b"%016d" % turn if turn % 3 else b""
            )
        told.heads.add(journal.head.turn)
        head = journal.commit()
        if disk.off:
            return
        told.acknowledged.append((head.turn, head.chain))


def chains(upto: int, path: Path) -> list[bytes]:
    """The chain after each of the first turns, from a journal that met no fault."""
    with Journal(path) as journal:
        for turn in range(1, upto + 1):
            journal.append(
                f"room.{turn % 5}", turn * 300, moves(turn), key=b"%016d" % turn if turn % 3 else b""
            )
        journal.commit()
        return [journal.chain_at(turn) or b"" for turn in range(upto + 1)]
