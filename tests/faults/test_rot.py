"""Single bits flip in the file or its WAL: whatever changes the history is noticed at the next start."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from doorward.core.errors import BadInput, Damaged
from doorward.ledger.checkpoint import must_hold_anchor, write_anchor
from doorward.ledger.journal import Journal
from tests.faults.disk import Disk
from tests.faults.history import EAGER, NAME, Told, write

FLIPS = 250
NOTICED = (Damaged, BadInput)


def contents(journal: Journal) -> list[tuple[object, ...]]:
    """All that the turns say."""
    return [
        (t.turn, t.at_s, t.service, t.key, t.chain, [(f.schema, f.rows, f.body) for f in t.facts])
        for t in journal.turns()
    ]


def small_journal(wal: bool) -> tuple[Disk, list[tuple[object, ...]], Told]:
    """Some hundred turns in the file; with `wal`, the newest of some ten are only there."""
    disk, told = Disk(1), Told()
    settings = {**EAGER, "wal_autocheckpoint": 60 if wal else 1}
    journal = Journal(NAME, vfs=disk.vfs, settings=settings, sync_names=disk.sync_names)
    write(journal, told, 20 if wal else 200, disk)
    said = contents(journal)
    if wal:
        disk.freeze()
    journal.close()
    return disk.after_cut(0, "prefix"), said, told


@pytest.mark.parametrize("wal", [False, True], ids=["file", "wal"])
def test_every_harmful_flip_is_noticed(wal: bool, tmp_path: Path) -> None:
    disk, said, told = small_journal(wal)
    name = f"{NAME}-wal" if wal else NAME
    original = {n: bytes(f.live) for n, f in disk.files.items()}
    assert len(original[name]) > 20_000
    with Journal(NAME, vfs=disk.vfs, settings=EAGER) as journal:
        assert contents(journal) == said
        write_anchor(tmp_path, journal.committed)
        assert journal.committed.turn == told.acknowledged[-1][0]
    draw = np.random.default_rng(5)
    noticed = harmless = 0
    for _ in range(FLIPS):
        at, bit = int(draw.integers(len(original[name]))), int(draw.integers(8))
        flipped = bytearray(original[name])
        flipped[at] ^= 1 << bit
        rotten = Disk(0)
        rotten.put({**original, name: bytes(flipped)})
        try:
            with Journal(NAME, vfs=rotten.vfs, settings=EAGER) as journal:
                must_hold_anchor(tmp_path, journal)
                for _turn, _values in journal.verified():
                    pass
                found = contents(journal)
        except NOTICED:
            noticed += 1
            continue
        assert found == said, f"byte {at} bit {bit} of {name} changed the history unnoticed"
        harmless += 1
    assert noticed > FLIPS // 5


def test_the_chain_alone_does_not_see_a_cut_tail(tmp_path: Path) -> None:
    """Why there is an anchor: a journal without its newest turns is a sound journal."""
    with Journal(tmp_path / NAME) as journal:
        write(journal, Told(), 4, Disk(0))
        shutil.copytree(tmp_path, tmp_path / "early")
        early = journal.committed.turn
        write(journal, Told(), 4, Disk(0))
        write_anchor(tmp_path / "early", journal.committed)
    with Journal(tmp_path / "early" / NAME) as journal:
        assert journal.verify() == early
        with pytest.raises(Damaged, match="ends before it"):
            must_hold_anchor(tmp_path / "early", journal)


def test_another_history_of_the_same_length_is_not_ours(tmp_path: Path) -> None:
    for folder, service in ((tmp_path / "a", "room.a"), (tmp_path / "b", "room.b")):
        with Journal(folder / NAME) as journal:
            journal.append(service, 1, [])
            write_anchor(tmp_path, journal.commit()) if service == "room.a" else journal.commit()
    with Journal(tmp_path / "b" / NAME) as journal, pytest.raises(Damaged, match="another turn there"):
        must_hold_anchor(tmp_path, journal)


def test_a_garbled_anchor_is_not_believed(tmp_path: Path) -> None:
    with Journal(tmp_path / NAME) as journal:
        journal.append("room.a", 1, [])
        write_anchor(tmp_path, journal.commit())
        path = tmp_path / "anchor.json"
        path.write_bytes(path.read_bytes().replace(b'"turn":1', b'"turn":0'))
        with pytest.raises(Damaged, match="garbled"):
            must_hold_anchor(tmp_path, journal)
