"""What must be true of intervals and alarms before they are told, checked apart from the planners."""

from __future__ import annotations

from doorward.tables.journey import ENDED, Status
from doorward.tables.packages import Alarms, EtaSet, Packages


def lint_etas(etas: EtaSet, packages: Packages, now_s: int) -> list[str]:
    """Sentences about intervals that make no sense: ended packages, backward or past intervals, two for one package."""
    found = []
    seen: set[int] = set()
    for package, lo, hi in zip(etas.package.tolist(), etas.lo_s.tolist(), etas.hi_s.tolist(), strict=True):
        status = Status(int(packages.status[package]))
        if status in ENDED:
            found.append(f"package {package} is {status.name} and gets an interval")
        if lo > hi:
            found.append(f"package {package} is to come between {lo} and {hi}")
        if hi < now_s:
            found.append(f"package {package} is to come before {hi}, and it is {now_s}")
        if package in seen:
            found.append(f"package {package} is told twice")
        seen.add(package)
    return found


def lint_alarms(alarms: Alarms) -> list[str]:
    """Sentences about all alarms so far: two open ones of a kind and package, twice at one scan, cleared early."""
    found = []
    opened: set[tuple[int, int]] = set()
    causes: set[tuple[int, int, int]] = set()
    for package, kind, scan, at, cleared in zip(
        alarms.package.tolist(), alarms.kind.tolist(), alarms.scan.tolist(), alarms.at_s.tolist(),
        alarms.cleared_s.tolist(), strict=True,
    ):  # fmt: skip
        if (package, kind, scan) in causes:
            found.append(f"package {package} has alarm {kind} twice at scan {scan}")
        if cleared < 0 and (package, kind) in opened:
            found.append(f"package {package} has two open alarms {kind}")
        if 0 <= cleared < at:
            found.append(f"alarm {kind} of package {package} was cleared before it was raised")
        causes.add((package, kind, scan))
        if cleared < 0:
            opened.add((package, kind))
    return found
