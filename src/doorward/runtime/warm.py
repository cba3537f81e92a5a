"""Compile every kernel once, so that nobody waits for it later: a very small day of the example metro, thrown away.

Running the real thing compiles each kernel for exactly the types it is called with; numba keeps the result on disk.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from doorward.runtime.request import Request, Tell
from doorward.runtime.run import start_run


def warm_kernels(tell: Tell) -> None:
    """Run about 200 orders through every room."""
    with tempfile.TemporaryDirectory(prefix="doorward-warm-") as folder:
        start_run(Request(network="metro", scale=0.01, drain_days=3, out=Path(folder) / "run"), tell)
