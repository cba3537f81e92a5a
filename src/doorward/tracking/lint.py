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


def lint_alarms(alarms: Alarms, told: Alarms) -> list[str]:
    """Sentences about alarms raised twice for one package and kind; told: those of earlier turns."""
    seen = set(zip(told.package.tolist(), told.kind.tolist(), strict=True))
    found = []
    for package, kind, minutes in zip(
        alarms.package.tolist(), alarms.kind.tolist(), alarms.minutes.tolist(), strict=True
    ):
        if (package, kind) in seen:
            found.append(f"package {package} has alarm {kind} twice")
        if minutes < 0:
            found.append(f"package {package} has alarm {kind} for {minutes} minutes")
        seen.add((package, kind))
    return found
