"""How long a person waits and how much memory a run takes. For people only: no decision depends on it."""

from __future__ import annotations

import resource
import sys
import time


def wall_s() -> float:
    """Seconds on a clock that only goes forward."""
    return time.perf_counter()


def cpu_s() -> float:
    """Processor seconds of this process."""
    return time.process_time()


def peak_mib(workers: int = 0) -> int:
    """Largest resident memory so far, MiB: of this process, plus `workers` times the largest of ended children."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return int((own + workers * child) // unit)
