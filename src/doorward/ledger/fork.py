"""Another journal that begins as a copy of this one's first turns: what-if from any moment."""

from __future__ import annotations

from pathlib import Path

from doorward.core.errors import BadInput
from doorward.ledger.journal import Journal
from doorward.ledger.read import Reader
from doorward.ledger.store import FACTS_A_TURN, TABLES


def fork(source: Reader, path: Path | str, upto: int) -> Journal:
    """A new journal with the turns 1..upto of `source`, byte for byte, so that its chain goes on from theirs.

    The source may be written meanwhile. Messages are not copied: what waits there leaves from there, once.
    """
    if Path(path).exists():
        raise BadInput("there is a journal already", where=str(path), remedy="fork into a folder of its own")
    if not 0 <= upto <= source.committed.turn:
        raise BadInput(
            f"turn {upto}", where=str(source.path), rule=f"turns go from 0 to {source.committed.turn}"
        )
    copy = Journal(path)
    try:
        with copy.store.loading() as put:
            for table, clause, last in (
                ("services", "id >= ?", 0),
                ("schemas", "id >= ?", 0),
                ("turns", "turn <= ?", upto),
                ("facts", "id < ?", (upto + 1) * FACTS_A_TURN),
            ):
                rows = source.store.each(f"select * from {table} where {clause}", (last,))
                put(table, TABLES[table], rows)
        copy.reload()
    except BaseException:
        copy.close()
        raise
    return copy
