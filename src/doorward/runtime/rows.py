"""Which columns of facts are enumerations: the words for the row tables of a mirror (ledger/mirror.py)."""

from __future__ import annotations

from enum import IntEnum

from doorward.core.table import Table
from doorward.runtime.views import WORDS
from doorward.tables.doorstep import Outcome
from doorward.tables.fleet import RunMoved, RunsPlanned, RunStatus, StopDone
from doorward.tables.flex import BlockMoved, BlockStatus
from doorward.tables.journey import Event
from doorward.tables.linehaul import TripMoved, TripsCancelled, TripStatus
from doorward.tables.orders import Answered, LineDropped, LineHeld, LineStatus, OrderStatus, Placed, Speed
from doorward.tables.outages import OutageSeen, What
from doorward.tables.packages import Scanned
from doorward.tables.remarks import Reason
from doorward.tables.ways import Way, WayChosen, WayDropped, WayOpened

FACT_WORDS: dict[type[Table], dict[str, type[IntEnum]]] = {
    **WORDS,
    Scanned: {"event": Event, "reason": Reason},
    Placed: {"speed": Speed},
    Answered: {"status": OrderStatus, "reason": Reason},
    LineDropped: {"reason": Reason},
    LineHeld: {"status": LineStatus, "reason": Reason},
    RunsPlanned: {"way": Way},
    RunMoved: {"status": RunStatus},
    StopDone: {"outcome": Outcome},
    BlockMoved: {"status": BlockStatus},
    TripMoved: {"status": TripStatus},
    TripsCancelled: {"reason": Reason},
    WayChosen: {"way": Way},
    WayDropped: {"way": Way, "reason": Reason},
    WayOpened: {"way": Way},
    OutageSeen: {"what": What},
}
"""Facts, and tables that are facts themselves (Remarks, Legs, Proofs, Alarms)."""


def fact_words() -> dict[str, dict[str, dict[int, str]]]:
    """fact -> column -> number -> word, in small letters."""
    return {
        fact.__name__: {
            column: {int(word): word.name.lower() for word in words} for column, words in columns.items()
        }
        for fact, columns in FACT_WORDS.items()
    }
