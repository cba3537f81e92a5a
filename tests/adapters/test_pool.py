"""Planners in other processes: same answers, same order; a process that dies is replaced."""

from __future__ import annotations

import os
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from doorward.adapters.pool import Pool
from doorward.ports.runner import Inline


def square(x: int) -> int:
    return x * x


def dies_once(marker: str, x: int) -> int:
    """Ends its process at the first call, answers at the second."""
    if not Path(marker).exists():
        Path(marker).touch()
        os._exit(9)
    return x


def dies(x: int) -> int:
    os._exit(9)


def fails(x: int) -> int:
    raise ValueError(f"no plan for {x}")


def test_the_pool_answers_as_inline_does_whatever_dies(tmp_path: Path) -> None:
    pool = Pool(2)
    try:
        calls = [(n,) for n in range(20)]
        assert pool.map(square, calls) == Inline().map(square, calls) == [n * n for n in range(20)]
        assert pool.map(dies_once, [(str(tmp_path / "m"), n) for n in range(4)]) == [0, 1, 2, 3]
        with pytest.raises(ValueError, match="no plan for 0"):
            pool.map(fails, calls)
        with pytest.raises(BrokenProcessPool):
            pool.map(dies, calls)
    finally:
        pool.close()
