"""The disk fills up, or does not confirm: what is kept is whole, and the writer is told."""

from __future__ import annotations

import pytest

from doorward.core.errors import DiskFull, Poisoned, SyncFailed
from doorward.ledger.journal import Journal
from doorward.ledger.ledger import Ledger
from doorward.ledger.state import State
from tests.faults.disk import Disk
from tests.faults.history import EAGER, NAME, Moved, Told, moves, write


def journal_on(disk: Disk) -> Journal:
    return Journal(NAME, vfs=disk.vfs, settings=EAGER, sync_names=disk.sync_names)


@pytest.mark.parametrize("seed", range(12))
def test_a_full_disk_keeps_nothing_of_the_group_and_goes_on(seed: int) -> None:
    disk, told = Disk(seed), Told()
    with journal_on(disk) as journal:
        write(journal, told, 5, disk)
        before = journal.committed
        disk.room = sum(len(f.live) for f in disk.files.values()) + 3_000 * seed
        with pytest.raises(DiskFull, match=f"turns after {before.turn} were not kept"):
            for turn in range(before.turn + 1, before.turn + 9):
                journal.append("room.new", turn * 300, moves(turn, rows=3_000), key=b"%016d" % turn)
            journal.commit()
        assert journal.head == journal.committed == before
        assert journal.verify() == before.turn
        assert journal.turn_of(b"%016d" % (before.turn + 1)) is None
        disk.room = 1 << 40
        write(journal, told, 3, disk)
        assert journal.verify() == journal.head.turn > before.turn
    with journal_on(disk.after_cut(seed, "vanish")) as journal:
        assert journal.verify() == told.acknowledged[-1][0]


def test_a_ledger_whose_disk_is_full_must_be_reopened() -> None:
    disk = Disk(0)
    fold = {Moved: lambda state, rows, at_s: state.append(rows)}
    ledger = Ledger(journal_on(disk), fold, State())
    ledger.post("a.b", 1, [Moved.fill(5)])
    ledger.commit()
    disk.room = sum(len(f.live) for f in disk.files.values()) + 9_000
    ledger.post("a.b", 2, [moved(20_000)])
    with pytest.raises(DiskFull):
        ledger.commit()
    with pytest.raises(Poisoned, match="What to do: reopen"):
        ledger.post("a.b", 3, [Moved.fill(1)])
    ledger.journal.close()
    disk.room = 1 << 40
    again = Ledger(journal_on(disk), fold, State())
    again.replay()
    assert len(again.table(Moved)) == 5
    again.post("a.b", 3, [Moved.fill(1)])
    assert again.commit() == 2
    again.journal.close()


def moved(rows: int) -> Moved:
    values = moves(1, rows=rows)[0].values
    return Moved(**{name: values[n] for n, name in enumerate(Moved.columns)})


@pytest.mark.parametrize("sync", range(0, 12))
def test_a_failed_sync_is_final(sync: int) -> None:
    disk, told = Disk(sync), Told()
    journal = journal_on(disk)
    write(journal, told, 2, disk)
    disk.sync_fails = disk.syncs + sync
    with pytest.raises(SyncFailed):
        for _ in range(40):
            write(journal, told, 1, disk)
    with pytest.raises(SyncFailed, match="takes no more turns"):
        journal.append("a.b", 10**9, moves(1))
    with pytest.raises(SyncFailed, match="takes no more turns"):
        journal.commit()
    journal.close()
    with journal_on(disk.after_cut(sync, "subset")) as journal:
        assert journal.verify() in told.heads
        assert journal.head.turn >= told.acknowledged[-1][0]
