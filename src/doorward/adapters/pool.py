"""A runner over processes that stay warm: one planner call a process at a time, answers in the order asked.

Processes are spawned, not forked (numba and Arrow keep threads), read compiled kernels from disk, and live until
`close`. A process that dies takes its call with it: the pool is rebuilt and the calls are tried once more, since
planners are pure; if that fails too, the error is raised.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

R = TypeVar("R")


class Pool:
    """`ports.runner.Runner` over `workers` processes."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def map(self, planner: Callable[..., R], calls: Sequence[tuple[Any, ...]]) -> list[R]:
        """See Runner. A single call is not worth the way to another process."""
        if len(calls) < 2:
            return [planner(*call) for call in calls]
        try:
            return self._all(planner, calls)
        except BrokenProcessPool:
            self.close()
            return self._all(planner, calls)

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _all(self, planner: Callable[..., R], calls: Sequence[tuple[Any, ...]]) -> list[R]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.workers, multiprocessing.get_context("spawn"), _quiet)
        return [future.result() for future in [self._pool.submit(planner, *call) for call in calls]]


def _quiet() -> None:
    """One thread per process: the cores belong to the processes."""
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
