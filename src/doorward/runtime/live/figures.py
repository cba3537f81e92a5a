"""What a writer has done since it started, for those who watch it: counts and seconds, told when somebody asks."""

from __future__ import annotations

import resource
import sys
from bisect import bisect_left

import msgspec

BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper ends of the buckets that commits are counted in; a last one has no end."""


class Work(msgspec.Struct):
    """Something done so many times, in so many seconds of wall clock."""

    times: int = 0
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """Once more."""
        self.times += 1
        self.seconds += seconds


class Figures(msgspec.Struct):
    """Since the start of the process.

    commits   groups written down, by bucket of BOUNDS_S; commit_s: seconds of all
    commands  by name: how they ended (done, again, or the kind of a failure)
    command, service  by name: times and seconds
    cpu_s, resident_bytes  of the process;  connections: API processes that hold its socket
    """

    commits: list[int] = msgspec.field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    commit_s: float = 0.0
    commands: dict[str, dict[str, int]] = {}
    command: dict[str, Work] = {}
    service: dict[str, Work] = {}
    cpu_s: float = 0.0
    resident_bytes: int = 0
    connections: int = 0

    def committed(self, seconds: float) -> None:
        """A group is durable."""
        self.commits[bisect_left(BOUNDS_S, seconds)] += 1
        self.commit_s += seconds

    def commanded(self, name: str, end: str, seconds: float) -> None:
        """A command was answered."""
        ends = self.commands.setdefault(name, {})
        ends[end] = ends.get(end, 0) + 1
        self.command.setdefault(name, Work()).add(seconds)

    def served(self, name: str, seconds: float) -> None:
        """A service had its appointment."""
        self.service.setdefault(name, Work()).add(seconds)

    def now(self, connections: int) -> Figures:
        """These, with what the system says of the process."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        self.cpu_s, self.connections = used.ru_utime + used.ru_stime, connections
        self.resident_bytes = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return self
