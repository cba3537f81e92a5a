"""Killed at any moment, resumed: the same digest as if nothing had happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from doorward.core import seed as draws
from doorward.ledger.read import Reader
from doorward.runtime.book import prepare
from doorward.runtime.build import open_state
from doorward.runtime.request import Request
from doorward.runtime.run import resume_run
from doorward.runtime.rundir import RunDir
from doorward.tables.fleet import Runs
from tests.runtime.conftest import SCALE, SEED, silent

SPLIT_SCALE = 0.04
DOORWARD = [sys.executable, "-c", "from doorward.apps.cli.main import main; main()"]


class Cut(BaseException):
    """The power went."""


@pytest.mark.parametrize("attempt", range(3))
def test_cut_inside_the_process_at_a_random_turn(
    attempt: int, small_day: tuple[RunDir, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, whole = small_day
    where = prepare(Request(network="metro", scale=SCALE, seed=SEED, out=tmp_path / "run"), silent)
    _cut_at(where, int(draws.uniform(attempt, "cut")[0] * whole["journal_turns"]), monkeypatch)
    result = resume_run(where.root, silent)
    assert result["journal_digest"] == whole["journal_digest"]
    assert result["violations"] == []


def _cut_at(where: RunDir, left: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run until so many turns are posted, then die inside the next."""
    from doorward.ledger.ledger import Ledger

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


def test_cut_while_vans_break_down_and_others_take_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Split runs: their helpers' runs end and go on as others; cut twice between the first and the last split."""
    network = tmp_path / "breaking.toml"
    metro = (Path(__file__).parents[2] / "networks" / "metro.toml").read_text()
    network.write_text(metro + "\n[twin.fleet]\nbroken_pm = 2_500\n")

    def new(name: str) -> RunDir:
        request = Request(network=str(network), scale=SPLIT_SCALE, seed=SEED, out=tmp_path / name)
        return prepare(request, silent)

    whole = new("whole")
    result = resume_run(whole.root, silent)
    with open_state(whole) as state:
        runs = state.table(Runs)
        split = np.flatnonzero(runs.before >= 0)
        lo, hi = int(runs.depart_s[split].min()), int(runs.depart_s[split].max())
    assert len(split) >= 2, "vans on the road helped"
    with Reader(whole.root / "journal.db") as reader:
        first, last = reader.turn_at(lo), reader.turn_at(hi) + 20
    cut = new("cut")
    at = first + (np.sort(draws.uniform(SEED, "cut/split", np.arange(2))) * (last - first)).astype(int)
    _cut_at(cut, int(at[0]), monkeypatch)
    with Reader(cut.root / "journal.db") as reader:
        done = reader.committed.turn
    _cut_at(cut, max(1, int(at[1]) - done), monkeypatch)
    again = resume_run(cut.root, silent)
    assert again["journal_digest"] == result["journal_digest"]
    assert again["violations"] == [] == result["violations"]


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
