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


def peak_mib() -> int:
    """Largest resident memory of this process so far, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak // (1024 * 1024 if sys.platform == "darwin" else 1024))
