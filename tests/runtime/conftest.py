"""A small whole day, run once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from doorward.runtime.request import Request
from doorward.runtime.run import start_run
from doorward.runtime.rundir import RunDir

SCALE, SEED = 0.02, 5


def silent(stage: str, done: int, total: int, words: str) -> None:
    """Tells nobody."""


@pytest.fixture(scope="session")
def small_day(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunDir, dict[str, Any]]:
    """About 400 generated orders carried through the metro until all have ended."""
    out = tmp_path_factory.mktemp("day") / "run"
    result = start_run(Request(network="metro", scale=SCALE, seed=SEED, out=out), silent)
    return RunDir(out), result


@pytest.fixture(scope="session")
def day_dir(small_day: tuple[RunDir, dict[str, Any]]) -> Path:
    """Its directory."""
    return small_day[0].root
