"""The tables of a run as SQL sees them: snake_case names, words beside the numbers, and the journal."""

from __future__ import annotations

import re
from enum import IntEnum

import numpy as np
import pyarrow as pa

from doorward.core.table import Table
from doorward.ledger.state import State
from doorward.runtime.rundir import RunDir
from doorward.tables.doorstep import Outcome, Proof, Proofs
from doorward.tables.fleet import Runs, RunStatus, Stops, Vehicles
from doorward.tables.flex import Blocks, BlockStatus
from doorward.tables.footprint import DataClass, LegKind, Legs
from doorward.tables.journey import Event, Holder, Status
from doorward.tables.linehaul import Trips, TripStatus
from doorward.tables.orders import Lines, LineStatus, OrderRefs, Orders, OrderStatus, Speed
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Alarm, Alarms, Packages, Scans
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.ways import Services, Way, WayCapacity

WORDS: dict[type[Table], dict[str, type[IntEnum]]] = {
    Packages: {"status": Status, "holder_kind": Holder, "way": Way},
    Scans: {"event": Event, "reason": Reason},
    Orders: {"status": OrderStatus, "speed": Speed, "reason": Reason},
    Lines: {"status": LineStatus, "reason": Reason},
    Remarks: {"subject": Subject, "reason": Reason},
    Runs: {"way": Way, "status": RunStatus},
    Trips: {"status": TripStatus},
    Blocks: {"status": BlockStatus},
    Alarms: {"kind": Alarm},
    Sites: {"kind": SiteKind},
    Legs: {"kind": LegKind, "basis": DataClass},
    Proofs: {"kind": Proof},
    Stops: {"outcome": Outcome},
    Vehicles: {"way": Way},
    WayCapacity: {"way": Way},
    Services: {"way": Way},
    Outages: {"what": What},
}
"""Columns shown as words; the number stays beside it as `<column>_no`."""


def snake(name: str) -> str:
    """PickTasks -> pick_tasks."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Catalogue:
    """What can be asked."""

    def __init__(self, run: RunDir, state: State) -> None:
        self._state = state
        self._run = run
        self._kinds = {snake(k.__name__): k for k in state.kinds()}

    def names(self) -> set[str]:
        """Every table's name, the journal's among them."""
        return set(self._kinds) | {"journal"}

    def arrow(self, name: str) -> pa.Table:
        """One table, with its row number first as `<noun>_no` and enumerations in words."""
        if name == "journal":
            return self._journal()
        kind = self._kinds[name]
        table = self._state.table(kind)
        columns = {f"{name.removesuffix('s')}_no": pa.array(np.arange(len(table)))}
        for column in kind.columns:
            values = getattr(table, column)
            words = WORDS.get(kind, {}).get(column)
            if words is None:
                columns[column] = pa.array(values)
            else:
                names = np.array([*(w.name.lower() for w in words), ""], object)
                index = np.full(256, len(words))
                for position, word in enumerate(words):
                    index[int(word)] = position
                columns[column] = pa.array(names[index[np.maximum(values, -1)]])
                columns[f"{column}_no"] = pa.array(values)
        if kind is Orders and self._state.count(OrderRefs) == len(table):
            columns["ref"] = pa.array(self._state.table(OrderRefs).ref)
        return pa.table(columns)

    def listing(self) -> dict[str, list[object]]:
        """Names, row counts and columns of all tables."""
        rows = [(n, self._state.count(k), ", ".join(k.columns)) for n, k in sorted(self._kinds.items())]
        rows.append(("journal", 0, "turn, at_s, service, fact, rows"))
        return {"table": [r[0] for r in rows], "rows": [r[1] for r in rows], "columns": [r[2] for r in rows]}

    def _journal(self) -> pa.Table:
        from doorward.ledger.journal import Journal

        with Journal.open(self._run.journal, read_only=True) as journal:
            return journal.index()
