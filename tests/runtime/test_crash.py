"""Killed at any moment, resumed: the same digest as if nothing had happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from doorward.core import seed as draws
from doorward.ledger.read import Reader
from doorward.runtime.book import prepare
from doorward.runtime.request import Request
from doorward.runtime.run import resume_run
from doorward.runtime.rundir import RunDir
from tests.runtime.conftest import SCALE, SEED, silent

DOORWARD = [sys.executable, "-c", "from doorward.apps.cli.main import main; main()"]


class Cut(BaseException):
    """The power went."""


@pytest.mark.parametrize("attempt", range(3))
def test_cut_inside_the_process_at_a_random_turn(
    attempt: int, small_day: tuple[RunDir, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from doorward.ledger.ledger import Ledger

    _, whole = small_day
    where = prepare(Request(network="metro", scale=SCALE, seed=SEED, out=tmp_path / "run"), silent)
    left = int(draws.uniform(attempt, "cut")[0] * whole["journal_turns"])
    real = Ledger.post

    def post(self: Ledger, *args: Any, **more: Any) -> int:
        nonlocal left
        left -= 1
        if left == 0:
            raise Cut
        return real(self, *args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "post", post)
        with pytest.raises(Cut):
            resume_run(where.root, silent)
    result = resume_run(where.root, silent)
    assert result["journal_digest"] == whole["journal_digest"]
    assert result["violations"] == []


@pytest.mark.parametrize("share", [0.2, 0.75])
def test_kill_9_at_a_random_point(
    share: float, small_day: tuple[RunDir, dict[str, Any]], tmp_path: Path
) -> None:
    _, whole = small_day
    out = tmp_path / "run"
    command = [
        *DOORWARD,
        "run",
        "metro",
        "--scale",
        str(SCALE),
        "--seed",
        str(SEED),
        "--out",
        str(out),
        "--json",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    target = int(whole["journal_turns"] * share)
    while process.poll() is None:
        if (out / "journal.db").exists() and _turns(out) >= target:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait()
    assert _turns(out) >= target
    done = subprocess.run(
        [*DOORWARD, "resume", str(out), "--json"], capture_output=True, text=True, check=True
    )
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["journal_digest"] == whole["journal_digest"]


def _turns(out: Path) -> int:
    try:
        with Reader(out / "journal.db") as reader:
            return reader.committed.turn
    except Exception:
        return 0  # not there yet


def test_resume_of_a_finished_run_changes_nothing(small_day: tuple[RunDir, dict[str, Any]]) -> None:
    where, whole = small_day
    assert resume_run(where.root, silent)["journal_digest"] == whole["journal_digest"]
