"""Whole days: how long, how much memory, and how both grow with the number of orders.

    python -m bench.day                    # 2,000 and 20,000 generated orders on the metro, 100,000 on the country
    python -m bench.day --orders 20000     # one size

Each day runs in a process of its own from the command line that users type; wall and processor seconds and the largest
resident memory are those of that process, compiled kernels being on disk (`doorward warm`). One run each: these are
minutes of simulated days, not microbenchmarks. Reach: 20,000 orders in 60 s and 2 GiB; 100,000 in 300 s and 4 GiB.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SIZES = ((2_000, "metro", 0.1), (20_000, "metro", 1.0), (100_000, "national", 1.6))
"""Orders, network, scale of its generator."""


def measure(network: str, scale: float, folder: Path) -> dict[str, Any]:
    """Run one day; returns its results with wall_s, cpu_s and peak_mib of the whole process."""
    command = [sys.executable, "-c", "from doorward.apps.cli.main import main; main()", "run", network]
    command += ["--scale", str(scale), "--out", str(folder / f"{network}-{scale}"), "--json"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not done.stdout:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {**result, "process_wall_s": wall, "process_cpu_s": cpu}


def main() -> None:
    """Print one line a size, and where the processor time went."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, help="only the size nearest to this")
    asked = parser.parse_args().orders
    sizes = SIZES if asked is None else [min(SIZES, key=lambda s: abs(s[0] - asked))]
    print("  orders  packages  network     wall s   cpu s   MiB  turns   kept   us/order  violations")
    for _, network, scale in sizes:
        with tempfile.TemporaryDirectory(prefix="doorward-bench-") as folder:
            r = measure(network, scale, Path(folder))
        print(
            f"{r['orders']:8,}  {r['packages']:8,}  {network:9} {r['process_wall_s']:8.1f} {r['process_cpu_s']:7.1f}"
            f" {r['peak_mib']:5,} {r['journal_turns']:6,}  {r['promise_met_share']:.1%}"
            f" {r['process_cpu_s'] / r['orders'] * 1e6:9.0f}  {len(r['violations'])}"
        )
        worst = sorted(r["cpu_s_by_service"].items(), key=lambda kv: -kv[1])[:6]
        print("          " + "  ".join(f"{name} {seconds:.1f}" for name, seconds in worst), flush=True)


if __name__ == "__main__":
    main()
