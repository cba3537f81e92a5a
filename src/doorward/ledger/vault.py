"""The vault: text that belongs to rows. Names, addresses, references; outside the digest, so that it can be erased.

    vault(kind, row, turn, body)   one text a row: what a person told us (kind `recipient`, row = order ...)
    refs(scope, ref, row, turn)    somebody's own name for a row, unique in its scope (scope `order/3`: shop 3's orders)

Notes are written in the transaction of the turn that makes their row. `turn` says when, for those who follow. Erasing
takes the text and leaves the fact: an order without its recipient's name still counts. What is erased
is overwritten (see ERASE); copies in the WAL go when the ledger scrubs it, after the commit. SQLite may copy references
about: who must be erasable is referred to by a digest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from doorward.ledger.read import Reader

Statement = tuple[str, tuple[Any, ...]]
AT_ONCE = 500
"""References looked up by one statement."""
ERASE = "update vault set kind = null, row = null, turn = 0, body = ? where kind = ? and row = ?"
"""The row stays, empty. SQLite's `secure_delete` zeroes a cell that shrinks, but not the copies that it leaves in pages
which it splits or joins. Texts only ever added at the end, and shrunk where they are, are never copied."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Text of a row, replacing what was kept of it; an empty body erases it."""

    kind: str
    row: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Referred:
    """Somebody's own name for a row."""

    scope: str
    ref: str
    row: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A row bears no name in this scope any more."""

    scope: str
    row: int


Note = Kept | Referred | Forgotten


def erases(note: Note) -> bool:
    """Whether text goes with this note."""
    return isinstance(note, Forgotten) or (isinstance(note, Kept) and not note.body)


def statements(turn: int, notes: Iterable[Note]) -> list[Statement]:
    """What to write in the transaction of the turn."""
    found: list[Statement] = []
    for note in notes:
        if isinstance(note, Referred):
            found.append(("insert into refs values(?,?,?,?)", (note.scope, note.ref, note.row, turn)))
        elif isinstance(note, Forgotten):
            found.append(("delete from refs where scope = ? and row = ?", (note.scope, note.row)))
        else:
            found.append((ERASE, (b"", note.kind, note.row)))
            if note.body:
                kept = (note.kind, note.row, turn, note.body)
                found.append(("insert into vault(kind, row, turn, body) values(?,?,?,?)", kept))
    return found


class Vault:
    """What a journal keeps beside its turns. A writer's vault also knows what waits for its commit."""

    def __init__(self, journal: Reader) -> None:
        self._journal = journal
        self._texts: dict[tuple[str, int], bytes] = {}
        self._refs: dict[tuple[str, str], int] = {}

    def expect(self, notes: Iterable[Note]) -> None:
        """Know what was appended before it is committed."""
        for note in notes:
            if isinstance(note, Referred):
                self._refs[note.scope, note.ref] = note.row
            elif isinstance(note, Forgotten):
                waiting = [key for key, row in self._refs.items() if key[0] == note.scope and row == note.row]
                known = (note.scope, self.name(note.scope, note.row))
                self._refs.update(dict.fromkeys([*waiting, known], -1))
            else:
                self._texts[note.kind, note.row] = note.body

    def settled(self) -> None:
        """What was appended is committed: the file knows it."""
        self._texts.clear()
        self._refs.clear()

    def read(self, kind: str, row: int) -> bytes | None:
        """The text of a row; None if there is none (any more)."""
        if (waiting := self._texts.get((kind, row))) is not None:
            return waiting or None
        found = self._journal.store.rows("select body from vault where kind = ? and row = ?", (kind, row))
        return bytes(found[0][0]) if found else None

    def since(self, kind: str, turn: int = 0) -> dict[int, bytes]:
        """All texts of a kind written after a turn, by row; for kinds of which there are few."""
        rows = self._journal.store.rows(
            "select row, body from vault where kind = ? and turn > ? order by row", (kind, turn)
        )
        return {int(row): bytes(body) for row, body in rows}

    def holding(self, kind: str, word: str, most: int, among: int) -> list[tuple[int, bytes]]:
        """Texts of a kind that hold a word, newest rows first, at most `most`; only the newest `among` are looked at.

        The case of ASCII letters does not matter. What is not committed yet is not found.
        """
        pattern = "%" + re.sub(r"([!%_])", r"!\1", word) + "%"
        newest = "(select row, body from vault where kind = ? order by row desc limit ?) as newest"
        rows = self._journal.store.rows(
            f"select row, body from {newest} where {self._journal.store.holds} order by row desc limit ?",
            (kind, among, pattern, most),
        )
        return [(int(row), bytes(body)) for row, body in rows]

    def find(self, scope: str, refs: Sequence[str]) -> list[int]:
        """The rows that bear these names; -1 where nothing does."""
        known: dict[str, int] = {}
        for first in range(0, len(refs), AT_ONCE):
            part = refs[first : first + AT_ONCE]
            marks = ",".join("?" * len(part))
            rows = self._journal.store.rows(
                f"select ref, row from refs where scope = ? and ref in ({marks})", (scope, *part)
            )
            known.update({str(ref): int(row) for ref, row in rows})
        return [self._refs.get((scope, ref), known.get(ref, -1)) for ref in refs]

    def name(self, scope: str, row: int) -> str:
        """The name that a row bears in a scope; empty if none."""
        found = self._journal.store.rows("select ref from refs where scope = ? and row = ?", (scope, row))
        return str(found[0][0]) if found else ""
