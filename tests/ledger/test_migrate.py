"""A journal moved from one store to the other and back is the same journal, or nothing was moved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from doorward.core.errors import BadInput, Damaged
from doorward.ledger.inbox import Receipt
from doorward.ledger.journal import Journal
from doorward.ledger.ledger import Ledger
from doorward.ledger.migrate import counts, migrate
from doorward.ledger.outbox import Message, Outbox
from doorward.ledger.store import TABLES
from doorward.ledger.vault import Kept, Referred
from tests.ledger.small import FOLDS, REFERENCE, Appeared
from tests.postgres import Server


def lived(folder: Path) -> None:
    """A journal that holds something of everything."""
    with Ledger.open(folder, FOLDS, REFERENCE) as ledger:
        for turn in range(400):
            thing = Appeared(thing=np.arange(turn * 3, turn * 3 + 3), place=[0, 1, 2])
            notes = (Kept("recipient", turn, "Zoë".encode()), Referred("order/0", f"R-{turn}", turn))
            send = [Message("sms", f"m{turn}", b"text")] if turn % 5 == 0 else []
            received = [Receipt("dhl", str(turn))] if turn % 7 == 0 else []
            ledger.post("a.b", turn, [thing], f"k{turn}", send=send, received=received, notes=notes)
        ledger.commit()
        assert isinstance(ledger.journal, Journal)
        ledger.journal.set_meta(seed="7")
        Outbox(ledger.journal).deliver("sms", lambda message: None)
        ledger.post("a.c", 500, [], send=[Message("ups", "u", b"\x00\xff")])
        ledger.checkpoint()


def content(journal: Journal) -> dict[str, list[tuple[object, ...]]]:
    return {table: sorted(journal.store.each(f"select * from {table}"), key=repr) for table in TABLES}


def test_there_and_back_is_the_same_journal(postgres: Server, tmp_path: Path) -> None:
    lived(tmp_path / "a")
    told: list[tuple[str, int, int]] = []
    url = postgres.url()
    with Journal(tmp_path / "a" / "journal.db") as old, Journal(url) as new:
        head = migrate(old, new, lambda stage, done, total, words: told.append((stage, done, total)))
        assert head == old.head == new.head
        assert content(old) == content(new)
        assert {stage for stage, done, total in told if done == total} >= {
            "check",
            "copy turns",
            "check the copy",
        }
        with Journal(tmp_path / "back.db") as back:
            assert migrate(new, back) == head and content(back) == content(old)
        with pytest.raises(BadInput, match=r"the target holds 2 services, .* \(newest turn 401\)"):
            migrate(old, new)
    (tmp_path / "a" / "journal.url").write_text(url)
    with Ledger.open(tmp_path / "a", FOLDS, REFERENCE) as ledger:
        assert ledger.head() == (head.turn, head.chain.hex())
        assert ledger.vault.read("recipient", 3) == "Zoë".encode() and ledger.vault.find(
            "order/0", ["R-9"]
        ) == [9]
        assert ledger.post("a.b", 600, [], "k9") == 10
        assert isinstance(ledger.journal, Journal) and Outbox(ledger.journal).waiting() == {"ups": 1}
        ledger.post("a.b", 600, [Appeared(thing=[1200], place=[0])])
        ledger.commit()
        assert ledger.journal.verify() == 402


@pytest.mark.parametrize(
    "change", ["update turns set at_s = at_s + 1 where turn = 200", "delete from facts where id / 4096 = 7"]
)
def test_a_damaged_journal_is_not_moved(postgres: Server, tmp_path: Path, change: str) -> None:
    lived(tmp_path)
    with Journal(tmp_path / "journal.db") as old, Journal(postgres.url()) as new:
        old.store.rows(change)
        with pytest.raises(Damaged, match="does not hold what its chain says"):
            migrate(old, new)
        assert not any(counts(new).values())


def test_what_breaks_half_way_leaves_nothing(postgres: Server, tmp_path: Path) -> None:
    lived(tmp_path)

    def breaks(stage: str, done: int, total: int, words: str) -> None:
        if stage == "copy outbox":
            raise KeyboardInterrupt

    with Journal(tmp_path / "journal.db") as old, Journal(postgres.url()) as new:
        with pytest.raises(KeyboardInterrupt):
            migrate(old, new, breaks)
        assert not any(counts(new).values())
        assert migrate(old, new) == old.head
