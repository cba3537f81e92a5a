"""Power goes off at a random write or sync: what was acknowledged is there, and nothing is there in part."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from doorward.core.errors import BadInput, Damaged
from doorward.ledger.checkpoint import must_hold_anchor, write_anchor
from doorward.ledger.journal import Journal
from doorward.ledger.read import Head
from tests.faults.disk import MODES, Disk
from tests.faults.history import EAGER, NAME, Told, chains, write

RUNS = 320
CUTS_A_RUN = 2
MOST_TURNS = 400


@cache
def expected() -> list[bytes]:
    with TemporaryDirectory() as folder:
        return chains(MOST_TURNS, Path(folder) / NAME)


def until_cut(disk: Disk, told: Told, groups: int, settings: Mapping[str, int | str]) -> None:
    """Write until done or until the power goes off."""
    with Journal(NAME, vfs=disk.vfs, settings=settings, sync_names=disk.sync_names) as journal:
        write(journal, told, groups, disk)
        disk.freeze()


def audit(disk: Disk, told: Told, settings: Mapping[str, int | str]) -> list[str]:
    """What is wrong with the journal found after the cut; empty if nothing."""
    try:
        with Journal(NAME, vfs=disk.vfs, settings=settings, sync_names=disk.sync_names) as journal:
            turns = journal.verify()
            wrong = []
            if journal.head.turn != turns:
                wrong.append(f"the head is {journal.head.turn}, but {turns} turns are there")
            if turns not in told.heads:
                wrong.append(f"{turns} turns is half a group")
            if told.acknowledged and turns < told.acknowledged[-1][0]:
                wrong.append(f"turn {told.acknowledged[-1][0]} was acknowledged, {turns} is the last")
            if any(journal.chain_at(turn) != expected()[turn] for turn in range(turns + 1)):
                wrong.append("another history")
            return wrong
    except (Damaged, BadInput) as error:
        return [f"damaged: {error}"]


def run(seed: int, settings: Mapping[str, int | str], lies: float = 0.0) -> list[str]:
    """Several cuts one after the other, the journal being written on in between."""
    draw = np.random.default_rng(seed)
    told, disk = Told(), Disk(seed)
    for _ in range(CUTS_A_RUN):
        disk.lies = lies
        disk.cut_at = int(draw.integers(0, whole_run(settings["synchronous"])))
        until_cut(disk, told, 12, settings)
        disk = disk.after_cut(int(draw.integers(1 << 30)), MODES[seed % len(MODES)])
        wrong = audit(disk, told, settings)
        if wrong:
            return wrong
    return []


@cache
def whole_run(synchronous: int) -> int:
    disk = Disk(0)
    until_cut(disk, Told(), 12, {**EAGER, "synchronous": synchronous})
    return disk.operations


@pytest.mark.parametrize("mode", range(len(MODES)), ids=MODES)
def test_no_acknowledged_turn_is_lost(mode: int) -> None:
    found = {seed: wrong for seed in range(mode, RUNS, len(MODES)) if (wrong := run(seed, EAGER))}
    assert found == {}


@pytest.mark.parametrize("synchronous", [0, 1], ids=["OFF", "NORMAL"])
def test_the_audit_can_fail(synchronous: int) -> None:
    settings = {**EAGER, "synchronous": synchronous}
    assert sum(bool(run(seed, settings)) for seed in range(40)) > 10


def test_the_folder_must_be_synced_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rollback journal of the file's creation comes back and empties it."""
    monkeypatch.setattr(Disk, "sync_names", lambda self, folder: None)
    assert any("0 is the last" in wrong for seed in range(40) for wrong in run(seed, EAGER))


def test_a_disk_that_lies_is_noticed(tmp_path: Path) -> None:
    lost = 0
    for seed in range(60):
        told, disk = Told(), Disk(seed)
        disk.lies, disk.cut_at = 0.6, 60 + 2 * seed
        until_cut(disk, told, 12, EAGER)
        disk = disk.after_cut(seed, MODES[seed % len(MODES)])
        if not told.acknowledged:
            continue
        write_anchor(tmp_path, Head(*told.acknowledged[-1]))
        wrong = audit(disk, told, EAGER)
        lost += bool(wrong)
        if wrong:
            with (
                pytest.raises((Damaged, BadInput)),
                Journal(NAME, vfs=disk.after_cut(0, "prefix").vfs) as journal,
            ):
                must_hold_anchor(tmp_path, journal)
                journal.verify()
    assert lost > 5
