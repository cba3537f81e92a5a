"""Compile every kernel once, so that nobody waits for it later: a very small day of the example metro, thrown away.

Running the real thing compiles each kernel for exactly the types it is called with; numba keeps the result on disk.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from doorward.core.dispatch import dispatch
from doorward.runtime.request import Request, Tell
from doorward.runtime.run import start_run
from doorward.sidewalk.bundle import bundle


def warm_kernels(tell: Tell) -> None:
    """Run about 200 orders through every room."""
    with tempfile.TemporaryDirectory(prefix="doorward-warm-") as folder:
        start_run(Request(network="metro", scale=0.01, drain_days=3, out=Path(folder) / "run"), tell)
    _rare()


def _rare() -> None:
    """Kernels that two hundred orders may pass by, for want of a package worth a drone or a sidewalk robot."""
    none, where = np.zeros(0, np.int64), np.zeros(0)
    dispatch(*(none,) * 10, 0)
    bundle(none, where, where, none, none, none, none, 0, 1, 1, 1, 1.0, 1.0, 1.0, 1.0, 1)
