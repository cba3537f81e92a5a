"""Posting, folding, replaying: the tables are what the journal says, and nothing else."""

from __future__ import annotations

import struct
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.errors import BadInput, LedgerError, Poisoned
from doorward.core.table import Table
from doorward.ledger.fork import fork
from doorward.ledger.journal import Journal
from doorward.ledger.ledger import Ledger
from doorward.ledger.state import State
from tests.ledger.small import (
    FOLDS,
    REFERENCE,
    Appeared,
    Moved,
    Places,
    Things,
    Unheard,
    days,
    post,
    same,
    world,
)

TEN = Appeared(thing=np.arange(10), place=np.arange(10) % 5)


@given(days(), st.integers(1, 4))
@settings(max_examples=20, deadline=None)
def test_replay_is_the_live_state(turns: list[list[Table]], commit_every: int) -> None:
    with TemporaryDirectory() as folder:
        with Ledger.open(folder, FOLDS, REFERENCE) as ledger:
            post(ledger, turns, commit_every)
            live, head = ledger.state, ledger.head()
            moves = sum(len(f) for facts in turns for f in facts if isinstance(f, Moved))
            assert ledger.table(Things).moves.sum() == moves
            assert ledger.table(Places).holds.sum() == len(ledger.table(Things))
        with Ledger.open(folder, FOLDS, REFERENCE) as again:
            assert same(again.state, live)
            assert again.head() == head


@given(days())
@settings(max_examples=8, deadline=None)
def test_the_chain_does_not_know_the_grouping_of_commits(turns: list[list[Table]]) -> None:
    heads = set()
    with TemporaryDirectory() as folder:
        for commit_every in (1, 3, 100):
            with Ledger.open(Path(folder) / str(commit_every), FOLDS, REFERENCE) as ledger:
                post(ledger, turns, commit_every)
                heads.add(ledger.head())
    assert len(heads) == 1


def test_the_chain_knows_everything_else(tmp_path: Path) -> None:
    said: list[tuple[str, int, list[Table], str | None]] = [
        ("a.b", 5, [TEN], None),
        ("a.c", 5, [TEN], None),
        ("a.b", 6, [TEN], None),
        ("a.b", 5, [TEN], "key"),
        ("a.b", 5, [TEN.replace(place=np.arange(10) % 4)], None),
        ("a.b", 5, [TEN.take(slice(0, 9))], None),
        ("a.b", 5, [TEN, Moved(thing=[0], place=[0])], None),
        ("a.b", 5, [TEN.take(slice(0, 5)), TEN.take(slice(5, 10))], None),
    ]
    heads = set()
    for number, (service, at_s, facts, key) in enumerate(said):
        with Ledger.open(tmp_path / str(number), FOLDS, REFERENCE) as ledger:
            ledger.post(service, at_s, facts, key)
            heads.add(ledger.head())
    assert len(heads) == len(said)


def test_the_chain_is_what_the_format_says(tmp_path: Path) -> None:
    """Written out by hand. A changed digest is a changed format: old runs would no longer verify."""
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        ledger.post("a.b", 5, [TEN], "key")
        said = ledger.head()

    def digest(content: bytes) -> bytes:
        return blake2b(content, digest_size=16).digest()

    key = digest(struct.pack("<q3sq3s", 3, b"key", 3, b"key"))
    content = digest(b"doorward journal 1") + struct.pack("<qqHH3s16s", 1, 5, 3, 16, b"a.b", key)
    line = b"Appeared thing:i8 place:i4"
    content += struct.pack("<Iq26s", 26, 10, line)
    content += struct.pack("<20q", *range(10), *(n % 5 for n in range(10)))
    assert said == (1, digest(content).hex()) == (1, "5eada15dea98ea10361b5833348a6d90")


def test_a_key_is_answered_once(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        assert ledger.post("a.b", 5, [TEN], "order 7") == 1
        assert ledger.post("a.b", 6, [Moved(thing=[0], place=[1])]) == 2
        assert ledger.post("a.b", 7, [TEN], "order 7") == 1
        ledger.commit()
        assert ledger.post("a.b", 8, [TEN], "order 7") == 1
        assert ledger.post("a.b", 8, [], "nothing to say") == 3
        assert len(ledger.table(Things)) == 10
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        assert ledger.post("a.b", 9, [TEN], "order 7") == 1


def test_saying_nothing_makes_no_turn(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        assert ledger.post("a.b", 5, []) == 0
        assert ledger.post("a.b", 5, [Moved.empty()]) == 0
        assert ledger.last_service() is None
        ledger.post("a.b", 5, [TEN])
        ledger.commit()
        assert ledger.last_service() == (5, "a.b")


def test_a_broken_rule_leaves_the_ledger_sound(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        with pytest.raises(BadInput, match=r"Appeared\.place row 0 is 9"):
            ledger.post("a.b", 5, [TEN, Appeared(thing=[10], place=[9])])
        with pytest.raises(TypeError, match="Unheard is not a fact: no room folds it"):
            ledger.post("a.b", 5, [Unheard(thing=[1])])
        assert ledger.post("a.b", 5, [TEN]) == 1
        with pytest.raises(ValueError, match="comes after one at 5"):
            ledger.post("a.b", 4, [Moved(thing=[0], place=[1])])
        assert ledger.post("a.b", 5, [Moved(thing=[0], place=[1])]) == 2
        assert ledger.table(Things).moves.sum() == 1


def test_a_fold_that_raises_poisons(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        ledger.post("a.b", 5, [TEN])
        ledger.commit()
        wrong = [Moved(thing=[1], place=[2]), TEN]
        with pytest.raises(ValueError, match="numbers do not continue") as caught:
            ledger.post("a.c", 6, wrong)
        assert caught.value.__notes__ == ["in turn 2 of a.c at 6, while folding Appeared"]
        for refused in (lambda: ledger.post("a.b", 7, []), ledger.commit, ledger.checkpoint, ledger.replay):
            with pytest.raises(Poisoned, match=r"folding Appeared in turn 2 of a\.c failed"):
                refused()
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        assert ledger.head()[0] == 1
        assert ledger.table(Things).moves.sum() == 0
        assert ledger.post("a.c", 6, [Moved(thing=[1], place=[2])]) == 2


def test_a_fact_may_be_a_view_of_the_table_that_its_fold_changes(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        ledger.post("a.b", 5, [TEN])
        places = ledger.table(Things).place
        ledger.post("a.b", 6, [Moved(thing=np.arange(10)[::-1], place=places)])
        ledger.commit()
        live = ledger.state
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as again:
        assert same(again.state, live)
        assert again.table(Things).place.tolist() == [4, 3, 2, 1, 0] * 2


def test_what_was_not_committed_is_gone(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        ledger.post("a.b", 5, [TEN])
        ledger.commit()
        ledger.post("a.b", 6, [Moved(thing=[1], place=[2])])
        assert ledger.head()[0] == 2 and ledger.last_service() == (5, "a.b")
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        assert ledger.head()[0] == 1


def test_read_beside_the_writer_up_to_any_turn(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        ledger.post("a.b", 5, [TEN])
        ledger.post("a.b", 6, [Moved(thing=[1], place=[2])])
        ledger.commit()
        ledger.post("a.b", 7, [Moved(thing=[1], place=[3])])
        with Ledger.open(tmp_path, FOLDS, REFERENCE, read_only=True) as reader:
            assert reader.head()[0] == 2 and reader.table(Things).place[1] == 2
            with pytest.raises(LedgerError, match="opened for reading only"):
                reader.post("a.b", 8, [TEN])
            with pytest.raises(LedgerError, match="opened for reading only"):
                reader.commit()
        with Ledger.open(tmp_path, FOLDS, REFERENCE, read_only=True, upto=1) as reader:
            assert reader.table(Things).place[1] == 1
    with pytest.raises(ValueError, match="use fork"):
        Ledger.open(tmp_path, FOLDS, REFERENCE, upto=1)


def test_a_fork_goes_its_own_way_from_a_turn(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "a", FOLDS, REFERENCE) as ledger:
        ledger.post("a.b", 5, [TEN], "k")
        ledger.post("a.b", 6, [Moved(thing=[1], place=[2])])
        ledger.commit()
        chain = ledger.journal.chain_at(1)
        with fork(ledger.journal, tmp_path / "b" / "journal.db", ledger.journal.turn_at(5)) as copy:
            assert copy.head.turn == copy.verify() == 1 and copy.head.chain == chain
        for wrong in (-1, 3):
            with pytest.raises(BadInput, match="turns go from 0 to 2"):
                fork(ledger.journal, tmp_path / "c" / "journal.db", wrong)
        with pytest.raises(BadInput, match="there is a journal already"):
            fork(ledger.journal, tmp_path / "b" / "journal.db", 1)
    with Ledger.open(tmp_path / "b", FOLDS, REFERENCE) as forked:
        assert forked.post("a.b", 6, [TEN], "k") == 1
        assert forked.post("a.b", 6, [Moved(thing=[1], place=[4])]) == 2
        assert forked.table(Things).place[1] == 4


def test_a_journal_with_a_fact_that_nobody_folds(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        ledger.post("a.b", 5, [TEN])
        ledger.commit()
    with pytest.raises(BadInput, match="holds Appeared, which no room folds"):
        Ledger.open(tmp_path, {Moved: FOLDS[Moved]}, REFERENCE)


def test_two_facts_of_one_name(tmp_path: Path) -> None:
    twin = type("Moved", (Moved,), {"__annotations__": {}})
    with Journal(tmp_path / "j.db") as journal, pytest.raises(ValueError, match="two facts bear one name"):
        Ledger(journal, {Moved: FOLDS[Moved], twin: FOLDS[Moved]}, State())


def test_a_ledger_over_a_state_of_its_own(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        ledger = Ledger(journal, FOLDS, world())
        assert ledger.replay() == 0
        ledger.post("a.b", 5, [TEN])
        assert ledger.commit() == 1
