"""Text beside the turns: written with them, found before and after the commit, erased without touching the digest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from doorward.ledger.journal import Journal
from doorward.ledger.ledger import Ledger
from doorward.ledger.vault import Forgotten, Kept, Note, Referred, Vault, statements
from tests.ledger.conftest import Places


def _write(journal: Journal, vault: Vault, *notes: Note, commit: bool = True) -> str:
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


def test_texts_that_hold_a_word_are_found_newest_first(places: Places) -> None:
    texts = {
        1: "12 Harbour Street",
        2: "Münster, harbour 3",
        3: "100% wool",
        4: "HARBOURS",
        5: "100x wool!",
        9: "-",
    }
    with Journal(places("journal")) as journal:
        vault = Vault(journal)
        _write(journal, vault, *(Kept("recipient", row, text.encode()) for row, text in texts.items()))
        _write(journal, vault, Kept("user", 4, b"harbour"))

        def found(word: str, most: int = 10, among: int = 100) -> list[int]:
            return [
                row
                for row, body in vault.holding("recipient", word, most, among)
                if body == texts[row].encode()
            ]

        assert found("harbour") == [4, 2, 1] and found("harbour", most=2) == [4, 2]
        assert found("harbour", among=5) == [4, 2] and found("münster".replace("ü", "")) == []
        assert found("100%") == [3] and found("l!") == [5] and found("_") == [] and found("'") == []
        _write(journal, vault, Kept("recipient", 2, b""))
        assert found("harbour") == [4, 1]


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


def test_a_forgotten_name_is_free_again_before_and_after_the_commit(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        vault = Vault(journal)
        _write(journal, vault, Referred("email", "ada@example.org", 3), Referred("secret", "abc", 3))
        _write(journal, vault, Forgotten("email", 3), commit=False)
        assert vault.find("email", ["ada@example.org"]) == [-1]
        journal.commit()
        vault.settled()
        assert vault.find("email", ["ada@example.org"]) == [-1] and vault.name("email", 3) == ""
        assert vault.find("secret", ["abc"]) == [3], "other scopes keep theirs"
        _write(journal, vault, Referred("email", "ada@example.org", 9), Forgotten("email", 9), commit=False)
        assert vault.find("email", ["ada@example.org"]) == [-1]
        _write(journal, vault, Referred("email", "ada@example.org", 10))
        assert vault.find("email", ["ada@example.org"]) == [10]


def bytes_of(folder: Path) -> bytes:
    """All that stands in the journal's files, WAL and index too."""
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file())


@pytest.mark.parametrize("seed", range(8))
def test_erased_text_stands_nowhere_in_the_files_while_the_writer_goes_on(tmp_path: Path, seed: int) -> None:
    """Short and long texts in random sequence (pages split, long ones overflow), every other one erased or replaced."""
    draw = np.random.default_rng(seed)
    texts = {int(row): b"<secret-%06d>" % row + b"x" * int(draw.integers(0, 300)) for row in range(600)}
    texts[77] += b"y" * 40_000
    with Ledger.open(tmp_path, {}) as ledger:
        for rows in np.array_split(draw.permutation(600), 30):
            notes = [Kept("recipient", row, texts[row]) for row in rows.tolist()]
            ledger.post("promise.place", 100, [], f"k{rows[0]}", notes=notes)
            ledger.commit()
        assert b"<secret-000077>" in bytes_of(tmp_path)
        gone = [77, *range(0, 600, 2)]
        for rows in np.array_split(gone, 10):
            erased = [Kept("recipient", int(row), b"" if row % 4 else b"another") for row in rows]
            ledger.post("access.erase", 200, [], notes=erased)
            ledger.commit()
        left = bytes_of(tmp_path)
        assert [row for row in gone if b"<secret-%06d>" % row in left] == []
        kept = [row for row in range(600) if row not in gone]
        assert all(ledger.vault.read("recipient", row) == texts[row] for row in kept)


def test_a_reader_in_the_way_only_puts_it_off(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, {}) as ledger:
        ledger.post("a.b", 1, [], "k", notes=[Kept("recipient", 1, b"<secret>")])
        ledger.commit()
        ledger.post("a.b", 2, [], "l", notes=[Kept("recipient", 2, b"another")])
        ledger.commit()
        with Ledger.open(tmp_path, {}, read_only=True) as reader:
            look = reader.journal.store.sql.execute(  # type: ignore[attr-defined]
                "select body from vault"
            )
            next(look)
            ledger.post("access.erase", 3, [], notes=[Kept("recipient", 1, b"")])
            ledger.commit()
            assert b"<secret>" in bytes_of(tmp_path), "the reader still looks at it"
            look.close()
        ledger.post("a.b", 4, [], "m")
        ledger.commit()
        assert b"<secret>" not in bytes_of(tmp_path)
