"""Which ways are open to a package: hard limits, the reason of every gate, and the number that would have fitted.

Columns: the six own ways (Way 0..5), then one per partner service. The first limit that binds gives the reason.
Limits of vans, cars, cells, drones and robots are rules; those of partners stand in Services and on their cards.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from doorward.carriers.net import OWN_WAYS
from doorward.carriers.rules import CarriersRules
from doorward.core.table import I1, I2, I4, I8, Table
from doorward.tables.cards import Cards
from doorward.tables.items import HAZMAT
from doorward.tables.orders import DRONE_OK, LOCKER_OK, LOCKER_ONLY, PICK_UP, ROBOT_OK
from doorward.tables.remarks import Reason
from doorward.tables.ways import Services, Way

I64 = NDArray[np.int64]


class Batch(Table):
    """Packages that need a way, as the planners of this room see them.

    longest_mm, second_mm, third_mm (n,) sides by length; ready_s (n,) when it can leave its building
    here (n,) 1 it stands at its delivery station already; gates (n,) ways closed by earlier drops (bit mask)
    locker (n,) Site of the nearest locker with a free cell, -1; locker_m, reach_m (n,) from the door, from the station
    lane (n,) fc * zones + zone; access (n,) bits of orders.Access, 0 or -1 nothing to know
    """

    package: I8
    fc: I4
    zone: I4
    station: I4
    lane: I8
    longest_mm: I4
    second_mm: I4
    third_mm: I4
    weight_g: I8
    volume_ml: I8
    flags: I1
    access: I1
    consent: I1
    speed: I1
    due_lo_s: I8
    due_s: I8
    ready_s: I8
    here: I1
    gates: I2
    locker: I4
    locker_m: I8
    reach_m: I8


class Gates(NamedTuple):
    """reason (m, n) Reason, 0 open; short (m, n) by how much the limit was missed, in its unit."""

    reason: NDArray[np.int16]
    short: I64


def gate(
    batch: Batch, services: Services, cards: Cards, heads: I64, haul: I64, rules: CarriersRules,
    shut: NDArray[np.bool_],
) -> Gates:  # fmt: skip
    """Test every package against every way.

    cards: one row per service; heads (6, S) vehicles by own way and site; haul (F, S) -1 where no lane leads;
    shut (6, S, 128) ways all of whose vehicles are barred from doors with these access notes
    """
    m, n = OWN_WAYS + len(services), len(batch)
    gates = Gates(np.zeros((m, n), np.int16), np.full((m, n), -1, np.int64))
    station = np.maximum(batch.station, 0)
    served, laned = batch.station >= 0, (batch.here == 1) | (haul[batch.fc, station] >= 0)
    sides = (batch.longest_mm, batch.second_mm, batch.third_mm)
    van, car = (rules.van_g, (rules.van_mm,) * 3), (rules.car_g, (rules.car_mm,) * 3)
    limits = {
        Way.OWN: van, Way.DSP: van, Way.FLEX: car, Way.LOCKER: (rules.locker_g, rules.cell_mm),
        Way.DRONE: (rules.drone_g, (rules.drone_mm,) * 3), Way.ROBOT: (rules.robot_g, (rules.robot_mm,) * 3),
    }  # fmt: skip
    consent = {Way.LOCKER: LOCKER_OK, Way.DRONE: DRONE_OK, Way.ROBOT: ROBOT_OK}
    reach = {
        Way.LOCKER: (batch.locker_m, rules.locker_m),
        Way.DRONE: (batch.reach_m, rules.drone_m),
        Way.ROBOT: (batch.reach_m, rules.robot_m),
    }
    hazmat = (batch.flags & HAZMAT) != 0
    for way, (grams, cell) in limits.items():
        close = _Closer(gates, int(way))
        close(~served, Reason.NO_COVERAGE)
        close(served & ~laned, Reason.NO_LANE)
        close(heads[way, station] == 0, Reason.NO_VEHICLE, 1)
        heavy = Reason.PAYLOAD if way in (Way.DRONE, Way.ROBOT) else Reason.TOO_HEAVY
        close(batch.weight_g > grams, heavy, batch.weight_g - grams)
        over = np.max([side - most for side, most in zip(sides, cell, strict=True)], axis=0)
        close(over > 0, Reason.TOO_LARGE, over)
        if way != Way.LOCKER:
            notes = np.maximum(0, batch.access)
            close(shut[way, station, notes], Reason.BARRED, notes)
        if way not in (Way.OWN, Way.DSP):
            close(hazmat, Reason.HAZMAT)
        if way in consent:
            close((batch.consent & consent[way]) == 0, Reason.NO_CONSENT)
        if way == Way.LOCKER:
            close(batch.locker < 0, Reason.LOCKER_FULL, 1)
        if way in reach:
            metres, most = reach[way]
            close(metres > most, Reason.OUT_OF_REACH, metres - most)
        close((batch.gates.astype(np.int64) >> int(way)) & 1 == 1, Reason.NO_CAPACITY)
    _partners(gates, batch, services, cards, hazmat)
    _wishes(gates, batch)
    return gates


WISHED_BY = {LOCKER_ONLY: (Way.LOCKER,), PICK_UP: (Way.OWN, Way.DSP)}
"""Ways by which a recipient's wish can be met: the counter's packages lie at the station as the vans' do."""


def _wishes(gates: Gates, batch: Batch) -> None:
    """Where a recipient's wish can be met, the ways that do not meet it are closed; where not, it comes to the door."""
    for bit, ways in WISHED_BY.items():
        can = (gates.reason[[int(way) for way in ways]] == Reason.NONE).any(axis=0)
        wants = ((np.maximum(batch.consent, 0) & bit) > 0) & can
        for row in range(len(gates.reason)):
            if row not in ways:
                _Closer(gates, row)(wants, Reason.NO_CONSENT)


def _partners(
    gates: Gates, batch: Batch, services: Services, cards: Cards, hazmat: NDArray[np.bool_]
) -> None:
    """Limits of the service and of its card, whichever is less."""
    girth = batch.longest_mm.astype(np.int64) + 2 * (batch.second_mm.astype(np.int64) + batch.third_mm)
    for row in range(len(services)):
        close = _Closer(gates, OWN_WAYS + row)
        close(batch.here == 1, Reason.NO_COVERAGE)  # partners collect at buildings, not at stations
        most_g = _least(services.max_g[row], cards.max_g[row])
        close(batch.weight_g > most_g, Reason.TOO_HEAVY, batch.weight_g - most_g)
        for value, most in (
            (batch.longest_mm.astype(np.int64), _least(services.max_mm[row], cards.max_mm[row])),
            (girth, _least(services.max_girth_mm[row], cards.max_girth_mm[row])),
            (batch.volume_ml, _least(-1, cards.max_volume_ml[row])),
        ):
            close(value > most, Reason.TOO_LARGE, value - most)
        if not cards.hazmat[row]:
            close(hazmat, Reason.HAZMAT)
        close((batch.gates.astype(np.int64) >> int(services.way[row])) & 1 == 1, Reason.NO_CAPACITY)


def _least(a: int, b: int) -> int:
    """The smaller limit, negative meaning none."""
    return min((int(x) for x in (a, b) if x >= 0), default=2**62)


class _Closer:
    """Close one column for some packages; the first reason stays."""

    def __init__(self, gates: Gates, column: int) -> None:
        self.reason, self.short = gates.reason[column], gates.short[column]

    def __call__(self, shut: NDArray[np.bool_], reason: Reason, short: ArrayLike = -1) -> None:
        new = shut & (self.reason == 0)
        self.reason[new] = int(reason)
        self.short[new] = np.broadcast_to(np.asarray(short, np.int64), new.shape)[new]


def mask(reason: NDArray[np.int16], way_of: NDArray[np.int64]) -> NDArray[np.int16]:
    """Bit mask of ways with no open option (n,); way_of (m,) way of each column. A way nobody offers counts as shut."""
    out = np.zeros(reason.shape[1], np.int16)
    for way in Way:
        columns = way_of == int(way)
        shut = (reason[columns] != 0).all(axis=0)
        out |= shut.astype(np.int16) << int(way)
    return out
