"""What every read model is given: tables as of one turn, the moment, the network's frame; and what several need of it.

A view is made for one answer: once another turn is folded into the state, make a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import day_start, local_day
from doorward.core.table import Table
from doorward.core.units import DAY_S
from doorward.ledger.state import State
from doorward.ledger.vault import Vault
from doorward.runtime.config import Network
from doorward.runtime.look.tone import SETTLED, package_tones
from doorward.tables.board import Generations, Locks
from doorward.tables.fleet import Stops
from doorward.tables.journey import ENDED, Status
from doorward.tables.packages import Packages, Watch
from doorward.tables.remarks import Remarks, Subject

T = TypeVar("T", bound=Table)
R = TypeVar("R")
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]
OPEN = np.ones(len(Status), np.bool_)
OPEN[list(ENDED)] = False


@dataclass(frozen=True)
class Frame:
    """What no turn changes. rules: the rooms' settings, by their type; regions: their names, by number."""

    name: str
    currency: str = ""
    utc_offset_s: int = 0
    regions: tuple[str, ...] = ()
    rules: Mapping[type[Any], Any] = field(default_factory=dict)

    @classmethod
    def of(cls, network: Network, rules: Mapping[type[Any], Any]) -> Frame:
        """The frame of a network file; rules as of `runtime.config.rules_from`."""
        return cls(network.name, network.currency, network.utc_offset_s, network.regions, rules)


class View:
    """The tables of one turn, looked at from one moment.

    state  as of `turn`; now_s  the moment, Unix seconds, not before that turn; frame  what stands still
    vault  names that belong to rows; None where nothing keeps any
    """

    def __init__(self, state: State, now_s: int, turn: int, frame: Frame, vault: Vault | None = None) -> None:
        self.state, self.now_s, self.turn, self.frame, self.vault = state, now_s, turn, frame, vault

    def table(self, kind: type[T]) -> T:
        """All rows of a table."""
        return self.state.table(kind)

    def rule(self, kind: type[R]) -> R:
        """A room's settings; its defaults where the network has none."""
        found = self.frame.rules.get(kind)
        return found if isinstance(found, kind) else kind()

    @cached_property
    def midnight_s(self) -> int:
        """The local midnight before the moment."""
        return day_start(self.now_s, self.frame.utc_offset_s)

    @cached_property
    def day(self) -> int:
        """The local day number of the moment."""
        return local_day(self.now_s, self.frame.utc_offset_s)

    def begins_s(self, day: int | None) -> int:
        """The local midnight at which a day number begins; of today where there is none."""
        return self.midnight_s if day is None else day * DAY_S - self.frame.utc_offset_s

    @cached_property
    def locked(self) -> Flags:
        """(packages,) whose stop a dispatcher locked, by itself or with its whole run."""
        packages, locks, runs = self.table(Packages), self.table(Locks), self.table(Generations)
        held = np.zeros(len(packages), np.bool_)
        held[: len(locks)] = locks.on == 1
        on = np.flatnonzero(packages.stop >= 0)
        run = self.table(Stops).run[packages.stop[on]]
        known = run < len(runs)
        held[on[known]] |= runs.locked[run[known]] == 1
        return held

    @cached_property
    def open(self) -> Longs:
        """Rows of Packages that have not ended, ascending."""
        return np.flatnonzero(OPEN[self.table(Packages).status])

    @cached_property
    def tones(self) -> NDArray[np.int8]:
        """How each open package stands (tone.Stand), beside `open`."""
        return self.tones_of(self.open)

    def tones_of(self, row: Longs) -> NDArray[np.int8]:
        """How these packages stand (tone.Stand), (n,)."""
        return package_tones(self.table(Packages), self.table(Watch), row, self.now_s)

    @cached_property
    def unassigned(self) -> Longs:
        """Packages ready at a station that stand on no run."""
        packages = self.table(Packages)
        here = (packages.status[self.open] == Status.READY) & (packages.stop[self.open] < 0)
        return np.asarray(self.open[here])

    def stops_of(self, run: Longs) -> tuple[Longs, Longs]:
        """(rows of Stops of these runs, ascending by run, bounds (n+1,) of each run in them); run (n,) ascending."""
        stops = self.table(Stops)
        lo = np.searchsorted(stops.run, run.astype(stops.run.dtype))
        count = np.searchsorted(stops.run, run.astype(stops.run.dtype), side="right") - lo
        start = np.r_[0, np.cumsum(count)].astype(np.int64)
        return np.arange(start[-1]) - np.repeat(start[:-1], count) + np.repeat(lo, count), start

    @cached_property
    def newest_remark(self) -> Longs:
        """Row of the newest remark about each package, (packages,); -1 none."""
        remarks = self.table(Remarks)
        about = np.flatnonzero(remarks.subject == Subject.PACKAGE)
        found = np.full(len(self.table(Packages)), -1, np.int64)
        found[remarks.row[about]] = about
        return found

    def settled(self, row: Longs) -> Flags:
        """Packages whose promise is behind them: ended, in their locker, or going back, (n,)."""
        return np.asarray(SETTLED[self.table(Packages).status[row]])
