"""An independent checker of what delivery posts: the scans of each package tell a story that can have happened."""

from __future__ import annotations

import numpy as np

from doorward.tables.journey import JOURNEY, Event
from doorward.tables.packages import Packages, Scanned


def lint(scans: Scanned, packages: Packages) -> list[str]:
    """Sentences about scans that the journey's law forbids, walking each package through its own; empty if none."""
    wrong = []
    for package in np.unique(scans.package):
        status = int(packages.status[package])
        mine = np.flatnonzero(scans.package == package)
        if (np.diff(scans.at_s[mine]) < 0).any():
            wrong.append(f"package {package} goes back in time")
        for row in mine:
            rule = JOURNEY[Event(int(scans.event[row]))]
            if status not in rule.before:
                wrong.append(
                    f"package {package} has status {status} before {Event(int(scans.event[row])).name}"
                )
            status = int(rule.after)
    return wrong
