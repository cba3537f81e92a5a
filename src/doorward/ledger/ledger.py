"""The ledger: turns go into the journal and are folded into the tables, in one order, by one writer.

A turn is checked and packed, then folded, then appended. Packing comes first because it copies the values: what is
folded is read back from the packed values, so that a live turn and its replay are one code path, even where a service
posts a view of a column that the fold is about to change. If a fold raises, the tables may be half changed while the
journal knows nothing of the turn: the ledger is poisoned and refuses everything; reopening reads the tables anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self, TypeVar

from doorward.core.errors import BadInput, Damaged, LedgerError, Poisoned
from doorward.core.table import Table
from doorward.ledger import chain, checkpoint, inbox, outbox, vault
from doorward.ledger.journal import Journal
from doorward.ledger.pack import Packed, pack, table_of
from doorward.ledger.read import Reader, Turn, journal_of
from doorward.ledger.state import Fold, State

T = TypeVar("T", bound=Table)


class Ledger:
    """Journal, folds and tables of one region's network.

    journal  opened for writing, or for reading: then nothing can be posted
    folds    which facts there are, and what each means
    folder   where checkpoints and the anchor are; beside the journal if not given
    state    the tables as of turn `at`: reference tables for turn 0, or what a checkpoint held
    """

    def __init__(
        self,
        journal: Reader,
        folds: Mapping[type[Table], Fold],
        state: State,
        *,
        folder: Path | None = None,
        at: int = 0,
    ) -> None:
        self.folder = folder or Path(journal.path).parent
        self.journal, self.state, self._folds = journal, state, dict(folds)
        self._kinds = {kind.__name__: kind for kind in folds}
        if len(self._kinds) < len(folds):
            raise ValueError("two facts bear one name")
        self._at = at
        self._poison = ""
        self.vault = vault.Vault(journal)
        # a process that was killed may have left erased text in the WAL
        self._scrub = isinstance(journal, Journal)

    @classmethod
    def open(
        cls,
        folder: Path | str,
        folds: Mapping[type[Table], Fold],
        reference: Iterable[Table] = (),
        *,
        read_only: bool = False,
        upto: int | None = None,
        journal: str | None = None,
        wait_s: float = 0.0,
    ) -> Self:
        """Open `folder/journal.db` (new if there is none) and bring the tables to its newest turn.

        journal    `postgresql://...` if the journal is kept in a server (postgres.py); checkpoints stay in the folder.
                   Not needed where the folder's `journal.url` says so
        wait_s     how long to wait for another writer's end (PostgreSQL); 0: Locked at once
        reference  tables that stand before the first turn. A checkpoint holds them too, and is preferred.
        read_only  also beside a writer, or where we may not write; sees the turns committed by now
        upto       stop after this turn (read_only)
        Raises Locked, Damaged, or what a fold raises.
        """
        if upto is not None and not read_only:
            raise ValueError("tables of an earlier turn are for reading; use fork to go on from there")
        folder = Path(folder)
        place = journal or journal_of(folder)
        if not read_only:
            folder.mkdir(parents=True, exist_ok=True)
        turns = Journal.open(place, read_only=read_only, wait_s=wait_s)
        try:
            checkpoint.must_hold_anchor(folder, turns)
            restored = checkpoint.restore(folder, turns, upto)
            state, at = restored if restored is not None else (State(), 0)
            if restored is None:
                for table in reference:
                    state.load(table)
            for _turn in turns.verified(0, at):
                pass  # what the checkpoint stands for is checked as well, so that rot is told at once
            ledger = cls(turns, folds, state, folder=folder, at=at)
            ledger.replay(upto)
        except BaseException:
            turns.close()
            raise
        return ledger

    def table(self, kind: type[T]) -> T:
        """All rows of a table as of the newest turn, read-only."""
        return self.state.table(kind)

    def post(
        self,
        service: str,
        at_s: int,
        facts: Sequence[Table],
        key: str | None = None,
        *,
        send: Sequence[outbox.Message] = (),
        received: Sequence[inbox.Receipt] = (),
        notes: Sequence[vault.Note] = (),
    ) -> int:
        """Fold the facts and append them as one turn; returns its number. Durable once `commit` has returned.

        key       names the command: posting it again does nothing and returns the first turn
        send      messages to the outside, which leave after the commit
        received  messages from the outside that this turn answers to; Refused if one was taken before
        notes     text that belongs to rows (ledger/vault.py)
        A turn in which nothing is said (no rows, no message, no key) is not made; the newest turn is returned.
        """
        self._sound()
        journal = self._writable()
        name = chain.key_of(key) if key is not None else b""
        if name and (first := journal.turn_of(name)) is not None:
            return first
        packed = [self._checked(rows) for rows in facts if len(rows)]
        if not (packed or send or received or notes or name):
            return journal.head.turn
        turn = journal.head.turn + 1
        extra = [
            *inbox.statements(journal, turn, received),
            *outbox.statements(turn, send),
            *vault.statements(turn, notes),
        ]
        if at_s < journal.newest_s:
            raise ValueError(f"turn of {service} at {at_s} comes after one at {journal.newest_s}")
        for fact in packed:
            self._fold(service, turn, fact, at_s)
        try:
            self._at = journal.append(service, at_s, packed, name, extra, [r.mark for r in received])
        except BaseException as error:
            self._poison = f"turn {turn} of {service} was folded, but not appended ({error})"
            raise
        self.vault.expect(notes)
        self._scrub |= any(map(vault.erases, notes))
        return self._at

    def commit(self) -> int:
        """Make all posted turns durable; returns the newest. DiskFull and SyncFailed leave the ledger poisoned."""
        self._sound()
        journal = self._writable()
        try:
            turn = journal.commit().turn
        except BaseException as error:
            self._poison = f"turns after {self.journal.committed.turn} were folded, but not kept ({error})"
            raise
        self.vault.settled()
        if self._scrub:
            self._scrub = not journal.scrub()
        return turn

    def head(self) -> tuple[int, str]:
        """Newest turn and the digest over everything up to it (hex). Acknowledge only after `commit`."""
        return self.journal.head.turn, self.journal.head.chain.hex()

    def last_service(self, among: Collection[str] | None = None) -> tuple[int, str] | None:
        """(at_s, service) of the newest committed turn, or of the newest one of these services; None if there is none.

        Where the roster goes on.
        """
        row = self.journal.newest() if among is None else self.journal.newest_of(among)
        return None if row is None else (row[1], row[2])

    def replay(self, upto: int | None = None, told: Callable[[Turn], None] = lambda turn: None) -> int:
        """Fold the turns after the tables' own, checking the chain; returns the last one. Damaged if one differs.

        told  is given each turn after it was folded
        """
        self._sound()
        newest = self.journal.committed.turn
        upto = newest if upto is None else min(upto, newest)
        if upto == self._at:
            return self._at
        for turn, values in self.journal.verified(self._at, upto):
            for fact, matrix in zip(turn.facts, values, strict=True):
                packed = Packed(fact.schema, matrix, fact.lo, fact.hi, b"")
                self._fold(turn.service, turn.turn, packed, turn.at_s)
            self._at = turn.turn
            told(turn)
        if self._at != upto:
            raise Damaged(f"{self.journal.path}: turn {self._at + 1} is missing")
        return self._at

    @property
    def at(self) -> int:
        """The turn that the tables show."""
        return self._at

    @property
    def poisoned(self) -> bool:
        """Whether the tables ran ahead of the journal: nothing more can be posted."""
        return bool(self._poison)

    @property
    def journal_newest_s(self) -> int:
        """When the newest turn was, committed or not; long ago if there is none."""
        return self._writable().newest_s

    def turn_of(self, key: str) -> int | None:
        """The turn that was posted under this key, or None."""
        return self._writable().turn_of(chain.key_of(key))

    def checkpoint(self, folder: Path | None = None) -> Path:
        """Commit, write all tables beside the journal and anchor its head; returns the checkpoint's folder.

        folder  where, if not beside the journal
        """
        self.commit()
        return checkpoint.write(folder or self.folder, self.state, self.journal.committed)

    def close(self) -> None:
        """Anchor the head and close the journal. Turns that were not committed are dropped."""
        if isinstance(self.journal, Journal) and not self._poison and self.journal.committed.turn:
            checkpoint.write_anchor(self.folder, self.journal.committed)
        self.journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _writable(self) -> Journal:
        if not isinstance(self.journal, Journal):
            raise LedgerError(f"{self.journal.path} was opened for reading only")
        return self.journal

    def _checked(self, rows: Table) -> Packed:
        if type(rows) not in self._folds:
            raise TypeError(f"{type(rows).__name__} is not a fact: no room folds it")
        rows.check()
        return pack(rows)

    def _fold(self, service: str, turn: int, fact: Packed, at_s: int) -> None:
        kind = self._kinds.get(fact.schema.fact)
        if kind is None:
            raise BadInput(
                f"turn {turn} of {service} holds {fact.schema.fact}, which no room folds",
                where=str(self.journal.path),
                remedy="use the version that wrote it, or a newer one",
            )
        try:
            self._folds[kind](self.state, table_of(kind, fact.schema, fact.values), at_s)
        except BaseException as error:
            self._poison = f"folding {fact.schema.fact} in turn {turn} of {service} failed ({error})"
            error.add_note(f"in turn {turn} of {service} at {at_s}, while folding {fact.schema.fact}")
            raise

    def _sound(self) -> None:
        if self._poison:
            raise Poisoned(f"{self._poison}. What to do: reopen; the journal holds all committed turns")
