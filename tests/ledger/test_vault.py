"""Text beside the turns: written with them, found before and after the commit, erased without touching the digest."""

from __future__ import annotations

from doorward.ledger.journal import Journal
from doorward.ledger.vault import Kept, Referred, Vault, statements
from tests.ledger.conftest import Places


def _write(journal: Journal, vault: Vault, *notes: Kept | Referred, commit: bool = True) -> str:
    turn = journal.head.turn + 1
    journal.append("promise.place", 100, [], b"k%015d" % turn, statements(turn, notes))
    vault.expect(notes)
    if commit:
        journal.commit()
        vault.settled()
    return journal.head.chain.hex()


def test_texts_and_names_are_found_before_and_after_the_commit(places: Places) -> None:
    with Journal(places("journal")) as journal:
        vault = Vault(journal)
        notes = (Kept("recipient", 7, b"Ada"), Referred("order/0", "A-1", 7))
        _write(journal, vault, *notes, commit=False)
        assert vault.read("recipient", 7) == b"Ada"
        assert vault.find("order/0", ["A-2", "A-1"]) == [-1, 7]
        journal.commit()
        vault.settled()
        assert vault.read("recipient", 7) == b"Ada"
        assert vault.find("order/0", ["A-2", "A-1"]) == [-1, 7]
        assert vault.find("order/1", ["A-1"]) == [-1]
        assert vault.name("order/0", 7) == "A-1"
        assert vault.since("recipient") == {7: b"Ada"}
        assert vault.since("recipient", journal.head.turn) == {}


def test_a_thousand_names_are_looked_up(places: Places) -> None:
    with Journal(places("journal")) as journal:
        vault = Vault(journal)
        _write(journal, vault, *(Referred("order/0", f"R{i}", i) for i in range(0, 2_000, 2)))
        found = vault.find("order/0", [f"R{i}" for i in range(2_000)])
        assert found == [i if i % 2 == 0 else -1 for i in range(2_000)]


def test_erasing_takes_the_text_and_leaves_the_digest(places: Places) -> None:
    with Journal(places("a")) as a, Journal(places("b")) as b:
        with_name, without = Vault(a), Vault(b)
        _write(a, with_name, Kept("recipient", 7, b"Ada"))
        _write(b, without)
        erased = _write(a, with_name, Kept("recipient", 7, b""))
        assert with_name.read("recipient", 7) is None
        assert erased == _write(b, without), "the digest does not know what the vault held"


def test_what_was_not_committed_is_not_there(places: Places) -> None:
    with Journal(places("journal")) as journal:
        _write(journal, Vault(journal), Kept("recipient", 1, b"kept"))
        _write(journal, Vault(journal), Kept("recipient", 2, b"dropped"), commit=False)
    with Journal(places("journal")) as journal:
        assert Vault(journal).since("recipient") == {1: b"kept"}
