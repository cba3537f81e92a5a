"""Words that several read models share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np

from doorward.core.hours import local_day, second_of_day
from doorward.runtime.look.view import View
from doorward.tables.journey import Status
from doorward.tables.orders import LineStatus
from doorward.tables.outages import Outages, What
from doorward.tables.remarks import WORDS, Reason, Remarks


def clock(view: View, at_s: int) -> str:
    """A moment as the local time of day: `14:05`."""
    second = int(second_of_day(at_s, view.frame.utc_offset_s))
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


def count_of(n: int, noun: str) -> str:
    """`1 door`, `2 doors`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def counted(words: Iterable[str]) -> str:
    """What there is, the most frequent first: `4 sorted, 1 packed`."""
    return ", ".join(f"{n:,} {word}" for word, n in Counter(words).most_common())


def stage_word(status: int) -> str:
    """A package's status in words: `with carrier`."""
    return Status(status).name.lower().replace("_", " ")


def reason_words(reason: int) -> str:
    """A reason in words; empty for none."""
    return WORDS[Reason(max(0, reason))]


def when(view: View, at_s: int) -> str:
    """A moment as day and time: `today 14:05`, `tomorrow 09:00`, `Fri 27 Nov 12:00`."""
    days = local_day(at_s, view.frame.utc_offset_s) - view.day
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    date = datetime.fromtimestamp(at_s + view.frame.utc_offset_s, UTC)
    day = near.get(days, f"{date:%a} {date.day} {date:%b}")
    return f"{day} {clock(view, at_s)}"


def line_word(status: int) -> str:
    """Where an order line stands, in words."""
    return LINE_WORDS[LineStatus(status)]


def still_words(view: View, site: int) -> str:
    """What stands still in a building and until when; empty if it works."""
    outages = view.table(Outages)
    now = (outages.from_s <= view.now_s) & ((outages.until_s < 0) | (outages.until_s > view.now_s))
    found = []
    for row in np.flatnonzero(now & (outages.site == site)).tolist():
        until = int(outages.until_s[row])
        ends = f"until {when(view, until)}" if until >= 0 else "no end is known yet"
        found.append(f"{STILL[What(int(outages.what[row]))]}, {ends}")
    return "; ".join(found)


def fits_words(view: View, remark: int) -> str:
    """What would make it fit, from a remark (row of Remarks): the number that its planner says was short."""
    remarks = view.table(Remarks)
    reason, short = Reason(int(remarks.reason[remark])), int(remarks.short[remark])
    if reason in NEEDS and short > 0:
        unit, per = NEEDS[reason]
        return f"{-(-short // per):,} {unit}"
    return WANTS.get(reason, "")


STILL = {
    What.CLOSED: "the building is closed",
    What.PICKING: "picking stands still",
    What.SORTING: "packing and sorting stand still",
    What.DEPARTURES: "nothing leaves the docks",
    What.PICKUPS: "partners do not collect",
}
NEEDS = {
    Reason.NO_VOLUME: ("l more room in a vehicle", 1_000),
    Reason.NO_WEIGHT: ("g more payload in a vehicle", 1),
    Reason.NO_STOPS: ("more doors for a vehicle than it may visit", 1),
    Reason.NO_TIME: ("min more of a shift", 1),
    Reason.NO_RANGE: ("m more range", 1),
    Reason.WINDOW_CLOSED: ("min earlier at the door", 1),
    Reason.STANDSTILL: ("min until the building works again", 60),
    Reason.PAYLOAD: ("g less", 1),
    Reason.OUT_OF_REACH: ("m nearer", 1),
}
"""Remark -> the unit of its `short`, in words, and how much of it makes one."""
WANTS = {
    Reason.NO_VEHICLE: "one more vehicle",
    Reason.NO_DRIVER: "one more driver",
    Reason.STANDSTILL: "the building working again",
    Reason.BARRED: "a vehicle that may go to this door",
    Reason.NO_CAPACITY: "room of any way",
    Reason.PARTNER_FULL: "room at the partner",
}
"""What is missing where no number says how much."""
LINE_WORDS = {
    LineStatus.WAITING: "waits for a building",
    LineStatus.BACKORDERED: "waits for stock",
    LineStatus.SOURCED: "given to a building",
    LineStatus.BOXED: "in a box",
    LineStatus.CANCELLED: "cancelled",
}
