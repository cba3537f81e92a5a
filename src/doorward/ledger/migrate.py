"""A whole journal from one store to the other: turns, facts, messages, texts, names, what the run is. All or nothing.

Rows are copied as they are, in one transaction of the target; before it ends, every turn is read back from there and
checked against the chain, and every table is counted. If the process dies meanwhile, the target is as empty as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from doorward.core.errors import BadInput, Damaged
from doorward.ledger.journal import Journal
from doorward.ledger.read import Reader
from doorward.ledger.store import TABLES, Head, Row

Tell = Callable[[str, int, int, str], None]
"""tell(stage, done, total, words): how far it is."""
EVERY = 1_000
"""Rows from one word of progress to the next."""


def counts(journal: Reader) -> dict[str, int]:
    """How many rows each table of a journal has."""
    return {table: int(journal.store.rows(f"select count(*) from {table}")[0][0]) for table in TABLES}


def migrate(source: Reader, target: Journal, tell: Tell = lambda *_: None) -> Head:
    """Copy a journal that nobody writes meanwhile into an empty one; returns the head, the same in both.

    Raises BadInput if the target is not empty, Damaged if source or copy do not hold what their chain says.
    """
    there = {table: rows for table, rows in counts(target).items() if rows}
    if there:
        said = ", ".join(f"{rows:,} {table}" for table, rows in there.items())
        raise BadInput(
            f"the target holds {said} (newest turn {target.committed.turn})",
            where=str(target.path),
            rule="a journal is copied into an empty one",
            remedy="name another schema or folder",
        )
    _check("check", source, source.committed.turn, tell)
    wanted = counts(source)
    with target.store.loading() as put:
        for table, columns in TABLES.items():
            rows = source.store.each(f"select * from {table}")
            put(table, columns, _counted(rows, table, wanted[table], tell))
        copy = Reader(str(target.path), target.store)
        _check("check the copy", copy, wanted["turns"], tell)
        copy.meta()
        if counts(copy) != wanted or copy.head != source.head:
            raise Damaged(f"{target.path}: the copy differs from {source.path}; nothing of it was kept")
    target.reload()
    return target.committed


def _counted(rows: Iterable[Row], table: str, total: int, tell: Tell) -> Iterator[Row]:
    """The rows, while their number is told."""
    for done, row in enumerate(rows, 1):
        if done % EVERY == 0 or done == total:
            tell(f"copy {table}", done, total, f"{done:,} of {total:,}")
        yield row


def _check(stage: str, journal: Reader, total: int, tell: Tell) -> None:
    """Every turn against the chain."""
    for turn, _ in journal.verified(0, total):
        if turn.turn % EVERY == 0 or turn.turn == total:
            tell(stage, turn.turn, total, f"turn {turn.turn:,} of {total:,}")
