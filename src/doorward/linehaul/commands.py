"""What a person may ask of linehaul: that departures wait for what is late, and that they do not."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.core.errors import BadInput, Refused
from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.linehaul.rules import LinehaulRules
from doorward.tables.linehaul import Lanes, TripHolds, Trips, TripsHeld, TripStatus

Longs = NDArray[np.int64]
MOST = 100
"""Departures in one command."""


class Hold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Let departures wait until a moment (Unix seconds), for at most `LinehaulRules.hold_most_s` in all."""

    trips: list[int]
    until_s: int


class Release(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Let departures leave by the timetable again."""

    trips: list[int]


class Departures(msgspec.Struct, frozen=True, kw_only=True):
    """When each is to leave and to arrive now."""

    trips: list[int]
    depart_s: list[int]
    arrive_s: list[int]


def do_hold(desk: Desk, asked: Hold) -> Departures:
    """See Hold. Refused for one that is loaded, has left or was cancelled, or would wait for too long."""
    trips, row = desk.table(Trips), _open(desk, asked.trips)
    held_s, most_s = asked.until_s - trips.depart_s[row], desk.rule(LinehaulRules).hold_most_s
    waits_s = held_s + held_so_far(desk.table(TripHolds), row)
    for k, trip in enumerate(row.tolist()):
        if held_s[k] <= 0:
            raise BadInput(
                f"trip {trip} leaves {-held_s[k]} s after that as it is", where="until_s",
                rule="a departure is held until after it was to leave", remedy="name a later moment",
            )  # fmt: skip
        if waits_s[k] > most_s:
            raise BadInput(
                f"trip {trip} would wait {waits_s[k] // 60} min", where="until_s",
                rule=f"at most {most_s // 60} min behind the timetable", remedy="let the rest go by a later one",
            )  # fmt: skip
    return _moved(desk, row, held_s)


def do_release(desk: Desk, asked: Release) -> Departures:
    """See Release. Refused once it would have left, or its loading would have begun, by the timetable."""
    trips, row = desk.table(Trips), _open(desk, asked.trips)
    held_s = held_so_far(desk.table(TripHolds), row)
    for k, trip in enumerate(row.tolist()):
        if not held_s[k]:
            raise Refused(f"trip {trip} is not held")
        if trips.depart_s[row[k]] - held_s[k] - _staging_s(desk, row)[k] <= desk.now_s:
            raise Refused(f"trip {trip} would have been loaded by now: it leaves when it was held for")
    return _moved(desk, row, -held_s)


def held_so_far(holds: TripHolds, trip: Longs) -> Longs:
    """Seconds by which trips are held, (n,)."""
    out = np.zeros(len(trip), np.int64)
    known = trip < len(holds)
    out[known] = holds.held_s[trip[known]]
    return out


def _open(desk: Desk, asked: list[int]) -> Longs:
    """Trips that may still be held: each once, planned, and before their loading."""
    trips = desk.table(Trips)
    if not 1 <= len(asked) <= MOST:
        raise BadInput(f"{len(asked)} trips", where="trips", rule=f"1 to {MOST} at once")
    row = np.unique(np.array(asked, np.int64))
    if row[0] < 0 or row[-1] >= len(trips):
        raise BadInput(
            f"there is no trip {row[0] if row[0] < 0 else row[-1]}",
            where="trips",
            rule=f"0 to {len(trips) - 1}",
        )
    for trip in row.tolist():
        status = TripStatus(int(trips.status[trip]))
        if status != TripStatus.PLANNED:
            raise Refused(f"trip {trip} is {status.name}: only what is not loaded yet can wait")
    return row


def _staging_s(desk: Desk, row: Longs) -> Longs:
    lanes = desk.table(Lanes)
    return np.asarray(lanes.cutoff_s[desk.table(Trips).lane[row]], np.int64)


def _moved(desk: Desk, row: Longs, by_s: Longs) -> Departures:
    trips = desk.table(Trips)
    depart_s, arrive_s = (trips.depart_s[row] + by_s).tolist(), (trips.arrive_s[row] + by_s).tolist()
    desk.post(TripsHeld.fill(len(row), trip=row, held_s=by_s))
    return Departures(trips=row.tolist(), depart_s=depart_s, arrive_s=arrive_s)


COMMANDS: list[Command] = [Command("trip.hold", Hold, do_hold), Command("trip.release", Release, do_release)]
