"""Independent checks of what the floors are asked to do; packings have their own in cartons/lint.py."""

from __future__ import annotations

import numpy as np

from doorward.tables.orders import Lines
from doorward.tables.packages import Boxed, Cartonized, TasksPlanned, WaveReleased


def lint_boxing(packages: Cartonized, boxed: Boxed, lines: Lines) -> list[str]:
    """Every breach, in words: each line boxed whole, at its own building, with its own order."""
    faults = []
    for line in np.unique(boxed.line).tolist():
        mine = boxed.line == line
        if int(boxed.units[mine].sum()) != int(lines.units[line]):
            faults.append(f"line {line} asks for {lines.units[line]} units, boxed {boxed.units[mine].sum()}")
        row = np.searchsorted(packages.package, boxed.package[mine])
        if (packages.fc[row] != lines.fc[line]).any():
            faults.append(f"line {line} is boxed in a building that does not ship it")
        if (packages.order[row] != lines.order[line]).any():
            faults.append(f"line {line} lies in another order's package")
    for package, units in zip(packages.package.tolist(), packages.units.tolist(), strict=True):
        if int(boxed.units[boxed.package == package].sum()) != units:
            faults.append(f"package {package} counts its pieces wrongly")
    return faults


def lint_release(waves: WaveReleased, tasks: TasksPlanned, now_s: int, pickers: int) -> list[str]:
    """Every breach, in words: steps in order, no package twice, waves that count right, no more walks than pickers."""
    faults = []
    if len(np.unique(tasks.package)) < len(tasks):
        faults.append("a package has two tasks")
    times = np.stack([tasks.start_s, tasks.pick_s, tasks.pack_s, tasks.sort_s])
    if (np.diff(times, axis=0) < 0).any() or (times[0] < now_s).any():
        faults.append("a step is planned before the one before it")
    for wave, count in zip(waves.wave.tolist(), waves.packages.tolist(), strict=True):
        if int((tasks.wave == wave).sum()) != count:
            faults.append(f"wave {wave} counts {count} packages")
    walked = tasks.take(tasks.method == 0)
    key = np.stack([walked.wave, walked.batch])
    walks, first = np.unique(key, axis=1, return_index=True)
    for k in range(walks.shape[1]):
        mine = (key == walks[:, k : k + 1]).all(axis=0)
        if len(np.unique(walked.pick_s[mine])) > 1 or len(np.unique(walked.start_s[mine])) > 1:
            faults.append(f"batch {walks[1, k]} of wave {walks[0, k]} is walked at different times")
    start, end = walked.start_s[first], walked.pick_s[first]
    if any(int(((start <= s) & (s < end)).sum()) > pickers for s in start.tolist()):
        faults.append(f"more than {pickers} pickers walk at once")
    return faults
