"""kill -9 at random moments: what the writer had said it committed is there, and it goes on from there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from doorward.ledger.journal import Journal
from tests.faults.history import NAME, chains

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import sys
from pathlib import Path
from doorward.ledger.journal import Journal
from tests.faults.disk import Disk
from tests.faults.history import Told, write

power = Disk(0)
with Journal(Path(sys.argv[1])) as journal:
    assert journal.verify() == journal.head.turn
    while True:
        write(journal, Told(), 1, power)
        print(journal.committed.turn, flush=True)
"""
KILLS = 6


def test_killed_writers_lose_nothing_they_acknowledged(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    path, said = tmp_path / NAME, 0
    for _ in range(KILLS):
        stop_after = int(draw.integers(1, 60))
        command, lines = [sys.executable, "-c", WRITER, str(path)], 0
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for line in writer.stdout:
                said, lines = int(line), lines + 1
                if lines == stop_after:
                    os.kill(writer.pid, signal.SIGKILL)
        assert writer.returncode == -signal.SIGKILL
        assert lines >= stop_after
    with Journal(path) as journal:
        turns = journal.verify()
        assert turns >= said
        expected = chains(turns, tmp_path / "expected.db")
        assert [journal.chain_at(turn) for turn in range(turns + 1)] == expected
