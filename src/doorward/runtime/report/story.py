"""What a report is about: the tables of a run with its rules, settings and results, and how its hours are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from doorward.core.hours import hour_of_day
from doorward.core.units import DAY_S, HOUR_S
from doorward.ledger.state import State
from doorward.runtime.rundir import Settings
from doorward.tables.packages import Scans
from doorward.tables.ways import Way

T = TypeVar("T")
WAY_WORDS: dict[Way, str] = {
    Way.OWN: "own van",
    Way.DSP: "contractor's van",
    Way.FLEX: "gig driver",
    Way.LOCKER: "parcel locker",
    Way.DRONE: "drone",
    Way.ROBOT: "sidewalk robot",
    Way.POST: "national post",
    Way.REGIONAL: "regional carrier",
    Way.EXPRESS: "express carrier",
    Way.COURIER: "courier",
}


@dataclass(frozen=True)
class Story:
    """A finished (or interrupted) run, ready to be told. `result` is what `doorward run --json` prints."""

    state: State
    rules: Mapping[type[Any], Any]
    settings: Settings
    result: Mapping[str, Any]
    name: str
    about: str

    def rule(self, kind: type[T]) -> T:
        """A room's settings; its defaults where the network file has none."""
        found = self.rules.get(kind)
        return found if isinstance(found, kind) else kind()

    @property
    def end_s(self) -> int:
        """The newest scan."""
        return int(self.state.table(Scans).at_s.max(initial=self.settings.start_s))

    @property
    def hours(self) -> int:
        """Hours from the start until the newest scan."""
        return max(1, -(-(self.end_s - self.settings.start_s) // HOUR_S))

    def ticks(self, hours: int) -> list[tuple[int, str]]:
        """(hour, label) under a chart of so many hours: days, and hours of the day where there is room."""
        step = next((s for s in (3, 6, 12, 24) if hours / s <= 14), 24)
        out = []
        for h in range(hours):
            hour = int(hour_of_day(self.settings.start_s + h * HOUR_S, self.settings.utc_offset_s))
            if hour == 0:
                out.append((h, f"day {h * HOUR_S // DAY_S + 1}"))
            elif hour % step == 0:
                out.append((h, f"{hour:02d}:00"))
        return out

    @property
    def currency(self) -> str:
        """The network's currency code."""
        return str(self.result.get("currency", ""))
