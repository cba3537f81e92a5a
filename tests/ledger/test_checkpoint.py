"""Checkpoints: a start from one equals a start from the first turn; a damaged one is passed over."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from doorward.core.errors import Damaged
from doorward.core.table import I4, Table, Text
from doorward.ledger import checkpoint
from doorward.ledger.journal import Journal
from doorward.ledger.ledger import Ledger
from doorward.ledger.state import State
from tests.ledger.small import FOLDS, REFERENCE, Appeared, Moved, Places, Things, same, world


class Signs(Table):
    """A table with text; not in the journal, but in checkpoints."""

    sign: Text
    size: I4


def some_days(folder: Path) -> State:
    """Three checkpoints, then one more turn."""
    with Ledger.open(folder, FOLDS, [*REFERENCE, Signs(sign=["dock", "tür"], size=[3, 4])]) as ledger:
        for day in range(3):
            things = np.arange(day * 10, day * 10 + 10)
            ledger.post("a.b", day * 100, [Appeared(thing=things, place=things % 5)])
            ledger.post("a.c", day * 100 + 50, [Moved(thing=things, place=(things + 1) % 5)])
            ledger.checkpoint()
        ledger.post("a.c", 999, [Moved(thing=[0], place=[4])])
        ledger.commit()
        return ledger.state


def opened(folder: Path) -> State:
    """The tables without any reference: only a checkpoint can have them all."""
    with Ledger.open(folder, FOLDS) as ledger:
        assert ledger.head()[0] == 7
        return ledger.state


def test_the_newest_two_are_kept_and_the_newest_is_used(tmp_path: Path) -> None:
    live = some_days(tmp_path)
    assert sorted(p.name for p in tmp_path.glob("checkpoint-*")) == ["checkpoint-4", "checkpoint-6"]
    with Journal(tmp_path / "journal.db") as journal:
        restored = checkpoint.restore(tmp_path, journal)
        assert restored is not None and restored[1] == 6
        early = checkpoint.restore(tmp_path, journal, upto=5)
        assert early is not None and early[1] == 4
        assert checkpoint.restore(tmp_path, journal, upto=3) is None
    state = opened(tmp_path)
    assert same(state, live)
    assert state.table(Signs).sign.tolist() == ["dock", "tür"]
    assert state.table(Places).holds.sum() == 30


def garble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


@pytest.mark.parametrize("file", ["manifest.json", "tests.ledger.small.Things.arrow"])
@pytest.mark.parametrize("how", ["cut", "garbled", "gone"])
def test_a_damaged_one_is_passed_over(file: str, how: str, tmp_path: Path) -> None:
    live = some_days(tmp_path)
    path = tmp_path / "checkpoint-6" / file
    if how == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    elif how == "garbled":
        garble(path)
    else:
        path.unlink()
    with Journal(tmp_path / "journal.db") as journal:
        restored = checkpoint.restore(tmp_path, journal)
        assert restored is not None and restored[1] == 4
    assert same(opened(tmp_path), live)


def test_without_a_good_one_everything_is_replayed(tmp_path: Path) -> None:
    live = some_days(tmp_path)
    for folder in tmp_path.glob("checkpoint-*"):
        garble(folder / "manifest.json")
    with Ledger.open(tmp_path, FOLDS, [*REFERENCE, Signs(sign=["dock", "tür"], size=[3, 4])]) as ledger:
        assert same(ledger.state, live)


def test_one_that_was_being_written_is_not_there(tmp_path: Path) -> None:
    some_days(tmp_path)
    (tmp_path / "checkpoint-6").rename(tmp_path / "checkpoint-6.new")
    with Journal(tmp_path / "journal.db") as journal:
        restored = checkpoint.restore(tmp_path, journal)
        assert restored is not None and restored[1] == 4


def test_one_of_another_journal_is_not_ours(tmp_path: Path) -> None:
    some_days(tmp_path / "a")
    with Ledger.open(tmp_path / "b", FOLDS, REFERENCE) as ledger:
        for turn in range(6):
            ledger.post("a.b", turn, [Appeared(thing=[turn], place=[0])])
        ledger.commit()
    (tmp_path / "a" / "checkpoint-6").rename(tmp_path / "b" / "checkpoint-6")
    with Journal(tmp_path / "b" / "journal.db") as journal:
        assert checkpoint.restore(tmp_path / "b", journal) is None


def test_one_newer_than_the_journal_means_lost_turns(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        ledger.post("a.b", 1, [Appeared(thing=[0], place=[0])])
        ledger.commit()
        early = {p.name: p.read_bytes() for p in tmp_path.glob("journal.db*") if p.name != "journal.db.lock"}
        ledger.post("a.b", 2, [Appeared(thing=[1], place=[0])])
        ledger.checkpoint()
    for path in tmp_path.glob("journal.db*"):
        path.unlink()
    for name, content in early.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Damaged, match="turn 2 was acknowledged, but the journal ends before it"):
        Ledger.open(tmp_path, FOLDS, REFERENCE)


def test_a_table_that_changed_since_is_replayed_anew(tmp_path: Path) -> None:
    some_days(tmp_path)
    for folder in tmp_path.glob("checkpoint-*"):
        path = folder / "manifest.json"
        path.write_bytes(path.read_bytes().replace(b'"Signs"', b'"Sighs"'))
    with Journal(tmp_path / "journal.db") as journal:
        assert checkpoint.restore(tmp_path, journal) is None


def test_closing_anchors_the_head(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, FOLDS, REFERENCE) as ledger:
        ledger.post("a.b", 1, [Appeared(thing=[0], place=[0])])
        ledger.commit()
        ledger.post("a.b", 2, [Appeared(thing=[1], place=[0])])
        head = ledger.journal.committed
    assert f'"turn":1,"chain":"{head.chain.hex()}"' in (tmp_path / "anchor.json").read_text()


def test_a_state_can_be_checkpointed_elsewhere(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "run", FOLDS, REFERENCE) as ledger:
        ledger.post("a.b", 1, [Appeared(thing=[0], place=[0])])
        assert ledger.checkpoint(tmp_path / "copy") == tmp_path / "copy" / "checkpoint-1"
        found = checkpoint.restore(tmp_path / "copy", ledger.journal)
        assert found is not None and same(found[0], ledger.state) and len(found[0].table(Things)) == 1
    assert not same(world(), found[0])


def test_rot_before_the_checkpoint_is_told_at_the_start(tmp_path: Path) -> None:
    some_days(tmp_path)
    with sqlite3.connect(tmp_path / "journal.db") as db:
        first, body = db.execute("select id, body from facts order by id limit 1").fetchone()
        db.execute("update facts set body=? where id=?", (bytes([*body[:-1], body[-1] ^ 4]), first))
    for read_only in (False, True):
        with pytest.raises(Damaged, match="turn 1"):
            Ledger.open(tmp_path, FOLDS, read_only=read_only)
