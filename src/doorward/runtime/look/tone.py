"""How things stand against their promise: the one law that every screen follows.

Of a package, the first that holds:
    done     it has ended; or it lies in its locker, or goes back: nothing is left to be kept
    late     its promise has passed, or the alarm LATE is open
    at risk  WILL_BE_LATE or MISSED_CUTOFF is open, or the arrival interval told ends after the promise
    silent   NO_SCAN is open, and no other alarm
    on time  none of these
Of what consists of packages (an order, a door, a run, a place): as the worst of its packages; done if all are. A run
that stands broken, or that is expected too late at a door, is at risk at least. A trip keeps its timetable too:
behind it by more than `LinehaulRules.late_s` it is late.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorward.runtime.look.shapes import Tone
from doorward.tables.journey import ENDED, Status
from doorward.tables.packages import Alarm, Packages, Watch
from doorward.tracking.alarms import raised_of

Longs = NDArray[np.int64]
Tones = NDArray[np.int8]


class Stand(IntEnum):
    """Tones as numbers, so that the largest of several is the worst."""

    NONE = 0
    DONE = 1
    ON_TIME = 2
    SILENT = 3
    AT_RISK = 4
    LATE = 5


TONES: tuple[Tone, ...] = ("none", "done", "on_time", "silent", "at_risk", "late")
"""Tones by Stand."""
SETTLED = np.zeros(len(Status), np.bool_)
SETTLED[[*ENDED, Status.AT_LOCKER, Status.RETURNING]] = True
RISKS = 1 << Alarm.WILL_BE_LATE | 1 << Alarm.MISSED_CUTOFF


def package_tones(packages: Packages, watch: Watch, row: Longs, now_s: int) -> Tones:
    """Stand of packages `row`, (n,)."""
    raised, due = raised_of(watch, row), packages.due_s[row]
    told = (packages.eta_at_s[row] >= 0) & (packages.eta_hi_s[row] > due)
    stand = np.full(len(row), int(Stand.ON_TIME), np.int8)
    stand[raised == 1 << Alarm.NO_SCAN] = Stand.SILENT
    stand[(raised & RISKS != 0) | (told & (due >= 0))] = Stand.AT_RISK
    stand[(raised & 1 << Alarm.LATE != 0) | ((due >= 0) & (due < now_s))] = Stand.LATE
    stand[SETTLED[packages.status[row]]] = Stand.DONE
    return stand


def worst(stand: Tones, group: NDArray[Any], groups: int) -> Tones:
    """The worst Stand of each group, (groups,); NONE where a group has no member. group (n,) number of each member."""
    found = np.zeros(groups, np.int8)
    np.maximum.at(found, group, stand)
    return found


def tone(stand: int) -> Tone:
    """A Stand as shapes say it."""
    return TONES[stand]


def tone_list(stand: Tones) -> list[Tone]:
    """Stands as shapes say them."""
    return [TONES[each] for each in stand.tolist()]
